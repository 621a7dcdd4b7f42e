"""What a statement is asked for: a project, days in the team's zone, a mark-up; and who gets it monthly."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dashboard.forms.days import FIRST_YEAR, day_field
from dashboard.forms.people import dress, email_field
from videojobs.models import Kind, MonthlyStatement, Project, Team
from videojobs.money.periods import day_of, month_of
from videojobs.statements.sums import MOST_MARKUP, Wish

MOST_DAYS = 366
NOTHING = Decimal(0)
NUMBER = {"placeholder": "0", "inputmode": "decimal", "step": "0.01"}


def markup_field() -> forms.DecimalField:
    """Return a field for a mark-up in per cent."""
    return forms.DecimalField(
        label="Mark-up, %",
        required=False,
        min_value=NOTHING,
        max_value=MOST_MARKUP,
        max_digits=6,
        decimal_places=2,
        error_messages={"invalid": "Type a number of per cent, such as 12.5."},
    )


def project_field(team: Team) -> "forms.ModelChoiceField[Project]":
    """Return a choice of a team's projects."""
    projects = Project.objects.filter(team=team).select_related("team").order_by("-is_default", "name")
    return forms.ModelChoiceField(projects, empty_label=None, label="Project")


class StatementForm(forms.Form):
    """A statement's project and period: a month, or days from and to."""

    markup = markup_field()

    def __init__(self, team: Team, now: datetime, usual: Kind, data: Any = None) -> None:
        super().__init__(data)
        self.today = day_of(now, team.zone)
        self.usual = usual
        self.fields["project"] = project_field(team)
        self.fields["month"] = forms.CharField(
            label="Month", required=False, max_length=7, initial=f"{self.today:%Y-%m}"
        )
        for name, label in (("first", "Or from"), ("last", "Up to")):
            self.fields[name] = day_field(label)
        self.fields["kind"] = forms.TypedChoiceField(
            label="Money",
            coerce=Kind,
            required=False,
            empty_value=usual,
            choices=[(Kind.LIVE.value, "Real money"), (Kind.REHEARSAL.value, "Rehearsal")],
            initial=usual.value,
        )
        self.order_fields(["project", "month", "first", "last", "markup", "kind"])
        self.fields["month"].widget.input_type = "month"
        dress(self, month={"placeholder": "2026-11"})
        self.fields["markup"].widget.attrs |= NUMBER

    def clean_markup(self) -> Decimal:
        """Return none as nothing."""
        return self.cleaned_data["markup"] or NOTHING

    def clean_month(self) -> tuple[date, date] | None:
        """Return a month's first and last day."""
        word = self.cleaned_data["month"]
        if not word:
            return None
        try:
            return month_of(date.fromisoformat(f"{word}-01"))
        except (ValueError, OverflowError) as error:
            raise ValidationError("Type a month like 2026-11.") from error

    def clean(self) -> dict[str, Any]:
        """Hold the period to a length and an order that make sense."""
        values = super().clean() or {}
        if not {"month", "first", "last"} & set(self.errors):
            self._check_days(values)
        return values

    def _check_days(self, values: dict[str, Any]) -> None:
        first, last = self._days(values)
        if (values.get("first") is None) != (values.get("last") is None):
            missing = "first" if values.get("first") is None else "last"
            self.add_error(missing, "Give both days, or neither and a month.")
        elif first > last:
            self.add_error("last", "The last day is before the first one.")
        elif first.year < FIRST_YEAR or first > self.today:
            self.add_error("first" if values.get("first") else "month", "Choose days up to today.")
        elif (last - first).days >= MOST_DAYS:
            self.add_error("last", f"Choose at most {MOST_DAYS} days.")

    def _days(self, values: dict[str, Any]) -> tuple[date, date]:
        """Return the days asked for; typed days come before a month."""
        first, last = values.get("first"), values.get("last")
        if first is not None and last is not None:
            return first, last
        return values.get("month") or month_of(self.today)

    def wish(self) -> Wish:
        """Return what is asked for."""
        values = self.cleaned_data
        first, last = self._days(values)
        rehearsal = values["kind"] == Kind.REHEARSAL
        return Wish(values["project"], first, last, values["markup"], rehearsal=rehearsal)


class MonthlyForm(forms.Form):
    """A project's statement by mail, each month."""

    address = email_field()
    markup = markup_field()

    def __init__(self, team: Team, data: Any = None) -> None:
        super().__init__(data, prefix="monthly")
        self.fields["project"] = project_field(team)
        self.fields["address"].label = "To"
        self.order_fields(["project", "address", "markup"])
        dress(self, address={"autocomplete": "off", "placeholder": "client@example.com"})
        self.fields["markup"].widget.attrs |= {
            "placeholder": "0",
            "inputmode": "decimal",
            "step": "0.01",
        }

    def clean_markup(self) -> Decimal:
        """Return none as nothing."""
        return self.cleaned_data["markup"] or NOTHING

    def clean_address(self) -> str:
        """Lower-case it, so that nobody gets it twice."""
        return str(self.cleaned_data["address"]).lower()

    def clean(self) -> dict[str, Any]:
        """Refuse a statement that somebody gets already."""
        values = super().clean() or {}
        project, address = values.get("project"), values.get("address")
        there = MonthlyStatement.objects.filter(project=project, address=address)
        if project and address and there.exists():
            self.add_error("address", "This address gets this project’s statement already.")
        return values
