"""Whose job is sent next."""

from datetime import datetime

from django.conf import settings
from django.db.models import Min, QuerySet

from videojobs.media import space
from videojobs.models import Job, ProviderAccount


def next_job(account: ProviderAccount, now: datetime) -> str | None:
    """Name the job to send now: of the person whose turn was longest ago, the oldest. None: nobody may.

    Must run under the account's lock, so that two workers never fill one place.
    """
    if not account.is_configured or account.is_parked():
        return None
    if free_places(account) <= 0 or not disk_has_room():
        return None
    person = _whose_turn(account, now)
    if person is None:
        return None
    mine = Job.objects.of_account(account).sendable(now).filter(person_id=person)
    return mine.order_by("created_at", "id").values_list("id", flat=True).first()


def _whose_turn(account: ProviderAccount, now: datetime) -> int | None:
    people: QuerySet[Job, int] = (
        Job.objects.of_account(account)
        .sendable(now)
        .values("person_id")
        .annotate(oldest=Min("created_at"))
        .order_by("oldest", "person_id")
        .values_list("person_id", flat=True)
    )
    return people.first()


def places_of(account: ProviderAccount) -> int:
    """Return how many jobs the account may have at the provider: as set, or fewer after a 429."""
    return min(account.places, settings.PROVIDER_PLACES)


def free_places(account: ProviderAccount) -> int:
    """Return how many more jobs the account may have at the provider."""
    return places_of(account) - Job.objects.of_account(account).at_provider().count()


def sendable_now(account: ProviderAccount, now: datetime, *, at_most: int) -> int:
    """Return how many jobs are worth a worker's turn right now."""
    if account.is_parked():
        return 0
    ids = Job.objects.of_account(account).sendable(now).values_list("id", flat=True)[:at_most]
    waiting = len(ids)
    return min(waiting, max(free_places(account), 0)) if waiting else 0


def disk_has_room() -> bool:
    """Whether enough disk is free to keep what would be bought."""
    return space.enough(settings.MEDIA_ROOT, settings.MIN_FREE_DISK)
