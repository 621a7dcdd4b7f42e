"""The answer by the link in a mail: one person, one question, no sign-in, and then the link is over."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from dashboard.views.asks_by_mail import Closed, open_link, take_answer
from tests.factories import Cast, create_asking_job, create_user, join, live_account
from videojobs import lifecycle
from videojobs.models import Approval, AuditEntry, Job, User
from videojobs.notices import answer_links
from videojobs.rights import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(cast: Cast) -> Job:
    """Return a live job of Bob's for 5.60 USD that waits for a yes."""
    return create_asking_job(cast.bob, cast.team, account=live_account())


@pytest.fixture
def dora(cast: Cast) -> User:
    person = create_user("dora@example.org", name="Dora")
    join(person, cast.team, Role.ADMIN)
    return person


def path_for(job: Job, person: User) -> str:
    return f"/asks/by-mail/{answer_links.token_for(job, person)}/"


def said(client: Client, path: str, answer: str, **fields: str) -> HttpResponse:
    response: HttpResponse = client.post(path, {"answer": answer} | fields)  # type: ignore[assignment]
    return response


def words(response: Any) -> str:
    content: bytes = response.content
    return content.decode()


def answer_to(job: Job) -> str:
    return Approval.objects.get(job=job).answer


# --- a good link ---


def test_it_shows_the_question_without_sign_in_and_decides_nothing(
    client: Client, cast: Cast, job: Job
) -> None:
    for method in (client.get, client.head, client.get):
        assert method(path_for(job, cast.alice)).status_code == 200
    shown = words(client.get(path_for(job, cast.alice)))
    for told in ("Bob asks: may it be bought?", job.prompt, "$5.60", "needs a yes", "You answer as Alice"):
        assert told in shown
    assert answer_to(job) == "open"


def test_a_yes_lets_the_job_go_in_that_persons_name(client: Client, cast: Cast, job: Job) -> None:
    answer = said(client, path_for(job, cast.alice), "grant")
    assert answer.status_code == 200 and "You said yes" in words(answer)
    job.refresh_from_db()
    assert job.decision == ""
    entry = AuditEntry.objects.get(action="job_granted")
    assert (entry.actor, entry.after["why"]) == (cast.alice, "Alice said yes by the link in the mail.")


def test_a_no_cancels_it(client: Client, cast: Cast, job: Job) -> None:
    answer = said(client, path_for(job, cast.alice), "refuse", reason="Too dear")
    assert "You said no" in words(answer)
    job.refresh_from_db()
    assert (job.state, job.charged, job.failure) == (
        "cancelled",
        "no",
        "Alice said no by the link in the mail: Too dear",
    )


def test_it_signs_nobody_in(client: Client, cast: Cast, job: Job) -> None:
    said(client, path_for(job, cast.alice), "grant")
    assert "dailies_session" not in client.cookies
    assert client.get("/queue/").status_code == 302


def test_the_address_stays_between_us(client: Client, cast: Cast, job: Job) -> None:
    for path in (path_for(job, cast.alice), "/asks/by-mail/wrong/"):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"]
        assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("same-origin", "noindex, nofollow")


def test_a_form_without_its_token_is_refused(cast: Cast, job: Job) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert said(strict, path_for(job, cast.alice), "grant").status_code == 403
    assert answer_to(job) == "open"


@pytest.mark.parametrize("answer", ["", "yes", "GRANT"])
def test_what_is_no_answer_is_asked_again(client: Client, cast: Cast, job: Job, answer: str) -> None:
    assert said(client, path_for(job, cast.alice), answer).status_code == 422
    assert answer_to(job) == "open"


def test_a_wrong_reason_is_shown_beside_its_field(client: Client, cast: Cast, job: Job) -> None:
    answer = said(client, path_for(job, cast.alice), "refuse", reason="x" * 201)
    assert answer.status_code == 422 and "at most 200 characters" in words(answer)


# --- a link that is over ---


def test_the_answer_ends_every_link(client: Client, cast: Cast, job: Job, dora: User) -> None:
    said(client, path_for(job, cast.alice), "grant")
    for person in (cast.alice, dora):
        answer = client.get(path_for(job, person))
        assert answer.status_code == 410 and "Alice said yes on " in words(answer)
        assert "<button" not in words(answer).partition("<main")[2]
    assert said(client, path_for(job, dora), "refuse").status_code == 410
    assert answer_to(job) == "granted"


def test_of_two_answers_at_once_the_second_is_told_who_was_first(cast: Cast, job: Job, dora: User) -> None:
    request = RequestFactory().post("/", {"answer": "grant"})
    request.user = AnonymousUser()
    opened = open_link(request, answer_links.token_for(job, cast.alice), timezone.now())
    lifecycle.refuse(job, "", dora, now=timezone.now())
    with pytest.raises(Closed, match="Dora said no on ") as late:
        take_answer(request, opened)
    assert late.value.status == 409


def test_taking_the_job_back_ends_it(client: Client, cast: Cast, job: Job) -> None:
    lifecycle.cancel(job, cast.bob, now=timezone.now())
    answer = client.get(path_for(job, cast.alice))
    assert answer.status_code == 410 and "Bob took it back" in words(answer)


def test_it_ends_with_the_question_even_before_the_sweep(client: Client, cast: Cast) -> None:
    job = create_asking_job(cast.bob, cast.team, now=timezone.now() - timedelta(days=3))
    assert client.get(path_for(job, cast.alice)).status_code == 410
    assert said(client, path_for(job, cast.alice), "grant").status_code == 410


def test_an_old_link_is_over(client: Client, cast: Cast, job: Job) -> None:
    path = path_for(job, cast.alice)
    Approval.objects.update(expires_at=timezone.now() + timedelta(days=30))
    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False):
        assert client.get(path).status_code == 410


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_it_ends_when_that_person_loses_the_right(
    client: Client, cast: Cast, job: Job, dora: User, role: Role
) -> None:
    path = path_for(job, dora)
    cast.team.memberships.filter(user=dora).update(role=role)
    assert client.get(path).status_code == said(client, path, "grant").status_code == 403
    assert answer_to(job) == "open"


def test_it_ends_when_that_person_leaves(client: Client, cast: Cast, job: Job, dora: User) -> None:
    path = path_for(job, dora)
    User.objects.filter(pk=dora.pk).update(is_active=False)
    assert client.get(path).status_code == 403
    User.objects.filter(pk=dora.pk).update(is_active=True)
    cast.team.memberships.filter(user=dora).delete()
    assert said(client, path, "grant").status_code == 403
    assert answer_to(job) == "open"


# --- a link that is not theirs ---


def test_somebody_signed_in_does_not_answer_in_anothers_name(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.bob)
    path = path_for(job, cast.alice)
    shown = client.get(path)
    assert shown.status_code == 403 and "you are signed in as Bob" in words(shown)
    assert said(client, path, "grant").status_code == 403
    assert answer_to(job) == "open"


def test_a_link_for_whoever_asked_is_none(client: Client, cast: Cast, job: Job) -> None:
    cast.team.memberships.filter(user=cast.bob).update(role=Role.ADMIN)
    assert said(client, path_for(job, cast.bob), "grant").status_code == 403
    assert answer_to(job) == "open"


@pytest.mark.parametrize("token", ["wrong", "job_x-1.a.b", "a" * 3000, "%00", "..%2F..", "é"])
def test_what_is_no_link_of_ours_shows_nothing(client: Client, job: Job, token: str) -> None:
    answer = client.get(f"/asks/by-mail/{token}/")
    assert answer.status_code in {403, 404}
    assert job.prompt not in words(answer)


def test_a_changed_link_shows_nothing(client: Client, cast: Cast, job: Job, dora: User) -> None:
    swapped = path_for(job, cast.alice).replace(f"-{cast.alice.pk}.", f"-{dora.pk}.")
    assert client.get(swapped).status_code == said(client, swapped, "grant").status_code == 403
    assert answer_to(job) == "open"


def test_a_link_of_a_job_that_is_gone_shows_nothing(client: Client, cast: Cast, job: Job) -> None:
    gone = Job(id="job_gone")
    assert client.get(path_for(gone, cast.alice)).status_code == 403
