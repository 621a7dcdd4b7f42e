"""Days that somebody asks for: a field for one, and the filter from one day up to another."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q

from dashboard.http import Asker
from videojobs.money.periods import midnight

FIRST_YEAR, LAST_YEAR = 2000, 2200
A_DAY = timedelta(days=1)


def day_field(label: str) -> forms.DateField:
    """Return a field for a day, which a browser lets people pick; it may be left open."""
    widget = forms.DateInput(format="%Y-%m-%d")
    widget.input_type = "date"
    return forms.DateField(label=label, required=False, widget=widget)


class DaysForm(forms.Form):
    """Filters above a list of what happened; everything may be left open, and all of it must hold."""

    first = day_field("From")
    last = day_field("Up to")

    def __init__(self, asker: Asker, data: Any) -> None:
        super().__init__(data)
        self.asker = asker

    def clean(self) -> dict[str, Any]:
        """Hold the days to an order and to years that exist."""
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        for name, day in (("first", first), ("last", last)):
            if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, f"Choose a day from the year {FIRST_YEAR} on.")
        if first and last and first > last:
            self.add_error("last", "The last day is before the first one.")
        return values

    def within(self) -> Q:
        """Return what holds of rows whose moment, `at`, is on these days by the team's clocks."""
        zone, values, within = self.asker.team.zone, self.cleaned_data, Q()
        if values["first"]:
            within &= Q(at__gte=midnight(values["first"], zone))
        if values["last"]:
            within &= Q(at__lt=midnight(values["last"] + A_DAY, zone))
        return within

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is asked for at all."""
        return any(self.data.get(name) for name in self.fields)
