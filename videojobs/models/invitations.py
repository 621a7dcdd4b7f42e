"""Somebody is asked in: once, until a day, with what they will be."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.fields import MoneyField
from videojobs.models.teams import Project, Team
from videojobs.rights import Role


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """The words for finding invitations."""

    def open(self, now: datetime) -> Self:
        """Invitations that may still be taken up."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A link into a team. Only its digest is kept; who takes it up gets the role, projects and limit."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    email = models.CharField(max_length=254, blank=True)  # whom alone it is for; "" whoever has the link
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])
    projects = models.ManyToManyField(Project, related_name="+", blank=True)
    limit_amount = MoneyField(null=True, blank=True)
    limit_period = models.CharField(max_length=5, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at=None),
                name="invitation_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(limit_amount=None, limit_period="")
                | (Q(limit_amount__gt=0) & ~Q(limit_period="")),
                name="invitation_limit_has_period",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(role.value for role in Role)), name="invitation_role_known"
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at"], name="invitation_newest")]

    def __str__(self) -> str:
        return f"{self.email or 'a link'} to {self.team} as {self.role}"
