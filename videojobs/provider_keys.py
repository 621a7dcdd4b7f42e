"""A team's own provider key: tested with a call that costs nothing, sealed, replaced, taken away.

The secret is kept nowhere but in `ProviderKey.sealed`, and never shown again; people tell keys by their last
letters. Jobs stay in the account they were made in: what was sent with a replaced key is looked at with it
until it has ended, and nothing more is sent with it.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from videojobs import audit, lifecycle, sealing
from videojobs.accounts import SEALED_OTHERWISE
from videojobs.models import Job, ProviderAccount, ProviderKey, Team, User
from videojobs.models.accounts import Kind, fingerprint
from videojobs.provider.client import Provider
from videojobs.provider.errors import JobMissing, LookError, LookRefused
from videojobs.states import ACTIVE

SHOWN = 4
"""Last letters of a key that may be shown."""

KEPT_AFTER = timedelta(days=30)
"""A replaced key is kept so long at least: a lost job may be found again with it."""

ABOUT_THE_KEY = (lifecycle.KEY_REFUSED, SEALED_OTHERWISE)
"""How the reason begins where sending was parked for the key itself."""


class WrongKey(Exception):
    """The provider refuses this key. The message says so in its own words."""


class NoAnswer(Exception):
    """The provider could not be asked, so nobody knows whether the key works."""


def test(secret: str) -> None:
    """Ask for a video nobody has, which costs nothing. Raises WrongKey, NoAnswer."""
    try:
        Provider(settings.PROVIDER_BASE_URL, secret).look(f"dailies-key-test-{secrets.token_hex(8)}")
    except JobMissing:
        return
    except LookRefused as refused:
        said = _without(secret, refused.message)
        raise WrongKey(f"The provider refuses this key: {said}") from refused
    except LookError as error:
        said = _without(secret, error.message)
        raise NoAnswer(f"The key is not tested. {said}") from error


def _without(secret: str, message: str) -> str:
    """Return the other side's words, which may repeat what it was sent, without the key."""
    return message.replace(secret, f"…{secret[-SHOWN:]}")


def set_key(team: Team, secret: str, actor: User, *, now: datetime, problem: str = "") -> ProviderAccount:
    """Let a team's new jobs be bought with this key; `problem` is what its test came to, "" where it works.

    Teams with the same key share one account. Jobs that wait under the old key stay there, and say so. Where
    sending was parked for the key alone, one that works lets it go on.
    """
    with transaction.atomic():
        fresh = _locked(team)
        account, _made = ProviderAccount.objects.get_or_create(
            base_url=settings.PROVIDER_BASE_URL,
            key_fingerprint=fingerprint(secret),
            kind=Kind.LIVE.value,
            defaults={"places": settings.PROVIDER_PLACES},
        )
        account = _locked_accounts(fresh, account.pk)[account.pk]
        kept = {
            "sealed": sealing.seal(secret),
            "ending": secret[-SHOWN:],
            "added_by": actor,
            "added_at": now,
            "retired_at": None,
            "tested_at": now,
            "test_problem": problem[:300],
        }
        ProviderKey.objects.update_or_create(account=account, defaults=kept)
        before = key_of(fresh)
        _use(fresh, account, now)
        said = {"before": {"key": _named(before)}, "after": {"key": f"…{secret[-SHOWN:]}"}}
        audit.note(fresh, actor, "provider_key_set", f"…{secret[-SHOWN:]}", now, **said)
        if not problem and account.parked_reason.startswith(ABOUT_THE_KEY):
            lifecycle.resume(account, actor, now=now)
            audit.note(fresh, actor, "dispatch_resumed", str(account), now)
            account.refresh_from_db()
    return account


def take_away(team: Team, actor: User, *, now: datetime) -> bool:
    """Let a team's new jobs be bought as the site is set up. Returns False where it has no key of its own."""
    with transaction.atomic():
        fresh = _locked(team)
        before = key_of(fresh)
        if before is None:
            return False
        _locked_accounts(fresh)
        _use(fresh, None, now)
        audit.note(fresh, actor, "provider_key_removed", _named(before), now, before={"key": _named(before)})
    return True


def test_again(key: ProviderKey, *, now: datetime) -> str:
    """Test a key that is in use and keep what came of it; returns the problem, "" where it works."""
    problem = ""
    try:
        test(sealing.unseal(key.sealed))
    except sealing.CannotUnseal:
        problem = "It was sealed with a field key that is not set any more. Type it in again."
    except (WrongKey, NoAnswer) as error:
        problem = str(error)
    ProviderKey.objects.filter(pk=key.pk).update(tested_at=now, test_problem=problem[:300])
    return problem


def key_of(team: Team) -> ProviderKey | None:
    """Return the key a team typed in, None where it buys as the site is set up."""
    return ProviderKey.objects.filter(account=team.account_id).select_related("added_by").first()


def forget_retired(*, now: datetime) -> int:
    """Remove replaced keys nobody needs any more; returns how many."""
    needed = Job.objects.filter(
        Q(state__in=list(ACTIVE)) | Q(next_look_at__isnull=False), account=OuterRef("account")
    )
    old = ProviderKey.objects.filter(~Exists(needed), retired_at__lt=now - KEPT_AFTER)
    return old.delete()[0]


def _locked(team: Team) -> Team:
    """Lock a team: two admins at once pass one after the other, and the last one's key stands."""
    return Team.objects.select_for_update(no_key=True).get(pk=team.pk)


def _locked_accounts(team: Team, *more: int) -> dict[int, ProviderAccount]:
    """Lock the account a locked team leaves, and the one it comes to: in one order, and before any job.

    A key is retired where no other team uses it. Without the lock, one that another team types in at this
    moment would be retired under it, since that team is not seen yet.
    """
    wanted = {pk for pk in (team.account_id, *more) if pk is not None}
    rows = ProviderAccount.objects.locked().filter(pk__in=wanted)
    return {account.pk: account for account in rows.order_by("pk")}


def _use(team: Team, account: ProviderAccount | None, now: datetime) -> None:
    """Move a locked team to an account, and retire the key it leaves where no other team uses it."""
    left = team.account_id
    Team.objects.filter(pk=team.pk).update(account=account)
    if left is not None and (account is None or left != account.pk):
        others = Team.objects.filter(account=left)
        ProviderKey.objects.filter(~Exists(others), account=left, retired_at=None).update(retired_at=now)


def _named(key: ProviderKey | None) -> str:
    return str(key) if key else "the site's own"
