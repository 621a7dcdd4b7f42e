"""The map of pages."""

from django.urls import URLPattern, URLResolver, include, path

from dashboard.views import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("accounts/", include("allauth.account.urls")),
]
