"""Holds a well-formed wish against what one model takes."""

from collections.abc import Callable

from videojobs.bodies.media_limits import check_media
from videojobs.bodies.problems import Problems, either, span
from videojobs.bodies.scalars import refuse_unlisted
from videojobs.catalog import CatalogModel, Size, Sound
from videojobs.catalog.sizes import read_ratio
from videojobs.provider.types import CreateVideoBody

Check = Callable[[CreateVideoBody, CatalogModel, Problems], None]


def check_limits(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Note everything in the body that this model does not take, or misses."""
    for check in CHECKS:
        check(body, model, problems)


def check_prompt(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Miss a prompt, refuse one, or find it too short (characters); too long was found in reading."""
    if problems.touch("prompt"):
        return
    length = len(body.prompt or "")
    if not any(character.isprintable() and not character.isspace() for character in body.prompt or ""):
        if model.needs_prompt or (model.takes_prompt and body.media is None):
            problems.add("prompt", "Write a prompt: say what the video shows.", "required")
    elif not model.takes_prompt:
        message = f"{model.name} takes no prompt, it works from a picture. Empty the prompt."
        problems.add("prompt", message, "not_taken")
    elif length < model.prompt_shortest:
        least = model.prompt_shortest
        message = f"prompt has {length} characters, {model.name} wants at least {least}. Write more."
        problems.add("prompt", message, "too_short")


def check_negative_prompt(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Refuse a negative prompt where it would fail the job after acceptance."""
    if body.negative_prompt is not None and model.takes_negative_prompt is False:
        message = f"{model.name} takes no negative prompt. Empty it."
        problems.add("negative_prompt", message, "not_taken")


def check_pixels(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Width and height come together, and only in pairs the model makes."""
    if model.resolutions:
        for name in ("width", "height"):
            if getattr(body, name) is not None:
                words = either(list(model.resolutions))
                message = f"{model.name} is sized by resolution ({words}). Leave {name} out."
                problems.add(name, message, "not_taken")
        return
    if body.width is None or body.height is None:
        _refuse_half_a_size(body, problems)
    elif model.sizes and Size(body.width, body.height) not in model.sizes:
        pairs = either([str(size) for size in model.sizes])
        message = f"{model.name} does not make {body.width}×{body.height}. Choose {pairs}."
        problems.add("width", message, "not_offered")


def _refuse_half_a_size(body: CreateVideoBody, problems: Problems) -> None:
    if body.width is None and body.height is None:
        return
    given, missing = ("width", "height") if body.height is None else ("height", "width")
    if not problems.touch(missing):
        problems.add(missing, f"Give {missing} too, or leave {given} out.", "required")


def check_resolution(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Resolution is a word of the model's own, capitals included."""
    if body.resolution is None:
        return
    if model.sizes:
        message = f"{model.name} is sized by width and height. Leave resolution out."
        problems.add("resolution", message, "not_taken")
    elif model.resolutions:
        refuse_unlisted("resolution", body.resolution, model.resolutions, problems)


def check_ratio(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Ratio is one the model lists, or any true ratio where nobody lists them."""
    if body.ratio is None:
        return
    if model.sizes:
        message = f"{model.name} is sized by width and height. Leave ratio out."
        problems.add("ratio", message, "not_taken")
    elif not model.takes_ratio:
        problems.add("ratio", f"{model.name} takes no ratio. Leave it out.", "not_taken")
    elif model.ratios:
        refuse_unlisted("ratio", body.ratio, model.ratios, problems)
    elif read_ratio(body.ratio) is None:
        problems.add("ratio", "Give ratio as two whole numbers above 0, such as 16:9.", "type")


def check_seconds(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Length is one of the model's stops."""
    seconds = body.whole_seconds
    if seconds is None:
        return
    if model.seconds and seconds not in model.seconds:
        message = f"{model.name} does not make clips of {seconds} seconds. Choose {span(model.seconds)}."
        problems.add("seconds", message, "not_offered")
    elif model.seconds_longest is not None and seconds > model.seconds_longest:
        message = f"{model.name} makes at most {model.seconds_longest} seconds. Choose fewer."
        problems.add("seconds", message, "out_of_range")


def check_fps(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Frame rate is one the model lists."""
    if body.fps is not None and model.fps and body.fps not in model.fps:
        message = f"{model.name} does not make {body.fps} frames per second. Choose {span(model.fps)}."
        problems.add("fps", message, "not_offered")


def check_sound(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Sound is asked for where the model reads it, and not where it cannot be changed."""
    asked = body.generate_audio
    set_audio = body.settings.audio if body.settings is not None else None
    if asked is not None and (remedy := _generate_audio_remedy(model, asked=asked)):
        problems.add("generate_audio", remedy, "not_taken")
    if set_audio is not None and (remedy := SETTINGS_AUDIO_REMEDIES.get(model.sound, "")):
        problems.add("settings.audio", f"{model.name} {remedy}", "not_taken")


def _generate_audio_remedy(model: CatalogModel, *, asked: bool) -> str:
    if model.sound is Sound.NONE:
        return f"{model.name} makes no sound. Leave generate_audio out."
    if model.sound is Sound.SETTING:
        return f"{model.name} reads sound from settings.audio. Set it there."
    if model.sound is Sound.ALWAYS and not asked:
        return f"{model.name} always makes sound. Leave generate_audio out."
    return ""


SETTINGS_AUDIO_REMEDIES = {
    Sound.NONE: "makes no sound. Leave settings.audio out.",
    Sound.ALWAYS: "always makes sound. Leave settings.audio out.",
    Sound.OPTION: "reads sound from generate_audio. Set it there.",
}

CHECKS: tuple[Check, ...] = (
    check_prompt,
    check_negative_prompt,
    check_pixels,
    check_resolution,
    check_ratio,
    check_seconds,
    check_fps,
    check_sound,
    check_media,
)
