"""The line of filters above the gallery: what is in force, what may be chosen, each a plain link."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.access import visible_projects
from dashboard.forms.gallery import Filters
from dashboard.http import Asker
from dashboard.templatetags.states import WORDS, model_name
from dashboard.views.filter_line import Chip, Link, Menu
from videojobs.models import Job, Project, Team, User

LATEST = 1_000
"""The models on offer as a filter are those of this many latest jobs."""

STATE_LINKS = (
    ("", "Clips and running"),
    ("completed", "Clips"),
    ("active", "Running and waiting"),
    ("unconfirmed", "Unconfirmed"),
    ("failures", "Failed and lost"),
    ("no_clip", "Ended without a clip"),
    ("cancelled", "Cancelled"),
    ("any", "Everything"),
)
STATE_WORDS = {state.value: word for state, word in WORDS.items()} | dict(STATE_LINKS)
MONEY_WORDS = {
    "held": "held",
    "unknown": "unknown charge",
    "charged": "charged",
    "free": "not charged",
    "off": "estimate off by over 10 %",
}
KIND_LINKS = (("", "Both"), ("live", "Bought"), ("rehearsal", "Rehearsal"))


@dataclass(frozen=True)
class Bar:
    """The line of filters of one view."""

    filters: Filters
    asker: Asker

    @property
    def team(self) -> Team:
        """Whose clips these are."""
        return self.asker.team

    @property
    def viewer(self) -> User:
        """Who looks."""
        return self.asker.user

    def address(self, **changes: str) -> str:
        """Return this view's first page with some of its filters changed; "" takes one out."""
        query = {key: word for key, word in (self.filters.as_query() | changes).items() if word}
        return f"{reverse('gallery')}?{urlencode(query)}" if query else reverse("gallery")

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The filters in force but for the words, to go along when the search form is sent."""
        return [(key, word) for key, word in self.filters.as_query().items() if key != "q"]

    @cached_property
    def people(self) -> list[User]:
        """The members of the team, whoever looks first."""
        members = User.objects.filter(memberships__team=self.team).order_by("name", "email")
        return sorted(members, key=lambda person: person.pk != self.viewer.pk)

    @cached_property
    def projects(self) -> list[Project]:
        """The projects this person may see, the default one first."""
        return list(visible_projects(self.asker).order_by("-is_default", "name"))

    @cached_property
    def models(self) -> list[str]:
        """The models used lately, the most used first."""
        latest = Job.objects.in_team(self.team).newest_first().values_list("model", flat=True)[:LATEST]
        return [model for model, _count in Counter(latest).most_common()]

    @property
    def chips(self) -> list[Chip]:
        """The filters in force."""
        now = self.filters
        known = (
            ("Words", now.q, {"q": ""}),
            ("State", STATE_WORDS.get(now.state, "") if now.state else "", {"state": ""}),
            ("Model", model_name(now.model) if now.model else "", {"model": ""}),
            ("By", self._person(), {"person": ""}),
            ("Project", self._project(), {"project": ""}),
            ("Money", MONEY_WORDS.get(now.money, ""), {"money": ""}),
            ("Only", dict(KIND_LINKS)[now.kind].lower() if now.kind else "", {"kind": ""}),
            ("Made", str(now.made) if now.made else "", {"from": "", "to": ""}),
            ("Counted", str(now.counted) if now.counted else "", {"counted_from": "", "counted_to": ""}),
        )
        return [Chip(label, word, self.address(**without)) for label, word, without in known if word]

    def _person(self) -> str:
        wanted = self.filters.person
        if wanted is None:
            return ""
        found = next((person for person in self.people if person.pk == wanted), None)
        return "me" if wanted == self.viewer.pk else str(found or "somebody who left")

    def _project(self) -> str:
        wanted = self.filters.project
        if wanted is None:
            return ""
        return next((project.name for project in self.projects if project.pk == wanted), "another team’s")

    @property
    def menus(self) -> list[Menu]:
        """The filters that may be added."""
        now = self.filters
        offers = (
            ("State", now.state, "state", STATE_LINKS),
            ("Model", now.model, "model", [(model, model_name(model)) for model in self.models]),
            ("By", str(now.person or ""), "person", self._people_links()),
            ("Project", str(now.project or ""), "project", self._project_links()),
            ("Money", now.money, "money", list(MONEY_WORDS.items())),
            ("Bought or rehearsal", now.kind, "kind", KIND_LINKS[1:]),
        )
        return [
            Menu(label, [Link(word, self.address(**{key: value}), value == "") for value, word in links])
            for label, current, key, links in offers
            if not current and links
        ]

    def _people_links(self) -> list[tuple[str, str]]:
        return [
            (str(person.pk), "me" if person.pk == self.viewer.pk else str(person)) for person in self.people
        ]

    def _project_links(self) -> list[tuple[str, str]]:
        """Return the projects to choose from, where there is a choice."""
        links = [(str(project.pk), project.name) for project in self.projects]
        return links if len(links) > 1 else []
