"""Pause and resume on the Queue page: who, when, why, and who may."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import DIRECTOR, Cast, create_job, create_user, join
from videojobs import pauses
from videojobs.models import Pause, Target, User
from videojobs.models.queueing import QueueScope
from videojobs.rights import Role

pytestmark = pytest.mark.django_db


def paused(cast: Cast, scope: QueueScope = QueueScope.TEAM, why: str = "The client calls") -> Pause:
    person = cast.bob if scope == QueueScope.PERSON else None
    return pauses.pause(cast.team, Target(scope, person=person), cast.alice, why, now=timezone.now())


def test_a_pause_says_who_when_and_why_to_everybody(alice: Client, bob: Client) -> None:
    alice.post(reverse("queue_pause"), {"what": "team", "why": "The client calls"})
    shown = bob.get(reverse("queue")).content.decode()
    assert "Sending is paused" in shown
    assert "Alice paused it just now: “The client calls”" in shown
    assert reverse("queue_resume") not in shown


def test_a_member_pauses_their_own_line_alone(bob: Client, cast: Cast) -> None:
    assert bob.post(reverse("queue_pause"), {"what": "team"}).status_code == 422
    bob.post(reverse("queue_pause"), {"what": f"person:{cast.bob.pk}"})
    assert Pause.objects.get().person == cast.bob
    bob.post(reverse("queue_resume"), {"pause": Pause.objects.get().pk})
    assert not Pause.objects.open().exists()


def test_a_model_that_waits_may_be_paused(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    alice.post(reverse("queue_pause"), {"what": f"model:{DIRECTOR}", "why": "x" * 300})
    assert Pause.objects.get().model == DIRECTOR


def test_a_reason_that_is_too_long_comes_back_as_typed(alice: Client) -> None:
    response = alice.post(reverse("queue_pause"), {"what": "team", "why": "y" * 301})
    assert response.status_code == 422
    assert "y" * 301 in response.content.decode()


def test_who_is_second_reads_that_it_is_paused(alice: Client, cast: Cast) -> None:
    paused(cast)
    response = alice.post(reverse("queue_pause"), {"what": "team"})
    assert response.status_code == 422  # it is not on offer any more
    assert Pause.objects.count() == 1


def test_whoever_may_not_cannot_resume(bob: Client, cast: Cast) -> None:
    one = paused(cast)
    assert bob.post(reverse("queue_resume"), {"pause": one.pk}).status_code == 403
    assert Pause.objects.open().exists()


def test_a_line_an_admin_paused_is_not_for_its_member_to_resume(bob: Client, cast: Cast) -> None:
    one = paused(cast, QueueScope.PERSON)
    shown = bob.get(reverse("queue")).content.decode()
    assert "Alice can resume it." in shown and reverse("queue_resume") not in shown
    response = bob.post(reverse("queue_resume"), {"pause": one.pk})
    assert response.status_code == 403
    assert "Alice paused it; Alice can resume it." in response.content.decode()
    assert Pause.objects.open().exists()


def test_whose_own_pause_it_is_reads_with_those_who_may_resume_any(cast: Cast, client: Client) -> None:
    join(create_user("dora@example.org", name="Dora"), cast.team, Role.VIEWER)
    pauses.pause(cast.team, Target(QueueScope.PERSON, person=cast.bob), cast.bob, "", now=timezone.now())
    client.force_login(User.objects.get(name="Dora"))
    assert "Bob or Alice can resume it." in client.get(reverse("queue")).content.decode()


def test_resuming_twice_says_who_was_first(alice: Client, cast: Cast) -> None:
    one = paused(cast)
    alice.post(reverse("queue_resume"), {"pause": one.pk})
    assert alice.post(reverse("queue_resume"), {"pause": one.pk}).status_code == 409


def test_another_teams_pause_is_nowhere(cast: Cast, client: Client) -> None:
    one = paused(cast)
    client.force_login(cast.charlie)
    assert client.post(reverse("queue_resume"), {"pause": one.pk}).status_code == 404
    assert "paused" not in client.get(reverse("queue")).content.decode()
