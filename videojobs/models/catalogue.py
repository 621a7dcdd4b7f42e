"""What a team's people and the provider add to the catalogue."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import MoneyField
from videojobs.models.teams import Team


class PriceOnFile(models.Model):
    """A price a person put on file for a model. The newest one of a model counts; old ones stay."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="prices")
    model = models.CharField(max_length=200)
    usd = MoneyField()
    unit = models.CharField(max_length=10)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(usd__gt=0), name="price_on_file_positive"),
            models.CheckConstraint(condition=Q(unit__in=["clip", "second"]), name="price_on_file_unit"),
        ]
        indexes = [models.Index(fields=["team", "model", "-set_at"], name="price_on_file_newest")]

    def __str__(self) -> str:
        return f"{self.model}: {self.usd} per {self.unit}"


class GoneModel(models.Model):
    """A model an account's provider says it does not have."""

    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="gone_models")
    model = models.CharField(max_length=200)
    since = models.DateTimeField()
    message = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "model"], name="gone_model_once")]

    def __str__(self) -> str:
        return self.model
