"""Server entry of the bare site: threads as ours has them."""

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

PAGE_THREADS = 8
"""As many as `dashboard.asgi` has."""

application = WSGIMiddleware(get_wsgi_application(), workers=PAGE_THREADS)
