"""The page of the audit log, its files, and what scripts read of it."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW, Cast, create_token
from videojobs import audit
from videojobs.models import AuditEntry, User
from videojobs.rights import Role

pytestmark = pytest.mark.django_db


def changed(cast: Cast, actor: User | None = None, subject: str = "bob@example.org", days: int = 0) -> None:
    """Note that a role was changed so many days after NOW."""
    said = {"before": {"role": "member"}, "after": {"role": "admin"}}
    now = NOW + timedelta(days=days)
    audit.note(cast.team, actor or cast.alice, "role_changed", subject, now, **said)


def scripted(cast: Cast, path: str) -> tuple[int, dict[str, object]]:
    """Ask as Alice's script."""
    _token, secret = create_token(cast.alice, cast.team)
    answer = Client().get(path, headers={"Authorization": f"Bearer {secret}"})
    return answer.status_code, answer.json()


def page(client: Client, query: str = "") -> str:
    """Return what the page says."""
    return client.get(f"/team/audit/{query}").content.decode()


def test_it_says_who_changed_what_from_what_to_what(alice: Client, cast: Cast) -> None:
    changed(cast)
    said = page(alice)
    assert "Role changed" in said and "<del>member</del>" in said and "<ins>admin</ins>" in said


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?subject=bob", True),
        ("?subject=carol", False),
        ("?action=role_changed", True),
        ("?via=api", False),
        ("?first=2026-11-23&last=2026-11-23", True),
        ("?first=2026-11-24", False),
    ],
)
def test_filters_leave_what_all_of_them_let_pass(
    alice: Client, cast: Cast, query: str, *, shown: bool
) -> None:
    changed(cast)
    assert ("<del>member</del>" in page(alice, query)) is shown


def test_moments_and_jobs_are_shown_as_everywhere(alice: Client, cast: Cast) -> None:
    when = {"expires_at": "2026-12-01T02:39:20.406447+00:00"}
    audit.note(cast.team, cast.alice, "job_marked_next", "job_TPWtchj33n", NOW, before={}, after=when)
    shown = alice.get("/team/audit/").content.decode()
    assert "1 Dec 2026, 02:39:20" in shown
    assert 'href="/jobs/job_TPWtchj33n/"' in shown


def test_another_teams_changes_are_not_in_it(alice: Client, cast: Cast) -> None:
    audit.note(cast.elsewhere, cast.charlie, "role_changed", "theirs", NOW)
    assert "theirs" not in page(alice)


def test_days_the_wrong_way_round_are_said(alice: Client, cast: Cast) -> None:
    changed(cast)
    said = page(alice, "?first=2026-11-24&last=2026-11-23")
    assert "The last day is before the first one." in said and "<del>" not in said


def test_a_page_leads_to_the_older_ones(alice: Client, cast: Cast) -> None:
    for number in range(51):
        changed(cast, subject=f"person-{number:02}")
    assert "person-00" not in page(alice)
    last = AuditEntry.objects.filter(subject="person-01").get()
    assert "person-00" in page(alice, f"?after={last.pk}")


def test_ten_more_entries_cost_no_more_queries(
    alice: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(12):
        changed(cast)
    with django_assert_max_num_queries(20):
        page(alice)


def test_it_goes_out_as_a_file_with_the_same_filters(alice: Client, cast: Cast) -> None:
    changed(cast)
    changed(cast, subject="=cmd")
    said = b"".join(alice.get("/team/audit/log.csv?subject=bob")).decode("utf-8-sig")
    [row, _end] = csv.DictReader(io.StringIO(said))
    assert (row["actor"], row["action"], json.loads(row["after"])) == (
        "alice@example.org",
        "role_changed",
        {"role": "admin"},
    )


def test_a_script_reads_it_page_by_page(cast: Cast) -> None:
    for number in range(3):
        changed(cast, subject=f"person-{number}")
    _status, first = scripted(cast, "/api/v1/audit?limit=2&action=role_changed")
    _status, second = scripted(
        cast, f"/api/v1/audit?limit=2&action=role_changed&cursor={first['next_cursor']}"
    )
    subjects = [entry["subject"] for found in (first, second) for entry in found["entries"]]  # type: ignore[attr-defined]
    assert subjects == ["person-2", "person-1", "person-0"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("query", ["from=1999-01-01", "cursor=x", "limit=0", "from=2026-11-24&to=2026-11-23"])
def test_a_script_is_told_what_is_wrong(cast: Cast, query: str) -> None:
    status, said = scripted(cast, f"/api/v1/audit?{query}")
    assert status == 400
    assert said["error"]


def test_a_member_does_not_read_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.bob)
    assert client.get("/team/audit/").status_code == 403
    cast.bob.memberships.update(role=Role.BILLING)
    assert client.get("/team/audit/").status_code == 200


def test_a_change_in_the_site_says_so(alice: Client, cast: Cast) -> None:
    alice.post("/team/rename/", {"name": "Dockside"})
    assert AuditEntry.objects.get(action="team_renamed").via == "page"
