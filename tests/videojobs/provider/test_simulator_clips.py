"""The drawing of rehearsal clips: real files, told apart by their seeds, at a bounded cost."""

import time
from pathlib import Path

import av
import pytest
from PIL import ImageChops, ImageStat

from tests.simulator import start_simulator
from videojobs.provider.simulator_clips import ClipSpec, draw_clip
from videojobs.provider.simulator_scene import PALETTES, Scene
from videojobs.provider.simulator_titles import Ruler, clock, fitted, lacking, prompt_block, stamp, wrap


def drawn(
    folder: Path, *, form: str = "MP4", width: int = 320, height: int = 180, sound: bool = False
) -> Path:
    path = folder / f"clip.{form.lower()}"
    draw_clip(ClipSpec("a cat", "any/model", 7, width, height, 2, 12, form, sound, str(path)))
    return path


@pytest.mark.parametrize(("form", "codec"), [("MP4", "h264"), ("WEBM", "vp9")])
def test_a_clip_has_the_asked_form_size_length_and_pace(tmp_path: Path, form: str, codec: str) -> None:
    with av.open(str(drawn(tmp_path, form=form))) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name.removeprefix("lib") in (codec, "vpx-vp9")
        assert (stream.width, stream.height, stream.average_rate) == (320, 180, 12)  # type: ignore[comparison-overlap]
        assert sum(1 for _ in container.decode(stream)) == 24
        assert container.duration == pytest.approx(2_000_000, abs=50_000)


@pytest.mark.parametrize("form", ["MP4", "WEBM"])
def test_a_sounding_clip_has_a_quiet_track_as_long_as_the_picture(tmp_path: Path, form: str) -> None:
    with av.open(str(drawn(tmp_path, form=form, sound=True))) as container:
        seconds = sum(
            frame.samples / frame.sample_rate for frame in container.decode(container.streams.audio[0])
        )
    assert seconds == pytest.approx(2, abs=0.1)


def test_an_mp4_can_be_played_before_it_is_all_there(tmp_path: Path) -> None:
    content = drawn(tmp_path).read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_an_unfinished_clip_is_not_there(tmp_path: Path) -> None:
    drawn(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_odd_sizes_are_kept_where_the_format_can(tmp_path: Path) -> None:
    for form, width in (("MP4", 134), ("WEBM", 135)):
        with av.open(str(drawn(tmp_path, form=form, width=135, height=180))) as container:
            assert container.streams.video[0].width == width


def test_one_seed_is_one_landscape_and_another_is_another() -> None:
    first, again, other = (Scene(seed, 320, 180, 5).frame(1.0) for seed in (3, 3, 4))

    assert first.tobytes() == again.tobytes()
    assert max(ImageStat.Stat(ImageChops.difference(first, other)).mean) > 5


def test_the_landscape_moves() -> None:
    scene = Scene(3, 320, 180, 5)
    difference = ImageChops.difference(scene.frame(1.0), scene.frame(1.5))
    assert max(ImageStat.Stat(difference).mean) > 0.5


def test_every_palette_and_shape_can_be_drawn() -> None:
    for seed in range(3 * len(PALETTES)):
        width, height = ((320, 180), (180, 320), (240, 240))[seed % 3]
        assert Scene(seed, width, height, 2).frame(2.0).size == (width, height)


@pytest.mark.parametrize("size", [(64, 64), (360, 270), (720, 1280), (3840, 1648)])
def test_all_words_stay_inside_the_picture(size: tuple[int, int]) -> None:
    ruler = Ruler(*size)
    long = "supercalifragilistic" * 40 + " and so on" * 400
    for title in (prompt_block(ruler, long, "facts " * 30), stamp(ruler), clock(ruler, 3, 61)):
        assert title.left >= 0
        assert title.top + title.image.height <= size[1] + ruler.margin


def test_a_long_prompt_gets_smaller_letters_and_in_the_end_dots() -> None:
    ruler = Ruler(1280, 720)
    sizes = [fitted(ruler, "a cat sits on a mat " * times)[0] for times in (1, 7, 15, 100)]

    assert sizes == [5.6, 4.6, 3.8, 3.8]
    assert fitted(ruler, "a cat " * 400)[2][-1].endswith("…")


def test_wrapped_lines_fit_and_lose_no_word() -> None:
    font = Ruler(1280, 720).font(5)
    lines = wrap("one two three four five six seven", font, 300, most=9)

    assert " ".join(lines) == "one two three four five six seven"
    assert all(font.getlength(line) <= 300 for line in lines)


def test_letters_the_font_lacks_are_counted() -> None:
    assert lacking(Ruler(640, 360).font(5), "a cat\n") == 0
    assert lacking(Ruler(640, 360).font(5), "猫") == 1


def test_fifteen_seconds_of_4k_stay_far_below_the_bound(tmp_path: Path) -> None:
    """A sixth of the frames is drawn here, for a third of the 20 s of CPU: this machine may be busy."""
    path = tmp_path / "clip.mp4"
    started = time.process_time()
    draw_clip(ClipSpec("a cat", "any/model", 7, 3840, 2160, 15, 4, "MP4", sound=False, path=str(path)))
    assert time.process_time() - started < 20 / 3


def test_a_file_unlike_the_wish_comes_on_request(tmp_path: Path) -> None:
    prompt = "[[fault:clip-size=160x120]][[fault:clip-seconds=1]][[fault:clip-format=WEBM]]"
    with start_simulator(tmp_path, tiny=False) as simulator:
        job = simulator.ended(simulator.create(prompt=prompt).json()["id"])
        clip = simulator.http.get(job["outputs"]["video_url"], follow_redirects=True)
    (tmp_path / "clip").write_bytes(clip.content)
    with av.open(str(tmp_path / "clip")) as container:
        assert "webm" in container.format.name
        assert (container.streams.video[0].width, container.streams.video[0].height) == (160, 120)
        assert container.duration == pytest.approx(1_000_000, abs=50_000)
    assert (job["size"], job["seconds"]) == ("1366x768", "5")
