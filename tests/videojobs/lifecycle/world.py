"""A small world in which one wish meets workers that die, a provider that lies, a clock and a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.factories import NOW, Cast, body, create_job, price
from videojobs import dispatch, lifecycle, polling
from videojobs.journal import Accepted, Journal
from videojobs.lifecycle import Claim, Decided, Order, Press, StepRefused, WrongAnswer
from videojobs.models import Job, Output, ProviderAccount
from videojobs.provider.client import Looked, read_looked
from videojobs.provider.errors import (
    AccountRefused,
    Busy,
    CreateError,
    JobMissing,
    LookError,
    LookFailed,
    NotSent,
    Refused,
    StaleClaim,
    Unconfirmed,
)

REFUSALS: list[CreateError] = [
    Busy("slow down", status=429, retry_after=1),
    Busy("overloaded", status=503),
    AccountRefused("no credit", status=402),
    Refused("no such size", status=422),
    NotSent("no route"),
]
WORDS = ["queued", "in_progress", "completed", "failed", "cancelled", "dreaming"]
COSTS = ["0.3", "0", "null", "-1", '"0.31"']
STEPS = [timedelta(seconds=1), timedelta(seconds=6), timedelta(seconds=80), timedelta(minutes=11)]
STEPS += [timedelta(hours=26), timedelta(days=-2)]


@dataclass
class Attempt:
    """One claim in the hands of a worker. `answer` is what the provider said, once it was asked."""

    claim: Claim
    answer: Accepted | CreateError | None = None

    @property
    def may_have_arrived(self) -> bool:
        """Whether there may be a job at the provider for it."""
        return isinstance(self.answer, Accepted | Unconfirmed)


@dataclass
class World:
    """Everything a step may touch. `posts` are all requests written to the provider, by job."""

    cast: Cast
    account: ProviderAccount
    journal: Journal
    now: datetime = NOW
    attempts: list[Attempt] = field(default_factory=list)
    posts: dict[str, list[Attempt]] = field(default_factory=dict)

    @classmethod
    def begin(cls, cast: Cast, account: ProviderAccount, folder: Path) -> "World":
        """Make the world with one waiting job."""
        create_job(cast.alice, cast.team, account=account)
        return cls(cast, account, Journal(folder))

    def step(self, name: str, number: int) -> None:
        """Do one thing by its name; what is refused changes nothing."""
        try:
            deed: Callable[[int], None] = getattr(self, name)
            deed(number)
        except (Decided, StepRefused, WrongAnswer, LookError):
            return

    # the workers

    def claim(self, _number: int) -> None:
        """Take the right to send the next job."""
        claim = lifecycle.claim_next(self.account.pk, dispatch.next_job, now=self.now)
        if claim is not None:
            self.attempts.append(Attempt(claim))

    def send(self, number: int) -> None:
        """Claim, write the request at once, and mostly live to land what comes of it."""
        before = len(self.attempts)
        self.claim(number)
        if len(self.attempts) > before:
            self.post_of(self.attempts[-1], number)
            if number % 3:
                self.land_of(self.attempts[-1])

    def post(self, number: int) -> None:
        """Write the request, unless the claim is stale: at most once while its fate is open."""
        attempt = self._attempt(number)
        if attempt is not None and attempt.answer is None:
            self.post_of(attempt, number)

    def post_of(self, attempt: Attempt, number: int) -> None:
        """Write one claim's request."""
        if not attempt.claim.is_fresh(self.now):
            attempt.answer = StaleClaim("too late")
            return
        earlier = self.posts.setdefault(attempt.claim.job.id, [])
        assert not any(one.may_have_arrived for one in earlier), "a second request"
        earlier.append(attempt)
        attempt.answer = self._answer(attempt, number)

    def _answer(self, attempt: Attempt, number: int) -> Accepted | CreateError:
        if number % 16 < len(REFUSALS):
            return REFUSALS[number % 16]
        if number % 16 == 6:
            return Unconfirmed("no answer")
        word = WORDS[number % len(WORDS)]
        raw = f'{{"id": "{attempt.claim.id}", "status": "{word}"}}'
        return Accepted(attempt.claim.job.id, attempt.claim.id, attempt.claim.id, raw, self.now.isoformat())

    def write_down(self, number: int) -> None:
        """Put an id on the disk."""
        attempt = self._attempt(number)
        if attempt is not None and isinstance(attempt.answer, Accepted):
            self.journal.append(attempt.answer)

    def land(self, number: int) -> None:
        """Commit what came of a request; the same one may be tried again."""
        attempt = self._attempt(number)
        if attempt is not None:
            self.land_of(attempt)

    def land_of(self, attempt: Attempt) -> None:
        """Commit what came of one claim."""
        if isinstance(attempt.answer, Accepted):
            lifecycle.land_acceptance(attempt.answer, now=self.now)
        elif attempt.answer is not None:
            lifecycle.land_failure(attempt.claim.job.id, attempt.claim.id, attempt.answer, now=self.now)

    def die(self, number: int) -> None:
        """Kill a worker with all it knew."""
        attempt = self._attempt(number)
        if attempt is not None:
            self.attempts.remove(attempt)

    def _attempt(self, number: int) -> Attempt | None:
        return self.attempts[number % len(self.attempts)] if self.attempts else None

    # the timetable

    def wait(self, number: int) -> None:
        """Let time pass, or the clock be put back."""
        self.now += STEPS[number % len(STEPS)]

    def sweep(self, _number: int) -> None:
        """Take up what was left."""
        lifecycle.sweep_journal(self.journal, now=self.now)
        lifecycle.sweep_claims(now=self.now)
        polling.sweep(now=self.now)
        polling.sweep_storing(now=self.now)
        lifecycle.give_up_looking(now=self.now)

    def look(self, number: int) -> None:
        """Look at what is due, and hear anything."""
        batch = polling.claim_due(self.account, now=self.now + timedelta(minutes=number % 20))
        polling.look(self.account, batch, Rumours(number), lifecycle, clock=lambda: self.now)

    def store(self, _number: int) -> None:
        """Keep a finished clip."""
        job = Job.objects.filter(state="storing").first()
        if job is not None and lifecycle.claim_store(job.id, now=self.now) is not None:
            lifecycle.complete(job, clip(self.now), now=self.now)

    # the person

    def cancel(self, number: int) -> None:
        """Take a job out of the queue."""
        lifecycle.cancel(self._job(number), self.cast.alice, now=self.now)

    def never_arrived(self, number: int) -> None:
        """Say that it never arrived."""
        lifecycle.never_arrived(self._job(number), "not there", self.cast.alice, now=self.now)

    def give_up(self, number: int) -> None:
        """Give a job up."""
        lifecycle.give_up(self._job(number), self.cast.alice, now=self.now)

    def find(self, number: int) -> None:
        """Paste the id of any request ever made."""
        made = [attempt.claim.id for one in self.posts.values() for attempt in one]
        if made:
            wanted = made[number % len(made)]
            lifecycle.found(self._job(number), wanted, self.cast.alice, Rumours(number), now=self.now)

    def send_again(self, number: int) -> None:
        """Make a new job for the same wish."""
        job = self._job(number)
        press = Press("form:1", f"{job.id} {number}")
        order = Order(self.cast.team, self.cast.project, self.cast.alice, body(), price(), press=press)
        lifecycle.send_again(job, order, self.account, self.cast.alice, now=self.now)

    def look_again(self, number: int) -> None:
        """Go back to a lost job."""
        lifecycle.look_again(self._job(number), self.cast.alice, now=self.now)

    def settle(self, number: int) -> None:
        """Book what the invoice says."""
        job, usd = self._job(number), Decimal("0.4")
        lifecycle.settle_by_hand(job, usd, "the invoice", self.cast.alice, now=self.now)

    def resume(self, _number: int) -> None:
        """Let a parked account send again."""
        lifecycle.resume(self.account, self.cast.alice, now=self.now)

    def restore(self, _number: int) -> None:
        """Do what follows a restored backup."""
        lifecycle.after_restore(now=self.now)

    def release(self, number: int) -> None:
        """Say of a restored job that it was not sent."""
        lifecycle.send_restored(self._job(number), self.cast.alice, now=self.now)

    def _job(self, number: int) -> Job:
        jobs = Job.objects.order_by("created_at", "id")
        return jobs[number % jobs.count()]


@dataclass(frozen=True)
class Rumours:
    """A far side that says anything, the same for the same number."""

    number: int

    def fetch(self, provider_ids: Sequence[str]) -> dict[str, str | LookError]:
        """Return one answer for each id."""
        error = self._error
        return {one: error or self._said(one) for one in provider_ids}

    def look(self, provider_id: str) -> Looked:
        """Read one job."""
        looked = read_looked(self._said(provider_id), provider_id)
        if isinstance(looked, LookError):
            raise looked
        return looked

    @property
    def _error(self) -> LookError | None:
        errors = [None, None, None, LookFailed("500", status=500), JobMissing("404", status=404)]
        return errors[self.number % len(errors)]

    def _said(self, provider_id: str) -> str:
        word, cost = WORDS[self.number % len(WORDS)], COSTS[self.number // 7 % len(COSTS)]
        return f'{{"id": "{provider_id}", "status": "{word}", "outputs": {{"cost": {cost}}}}}'


def clip(now: datetime) -> Output:
    """Return a kept clip's row, not saved."""
    return Output(
        name="clips/a.mp4",
        bytes=1,
        sha256="0" * 64,
        container="mp4",
        codec="h264",
        duration=Decimal(5),
        width=16,
        height=16,
        stored_at=now,
    )
