"""The ledger's entries, append-only and chained, and the sums that move with them. Money is whole millionths.

Only `videojobs.money` writes here. The database itself refuses to change or remove an entry.
"""

from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import MoneyField
from videojobs.models.jobs import Job
from videojobs.models.teams import Project, Team, Token

FIRST_LINK = "0" * 64
"""What a chain's first entry names as the hash before it."""


class EntryKind(StrEnum):
    """What an entry does to a team's money.

    Hold sets an amount aside and release gives it back; settle books what was charged; correction changes
    that by a signed amount; credit is what the provider gave back; top-up is what was paid in.
    """

    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"
    CORRECTION = "correction"
    CREDIT = "credit"
    TOP_UP = "top-up"


class LedgerEntry(models.Model):
    """One movement of a team's money. Amounts are above zero but for corrections; the kind says which way."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="entries", db_index=False)
    number = models.BigIntegerField()  # in its team's chain, from 1
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    model = models.CharField(max_length=200, blank=True)
    token = models.ForeignKey(
        Token, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10)
    amount = MoneyField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    reason = models.CharField(max_length=500)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["team", "number"], name="entry_number_once_per_team"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | (Q(kind="correction") & ~Q(amount=0)),
                name="entry_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(kind.value for kind in EntryKind)), name="entry_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="top-up", job=None)
                | (~Q(kind="top-up") & Q(job__isnull=False, project__isnull=False, person__isnull=False)),
                name="entry_of_a_job_or_a_top_up",
            ),
            models.UniqueConstraint(
                fields=["job"], condition=Q(kind="settle"), name="entry_one_settle_per_job"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} for {self.job_id}"


class LedgerHead(models.Model):
    """The end of a team's chain. Its lock is the one every movement of the team's money passes through."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="ledger_head")
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=FIRST_LINK)
    has_limits = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.team_id}: {self.number}"


class Sums(models.Model):
    """Sums of jobs' money in USD, with what stands behind them."""

    jobs = models.BigIntegerField(default=0)  # made
    charged = models.BigIntegerField(default=0)  # with a known charge
    open_ends = models.BigIntegerField(default=0)  # behind `unknown`
    spent = MoneyField(default=Decimal(0))  # after corrections and credits
    held = MoneyField(default=Decimal(0))  # open holds of jobs that have not ended
    unknown = MoneyField(default=Decimal(0))  # open holds of jobs that have

    class Meta:
        abstract = True


class DayTotal(Sums):
    """What a team's jobs of one day in its zone add up to, by project, person and model."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    model = models.CharField(max_length=200)
    clips = models.BigIntegerField(default=0)  # completed
    seconds = models.BigIntegerField(default=0)  # of completed clips
    failed = models.BigIntegerField(default=0)  # ended without a clip
    spent_on_failed = MoneyField(default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "day", "account", "project", "person", "model"], name="day_total_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    jobs__gte=0,
                    charged__gte=0,
                    open_ends__gte=0,
                    clips__gte=0,
                    seconds__gte=0,
                    failed__gte=0,
                    spent__gte=0,
                    held__gte=0,
                    unknown__gte=0,
                    spent_on_failed__gte=0,
                ),
                name="day_total_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.spent} for {self.model}"


class Balance(Sums):
    """What a team's jobs in one provider account add up to, ever, and what was paid in."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="balances", db_index=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="balances")
    topped_up = MoneyField(default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "account"], name="balance_once"),
            models.CheckConstraint(
                condition=Q(
                    jobs__gte=0,
                    charged__gte=0,
                    open_ends__gte=0,
                    spent__gte=0,
                    held__gte=0,
                    unknown__gte=0,
                    topped_up__gte=0,
                ),
                name="balance_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} in {self.account_id}: {self.spent}"


class LedgerCheck(models.Model):
    """The latest walk along a team's chain, recounting every sum; `problem` is the first that is off."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="ledger_check")
    at = models.DateTimeField()
    entries = models.BigIntegerField()
    problem = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.problem or f"{self.entries} entries agree"
