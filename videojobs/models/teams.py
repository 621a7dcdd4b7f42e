"""Teams, who is in them, their projects and their API tokens."""

import hashlib
import secrets
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import MoneyField
from videojobs.rights import RIGHTS, Right, Role, TokenScope

TOKEN_PREFIX = "dailies_"  # noqa: S105  what every token begins with, so that scanners know one


class Team(models.Model):
    """People who share one queue and one bill."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")  # where its days and months begin
    asks_above_job = MoneyField(null=True, blank=True)  # a dearer job waits for a yes
    asks_above_day = MoneyField(null=True, blank=True)  # beyond it a person's jobs of a day wait for a yes
    account = models.ForeignKey(  # where its jobs are bought; None: with the environment's key
        ProviderAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="teams"
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @cached_property
    def provider_account(self) -> ProviderAccount:
        """The account its new jobs belong to: its own key's, else the environment's."""
        return self.account or ProviderAccount.objects.current()

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
    notices_read_at = models.DateTimeField(null=True, blank=True)
    told = models.JSONField(default=dict, blank=True)  # what this member chose to be told, and where
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


class Prompts(models.TextChoices):
    """What of somebody's prompt the others of a project read."""

    VISIBLE = "visible", "Everybody reads them"
    TITLES = "titles", "Others read titles only"
    HIDDEN = "hidden", "Others read nothing of them"


class ProjectQuerySet(models.QuerySet["Project"]):
    """The words for finding projects."""

    def current(self) -> Self:
        """Projects that still take jobs."""
        return self.filter(archived_at=None)

    def closed_to(self, membership: Membership) -> Self:
        """Projects of a member's team that have members of their own, this one not among them."""
        mine = ProjectMember.objects.filter(membership=membership).values("project_id")
        return self.filter(team_id=membership.team_id, is_open=False).exclude(pk__in=mine)


class Project(models.Model):
    """What a job is for. Each team has a default one, and each job has exactly one."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=120)
    client = models.CharField(max_length=120, blank=True)
    colour = models.CharField(max_length=10, default="grey")
    is_default = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)  # to the whole team; else to its own members
    prompts = models.CharField(max_length=8, choices=Prompts.choices, default=Prompts.VISIBLE.value)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(prompts__in=sorted(Prompts.values)), name="project_prompts_known"
            ),
            models.CheckConstraint(
                # Jobs without a project of their own must find one that everybody may use.
                condition=models.Q(is_default=False) | models.Q(is_open=True, archived_at=None),
                name="project_default_is_open",
            ),
            models.UniqueConstraint("team", Lower("name"), name="project_name_once_per_team"),
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(is_default=True), name="project_one_default_per_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectMember(models.Model):
    """A member of the team who is in a project that is not open to all of it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="projects")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "membership"], name="project_member_once")]

    def __str__(self) -> str:
        return f"{self.membership} in {self.project}"


class TokenQuerySet(models.QuerySet["Token"]):
    """The words for finding a token."""

    def usable(self) -> Self:
        """Tokens that are not revoked, of people who can still sign in. Some may have expired."""
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
    scope = models.CharField(
        max_length=4,
        choices=[(scope.value, scope.value) for scope in TokenScope],
        default=TokenScope.ALL.value,
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="tokens"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
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
