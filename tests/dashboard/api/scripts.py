"""A user's script in tests: a token, and JSON in and out."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.factories import DIRECTOR, PROMPT, create_token
from videojobs.models import Team, User

WISH: dict[str, Any] = {"model": DIRECTOR, "prompt": PROMPT}


@dataclass
class Script:
    """Asks with one token. Answers have `status_code`, `json()` and headers by name."""

    secret: str
    client: Client = field(default_factory=Client)

    @classmethod
    def of(cls, user: User, team: Team) -> "Script":
        """Return a script with a new token of somebody."""
        return cls(create_token(user, team)[1])

    def get(self, path: str, **headers: str) -> Any:
        """Read an address."""
        return self.client.get(path, headers=self._with(headers))

    def post(self, path: str, value: object = None, **headers: str) -> Any:
        """Send JSON; header names with underscores for dashes."""
        return self.send(path, json.dumps({} if value is None else value), **headers)

    def patch(self, path: str, value: object) -> Any:
        """Change what stands at an address."""
        raw, kind = json.dumps(value), "application/json"
        return self.client.patch(path, raw, content_type=kind, headers=self._with({}))

    def delete(self, path: str) -> Any:
        """Take away what stands at an address."""
        return self.client.delete(path, headers=self._with({}))

    def send(self, path: str, raw: str | bytes, kind: str = "application/json", **headers: str) -> Any:
        """Send a raw body of some content type."""
        return self.client.post(path, raw, content_type=kind, headers=self._with(headers))

    def create(self, **headers: str) -> Any:
        """Ask the gateway for a plain video."""
        return self.post("/v2/videos", WISH, **headers)

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"authorization": f"Bearer {self.secret}"} | named
