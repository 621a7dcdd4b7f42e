"""What a page must draw to ask for a video of one model: fields, choices, locks and their reasons."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from videojobs.bodies.media_limits import most
from videojobs.catalog import CatalogModel, Offer, Size, Sound
from videojobs.catalog.sizes import ratio_label, read_ratio

TILE_SIDE = 36
"""The longer side of a ratio tile, in pixels."""


class FieldState(StrEnum):
    """What a page does with a field."""

    OPEN = "open"
    LOCKED = "locked"  # shown with the model's own value and the reason; never sent
    HIDDEN = "hidden"  # not shown; `reason` is one grey line, or "" for silence


@dataclass(frozen=True)
class Choice:
    """One value on offer: what is sent and what people read."""

    value: str
    label: str


@dataclass(frozen=True)
class FormField:
    """One field. `name` is the wire's; "" for `default` means the model decides.

    `low` and `high` bound numbers, `shortest` and `longest` count characters, `most` counts entries.
    Empty `choices` mean free entry.
    """

    name: str
    label: str
    state: FieldState = FieldState.OPEN
    reason: str = ""
    required: bool = False
    default: str = ""
    choices: tuple[Choice, ...] = ()
    low: int | None = None
    high: int | None = None
    shortest: int = 0
    longest: int | None = None
    most: int = 1
    note: str = ""

    @property
    def open(self) -> bool:
        """Whether the person may set it."""
        return self.state is FieldState.OPEN

    @property
    def locked(self) -> bool:
        """Whether it is shown but fixed by the model."""
        return self.state is FieldState.LOCKED

    @property
    def hidden(self) -> bool:
        """Whether it is left out, but for one grey line."""
        return self.state is FieldState.HIDDEN


@dataclass(frozen=True)
class RatioTile:
    """One shape of picture, drawn to scale in `tile_width` × `tile_height` pixels.

    For models sized by pixels, `sizes` holds "1366x768" values and `value` is "". For models sized by words,
    `value` is the ratio to send and `sizes` says what comes out at each resolution, where that is published.
    """

    label: str
    value: str
    tile_width: int
    tile_height: int
    sizes: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class FormShape:
    """A whole form: `fields` by plain name, and `tiles` for the shape of the picture.

    Names are the wire's, except `size` (a pair of width and height as "1366x768"), `sound`, `first_frame`
    and `last_frame`; `FormField.name` says where each goes.
    """

    model_id: str
    model_name: str
    fields: dict[str, FormField]
    tiles: tuple[RatioTile, ...]
    frames_exclude_references: bool = False

    def __getitem__(self, name: str) -> FormField:
        return self.fields[name]


def form_shape(offer: Offer) -> FormShape:
    """Return the form for this offer, drawn from its catalogue entry alone."""
    model = offer.model
    return FormShape(
        model_id=model.id,
        model_name=model.name,
        fields={name: make(model) for name, make in FIELDS.items()},
        tiles=_tiles(model),
        frames_exclude_references=model.frames_exclude_references,
    )


def _prompt(model: CatalogModel) -> FormField:
    state = FieldState.OPEN if model.takes_prompt else FieldState.HIDDEN
    return FormField(
        "prompt",
        "Prompt",
        state=state,
        reason="" if model.takes_prompt else "This model takes no prompt; it works from a picture.",
        required=model.needs_prompt,
        shortest=model.prompt_shortest,
        longest=model.prompt_longest,
    )


def _negative_prompt(model: CatalogModel) -> FormField:
    ignored = model.takes_negative_prompt is False
    return FormField(
        "negative_prompt",
        "Negative prompt",
        state=FieldState.HIDDEN if ignored else FieldState.OPEN,
        reason="This model takes no negative prompt." if ignored else "",
        longest=model.negative_prompt_longest,
        note="Nobody says whether this model reads it." if model.takes_negative_prompt is None else "",
    )


def size_choice(size: Size) -> Choice:
    """Return a size as a choice."""
    return Choice(f"{size.width}x{size.height}", str(size))


def _size(model: CatalogModel) -> FormField:
    """Pixels, as "1366x768"; sent as width and height."""
    if model.resolutions:
        return FormField("width", "Size", state=FieldState.HIDDEN)
    choices = tuple(size_choice(size) for size in model.sizes)
    default = size_choice(model.size_default).value if model.size_default else ""
    if len(choices) == 1:
        reason = f"Fixed at {choices[0].label} by this model."
        return FormField(
            "width", "Size", FieldState.LOCKED, reason, default=choices[0].value, choices=choices
        )
    return FormField("width", "Size", default=default, choices=choices, low=16, high=8_192)


def _resolution(model: CatalogModel) -> FormField:
    if model.sizes:
        return FormField("resolution", "Resolution", state=FieldState.HIDDEN)
    choices = tuple(Choice(word, word) for word in model.resolutions)
    if len(choices) == 1:
        reason = f"Fixed at {choices[0].label} by this model."
        return FormField(
            "resolution", "Resolution", FieldState.LOCKED, reason, default=choices[0].value, choices=choices
        )
    return FormField(
        "resolution", "Resolution", default=model.resolution_default, choices=choices, longest=20
    )


def _ratio(model: CatalogModel) -> FormField:
    if model.sizes:
        return FormField("ratio", "Shape", state=FieldState.HIDDEN)
    if not model.takes_ratio:
        return FormField(
            "ratio", "Shape", FieldState.HIDDEN, "This model chooses the picture's shape itself."
        )
    choices = tuple(Choice(ratio, ratio) for ratio in model.ratios)
    return FormField("ratio", "Shape", default=model.ratio_default, choices=choices, longest=5)


def _seconds(model: CatalogModel) -> FormField:
    choices = tuple(Choice(str(seconds), f"{seconds} s") for seconds in model.seconds)
    default = str(model.seconds_default or "")
    if len(choices) == 1:
        reason = f"Fixed at {model.seconds[0]} seconds by this model."
        return FormField("seconds", "Length", FieldState.LOCKED, reason, default=default, choices=choices)
    high = model.longest_seconds or 999
    low = min(model.seconds, default=1)
    note = "" if choices else "Nobody publishes the lengths this model makes."
    return FormField("seconds", "Length", default=default, choices=choices, low=low, high=high, note=note)


def _fps(model: CatalogModel) -> FormField:
    choices = tuple(Choice(str(fps), f"{fps} per second") for fps in model.fps)
    if len(choices) == 1:
        reason = f"Fixed at {model.fps[0]} frames per second by this model."
        return FormField(
            "fps", "Frame rate", FieldState.LOCKED, reason, default=choices[0].value, choices=choices
        )
    return FormField("fps", "Frame rate", choices=choices, low=1, high=120)


def _sound(model: CatalogModel) -> FormField:
    name = "settings.audio" if model.sound is Sound.SETTING else "generate_audio"
    if model.sound is Sound.NONE:
        return FormField(name, "Sound", FieldState.HIDDEN, "This model makes no sound.")
    if model.sound is Sound.ALWAYS:
        return FormField(
            name, "Sound", FieldState.LOCKED, "This model always makes sound.", default="true", choices=ON_OFF
        )
    default = "true" if model.sound is Sound.SETTING else ""
    note = "Nobody says whether this model makes sound." if model.sound is Sound.UNKNOWN else ""
    return FormField(name, "Sound", default=default, choices=ON_OFF, note=note)


def _first_frame(model: CatalogModel) -> FormField:
    return _frame(model, "First frame", required=model.needs_first_frame, takes=model.first_frame)


def _last_frame(model: CatalogModel) -> FormField:
    return _frame(model, "Last frame", required=False, takes=model.last_frame)


def _frame(model: CatalogModel, label: str, *, required: bool, takes: bool) -> FormField:
    name, known = "media.frame_images", takes or not model.frames_published
    reason = "" if known else f"This model takes no {label.lower()}."
    state = FieldState.OPEN if known else FieldState.HIDDEN
    note = "" if takes or not known else "Nobody says whether this model takes one."
    if model.needs_frame:
        note = "A first frame, a last frame or a clip to continue is needed."
    return FormField(name, label, state, reason, required=required, longest=2_000, note=note)


def _references(name: str, label: str) -> Callable[[CatalogModel], FormField]:
    def make(model: CatalogModel) -> FormField:
        count, known = most(name, model), getattr(model, name) > 0
        state = FieldState.OPEN if count else FieldState.HIDDEN
        reason = "" if count else f"This model takes no {label.lower()}."
        note = "" if known or not count else "Nobody says whether this model takes any."
        if known and not model.reference_counts_published:
            note = "Several; nobody publishes how many."
        required = model.needs_reference and name == "reference_images"
        return FormField(
            f"media.{name}", label, state, reason, required=required, longest=2_000, most=count, note=note
        )

    return make


def _source_video(model: CatalogModel) -> FormField:
    open_ = model.needs_source_video or not model.media_published
    state = FieldState.OPEN if open_ else FieldState.HIDDEN
    return FormField(
        "media.source_video", "Clip to edit", state, required=model.needs_source_video, longest=2_000
    )


def _plain(field: FormField) -> Callable[[CatalogModel], FormField]:
    return lambda _: field


ON_OFF = (Choice("true", "On"), Choice("false", "Off"))
FORMATS = (Choice("MP4", "MP4"), Choice("WEBM", "WebM"))

FIELDS: dict[str, Callable[[CatalogModel], FormField]] = {
    "prompt": _prompt,
    "negative_prompt": _negative_prompt,
    "size": _size,
    "resolution": _resolution,
    "ratio": _ratio,
    "seconds": _seconds,
    "fps": _fps,
    "sound": _sound,
    "first_frame": _first_frame,
    "last_frame": _last_frame,
    "reference_images": _references("reference_images", "Reference images"),
    "reference_videos": _references("reference_videos", "Reference clips"),
    "reference_audios": _references("reference_audios", "Reference sounds"),
    "frame_videos": _references("frame_videos", "Clips to continue"),
    "audio_inputs": _references("audio_inputs", "Sounds"),
    "source_video": _source_video,
    "steps": _plain(FormField("steps", "Steps", low=10, high=50)),
    "guidance_scale": _plain(
        FormField("guidance_scale", "Guidance", low=0, high=100, note="6 to 10 is usual; over 12 harms.")
    ),
    "seed": _plain(FormField("seed", "Seed", low=0, high=2_147_483_647)),
    "output_format": _plain(FormField("output_format", "Format", default="MP4", choices=FORMATS)),
    "output_quality": _plain(
        FormField(
            "output_quality", "Quality", default="20", low=0, high=100, note="Lower is better and larger."
        )
    ),
}


def _tiles(model: CatalogModel) -> tuple[RatioTile, ...]:
    if model.sizes:
        grouped: dict[str, list[Size]] = {}
        for size in model.sizes:
            grouped.setdefault(ratio_label(size), []).append(size)
        return tuple(_pixel_tile(label, sizes) for label, sizes in grouped.items())
    return tuple(_word_tile(ratio, model) for ratio in model.ratios)


def _pixel_tile(label: str, sizes: list[Size]) -> RatioTile:
    largest_last = sorted(sizes, key=lambda size: size.width * size.height)
    shape = sizes[0].width / sizes[0].height
    choices = tuple(size_choice(size) for size in largest_last)
    return RatioTile(label, "", *_drawn(shape), choices)


def _word_tile(ratio: str, model: CatalogModel) -> RatioTile:
    made = [(word, model.output_sizes.get(f"{word} {ratio}")) for word in model.resolutions]
    choices = tuple(Choice(word, str(size)) for word, size in made if size is not None)
    return RatioTile(ratio, ratio, *_drawn(read_ratio(ratio) or 1.0), choices)


def _drawn(shape: float) -> tuple[int, int]:
    """Return a tile's sides in pixels, the longer one always the same."""
    if shape >= 1:
        return TILE_SIDE, round(TILE_SIDE / shape)
    return round(TILE_SIDE * shape), TILE_SIDE
