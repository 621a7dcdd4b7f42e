"""Past times of kinds of jobs, read from the rows: in at most two queries, never all of a long history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from videojobs.forecast import FEWEST, Lasted, Times, Typical
from videojobs.forecast_hindsight import Ran
from videojobs.models import Job, ProviderAccount
from videojobs.states import State

LATEST = 60
"""How many past jobs of a model and size are read."""

LATEST_OF_TEAM = 400
"""How many of a team's past jobs are read where a model has none of that size."""

MOST_KINDS = 40
"""So many models and sizes of one queue are read; of the others nothing is foretold."""

LONGEST_SENDING = 10.0
"""Seconds between claim and acceptance that count; what took longer waited for a person."""

Kind = tuple[str, str]
"""A model and the size asked of it."""

LATEST_LAGS = 40
LONGEST_LAG = timedelta(seconds=10)
"""How many waits of free places are read, and the longest that counts: beyond it something else held."""

USUAL_LAGS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Seconds, where nothing is known: the tick comes once a second."""

_Moment = datetime | None
_COLUMNS = ("model", "size", "state", "created_at", "claimed_at", "accepted_at", "finished_at", "ended_at")
_Row = tuple[str, str, str, datetime, _Moment, _Moment, _Moment, _Moment]


def key(kind: Kind) -> str:
    """Return the name a forecast knows a kind by."""
    return " ".join(kind)


@dataclass(frozen=True)
class Past:
    """What past jobs say: how long a kind takes, by `key`; how long a free place waits; what ran when."""

    times: dict[str, Times]
    lags: Sequence[float]
    ran: Sequence[Ran] = ()


def read(account: ProviderAccount, kinds: Iterable[Kind], teams: Iterable[int]) -> Past:
    """Return what past jobs of an account say about these kinds.

    Where too few of a size are known, the model's jobs of any size among these teams' latest stand for it;
    a kind without those is left out.
    """
    wanted = list(dict.fromkeys(kinds))[:MOST_KINDS]
    rows = _joined([_of_kind(account, kind) for kind in wanted])
    past = _sorted(rows)
    found = {kind: past[kind] for kind in wanted if len(past.get(kind, ())) >= FEWEST}
    if missing := [kind for kind in wanted if kind not in found]:
        others = _joined(_of_teams(account, teams))
        found |= _of_any_size(others, missing)
        rows = others if len(others) > len(rows) else rows
    times = {key(kind): Times(lengths) for kind, lengths in found.items()}
    return Past(times, lags(rows), _ran(rows))


def typical_of(jobs: Iterable[Job]) -> dict[str, Typical]:
    """Return how long jobs like each of these usually are at the provider, by job; in two queries an account.

    Read `job.account` with the jobs, or this costs a query each.
    """
    by_account: dict[ProviderAccount, list[Job]] = {}
    for job in jobs:
        by_account.setdefault(job.account, []).append(job)
    found: dict[str, Typical] = {}
    for account, own in by_account.items():
        past = read(account, [(job.model, job.size) for job in own], {job.team_id for job in own})
        known = {name: one.typical for name, one in past.times.items()}
        found |= {job.id: known[name] for job in own if (name := key((job.model, job.size))) in known}
    return found


def _of_teams(account: ProviderAccount, teams: Iterable[int]) -> list[QuerySet[Job]]:
    return [
        Job.objects.of_account(account).filter(pk__in=_settled(team).values("pk")[:LATEST_OF_TEAM])
        for team in sorted(set(teams))
    ]


def _of_any_size(rows: Iterable[_Row], missing: Iterable[Kind]) -> dict[Kind, list[Lasted]]:
    past = _sorted((row[0], "", *row[2:]) for row in rows)
    by_model = {model: lengths[:LATEST] for (model, _any), lengths in past.items() if len(lengths) >= FEWEST}
    return {kind: by_model[kind[0]] for kind in missing if kind[0] in by_model}


def lags(rows: Iterable[_Row]) -> Sequence[float]:
    """Return how long places lately waited for a job: each claim took the one that was free longest."""
    claims, free = [], []
    for _model, _size, _state, created, claimed, _accepted, finished, _ended in rows:
        if claimed is not None and finished is not None:
            claims.append((claimed, created))
            free.append(finished)
    free.sort(reverse=True)
    found = []
    for claimed, created in sorted(claims):
        since = free.pop() if free and free[-1] <= claimed else None
        # Only where the job was there before the place: else nothing waited.
        if since is not None and created <= since and claimed - since <= LONGEST_LAG:
            found.append((claimed - since).total_seconds())
    return found[-LATEST_LAGS:] if len(found) >= FEWEST else USUAL_LAGS


def _ran(rows: Iterable[_Row]) -> Sequence[Ran]:
    return [
        Ran(
            key((model, size)),
            created.timestamp(),
            claimed.timestamp(),
            finished.timestamp(),
            ended.timestamp() if ended is not None and state == State.COMPLETED else None,
        )
        for model, size, state, created, claimed, _accepted, finished, ended in rows
        if claimed is not None and finished is not None
    ]


def _settled(team: int) -> QuerySet[Job]:
    # Only settled jobs, so that their index answers.
    return Job.objects.filter(team=team, cost__isnull=False, finished_at__isnull=False).order_by(
        "-finished_at"
    )


def _of_kind(account: ProviderAccount, kind: Kind) -> QuerySet[Job]:
    model, size = kind
    past = Job.objects.filter(account=account, model=model, size=size, finished_at__isnull=False)
    return Job.objects.filter(pk__in=past.order_by("-finished_at").values("pk")[:LATEST])


def _joined(branches: Sequence[QuerySet[Job]]) -> list[_Row]:
    """Read all branches in one query; each finds its rows by an index of its own."""
    if not branches:
        return []
    first, *rest = [branch.order_by().values_list(*_COLUMNS) for branch in branches]
    return list(first.union(*rest, all=True) if rest else first)


def _sorted(rows: Iterable[_Row]) -> dict[Kind, list[Lasted]]:
    """Return past jobs by kind, newest first."""
    found: dict[Kind, list[tuple[datetime, Lasted]]] = {}
    for model, size, state, _created, claimed, accepted, finished, ended in rows:
        if accepted is None or finished is None or finished < accepted:
            continue
        sending = (accepted - claimed).total_seconds() if claimed else 0.0
        made = (finished - accepted).total_seconds() + min(max(sending, 0.0), LONGEST_SENDING)
        was_kept = state == State.COMPLETED and ended is not None
        # A clip still on its way says nothing yet; taken as kept at once it would promise too much.
        kept = max((ended - finished).total_seconds(), 0.0) if was_kept and ended else None
        found.setdefault((model, size), []).append((finished, Lasted(made, kept)))
    return {
        kind: [lasted for _at, lasted in sorted(past, key=lambda one: one[0], reverse=True)]
        for kind, past in found.items()
    }
