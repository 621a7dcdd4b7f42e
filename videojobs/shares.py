"""What each team and person has had of an account: rows of the fair share, read and written under its lock.

A claim charges them and a claim that comes back gives back, both in the transaction of the job's step and
under the account's lock, taken before any lock of a job.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from videojobs.fairness import Level, Shares
from videojobs.models import Job, ProviderAccount, Share
from videojobs.models.fields import MoneyField, from_micros, to_micros

Whose = tuple[int, int | None]
"""A team, and a person of it; None: the team itself."""


@dataclass(frozen=True)
class Held:
    """The shares of an account with the rows they were read from."""

    shares: Shares
    rows: dict[Whose, Share]


def read(account: ProviderAccount) -> Held:
    """Read the shares of an account whose row was just read; nothing is written."""
    rows = {(row.team_id, row.person_id): row for row in Share.objects.filter(account=account)}
    shares = Shares(Level(to_micros(account.clock)))
    for (team, person), row in rows.items():
        if person is None:
            shares.teams.starts[team] = to_micros(row.start)
            shares.team(team).clock = to_micros(row.clock)
        else:
            shares.team(team).starts[person] = to_micros(row.start)
    return Held(shares, rows)


def write(account: ProviderAccount, held: Held) -> None:
    """Write what has changed since it was read, under the account's lock."""
    now = _columns(held.shares)
    new: list[Share] = []
    changed: list[Share] = []
    for (team, person), (start, clock) in now.items():
        row = held.rows.get((team, person))
        if row is None:
            new.append(Share(account=account, team_id=team, person_id=person, start=start, clock=clock))
        elif (row.start, row.clock) != (start, clock):
            row.start, row.clock = start, clock
            changed.append(row)
    gone = [row.pk for whose, row in held.rows.items() if whose not in now]
    if gone:
        Share.objects.filter(pk__in=gone).delete()
    if new:
        Share.objects.bulk_create(new)
    if changed:
        Share.objects.bulk_update(changed, ["start", "clock"])
    clock = from_micros(held.shares.teams.clock)
    if clock != account.clock:
        ProviderAccount.objects.filter(pk=account.pk).update(clock=clock)


def _columns(shares: Shares) -> dict[Whose, tuple[Decimal, Decimal]]:
    found: dict[Whose, tuple[Decimal, Decimal]] = {}
    for team, start in shares.teams.starts.items():
        found[team, None] = from_micros(start), from_micros(shares.team(team).clock)
        for person, own in shares.team(team).starts.items():
            found[team, person] = from_micros(own), from_micros(0)
    return found


def charge(job: Job) -> None:
    """Let a claimed job's person and team pay for it. One marked next moves no clock, so that they owe."""
    held = read(job.account)
    held.shares.charge(job.team_id, job.person_id, to_micros(job.estimate), in_turn=job.next_at is None)
    write(job.account, held)


def give_back(job: Job) -> None:
    """Give back what a claimed job paid that was not sent after all, once: with the step that says so."""
    back = Value(job.estimate, output_field=MoneyField())
    mine = Q(person=None) | Q(person=job.person_id)
    rows = Share.objects.filter(mine, account=job.account_id, team=job.team_id)
    rows.update(start=Greatest(F("start") - back, Value(0, output_field=MoneyField())))
