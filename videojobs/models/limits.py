"""Limits on a team's money, and what each has counted in its periods."""

from decimal import Decimal
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.fields import MoneyField
from videojobs.models.teams import Project, Team, Token

HELD_BACK = "Held back by a limit: "
"""How the sentence of a waiting job begins that a limit keeps from being sent."""

USUAL_LEVELS = (50, 80, 100)
"""Per cent at which people are told."""


class LimitPeriod(StrEnum):
    """How long a limit counts before it starts anew, in the team's zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


class LimitAction(StrEnum):
    """What happens to a job above a limit: people are told, it waits for a yes, or it is refused."""

    WARN = "warn"
    ASK = "ask"
    STOP = "stop"


class LimitScope(StrEnum):
    """Whose jobs a limit counts."""

    TEAM = "team"
    PROJECT = "project"
    PERSON = "person"
    MODEL = "model"
    TOKEN = "token"  # noqa: S105  a word, no secret


def usual_levels() -> list[int]:
    """Return the levels a limit has unless somebody chose others."""
    return list(USUAL_LEVELS)


class LimitQuerySet(models.QuerySet["Limit"]):
    """The words for finding limits."""

    def active(self) -> Self:
        """Limits that hold now."""
        return self.filter(retired_at=None)


class Limit(models.Model):
    """What the jobs of a team, project, person, model or token may cost in a period, in USD."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="limits")
    scope = models.CharField(max_length=10)
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="limits"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="limits"
    )
    token = models.ForeignKey(Token, on_delete=models.PROTECT, null=True, blank=True, related_name="limits")
    model = models.CharField(max_length=200, blank=True)
    period = models.CharField(max_length=5)
    amount = MoneyField()
    action = models.CharField(max_length=4)
    levels = models.JSONField(default=usual_levels)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = LimitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="limit_amount_positive"),
            models.CheckConstraint(
                condition=Q(period__in=sorted(period.value for period in LimitPeriod)),
                name="limit_period_known",
            ),
            models.CheckConstraint(
                condition=Q(action__in=sorted(action.value for action in LimitAction)),
                name="limit_action_known",
            ),
            models.CheckConstraint(
                condition=Q(scope="team", project=None, person=None, token=None, model="")
                | Q(scope="project", project__isnull=False, person=None, token=None, model="")
                | Q(scope="person", project=None, person__isnull=False, token=None, model="")
                | Q(scope="token", project=None, person=None, token__isnull=False, model="")
                | (Q(scope="model", project=None, person=None, token=None) & ~Q(model="")),
                name="limit_scope_names_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} a {self.period} on {self.scope}"


class LimitCounter(models.Model):
    """What a limit has counted in one period of live or of rehearsal money; made by a recount, then moved.

    `period` is "day:2026-11-23", "week:2026-11-23" (its Monday), "month:2026-11", "total", or "waiting":
    holds of waiting jobs, which count in whichever period is running.
    """

    id = models.BigAutoField(primary_key=True)
    limit = models.ForeignKey(Limit, on_delete=models.CASCADE, related_name="counters", db_index=False)
    rehearsal = models.BooleanField()
    period = models.CharField(max_length=16)
    spent = MoneyField(default=Decimal(0))
    held = MoneyField(default=Decimal(0))
    unknown = MoneyField(default=Decimal(0))
    level = models.PositiveSmallIntegerField(default=0)  # per cent people have been told of

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["limit", "rehearsal", "period"], name="limit_counter_once"),
            models.CheckConstraint(
                condition=Q(spent__gte=0, held__gte=0, unknown__gte=0), name="limit_counter_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.limit_id} in {self.period}"
