"""Which stored secrets of a team nobody can open: the field key they were sealed with is not set any more."""

from collections.abc import Iterable, Iterator

from allauth.mfa.models import Authenticator
from django.db.models import Q

from dashboard.signing_in import sealed_of
from videojobs import sealing
from videojobs.models import ProviderKey, Team

REMEDY = (
    "Put the old key back: into FIELD_KEYS behind the new one, or as the backup’s keys folder into DATA_DIR. "
    "Then restart. If it is gone, type the provider key in again, add the channels anew, and run "
    "manage.py take_second_step_off for who cannot come in."
)


def closed(team: Team) -> list[str]:
    """Name what of a team cannot be opened; of what is one person's own it says only how many."""
    return [*_keys(team), *_channels(team), *_second_steps(team)]


def _keys(team: Team) -> Iterator[str]:
    """Its own key, and those its jobs under way were sent with."""
    under_way = team.jobs.active().values("account_id")
    keys = ProviderKey.objects.filter(Q(account__in=under_way) | Q(account=team.account_id))
    yield from (f"the provider key {key}" for key in keys.order_by("pk") if _is_closed([key.sealed]))


def _channels(team: Team) -> Iterator[str]:
    found = team.channels.order_by("name", "pk")
    shut = [one for one in found if _is_closed([one.sealed_address, one.sealed_secret])]
    yield from (f"the channel {one.name}" for one in shut if one.person_id is None)
    own = sum(one.person_id is not None for one in shut)
    if own:
        yield f"{own:,} channel{'s' if own > 1 else ''} of one person’s own"


def _second_steps(team: Team) -> Iterator[str]:
    people = team.memberships.filter(user__is_active=True).values("user_id")
    rows = Authenticator.objects.filter(user_id__in=people).exclude(type=Authenticator.Type.WEBAUTHN)
    shut = len({row.user_id for row in rows if _is_closed([sealed_of(row)])})
    if shut:
        yield f"the second step of {shut:,} {'people' if shut > 1 else 'person'}"


def _is_closed(sealed: Iterable[str]) -> bool:
    try:
        for secret in filter(None, sealed):
            sealing.unseal(secret)
    except sealing.CannotUnseal:
        return True
    return False
