"""Where a team's days begin."""

from collections import defaultdict
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

from django import forms

from dashboard.forms.people import dress
from videojobs.models import Team

UTC = "UTC"
AREAS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)
"""Zones are named for places; those named for countries and offsets are older spellings of the same."""

Choices = list[tuple[str, list[tuple[str, str]]]]


def places(current: str) -> Choices:
    """Return the zones to choose from, by area, the current one among them whatever its name."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(available_timezones() | {current}):
        area, _, place = name.partition("/")
        if area in AREAS and place:
            found[area].append((name, place.replace("_", " ").replace("/", ", ")))
        elif name in {UTC, current}:
            found[UTC].append((name, name))
    return [(area, found[area]) for area in (UTC, *AREAS) if found[area]]


class ZoneForm(forms.Form):
    """The place whose clocks a team's days, weeks and months begin by."""

    zone = forms.ChoiceField(
        label="Days begin by the clocks of",
        error_messages={"invalid_choice": "Choose a place from the list."},
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["zone"] = team.time_zone
        cast(forms.ChoiceField, self.fields["zone"]).choices = places(team.time_zone)
        dress(self)

    @property
    def chosen(self) -> ZoneInfo:
        """The zone that was chosen."""
        return ZoneInfo(self.cleaned_data["zone"])
