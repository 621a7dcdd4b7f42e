"""The world of the lifecycle's tests with money in it: limits, zones, corrections, and a count of our own."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from tests.factories import DIRECTOR, NOW, Cast, body, create_job, create_token, price, rehearsal_account
from tests.videojobs.lifecycle.world import World
from videojobs import lifecycle
from videojobs.journal import Journal
from videojobs.lifecycle import Order
from videojobs.models import (
    Approval,
    Job,
    JobEvent,
    LedgerEntry,
    Limit,
    LimitPeriod,
    LimitScope,
    Notice,
    Project,
    Token,
)
from videojobs.models.limits import LimitAction
from videojobs.money import budgets, ledger, tallies
from videojobs.money.budgets import LimitRefused, LimitWish, WrongLimit
from videojobs.money.verifying import verify
from videojobs.provider.client import Looked, read_looked

MODELS = [DIRECTOR, "pixverse/pixverse-v5"]
PRICES = ["0.28", "0.57", "0.28", "0.57", "0.000001", "999999"]
AMOUNTS = ["0.60", "0.28", "0.57", "1.14", "0.000001", "5", "1000000"]
ZONES = ["UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]
JUMPS = [timedelta(hours=1), timedelta(hours=13), timedelta(days=1), timedelta(days=6), timedelta(days=30)]
PERIODS, ACTIONS, SCOPES = list(LimitPeriod), [*LimitAction, LimitAction.STOP], list(LimitScope)
ENDS = [
    f'{{"id": "ID", "status": "{word}", "outputs": {{"cost": {cost}}}}}'
    for word in ("completed", "failed", "completed", "cancelled")
    for cost in ("0.28", "0.3", "0.9", "null")
]
NONE = Decimal(0)


@dataclass
class Books(World):
    """What the lifecycle's world has, and the people who look after the money."""

    usd: str = "0.28"
    token: Token = field(init=False)
    other: Project = field(init=False)

    def __post_init__(self) -> None:
        self.other = Project.objects.create(team=self.cast.team, name="Other", created_at=NOW)
        self.token, _secret = create_token(self.cast.bob, self.cast.team)

    @classmethod
    def open(cls, cast: Cast, folder: Path) -> "Books":
        """Open the books of a team that has made one job."""
        create_job(cast.alice, cast.team)
        return cls(cast, rehearsal_account(), Journal(folder), NOW)

    def step(self, name: str, number: int) -> None:
        """Do one thing by its name; what is refused changes nothing."""
        try:
            super().step(name, number)
        except (LimitRefused, WrongLimit, ValueError):
            return

    # who asks for clips

    def submit(self, number: int) -> None:
        """Make a job; a refusal names a limit that it does not fit, and stores nothing."""
        person = [self.cast.alice, self.cast.bob][number % 2]
        order = Order(
            self.cast.team,
            self.cast.project,
            person,
            body(model=MODELS[number // 2 % 2]),
            price(self.usd),
            token=self.token if person == self.cast.bob else None,
        )
        before = rows()
        try:
            job = lifecycle.create(order, self.account, now=self.now).job
        except LimitRefused as refused:
            assert rows() == before
            assert self.taken(refused.limit, waiting=True) + Decimal(self.usd) > refused.limit.amount
        else:
            self.fits(job, waiting=True)

    def claim(self, number: int) -> None:
        """Take the right to send the next job, which must fit what is taken by now."""
        before = len(self.attempts)
        super().claim(number)
        if len(self.attempts) > before:
            self.fits(self.attempts[-1].claim.job, waiting=False)

    def answer(self, number: int) -> None:
        """Say yes or no to a job that asks."""
        for job in pick(Job.objects.filter(decision="approval"), number):
            if number % 3:
                lifecycle.grant(job, self.cast.alice, now=self.now)
            else:
                lifecycle.refuse(job, "", self.cast.alice, now=self.now)

    def edit(self, number: int) -> None:
        """Let a waiting job be another wish; a refusal changes nothing."""
        for job in pick(Job.objects.waiting(), number):
            model, other = MODELS[number // 2 % 2], self.other if number // 4 % 2 else self.cast.project
            order = Order(self.cast.team, other, self.cast.bob, body(model=model), price(self.usd))
            before, entries = Job.objects.values().get(id=job.id), rows()
            try:
                lifecycle.edit(job.id, order, self.cast.alice, version=job.version, now=self.now)
            except LimitRefused:
                assert (Job.objects.values().get(id=job.id), rows()) == (before, entries)
            else:
                if Job.objects.get(id=job.id).held != job.held:  # what costs the same is let in already
                    self.fits(job, waiting=True)

    # who looks after the money

    def reprice(self, number: int) -> None:
        """Let the next jobs cost something else."""
        self.usd = PRICES[number % len(PRICES)]

    def finish(self, number: int) -> None:
        """Hear of a job's end, mostly with what it cost, and keep its clip."""
        for job in pick(Job.objects.watched(), number):
            raw = ENDS[number % len(ENDS)].replace("ID", job.provider_id or "")
            looked = read_looked(raw, job.provider_id or "")
            assert isinstance(looked, Looked)
            lifecycle.observe(job.id, looked.job, looked.raw, now=self.now)
        self.store(number)

    def book(self, number: int) -> None:
        """Settle below, at or above the hold."""
        for job in pick(Job.objects.ended().filter(cost=None), number):
            usd = max(job.estimate * (number % 5) / 2, Decimal("0.000001"))
            lifecycle.settle_by_hand(job, usd, "the invoice", self.cast.alice, now=self.now)

    def correct(self, number: int) -> None:
        """Book that it was another amount, now and then nothing."""
        for job in pick(Job.objects.exclude(cost=None), number):
            usd = Decimal(number % 90) / 100
            ledger.correct(job.id, usd, now=self.now, reason="misread", actor=self.cast.alice)

    def credit(self, number: int) -> None:
        """Book what the provider gave back."""
        for job in pick(Job.objects.exclude(cost=None), number):
            usd = Decimal(number % 30 + 1) / 100
            ledger.credit(job.id, usd, now=self.now, reason="sorry", actor=self.cast.alice)

    def pay_in(self, number: int) -> None:
        """Book a top-up."""
        usd = Decimal(number + 1)
        ledger.top_up(self.cast.team, self.account, usd, now=self.now, reason="paid", actor=self.cast.alice)

    # who sets limits

    def limit(self, number: int) -> None:
        """Set a limit of any kind."""
        scope = SCOPES[number % len(SCOPES)]
        named = {"project": self.cast.project, "person": self.cast.bob, "token": self.token}
        wish = LimitWish(
            scope,
            PERIODS[number // 5 % len(PERIODS)],
            Decimal(AMOUNTS[number // 20 % len(AMOUNTS)]),
            ACTIONS[number // 140 % len(ACTIONS)],
            model=MODELS[0] if scope == LimitScope.MODEL else "",
            **{scope: named[scope]} if scope in named else {},  # type: ignore[arg-type]
        )
        budgets.add(self.cast.team, wish, self.cast.alice, now=self.now)

    def change(self, number: int) -> None:
        """Give a limit another amount or action."""
        for limit in self.limits()[number % 3 :][:1]:
            amount, action = Decimal(AMOUNTS[number % len(AMOUNTS)]), ACTIONS[number // 7 % len(ACTIONS)]
            budgets.change(
                limit, amount=amount, action=action, levels=(50,), actor=self.cast.alice, now=self.now
            )

    def retire(self, number: int) -> None:
        """Take a limit away."""
        for limit in self.limits()[number % 3 :][:1]:
            budgets.retire(limit, self.cast.alice, now=self.now)

    def turn(self, number: int) -> None:
        """Let hours, days or a month go by."""
        self.now += JUMPS[number % len(JUMPS)]

    def move(self, number: int) -> None:
        """Let days begin by other clocks."""
        tallies.set_zone(self.cast.team, ZoneInfo(ZONES[number % len(ZONES)]), self.cast.alice, now=self.now)
        self.cast.team.refresh_from_db()

    # what must be true

    def limits(self) -> list[Limit]:
        """Return the limits that hold."""
        return list(Limit.objects.filter(team=self.cast.team).active().order_by("id"))

    def check(self) -> None:
        """Expect books, counters and what people are shown to be what the jobs add up to."""
        assert verify(self.cast.team).problem == ""
        for standing in budgets.standings(self.cast.team, now=self.now, rehearsal=True):
            assert standing.taken == self.taken(standing.limit, waiting=True)

    def fits(self, job: Job, *, waiting: bool) -> None:
        """Expect a job that was let in to pass no limit that stops, and to ask where one asks."""
        job.refresh_from_db()
        for limit in self.limits():
            if not counts(limit, job) or self.taken(limit, waiting=waiting) <= limit.amount:
                continue
            assert limit.action != LimitAction.STOP, f"{job} passed {limit}"
            granted = Approval.objects.filter(job=job, answer="granted").exists()
            assert limit.action == LimitAction.WARN or job.decision == "approval" or granted

    def taken(self, limit: Limit, *, waiting: bool) -> Decimal:
        """Count what jobs take of a limit in the running period, by a way of our own."""
        jobs = [job for job in Job.objects.filter(team=self.cast.team) if counts(limit, job)]
        now = mark(LimitPeriod(limit.period), self.now, self.cast.team.zone)
        sent = [job for job in jobs if job.state != "waiting"]
        ours = [
            job for job in sent if mark(LimitPeriod(limit.period), job.counted_at, self.cast.team.zone) == now
        ]
        ours += [job for job in jobs if job.state == "waiting" and waiting]
        return sum(((job.net or NONE) + job.held for job in ours), NONE)


def pick(jobs: QuerySet[Job], number: int) -> list[Job]:
    """Return one of the jobs, if there are any."""
    found = list(jobs.order_by("created_at", "id"))
    return [found[number % len(found)]] if found else []


def counts(limit: Limit, job: Job) -> bool:
    """Tell whether a limit is about a job."""
    return {
        "team": True,
        "project": job.project_id == limit.project_id,
        "person": job.person_id == limit.person_id,
        "model": job.model == limit.model,
        "token": job.token_id == limit.token_id,
    }[limit.scope]


def mark(period: LimitPeriod, moment: datetime, zone: ZoneInfo) -> tuple[object, ...]:
    """Name the period a moment lies in, as a calendar on the wall does."""
    day = moment.astimezone(zone).date()
    names: dict[LimitPeriod, tuple[object, ...]] = {
        LimitPeriod.DAY: (day,),
        LimitPeriod.WEEK: tuple(day.isocalendar())[:2],
        LimitPeriod.MONTH: (day.year, day.month),
        LimitPeriod.TOTAL: (),
    }
    return names[period]


def rows() -> tuple[int, ...]:
    """Count what an admission stores."""
    return tuple(model.objects.count() for model in (Job, LedgerEntry, JobEvent, Notice))
