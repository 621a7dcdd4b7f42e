"""Yes and no in the site: who may, what it does, what everybody reads; and above which prices jobs ask."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.dashboard.views.test_queue import lane, page
from tests.factories import (
    Cast,
    create_asking_job,
    create_limit,
    create_user,
    join,
    live_account,
)
from videojobs.lifecycle.restoring import after_restore
from videojobs.models import Approval, AuditEntry, Job, LimitAction, Team, User
from videojobs.rights import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(cast: Cast) -> Client:
    return browser_of(cast.alice)


@pytest.fixture
def bob(cast: Cast) -> Client:
    return browser_of(cast.bob)


@pytest.fixture
def job(cast: Cast) -> Job:
    """Return a live job of Bob's for 5.60 USD that waits for a yes."""
    return create_asking_job(cast.bob, cast.team, account=live_account())


def browser_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def press(client: Client, job: Job, deed: str, **fields: str) -> HttpResponse:
    answer: HttpResponse = client.post(f"/jobs/{job.id}/{deed}/", fields)  # type: ignore[assignment]
    return answer


def read(client: Client, path: str) -> str:
    content: bytes = client.get(path).content
    return content.decode()


def answer_to(job: Job) -> str:
    return Approval.objects.get(job=job).answer


# --- answering ---


def test_a_yes_lets_the_job_go(alice: Client, cast: Cast, job: Job) -> None:
    answer = press(alice, job, "grant", next="/queue/")
    assert (answer.status_code, answer["Location"]) == (302, "/queue/")
    job.refresh_from_db()
    assert (job.decision, Approval.objects.get().answered_by) == ("", cast.alice)


def test_a_no_cancels_it_with_its_reason(alice: Client, job: Job) -> None:
    press(alice, job, "refuse", reason="Too dear")
    job.refresh_from_db()
    assert (job.state, job.held, job.failure) == ("cancelled", Decimal(0), "Alice said no: Too dear")
    assert "Alice said no: Too dear" in read(alice, f"/jobs/{job.id}/")


def test_a_reason_of_two_lines_is_shown_beside_its_field(alice: Client, job: Job) -> None:
    answer = press(alice, job, "refuse", reason="Too\ndear")
    assert answer.status_code == 422
    assert "Leave out control characters" in answer.content.decode()
    assert answer_to(job) == "open"


def test_who_comes_second_reads_who_was_first(alice: Client, cast: Cast, job: Job) -> None:
    dora = create_user("dora@example.org", name="Dora")
    join(dora, cast.team, Role.BILLING)
    press(alice, job, "grant")
    late = press(browser_of(dora), job, "refuse")
    assert late.status_code == 409
    assert "Alice said yes on " in late.content.decode()


@pytest.mark.parametrize("deed", ["grant", "refuse"])
@pytest.mark.parametrize(
    ("role", "status"), [(Role.ADMIN, 302), (Role.BILLING, 302), (Role.MEMBER, 403), (Role.VIEWER, 403)]
)
def test_roles_answer_as_the_table_says(cast: Cast, job: Job, deed: str, role: Role, status: int) -> None:
    dora = create_user("dora@example.org")
    join(dora, cast.team, role)
    assert press(browser_of(dora), job, deed).status_code == status


@pytest.mark.parametrize("deed", ["grant", "refuse"])
def test_strangers_find_nothing_and_a_get_decides_nothing(
    alice: Client, cast: Cast, job: Job, deed: str
) -> None:
    assert press(browser_of(cast.charlie), job, deed).status_code == 404
    assert alice.get(f"/jobs/{job.id}/{deed}/").status_code == 405
    assert answer_to(job) == "open"


def test_an_admin_does_not_grant_their_own(cast: Cast, job: Job) -> None:
    cast.team.memberships.filter(user=cast.bob).update(role=Role.ADMIN)
    answer = press(browser_of(cast.bob), job, "grant")
    assert answer.status_code == 403
    assert "You asked for this job yourself" in answer.content.decode()


def test_an_owner_grants_their_own(alice: Client, cast: Cast) -> None:
    mine = create_asking_job(cast.alice, cast.team)
    assert press(alice, mine, "grant").status_code == 302


def test_a_restored_question_still_waits_for_a_yes(alice: Client, job: Job) -> None:
    after_restore(now=timezone.now())
    shown = alice.post(f"/jobs/{job.id}/send-restored/", follow=True).content.decode()
    assert "It still waits for a yes." in shown
    assert reverse("job_grant", args=[job.id]) in shown


# --- what pages show ---


def test_the_queue_asks_whoever_may_answer(alice: Client, job: Job) -> None:
    decisions = lane(page(alice), "decisions")
    for words in (
        "Bob asks: may it be bought?",
        "It costs 5.60 USD, and a job above 1.00 USD needs a yes.",
        "Yes, send it · $5.60",
        reverse("job_refuse", args=[job.id]),
        f'href="{reverse("asks")}"',
    ):
        assert words in decisions
    assert job.id not in lane(page(alice), "waiting")


def test_whoever_asked_reads_who_may_answer_and_may_take_it_back(bob: Client, job: Job) -> None:
    decisions = lane(page(bob), "decisions")
    assert "Alice can say yes." in decisions
    assert reverse("job_cancel", args=[job.id]) in decisions
    assert reverse("job_grant", args=[job.id]) not in decisions


def test_the_job_page_asks_too_and_says_it_once(alice: Client, job: Job) -> None:
    shown = read(alice, f"/jobs/{job.id}/piece/status/")
    assert reverse("job_grant", args=[job.id]) in shown
    assert shown.count("a job above 1.00 USD needs a yes") == 1


def test_the_timeline_tells_of_question_and_answer(alice: Client, job: Job) -> None:
    press(alice, job, "grant")
    shown = read(alice, f"/jobs/{job.id}/?show=timeline")
    assert "Asks for a yes" in shown and "Somebody said yes" in shown


def test_a_limit_that_asks_shows_how_it_stands(alice: Client, bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "5", action=LimitAction.ASK)
    create_asking_job(cast.bob, cast.team)
    shown = read(alice, "/asks/")
    assert "the team Harbour, in total" in shown
    assert "$5.60 of $5.00" in shown and "$0.60 over" in shown
    assert "$5.60 of $5.00" not in read(bob, "/asks/")  # whose role does not see the team's money


def test_the_list_has_what_is_over_first_at_the_top(alice: Client, cast: Cast) -> None:
    now = timezone.now()
    for prompt, hours in (("Younger", 1), ("Older", 9)):
        create_asking_job(cast.bob, cast.team, prompt=prompt, now=now - timedelta(hours=hours))
    shown = read(alice, "/asks/list/")
    assert shown.lstrip().startswith('<div class="asks"')
    assert shown.index("Older") < shown.index("Younger")


def test_an_empty_list_says_when_jobs_ask(alice: Client, bob: Client) -> None:
    assert "Set when jobs ask" in read(alice, "/asks/")
    assert "Nobody asks" in read(bob, "/asks/") and "Set when jobs ask" not in read(bob, "/asks/")


def test_questions_of_other_teams_are_nowhere(cast: Cast, job: Job) -> None:
    stranger = browser_of(cast.charlie)
    assert job.id not in read(stranger, "/asks/") + page(stranger)


@pytest.mark.parametrize("path", ["/asks/", "/queue/"])
def test_more_questions_cost_no_more_queries(alice: Client, cast: Cast, path: str) -> None:
    create_limit(cast.team, "1", action=LimitAction.ASK)
    counts = []
    for more in (2, 10):
        for _ in range(more):
            create_asking_job(cast.bob, cast.team)
        with CaptureQueriesContext(connection) as asked:
            read(alice, path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_job_just_sent_says_that_it_waits_for_a_yes(bob: Client, cast: Cast) -> None:
    job = create_asking_job(cast.bob, cast.team)
    assert "It waits for a yes." in read(bob, f"/queue/?sent={job.id}")


# --- above which prices ---


def prices(cast: Cast) -> tuple[Decimal | None, Decimal | None]:
    team = Team.objects.get(pk=cast.team.pk)
    return team.asks_above_job, team.asks_above_day


def test_prices_are_set_and_shown(alice: Client, bob: Client, cast: Cast) -> None:
    alice.post("/team/asks/", {"above_job": "5", "above_day": "20.50"})
    assert prices(cast) == (Decimal(5), Decimal("20.5"))
    for client in (alice, bob):
        shown = read(client, "/team/")
        assert "A job above $5.00 waits for a yes." in shown
        assert "A job with which its sender’s day comes to more than $20.50 waits for a yes." in shown
    assert AuditEntry.objects.get(action="asks_set").actor == cast.alice


def test_empty_means_never(alice: Client, cast: Cast) -> None:
    alice.post("/team/asks/", {"above_job": "5", "above_day": "20"})
    alice.post("/team/asks/", {"above_job": "", "above_day": ""})
    assert prices(cast) == (None, None)


@pytest.mark.parametrize(
    "amount", ["-1", "0", "NaN", "Infinity", "1e99", "1000001", "0.0000001", "five", "5 EUR", "€5", "5,00"]
)
@pytest.mark.parametrize("field", ["above_job", "above_day"])
def test_what_is_no_price_is_shown_beside_its_field(
    alice: Client, cast: Cast, field: str, amount: str
) -> None:
    answer = alice.post("/team/asks/", {field: amount})
    assert answer.status_code == 422
    assert list(answer.context["asking"].errors) == [field]
    assert prices(cast) == (None, None)


@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 302), (Role.BILLING, 302), (Role.MEMBER, 403)])
def test_prices_take_the_right_over_limits(bob: Client, cast: Cast, role: Role, status: int) -> None:
    cast.team.memberships.filter(user=cast.bob).update(role=role)
    assert bob.post("/team/asks/", {"above_job": "5"}).status_code == status
