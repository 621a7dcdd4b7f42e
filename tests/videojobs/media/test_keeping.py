"""The whole way of a file: fetched, probed, given a poster, kept."""

from pathlib import Path

from tests.videojobs.media.clips import make_clip
from tests.videojobs.media.hosts import Answer, FileHost
from videojobs.media import fetch, probe, space


def test_a_clip_behind_a_short_link_is_kept_with_its_poster(
    host: FileHost, destination: Path, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "far.mp4", sound_seconds=2)
    host.redirect("/shrt/1", "/files/clip.mp4")
    host.answers["/files/clip.mp4"] = Answer(clip.read_bytes(), headers={"Content-Type": "video/mp4"})

    fetched = fetch.fetch(f"{host.origin}/shrt/1", destination, provider_origin=host.origin, max_bytes=10**6)
    probed = probe.probe(fetched.path)
    probe.make_poster(fetched.path, destination.with_suffix(".webp"))
    space.keep(fetched.path, destination)

    assert destination.read_bytes() == clip.read_bytes()
    assert (probed.width, probed.height) == (320, 180)
    assert set(destination.parent.iterdir()) == {destination, destination.with_suffix(".webp")}
