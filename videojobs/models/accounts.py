"""Provider accounts: whose key, at which address, live or rehearsal."""

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models

from videojobs.models.compiled import Compiled
from videojobs.models.fields import MoneyField

LONGEST_PAUSE = timedelta(hours=1)
"""A longer wait than anybody asked for means that the clock was put back."""

REHEARSAL_BASE_URL = "rehearsal"
"""The simulator's port may change between starts; its account must not."""


class Kind(StrEnum):
    """Whether an account buys."""

    LIVE = "live"
    REHEARSAL = "rehearsal"


class ProviderAccountQuerySet(models.QuerySet["ProviderAccount"]):
    """The words for finding an account."""

    def configured(self) -> Self:
        """The accounts this site can speak for: the environment's, and those a team gave a key of."""
        return self.filter(models.Q(**configured_identity()) | models.Q(key__isnull=False))

    def sending(self) -> Self:
        """The accounts new jobs are sent in: the environment's, and those a team uses now."""
        keyed = self.model.objects.filter(key__isnull=False, key__retired_at=None, teams__isnull=False)
        return self.filter(models.Q(**configured_identity()) | models.Q(pk__in=keyed.values("pk")))

    def locked(self) -> Self:
        """Lock the rows until the transaction ends; jobs of the account may be made meanwhile."""
        return self.select_for_update(no_key=True)

    def current(self) -> "ProviderAccount":
        """The account of teams without a key of their own, made when it is first needed."""
        identity = configured_identity()
        found = _by_identity(*identity.values())
        if found:
            return found[0]
        account, _made = self.get_or_create(**identity, defaults={"places": settings.PROVIDER_PLACES})
        return account


class ProviderAccount(models.Model):
    """One account at the provider. A job is sent to and looked at only in its own."""

    base_url = models.CharField(max_length=200)
    key_fingerprint = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    places = models.PositiveIntegerField()
    places_halved_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    parked_reason = models.CharField(max_length=500, blank=True)
    outage_since = models.DateTimeField(null=True, blank=True)
    outage_reason = models.CharField(max_length=500, blank=True)
    looks_not_before = models.DateTimeField(null=True, blank=True)
    waiting_most = models.PositiveIntegerField(null=True, blank=True)  # how many jobs may wait in all
    clock = MoneyField(default=Decimal(0))  # what each team could have had by now: the teams' fair share

    objects = ProviderAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base_url", "key_fingerprint", "kind"], name="account_once"),
            models.CheckConstraint(condition=models.Q(places__gte=1), name="account_has_a_place"),
            models.CheckConstraint(
                condition=models.Q(parked_at=None, parked_reason="")
                | (models.Q(parked_at__isnull=False) & ~models.Q(parked_reason="")),
                name="account_parked_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return "rehearsal" if self.is_rehearsal else f"{self.base_url} (key {self.key_fingerprint[:8]})"

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing is bought here."""
        return self.kind == Kind.REHEARSAL

    @property
    def may_wait(self) -> int | None:
        """How many jobs may wait in it in all; None: any number."""
        return self.waiting_most or settings.PROVIDER_WAITING or None

    @property
    def is_default(self) -> bool:
        """Whether it is the one of teams without a key of their own."""
        identity = configured_identity()
        return all(getattr(self, name) == value for name, value in identity.items())

    @property
    def is_configured(self) -> bool:
        """Whether this site has what it takes to speak for this account."""
        return self.is_default or hasattr(self, "key")

    @property
    def sends(self) -> bool:
        """Whether new jobs are sent in it; one whose key was replaced is only looked at."""
        return self.is_default or (hasattr(self, "key") and self.key.retired_at is None)

    def is_parked(self) -> bool:
        """Whether sending waits for a person's Resume."""
        return self.parked_at is not None

    def looks_wait(self, now: datetime) -> bool:
        """Whether the provider asked for fewer reads until later than `now`."""
        wait = self.looks_not_before - now if self.looks_not_before else timedelta(0)
        return timedelta(0) < wait <= LONGEST_PAUSE


class ProviderKey(models.Model):
    """A key somebody typed in, sealed. A replaced one is kept while jobs sent with it are looked at."""

    account = models.OneToOneField(ProviderAccount, on_delete=models.CASCADE, related_name="key")
    sealed = models.TextField()
    ending = models.CharField(max_length=8)  # its last letters, to tell it from another
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    test_problem = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"…{self.ending}"


def fingerprint(key: str) -> str:
    """Return what may be stored of a provider key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def configured_identity() -> dict[str, str]:
    """Return the identity of the account this process is set up for."""
    if not settings.PROVIDER_KEY:
        return {"base_url": REHEARSAL_BASE_URL, "key_fingerprint": "", "kind": Kind.REHEARSAL.value}
    return {
        "base_url": settings.PROVIDER_BASE_URL,
        "key_fingerprint": fingerprint(settings.PROVIDER_KEY),
        "kind": Kind.LIVE.value,
    }


_by_identity = Compiled(
    lambda base_url, fingerprint, kind: ProviderAccount.objects.filter(
        base_url=base_url, key_fingerprint=fingerprint, kind=kind
    ),
    *(str, str, str),
)
