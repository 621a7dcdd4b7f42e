"""A job above what its sender may spend alone, and the answer of somebody who may grant it."""

from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.jobs import Job
from videojobs.models.limits import Limit
from videojobs.models.teams import Team


class Answer(StrEnum):
    """What became of the question."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """The words for asking about questions."""

    def open(self) -> Self:
        """Nobody has answered yet."""
        return self.filter(answer=Answer.OPEN)


class Approval(models.Model):
    """One question: may this job be bought? Its hold stays open until the answer."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="approvals", db_index=False)
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="approval")
    limit = models.ForeignKey(Limit, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answer = models.CharField(max_length=10, default=Answer.OPEN.value)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=sorted(answer.value for answer in Answer)),
                name="approval_answer_known",
            ),
            models.CheckConstraint(
                condition=Q(answer="open", answered_at=None)
                | (~Q(answer="open") & Q(answered_at__isnull=False)),
                name="approval_answered_has_time",
            ),
        ]
        indexes = [
            # the team's open questions; those that expire
            models.Index(fields=["team", "answer", "-asked_at"], name="approval_of_team"),
            models.Index(fields=["answer", "expires_at"], name="approval_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.answer}"
