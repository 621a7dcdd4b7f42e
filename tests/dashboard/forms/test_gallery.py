"""What the gallery's address asks for, read whatever stands in it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.forms.gallery import MONEY, STATES, Filters
from tests.factories import NOW, Cast, create_cast, create_job, live_account, put
from videojobs.models import Job
from videojobs.money import ledger
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ZONE = ZoneInfo("UTC")


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def found(**given: str) -> set[str]:
    """Return the prompts of the jobs an address asks for."""
    filters = Filters.read({key.rstrip("_"): word for key, word in given.items()})
    jobs = filters.on(Job.objects.all(), ZONE)
    return set(jobs.values_list("prompt", flat=True))


def test_every_word_must_stand_in_the_prompt(cast: Cast) -> None:
    create_job(cast.alice, cast.team, prompt="A red tram at night")
    create_job(cast.alice, cast.team, prompt="A red boat")
    assert found(q="tram RED") == {"A red tram at night"}


@pytest.mark.parametrize("words", ["ärmel", "ÄRMEL", "Wind ärm"])
def test_case_does_not_matter_beyond_ascii(cast: Cast, words: str) -> None:
    create_job(cast.alice, cast.team, prompt="Ärmel flattern im Wind")
    assert found(q=words) == {"Ärmel flattern im Wind"}


@pytest.mark.parametrize("words", ["%", "_", "\\", "100%", "a_b", "(", "é("])
def test_signs_stand_for_themselves(cast: Cast, words: str) -> None:
    create_job(cast.alice, cast.team, prompt="nothing of the kind")
    create_job(cast.alice, cast.team, prompt=f"here: {words}")
    assert found(q=words) == {f"here: {words}"}


def test_failures_are_shown_only_when_asked_for(cast: Cast) -> None:
    for state in (State.COMPLETED, State.FAILED, State.LOST, State.CANCELLED, State.WAITING):
        create_job(cast.alice, cast.team, state=state, prompt=state.value)
    assert found() == {"completed", "waiting"}
    assert found(state="failures") == {"failed", "lost"}
    assert found(state="lost") == {"lost"}
    assert found(state="no_clip") == {"failed", "lost", "cancelled"}
    assert len(found(state="any")) == 5


def test_model_person_and_kind_narrow_it(cast: Cast) -> None:
    create_job(cast.alice, cast.team, prompt="hers", model="maker/one")
    create_job(cast.bob, cast.team, prompt="his", account=live_account())
    assert found(model="maker/one") == {"hers"}
    assert found(person=str(cast.bob.pk)) == {"his"}
    assert found(kind="live") == {"his"}
    assert found(kind="rehearsal") == {"hers"}


def test_a_project_narrows_it(cast: Cast) -> None:
    film = cast.team.projects.create(name="Film", created_at=NOW)
    create_job(cast.alice, cast.team, prompt="film", project=film)
    create_job(cast.alice, cast.team, prompt="none")
    assert found(project=str(film.pk)) == {"film"}


def test_the_money_filters_name_the_jobs_behind_each_sum(cast: Cast) -> None:
    charged = create_job(cast.alice, cast.team, state=State.COMPLETED, prompt="charged")
    ledger.settle(charged.id, Decimal("0.3"), now=NOW, reason="Reported.")
    create_job(cast.alice, cast.team, state=State.LOST, prompt="unknown", charged="unknown")
    create_job(cast.alice, cast.team, prompt="held")
    free = create_job(cast.alice, cast.team, state=State.FAILED, prompt="free")
    ledger.release(free.id, now=NOW, reason="Refused.")
    assert {money: found(money=money) for money in MONEY} == {
        money: {money} for money in MONEY if money != "off"
    } | {"off": set()}


@pytest.mark.parametrize(
    ("cost", "off"), [("0.308", False), ("0.252", False), ("0.308001", True), ("0.251999", True)]
)
def test_an_estimate_is_off_beyond_a_tenth(cast: Cast, cost: str, *, off: bool) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED, prompt="job")
    ledger.settle(job.id, Decimal(cost), now=NOW, reason="Reported.")
    assert found(money="off") == ({"job"} if off else set())


def test_days_have_both_ends(cast: Cast) -> None:
    for offset in (-1, 0, 1):
        create_job(cast.alice, cast.team, now=NOW + timedelta(days=offset), prompt=str(offset))
    day = NOW.date().isoformat()
    assert found(from_=day, to=day) == {"0"}
    assert found(from_=day) == {"0", "1"}


def test_counted_days_are_the_claims_by_the_teams_clocks(cast: Cast) -> None:
    # 22:30 on the day before in New York, and claimed an hour later than asked for.
    counted = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    job = create_job(cast.alice, cast.team, state=State.LOST, now=counted - timedelta(hours=1), prompt="late")
    put(job, counted_at=counted)
    ledger.settle(job.id, Decimal("0.3"), now=NOW, reason="Read on the bill.")
    assert found(counted_from="2026-11-23", counted_to="2026-11-23") == {"late"}
    here = Filters.read({"counted_from": "2026-11-22", "counted_to": "2026-11-22"})
    assert [job.prompt for job in here.on(Job.objects.all(), ZoneInfo("America/New_York"))] == ["late"]
    assert not here.splits_running


def test_what_cannot_be_read_is_left_out() -> None:
    given = {"state": "nonsense", "person": "１２", "money": "much", "kind": "x", "from": "2026-02-31"} | {
        "project": "1.5"
    }
    assert Filters.read(given) == Filters()


def test_filters_go_through_the_address_and_back() -> None:
    given = {"q": "red tram", "state": "any", "model": "a/b", "person": "7", "from": "2026-11-01"} | {
        "project": "3",
        "counted_to": "2026-11-02",
    }
    filters = Filters.read(given)
    assert filters.as_query() == given
    assert Filters.read(filters.as_query()) == filters


@given(
    st.dictionaries(st.sampled_from(["q", "state", "model", "person", "from", "to"]), st.text(max_size=400))
)
def test_no_address_breaks_the_search(given: dict[str, str]) -> None:
    assert isinstance(Filters.read(given).q, str)
    assert Filters.read(given).state in STATES
