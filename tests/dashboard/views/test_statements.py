"""Statements: the page, its files, what is wrong beside the field, and who gets one each month."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader
from pytest_django import Settings

from tests.factories import NOW, Cast, create_job, create_user, join
from tests.videojobs.statements.books import charge, correct, live
from videojobs.models import AuditEntry, MonthlyStatement, Project
from videojobs.rights import Role
from videojobs.statements import paper, sums
from videojobs.states import State

pytestmark = pytest.mark.django_db

PAGE = "/spend/statements/"


@pytest.fixture(autouse=True)
def _today(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW, tick=False):
        yield


def asked(cast: Cast, **more: str) -> dict[str, str]:
    return {"project": str(cast.project.pk), "month": "2026-11", "kind": "live"} | more


def test_it_opens_with_this_months_statement_of_the_default_project(alice: Client, cast: Cast) -> None:
    charge(cast.bob, cast.team, "0.30", rehearsal=True)
    shown = alice.get(PAGE)
    assert shown.context["preview"].statement.base == Decimal("0.30")
    assert "Rehearsal: none of this was paid" in shown.content.decode()


def test_the_preview_says_what_the_files_say(alice: Client, cast: Cast) -> None:
    correct(charge(cast.bob, cast.team, "0.30"), "0.40", cast.alice)
    lost = create_job(cast.bob, cast.team, state=State.LOST, charged="unknown", account=live())
    shown = alice.get(PAGE, asked(cast, markup="25")).content.decode()
    for said in ("$0.40", "Mark-up of 25 %", "$0.50", "corrected by $0.10", "Nobody knows", lost.id):
        assert said in shown


def test_the_pdf_has_the_totals_of_the_page(alice: Client, cast: Cast) -> None:
    charge(cast.bob, cast.team, "0.30")
    answer = alice.get(f"{PAGE}statement.pdf", asked(cast, markup="10"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        'attachment; filename="statement-general-2026-11-01-2026-11-30.pdf"'
    )
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "$0.33" in text and "General" in text


def test_the_csv_has_them_too(alice: Client, cast: Cast) -> None:
    charge(cast.bob, cast.team, "0.30")
    answer = alice.get(f"{PAGE}statement.csv", asked(cast, markup="10"))
    rows = list(csv.DictReader(answer.content.decode().splitlines(keepends=True)))
    assert [(row["row"], row["amount_usd"]) for row in rows] == [
        ("line", "0.330000"),
        ("total", "0.330000"),
        ("to pay", "0.330000"),
    ]


def test_days_come_before_a_month(alice: Client, cast: Cast) -> None:
    charge(cast.bob, cast.team, "0.30")
    preview = alice.get(PAGE, asked(cast, first="2026-11-22", last="2026-11-22")).context["preview"]
    assert preview.statement.lines == []


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"first": "2026-11-20", "last": "2026-11-10"}, "last", "before the first"),
        ({"first": "2026-11-20"}, "last", "both days"),
        ({"last": "2026-11-20"}, "first", "both days"),
        ({"first": "2024-01-01", "last": "2026-01-01"}, "last", "at most 366 days"),
        ({"first": "0001-01-01", "last": "0001-01-02"}, "first", "up to today"),
        ({"first": "2026-12-01", "last": "2026-12-02"}, "first", "up to today"),
        ({"first": "soon", "last": "later"}, "first", "valid date"),
        ({"month": "2026-13"}, "month", "like 2026-11"),
        ({"month": "9999-12"}, "month", "like 2026-11"),
        ({"month": "2027-01"}, "month", "up to today"),
        ({"markup": "-1"}, "markup", "greater than or equal to 0"),
        ({"markup": "1000.01"}, "markup", "less than or equal to 1000"),
        ({"markup": "1.234"}, "markup", "2 decimal places"),
        ({"markup": "NaN"}, "markup", "per cent"),
        ({"markup": "1e3000"}, "markup", ""),
        ({"project": "0"}, "project", "valid choice"),
        ({"kind": "gold"}, "kind", "valid choice"),
    ],
)
def test_what_makes_no_sense_stands_beside_its_field(
    alice: Client, cast: Cast, more: dict[str, str], field: str, said: str
) -> None:
    for path, status in ((PAGE, 200), (f"{PAGE}statement.pdf", 422), (f"{PAGE}statement.csv", 422)):
        answer = alice.get(path, asked(cast, **more))
        assert answer.status_code == status
        assert said in " ".join(answer.context["form"].errors[field])
        assert answer.context["preview"] is None


def test_another_teams_project_is_no_choice(alice: Client, cast: Cast) -> None:
    theirs = Project.objects.get(team=cast.elsewhere)
    answer = alice.get(PAGE, asked(cast, project=str(theirs.pk)))
    assert answer.context["form"].errors["project"]


def test_too_many_jobs_for_a_pdf_lead_to_the_csv(
    alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "MOST_LINES", 0)
    charge(cast.bob, cast.team)
    answer = alice.get(f"{PAGE}statement.pdf", asked(cast))
    assert answer.status_code == 422
    assert "take the CSV" in answer.content.decode()


def test_books_that_do_not_tie_give_no_file(
    alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge(cast.bob, cast.team)
    monkeypatch.setattr(sums, "_booked", lambda *_: {})
    for path in (PAGE, f"{PAGE}statement.pdf", f"{PAGE}statement.csv"):
        answer = alice.get(path, asked(cast))
        assert answer.status_code == 409
        assert "not what the ledger sums to" in answer.content.decode()


def test_a_member_may_not_see_statements(client: Client, cast: Cast) -> None:
    client.force_login(cast.bob)
    for path in (PAGE, f"{PAGE}statement.pdf", f"{PAGE}statement.csv"):
        assert client.get(path).status_code == 403


# --- each month ---


def added(**more: str) -> dict[str, str]:
    values = {"address": "Client@Example.com", "markup": "12.5"} | more
    return {f"monthly-{name}": value for name, value in values.items()}


def test_somebody_gets_it_each_month_from_now_on(alice: Client, cast: Cast) -> None:
    shown = alice.post(f"{PAGE}monthly/", added(project=str(cast.project.pk)), follow=True)
    one = MonthlyStatement.objects.get()
    assert (one.address, one.markup, one.created_by) == ("client@example.com", Decimal("12.5"), cast.alice)
    assert "to client@example.com" in shown.content.decode()
    note = AuditEntry.objects.get(action="statement_added")
    assert note.after == {"project": "General", "address": "client@example.com", "markup": "12.5"}


@pytest.mark.parametrize(
    "more",
    [
        {"address": "nobody"},
        {"address": "a@example.com\r\nBcc: b@example.com"},
        {"address": ""},
        {"markup": "-1"},
        {"markup": "1001"},
        {"project": "0"},
    ],
)
def test_nothing_is_stored_of_what_makes_no_sense(alice: Client, cast: Cast, more: dict[str, str]) -> None:
    answer = alice.post(f"{PAGE}monthly/", added(**{"project": str(cast.project.pk)} | more))
    assert answer.status_code == 422
    assert list(answer.context["adding"].errors) == list(more)
    assert not MonthlyStatement.objects.exists()


def test_nobody_gets_it_twice(alice: Client, cast: Cast) -> None:
    for _ in range(2):
        answer = alice.post(f"{PAGE}monthly/", added(project=str(cast.project.pk)))
    assert "gets this project’s statement already" in answer.content.decode()
    assert MonthlyStatement.objects.count() == 1


def test_it_can_be_stopped(alice: Client, cast: Cast) -> None:
    alice.post(f"{PAGE}monthly/", added(project=str(cast.project.pk)))
    alice.post(f"{PAGE}monthly/{MonthlyStatement.objects.get().pk}/remove/")
    assert not MonthlyStatement.objects.exists()
    assert AuditEntry.objects.filter(action="statement_removed").exists()


def test_another_teams_owner_cannot_stop_it(alice: Client, client: Client, cast: Cast) -> None:
    alice.post(f"{PAGE}monthly/", added(project=str(cast.project.pk)))
    client.force_login(cast.charlie)
    assert client.post(f"{PAGE}monthly/{MonthlyStatement.objects.get().pk}/remove/").status_code == 404
    assert MonthlyStatement.objects.exists()


def test_another_teams_monthly_ones_are_not_listed(alice: Client, cast: Cast) -> None:
    MonthlyStatement.objects.create(
        project=Project.objects.get(team=cast.elsewhere),
        address="secret@example.com",
        created_by=cast.charlie,
        created_at=NOW,
    )
    assert "secret@example.com" not in alice.get(PAGE).content.decode()


def test_billing_may_send_and_a_viewer_not_even_see(client: Client, cast: Cast) -> None:
    for number, (role, status) in enumerate(((Role.BILLING, 200), (Role.VIEWER, 403))):
        person = create_user(f"person{number}@example.org")
        join(person, cast.team, role)
        client.force_login(person)
        assert client.get(PAGE).status_code == status
