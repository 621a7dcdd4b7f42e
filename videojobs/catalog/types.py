"""What a model on offer takes and costs, as plain frozen data."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class PriceUnit(StrEnum):
    """What one price buys."""

    CLIP = "clip"
    SECOND = "second"


class Sound(StrEnum):
    """How a model comes to a sound track."""

    NONE = "none"
    ALWAYS = "always"
    OPTION = "option"  # `generate_audio`
    SETTING = "setting"  # `settings.audio`
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ListPrice:
    """One line of a price list, in USD.

    `resolution` is the tier it is for ("" for all). `unit_certain` is False where the list does not say
    whether it is per clip or per second. `floor` marks "from": the true price may be higher.
    `ceiling` is the dearest published figure of that tier, where the list names one: what a body with a
    clip among its inputs is charged at least.
    """

    usd: Decimal
    unit: PriceUnit
    resolution: str = ""
    unit_certain: bool = True
    floor: bool = False
    ceiling: Decimal | None = None
    note: str = ""

    @property
    def certain(self) -> bool:
        """Whether this line alone names the price."""
        return self.unit_certain and not self.floor


@dataclass(frozen=True)
class Size:
    """A picture size in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


@dataclass(frozen=True)
class CatalogModel:
    """One model: what it takes, what it costs, and how we know.

    Empty tuples mean "unpublished": the person may choose within the wire's own limits, unless the matching
    `takes_…` flag says the model takes none. `seconds` is in seconds, `fps` in frames per second.
    `seconds_longest` is named where the stops are unpublished but the end is known.
    """

    id: str
    name: str
    maker: str
    enabled: bool
    verified_on: date
    source: str
    prices: tuple[ListPrice, ...]
    why_off: str = ""
    hidden: bool = False  # known, but never shown to anybody
    note: str = ""
    seconds: tuple[int, ...] = ()
    seconds_default: int | None = None
    seconds_longest: int | None = None
    sizes: tuple[Size, ...] = ()
    size_default: Size | None = None
    resolutions: tuple[str, ...] = ()
    resolution_default: str = ""
    ratios: tuple[str, ...] = ()
    ratio_default: str = ""
    takes_ratio: bool = True
    output_sizes: dict[str, Size] = field(default_factory=dict, hash=False)  # "720P 16:9" or "hd" → pixels
    fps: tuple[int, ...] = ()
    takes_prompt: bool = True
    needs_prompt: bool = True
    prompt_shortest: int = 1
    prompt_longest: int = 32_000
    takes_negative_prompt: bool | None = None  # None: unpublished
    negative_prompt_longest: int = 2_000
    first_frame: bool = False
    last_frame: bool = False
    needs_first_frame: bool = False
    needs_frame: bool = False  # a first frame, a last frame or a clip to continue
    reference_images: int = 0
    reference_videos: int = 0
    reference_audios: int = 0
    reference_counts_published: bool = True  # False: the counts above are the wire's, not the model's
    needs_reference: bool = False
    audios_need_reference: bool = False  # a sound wants a picture or a clip beside it
    frame_videos: int = 0
    audio_inputs: int = 0
    needs_source_video: bool = False
    frames_exclude_references: bool = False
    sound: Sound = Sound.UNKNOWN
    frames_published: bool = True  # False: nobody says whether it takes frames
    media_published: bool = True  # False: nobody says which references it takes

    @property
    def sized_by_pixels(self) -> bool:
        """Whether width and height are sent, rather than a resolution word."""
        return not self.resolutions

    @property
    def longest_seconds(self) -> int | None:
        """The longest clip it makes, in seconds; None where nobody says."""
        return max(self.seconds) if self.seconds else self.seconds_longest


@dataclass(frozen=True)
class FiledPrice:
    """A price a person put on file for a model, in USD.

    `resolution` ("720p"), `size` ("1280x720"), `seconds` and `sound` ("with", "without") narrow what it is
    for; empty ones leave it for all.
    """

    usd: Decimal
    unit: PriceUnit
    set_on: date
    set_by: str
    resolution: str = ""
    size: str = ""
    seconds: int = 0
    sound: str = ""
    source: str = ""
    verified_on: date | None = None

    @property
    def scope(self) -> str:
        """What it is for, such as "720p, 5 s, with sound"; "" for everything the model makes."""
        picture = self.resolution or self.size.replace("x", "×")
        length = f"{self.seconds} s" if self.seconds else ""
        sound = f"{self.sound} sound" if self.sound else ""
        return ", ".join(word for word in (picture, length, sound) if word)

    @property
    def narrowness(self) -> int:
        """How much it is narrowed; of two prices one of which lies within the other, its own is higher."""
        picture = 2 if self.size else 1 if self.resolution else 0
        return picture + bool(self.seconds) + bool(self.sound)


@dataclass(frozen=True)
class Offer:
    """A model as it stands today: its catalogue entry, and what the team's rows add to it.

    `listed` is False for an id typed by a person that no catalogue knows. `gone_since` is set when the
    provider last said it has no such model.
    """

    model: CatalogModel
    listed: bool = True
    gone_since: datetime | None = None
    prices_on_file: tuple[FiledPrice, ...] = ()

    @property
    def price_on_file(self) -> FiledPrice | None:
        """The price on file for everything this model makes, if there is one."""
        return next((filed for filed in self.prices_on_file if not filed.scope), None)
