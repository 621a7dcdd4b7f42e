"""What a person may ask for on the Create page: fields shaped by one model, read into the wire's values."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.datastructures import MultiValueDict

from videojobs.bodies import BodyProblem, FormField, FormShape
from videojobs.bodies.problems import either
from videojobs.provider.types import CreateVideoBody

UNLISTED = "unlisted"
"""What the model's radio says where the id is typed beside it."""

FRAMES = ("first_frame", "last_frame")
LISTS = ("reference_images", "reference_videos", "reference_audios", "frame_videos", "audio_inputs")
MEDIA = (*FRAMES, *LISTS, "source_video")
MORE = (
    "negative_prompt",
    "steps",
    "guidance_scale",
    "seed",
    "sound",
    "output_format",
    "output_quality",
)
SIGNS = {
    "reference_images": "images",
    "reference_videos": "film",
    "reference_audios": "volume-2",
    "frame_videos": "film",
    "audio_inputs": "volume-2",
    "source_video": "film",
    "first_frame": "image-play",
}
WRAPPED = {"reference_videos": "video", "frame_videos": "video"}
"""Lists whose entries stand inside an object on the wire, and under which key."""

LONGEST_SHOWN = 10_000
MANY_STOPS = 8
"""With more lengths than this the unit moves from the stops to the label."""

PIXELS = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")


def read_addresses(data: Mapping[str, Any], name: str) -> list[str]:
    """Read every input of one name, a pasted list line by line, blank ones left out."""
    given = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name) or []
    lines = [line.strip() for text in given for line in str(text).splitlines()]
    return [line for line in lines if line]


class AddressList(forms.Widget):
    """Several inputs of one name; `create/addresses.html` draws them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """Read every input of this name."""
        return read_addresses(data, name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Tell whether the form came without any such input."""
        return name not in data


class Addresses(forms.Field):
    """A list of addresses as typed; what is wrong with them is said by the body."""

    def to_python(self, value: Any) -> list[str]:
        """Return the list as read."""
        return list(value or [])


@dataclass(frozen=True)
class Part:
    """One field of the page: what the model says of it, and the bound control where it is open."""

    spec: FormField
    field: BoundField | None = None

    @property
    def is_choice(self) -> bool:
        """Whether the control is a row of radio buttons."""
        return self.field is not None and isinstance(self.field.field.widget, forms.RadioSelect)

    @property
    def is_list(self) -> bool:
        """Whether several may be given."""
        return self.field is not None and isinstance(self.field.field.widget, AddressList)

    @property
    def rows(self) -> list[str]:
        """The addresses of a list, and one more to fill while the model takes more."""
        filled = list(self.field.value() or []) if self.field else []
        return filled if len(filled) >= self.spec.most else [*filled, ""]

    @property
    def usual(self) -> str:
        """What the model does by itself, in words."""
        labels = {choice.value: choice.label for choice in self.spec.choices}
        return labels.get(self.spec.default, self.spec.default)

    @property
    def bounds(self) -> str:
        """Which numbers it may be, as "10–50"."""
        if self.spec.low is None or self.spec.high is None or self.spec.high > LONGEST_SHOWN:
            return ""
        return f"{self.spec.low}–{self.spec.high}"

    @property
    def sign(self) -> str:
        """The icon of what goes in here."""
        return SIGNS.get(self.field.name, "image") if self.field else ""


@dataclass(frozen=True)
class MediaParts:
    """Pictures, clips and sounds: those the model takes, those it perhaps takes, and those it does not."""

    known: list[Part]
    perhaps: list[Part]
    none: list[Part]

    @property
    def perhaps_open(self) -> bool:
        """Whether one of the uncertain ones is filled in or wrong."""
        return any(part.field and (part.field.value() or part.field.errors) for part in self.perhaps)

    @property
    def none_words(self) -> str:
        """One grey line for everything the model does not take."""
        labels = [part.spec.label.lower() for part in self.none if part.spec.reason]
        return f"This model takes no {either(labels)}." if labels else ""


class CreateForm(forms.Form):
    """One model's form. It reads words as they are: limits are checked with the body, and shown here."""

    template_name = "create/form.html"
    use_required_attribute = False

    def __init__(self, shape: FormShape, data: Any = None, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}), label_suffix="")
        self.shape = shape
        for name, spec in shape.fields.items():
            if spec.open:
                self.fields.update(_controls(name, spec))
        for name in ("model", "unlisted_model", "price", "project"):
            self.fields[name] = _line(LABELS[name])
        for name in ("press", "shaped_for", "retry_of"):
            self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def parts(self) -> dict[str, Part]:
        """Every field of the shape by its plain name."""
        return {
            name: Part(spec, self[name] if name in self.fields else None)
            for name, spec in self.shape.fields.items()
        }

    def values(self, model_id: str) -> dict[str, Any]:
        """Return what was set, under the wire's names. The form must be valid as text first."""
        given = self._beyond_the_form() | {name: value for name, value in self.cleaned_data.items() if value}
        values: dict[str, Any] = {"model": model_id}
        values |= {name: given[name] for name in given if name in PLAIN}
        values |= _pixels(given.get("size", ""))
        if media := _media(given):
            values["media"] = media
        if sound := given.get("sound"):
            key = self.shape["sound"].name
            values |= {"settings": {"audio": sound}} if key == "settings.audio" else {key: sound}
        return values

    def _beyond_the_form(self) -> dict[str, Any]:
        """Return what was posted although this form does not ask for it; the body takes or refuses it."""
        names = {*PLAIN, *self.shape.fields} - set(self.fields)
        lists = {name: read_addresses(self.data, name) for name in names if name in LISTS}
        words = {name: str(self.data.get(name, "")) for name in names if name not in LISTS}
        return {name: value for name, value in {**lists, **words}.items() if value}

    def refuse(self, problems: Iterable[BodyProblem]) -> None:
        """Show beside each field what is wrong with it."""
        for problem in problems:
            place = self.place_of(problem)
            self.add_error(place if place in self.fields else None, _message(problem))

    def place_of(self, problem: BodyProblem) -> str:
        """Return the field of this form a problem belongs to; "" for none."""
        name = PLACES.get(problem.place, problem.place)
        if name in {"width", "height"} and "size" in self.fields:
            return "size"
        if name == "frame_images":
            return self._frame_of(problem)
        return name

    def _frame_of(self, problem: BodyProblem) -> str:
        filled = [name for name in FRAMES if self.is_bound and self.cleaned_data.get(name)]
        number = _number(problem)
        if number is not None and number < len(filled):
            return filled[number]
        return next((name for name in (*filled, *FRAMES) if name in self.fields), "")

    @property
    def prompt_text(self) -> str:
        """The prompt as it stands, also while the chosen model takes none."""
        return str((self.data if self.is_bound else self.initial).get("prompt") or "")

    @property
    def fixed_parts(self) -> list[Part]:
        """What the model fixes, shown together with its lock."""
        return [part for part in self.parts.values() if part.spec.locked]

    @property
    def media_parts(self) -> MediaParts:
        """The places for pictures, clips and sounds, sorted by what is known of them."""
        parts = [self.parts[name] for name in MEDIA]
        doubted = [part for part in parts if part.spec.open and self._is_doubted(part)]
        known = [part for part in parts if part.spec.open and part not in doubted]
        return MediaParts(known, doubted, [part for part in parts if part.spec.hidden])

    def _is_doubted(self, part: Part) -> bool:
        if part.spec.name == "media.source_video":
            return not part.spec.required
        return part.spec.note.startswith("Nobody says")

    @property
    def changed_more(self) -> int:
        """How many fields under *More* are set."""
        return sum(bool(self[name].value()) for name in MORE if name in self.fields)

    @property
    def more_is_open(self) -> bool:
        """Whether something under *More* is wrong."""
        return self.is_bound and any(name in self.errors for name in MORE)


def new_press() -> str:
    """Make the number of one form: however often its button is pressed, one job."""
    return str(uuid.uuid4())


LABELS = {
    "model": "Model",
    "price": "Price of this job, USD",
    "project": "Project",
    "unlisted_model": "Model id",
}
EXAMPLES = {"ratio": {"placeholder": "16:9"}, "resolution": {"placeholder": "720p"}}
PLACES = {"generate_audio": "sound", "settings.audio": "sound", "settings": "sound", "media": ""}
PLAIN = frozenset(CreateVideoBody.model_fields) - {"model", "media", "settings", "frame_images", *LISTS}


def _controls(name: str, spec: FormField) -> dict[str, forms.Field]:
    """Return the control or controls one field of the shape is asked with."""
    if name == "size" and not spec.choices:
        return {side: _line(side.capitalize(), _number_input(spec)) for side in ("width", "height")}
    control = _control(name, spec)
    control.help_text = spec.note
    return {name: control}


def _control(name: str, spec: FormField) -> forms.Field:
    if name in LISTS:
        return Addresses(required=False, label=spec.label, widget=AddressList)
    if name in {*FRAMES, "source_video"}:
        return _line(spec.label, forms.URLInput(attrs=_address_attrs()))
    if name in {"prompt", "negative_prompt"}:
        return _line(spec.label, forms.Textarea(attrs={"rows": 2, "class": "input"}))
    if spec.choices:
        return _choice(spec)
    if spec.high is not None:
        return _line(spec.label, _number_input(spec))
    return _line(
        spec.label, forms.TextInput(attrs=EXAMPLES.get(name, {}) | {"class": "input", "autocomplete": "off"})
    )


def _line(label: str, widget: forms.Widget | None = None) -> forms.CharField:
    """Return a field that takes any text; the body judges it."""
    return forms.CharField(
        required=False,
        strip=False,
        label=label,
        widget=widget or forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


def _choice(spec: FormField) -> forms.CharField:
    """Return radios, the first of them leaving it to the model."""
    many = spec.name == "seconds" and len(spec.choices) > MANY_STOPS
    labels = {choice.value: choice.value if many else choice.label for choice in spec.choices}
    usual = labels.get(spec.default, "")
    choices = [("", f"Auto · {usual}" if usual else "Auto"), *labels.items()]
    label = f"{spec.label}, seconds" if many else spec.label
    field = _line(label, forms.RadioSelect(choices=choices))
    field.initial = ""
    return field


def _number_input(spec: FormField) -> forms.NumberInput:
    step = "any" if spec.name == "guidance_scale" else "1"
    bounds = {
        "min": spec.low,
        "max": spec.high,
        "step": step,
        "inputmode": "decimal" if step == "any" else "numeric",
    }
    usual = {"placeholder": f"Auto · {spec.default}" if spec.default else "Auto"}
    return forms.NumberInput(attrs={"class": "input input-number", **usual, **bounds})


def _address_attrs() -> dict[str, str]:
    return {"class": "input", "placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}


def _pixels(size: str) -> dict[str, str]:
    """Split "1280x720"; anything else is passed on as it is, so that it is refused by name."""
    found = PIXELS.fullmatch(size)
    if found:
        return {"width": found[1], "height": found[2]}
    return {"width": size, "height": size} if size else {}


def _media(given: Mapping[str, Any]) -> dict[str, Any]:
    media: dict[str, Any] = {}
    frames = [(name, given[name].strip()) for name in FRAMES if given.get(name, "").strip()]
    if frames:
        media["frame_images"] = [
            {"input_image": address, "frame": name.removesuffix("_frame")} for name, address in frames
        ]
    for name in LISTS:
        if addresses := given.get(name):
            key = WRAPPED.get(name)
            media[name] = [{key: address} for address in addresses] if key else list(addresses)
    if address := given.get("source_video", "").strip():
        media["source_video"] = address
    return media


def _number(problem: BodyProblem) -> int | None:
    """Return which entry of a list a problem is about, counted from 0."""
    found = re.search(r"\.([0-9]+)(\.|$)", problem.field)
    return int(found[1]) if found else None


def _message(problem: BodyProblem) -> str:
    """Return the sentence for a page: it begins with a capital, and says which entry of a list it means."""
    number = _number(problem)
    sentence = problem.message[:1].upper() + problem.message[1:]
    return sentence if number is None or problem.place not in LISTS else f"No. {number + 1}: {sentence}"
