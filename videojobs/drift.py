"""Drift: what the provider charges beside what was expected, and the price proposed where they part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from videojobs import audit, catalog, offers, pricelist, prices
from videojobs.catalog.types import PriceUnit
from videojobs.models import Job, Notice, PriceProposal, Team, User
from videojobs.pricelist import Rule, WrongPrice
from videojobs.prices import plain
from videojobs.states import State

AGREEING = 3
"""So many jobs in a row must have been charged the same before a price is proposed."""

COUNTS = ("zero", "once", "twice", "three times")


def watch(job_id: str, now: datetime) -> None:
    """Look at a settlement that was just booked, and propose a price after three that agree.

    Call it in the settlement's transaction: the lock on the team's ledger lets in one at a time.
    """
    job = Job.objects.select_related("account", "team").get(id=job_id)
    if not _is_off(job):
        return
    latest = list(offers.settled(job.team_id).filter(**_kind(job))[:AGREEING])
    agree = len(latest) == AGREEING and all(one.cost == job.cost != one.estimate for one in latest)
    if agree and _price_now(job) != job.cost and not _was_left(job):
        _propose(job, latest, now)


def _is_off(job: Job) -> bool:
    """Whether a job says something of prices, and not what was expected."""
    made = job.size and job.seconds and job.state not in {State.FAILED, State.CANCELLED}
    return bool(made and job.cost and job.cost != job.estimate and not job.account.is_rehearsal)


def _kind(job: Job) -> dict[str, object]:
    return {"model": job.model, "size": job.size, "seconds": job.seconds}


def _price_now(job: Job) -> Decimal | None:
    """Return what such a job would be expected to cost today: somebody may have filed it meanwhile."""
    try:
        body = job.wire_body
    except ValueError:  # of another version; its charge is booked all the same
        return None
    price = prices.estimate(body, offers.named(job.team, job.account, job.model))
    return price.usd if price else None


def _was_left(job: Job) -> bool:
    """Whether somebody looked at this very price and left it."""
    answered = PriceProposal.objects.filter(team=job.team, taken=False, **_kind(job))
    last = answered.order_by("-answered_at", "-id").first()
    return last is not None and last.usd == job.cost


def _propose(job: Job, latest: Sequence[Job], now: datetime) -> None:
    """Store a proposal in the place of an older one, and tell the team."""
    same_kind = PriceProposal.objects.filter(team=job.team, answered_at=None, **_kind(job))
    older = same_kind.first()
    if older is not None and older.usd == job.cost:
        return
    if older is not None:
        same_kind.update(answered_at=now)  # by nobody: the charges went on changing
        Notice.objects.close(job.team_id, key_of(older), now=now)
    ids = [one.id for one in latest]
    proposal = PriceProposal(
        team=job.team, estimate=job.estimate, usd=job.cost, jobs=ids, proposed_at=now, **_kind(job)
    )
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError:
        return  # another settlement proposed it a moment ago
    text = f"{sentence(proposal)} Take it over or leave it on the Prices page."
    Notice.objects.tell(job.team_id, key_of(proposal), text, kind="drift", now=now)


def key_of(proposal: PriceProposal) -> str:
    """Return the key of a proposal's notice."""
    return f"drift:{proposal.pk}"


def scope_of(proposal: PriceProposal) -> str:
    """Return what a proposed price is for: "Video 01 Director, 1366×768, 5 s"."""
    model = catalog.find(proposal.model)
    size = proposal.size.replace("x", "×")
    return f"{model.name if model else proposal.model}, {size}, {proposal.seconds} s"


def sentence(proposal: PriceProposal) -> str:
    """Say what a proposal rests on."""
    count = len(proposal.jobs)
    times = COUNTS[count] if count < len(COUNTS) else f"{count} times"
    return (
        f"{scope_of(proposal)}: the provider charged ${plain(proposal.usd)} {times}"
        f" where we expected ${plain(proposal.estimate)}."
    )


def take_over(proposal: PriceProposal, by: User, *, now: datetime) -> None:
    """File a proposed price, naming the jobs. Raises WrongPrice where it is answered or overlaps another."""
    rule = Rule(
        model=proposal.model,
        usd=proposal.usd,
        unit=PriceUnit.CLIP,
        size=proposal.size,
        seconds=proposal.seconds,
        source=f"The provider's charges for {', '.join(map(str, proposal.jobs))}"[:300],
        verified_on=now.astimezone(proposal.team.zone).date(),
    )
    with transaction.atomic():
        _answer(proposal, by, now, taken=True)
        pricelist.put(proposal.team, rule, by, now=now)


def leave(proposal: PriceProposal, by: User, *, now: datetime) -> None:
    """Keep the price as it is; the same charges are not proposed again. Raises WrongPrice if answered."""
    with transaction.atomic():
        _answer(proposal, by, now, taken=False)
        before = {"proposed": sentence(proposal)}
        audit.note(proposal.team, by, "price_proposal_left", proposal.model, now, before=before)


def _answer(proposal: PriceProposal, by: User, now: datetime, *, taken: bool) -> None:
    still_open = PriceProposal.objects.filter(pk=proposal.pk, answered_at=None)
    if still_open.update(answered_at=now, answered_by=by, taken=taken) != 1:
        raise WrongPrice("", "Somebody answered this proposal a moment ago.")
    Notice.objects.close(proposal.team_id, key_of(proposal), now=now)


# --- reported against estimated


@dataclass(frozen=True)
class Reported:
    """The latest settled jobs of one model, size and length: what they were thought to cost, and did. USD."""

    model: str
    size: str
    seconds: int
    jobs: int
    off: int  # jobs charged something else than expected
    estimated: Decimal
    charged: Decimal
    lowest: Decimal
    highest: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more was charged than expected, in all."""
        return self.charged - self.estimated

    @property
    def average_estimate(self) -> Decimal:
        """What one was thought to cost."""
        return prices.up_to_a_millionth(self.estimated / self.jobs)

    @property
    def average_charge(self) -> Decimal:
        """What one was charged."""
        return prices.up_to_a_millionth(self.charged / self.jobs)

    @property
    def per_cent(self) -> int:
        """The difference as a share of what was expected."""
        return round(100 * self.difference / self.estimated)


def reported(team: Team) -> list[Reported]:
    """Return the charges of a team's latest settled jobs beside their estimates, the farthest off first."""
    groups: dict[tuple[str, str, int], list[tuple[Decimal, Decimal]]] = {}
    rows = offers.settled(team.pk).values_list("model", "size", "seconds", "estimate", "cost")
    for model, size, seconds, estimate, cost in rows:
        if cost is not None:
            groups.setdefault((model, size, seconds or 0), []).append((estimate, cost))
    found = [_group(*kind, pairs) for kind, pairs in groups.items()]
    return sorted(found, key=lambda one: (-abs(one.difference / one.estimated), one.model, one.size))


def _group(model: str, size: str, seconds: int, pairs: Sequence[tuple[Decimal, Decimal]]) -> Reported:
    charges = [cost for _estimate, cost in pairs]
    return Reported(
        model=model,
        size=size,
        seconds=seconds,
        jobs=len(pairs),
        off=sum(estimate != cost for estimate, cost in pairs),
        estimated=sum((estimate for estimate, _cost in pairs), Decimal(0)),
        charged=sum(charges, Decimal(0)),
        lowest=min(charges),
        highest=max(charges),
    )
