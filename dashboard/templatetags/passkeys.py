"""What a script needs to ask a browser for a passkey."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Write a value as JSON; the template escapes it for an attribute."""
    return json.dumps(value, cls=DjangoJSONEncoder)
