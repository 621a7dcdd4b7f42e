"""Who may not be sent of now: pauses, and places that are taken."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q

from videojobs.models import Job, Pause, PlaceLimit, ProviderAccount, QueueScope
from videojobs.models.jobs import JobQuerySet

Columns = tuple[int, int, str]
"""Team, person and model."""


@dataclass
class Blocks:
    """Teams, people and models of an account that nothing more is sent of now."""

    teams: set[int] = field(default_factory=set)
    people: set[tuple[int, int]] = field(default_factory=set)
    models: set[tuple[int, str]] = field(default_factory=set)

    def clear(self, jobs: JobQuerySet) -> JobQuerySet:
        """Return those jobs that nothing holds back."""
        held = Q(team_id__in=sorted(self.teams))
        for team, person in sorted(self.people):
            held |= Q(team_id=team, person_id=person)
        for team, model in sorted(self.models):
            held |= Q(team_id=team, model=model)
        return jobs.exclude(held) if self.teams or self.people or self.models else jobs

    def pause(self) -> "Blocks":
        """Take in all open pauses."""
        for team, scope, person, model in Pause.objects.open().values_list(
            "team_id", "scope", "person_id", "model"
        ):
            self._add(team, scope, person, model)
        return self

    def fill(self, there: Counter[Columns]) -> "Blocks":
        """Take in the limits of places that are reached by what is at the provider."""
        limits = list(PlaceLimit.objects.filter(team__in={team for team, _person, _model in there}))
        own = {(limit.team_id, limit.person_id) for limit in limits if limit.person_id is not None}
        for limit in limits:
            if limit.at_once is None:
                continue
            for (team, person, model), number in _counted(limit, there).items():
                if number >= limit.at_once and not (limit.scope == QueueScope.EACH and (team, person) in own):
                    self._add(team, limit.scope, person, model)
        return self

    def _add(self, team: int, scope: str, person: int | None, model: str) -> None:
        if scope == QueueScope.TEAM:
            self.teams.add(team)
        elif scope == QueueScope.MODEL:
            self.models.add((team, model))
        elif person is not None:
            self.people.add((team, person))


def _counted(limit: PlaceLimit, there: Counter[Columns]) -> Counter[tuple[int, int | None, str]]:
    """Count what is at the provider by what one limit is about: the team, each person, or its model."""
    found: Counter[tuple[int, int | None, str]] = Counter()
    for (team, person, model), number in there.items():
        if team != limit.team_id or limit.person_id not in {None, person} or limit.model not in {"", model}:
            continue
        by_person = limit.scope in {QueueScope.PERSON, QueueScope.EACH}
        found[team, person if by_person else None, limit.model] += number
    return found


def at_provider(account: ProviderAccount) -> Counter[Columns]:
    """Count an account's jobs at the provider."""
    rows = Job.objects.of_account(account).at_provider().values_list("team_id", "person_id", "model")
    counted = rows.annotate(number=Count("id")).order_by()
    return Counter({(team, person, model): number for team, person, model, number in counted})
