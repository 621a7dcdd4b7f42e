"""Rows to measure on: a team, and jobs the provider works on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from benchmarks.books import keep_books
from benchmarks.far_side import answer_text
from videojobs import polling
from videojobs.models import Job, Project, ProviderAccount, Team, Token, User
from videojobs.models.teams import Membership, digest_of, new_secret
from videojobs.rights import Role
from videojobs.states import State

MODEL = "minimax/video-01-director"
PROMPT = "A paper boat drifts down a rain gutter at dusk"


@dataclass(frozen=True)
class Cast:
    """Who is there: an owner with a token, and the account this process is set up for."""

    team: Team
    project: Project
    person: User
    token: Token
    secret: str
    account: ProviderAccount


def create_cast(now: datetime) -> Cast:
    """Make a team with its owner, who can sign in with "password"."""
    person = User.objects.create_user("owner@example.org", "password", name="Owner")
    team = Team.objects.create(name="Harbour", slug="harbour", created_at=now)
    project = Project.objects.create(team=team, name="General", is_default=True, created_at=now)
    Membership.objects.create(user=person, team=team, role=Role.OWNER, created_at=now)
    token, secret = create_token(person, team, now)
    return Cast(team, project, person, token, secret, ProviderAccount.objects.current())


def create_token(person: User, team: Team, now: datetime) -> tuple[Token, str]:
    """Make an API token and return it with its secret."""
    secret = new_secret()
    token = Token.objects.create(
        user=person, team=team, name="bench", prefix=secret[:12], digest=digest_of(secret), created_at=now
    )
    return token, secret


def jobs_in_flight(
    cast: Cast, ages: Sequence[timedelta], now: datetime, *, phase: Callable[[], float] = lambda: 0.0
) -> list[Job]:
    """Make a job for each age: the provider works on it and has said so before.

    `phase` gives the part of its interval that is still to go until its next look; 0 means that it is due.
    """
    jobs = [_in_flight(cast, index, now, age, phase()) for index, age in enumerate(ages)]
    made = Job.objects.bulk_create(jobs, batch_size=500)
    keep_books()
    return made


def interval(age: timedelta) -> timedelta:
    """Return the time between two looks at a job of this age, under an hour."""
    return timedelta(seconds=min(max(age // timedelta(seconds=5), polling.SHORTEST), polling.LONGEST))


def spread(number: int, youngest: timedelta, oldest: timedelta) -> list[timedelta]:
    """Return ages spread evenly between two."""
    return [youngest + (oldest - youngest) * (index / number) for index in range(number)]


def _in_flight(cast: Cast, index: int, now: datetime, age: timedelta, phase: float) -> Job:
    since, wait = now - age, interval(age)
    next_look_at = now + wait * phase
    provider_id = f"video-{index:06d}"
    return Job(
        team=cast.team,
        project=cast.project,
        person=cast.person,
        account=cast.account,
        model=MODEL,
        prompt=PROMPT,
        body={"model": MODEL, "prompt": PROMPT},
        seconds=5,
        size="1366x768",
        state=State.IN_PROGRESS,
        created_at=since,
        counted_at=since,
        claim_id="c" * 32,
        claimed_at=since,
        accepted_at=since,
        watched_since=since,
        last_look_at=next_look_at - wait,
        next_look_at=next_look_at,
        provider_id=provider_id,
        provider_status="in_progress",
        last_answer=answer_text(provider_id),
        estimate=Decimal("0.28"),
        estimate_source="table",
        estimate_explanation="From the price list.",
        held=Decimal("0.28"),
        charged="unknown",
        charged_why="The provider accepted it.",
    )
