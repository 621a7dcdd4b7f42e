"""What a person asks of the Queue page: which jobs it shows, and what is to become of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q

from dashboard.forms.gallery import MOST_WORDS, holds
from videojobs.models import Priority, Project, Target, Team, User
from videojobs.models.jobs import JobQuerySet
from videojobs.models.queueing import QueueScope
from videojobs.pauses import LONGEST_WHY

LONGEST = 200
MINE = "mine"
LANES = {
    "decisions": "Needs a decision",
    "running": "Running",
    "waiting": "Waiting",
    "failed": "Failed",
    "finished": "Just finished",
}
"""The lanes that may be shown alone, by their word in the address."""


@dataclass(frozen=True)
class QueueFilters:
    """Which jobs are shown; all conditions must hold. What cannot be read counts as not asked."""

    who: str = ""
    show: str = ""
    person: int | None = None
    project: int | None = None
    model: str = ""
    q: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Read them from an address or a form."""
        return cls(
            who=MINE if given.get("who") == MINE else "",
            show=given.get("show", "") if given.get("show") in LANES else "",
            person=_id(given.get("person")),
            project=_id(given.get("project")),
            model=_line(given.get("model")),
            q=_line(given.get("q")),
        )

    @property
    def as_query(self) -> dict[str, str]:
        """Return the same as keys and words of an address, without what is not asked."""
        whole = {
            "who": self.who,
            "show": self.show,
            "person": str(self.person or ""),
            "project": str(self.project or ""),
            "model": self.model,
            "q": self.q,
        }
        return {key: word for key, word in whole.items() if word}

    def without(self, name: str) -> Self:
        """Return the same with one of them taken out."""
        return type(self).read({key: word for key, word in self.as_query.items() if key != name})

    @property
    def narrows(self) -> bool:
        """Whether some jobs are left out, whichever lane they are in."""
        return bool(self.who or self.person or self.project or self.model or self.q)

    def on(self, jobs: JobQuerySet, person: User) -> JobQuerySet:
        """Return the jobs that meet every condition but the lane's; words only where they may be read."""
        conditions = Q()
        if self.who:
            conditions &= Q(keeper=person) | Q(keeper=None, person=person)
        if self.person:
            conditions &= Q(person_id=self.person)
        if self.project:
            conditions &= Q(project_id=self.project)
        if self.model:
            conditions &= Q(model=self.model)
        words = self.q.split()[:MOST_WORDS]
        for word in words:
            conditions &= holds(word) | Q(id=word)
        found = jobs.readable() if words else jobs
        return found.filter(conditions)


def _line(text: object) -> str:
    """Return a text on one line without control characters."""
    plain = "".join(letter if letter.isprintable() else " " for letter in str(text or "")[:LONGEST])
    return " ".join(plain.split())


def _id(text: object) -> int | None:
    word = str(text or "")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None


class PauseForm(forms.Form):
    """What is to be paused, and why. Only what this person may pause can be chosen."""

    what = forms.ChoiceField(label="What", widget=forms.Select(attrs={"class": "input"}))
    why = forms.CharField(
        label="Why",
        required=False,
        max_length=LONGEST_WHY,
        help_text="Everybody in the team reads it.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, targets: Iterable[tuple[Target, str]], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="pause-%s", label_suffix="")
        self._targets: dict[str, Target] = {}
        choices = []
        for target, label in targets:
            self._targets[key_of(target)] = target
            choices.append((key_of(target), label))
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        self.fields["what"].error_messages["invalid_choice"] = "Choose what is to be paused from the list."

    @property
    def target(self) -> Target:
        """What was chosen."""
        return self._targets[self.cleaned_data["what"]]

    def clean_why(self) -> str:
        """Keep it on one line."""
        return _line_of(self.cleaned_data["why"])


def key_of(target: Target) -> str:
    """Name a target in a form."""
    if target.scope == QueueScope.PERSON and target.person:
        return f"person:{target.person.pk}"
    return f"model:{target.model}" if target.scope == QueueScope.MODEL else "team"


def _line_of(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


class DeedForm(forms.Form):
    """One deed on one job, on the version that was seen."""

    DEEDS = (
        *("top", "bottom", "place", "before", "after", "low", "normal", "high"),
        *("next", "not_next", "later", "in_turn", "cancel", "dismiss", "bring_back"),
    )
    deed = forms.ChoiceField(choices=[(deed, deed) for deed in DEEDS])
    version = forms.IntegerField(min_value=1)
    place = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    beside = forms.CharField(max_length=40, required=False)
    when = forms.CharField(max_length=30, required=False)

    def __init__(self, data: Mapping[str, Any], zone: ZoneInfo) -> None:
        super().__init__(data)
        self.zone = zone
        self.fields["place"].error_messages["min_value"] = "Type a place from 1 on."

    def clean_when(self) -> datetime | None:
        """Read the moment on the team's clocks."""
        return read_moment(self.cleaned_data["when"], self.zone)

    def clean(self) -> dict[str, Any]:
        """Ask for what the deed needs."""
        needs = {"place": "place", "before": "beside", "after": "beside", "later": "when"}
        asked = needs.get(self.cleaned_data.get("deed", ""))
        if asked and asked not in self.errors and not self.cleaned_data.get(asked):
            words = {"place": "Type a place from 1 on.", "when": "Choose a day and a time."}
            self.add_error(asked, words.get(asked, "Drop it beside another job of its line."))
        return self.cleaned_data

    @property
    def problem(self) -> str:
        """What is wrong, in one sentence."""
        return " ".join(str(message) for messages in self.errors.values() for message in messages)


def read_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a day and a time on a zone's clocks; None for none. Raises ValidationError."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise forms.ValidationError("Choose a day and a time, such as 2026-11-24 18:30.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


class BulkForm(forms.Form):
    """One deed on the chosen jobs, or on all that match the filter; `named` is how many the button named."""

    DEEDS = ("cancel", "low", "normal", "high", "project", "later", "in_turn")
    deed = forms.ChoiceField(choices=[(deed, deed) for deed in DEEDS])
    every = forms.BooleanField(required=False)
    named = forms.IntegerField(min_value=0, required=False)
    project = forms.ModelChoiceField(Project.objects.none(), required=False)
    when = forms.CharField(max_length=30, required=False)

    def __init__(self, team: Team, projects: Any, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.zone = team.zone
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]

    def clean_when(self) -> datetime | None:
        """Read the moment on the team's clocks."""
        return read_moment(self.cleaned_data["when"], self.zone)

    def clean(self) -> dict[str, Any]:
        """Ask for what the deed needs."""
        deed = self.cleaned_data.get("deed")
        if deed == "project" and not self.cleaned_data.get("project") and "project" not in self.errors:
            self.add_error("project", "Choose a project.")
        if deed == "later" and not self.cleaned_data.get("when") and "when" not in self.errors:
            self.add_error("when", "Choose a day and a time.")
        return self.cleaned_data

    @property
    def problem(self) -> str:
        """What is wrong, in one sentence."""
        return " ".join(str(message) for messages in self.errors.values() for message in messages)

    @property
    def priority(self) -> Priority:
        """The priority a deed of this name gives."""
        return Priority[self.cleaned_data["deed"].upper()]
