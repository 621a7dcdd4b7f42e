"""Presses the Create page's button and reads what comes back."""

import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.factories import DIRECTOR, PROMPT

SEEDANCE = "ByteDance/Seedance-2.0"
PICTURE = "https://pictures.example.org/a.png"


def send(client: Client, model: str = DIRECTOR, **fields: Any) -> Any:
    """Press the button of a form filled in like this."""
    form = {"model": model, "prompt": PROMPT, "press": str(uuid.uuid4()), "deed": "send"} | fields
    return client.post(reverse("create"), form)


def page(client: Client, query: str = "") -> str:
    """Open the page."""
    return text(client.get(reverse("create") + query))


def text(response: Any) -> str:
    """Return what a browser would show."""
    content: bytes = response.content
    return content.decode()
