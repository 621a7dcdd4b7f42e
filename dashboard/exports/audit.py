"""The audit log as a table to export."""

import json
from typing import Any

from django.db.models import QuerySet

from dashboard.exports.names import Names
from dashboard.exports.tables import Fields, Said, Table, Values
from videojobs.cells import moment
from videojobs.models import AuditEntry

FIELDS: Fields = ("id", "at", "actor_id", "via", "token_id", "action", "subject", "before", "after")
COLUMNS = ("entry", "at", "actor", "via", "token", "action", "subject", "before", "after")


def log(entries: QuerySet[AuditEntry]) -> Table:
    """Return entries of the log, oldest first; what was before and after as JSON."""
    names = Names()
    return Table("audit", COLUMNS, entries.order_by("id"), FIELDS, lambda values: _entry(values, names))


def _entry(values: Values, names: Names) -> Said:
    number, at, actor, via, token, action, subject, before, after = values
    who = (names.person[actor] or None, via, names.token[token] or None)
    return (number, moment(at), *who, action, subject, _json(before), _json(after))


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else None
