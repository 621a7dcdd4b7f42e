"""A waiting job becomes another wish: its body, title or project, and the hold that goes with it, or nothing.

What is sent is what the row says at its claim, which takes the same lock: whoever is second finds another
version.
"""

import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from videojobs import audit, places
from videojobs.lifecycle import asking
from videojobs.lifecycle.creating import Order
from videojobs.lifecycle.steps import Decided, note
from videojobs.lifecycle.versions import locked_waiting, write
from videojobs.models import Decision, Job, Project, User
from videojobs.models.jobs import rank_at
from videojobs.models.limits import HELD_BACK
from videojobs.money import counters, ledger
from videojobs.money.budgets import Verdict
from videojobs.prices import plain

MONEY = frozenset({"model", "project_id", "estimate", "estimate_source", "estimate_explanation"})
"""What the ledger writes: a change of it moves sums."""

MOVES_SUMS = frozenset({"model", "project_id", "estimate"})


@dataclass(frozen=True)
class Edited:
    """A job as it is now. `rise` is USD, below zero for a fall; `asks` says why it waits for a yes now."""

    job: Job
    rise: Decimal
    keeps_place: bool = True
    asks: str = ""


def edit(job_id: str, order: Order, actor: User, *, version: int | None, now: datetime) -> Edited:
    """Let a waiting job be another wish, checked and priced: body, price, title and project of `order`.

    Whose job it is stays. It keeps its place where its price does not rise, else it is the newest of its
    line and marked next no more. Above a limit that asks it waits for a yes; one that has a yes keeps it
    where the price does not rise. Raises Stale, Decided, LimitRefused or QueueFull; nothing is changed then.
    """
    columns = {
        "model": order.body.model,
        "prompt": order.body.prompt or "",
        "body": order.body.to_wire(),
        "seconds": order.seconds,
        "size": order.size,
        "title": order.title,
        "project_id": order.project.pk,
        "estimate": order.price.usd,
        "estimate_source": order.price.source,
        "estimate_explanation": order.price.explanation[:500],
    }
    return _revise(job_id, order.project, columns, actor, version, now)


def rename(job_id: str, title: str, actor: User, *, version: int | None, now: datetime) -> Job:
    """Give a waiting job another title. Raises Stale or Decided."""
    return _revise(job_id, None, {"title": title}, actor, version, now).job


def move_to_project(
    job_id: str, project: Project, actor: User, *, version: int | None, now: datetime
) -> Edited:
    """Let a waiting job be for another project, and its hold with it. Raises Stale, Decided, LimitRefused."""
    return _revise(job_id, project, {"project_id": project.pk}, actor, version, now)


def _revise(
    job_id: str,
    project: Project | None,
    columns: dict[str, Any],
    actor: User,
    version: int | None,
    now: datetime,
) -> Edited:
    with transaction.atomic():
        job = _editable(job_id, version)
        if project is not None and project.team_id != job.team_id:
            raise ValueError("a project of another team")
        old = copy.copy(job)
        new = {name: value for name, value in columns.items() if getattr(job, name) != value}
        if not new:
            return Edited(job, Decimal(0))
        verdict = _move_money(job, new, actor, now)
        if "model" in new:
            places.admit_model(job)
        rise: Decimal = job.estimate - old.estimate
        write(job, {name: value for name, value in new.items() if name not in MONEY} | _place(job, rise, now))
        if verdict is not None and not _stays_granted(old, rise, verdict):
            asking.ask_anew(job, verdict, actor, now=now)
        _tell(job, old, new, actor, now)
        asks = verdict.asks if verdict and job.decision == Decision.APPROVAL else ""
        return Edited(job, rise, keeps_place=rise <= 0, asks=asks)


def _editable(job_id: str, version: int | None) -> Job:
    job = locked_waiting(job_id, version)
    if job.decision == Decision.RESTORED:
        # What may have been sent must stay as it was, or nobody could find it at the provider.
        raise Decided("It may have been sent already, as it stands. Say first whether it was.")
    return job


def _move_money(job: Job, new: dict[str, Any], actor: User, now: datetime) -> Verdict | None:
    """Hold the new estimate instead of the old one, where any sum changes; None where none does."""
    money = {name: value for name, value in new.items() if name in MONEY}
    if MOVES_SUMS.isdisjoint(new):
        if money:  # another sentence on where the same price comes from
            Job.objects.filter(id=job.id).update(**money)
        return None
    return ledger.rehold(job, money, now=now, actor=actor, reason="Changed while it waited.")


def _place(job: Job, rise: Decimal, now: datetime) -> dict[str, Any]:
    """Return where in line it stands then, and that no limit holds it back until it is tried again."""
    columns: dict[str, Any] = {}
    if job.not_before_reason.startswith(HELD_BACK):
        columns = {"not_before": None, "not_before_reason": ""}
    if rise > 0:
        columns |= {"rank": rank_at(now), "next_at": None, "next_by": None}
    return columns


def _stays_granted(old: Job, rise: Decimal, verdict: Verdict) -> bool:
    """Tell whether a yes still holds: it costs no more, and no limit asks that did not count it before."""
    asks_as_before = verdict.limit is None or counters.falls_under(verdict.limit, old)
    return rise <= 0 and asks_as_before and asking.was_granted(old)


def _tell(job: Job, old: Job, new: dict[str, Any], actor: User, now: datetime) -> None:
    names = _changed(old, new)
    why = f"{actor} changed its {_listed(names)}."
    if job.estimate != old.estimate:
        why += f" {plain(old.estimate)} USD became {plain(job.estimate)} USD"
        why += ", so it is the newest of its line." if job.estimate > old.estimate else "."
    note(job, "edited", why, now=now, actor=actor, changed=names)
    if job.estimate != old.estimate or old.project_id != job.project_id or old.model != job.model:
        audit.note(job.team, actor, "job_edited", job.id, now, before=_facts(old), after=_facts(job))


def _changed(old: Job, new: dict[str, Any]) -> list[str]:
    """Name what is another: fields of the body by their wire names, title and project. No values."""
    body = new.get("body", old.body)
    keys = sorted(key for key in old.body.keys() | body.keys() if old.body.get(key) != body.get(key))
    named = {"title": "title", "project_id": "project", "estimate": "price"}
    more = [word for name, word in named.items() if name in new and not (name == "estimate" and keys)]
    return keys + more or ["price"]


def _listed(names: list[str]) -> str:
    *others, last = (name.replace("_", " ") for name in names)
    return f"{', '.join(others)} and {last}" if others else last


def _facts(job: Job) -> dict[str, Any]:
    return {"model": job.model, "project": job.project_id, "price": plain(job.estimate)}
