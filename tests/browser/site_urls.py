"""The map of pages as tests in a browser serve it: with the style guide and a silent event stream."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from dashboard.urls import urlpatterns as pages
from dashboard.views import styleguide


def beat(_request: HttpRequest) -> HttpResponse:
    """Answer as the event stream does while nothing happens."""
    return HttpResponse("event: beat\ndata: {}\n\n", content_type="text/event-stream")


urlpatterns = [
    path("events/", beat),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    *pages,
]
