"""What holds the queue back by somebody's wish: pauses, and how many jobs may run and wait."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from videojobs.models.people import User
from videojobs.models.teams import Team


class QueueScope(StrEnum):
    """Whose jobs a pause or a number of places is about. `EACH` stands for every person without their own."""

    TEAM = "team"
    PERSON = "person"
    MODEL = "model"
    EACH = "each"


@dataclass(frozen=True)
class Target:
    """What of a team a pause or a number of places is about; the scope's own field names it."""

    scope: QueueScope
    person: User | None = None
    model: str = ""

    def __str__(self) -> str:
        words = {QueueScope.TEAM: "the whole team", QueueScope.EACH: "each person"}
        return words.get(self.scope) or str(self.person or self.model)

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return self.person.email if self.person else self.model or self.scope.value

    @property
    def columns(self) -> dict[str, object]:
        """The columns that hold it."""
        return {"scope": self.scope.value, "person": self.person, "model": self.model}


class PauseQuerySet(models.QuerySet["Pause"]):
    """The words for finding pauses."""

    def open(self) -> Self:
        """Pauses that hold now."""
        return self.filter(ended_at=None)


class Pause(models.Model):
    """Nothing more is sent of a team, a person of it or a model of it; what was sent runs on."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="pauses")
    scope = models.CharField(max_length=6)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    model = models.CharField(max_length=200, blank=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="team", person=None, model="")
                | Q(scope="person", person__isnull=False, model="")
                | (Q(scope="model", person=None) & ~Q(model="")),
                name="pause_names_one_thing",
            ),
            models.UniqueConstraint(
                fields=["team"], condition=Q(scope="team", ended_at=None), name="pause_open_once_per_team"
            ),
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=Q(scope="person", ended_at=None),
                name="pause_open_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["team", "model"],
                condition=Q(scope="model", ended_at=None),
                name="pause_open_once_per_model",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} of {self.team} since {self.at}"


class PlaceLimit(models.Model):
    """How many jobs may be at the provider at once, and how many may wait. None: as many as the account."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="place_limits")
    scope = models.CharField(max_length=6)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    model = models.CharField(max_length=200, blank=True)
    at_once = models.PositiveIntegerField(null=True, blank=True)
    waiting = models.PositiveIntegerField(null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=["each", "team"], person=None, model="")
                | Q(scope="person", person__isnull=False, model="")
                | (Q(scope="model", person=None) & ~Q(model="")),
                name="place_limit_names_one_thing",
            ),
            models.CheckConstraint(
                condition=(Q(at_once=None) | Q(at_once__gte=1))
                & (Q(waiting=None) | Q(waiting__gte=1))
                & ~Q(at_once=None, waiting=None),
                name="place_limit_says_a_number",
            ),
            models.UniqueConstraint(
                fields=["team", "scope", "model"], condition=Q(person=None), name="place_limit_once"
            ),
            models.UniqueConstraint(fields=["team", "person"], name="place_limit_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} of {self.team}: {self.at_once} at once, {self.waiting} waiting"
