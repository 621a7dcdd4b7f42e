"""What a webhook says, and the line a delivery stands in the log with."""

import json

import pytest
from django.conf import settings

from tests.factories import NOW
from videojobs.models import Channel, ChannelKind, Notice, Team, User
from videojobs.notices import bodies

ALICE = User(pk=1, email="alice@example.org", name="Alice")
HARBOUR = Team(pk=1, name="Harbour", slug="harbour")


def notices(*texts: str, kind: str = "done", person: User | None = None) -> list[Notice]:
    """Return notices of the team, or of one person, that are in no database."""
    return [Notice(team=HARBOUR, kind=kind, text=text, person=person, at=NOW) for text in texts]


def chat(*texts: str, person: User | None = None, is_test: bool = False, kind: str = "done") -> str:
    """Return what a chat is told."""
    channel = Channel(team=HARBOUR, kind=ChannelKind.SLACK.value, person=person)
    told = [] if is_test else notices(*texts, kind=kind, person=ALICE)
    body = bodies.body_of(channel, told, delivery="d", now=NOW, is_test=is_test)
    return str(json.loads(body)["text"])


@pytest.mark.parametrize(
    ("texts", "subject"),
    [
        (["A clip is done."], "A clip is done."),
        (["3 clips are done.", "A job failed."], "3 clips are done. And 1 more notice."),
        (["A job failed."] * 1_201, "A job failed. And 1,200 more notices."),
    ],
)
def test_the_log_says_the_first_and_how_many_more(texts: list[str], subject: str) -> None:
    assert bodies.subject_of(notices(*texts)) == subject


def test_a_long_one_is_cut_and_says_so() -> None:
    subject = bodies.subject_of(notices("x" * 500, "A job failed."))
    assert subject.endswith("x… And 1 more notice.") and len(subject) == bodies.LONGEST_SUBJECT


def test_a_chat_reads_as_lines() -> None:
    link = f"<{settings.PUBLIC_URL}/notices/|Open>"
    assert chat("3 clips are done.") == f"*Harbour* · Alice: 3 clips are done. {link}"
    assert chat("No more.", "Nor this.", kind="lost") == f"*Harbour*\nNo more. {link}\nNor this. {link}"
    assert chat("The key is refused.", kind="parked").startswith("*Harbour* · Sending is parked. The key is")
    assert chat("A clip is done.", person=ALICE) == f"*Harbour* · A clip is done. {link}"
    assert chat(*["x"] * 52).endswith("/notices/|all notices>") and "\nAnd 2 more: <" in chat(*["x"] * 52)


def test_a_test_says_whom_it_is_for() -> None:
    assert chat(is_test=True) == "*Harbour* · A test from Dailies. What this team is told will stand here."
    assert chat(is_test=True, person=ALICE).endswith("What you are told will stand here.")
