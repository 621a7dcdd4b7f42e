"""Clips and posters: whole, in ranges, by session and by signed link."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date

from dashboard import media_links
from tests.factories import NOW, Cast, create_job, create_output
from videojobs.models import Job, Output
from videojobs.states import State

CLIP = bytes(range(256)) * 4
ETAG = '"' + "0" * 64 + '"'
CHANGED = http_date(NOW.timestamp())


@pytest.fixture
def job(cast: Cast, settings: Any, tmp_path: Path) -> Job:
    """A completed job with a clip of 1024 bytes and a poster."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media" / "clips").mkdir(parents=True)
    (tmp_path / "media" / "clips" / "sample.mp4").write_bytes(CLIP)
    (tmp_path / "media" / "clips" / "sample.webp").write_bytes(b"poster")
    (tmp_path / "secret").write_text("secret")
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    output = create_output(job)
    output.bytes, output.poster = len(CLIP), "clips/sample.webp"
    output.save()
    return job


@pytest.fixture
def player(cast: Cast) -> Client:
    """Bob's browser."""
    client = Client()
    client.force_login(cast.bob)
    return client


def get(client: Client, job: Job, method: str = "get", **headers: str) -> Any:
    """Ask for a clip; header names with underscores for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return whole(getattr(client, method)(f"/media/{job.id}/clip", headers=named))


def whole(answer: Any) -> Any:
    """Read an answer to its end, which closes the file; its bytes are in `body`."""
    answer.body = b"".join(answer) if answer.streaming else answer.content
    return answer


def test_a_whole_clip_says_what_it_is(player: Client, job: Job) -> None:
    answer = get(player, job)
    assert (answer.status_code, answer.body) == (200, CLIP)
    expected = {
        "Content-Type": "video/mp4",
        "Content-Length": "1024",
        "Accept-Ranges": "bytes",
        "ETag": ETAG,
        "Last-Modified": CHANGED,
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'inline; filename="{job.id}.mp4"',
    }
    assert answer.headers.items() >= expected.items()
    assert answer["Cache-Control"].startswith("private")


def test_it_is_saved_where_a_download_is_asked_for(player: Client, job: Job) -> None:
    answer = whole(player.get(f"/media/{job.id}/clip?download"))
    assert answer["Content-Disposition"] == f'attachment; filename="{job.id}.mp4"'


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-", 0, 1023), ("0-0", 0, 0), ("1000-", 1000, 1023), ("100-199", 100, 199), ("-24", 1000, 1023)],
)
def test_a_range_is_a_206(player: Client, job: Job, asked: str, first: int, last: int) -> None:
    answer = get(player, job, range=f"bytes={asked}")
    assert (answer.status_code, answer.body) == (206, CLIP[first : last + 1])
    assert answer["Content-Range"] == f"bytes {first}-{last}/1024"
    assert answer["Content-Length"] == str(last + 1 - first)


@pytest.mark.parametrize("asked", ["1024-", "2000-3000", "-0"])
def test_a_range_outside_is_a_416(player: Client, job: Job, asked: str) -> None:
    answer = get(player, job, range=f"bytes={asked}")
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize("header", ["bytes=1-2,4-5", "lines=1-2", "bytes=9-1", "nonsense"])
def test_other_ranges_get_the_whole_clip(player: Client, job: Job, header: str) -> None:
    answer = get(player, job, range=header)
    assert (answer.status_code, len(answer.body)) == (200, 1024)


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (ETAG, 206),
        (CHANGED, 206),
        ('"another"', 200),
        (f"W/{ETAG}", 200),
        ("Sun, 22 Nov 2026 12:00:00 GMT", 200),
        ("nonsense", 200),
    ],
)
def test_if_range_goes_on_only_with_the_same_file(player: Client, job: Job, known: str, status: int) -> None:
    assert get(player, job, range="bytes=10-19", if_range=known).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_none_match": ETAG}, 304),
        ({"if_none_match": '"another"'}, 200),
        ({"if_none_match": ETAG, "range": "bytes=0-1"}, 304),
        ({"if_modified_since": CHANGED}, 304),
        ({"if_match": '"another"'}, 412),
        ({"if_match": ETAG}, 200),
    ],
)
def test_conditions_come_before_ranges(
    player: Client, job: Job, headers: dict[str, str], status: int
) -> None:
    answer = get(player, job, **headers)
    assert (answer.status_code, answer["ETag"]) == (status, ETAG)


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-9"}])
def test_head_says_how_long_the_whole_is(player: Client, job: Job, headers: dict[str, str]) -> None:
    answer = get(player, job, "head", **headers)
    assert (answer.status_code, answer["Content-Length"], answer.body) == (200, "1024", b"")


def test_a_poster_is_a_picture(player: Client, job: Job) -> None:
    answer = whole(player.get(f"/media/{job.id}/poster"))
    assert (answer["Content-Type"], answer.body) == ("image/webp", b"poster")
    assert answer["ETag"] != ETAG


def test_a_clip_without_a_poster_has_none(player: Client, job: Job) -> None:
    Output.objects.update(poster="")
    assert player.get(f"/media/{job.id}/poster").status_code == 404


@pytest.mark.parametrize("path", ["clip", "poster"])
def test_strangers_get_a_404_and_visitors_the_sign_in(cast: Cast, job: Job, path: str) -> None:
    stranger = Client()
    stranger.force_login(cast.charlie)
    assert stranger.get(f"/media/{job.id}/{path}").status_code == 404
    assert Client().get(f"/media/{job.id}/{path}").status_code == 302


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "clips/../../secret", "clips/none.mp4", "clips"]
)
def test_no_name_leads_out_of_the_storage(player: Client, job: Job, name: str) -> None:
    Output.objects.update(name=name)
    assert get(player, job).status_code == 404


def test_a_link_in_the_storage_leads_nowhere(player: Client, job: Job, tmp_path: Path) -> None:
    (tmp_path / "media" / "clips" / "out.mp4").symlink_to(tmp_path / "secret")
    Output.objects.update(name="clips/out.mp4")
    assert get(player, job).status_code == 404


@pytest.mark.parametrize("path", ["/media/..%2f..%2fsecret/clip", "/media/a%00b/clip", "/media/none/clip"])
def test_an_id_is_looked_up_and_never_a_path(player: Client, job: Job, path: str) -> None:
    assert player.get(path).status_code == 404


def test_a_job_without_a_clip_has_nothing_to_play(player: Client, cast: Cast) -> None:
    assert get(player, create_job(cast.alice, cast.team)).status_code == 404


def signed(job: Job) -> str:
    """Return a job's signed link, as it is now."""
    return media_links.signed_url(job, Output.objects.get(job=job), "", now=timezone.now())


def test_a_signed_link_needs_neither_session_nor_header(job: Job) -> None:
    answer = whole(Client().get(signed(job)))
    assert (answer.status_code, answer.body) == (200, CLIP)
    assert not answer.cookies


def test_a_signed_link_serves_ranges(job: Job) -> None:
    answer = whole(Client().get(signed(job), headers={"range": "bytes=-4"}))
    assert (answer.status_code, answer.body) == (206, CLIP[-4:])


@pytest.mark.parametrize("change", [("until=", "until=9"), ("signature=", "signature=A"), ("?until", "?")])
def test_a_link_that_was_touched_is_a_403(job: Job, change: tuple[str, str]) -> None:
    assert Client().get(signed(job).replace(*change)).status_code == 403


def test_a_signed_link_is_only_read(job: Job) -> None:
    assert Client().post(signed(job)).status_code == 405


def test_a_signed_link_outlives_its_clip_as_a_404(job: Job) -> None:
    url = signed(job)
    Output.objects.all().delete()
    assert Client().get(url).status_code == 404
