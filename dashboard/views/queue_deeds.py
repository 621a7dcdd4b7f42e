"""One deed on one waiting job, from its row, on the version that was seen."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from dashboard.access import demand, job_for_change, team_page
from dashboard.forms.queue import DeedForm
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd
from dashboard.views.queue_answer import Meanwhile, said, show
from videojobs import lifecycle, tasks
from videojobs.models import Job, Priority, User
from videojobs.money.asks import on_clocks
from videojobs.rights import Right

Way = Callable[[Job, User, int, datetime, dict[str, Any]], object]


def _to_place(job: Job, actor: User, version: int, now: datetime, given: dict[str, Any]) -> object:
    return lifecycle.move(job.id, given["place"], actor, version=version, now=now)


def _before(job: Job, actor: User, version: int, now: datetime, given: dict[str, Any]) -> object:
    return lifecycle.move_before(job.id, given["beside"], actor, version=version, now=now)


def _after(job: Job, actor: User, version: int, now: datetime, given: dict[str, Any]) -> object:
    return lifecycle.move_after(job.id, given["beside"], actor, version=version, now=now)


def _later(job: Job, actor: User, version: int, now: datetime, given: dict[str, Any]) -> object:
    return lifecycle.start_later(job.id, given["when"], actor, version=version, now=now)


def _priority(priority: Priority) -> Way:
    return lambda job, actor, version, now, _given: lifecycle.set_priority(
        job.id, priority, actor, version=version, now=now
    )


def _next(*, on: bool) -> Way:
    return lambda job, actor, version, now, _given: lifecycle.mark_next(
        job.id, actor, on=on, version=version, now=now
    )


WAYS: dict[str, Way] = {
    "top": lambda job, actor, version, now, _: lifecycle.to_top(job.id, actor, version=version, now=now),
    "bottom": lambda job, actor, version, now, _: lifecycle.to_bottom(
        job.id, actor, version=version, now=now
    ),
    "place": _to_place,
    "before": _before,
    "after": _after,
    "low": _priority(Priority.LOW),
    "normal": _priority(Priority.NORMAL),
    "high": _priority(Priority.HIGH),
    "next": _next(on=True),
    "not_next": _next(on=False),
    "later": _later,
    "in_turn": lambda job, actor, version, now, _: lifecycle.start_later(
        job.id, None, actor, version=version, now=now
    ),
    "cancel": lambda job, actor, version, now, _: lifecycle.cancel(job, actor, version=version, now=now),
    "dismiss": lambda job, actor, version, now, _: lifecycle.dismiss(job.id, actor, version=version, now=now),
    "bring_back": lambda job, actor, version, now, _: lifecycle.bring_back(
        job.id, actor, version=version, now=now
    ),
}


@team_page(methods=["POST"])
def deed(request: TeamRequest, job_id: str) -> HttpResponse:
    """Do one thing to a job; where somebody was first, show what they did and the row as it is now."""
    job = job_for_change(request, job_id)
    form = DeedForm(request.POST, request.team.zone)
    if str(request.POST.get("deed", "")).endswith("next"):
        demand(request.asker, Right.MARK_NEXT)
    if not form.is_valid():
        return show(request, problem=form.problem, status=422)
    given, now = form.cleaned_data, timezone.now()
    try:
        WAYS[given["deed"]](job, request.user, given["version"], now, given)
    except lifecycle.Stale as stale:
        return show(request, stale=Meanwhile.of(request.asker, stale, _typed(request)), status=409)
    except lifecycle.WrongAnswer as wrong:
        return show(request, problem=wrong.message, status=422)
    except (lifecycle.Decided, lifecycle.StepRefused) as late:
        return show(request, problem=str(late), status=409)
    tasks.nudge_send(job.account)
    return said(request, _done(given, job))


def _typed(request: TeamRequest) -> dict[str, str]:
    """Return what was typed, so that none of it is lost."""
    return {name: str(request.POST.get(name, ""))[:30] for name in ("deed", "place", "when")}


def _done(given: dict[str, Any], job: Job) -> str:
    words = {
        "top": "It is the first of its line.",
        "bottom": "It is the last of its line.",
        "place": f"Moved to place {given['place']} of its line.",
        "before": "Moved.",
        "after": "Moved.",
        "low": "Its priority is low.",
        "normal": "Its priority is normal.",
        "high": "Its priority is high.",
        "next": "It is sent before everything else.",
        "not_next": "It takes its turn again.",
        "in_turn": "It takes its turn again.",
        "cancel": f"Cancelled before it was sent. {usd(job.held)} is free again.",
        "dismiss": "Hidden. It goes on at the provider; its clip is kept, and comes to the Gallery.",
        "bring_back": "Shown again.",
    }
    if given["deed"] == "later":
        return f"It is sent after {on_clocks(given['when'], job.team.zone)}."
    return words[given["deed"]]
