"""Calls of the published `together` package, one after another; runs in the package's own environment.

Reads a JSON list of [base URL, key, "create" or "retrieve", the create's fields or the job's id, headers] and
prints one of the answers; where a call raised, the error's class, text and HTTP status.
"""

import json
import sys
from typing import Any

import together

HEADERS = "supplied_headers" if hasattr(together, "version") else "default_headers"


def call(base_url: str, key: str, name: str, words: Any, headers: dict[str, str]) -> object:
    """Make one call and return what came of it."""
    client = together.Together(api_key=key, base_url=base_url, **{HEADERS: headers})
    try:
        answer = client.videos.create(**words) if name == "create" else client.videos.retrieve(words)
    except Exception as error:  # noqa: BLE001  the test judges which one it is
        status = getattr(error, "status_code", None) or getattr(error, "http_status", None)
        return {"error": type(error).__name__, "text": str(error), "status": status}
    return json.loads(answer.model_dump_json())


if __name__ == "__main__":
    sys.stdout.write(json.dumps([call(*one) for one in json.load(sys.stdin)]) + "\n")
