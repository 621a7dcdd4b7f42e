"""What people say about questions: a no with its reason, and above which prices jobs ask."""

from decimal import Decimal
from typing import Any

from django import forms

from dashboard.forms.job import LONGEST_REASON, AnswerForm, one_line
from dashboard.forms.people import dress
from videojobs.models import Team
from videojobs.prices import plain

HIGHEST = Decimal(1_000_000)
"""USD; above it nobody would ever be asked."""


class RefuseForm(AnswerForm):
    """A no, and why, for whoever asked."""

    reason = forms.CharField(
        label="Why not? Whoever asked reads it",
        max_length=LONGEST_REASON,
        required=False,
        validators=[one_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


def price_field(label: str, help_text: str) -> forms.DecimalField:
    """Return a field for a price in USD above which jobs ask; empty means never."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=Decimal("0.000001"),
        max_value=HIGHEST,
        max_digits=13,
        decimal_places=6,
        widget=forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"}),
        help_text=help_text,
        error_messages={
            "invalid": "Type an amount in US dollars, such as 5.00, or leave it empty.",
            "min_value": "Type an amount above 0 US dollars, or leave it empty.",
            "max_value": "At most 1,000,000 US dollars. To be asked about nothing, leave it empty.",
            "max_decimal_places": "At most 6 decimals: a millionth of a dollar is the smallest amount.",
            "max_digits": "At most 1,000,000 US dollars, with at most 6 decimals.",
            "max_whole_digits": "At most 1,000,000 US dollars. To be asked about nothing, leave it empty.",
        },
    )


class AsksForm(forms.Form):
    """Above which prices a team's jobs wait for a yes."""

    above_job = price_field("A job above, USD", "A dearer job waits. Empty: no job does for its price.")
    above_day = price_field(
        "A person’s day above, USD", "What is spent, held and unknown of a person’s day, this job included."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input input-number", "placeholder": "never"}

    @classmethod
    def of(cls, team: Team) -> "AsksForm":
        """Return the form as the team has it set."""
        above_job, above_day = _shown(team.asks_above_job), _shown(team.asks_above_day)
        return cls(initial={"above_job": above_job, "above_day": above_day})


def _shown(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)
