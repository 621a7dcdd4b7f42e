import struct
from decimal import Decimal
from pathlib import Path

import pytest

from tests.videojobs.media.clips import make_clip, make_sound
from videojobs.media.errors import MediaError, NotVideo, Truncated
from videojobs.media.probe import Probed, probe

FASTSTART = {"movflags": "faststart"}


def test_an_mp4_tells_what_is_in_it(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", size=(320, 180), frames=48, sound_seconds=2)
    assert probe(clip) == Probed(
        container="mp4",
        codec="h264",
        width=320,
        height=180,
        duration=Decimal("2.000"),
        fps=Decimal("24.000"),
        has_sound=True,
        frames=48,
    )


@pytest.mark.parametrize(("encoder", "codec"), [("libvpx", "vp8"), ("libvpx-vp9", "vp9")])
def test_a_webm_tells_what_is_in_it(tmp_path: Path, encoder: str, codec: str) -> None:
    probed = probe(make_clip(tmp_path / "clip.webm", codec=encoder, size=(180, 320)))
    assert (probed.container, probed.codec, probed.has_sound) == ("webm", codec, False)
    assert (probed.width, probed.height, probed.duration) == (180, 320, Decimal("2.000"))


@pytest.mark.parametrize("name", ["clip.webm", "clip.mp4", "no suffix", "clip.m3u8"])
def test_the_bytes_say_what_it_is_and_not_the_name(tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / "made.mp4")
    assert probe(clip.rename(tmp_path / name)).container == "mp4"


def test_a_fragmented_mp4_is_read_to_its_end(tmp_path: Path) -> None:
    options = {"movflags": "frag_keyframe+empty_moov"}
    probed = probe(make_clip(tmp_path / "clip.mp4", options=options))
    assert (probed.duration, probed.frames) == (Decimal("2.000"), 48)


def test_a_webm_that_does_not_claim_a_length_is_measured(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.webm", codec="libvpx-vp9", options={"live": "1"})
    assert probe(clip).duration == pytest.approx(Decimal(2), abs=Decimal("0.05"))


def test_sound_longer_than_the_picture_is_no_damage(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.webm", codec="libvpx-vp9", frames=12, sound_seconds=4)
    assert probe(clip).duration == pytest.approx(Decimal(4), abs=Decimal("0.1"))


@pytest.mark.parametrize("name", ["clip.mkv", "clip.ts"])
def test_other_containers_are_refused_by_their_first_bytes(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotVideo, match="neither MP4 nor WebM"):
        probe(make_clip(tmp_path / name))


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\0", b"<html>Sorry</html>", b"GIF89a" + bytes(100), b"RIFF\x10\0\0\0WAVEfmt "),
        *(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n"),
    ],
)
def test_what_is_no_video_never_reaches_a_demuxer(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(body)
    with pytest.raises(NotVideo, match="neither MP4 nor WebM"):
        probe(path)


@pytest.mark.parametrize("head", [b"\0\0\0\x20ftypisom", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm"])
@pytest.mark.parametrize("rest", [b"", b"#EXTM3U\n/etc/passwd\n", bytes(5000), b"\xff" * 5000])
def test_right_first_bytes_before_nonsense_do_not_open(tmp_path: Path, head: bytes, rest: bytes) -> None:
    path = tmp_path / "clip"
    path.write_bytes(head + rest)
    with pytest.raises(NotVideo) as caught:
        probe(path)
    assert str(tmp_path) not in caught.value.message


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(NotVideo, match="no picture"):
        probe(make_sound(tmp_path / "clip.mp4"))


def test_a_coding_that_no_provider_uses_is_not_decoded(tmp_path: Path) -> None:
    with pytest.raises(NotVideo, match="known coding"):
        probe(make_clip(tmp_path / "clip.mp4", codec="mpeg2video"))


@pytest.mark.parametrize(
    ("name", "codec", "options"), [("clip.mp4", "libx264", FASTSTART), ("clip.webm", "libvpx-vp9", None)]
)
def test_a_file_cut_in_the_middle_is_truncated(
    tmp_path: Path, name: str, codec: str, options: dict[str, str] | None
) -> None:
    clip = make_clip(tmp_path / name, codec=codec, options=options)
    whole = clip.read_bytes()
    clip.write_bytes(whole[: len(whole) * 6 // 10])
    with pytest.raises(Truncated, match="breaks off"):
        probe(clip)


def test_an_mp4_cut_before_its_index_does_not_open(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    clip.write_bytes(clip.read_bytes()[:-600])
    with pytest.raises(MediaError):
        probe(clip)


def test_a_picture_over_the_largest_side_is_refused(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", size=(8256, 64), frames=1)
    with pytest.raises(NotVideo, match="8256 × 64"):
        probe(clip)


def test_a_picture_of_the_largest_side_is_opened(tmp_path: Path) -> None:
    assert probe(make_clip(tmp_path / "clip.mp4", size=(8192, 64), frames=2)).width == 8192


def test_a_lie_about_the_size_takes_no_memory(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.webm", codec="libvpx", size=(320, 180))
    width, huge = b"\xb0\x82" + struct.pack(">H", 320), b"\xb0\x82" + struct.pack(">H", 65535)
    clip.write_bytes(clip.read_bytes().replace(width, huge))
    with pytest.raises(NotVideo, match="65535"):
        probe(clip)


def test_an_absurd_length_is_refused(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", options=FASTSTART)
    body = bytearray(clip.read_bytes())
    start = body.find(b"stts") + 4
    body[start + 12 : start + 16] = struct.pack(">I", 2**31 - 1)
    clip.write_bytes(body)
    with pytest.raises(MediaError):
        probe(clip)


@pytest.mark.parametrize("seed", range(25))
def test_damage_anywhere_ends_in_an_answer_or_one_of_our_errors(tmp_path: Path, seed: int) -> None:
    clip = make_clip(tmp_path / "clip.mp4", size=(64, 64), frames=12, options=FASTSTART)
    body = bytearray(clip.read_bytes())
    for step in range(20):
        body[(seed * 7919 + step * 104729) % len(body)] ^= 0xFF
    clip.write_bytes(body)
    try:
        assert probe(clip).width > 0
    except MediaError as error:
        assert error.message
