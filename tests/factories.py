"""Rows for tests, from typed functions: say what matters, the rest is filled in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from videojobs.lifecycle import Order, create
from videojobs.models import (
    EntryKind,
    Job,
    Kind,
    LedgerEntry,
    Limit,
    LimitAction,
    LimitPeriod,
    LimitScope,
    Membership,
    Output,
    Project,
    ProviderAccount,
    Team,
    Token,
    User,
)
from videojobs.models.accounts import REHEARSAL_BASE_URL
from videojobs.models.teams import digest_of, new_secret
from videojobs.money import budgets, chain, ledger
from videojobs.money.budgets import LimitWish
from videojobs.money.standing import Standing
from videojobs.prices import Price, PriceSource
from videojobs.provider.types import CreateVideoBody
from videojobs.rights import Role
from videojobs.states import AT_PROVIDER, ENDED, State

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DIRECTOR = "minimax/video-01-director"
PROMPT = "A paper boat drifts down a rain gutter at dusk"


def create_user(email: str = "alice@example.org", *, name: str = "") -> User:
    """Make a person whose password is their e-mail address."""
    return User.objects.create_user(email, email, name=name)


def create_team(name: str = "Harbour", *, slug: str = "") -> Team:
    """Make a team with its default project."""
    team = Team.objects.create(name=name, slug=slug or name.lower(), created_at=NOW)
    Project.objects.create(team=team, name="General", is_default=True, created_at=NOW)
    return team


def join(user: User, team: Team, role: Role = Role.MEMBER) -> Membership:
    """Put a person in a team."""
    return Membership.objects.create(user=user, team=team, role=role, created_at=NOW)


def create_project(team: Team, name: str = "Launch", **columns: Any) -> Project:
    """Make a project of a team, open to all of it unless said otherwise."""
    return Project.objects.create(team=team, name=name, created_at=NOW, **columns)


def create_token(user: User, team: Team) -> tuple[Token, str]:
    """Make an API token and return it with its secret."""
    secret = new_secret()
    token = Token.objects.create(
        user=user, team=team, name="script", prefix=secret[:12], digest=digest_of(secret), created_at=NOW
    )
    return token, secret


def rehearsal_account(*, places: int = 50) -> ProviderAccount:
    """Return the account that buys nothing."""
    account, _made = ProviderAccount.objects.get_or_create(
        base_url=REHEARSAL_BASE_URL, key_fingerprint="", kind=Kind.REHEARSAL, defaults={"places": places}
    )
    return account


def live_account(base_url: str = "https://api.together.ai", *, places: int = 50) -> ProviderAccount:
    """Make an account that buys."""
    return ProviderAccount.objects.create(
        base_url=base_url, key_fingerprint="f" * 16, kind=Kind.LIVE, places=places
    )


def body(**fields: Any) -> CreateVideoBody:
    """Make a valid body for a model with a certain price of 0.28 USD a clip."""
    return CreateVideoBody(**{"model": DIRECTOR, "prompt": PROMPT} | fields)


def price(usd: str = "0.28") -> Price:
    """Make a price from the table."""
    return Price(usd=Decimal(usd), source=PriceSource.TABLE, explanation="From the price list.")


@dataclass(frozen=True)
class Cast:
    """Alice owns the team, Bob is in it, Charlie is a stranger with a team of his own."""

    team: Team
    project: Project
    alice: User
    bob: User
    charlie: User
    elsewhere: Team


def create_cast() -> Cast:
    """Make the fixed cast."""
    team, elsewhere = create_team(), create_team("Elsewhere")
    alice = create_user("alice@example.org", name="Alice")
    bob = create_user("bob@example.org", name="Bob")
    charlie = create_user("charlie@example.org", name="Charlie")
    join(alice, team, Role.OWNER)
    join(bob, team, Role.MEMBER)
    join(charlie, elsewhere, Role.OWNER)
    return Cast(team, team.projects.get(), alice, bob, charlie, elsewhere)


def create_job(
    person: User,
    team: Team,
    *,
    account: ProviderAccount | None = None,
    state: State = State.WAITING,
    now: datetime = NOW,
    usd: str = "0.28",
    prompt: str = PROMPT,
    provider_id: str | None = None,
    model: str = DIRECTOR,
    project: Project | None = None,
    **columns: Any,
) -> Job:
    """Make a job with its hold, put straight into a state with what the constraints ask for."""
    order = Order(
        team=team,
        project=project or team.projects.get(is_default=True),
        person=person,
        body=body(prompt=prompt, model=model),
        price=price(usd),
        seconds=5,
        size="1366x768",
    )
    job = create(order, account or rehearsal_account(), now=now).job
    columns = _columns_for(job, state, now, provider_id) | columns
    return put(job, state=state, **{"counted_at": columns.get("created_at", now)} | columns)


def put(job: Job, **columns: Any) -> Job:
    """Write a job's columns past the lifecycle, and let the books follow."""
    with transaction.atomic():
        fresh = Job.objects.select_related("account").get(id=job.id)
        before = Standing.of(fresh)
        Job.objects.filter(id=job.id).update(**columns)
        fresh.refresh_from_db()
        ledger.moved(fresh, before)
    return fresh


def create_entry(job: Job, kind: EntryKind, usd: str = "0.28", *, now: datetime = NOW) -> LedgerEntry:
    """Add an entry to the chain alone, so that it disagrees with the job."""
    with transaction.atomic(), chain.opened(job.team_id) as head:
        return head.append(
            kind, Decimal(usd), job=job, account_id=job.account_id, now=now, actor=None, reason="test"
        )


def create_limit(
    team: Team,
    usd: str,
    *,
    period: LimitPeriod = LimitPeriod.TOTAL,
    action: LimitAction = LimitAction.STOP,
    scope: LimitScope = LimitScope.TEAM,
    now: datetime = NOW,
    **more: Any,
) -> Limit:
    """Set a limit in USD, on the team unless said otherwise."""
    wish = LimitWish(scope=scope, period=period, amount=Decimal(usd), action=action, **more)
    return budgets.add(team, wish, None, now=now)


def _columns_for(job: Job, state: State, now: datetime, provider_id: str | None) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if state in AT_PROVIDER | {State.UNCONFIRMED, State.STORING, State.COMPLETED}:
        columns |= {"claim_id": "c" * 32, "claimed_at": now, "charged": "unknown"}
    if state in {State.QUEUED, State.IN_PROGRESS, State.STORING, State.COMPLETED}:
        columns |= {
            "provider_id": provider_id or f"video-{job.id}",
            "accepted_at": now,
            "watched_since": now,
        }
    if state in {State.QUEUED, State.IN_PROGRESS}:
        columns["next_look_at"] = now + timedelta(seconds=3)
    if state in {State.STORING, State.COMPLETED}:
        columns["finished_at"] = now
    if state == State.STORING:
        columns["next_store_at"] = now
    if state in ENDED:
        columns["ended_at"] = now
    return columns


def create_asking_job(
    person: User, team: Team, *, usd: str = "5.60", now: datetime | None = None, **options: Any
) -> Job:
    """Make a job that waits for a yes since now: the team lets nobody spend so much unasked."""
    above = Team.objects.values_list("asks_above_job", flat=True).get(pk=team.pk)
    Team.objects.filter(pk=team.pk).update(asks_above_job=Decimal(1))
    job = create_job(person, team, usd=usd, now=now or datetime.now(UTC), **options)
    Team.objects.filter(pk=team.pk).update(asks_above_job=above)
    return job


def create_output(job: Job, *, name: str = "clips/sample.mp4") -> Output:
    """Give a job a kept clip (the row, not the file)."""
    return Output.objects.create(
        job=job,
        name=name,
        poster="",
        bytes=123_456,
        sha256="0" * 64,
        container="mp4",
        codec="h264",
        duration=Decimal("5.000"),
        width=1366,
        height=768,
        stored_at=NOW,
    )
