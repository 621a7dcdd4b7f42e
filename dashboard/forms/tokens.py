"""What an API token is for, what it may do, for which project, how much and until when."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from dashboard.forms.days import day_field
from dashboard.forms.limits import PERIODS
from dashboard.forms.people import dress, words_field
from dashboard.http import Asker
from dashboard.limiting import read_amount
from videojobs.models import LimitPeriod, Project
from videojobs.money.periods import day_of, midnight
from videojobs.rights import TokenScope
from videojobs.tokens import LONGEST_LIFE, TokenWish

SCOPE_WORDS = {
    TokenScope.ALL: "Everything its maker may do",
    TokenScope.SEND: "Send jobs and read",
    TokenScope.READ: "Read alone",
}
DAY = "day"
LIVES = {"": "Until it is revoked", "7": "7 days", "30": "30 days", "90": "90 days", DAY: "Up to a day"}


class TokenForm(forms.Form):
    """What a token is for."""

    use_required_attribute = False

    name = words_field("What is it for?", 80, help_text="A script's or a machine's name.")
    scope = forms.TypedChoiceField(
        label="It may",
        coerce=TokenScope,
        choices=[(scope.value, words) for scope, words in SCOPE_WORDS.items()],
        initial=TokenScope.SEND.value,
        required=False,
        empty_value=TokenScope.SEND,
    )
    project: "forms.ModelChoiceField[Project]" = forms.ModelChoiceField(
        Project.objects.none(), label="For", required=False, empty_label="Every project I may use"
    )
    life = forms.ChoiceField(label="It works", choices=list(LIVES.items()), required=False, initial="90")
    day = day_field("Last day")
    amount = forms.CharField(label="May spend, USD", max_length=40, required=False)
    period = forms.ChoiceField(label="Each", choices=PERIODS, initial=LimitPeriod.MONTH.value, required=False)

    def __init__(self, asker: Asker, projects: QuerySet[Project], data: Any = None) -> None:
        super().__init__(data)
        self.asker = asker
        cast(Any, self.fields["project"]).queryset = projects
        dress(
            self,
            name={"autocomplete": "off"},
            amount={"class": "input input-number", "inputmode": "decimal", "autocomplete": "off"},
        )

    def clean_amount(self) -> Any:
        """Read the amount, if there is one."""
        typed = self.cleaned_data["amount"].strip()
        try:
            return read_amount(typed) if typed else None
        except ValueError as error:
            raise ValidationError(f"{error}.") from error

    def clean(self) -> dict[str, Any]:
        """Hold the last day to one that comes."""
        values = super().clean() or {}
        if values.get("life") == DAY and "day" in values:
            self._check(values["day"])
        return values

    def _check(self, day: date | None) -> None:
        today = day_of(datetime.now(UTC), self.asker.team.zone)
        if day is None:
            self.add_error("day", "Choose the last day it works.")
        elif not today <= day <= today + LONGEST_LIFE:
            self.add_error("day", "Choose a day from today on, within ten years.")

    def wish(self, now: datetime) -> TokenWish:
        """Return what a valid form says."""
        values = self.cleaned_data
        return TokenWish(
            name=values["name"],
            scope=values["scope"],
            project=values["project"],
            expires_at=self._expires_at(now),
            amount=values["amount"],
            period=LimitPeriod(values["period"] or LimitPeriod.MONTH),
        )

    def _expires_at(self, now: datetime) -> datetime | None:
        life = self.cleaned_data["life"]
        if life == DAY:
            return midnight(self.cleaned_data["day"] + timedelta(days=1), self.asker.team.zone)
        return now + timedelta(days=int(life)) if life else None
