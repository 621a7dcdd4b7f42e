"""What a person may answer about a job: where it is, that it never arrived, what it cost, once more."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LONGEST_REASON = 200
"""Characters; with who said it, it still fits the job's columns."""

DEAREST = Decimal(10_000)
"""USD one clip may cost at most, so that a slipped decimal point is noticed."""


def one_line(value: str) -> None:
    """Refuse control characters, line breaks among them."""
    if not value.isprintable():
        raise ValidationError("Leave out control characters and line breaks.")


class AnswerForm(forms.Form):
    """An answer about one job; several may stand on a page, so ids carry the job's."""

    def __init__(self, job_id: str, data: Any = None) -> None:
        name = type(self).__name__.removesuffix("Form").lower()
        super().__init__(data, auto_id=f"{name}-{job_id}-%s")


class FoundForm(AnswerForm):
    """The id the provider gave a job."""

    provider_id = forms.CharField(
        label="The provider's id",
        max_length=200,
        validators=[one_line],
        widget=forms.TextInput(attrs={"class": "input mono", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Paste the id from the provider's console."},
        help_text="Copy it from the provider's console. We check it there before anything changes.",
    )


class ArrivedForm(AnswerForm):
    """Why somebody is sure that a job never arrived."""

    reason = forms.CharField(
        label="How do you know?",
        max_length=LONGEST_REASON,
        validators=[one_line],
        widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": "Say in a few words how you know; it is kept with the job."},
        help_text="For example: it is not in the console's list, an hour later.",
    )


class SettleForm(AnswerForm):
    """What a job cost, as a person read it elsewhere."""

    usd = forms.DecimalField(
        label="Charged, in USD",
        min_value=Decimal("0.000001"),
        max_value=DEAREST,
        max_digits=11,
        decimal_places=6,
        widget=forms.NumberInput(
            attrs={"class": "input input-number", "step": "any", "min": "0", "inputmode": "decimal"}
        ),
        error_messages={
            "required": "Type the amount, in USD.",
            "invalid": "Type an amount in USD, such as 0.28.",
            "min_value": "Type an amount above zero, in USD.",
            "max_decimal_places": "At most six decimals are kept.",
        },
    )
    reason = forms.CharField(
        label="Where does this amount come from?",
        max_length=LONGEST_REASON,
        validators=[one_line],
        widget=forms.TextInput(attrs={"class": "input", "placeholder": "The bill of November, line 12"}),
        error_messages={"required": "Say where the amount comes from; it is kept with the job."},
    )


class AgainForm(forms.Form):
    """One press for a new job: its own id, so that a second press makes none, and the price it named."""

    request_id = forms.CharField(max_length=64, required=False, validators=[one_line])
    price = forms.DecimalField(required=False, min_value=0, max_digits=16, decimal_places=6)
