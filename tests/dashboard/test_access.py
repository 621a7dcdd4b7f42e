"""Every address of the site, and what it answers to whom. A new address without a line in the table fails."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from tests.dashboard.access_table import ASKERS, ELSEWHERE, LOGIN, MEMBERS, SCRIPTS, TABLE, Line
from tests.factories import (
    NOW,
    Cast,
    create_asking_job,
    create_cast,
    create_job,
    create_limit,
    create_output,
    create_token,
    create_user,
    join,
)
from tests.prepared import lasting_rows
from videojobs import invitations
from videojobs.models import (
    Channel,
    Delivery,
    Invitation,
    Job,
    MonthlyStatement,
    Output,
    PriceOnFile,
    PriceProposal,
    ProviderAccount,
    Token,
    User,
)
from videojobs.rights import Role
from videojobs.states import State


@dataclass(frozen=True)
class Crowd:
    """Everybody who asks, by the keys of their sessions and their tokens, and what they ask for."""

    sessions: dict[str, str]
    tokens: dict[str, str]
    words: dict[str, str]
    media: Path


@pytest.fixture(scope="module")
def everybody(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crowd]:
    """Make the crowd once: it takes longer than what a line asks, and each asker's changes are undone."""
    with lasting_rows(django_db_blocker):
        yield create_crowd(create_cast(), tmp_path_factory.mktemp("media"))


@pytest.fixture
def crowd(everybody: Crowd, db: None, settings: Settings) -> Crowd:
    """Return the askers, with jobs and a token that are Bob's."""
    settings.MEDIA_ROOT = everybody.media
    return everybody


def create_crowd(cast: Cast, media: Path) -> Crowd:
    """Make people of every role here and elsewhere, and what stands in the addresses."""
    people, tokens = {}, {}
    for name, role in (MEMBERS | ELSEWHERE).items():
        team = cast.elsewhere if name in ELSEWHERE else cast.team
        people[name] = cast.alice if name == "owner" else create_user(f"{name}@example.org")
        if name != "owner":
            join(people[name], team, role)
        _token, tokens[name] = create_token(people[name], team)
    revoked, tokens["ended"] = create_token(cast.alice, cast.team)
    Token.objects.filter(pk=revoked.pk).update(revoked_at=NOW)
    sessions = {name: signed_in(person) for name, person in people.items()}
    sessions["ended"] = signed_in(cast.alice)
    Session.objects.get(pk=sessions["ended"]).delete()
    return Crowd(sessions, tokens, words_of(cast, media), media)


def signed_in(person: User) -> str:
    """Sign somebody in and return their session's key."""
    client = Client()
    client.force_login(person)
    return str(client.session.session_key)


def words_of(cast: Cast, media: Path) -> dict[str, str]:
    """Return what stands in the addresses: a finished job with its clip, others, a token, a member."""
    account = ProviderAccount.objects.current()
    states = {name: State(name) for name in ("waiting", "unconfirmed", "lost")} | {"job": State.COMPLETED}
    jobs = {
        name: create_job(cast.bob, cast.team, account=account, state=state) for name, state in states.items()
    }
    Job.objects.filter(id=jobs["lost"].id).update(provider_id="video-1", accepted_at=NOW)
    create_output(jobs["job"], name="clip.mp4")
    Output.objects.update(poster="poster.webp")
    for name in ("clip.mp4", "poster.webp"):
        (media / name).write_bytes(b"some bytes")
    token, _secret = create_token(cast.bob, cast.team)
    jobs["asking"] = create_asking_job(cast.bob, cast.team, account=account)
    return {name: job.id for name, job in jobs.items()} | {
        "approval": str(jobs["asking"].approval.pk),
        "token": str(token.pk),
        "team": str(cast.team.pk),
        "project": str(cast.team.projects.create(name="Launch", created_at=NOW).pk),
        "invitation": str(create_invitation(cast).pk),
        "bob": str(cast.team.memberships.get(user=cast.bob).pk),
        "account": str(account.pk),
        **price_words(cast),
        **channel_words(cast),
        "monthly": str(create_monthly(cast).pk),
        "limit": str(create_limit(cast.team, "100").pk),
    }


def create_invitation(cast: Cast) -> Invitation:
    """Ask somebody into the team."""
    wish = invitations.InvitationWish(Role.VIEWER)
    owner = cast.team.memberships.get(user=cast.alice)
    return invitations.invite(cast.team, wish, owner, now=timezone.now())[0]


def price_words(cast: Cast) -> dict[str, str]:
    """Return a price of the team, and one that is proposed to it."""
    price = PriceOnFile.objects.create(
        team=cast.team, model="a/b", usd=Decimal(1), unit="clip", set_by=cast.alice, set_at=NOW
    )
    proposal = PriceProposal.objects.create(
        team=cast.team,
        model="a/b",
        size="1280x720",
        seconds=5,
        estimate=Decimal(1),
        usd=Decimal(2),
        jobs=[],
        proposed_at=NOW,
    )
    return {"price": str(price.pk), "proposal": str(proposal.pk)}


def channel_words(cast: Cast) -> dict[str, str]:
    """Return a channel of the team that leads nowhere, and a try of it."""
    channel = Channel.objects.create(
        team=cast.team, kind="slack", name="Chat", events=["done"], created_by=cast.alice, created_at=NOW
    )
    delivery = Delivery.objects.create(
        team=cast.team, channel=channel, kind="slack", batch="b1", at=NOW, subject="A clip is done."
    )
    return {"channel": str(channel.pk), "delivery": str(delivery.pk)}


def create_monthly(cast: Cast) -> MonthlyStatement:
    """Have a statement of the team's project mailed each month."""
    return MonthlyStatement.objects.create(
        project=cast.project, address="client@example.com", created_by=cast.alice, created_at=NOW
    )


def client_of(asker: str, crowd: Crowd) -> Client:
    """Return somebody's browser; of who has signed out, one that still shows the session's key."""
    client = Client()
    if asker in crowd.sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = crowd.sessions[asker]
    return client


def ask(line: Line, asker: str, crowd: Crowd) -> int:
    """Ask at a page as somebody and return the status, or LOGIN."""
    client = client_of(asker, crowd)
    path = line.path.format_map(crowd.words)
    said = {name: value.format_map(crowd.words) for name, value in line.said.items()}
    answer = client.post(path, said) if line.method == "POST" else client.get(path)
    if answer.streaming:
        answer.getvalue()  # reads the file to its end, which closes it
    is_sign_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    return LOGIN if is_sign_in else answer.status_code


def ask_as_script(line: Line, asker: str, crowd: Crowd) -> int:
    """Ask at a door for scripts with somebody's token and return the status."""
    headers = {"Authorization": f"Bearer {crowd.tokens[asker]}"} if asker in crowd.tokens else {}
    path, said = line.path.format_map(crowd.words), json.dumps(line.said)
    return Client().generic(line.method, path, said, "application/json", headers=headers).status_code


def named(patterns: "list[URLPattern | URLResolver]", before: str = "") -> Iterator[str]:
    """Yield the name of every address, or its pattern where it has none."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{before}{pattern.namespace}:" if pattern.namespace else before
            yield from named(pattern.url_patterns, inside)
        else:
            yield f"{before}{pattern.name or pattern.pattern}"


def test_every_address_has_a_line() -> None:
    assert sorted(named(get_resolver().url_patterns)) == sorted(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_it_answers_each_as_the_table_says(name: str, crowd: Crowd) -> None:
    line, way = TABLE[name], ask_as_script if name in SCRIPTS else ask
    answers = {asker: undone(way, line, asker, crowd) for asker in ASKERS}
    assert answers == line.rule.answers(is_script=name in SCRIPTS)


def undone(way: Callable[[Line, str, Crowd], int], line: Line, asker: str, crowd: Crowd) -> int:
    """Return an answer, and take back what it changed: each asker finds the rows as they were."""
    with transaction.atomic():
        answer = way(line, asker, crowd)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_session_is_no_token(name: str, crowd: Crowd) -> None:
    line, client = SCRIPTS[name], client_of("owner", crowd)
    path, said = line.path.format_map(crowd.words), json.dumps(line.said)
    answer = client.generic(line.method, path, said, "application/json")
    assert answer.status_code == line.rule.answers(is_script=True)["nobody"]
