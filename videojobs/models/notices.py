"""What people are told, and the outbox that carries it beyond the page."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.channels import Channel
from videojobs.models.jobs import Job
from videojobs.models.teams import Team


class NoticeQuerySet(models.QuerySet["Notice"]):
    """The words for telling people."""

    def open(self) -> Self:
        """Notices that still hold."""
        return self.filter(closed_at=None)

    def newest_first(self) -> Self:
        """The order of every list."""
        return self.order_by("-at", "-id")

    def tell(
        self,
        team_id: int,
        key: str,
        text: str,
        *,
        kind: str,
        now: datetime,
        job: Job | None = None,
        person_id: int | None = None,
    ) -> None:
        """Tell a team, or one person of it, unless the same key is open already."""
        notice = Notice(
            team_id=team_id, key=key, text=text[:500], kind=kind, at=now, job=job, person_id=person_id
        )
        self.bulk_create([notice], ignore_conflicts=True)

    def close(self, team_id: int, key: str, *, now: datetime) -> None:
        """Take back what no longer holds."""
        self.filter(team_id=team_id, key=key, closed_at=None).update(closed_at=now)


class Notice(models.Model):
    """One sentence for a team, or for one person of it. The same `key` is told once while it is open."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    job = models.ForeignKey(Job, on_delete=models.CASCADE, null=True, blank=True, related_name="notices")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=500)
    count = models.PositiveIntegerField(default=1)  # events of one kind that became this sentence
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "key"], condition=Q(closed_at=None), name="notice_open_once_per_key"
            )
        ]
        indexes = [models.Index(fields=["team", "-at"], name="notice_newest")]

    def __str__(self) -> str:
        return self.text


class OutboxMessage(models.Model):
    """A notice on its way to one channel; sent at least once, then dated."""

    DROPPED: ClassVar[str] = "It holds no more."
    """The problem of one that is never sent, because what it says holds no more."""

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=254)
    hook = models.ForeignKey(
        Channel, on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    batch = models.CharField(max_length=32, blank=True)  # those that left the house together
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel", "address"], name="outbox_once_per_address")
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(sent_at=None), name="outbox_due"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.address}"
