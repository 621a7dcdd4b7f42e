"""Where a team's days begin is set by those who manage the team, and every sum follows."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client

from dashboard.forms.zone import ZoneForm, places
from tests.factories import Cast, create_job, live_account
from videojobs import reports
from videojobs.models import AuditEntry, Team
from videojobs.money import ledger
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def zone_of(cast: Cast) -> str:
    return Team.objects.get(pk=cast.team.pk).time_zone


def test_an_owner_sets_it_and_sums_follow(alice: Client, cast: Cast) -> None:
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    job = create_job(cast.alice, cast.team, account=live_account(), state=State.COMPLETED, now=late)
    ledger.settle(job.id, Decimal("0.30"), now=late, reason="Reported.")
    answer = alice.post("/team/zone/", {"zone": "Europe/Berlin"}, follow=True)
    assert "by the clocks of Europe/Berlin now" in answer.content.decode()
    cast.team.refresh_from_db()
    (row,) = reports.by_day(cast.team, date(2026, 11, 1), date(2026, 11, 1), rehearsal=False)
    assert (row.totals.spent, row.totals.jobs) == (Decimal("0.30"), 1)
    assert AuditEntry.objects.get(team=cast.team, action="time_zone_changed").actor == cast.alice


def test_members_see_it_and_may_not_set_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.bob)
    assert client.post("/team/zone/", {"zone": "Europe/Berlin"}).status_code == 403
    html = client.get("/team/").content.decode()
    assert "by the clocks of UTC" in html and 'name="zone"' not in html
    assert zone_of(cast) == "UTC"


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../etc/passwd", "EST5EDT", "Europe/Berlin\0", "+01:00"]
)
def test_what_is_no_place_is_told_beside_the_field(alice: Client, cast: Cast, zone: str) -> None:
    answer = alice.post("/team/zone/", {"zone": zone})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert zone_of(cast) == "UTC"


def test_reading_changes_nothing(alice: Client, cast: Cast) -> None:
    assert alice.get("/team/zone/?zone=Europe/Berlin").status_code == 302
    assert zone_of(cast) == "UTC"


def test_places_stand_by_area() -> None:
    offered = dict(places("UTC"))
    assert list(offered)[:2] == ["UTC", "Africa"]
    assert ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in offered["America"]
    assert not any(name.startswith(("Etc/", "US/")) for choices in offered.values() for name, _ in choices)


def test_an_unusual_zone_stays_chosen(cast: Cast) -> None:
    cast.team.time_zone = "Etc/GMT+3"
    form = ZoneForm(team=cast.team)
    assert form["zone"].initial == "Etc/GMT+3"
    assert ("Etc/GMT+3", "Etc/GMT+3") in dict(places("Etc/GMT+3"))["UTC"]
