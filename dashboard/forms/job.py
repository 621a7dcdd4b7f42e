"""What a person may answer about a job: where it is, that it never arrived, what it cost, once more."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LONGEST_REASON = 200
"""Characters; with who said it, it still fits the job's columns."""

SMALLEST = Decimal("0.000001")
DEAREST = Decimal(10_000)
"""USD one clip may cost at most, so that a slipped decimal point is noticed."""


def one_line(value: str) -> None:
    """Refuse control characters, line breaks among them."""
    if not value.isprintable():
        raise ValidationError("Leave out control characters and line breaks.")


class AnswerForm(forms.Form):
    """An answer about one job; several may stand on a page, so ids carry the job's."""

    def __init__(self, job_id: str, data: Any = None, **initial: object) -> None:
        name = type(self).__name__.removesuffix("Form").lower()
        super().__init__(data, initial=initial, auto_id=f"{name}-{job_id}-%s")


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


def amount_field(label: str, *, least: Decimal, help_text: str = "") -> forms.DecimalField:
    """Return a field for an amount in USD, exact to a millionth."""
    return forms.DecimalField(
        label=label,
        min_value=least,
        max_value=DEAREST,
        max_digits=11,
        decimal_places=6,
        widget=forms.NumberInput(
            attrs={"class": "input input-number", "step": "any", "min": "0", "inputmode": "decimal"}
        ),
        help_text=help_text,
        error_messages={
            "required": "Type the amount, in USD.",
            "invalid": "Type an amount in USD, such as 0.28.",
            "min_value": "Type an amount above zero, in USD." if least else "An amount cannot be below zero.",
            "max_decimal_places": "At most six decimals are kept.",
        },
    )


def reason_field(label: str, example: str, missing: str) -> forms.CharField:
    """Return a field for the few words that stay with an entry of the ledger."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_REASON,
        validators=[one_line],
        widget=forms.TextInput(attrs={"class": "input", "placeholder": example}),
        error_messages={"required": missing},
    )


class SettleForm(AnswerForm):
    """What a job cost, as a person read it elsewhere."""

    usd = amount_field("Charged, in USD", least=SMALLEST)
    reason = reason_field(
        "Where does this amount come from?",
        "The bill of November, line 12",
        "Say where the amount comes from; it is kept with the job.",
    )


class UnchargedForm(AnswerForm):
    """Why somebody is sure that a job was not charged."""

    reason = reason_field(
        "How do you know?",
        "Not on the bill of November",
        "Say in a few words how you know; it is kept with the job.",
    )


class ChangeForm(AnswerForm):
    """A change of a settled charge. `seen` is how its money stood on the page: two presses are one."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)


class CorrectForm(ChangeForm):
    """What a settled job cost in all, where the booked amount is wrong."""

    usd = amount_field(
        "Charged in all, in USD",
        least=Decimal(0),
        help_text="The whole amount, not the difference. 0 says that nothing was charged.",
    )
    reason = reason_field(
        "Why is it another amount?",
        "The bill says so, line 12",
        "Say why the amount is another one; it is kept with the job.",
    )


class CreditForm(ChangeForm):
    """What the provider gave back for a job."""

    usd = amount_field("Given back, in USD", least=SMALLEST)
    reason = reason_field(
        "Where does the credit stand?",
        "Support ticket 4711",
        "Say where the credit stands; it is kept with the job.",
    )


class AgainForm(forms.Form):
    """One press for a new job: its own id, so that a second press makes none, and the price it named.

    `buys` says that the button spent real money when it was drawn.
    """

    request_id = forms.CharField(max_length=64, required=False, validators=[one_line])
    price = forms.DecimalField(required=False, min_value=0, max_digits=16, decimal_places=6)
    buys = forms.BooleanField(required=False)
