"""The least a Django site can do for a submission: one view that reads the body and inserts one row.

No token and no check of anything; `bare_settings` are its settings.
"""

import json
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt


class Wish(models.Model):
    """One submission, kept as it came."""

    body: "models.JSONField[Any, Any]" = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        app_label = "benchmarks"

    objects: ClassVar[models.Manager["Wish"]] = models.Manager()

    def __str__(self) -> str:
        return str(self.pk)


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """Insert one row and answer with its number."""
    wish = Wish.objects.create(body=json.loads(request.body), created_at=timezone.now())
    return JsonResponse({"id": wish.pk})


urlpatterns = [path("insert", insert)]
