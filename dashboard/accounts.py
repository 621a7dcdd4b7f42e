"""How people sign in."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Nobody signs up without being asked in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: accounts come from the first visit and from invitations."""
        return False
