"""Teams, who is in them, their projects and their API tokens."""

import hashlib
import secrets
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from videojobs.models.fields import MoneyField
from videojobs.rights import RIGHTS, Right, Role

TOKEN_PREFIX = "dailies_"  # noqa: S105  what every token begins with, so that scanners know one


class Team(models.Model):
    """People who share one queue and one bill."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")  # where its days and months begin
    asks_above_job = MoneyField(null=True, blank=True)  # a dearer job waits for a yes
    asks_above_day = MoneyField(null=True, blank=True)  # beyond it a person's jobs of a day wait for a yes
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """Where its days, weeks and months begin."""
        return ZoneInfo(self.time_zone)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """The words for who belongs where."""

    def owners(self) -> Self:
        """Memberships of owners who can still sign in."""
        return self.filter(role=Role.OWNER, user__is_active=True)


class Membership(models.Model):
    """One person in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])
    created_at = models.DateTimeField()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted(role.value for role in Role)), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team} as {self.role}"

    def may(self, right: Right) -> bool:
        """Tell whether this member's role carries a right."""
        return right in RIGHTS[Role(self.role)]


class Project(models.Model):
    """What a job is for. Each team has a default one, and each job has exactly one."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=120)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("team", Lower("name"), name="project_name_once_per_team"),
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(is_default=True), name="project_one_default_per_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TokenQuerySet(models.QuerySet["Token"]):
    """The words for finding a token."""

    def usable(self) -> Self:
        """Tokens that are not revoked, of people who can still sign in."""
        return self.filter(revoked_at=None, user__is_active=True)

    def by_secret(self, secret: str) -> Self:
        """Tokens with this secret: one or none."""
        return self.filter(digest=digest_of(secret))


class Token(models.Model):
    """A key for scripts. Only its digest is kept; the secret is shown once, when it is made."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="tokens")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


def digest_of(secret: str) -> str:
    """Return what is stored of a secret. The secret has 256 random bits, so one plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Make a token's secret."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)
