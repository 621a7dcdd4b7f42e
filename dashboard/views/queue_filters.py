"""The line of filters above the queue: whose, whose project, which model, which lane, with counts."""

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.access import visible_jobs
from dashboard.forms.queue import LANES, MINE, QueueFilters
from dashboard.http import Asker
from dashboard.templatetags.states import model_name
from dashboard.views.filter_line import Chip, Link, Menu
from videojobs.models import Project, User
from videojobs.reports import Counts


class FilterLine:
    """What is in force and what may be chosen, each a plain link; all counts come from one query."""

    def __init__(self, asker: Asker, filters: QueueFilters, counts: Counts) -> None:
        self.asker = asker
        self.filters = filters
        self.counts = counts

    @property
    def who(self) -> list[Link]:
        """The links between everybody's jobs and one's own."""
        everyone, mine = self._to(who=""), self._to(who=MINE)
        return [
            Link("Everyone", everyone, self.filters.who == "", self.counts.open),
            Link("Mine", mine, self.filters.who == MINE, self.counts.open_mine),
        ]

    @property
    def chips(self) -> list[Chip]:
        """What is in force."""
        now = self.filters
        known = (
            ("Lane", LANES.get(now.show, ""), "show"),
            ("By", self._name(self._people, now.person), "person"),
            ("Project", self._name(self._projects, now.project), "project"),
            ("Model", model_name(now.model) if now.model else "", "model"),
            ("Says", f"“{now.q}”" if now.q else "", "q"),
        )
        return [Chip(label, word, _address(now.without(name))) for label, word, name in known if word]

    @property
    def menus(self) -> list[Menu]:
        """The filters that may be added; the project may be changed for another as well."""
        now = self.filters
        people, projects, models = (self._counted(at) for at in range(3))
        offers: list[tuple[str, object, list[Link]]] = [
            (
                "Lane",
                now.show,
                [Link(word, self._to(show=lane), current=False) for lane, word in LANES.items()],
            ),
            ("By", now.person, self._links("person", people, self._people)),
            ("Project", None, self._links("project", projects, self._projects)),
            (
                "Model",
                now.model,
                [
                    Link(model_name(model), self._to(model=model), False, count)
                    for model, count in models.most_common()
                ],
            ),
        ]
        return [Menu(label, links) for label, current, links in offers if not current and links]

    @property
    def hidden(self) -> dict[str, str]:
        """What the search form carries on."""
        return self.filters.without("q").as_query

    def _links(self, name: str, counts: "Counter[Any]", known: dict[int, Any]) -> list[Link]:
        chosen = getattr(self.filters, name)
        return [
            Link(str(known[pk]), self._to(**{name: pk}), current=pk == chosen, count=count)
            for pk, count in counts.most_common()
            if pk in known
        ]

    def _to(self, **changes: Any) -> str:
        return _address(replace(self.filters, **changes))

    def _counted(self, at: int) -> "Counter[Any]":
        found: Counter[Any] = Counter()
        for *keys, count in self._open:
            found[keys[at]] += count
        return found

    @cached_property
    def _open(self) -> list[tuple[int, int, str, int]]:
        rows = visible_jobs(self.asker).active().order_by().values_list("person_id", "project_id", "model")
        return list(rows.annotate(count=Count("pk")))

    @cached_property
    def _people(self) -> dict[int, User]:
        wanted = {person for person, *_rest in self._open} | _some(self.filters.person)
        return User.objects.filter(memberships__team=self.asker.team).in_bulk(wanted)

    @cached_property
    def _projects(self) -> dict[int, Project]:
        wanted = {project for _person, project, *_rest in self._open} | _some(self.filters.project)
        return (
            Project.objects.filter(team=self.asker.team)
            .exclude(pk__in=self.asker.hidden_projects)
            .in_bulk(wanted)
        )

    def _name(self, known: dict[int, Any], wanted: int | None) -> str:
        return "" if wanted is None else str(known.get(wanted, "not of this team"))


def _some(number: int | None) -> set[int]:
    return set() if number is None else {number}


def _address(filters: QueueFilters) -> str:
    query = filters.as_query
    return reverse("queue") + (f"?{urlencode(query)}" if query else "")
