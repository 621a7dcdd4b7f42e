"""The sentence that says why a job waits, or why nobody looks at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from videojobs.dispatch.choosing import disk_has_room, places_of
from videojobs.dispatch.line import WholeLine
from videojobs.forecast import Expected
from videojobs.forecast_words import likely_starts
from videojobs.models import (
    Approval,
    Decision,
    Job,
    Pause,
    PlaceLimit,
    ProviderAccount,
    QueueScope,
    Team,
    User,
)
from videojobs.models.jobs import JobQuerySet
from videojobs.money import grantors
from videojobs.states import State


@dataclass(frozen=True)
class Queue:
    """One account's queue at one moment, as `reader` is told of it: why a job waits, and until when."""

    account: ProviderAccount
    now: datetime
    has_room: bool
    line: WholeLine
    reader: User | None = None

    @classmethod
    def read(cls, account: ProviderAccount, now: datetime, reader: User | None = None) -> "Queue":
        """Read what the sentences need, in a fixed number of queries; past times only once they are asked."""
        return cls(account, now, disk_has_room(), WholeLine(account, now), reader)

    @property
    def free(self) -> int:
        """How many more jobs the account may have at the provider."""
        return self.line.free

    @property
    def places_of(self) -> dict[str, int]:
        """How many jobs are ahead of each that may be sent."""
        return self.line.place

    @property
    def is_moving(self) -> bool:
        """Whether anything is sent in this account at all."""
        return self.account.sends and not self.account.is_parked() and self.has_room

    def place(self, job: Job) -> int | None:
        """Return a job's place in the whole account's line, from 1; None while it may not be sent."""
        number = self.line.place.get(job.id)
        return None if number is None else number + 1

    def expected(self, job: Job) -> Expected | None:
        """Return when a job starts and finishes, counted from now; None where nobody knows."""
        number = self.line.place.get(job.id)
        return None if number is None or not self.is_moving else self.line.expected(number)

    def reason(self, job: Job) -> str:
        """Say in one sentence why a waiting job waits: the first rule that holds it, its place, its range."""
        if job.decision == Decision.APPROVAL:
            return _asked([job])[job.id]
        if job.decision:
            return "Restored from a backup: it may have been sent since. Say whether it may be sent."
        if not self.account.is_configured:
            return f"{_elsewhere(self.account)} It is {_NEVER[self.account.is_rehearsal]}."
        if not self.account.sends:
            return "It waits under a key the team gave up, so it is not sent. Cancel it, or make it anew."
        if self.account.is_parked():
            return f"Sending is parked: {self.account.parked_reason}"
        if not self.has_room:
            return "The disk is nearly full, so nothing is bought that could not be kept."
        return self._wished_later(job) or self._its_turn(job)

    def _wished_later(self, job: Job) -> str:
        """Say what somebody, or the provider, wants to happen first; "" where nobody does."""
        if pause := self.line.pause_of(job):
            since = _moment(pause.at, self.now, self._zone(job))
            why = f": {pause.why.rstrip('.')}" if pause.why else ""
            return f"{self._paused(pause, job)} by {pause.paused_by} since {since}{why}."
        if job.send_after is not None and job.send_after > self.now:
            who = "you" if self._is_own(job) else self._person(job)
            after = _moment(job.send_after, self.now, self._zone(job), day=True)
            return f"Starts after {after} as {who} wished."
        if job.not_before is not None and job.is_put_off(self.now):
            wait = max(round((job.not_before - self.now).total_seconds()), 1)
            return f"{job.not_before_reason or 'It was put off.'} Next try in {wait} s."
        return ""

    def _paused(self, pause: Pause, job: Job) -> str:
        if pause.scope == QueueScope.PERSON:
            return "Your jobs are paused" if self._is_own(job) else f"{pause.person}’s jobs are paused"
        return "This model is paused" if pause.scope == QueueScope.MODEL else "Paused"

    def _its_turn(self, job: Job) -> str:
        held, place = self._held_by_places(job), self.place(job)
        ahead = None if place is None else place - 1
        if not held and not ahead:
            return "Next in line; it is sent in a moment."
        expected = self.expected(job)
        parts = [held, f"{ahead:,} ahead" if ahead else "", likely_starts(expected) if expected else ""]
        return "; ".join(filter(None, parts)) + "."

    def _held_by_places(self, job: Job) -> str:
        """Say which places are busy that the job waits for; "" where it only waits for others."""
        limit = self.line.full(job)
        if limit is not None and limit.at_once is not None:
            return f"{self._whose_places(limit, job)} {_busy(limit.at_once)}"
        if self.line.free > 0:
            return ""
        number = places_of(self.account)
        return (
            "The one place at the provider is busy"
            if number == 1
            else f"All {number} places at the provider are busy"
        )

    def _whose_places(self, limit: PlaceLimit, job: Job) -> str:
        if limit.scope == QueueScope.TEAM:
            return "The team’s"
        if limit.scope == QueueScope.MODEL:
            return "This model’s"
        return "Your" if self._is_own(job) else f"{self._person(job)}’s"

    def _is_own(self, job: Job) -> bool:
        return self.reader is not None and self.reader.pk == job.person_id

    def _person(self, job: Job) -> str:
        return str(self._people.get(job.person_id) or job.person)

    def _zone(self, job: Job) -> ZoneInfo:
        return (self._teams.get(job.team_id) or job.team).zone

    # Read once, so that a page of rows costs no more than one.

    @cached_property
    def _people(self) -> dict[int, User]:
        return User.objects.in_bulk(set(self._waiting.values_list("person_id", flat=True)))

    @cached_property
    def _teams(self) -> dict[int, Team]:
        return Team.objects.in_bulk(set(self._waiting.values_list("team_id", flat=True)))

    @property
    def _waiting(self) -> JobQuerySet:
        return Job.objects.of_account(self.account).waiting().order_by()


def _busy(number: int) -> str:
    return "1 of 1 place is busy" if number == 1 else f"{number} of {number} places are busy"


def _moment(moment: datetime, now: datetime, zone: ZoneInfo, *, day: bool = False) -> str:
    """Return "14:02", with its day where that is not today or is wanted, on the team's clocks."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date() and not day:
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%B}{year}, {local:%H:%M}"


_NEVER = {True: "never sent for real", False: "sent when that is set up again"}


def _elsewhere(account: ProviderAccount) -> str:
    if account.is_rehearsal:
        return "It belongs to the rehearsal, and a provider key is set now."
    return f"It belongs to another provider account ({account}), which is not set up now."


def reasons(jobs: Iterable[Job], now: datetime, reader: User | None = None) -> dict[str, str]:
    """Say for each waiting job of `jobs` why it waits, and for each that nobody looks at why; no others.

    `reader` is who is told: their own places are "yours".
    """
    jobs = list(jobs)
    asked = _asked(job for job in jobs if job.state == State.WAITING and job.decision == Decision.APPROVAL)
    waiting = [job for job in jobs if job.state == State.WAITING and job.id not in asked]
    accounts = ProviderAccount.objects.in_bulk({job.account_id for job in waiting})
    queues = {account_id: Queue.read(account, now, reader) for account_id, account in accounts.items()}
    said = {job.id: queues[job.account_id].reason(job) for job in waiting}
    return said | asked | _unwatched(jobs)


def _asked(jobs: Iterable[Job]) -> dict[str, str]:
    """Say of jobs that wait for a yes whose it is, and why, in two queries."""
    jobs = list(jobs)
    if not jobs:
        return {}
    whys = dict(Approval.objects.filter(job__in=jobs).values_list("job_id", "why"))
    people = grantors.grantors_of(jobs)
    return {
        job.id: f"Waits for a yes from {grantors.named(people[job.id])}: {_inside(whys.get(job.id, ''))}"
        for job in jobs
    }


def _inside(sentence: str) -> str:
    """Return a sentence as the second half of another."""
    return sentence[:1].lower() + sentence[1:] or "it is above what its sender may spend alone."


def _unwatched(jobs: Iterable[Job]) -> dict[str, str]:
    looked_at = [job for job in jobs if job.is_watched or job.state == State.STORING]
    accounts = ProviderAccount.objects.in_bulk({job.account_id for job in looked_at})
    said = {job.id: unwatched(job, accounts[job.account_id]) for job in looked_at}
    return {job_id: sentence for job_id, sentence in said.items() if sentence}


def unwatched(job: Job, account: ProviderAccount) -> str:
    """Say why nobody looks at a job the provider has, "" where somebody does. `account` is the job's own."""
    if account.is_configured or not (job.is_watched or job.state == State.STORING):
        return ""
    return f"{_elsewhere(account)} Nobody looks at it meanwhile, and it is not given up."
