"""A question about a job as pages show it: who asks, why, who may answer, and how the limit stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboard.http import Asker
from videojobs.models import Approval, Decision, Job, Membership
from videojobs.money import budgets, grantors
from videojobs.money.asks import on_clocks
from videojobs.money.budgets import LimitStanding
from videojobs.money.words import a_period, whose
from videojobs.rights import Right
from videojobs.states import State


@dataclass(frozen=True)
class Standing:
    """The limit that asks, in words, and what is taken of it; this job's hold is among what is held."""

    of: LimitStanding

    @property
    def words(self) -> str:
        """Whose limit it is, and how often it starts anew: "the project Launch, a month"."""
        return f"{whose(self.of.limit)}, {a_period(self.of.limit)}"

    @property
    def over(self) -> bool:
        """Whether more is taken than it has."""
        return self.of.left < 0

    @property
    def beyond(self) -> Decimal:
        """What is taken above it, in USD."""
        return -self.of.left

    @property
    def anew(self) -> str:
        """When it starts anew, on the team's clocks; "" for a limit in total."""
        ends = self.of.window.ends_at
        return on_clocks(ends, self.of.limit.team.zone) if ends else ""


@dataclass(frozen=True)
class Question:
    """One open question to one person. `standing` None: no limit asks, or the team's money is not shown."""

    approval: Approval
    job: Job
    may_answer: bool
    deciders: str
    standing: Standing | None = None

    @property
    def until(self) -> str:
        """When it is over, on the team's clocks."""
        return on_clocks(self.approval.expires_at, self.approval.team.zone)

    @property
    def buys(self) -> bool:
        """Whether a yes spends real money."""
        return not self.job.account.is_rehearsal


def questions(jobs: Iterable[Job], member: Membership, now: datetime) -> dict[str, Question]:
    """Return the question of each job that asks, by the job's id, in a fixed number of queries."""
    asking = {job.id: job for job in jobs if job.decision == Decision.APPROVAL and job.state == State.WAITING}
    if not asking:
        return {}
    people = grantors.grantors_of(asking.values())
    standings = _standings(member, asking.values(), now) if member.may(Right.SEE_SPEND) else {}
    approvals = Approval.objects.open().filter(job__in=list(asking)).select_related("team")
    return {
        approval.job_id: Question(
            approval=approval,
            job=asking[approval.job_id],
            may_answer=grantors.may_answer(member, asking[approval.job_id]),
            deciders=grantors.named(people[approval.job_id]),
            standing=standings.get((approval.limit_id, asking[approval.job_id].account.is_rehearsal)),
        )
        for approval in approvals
    }


def question_of(job: Job, member: Membership, now: datetime) -> Question | None:
    """Return the question about one job, None where it asks nothing."""
    return questions([job], member, now).get(job.id)


def open_questions(asker: Asker, now: datetime) -> list[Question]:
    """Return a team's open questions, the one that is over first at the top."""
    jobs = (
        Job.objects.in_team(asker.team)
        .waiting()
        .filter(decision=Decision.APPROVAL)
        .select_related("person", "project", "account", "team")
    )
    found = questions(jobs, asker.membership, now)
    return sorted(found.values(), key=lambda question: (question.approval.expires_at, question.approval.pk))


def _standings(
    member: Membership, jobs: Iterable[Job], now: datetime
) -> dict[tuple[int | None, bool], Standing]:
    found: dict[tuple[int | None, bool], Standing] = {}
    for rehearsal in {job.account.is_rehearsal for job in jobs}:
        for standing in budgets.standings(member.team, now=now, rehearsal=rehearsal):
            found[standing.limit.pk, rehearsal] = Standing(standing)
    return found
