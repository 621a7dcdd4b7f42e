from pathlib import Path

import pytest
from PIL import Image, ImageStat

from tests.videojobs.media.clips import make_clip
from videojobs.media.errors import NotVideo, Unwritable
from videojobs.media.probe import make_poster


def lightness(poster: Path) -> float:
    """Return the mean grey of a picture, 0 to 255."""
    with Image.open(poster) as image:
        return ImageStat.Stat(image.convert("L")).mean[0]


def size(poster: Path) -> tuple[int, int]:
    with Image.open(poster) as image:
        assert image.format == "WEBP"
        return image.size


@pytest.mark.parametrize(
    ("clip_size", "poster_size"),
    [((1280, 720), (640, 360)), ((320, 180), (320, 180)), ((720, 1280), (640, 1138)), ((1920, 16), (640, 5))],
)
def test_a_poster_is_640_wide_at_most_in_the_clips_shape(
    tmp_path: Path, clip_size: tuple[int, int], poster_size: tuple[int, int]
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", size=clip_size, frames=3)
    make_poster(clip, tmp_path / "clip.webp")
    assert size(tmp_path / "clip.webp") == poster_size


@pytest.mark.parametrize("dark", [0, 6, 20, 40])
def test_a_black_beginning_is_not_shown(tmp_path: Path, dark: int) -> None:
    clip = make_clip(tmp_path / "clip.mp4", dark=dark)
    make_poster(clip, tmp_path / "clip.webp")
    assert lightness(tmp_path / "clip.webp") > 100


@pytest.mark.parametrize(("frames", "dark"), [(1, 0), (6, 5), (48, 48)])
def test_a_short_or_all_black_clip_has_a_poster_too(tmp_path: Path, frames: int, dark: int) -> None:
    clip = make_clip(tmp_path / "clip.webm", codec="libvpx", frames=frames, dark=dark)
    make_poster(clip, tmp_path / "clip.webp")
    assert (lightness(tmp_path / "clip.webp") > 100) is (dark < frames)


def test_a_clip_damaged_after_its_beginning_still_has_a_poster(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", options={"movflags": "faststart"})
    whole = clip.read_bytes()
    clip.write_bytes(whole[: len(whole) * 7 // 10])
    make_poster(clip, tmp_path / "clip.webp")
    assert size(tmp_path / "clip.webp") == (320, 180)


def test_a_poster_replaces_an_older_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    clip, posters = make_clip(tmp_path / "clip.mp4", frames=3), tmp_path / "posters"
    for _ in range(2):
        make_poster(clip, posters / "clip.webp")
    assert list(posters.iterdir()) == [posters / "clip.webp"]


def test_what_is_no_video_has_no_poster(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"<html>")
    with pytest.raises(NotVideo):
        make_poster(tmp_path / "clip.mp4", tmp_path / "clip.webp")
    assert list(tmp_path.iterdir()) == [tmp_path / "clip.mp4"]


def test_a_disk_that_refuses_the_poster_needs_a_decision(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=3)
    with pytest.raises(Unwritable):
        make_poster(clip, clip / "clip.webp")
