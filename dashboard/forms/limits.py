"""A limit as a person sets it: on what, how often anew, how much, and what happens then."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dashboard.forms.people import dress
from dashboard.limiting import Terms, known_models, read_amount, read_levels, subject_of
from dashboard.templatetags.states import model_name
from videojobs.models import Limit, LimitAction, LimitPeriod, LimitScope, Team, Token
from videojobs.models.limits import USUAL_LEVELS
from videojobs.money.budgets import WrongLimit
from videojobs.prices import plain
from videojobs.trials import Subject

PERIODS = (
    (LimitPeriod.DAY.value, "Day"),
    (LimitPeriod.WEEK.value, "Week"),
    (LimitPeriod.MONTH.value, "Month"),
    (LimitPeriod.TOTAL.value, "In total"),
)
ACTIONS = (
    (LimitAction.STOP.value, "Stop"),
    (LimitAction.ASK.value, "Ask"),
    (LimitAction.WARN.value, "Warn"),
)
CHOOSE = {"required": "Choose one.", "invalid_choice": "Choose one of these."}


class TermsForm(forms.Form):
    """How much, and what happens then; `counts` is the period a limit has already."""

    use_required_attribute = False

    amount = forms.CharField(
        label="Amount", max_length=100, error_messages={"required": "Type US dollars, such as 10.36."}
    )
    action = forms.ChoiceField(
        label="What does not fit",
        choices=ACTIONS,
        widget=forms.RadioSelect,
        initial=LimitAction.STOP.value,
        error_messages=CHOOSE,
        help_text="Stop refuses it. Ask lets it wait for a yes. Warn only tells people.",
    )
    levels = forms.CharField(
        label="Tell people at",
        max_length=100,
        required=False,
        initial=", ".join(map(str, USUAL_LEVELS)),
        help_text="Per cent of the amount, 1 to 100.",
    )

    def __init__(self, *args: Any, counts: LimitPeriod | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counts = counts
        dress(
            self,
            amount={"class": "input input-number", "inputmode": "decimal", "autocomplete": "off"},
            levels={"class": "input input-number", "autocomplete": "off"},
        )
        for name in {"action", "period"} & set(self.fields):
            self.fields[name].widget.attrs.pop("class")

    @classmethod
    def of(cls, limit: Limit, data: Any = None) -> "TermsForm":
        """Return the form of a limit there is, filled in as it stands."""
        initial = {
            "amount": plain(limit.amount),
            "action": limit.action,
            "levels": ", ".join(map(str, limit.levels)),
        }
        return cls(data, initial=initial, counts=LimitPeriod(limit.period))

    def clean_amount(self) -> Any:
        """Read the amount."""
        try:
            return read_amount(self.cleaned_data["amount"])
        except ValueError as error:
            raise ValidationError(f"{error}.") from error

    def clean_levels(self) -> tuple[int, ...]:
        """Read the per cents, however they are set apart."""
        words = [word for word in re.split(r"[\s,;%]+", self.cleaned_data["levels"]) if word]
        if not all(re.fullmatch("[0-9]{1,6}", word) for word in words):
            raise ValidationError("Type whole per cents with commas between them, such as 50, 80, 100.")
        try:
            return read_levels(map(int, words))
        except ValueError as error:
            raise ValidationError(f"{error}.") from error

    def terms(self) -> Terms:
        """Return what was typed into a valid form."""
        values = self.cleaned_data
        period = self.counts or LimitPeriod(values["period"])
        return Terms(period, values["amount"], LimitAction(values["action"]), values["levels"])

    def refuse(self, wrong: WrongLimit) -> None:
        """Show beside its field why the ledger took no such limit."""
        named = {"id": "what", "project": "what", "person": "what", "token": "what", "model": "what"}
        name = named.get(wrong.field, wrong.field)
        self.add_error(name if name in self.fields else None, wrong.message)


class LimitForm(TermsForm):
    """The same with what a new limit is on."""

    period = forms.ChoiceField(
        label="Starts anew each",
        choices=PERIODS,
        widget=forms.RadioSelect,
        initial=LimitPeriod.MONTH.value,
        error_messages=CHOOSE,
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.fields["what"] = thing_field(team)
        self.order_fields(["what", "period"])

    def clean_what(self) -> Subject:
        """Read whose jobs it counts."""
        word, _, name = self.cleaned_data["what"].partition(":")
        scope = LimitScope(word)
        is_id = scope not in {LimitScope.TEAM, LimitScope.MODEL}
        try:
            return subject_of(self.team, scope, int(name) if is_id else name)
        except WrongLimit as wrong:
            raise ValidationError(wrong.message) from wrong


def thing_field(team: Team) -> forms.ChoiceField:
    """Return a choice of what a limit of a team may be on."""
    return forms.ChoiceField(
        label="On",
        choices=things(team),
        initial=LimitScope.TEAM.value,
        error_messages=CHOOSE,
        widget=forms.Select(attrs={"class": "input"}),
    )


def things(team: Team) -> list[tuple[str, Any]]:
    """Return everything of a team a limit may be on, in groups for a select."""
    members = team.memberships.select_related("user").order_by("created_at", "id")
    tokens = Token.objects.usable().filter(team=team).select_related("user").order_by("name", "id")
    groups = {
        "Projects": [(f"project:{one.pk}", str(one)) for one in team.projects.order_by("name")],
        "People": [(f"person:{one.user_id}", str(one.user)) for one in members],
        "Models": [(f"model:{one}", model_name(one)) for one in known_models(team)],
        "API tokens": [(f"token:{one.pk}", f"{one}, {one.user}") for one in tokens],
    }
    whole: list[tuple[str, Any]] = [(LimitScope.TEAM.value, f"The whole team {team}")]
    return [*whole, *((name, things) for name, things in groups.items() if things)]
