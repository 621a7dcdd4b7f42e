"""Many jobs at once: the chosen ones, all that match the filter, all failures of one kind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import Cast, create_job
from videojobs.models import Job, Priority, Project
from videojobs.states import State

pytestmark = pytest.mark.django_db


def many(client: Client, deed: str, **more: Any) -> HttpResponse:
    return client.post(reverse("queue_bulk"), {"deed": deed} | more, follow=True)  # type: ignore[return-value]


def failed(cast: Cast, sentence: str = "It broke.", **more: Any) -> Job:
    now = timezone.now() - timedelta(minutes=5)
    more |= {"failure": sentence, "charged": "no", "held": 0}
    return create_job(more.pop("person", cast.bob), cast.team, state=State.FAILED, now=now, **more)


def test_the_chosen_jobs_are_cancelled_and_counted(bob: Client, cast: Cast) -> None:
    jobs = [create_job(cast.bob, cast.team) for _ in range(3)]
    shown = many(bob, "cancel", job=[jobs[0].id, jobs[1].id]).content.decode()
    assert "2 cancelled." in shown
    assert list(Job.objects.waiting()) == [jobs[2]]


def test_all_that_match_are_those_of_the_filter_not_of_the_page(bob: Client, cast: Cast) -> None:
    for _ in range(53):
        create_job(cast.bob, cast.team, prompt="A heron")
    other = create_job(cast.bob, cast.team, prompt="A tram")
    many(bob, "high", every="on", named="53", next="/queue/?q=heron&page=1")
    assert Job.objects.filter(priority=Priority.HIGH).count() == 53
    other.refresh_from_db()
    assert other.priority == Priority.NORMAL


def test_those_that_were_so_already_are_counted_apart(bob: Client, cast: Cast) -> None:
    jobs = [create_job(cast.bob, cast.team, priority=priority) for priority in (1, 0, 0)]
    shown = many(bob, "high", job=[job.id for job in jobs]).content.decode()
    assert "2 set to high priority; 1 was so already." in shown


def test_more_than_the_button_named_are_left_alone(bob: Client, cast: Cast) -> None:
    for _ in range(3):
        create_job(cast.bob, cast.team)
    response = many(bob, "cancel", every="on", named="2")
    assert response.status_code == 409
    assert "3 match now instead of 2" in response.content.decode()
    assert Job.objects.waiting().count() == 3


def test_others_jobs_are_said_to_be_left_out(bob: Client, cast: Cast) -> None:
    own, other = create_job(cast.bob, cast.team), create_job(cast.alice, cast.team)
    shown = many(bob, "cancel", job=[own.id, other.id]).content.decode()
    assert "1 cancelled. 1 are not yours to change." in shown
    assert list(Job.objects.waiting()) == [other]


def test_jobs_of_another_team_cannot_be_chosen(alice: Client, cast: Cast) -> None:
    job = create_job(cast.charlie, cast.elsewhere)
    assert many(alice, "cancel", job=[job.id]).status_code == 422
    assert Job.objects.waiting().count() == 1


def test_the_chosen_jobs_move_to_a_project_one_may_use(bob: Client, cast: Cast) -> None:
    launch = Project.objects.create(team=cast.team, name="Launch", created_at=timezone.now())
    closed = Project.objects.create(team=cast.team, name="Closed", is_open=False, created_at=timezone.now())
    job = create_job(cast.bob, cast.team)
    assert many(bob, "project", job=[job.id], project=closed.pk).status_code == 422
    many(bob, "project", job=[job.id], project=launch.pk)
    job.refresh_from_db()
    assert job.project == launch


def test_the_bar_says_what_the_server_counts(bob: Client, cast: Cast) -> None:
    jobs = [create_job(cast.bob, cast.team) for _ in range(2)]
    create_job(cast.alice, cast.team)
    bar = bob.get(reverse("queue_bulk_bar"), {"job": [job.id for job in jobs]}).content.decode()
    assert "2 chosen" in bar
    assert "$0.56" in bar
    assert "All 3 that match" in bar


def test_one_press_retries_all_failures_of_a_kind_once(bob: Client, cast: Cast) -> None:
    jobs = [failed(cast) for _ in range(3)]
    failed(cast, "Something else.")
    for _ in range(2):
        bob.post(reverse("queue_retry"), {"like": jobs[0].id})
    assert set(Job.objects.waiting().values_list("retry_of", flat=True)) == {job.id for job in jobs}
    assert Job.objects.waiting().count() == 3


def test_no_retry_costs_more_than_the_button_named(bob: Client, cast: Cast) -> None:
    cheap = failed(cast, estimate=Decimal("0.10"))
    response = bob.post(reverse("queue_retry"), {"like": cheap.id}, follow=True)
    assert "The price is $0.28 now instead of $0.10" in response.content.decode()
    assert response.status_code == 409 and "<title>Queue · Dailies</title>" in response.content.decode()
    assert not Job.objects.waiting().exists()


def test_what_of_a_deed_was_not_done_stands_on_the_page_not_in_a_toast_alone(bob: Client, cast: Cast) -> None:
    cheap, _fair = failed(cast, estimate=Decimal("0.10")), failed(cast)
    asks = {"HX-Request": "true"}
    shown = bob.post(reverse("queue_retry"), {"like": cheap.id}, headers=asks).content.decode()
    assert "Not all of it was done: 1 sent again." in shown and "instead of $0.10" in shown
    assert "queue-problem" not in bob.get(reverse("queue_lanes"), headers=asks).content.decode()


def test_members_retry_and_dismiss_their_own_alone(bob: Client, cast: Cast) -> None:
    own, other = failed(cast), failed(cast, person=cast.alice)
    bob.post(reverse("queue_dismiss"), {"like": own.id})
    assert list(Job.objects.filter(dismissed_at=None)) == [other]
    assert bob.post(reverse("queue_dismiss"), {"like": other.id}).status_code == 403


def test_what_was_put_away_or_tried_again_is_not_shown(bob: Client, cast: Cast) -> None:
    failed(cast, "Put away.", dismissed_at=timezone.now())
    again = failed(cast, "Tried again.")
    create_job(cast.bob, cast.team, retry_of=again)
    shown = bob.get(reverse("queue")).content.decode()
    assert "Put away." not in shown
    assert "Tried again." not in shown


def test_a_failure_stays_after_an_hour(bob: Client, cast: Cast) -> None:
    job = failed(cast)
    Job.objects.filter(id=job.id).update(ended_at=timezone.now() - timedelta(hours=30))
    assert "It broke." in bob.get(reverse("queue")).content.decode()


def test_those_who_may_change_nothing_have_no_bar(client: Client, cast: Cast) -> None:
    cast.team.memberships.filter(user=cast.bob).update(role="viewer")
    create_job(cast.bob, cast.team)
    client.force_login(cast.bob)
    assert 'id="bulk"' not in client.get(reverse("queue")).content.decode()
    assert client.post(reverse("queue_bulk"), {"deed": "cancel", "every": "on"}).status_code == 403
