"""What happened to a job: append-only."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from videojobs.models.jobs import Job
from videojobs.models.teams import Team
from videojobs.provider.errors import JobMissing, LookFailed, LookRefused, LooksTooFast

FAILED = tuple(error.__name__ for error in (JobMissing, LookRefused, LooksTooFast, LookFailed))
"""Outcomes of looks that brought no usable answer."""

REPEATING = {
    "refused": "The provider refused it.",
    "put_off": "It was put off.",
    "ended": "The provider ended it without a clip.",
    "unconfirmed": "No usable answer came, so nobody knows whether it arrived.",
}
"""Events that say why in the provider's words, which may repeat a prompt, and what is said without them."""


class JobEventQuerySet(models.QuerySet["JobEvent"]):
    """The words for reading events."""

    def after(self, event_id: int) -> Self:
        """Events younger than one already seen, oldest first."""
        return self.filter(id__gt=event_id).order_by("id")

    def since(self, moment: datetime) -> Self:
        """Events since a moment, oldest first."""
        return self.filter(at__gte=moment).order_by("id")


class JobEvent(models.Model):
    """One thing that happened to a job: from, to, why, who, when."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    why = models.TextField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    data = models.JSONField(default=dict, blank=True)

    objects = JobEventQuerySet.as_manager()

    class Meta:
        indexes = [
            # the job's timeline
            models.Index(fields=["job", "id"], name="event_of_job"),
            # replay of a team's stream after a lost connection
            models.Index(fields=["team", "at"], name="event_of_team"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.from_state} → {self.to_state}"

    @property
    def plain(self) -> str:
        """Why, in no words of the provider's, for those who may not read the job's prompt."""
        return REPEATING.get(self.kind, self.why)


class LookQuerySet(models.QuerySet["Look"]):
    """The words for reading looks."""

    def failed(self) -> Self:
        """Looks that brought no usable answer."""
        return self.filter(outcome__in=FAILED)


class Look(models.Model):
    """One read of the provider that changed something or failed; the others are only counted."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="looks", db_index=False)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=30)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # HTTP
    message = models.TextField(blank=True)
    raw = models.TextField(blank=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["job", "id"], name="look_of_job")]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.outcome}"
