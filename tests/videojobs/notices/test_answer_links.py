"""Signed links that answer one question for one person."""

from datetime import timedelta

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.utils import timezone
from pytest_django import Settings

from tests.factories import Cast, create_asking_job
from videojobs.models import Job
from videojobs.notices import answer_links
from videojobs.notices.answer_links import Asked, LinkOver, WrongLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(cast: Cast) -> Job:
    return create_asking_job(cast.bob, cast.team)


def test_a_link_names_the_job_and_the_person(cast: Cast, job: Job) -> None:
    assert answer_links.read(answer_links.token_for(job, cast.alice)) == Asked(job.id, cast.alice.pk)


def test_it_leads_to_the_address_people_type(cast: Cast, job: Job, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://dailies.example.org"
    link = answer_links.link_for(job, cast.alice)
    assert link.startswith("https://dailies.example.org/asks/by-mail/job_")
    assert link.count(":") == 1  # mail programs cut an address at a second one


@pytest.mark.parametrize("place", [4, 20, -1, -30])
def test_a_changed_letter_makes_it_wrong(cast: Cast, job: Job, place: int) -> None:
    letters = list(answer_links.token_for(job, cast.alice))
    letters[place] = "x" if letters[place] != "x" else "y"
    with pytest.raises(WrongLink):
        answer_links.read("".join(letters))


def test_another_persons_name_needs_another_signature(cast: Cast, job: Job) -> None:
    token = answer_links.token_for(job, cast.alice)
    with pytest.raises(WrongLink):
        answer_links.read(token.replace(f"-{cast.alice.pk}.", f"-{cast.bob.pk}."))


@pytest.mark.parametrize("token", ["", "wrong", "a.b.c", "..", "\x00", "é.1.2", "9" * 5000])
def test_what_was_never_a_link_is_wrong(token: str) -> None:
    with pytest.raises(WrongLink):
        answer_links.read(token)


def test_what_was_signed_for_something_else_is_wrong(cast: Cast, job: Job) -> None:
    signer = TimestampSigner(sep=answer_links.SEPARATOR, salt="dailies.media")
    with pytest.raises(WrongLink):
        answer_links.read(signer.sign(f"{job.id}-{cast.alice.pk}"))


def test_another_signing_key_ends_every_link(cast: Cast, job: Job, settings: Settings) -> None:
    token = answer_links.token_for(job, cast.alice)
    settings.SECRET_KEY = "another-key-for-tests-only-" * 2
    with pytest.raises(WrongLink):
        answer_links.read(token)


def test_it_is_over_when_any_question_would_be(cast: Cast, job: Job) -> None:
    token = answer_links.token_for(job, cast.alice)
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)), pytest.raises(LinkOver):
        answer_links.read(token)
