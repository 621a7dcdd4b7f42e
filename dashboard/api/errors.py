"""What a script is told when it cannot have what it asked for.

Every exception of the rooms below becomes one ApiError here; REST and gateway each write it in their own
shape. Nobody's traceback and nobody else's words reach the answer.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404

from dashboard.versions import Meanwhile
from videojobs.accounts import NotConfigured
from videojobs.bodies import BodyProblem, BodyRefused
from videojobs.lifecycle import Decided, KeyReused, Stale, StepRefused, WrongAnswer
from videojobs.money.ledger import LimitRefused
from videojobs.pauses import AlreadyPaused, NotPaused
from videojobs.places import QueueFull
from videojobs.provider.errors import JobMissing, LookError

Fields = dict[str, list[str]]

TO_STAY = {"x-should-retry": "false"}
"""Both SDKs repeat a 409 unless told that it will not help."""

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """An answer that is not what was asked for.

    `message` is a sentence with the remedy, `code` a stable word for programs, `fields` what is wrong with
    each field by its wire name, `limit_id` the limit that refuses, `more` what else REST writes beside them.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str,
        *,
        fields: Fields | None = None,
        headers: Mapping[str, str] | None = None,
        limit_id: int | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.fields = fields or {}
        self.headers = dict(headers or {})
        self.limit_id = limit_id
        self.more = dict(more or {}) | ({} if limit_id is None else {"limit_id": limit_id})
        """What REST and gateway write beside their own words."""


def wrong_field(field: str, message: str, code: str = "invalid") -> ApiError:
    """Return the answer to one wrong field."""
    return ApiError(400, message, code, fields={field: [message]})


def wrong_method(method: str, allowed: str) -> ApiError:
    """Return the answer to a method an address does not take."""
    message = f"{method} is not possible here. Use {allowed}."
    return ApiError(405, message, "method_not_allowed", headers={"Allow": allowed})


def wrong_body(problems: Iterable[BodyProblem]) -> ApiError:
    """Return the answer to a body that cannot be sent, naming every field of it."""
    found = list(problems)
    fields: Fields = {}
    for problem in found:
        fields.setdefault(problem.field, []).append(problem.message)
    return ApiError(400, " ".join(problem.message for problem in found), found[0].code, fields=fields)


def read(error: Exception) -> ApiError:
    """Return what a script is told about any exception; what nobody foresaw is logged and is a 500."""
    if isinstance(error, ApiError):
        return error
    return _of_wish(error) or _of_access(error) or _of_decision(error) or _of_outage(error)


def _of_wish(error: Exception) -> ApiError | None:
    if isinstance(error, BodyRefused):
        return wrong_body(error.problems)
    if isinstance(error, KeyReused):
        return ApiError(409, str(error), "idempotency_key_reused", headers=TO_STAY)
    if isinstance(error, LimitRefused):
        return ApiError(402, str(error), "spend_limit", limit_id=error.limit.pk)
    if isinstance(error, QueueFull):
        return ApiError(429, error.message, "queue_full", headers=TO_STAY)
    if isinstance(error, RequestDataTooBig):
        return ApiError(413, "The body is too large.", "too_large")
    return None


def _of_access(error: Exception) -> ApiError | None:
    if isinstance(error, Http404):
        return ApiError(404, "There is nothing of that name here.", "not_found")
    if isinstance(error, PermissionDenied):
        return ApiError(403, str(error) or "This token may not do that.", "not_allowed")
    return None


def _of_decision(error: Exception) -> ApiError | None:
    if isinstance(error, WrongAnswer):
        return wrong_field(error.field, error.message)
    if isinstance(error, Stale):
        return _stale(error)
    if isinstance(error, Decided | StepRefused | NotConfigured | AlreadyPaused | NotPaused):
        return ApiError(409, str(error), "conflict", headers=TO_STAY)
    if isinstance(error, JobMissing):
        return wrong_field("provider_id", "The provider knows no job with this id.", "not_found")
    if isinstance(error, LookError):
        message = f"The provider could not be asked about it, so nothing was changed: {error.message}"
        return ApiError(502, message, "provider_away")
    return None


def _stale(stale: Stale) -> ApiError:
    """Return the answer to a change of an older version: what somebody did since."""
    meanwhile = Meanwhile.of(stale)
    changed = {
        "by": meanwhile.by.email if meanwhile.by else None,
        "at": meanwhile.at,
        "what": meanwhile.what,
    }
    more = {"changed": changed}
    return ApiError(409, meanwhile.sentence, "stale", headers=TO_STAY, more=more)


def _of_outage(error: Exception) -> ApiError:
    if isinstance(error, OperationalError | InterfaceError):
        logger.warning("database_away: %s", error)
        message = "The database did not answer, so nothing was stored. Try again in a moment."
        return ApiError(503, message, "unavailable")
    logger.error("api_failed", exc_info=error)
    return ApiError(500, "Something went wrong here. The log says what.", "internal_error")
