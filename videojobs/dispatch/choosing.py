"""Whose job is sent next."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from videojobs import shares
from videojobs.dispatch import blocks, heads
from videojobs.dispatch.blocks import Blocks
from videojobs.dispatch.heads import Heads
from videojobs.fairness import Shares
from videojobs.media import space
from videojobs.models import Job, ProviderAccount
from videojobs.states import State


def next_job(account: ProviderAccount, now: datetime) -> str | None:
    """Name the job to send now: one marked next, else the head of the line whose turn it is. None: none may.

    Must run under the account's lock, so that two workers never fill one place. Who got in line since the
    last time, and who left it, is written down; whoever claims the job lets its person pay for it.
    """
    if not account.sends or account.is_parked():
        return None
    there = blocks.at_provider(account)
    if there.total() >= places_of(account) or not disk_has_room():
        return None
    held = Blocks().pause().fill(there)
    lines = heads.read(account, held, now)
    standing = _met(account, lines)
    if not lines.free:
        return None
    return _marked(account, held, now) or lines.jobs[standing.next(lines.free)]


def _met(account: ProviderAccount, lines: Heads) -> Shares:
    """Let the shares know who is in line now, before the clock moves on."""
    with transaction.atomic(savepoint=False):
        fresh = ProviderAccount.objects.locked().get(pk=account.pk)  # whoever only asks has no lock yet
        held = shares.read(fresh)
        here = lines.free.keys() | lines.blocked.keys()
        gone = any(whose not in here for whose in held.rows if whose[1] is not None)
        held.shares.meet(lines.free, lines.blocked, _sent(account) if gone else set())
        shares.write(fresh, held)
        return held.shares


def _sent(account: ProviderAccount) -> set[tuple[int, int]]:
    """Return whose claims may still come back."""
    sending = Job.objects.of_account(account).filter(state=State.SENDING)
    return set(sending.values_list("team_id", "person_id"))


def _marked(account: ProviderAccount, held: Blocks, now: datetime) -> str | None:
    """Name the job that was marked next first, of those that may go."""
    marked = held.clear(Job.objects.of_account(account).sendable(now).filter(next_at__isnull=False))
    return marked.order_by("next_at", "id").values_list("id", flat=True).first()


def places_of(account: ProviderAccount) -> int:
    """Return how many jobs the account may have at the provider: as set, or fewer after a 429."""
    return min(account.places, settings.PROVIDER_PLACES)


def free_places(account: ProviderAccount) -> int:
    """Return how many more jobs the account may have at the provider."""
    return places_of(account) - Job.objects.of_account(account).at_provider().count()


def sendable_now(account: ProviderAccount, now: datetime, *, at_most: int) -> int:
    """Return how many jobs are worth a worker's turn right now; at times more than may go, never fewer."""
    if account.is_parked() or not account.sends:
        return 0
    free = free_places(account)
    if free <= 0:
        return 0
    jobs = Job.objects.of_account(account).sendable(now)
    if not jobs[:1].exists():
        return 0
    clear = Blocks().pause().fill(blocks.at_provider(account)).clear(jobs)
    return min(len(clear.values_list("id", flat=True)[:at_most]), free)


def disk_has_room() -> bool:
    """Whether enough disk is free to keep what would be bought."""
    return space.enough(settings.MEDIA_ROOT, settings.MIN_FREE_DISK)
