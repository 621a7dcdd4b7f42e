"""What is paused in a team, and what one person may pause or resume."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.http import Asker
from dashboard.templatetags.states import model_name
from videojobs import pauses
from videojobs.models import Job, Pause, Target
from videojobs.models.queueing import QueueScope
from videojobs.money.words import who_may
from videojobs.rights import Right

PEOPLE_OFFERED = 100


@dataclass(frozen=True)
class Paused:
    """One pause that holds, as one person sees it. `all_resumers` are who may resume any, by name."""

    pause: Pause
    may_resume: bool
    all_resumers: str = ""

    @property
    def who(self) -> str:
        """Who can resume it: "Alice or Erik", and whoever paused their own line."""
        if self.pause.person_id != self.pause.paused_by_id:
            return self.all_resumers
        return f"{self.pause.person}{',' if ' or ' in self.all_resumers else ' or'} {self.all_resumers}"

    @property
    def what(self) -> str:
        """What is paused, in words."""
        if self.pause.scope == QueueScope.PERSON:
            return f"{self.pause.person}’s line is paused"
        if self.pause.scope == QueueScope.MODEL:
            return f"{model_name(self.pause.model)} is paused"
        return "Sending is paused"


def paused(asker: Asker) -> list[Paused]:
    """Return what is paused in a team, and which of it this person may resume."""
    found, may_all = pauses.open_pauses(asker.team), asker.may(Right.PAUSE)
    may_own = asker.may(Right.CANCEL_OWN)
    resumers = who_may(asker.team.pk, Right.PAUSE) if found and not may_all else ""
    return [
        Paused(one, may_own and pauses.may_lift(one, asker.user, may_pause_all=may_all), resumers)
        for one in found
    ]


def targets(asker: Asker, already: Iterable[Paused]) -> list[tuple[Target, str]]:
    """Return what this person may pause and is not paused yet, the whole team first."""
    taken = {(one.pause.scope, one.pause.person_id, one.pause.model) for one in already}
    found: list[tuple[Target, str]] = []
    if asker.may(Right.PAUSE):
        found.append((Target(QueueScope.TEAM), "Everything of the team"))
    if asker.may(Right.CANCEL_OWN):
        found.append((Target(QueueScope.PERSON, person=asker.user), "My line only"))
    if asker.may(Right.PAUSE):
        members = asker.team.memberships.exclude(user=asker.user).select_related("user")
        people = [member.user for member in members.order_by("created_at", "id")[:PEOPLE_OFFERED]]
        found += [(Target(QueueScope.PERSON, person=person), f"{person}’s line") for person in people]
        waiting = Job.objects.in_team(asker.team).waiting().order_by("model")
        models = waiting.values_list("model", flat=True).distinct()
        found += [(Target(QueueScope.MODEL, model=model), f"Model {model_name(model)}") for model in models]
    return [(one, label) for one, label in found if _key(one) not in taken]


def _key(target: Target) -> tuple[str, int | None, str]:
    return target.scope.value, target.person.pk if target.person else None, target.model
