"""The map of pages."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from dashboard.views import health, look, styleguide

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("look/", look.look, name="look"),
    path("frame/", look.frame, name="frame"),
    path("accounts/", include("allauth.account.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
