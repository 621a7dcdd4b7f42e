"""Where people are told beyond the page, and what came of each try."""

from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.teams import Team


class ChannelKind(StrEnum):
    """How a channel speaks."""

    MAIL = "mail"
    SLACK = "slack"
    WEBHOOK = "webhook"


class ChannelQuerySet(models.QuerySet["Channel"]):
    """The words for finding channels."""

    def on(self) -> Self:
        """Channels that are used."""
        return self.filter(off_at=None)


class Channel(models.Model):
    """An address a team, or (with `person`) one person of it, is told at. Address and secret are sealed."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="channels")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="channels"
    )
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=80)
    sealed_address = models.TextField()
    sealed_secret = models.TextField(blank=True)
    shown = models.CharField(max_length=200)  # what of the address may be read again: its host
    events = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True, blank=True)
    off_why = models.CharField(max_length=300, blank=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=sorted(kind.value for kind in ChannelKind)), name="channel_kind_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


class Delivery(models.Model):
    """One try to tell somebody: where, what came of it. `batch` names the messages that went together."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    kind = models.CharField(max_length=8)
    address = models.CharField(max_length=254)  # as may be shown
    batch = models.CharField(max_length=32)
    at = models.DateTimeField()
    notices = models.PositiveIntegerField(default=1)
    subject = models.CharField(max_length=300)
    attempt = models.PositiveSmallIntegerField(default=1)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # HTTP
    took_ms = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    is_test = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["team", "-at"], name="delivery_newest"),
            models.Index(fields=["channel", "-at"], name="delivery_of_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.address} at {self.at}"
