"""Holds pictures, clips and sounds against what one model takes."""

from videojobs.bodies.media import MOST_OF_A_KIND
from videojobs.bodies.problems import Problems
from videojobs.catalog import CatalogModel
from videojobs.provider.types import CreateVideoBody, FrameImage, Media

KINDS = {
    "reference_images": "reference image",
    "reference_videos": "reference clip",
    "reference_audios": "reference sound",
    "frame_videos": "clip to continue",
    "audio_inputs": "sound",
}


def check_media(body: CreateVideoBody, model: CatalogModel, problems: Problems) -> None:
    """Note media the model does not take, and media it cannot work without."""
    media = body.media or Media()
    for name, words in KINDS.items():
        _check_count(name, words, media, model, problems)
    frames = media.frame_images or []
    if frames:
        _check_frames(frames, model, problems)
    _check_source(media, model, problems)
    _check_needs(media, model, problems)
    _check_company(media, model, problems)


def most(name: str, model: CatalogModel) -> int:
    """How many of this kind the model may be given."""
    known = int(getattr(model, name))
    return known if model.media_published else MOST_OF_A_KIND


def _check_count(name: str, words: str, media: Media, model: CatalogModel, problems: Problems) -> None:
    given, limit = len(getattr(media, name) or []), most(name, model)
    if given <= limit:
        return
    field = f"media.{name}"
    if limit == 0:
        problems.add(field, f"{model.name} takes no {words}. Remove it.", "not_taken")
    else:
        plural = words if limit == 1 else f"{words}s"
        problems.add(
            field, f"{model.name} takes at most {limit} {plural}. Remove {given - limit}.", "too_many"
        )


def positions(frames: list[FrameImage]) -> list[str | int]:
    """Where each picture goes: as asked, else one is first, two are first and last."""
    usual: list[str | int] = ["first", "last"]
    return [
        frame.frame if frame.frame is not None else (usual[place] if place < len(usual) else place)
        for place, frame in enumerate(frames)
    ]


def _check_frames(frames: list[FrameImage], model: CatalogModel, problems: Problems) -> None:
    asked = ["first" if position == 0 else position for position in positions(frames)]
    for place, position in enumerate(asked):
        field = f"media.frame_images.{place}.frame"
        if position in asked[:place]:
            problems.add(field, "Two pictures stand at the same frame. Remove one.", "conflict")
        elif model.frames_published and (remedy := _frame_remedy(position, model)):
            problems.add(field, remedy, "not_taken")


def _frame_remedy(position: str | int, model: CatalogModel) -> str:
    if (position == "first" and model.first_frame) or (position == "last" and model.last_frame):
        return ""
    if not model.first_frame and not model.last_frame:
        return f"{model.name} takes no frames. Remove the picture."
    taken = " and ".join(
        name for name, takes in (("first", model.first_frame), ("last", model.last_frame)) if takes
    )
    asked = f"{position} frame" if isinstance(position, str) else f"frame {position}"
    return f"{model.name} takes the {taken} frame, not a {asked}. Remove the picture or move it."


def _check_source(media: Media, model: CatalogModel, problems: Problems) -> None:
    if model.needs_source_video and media.source_video is None and not problems.touch("source_video"):
        message = f"{model.name} edits a clip. Give its address as source_video."
        problems.add("media.source_video", message, "required")
    if media.source_video is not None and not model.needs_source_video and model.media_published:
        message = f"{model.name} takes no clip to edit. Remove source_video."
        problems.add("media.source_video", message, "not_taken")


def _check_needs(media: Media, model: CatalogModel, problems: Problems) -> None:
    frames = positions(media.frame_images or [])
    if model.needs_first_frame and not {"first", 0} & set(frames) and not problems.touch("frame_images"):
        message = f"{model.name} starts from a picture. Give a first frame."
        problems.add("media.frame_images", message, "required")
    if model.needs_frame and not frames and not media.frame_videos and not _touched(problems, FRAMES):
        message = f"{model.name} starts from a picture or a clip. Give a first frame, a last frame or a clip."
        problems.add("media.frame_images", message, "required")
    references = [name for name in REFERENCES if getattr(media, name)]
    if model.needs_reference and not references and not _touched(problems, REFERENCES):
        message = f"{model.name} works from references. Give at least one reference image or clip."
        problems.add("media.reference_images", message, "required")


def _check_company(media: Media, model: CatalogModel, problems: Problems) -> None:
    references = [name for name in (*REFERENCES, "reference_audios") if getattr(media, name)]
    if model.frames_exclude_references and media.frame_images and references:
        names = " and ".join(references)
        message = f"{model.name} takes frames or references, not both. Clear the frames, or clear {names}."
        problems.add("media.frame_images", message, "conflict")
    if model.audios_need_reference and references == ["reference_audios"]:
        message = f"{model.name} wants an image or clip beside a sound. Add one, or remove the sound."
        problems.add("media.reference_audios", message, "conflict")


FRAMES = ("frame_images", "frame_videos")
REFERENCES = ("reference_images", "reference_videos")


def _touched(problems: Problems, names: tuple[str, ...]) -> bool:
    return any(problems.touch(name) for name in names)
