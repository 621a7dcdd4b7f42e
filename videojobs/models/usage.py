"""What the provider says it billed, to lay beside the ledger."""

from django.db import models

from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import MoneyField


class ProviderUsage(models.Model):
    """What an account's provider says it billed for one product on one day in UTC, in USD."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.CASCADE, related_name="usage", db_index=False
    )
    day = models.DateField()
    product = models.CharField(max_length=200)
    usd = MoneyField()
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "provider usage"
        constraints = [
            models.UniqueConstraint(fields=["account", "day", "product"], name="usage_once_per_day"),
            models.CheckConstraint(condition=models.Q(usd__gte=0), name="usage_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.usd} for {self.product}"
