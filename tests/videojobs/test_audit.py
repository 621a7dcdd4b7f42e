"""The audit log is written once, kept for a time, and changed by nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.factories import NOW, Cast, create_cast
from videojobs import audit
from videojobs.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def note_at(cast: Cast, moment: datetime) -> AuditEntry:
    """Write an entry as of a moment."""
    audit.note(cast.team, cast.alice, "role_changed", "bob@example.org", moment, before={"role": "member"})
    return AuditEntry.objects.latest("id")


def test_an_entry_says_through_which_door(cast: Cast) -> None:
    came = audit.origin.set(audit.Origin("api"))
    entry = note_at(cast, NOW)
    audit.origin.reset(came)
    assert (entry.via, note_at(cast, NOW).via) == ("api", "system")


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_database_changes_none(cast: Cast, deed: str) -> None:
    entry = note_at(cast, datetime.now(UTC))
    found = AuditEntry.objects.filter(pk=entry.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        found.update(subject="another") if deed == "update" else found.delete()
    assert AuditEntry.objects.get(pk=entry.pk).subject == "bob@example.org"


def test_old_entries_go_when_nobody_keeps_them_longer(cast: Cast) -> None:
    now = datetime.now(UTC)
    old, young = note_at(cast, now - timedelta(days=100)), note_at(cast, now - timedelta(days=95))
    assert audit.forget_old(timedelta(days=98), now=now) == 1
    left = AuditEntry.objects.filter(team=cast.team).order_by("id")
    assert old not in left
    assert [entry.action for entry in left] == [young.action, "audit_forgotten"]


def test_forgetting_young_ones_is_refused_by_the_database(cast: Cast) -> None:
    now = datetime.now(UTC)
    entry = note_at(cast, now - timedelta(days=80))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        audit.forget_old(timedelta(days=10), now=now)
    assert AuditEntry.objects.filter(pk=entry.pk).exists()
