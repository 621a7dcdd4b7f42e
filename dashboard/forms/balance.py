"""A top-up of the provider's balance, as somebody types it in."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dashboard.forms.job import LONGEST_REASON, SMALLEST, one_line
from videojobs.prices import plain

MOST = Decimal(10_000_000)
"""USD one top-up may be, so that a slipped decimal point is noticed."""

FIRST_DAY = date(2000, 1, 1)
AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,6})?")


class TopUpForm(forms.Form):
    """What was paid in, when, and what it says on the receipt.

    An amount is looked at twice, because an entry cannot be taken back: `sure` is the one that was, and
    `asks_about` the one that is to be. `seen` is what was paid in so far as the page had it, so that two
    presses book one top-up.
    """

    usd = forms.DecimalField(
        label="Paid in, in USD",
        min_value=SMALLEST,
        max_value=MOST,
        max_digits=14,
        decimal_places=6,
        widget=forms.NumberInput(
            attrs={"class": "input input-number", "step": "any", "min": "0", "inputmode": "decimal"}
        ),
        error_messages={
            "required": "Type the amount, in USD.",
            "invalid": "Type an amount in USD, such as 250.",
            "min_value": "Type an amount above zero, in USD.",
            "max_value": "Type at most 10,000,000 USD at a time.",
            "max_decimal_places": "At most six decimals are kept.",
        },
    )
    day = forms.DateField(
        label="Paid on",
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Say on which day it was paid.",
            "invalid": "Type a day like 2026-11-23.",
        },
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=LONGEST_REASON,
        validators=[one_line],
        widget=forms.TextInput(attrs={"class": "input", "placeholder": "Invoice 2026-114"}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    sure = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, today: date, seen: Decimal, data: Any = None) -> None:
        super().__init__(data, initial={"day": today, "seen": plain(seen)}, auto_id="top-up-%s")
        self._today = today
        self.asks_about: Decimal | None = None

    def clean_day(self) -> date:
        """Refuse a day that has not come, or that no provider has seen."""
        day: date = self.cleaned_data["day"]
        if day > self._today:
            raise ValidationError("That day has not come yet.")
        if day < FIRST_DAY:
            raise ValidationError("Type a day like 2026-11-23.")
        return day

    def clean_seen(self) -> Decimal:
        """Read what was paid in so far; nonsense is no sum anybody saw."""
        text: str = self.cleaned_data["seen"]
        return Decimal(text) if AMOUNT.fullmatch(text) else Decimal(-1)

    def look_twice(self) -> bool:
        """Ask about the amount of a valid form unless it was looked at; tell whether it is asked now."""
        usd: Decimal = self.cleaned_data["usd"]
        if self.cleaned_data["sure"] == plain(usd):
            return False
        self.asks_about = usd
        return True

    @property
    def asked(self) -> str:
        """What the next press says it has looked at."""
        return "" if self.asks_about is None else plain(self.asks_about)
