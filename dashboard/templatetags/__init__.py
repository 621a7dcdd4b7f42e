"""The words templates speak: money, times, states, charts. `{% load ui %}` brings all of them."""
