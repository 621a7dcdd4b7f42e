"""What a team's people and the provider add to the catalogue."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import MoneyField
from videojobs.models.teams import Team


class PriceOnFileQuerySet(models.QuerySet["PriceOnFile"]):
    """The words for reading prices."""

    def in_force(self) -> Self:
        """Prices nobody replaced or took away."""
        return self.filter(retired_at=None)


class PriceOnFile(models.Model):
    """A price a person put on file for what a model makes. Replaced ones stay, with the day that ended them.

    `resolution` ("720p"), `size` ("1280x720"), `seconds` and `sound` narrow what it applies to; empty ones
    apply to all. The narrowest price that fits counts.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="prices")
    model = models.CharField(max_length=200)
    resolution = models.CharField(max_length=10, blank=True)
    size = models.CharField(max_length=20, blank=True)
    seconds = models.PositiveSmallIntegerField(default=0)  # 0: all
    sound = models.CharField(max_length=7, blank=True)  # "with", "without"
    usd = MoneyField()
    unit = models.CharField(max_length=10)
    source = models.CharField(max_length=300, blank=True)
    verified_on = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PriceOnFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(usd__gt=0), name="price_on_file_positive"),
            models.CheckConstraint(condition=Q(unit__in=["clip", "second"]), name="price_on_file_unit"),
            models.CheckConstraint(
                condition=Q(sound__in=["", "with", "without"]), name="price_on_file_sound"
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None, retired_by=None) | Q(retired_at__isnull=False),
                name="price_on_file_retired_has_time",
            ),
            models.UniqueConstraint(
                fields=["team", "model", "resolution", "size", "seconds", "sound"],
                condition=Q(retired_at=None),
                name="price_on_file_once",
            ),
        ]
        indexes = [models.Index(fields=["team", "model", "-set_at"], name="price_on_file_newest")]

    def __str__(self) -> str:
        return f"{self.model}: {self.usd} per {self.unit}"


class PriceProposal(models.Model):
    """A price the provider charged several times, and not the one on file: a person takes it over or not."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="price_proposals")
    model = models.CharField(max_length=200)
    size = models.CharField(max_length=20, blank=True)
    seconds = models.PositiveSmallIntegerField(default=0)  # 0: nobody knows
    estimate = MoneyField()  # what such a job was thought to cost
    usd = MoneyField()  # what each of the jobs was charged
    jobs = models.JSONField(default=list)  # their ids
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(usd__gt=0), name="proposal_price_positive"),
            models.UniqueConstraint(
                fields=["team", "model", "size", "seconds"],
                condition=Q(answered_at=None),
                name="proposal_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.usd} instead of {self.estimate}"


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
