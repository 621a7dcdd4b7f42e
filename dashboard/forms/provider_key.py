"""What somebody types in as the team's provider key."""

from typing import Any

from django import forms

from dashboard.forms.people import dress

SHORTEST, LONGEST = 20, 200


class KeyForm(forms.Form):
    """A key, and whether it is stored although the provider could not be asked."""

    key = forms.CharField(
        label="Provider key",
        max_length=LONGEST,
        min_length=SHORTEST,
        widget=forms.PasswordInput(render_value=False),
        help_text="From the provider's settings. It is sealed and never shown again.",
        error_messages={"min_length": "A key is longer than that. Paste it whole."},
    )
    anyway = forms.BooleanField(label="Keep it untested", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, key={"autocomplete": "off"})

    def clean_key(self) -> str:
        """Take what a key is made of, and nothing a header could be made of."""
        key: str = self.cleaned_data["key"].strip()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise forms.ValidationError("Paste the key alone: it has no blanks and no special letters.")
        return key
