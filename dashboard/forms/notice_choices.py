"""What one person wants to be told, and how: a table of events and ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from videojobs.notices.choices import Choices
from videojobs.notices.events import HELP, WORDS, Event, Way, offered

WAY_WORDS = {
    Way.PAGE: "In the page",
    Way.MAIL: "By mail",
    Way.BROWSER: "In this browser",
    Way.HOOK: "My channels",
}


def way_field(way: Way) -> forms.TypedMultipleChoiceField:
    """Return one column of the table: the events a person is told of in a way."""
    return forms.TypedMultipleChoiceField(
        label=WAY_WORDS[way],
        coerce=Event,
        choices=[(event.value, WORDS[event]) for event in Event if event in offered(way)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": "There is no such event."},
    )


@dataclass(frozen=True)
class Tick:
    """One cell of the table; not `offered` where an event does not come that way."""

    way: Way
    label: str
    offered: bool
    on: bool


@dataclass(frozen=True)
class Row:
    """One event and how one is told of it."""

    event: Event
    words: str
    help: str
    ticks: list[Tick]


class ChoicesForm(forms.Form):
    """The table, and whether the browser's notices make a sound."""

    page = way_field(Way.PAGE)
    mail = way_field(Way.MAIL)
    browser = way_field(Way.BROWSER)
    hook = way_field(Way.HOOK)
    sound = forms.BooleanField(label="With a short, quiet tone", required=False)

    def __init__(self, data: Any = None, *, stands: Choices, has_channels: bool) -> None:
        """`stands`: what was chosen so far. `has_channels`: whether this person has channels of their own."""
        chosen = {way.value: [event.value for event in stands.of(way)] for way in Way}
        super().__init__(data, initial=chosen | {"sound": stands.sound})
        self.stands = stands
        if not has_channels:
            del self.fields["hook"]

    @property
    def ways(self) -> list[Way]:
        """The columns there are."""
        return [way for way in WAY_WORDS if way.value in self.fields]

    @property
    def heads(self) -> list[str]:
        """What stands above the columns."""
        return [WAY_WORDS[way] for way in self.ways]

    @property
    def rows(self) -> Iterator[Row]:
        """The table, row by row, as it was typed in or as it stands."""
        ticked = {way: frozenset(self[way.value].value() or ()) for way in self.ways}
        for event in Event:
            ticks = [
                Tick(way, WAY_WORDS[way], event in offered(way), event.value in ticked[way])
                for way in self.ways
            ]
            yield Row(event, WORDS[event], HELP[event], ticks)

    def wish(self) -> Choices:
        """Return what a valid form says; a column that is not shown stays as it stands."""
        said = self.cleaned_data
        return Choices(
            page=frozenset(said["page"]),
            mail=frozenset(said["mail"]),
            browser=frozenset(said["browser"]),
            hook=frozenset(said.get("hook", self.stands.hook)),
            sound=said["sound"],
        )
