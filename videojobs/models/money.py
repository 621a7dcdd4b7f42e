"""The ledger's entries: append-only, whole millionths of a dollar."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import MoneyField
from videojobs.models.jobs import Job
from videojobs.models.teams import Project, Team


class EntryKind(StrEnum):
    """Hold sets an amount aside; settle books what was charged; release gives a hold back."""

    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"


class LedgerEntry(models.Model):
    """One movement of a team's money. Amounts are above zero; the kind says which way."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="entries", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+")
    # Its own index stays: taking it away, Django takes the partial unique ones below with it on PostgreSQL.
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10)
    amount = MoneyField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=500)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=["hold", "release", "settle"]), name="entry_kind_known"
            ),
            models.UniqueConstraint(fields=["job"], condition=Q(kind="hold"), name="entry_one_hold_per_job"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(kind="settle"), name="entry_one_settle_per_job"
            ),
            models.UniqueConstraint(
                fields=["job"], condition=Q(kind="release"), name="entry_one_release_per_job"
            ),
        ]
        indexes = [
            # spend: every sum of a team is read from this alone
            models.Index(fields=["team", "kind", "at", "account", "amount"], name="entry_sums"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} for {self.job_id}"
