"""A price for the team's own list: of what, how much, and where it is from."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from dashboard.forms.job import one_line
from dashboard.forms.people import dress
from videojobs import catalog, prices
from videojobs.bodies import LONGEST_MODEL_ID, MODEL_ID
from videojobs.catalog import CatalogModel, PriceUnit
from videojobs.catalog.loader import read_size
from videojobs.catalog.sizes import short_side
from videojobs.models import PriceOnFile
from videojobs.pricelist import Rule

UNITS = ((PriceUnit.CLIP.value, "A clip"), (PriceUnit.SECOND.value, "A second"))
SOUNDS = (("", "Either"), ("with", "With"), ("without", "Without"))
LONGEST_SECONDS = 999
LONGEST_SOURCE = 300
CHOOSE = {"required": "Choose one.", "invalid_choice": "Choose one of these."}


class PriceForm(forms.Form):
    """A price of one model. `model` is what the catalogue knows of it, None where it knows nothing."""

    use_required_attribute = False

    usd = forms.CharField(
        label="Price in USD", max_length=60, error_messages={"required": "Type US dollars, such as 0.28."}
    )
    unit = forms.ChoiceField(
        label="For", choices=UNITS, widget=forms.RadioSelect, initial=UNITS[0][0], error_messages=CHOOSE
    )
    resolution = forms.CharField(label="Resolution", max_length=10, required=False)
    size = forms.CharField(label="Size", max_length=20, required=False)
    seconds = forms.IntegerField(
        label="Seconds",
        min_value=1,
        max_value=LONGEST_SECONDS,
        required=False,
        widget=forms.TextInput,
        error_messages={"invalid": "Type whole seconds, such as 5."},
    )
    sound = forms.ChoiceField(
        label="Sound", choices=SOUNDS, widget=forms.RadioSelect, required=False, error_messages=CHOOSE
    )
    source = forms.CharField(
        label="Where is it from?", max_length=LONGEST_SOURCE, required=False, validators=[one_line]
    )
    verified_on = forms.DateField(
        label="Verified on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, model: CatalogModel | None = None, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model = model
        self.today = today
        number = {"class": "input input-number", "inputmode": "decimal", "autocomplete": "off"}
        source = {"placeholder": "Invoice 12 of November"}
        dress(self, usd=number, seconds=number, source={"class": "input", **source})
        for name in ("unit", "sound"):
            self.fields[name].widget.attrs.pop("class")
        self.fields["verified_on"].initial = today
        self._name_choices()

    def _name_choices(self) -> None:
        """Say which resolutions, sizes and lengths the model makes."""
        model = self.model
        known: dict[str, Iterable[object]] = {
            "resolution": model.resolutions if model else (),
            "size": [f"{size.width}x{size.height}" for size in model.sizes] if model else (),
            "seconds": model.seconds if model else (),
        }
        samples = {"resolution": "720p", "size": "1280x720", "seconds": "5"}
        for name, choices in known.items():
            words = _few(choices) or f"Such as {samples[name]}"
            self.fields[name].help_text = f"{words}; empty for all."

    def clean_usd(self) -> Any:
        """Read the amount."""
        try:
            return prices.typed(self.cleaned_data["usd"]).usd
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean_resolution(self) -> str:
        """Read a resolution's word; one that the model does not make would never count."""
        word = cast(str, self.cleaned_data["resolution"]).strip().lower()
        if word and short_side(word) is None:
            raise ValidationError("Write a resolution such as 720p or 4k.")
        made = {short_side(one) for one in self.model.resolutions} if self.model else set()
        if word and made and short_side(word) not in made:
            raise ValidationError(f"{self._name} makes {_few(self.model.resolutions if self.model else ())}.")
        return word

    def clean_size(self) -> str:
        """Read a size in pixels; one that the model does not make would never count."""
        text = cast(str, self.cleaned_data["size"]).strip().lower().replace("×", "x").replace(" ", "")
        if not text:
            return ""
        try:
            size = read_size(text)
        except ValueError as error:
            raise ValidationError("Write a size in pixels such as 1280x720.") from error
        if self.model and self.model.sizes and size not in self.model.sizes:
            raise ValidationError(f"{self._name} does not make {size}.")
        return f"{size.width}x{size.height}"

    def clean_seconds(self) -> int:
        """Read the length; 0 stands for all."""
        seconds = cast(int | None, self.cleaned_data["seconds"])
        if seconds and self.model and self.model.seconds and seconds not in self.model.seconds:
            raise ValidationError(f"{self._name} makes {_few(self.model.seconds)} seconds.")
        return seconds or 0

    def clean_verified_on(self) -> dt.date | None:
        """Refuse days to come."""
        day = cast(dt.date | None, self.cleaned_data["verified_on"])
        if day and day > self.today:
            raise ValidationError("Nobody can have verified it on a day to come.")
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse a size beside a resolution: a size is narrower already."""
        values = super().clean() or {}
        if values.get("size") and values.get("resolution"):
            self.add_error("size", "Name a resolution or a size, not both.")
        return values

    @property
    def _name(self) -> str:
        return self.model.name if self.model else "This model"

    def rule(self, model_id: str) -> Rule:
        """Return what was asked for."""
        values = {name: self.cleaned_data[name] for name in PriceForm.base_fields}
        return Rule(model=model_id, **values | {"unit": PriceUnit(values["unit"])})

    @classmethod
    def of(cls, row: PriceOnFile, data: Any, *, today: dt.date) -> "PriceForm":
        """Return the form of a price there is, filled in as it stands."""
        initial = {name: getattr(row, name) for name in PriceForm.base_fields}
        initial |= {"usd": prices.plain(row.usd), "seconds": row.seconds or None, "verified_on": today}
        return cls(data, initial=initial, model=catalog.find(row.model), today=today)


class NewPriceForm(PriceForm):
    """A price, and the model it is for. An id no catalogue knows must be meant."""

    model_id = forms.CharField(
        label="Model",
        max_length=LONGEST_MODEL_ID,
        error_messages={"required": "Name a model, such as minimax/hailuo-02."},
        help_text="Its id, as scripts send it.",
    )
    unlisted = forms.BooleanField(label="No catalogue knows this id, and I mean it", required=False)

    field_order = ("model_id", "unlisted")

    def __init__(self, data: Any = None, *, today: dt.date, initial: dict[str, Any] | None = None) -> None:
        named = str((data or initial or {}).get("model_id", "")).strip()
        super().__init__(data, initial=initial, model=catalog.find(named), today=today)
        self.fields["model_id"].widget.attrs |= {
            "class": "input mono",
            "list": "known-models",
            "autocomplete": "off",
            "spellcheck": "false",
        }
        self.fields["unlisted"].widget.attrs.pop("class")

    def clean(self) -> dict[str, Any]:
        """Refuse a model nobody knows, unless it is meant, and what can be no model's id."""
        values = super().clean()
        named = values.get("model_id", "")
        if named and not MODEL_ID.fullmatch(named):
            self.add_error("model_id", "This is not a model's id. Copy it again, such as maker/name-1.0.")
        elif named and self.model is None and not values.get("unlisted"):
            meant = catalog.suggest(named)
            remedy = f"Did you mean {meant}?" if meant else "Tick the box below if you mean it."
            self.add_error("model_id", f"No catalogue knows this model. {remedy}")
        return values

    @property
    def shows_unlisted(self) -> bool:
        """Whether the box that says so is worth showing."""
        return self.is_bound and self.model is None


def _few(choices: Iterable[object]) -> str:
    """Return choices as "720p, 1080p or 4k"; whole numbers in a row as "4 to 15"."""
    words = [str(choice) for choice in choices]
    numbers = [choice for choice in choices if isinstance(choice, int)]
    if len(numbers) > 3 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    *others, last = words or [""]
    return f"{', '.join(others)} or {last}" if others else last
