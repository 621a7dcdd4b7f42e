"""The map of pages with the style guide on it, which otherwise stands only under DEBUG."""

from django.urls import path

from dashboard.urls import urlpatterns as pages
from dashboard.views import styleguide

urlpatterns = [path("styleguide/", styleguide.styleguide, name="styleguide"), *pages]
