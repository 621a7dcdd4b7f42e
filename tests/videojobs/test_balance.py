"""The provider's balance: what should be left, how long it lasts, and who hears of it in time."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.factories import NOW, Cast, create_job, create_user, join, live_account
from videojobs import balance
from videojobs.balance import Outlook, Pace, Parts
from videojobs.models import AuditEntry, EntryKind, Job, LedgerEntry, Notice, ProviderAccount, Team
from videojobs.money import ledger, verifying
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db

NONE = Decimal(0)
TODAY = NOW.date()


@pytest.fixture
def live() -> ProviderAccount:
    return live_account()


def pay_in(cast: Cast, account: ProviderAccount, usd: str = "100", *, hours: int = 0) -> None:
    seen = balance.paid_in(account)
    balance.top_up(
        cast.team,
        account,
        Decimal(usd),
        cast.alice,
        on=TODAY,
        words="",
        seen=seen,
        now=NOW + timedelta(hours=hours),
    )


def spend(cast: Cast, account: ProviderAccount, usd: str, *, days_ago: int, team: Team | None = None) -> Job:
    """Make and settle a job some days ago."""
    at = NOW - timedelta(days=days_ago)
    job = create_job(cast.alice, team or cast.team, account=account, now=at, usd=usd)
    ledger.settle(job.id, Decimal(usd), now=at, reason="Reported.")
    return job


def left(topped_up: str | None = "100", spent: str = "0", held: str = "0", unknown: str = "0") -> Parts:
    paid = None if topped_up is None else Decimal(topped_up)
    return Parts(paid, Decimal(spent), Decimal(held), Decimal(unknown), NONE)


# --- what should be left ---


def test_nobody_typed_anything_in_is_not_nothing_left(cast: Cast, live: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, account=live)
    outlook = balance.outlook(cast.team, live, now=NOW)
    assert outlook.parts.left is None
    assert (outlook.lasts, outlook.warning) == (None, "")


def test_what_is_left_is_what_was_paid_in_less_all_that_is_taken(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "10")
    spend(cast, live, "3", days_ago=1)
    create_job(cast.alice, cast.team, account=live, usd="2")
    create_job(cast.alice, cast.team, account=live, usd="1", state=State.LOST)
    parts = balance.outlook(cast.team, live, now=NOW).parts
    assert parts.topped_up == Decimal(10)
    assert parts.spent == Decimal(3)
    assert parts.held + parts.unknown == Decimal(3)
    assert parts.left == Decimal(4)


def test_a_credit_and_a_correction_count(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "10")
    job = spend(cast, live, "3", days_ago=1)
    ledger.correct(job.id, Decimal(4), now=NOW, reason="The bill", actor=cast.alice)
    ledger.credit(job.id, Decimal("1.5"), now=NOW, reason="Given back", actor=cast.alice)
    assert balance.outlook(cast.team, live, now=NOW).parts.left == Decimal("7.5")


def test_other_teams_take_from_the_same_account(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "10")
    spend(cast, live, "4", days_ago=1, team=cast.elsewhere)
    parts = balance.outlook(cast.team, live, now=NOW).parts
    assert (parts.spent, parts.others, parts.left) == (NONE, Decimal(4), Decimal(6))


# --- how long it lasts ---


def test_the_pace_is_that_of_the_fourteen_days_before_today(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "100")
    for days_ago, usd in ((20, "50"), (14, "7"), (1, "7"), (0, "30")):
        spend(cast, live, usd, days_ago=days_ago)
    outlook = balance.outlook(cast.team, live, now=NOW)
    assert outlook.pace == Pace(Decimal(14), 14)
    assert outlook.lasts == 6


def test_a_young_account_counts_the_days_it_has(cast: Cast, live: ProviderAccount) -> None:
    spend(cast, live, "8", days_ago=4)
    assert balance.outlook(cast.team, live, now=NOW).pace == Pace(Decimal(8), 4)


@pytest.mark.parametrize("days_ago", [0, 1, 2])
def test_too_little_history_makes_no_pace(cast: Cast, live: ProviderAccount, days_ago: int) -> None:
    pay_in(cast, live)
    spend(cast, live, "8", days_ago=days_ago)
    outlook = balance.outlook(cast.team, live, now=NOW)
    assert (outlook.pace, outlook.lasts) == (None, None)


def test_an_unknown_charge_counts_in_the_pace(cast: Cast, live: ProviderAccount) -> None:
    spend(cast, live, "2", days_ago=4)
    at = NOW - timedelta(days=3)
    create_job(cast.alice, cast.team, account=live, now=at, usd="6", state=State.LOST)
    assert balance.outlook(cast.team, live, now=NOW).pace == Pace(Decimal(8), 4)


def test_a_quiet_fortnight_lasts_for_nobody_knows_how_long(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live)
    spend(cast, live, "8", days_ago=30)
    outlook = balance.outlook(cast.team, live, now=NOW)
    assert outlook.pace == Pace(NONE, 14)
    assert outlook.lasts is None


@pytest.mark.parametrize(
    ("spent", "pace", "lasts"),
    [
        ("30", Pace(Decimal(140), 14), 7),
        ("30.01", Pace(Decimal(140), 14), 6),
        ("101", Pace(Decimal(1), 1), 0),
    ],
)
def test_days_are_whole_and_never_below_none(spent: str, pace: Pace, lasts: int) -> None:
    assert Outlook(left(spent=spent), pace).lasts == lasts


# --- a word in time ---


def told(cast: Cast) -> dict[str, str]:
    """Return what each person is told now."""
    notices = Notice.objects.open().filter(team=cast.team, kind="money").select_related("person")
    return {str(notice.person): notice.text for notice in notices}


def test_those_who_answer_for_the_bill_are_warned_once(cast: Cast, live: ProviderAccount) -> None:
    dora = create_user("dora@example.org", name="Dora")
    join(dora, cast.team, Role.BILLING)
    pay_in(cast, live, "100")
    spend(cast, live, "70", days_ago=14)
    for _hour in range(2):
        balance.watch(live, now=NOW)
    said = "The provider’s balance lasts 6 days at the present pace: 30.00 USD should be left."
    assert told(cast) == {"Alice": said, "Dora": said}
    assert Notice.objects.count() == 2


def test_what_is_under_way_and_not_covered_is_said_first(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "10")
    create_job(cast.alice, cast.team, account=live, usd="12")
    balance.watch(live, now=NOW)
    assert told(cast)["Alice"].startswith(
        "The provider’s balance may not cover what is under way: 2.00 USD are missing."
    )


def test_a_top_up_takes_the_warning_back(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "10")
    create_job(cast.alice, cast.team, account=live, usd="12")
    balance.watch(live, now=NOW)
    pay_in(cast, live, "50", hours=1)
    assert told(cast) == {}


def test_a_second_shortage_is_told_anew(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "10")
    for usd in ("12", "60"):
        create_job(cast.alice, cast.team, account=live, usd=usd)
        balance.watch(live, now=NOW)
        assert list(told(cast)) == ["Alice"]
        pay_in(cast, live, "30")


def test_nobody_is_warned_of_a_balance_nobody_typed_in(cast: Cast, live: ProviderAccount) -> None:
    spend(cast, live, "70", days_ago=14)
    balance.watch(live, now=NOW)
    assert told(cast) == {}


def test_rehearsal_has_no_balance(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, usd="12")
    pay_in(cast, job.account, "1")
    assert told(cast) == {}


# --- typed in ---


def test_a_top_up_is_an_entry_and_an_audit_entry(cast: Cast, live: ProviderAccount) -> None:
    balance.top_up(cast.team, live, Decimal(250), cast.alice, on=TODAY, words="Invoice 7", seen=NONE, now=NOW)
    entry = LedgerEntry.objects.get(kind=EntryKind.TOP_UP)
    assert (entry.amount, entry.actor, entry.reason) == (
        Decimal(250),
        cast.alice,
        "Paid in on 2026-11-23: Invoice 7",
    )
    assert AuditEntry.objects.get(action="balance_topped_up").after["usd"] == "250.00"


def test_two_presses_book_one_top_up(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "50")
    with pytest.raises(balance.Changed):
        balance.top_up(cast.team, live, Decimal(50), cast.alice, on=TODAY, words="", seen=NONE, now=NOW)
    assert balance.paid_in(live) == Decimal(50)


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_presses_at_once_book_one_top_up(cast: Cast, live: ProviderAccount) -> None:
    outcomes: list[str] = []

    def press() -> None:
        try:
            balance.top_up(cast.team, live, Decimal(50), cast.alice, on=TODAY, words="", seen=NONE, now=NOW)
            outcomes.append("booked")
        except balance.Changed:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _press in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["booked"] + ["refused"] * 5
    assert balance.paid_in(live) == Decimal(50)
    assert verifying.verify(cast.team).problem == ""


@pytest.mark.parametrize("usd", ["0", "-5", "0.0000001", "NaN", "99999999999"])
def test_an_amount_that_cannot_be_is_refused(cast: Cast, live: ProviderAccount, usd: str) -> None:
    with pytest.raises(ValueError, match=r"Type an amount|cannot be"):
        pay_in(cast, live, usd)
    assert not LedgerEntry.objects.exists()
