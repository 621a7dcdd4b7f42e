"""The sentence that says why a job waits, or why nobody looks at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from videojobs.dispatch.choosing import disk_has_room, free_places, places_of
from videojobs.models import Approval, Decision, Job, ProviderAccount
from videojobs.money import grantors
from videojobs.states import State


@dataclass(frozen=True)
class Queue:
    """One account's queue as it stands at one moment; says why a job of it waits."""

    account: ProviderAccount
    now: datetime
    free: int
    has_room: bool
    places_of: dict[str, int]

    @classmethod
    def read(cls, account: ProviderAccount, now: datetime) -> "Queue":
        """Read what the sentences need, in three queries."""
        return cls(
            account=account,
            now=now,
            free=free_places(account),
            has_room=disk_has_room(),
            places_of=_order_of_turns(account, now),
        )

    def reason(self, job: Job) -> str:
        """Say in one sentence why a waiting job waits: the first rule that holds it."""
        if job.decision == Decision.APPROVAL:
            return _asked([job])[job.id]
        if job.decision:
            return "Restored from a backup: it may have been sent since. Say whether it may be sent."
        if not self.account.is_configured:
            return f"{_elsewhere(self.account)} It is {_NEVER[self.account.is_rehearsal]}."
        if self.account.is_parked():
            return f"Sending is parked: {self.account.parked_reason}"
        if not self.has_room:
            return "The disk is nearly full, so nothing is bought that could not be kept."
        if job.not_before is not None and job.is_put_off(self.now):
            wait = max(round((job.not_before - self.now).total_seconds()), 1)
            return f"{job.not_before_reason or 'It was put off.'} Next try in {wait} s."
        return self._its_turn(job)

    def _its_turn(self, job: Job) -> str:
        ahead = self.places_of.get(job.id, 0)
        before = "Next in line" if ahead == 0 else f"{ahead} {'job is' if ahead == 1 else 'jobs are'} ahead"
        if self.free <= 0:
            return f"All {places_of(self.account)} places at the provider are busy. {before}."
        return f"{before}; it is sent in a moment."


_NEVER = {True: "never sent for real", False: "sent when that is set up again"}


def _elsewhere(account: ProviderAccount) -> str:
    if account.is_rehearsal:
        return "It belongs to the rehearsal, and a provider key is set now."
    return f"It belongs to another provider account ({account}), which is not set up now."


def reasons(jobs: Iterable[Job], now: datetime) -> dict[str, str]:
    """Say for each waiting job of `jobs` why it waits, and for each that nobody looks at why; no others."""
    jobs = list(jobs)
    asked = _asked(job for job in jobs if job.state == State.WAITING and job.decision == Decision.APPROVAL)
    waiting = [job for job in jobs if job.state == State.WAITING and job.id not in asked]
    accounts = ProviderAccount.objects.in_bulk({job.account_id for job in waiting})
    queues = {account_id: Queue.read(account, now) for account_id, account in accounts.items()}
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


def _order_of_turns(account: ProviderAccount, now: datetime) -> dict[str, int]:
    """Return how many jobs are ahead of each sendable one: one person after another, oldest first."""
    lines: dict[int, list[str]] = {}
    rows = Job.objects.of_account(account).sendable(now).order_by("created_at", "id")
    for job_id, person_id in rows.values_list("id", "person_id"):
        lines.setdefault(person_id, []).append(job_id)
    ahead: dict[str, int] = {}
    for turn in range(max(map(len, lines.values()), default=0)):
        for line in lines.values():
            if turn < len(line):
                ahead[line[turn]] = len(ahead)
    return ahead
