"""Where a link may lead, hop by hop."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.videojobs.media.downloads import assert_nothing_left, download
from tests.videojobs.media.hosts import Answer, FileHost
from videojobs.media.errors import MediaError, Temporary, Unsafe
from videojobs.media.fetch import fetch

BODY = os.urandom(1000)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(host: FileHost, destination: Path, status: int) -> None:
    host.redirect("/clip", "kept?x=1", status)
    host.answers["/kept?x=1"] = Answer(BODY)
    fetched = download(host, destination)
    assert fetched.bytes == len(BODY)
    assert fetched.hops == (host.origin, host.origin)


@pytest.mark.parametrize(("redirects", "is_followed"), [(5, True), (6, False)])
def test_five_redirects_are_followed_and_no_more(
    host: FileHost, destination: Path, redirects: int, *, is_followed: bool
) -> None:
    host.redirect("/clip", "/1")
    for number in range(1, redirects):
        host.redirect(f"/{number}", f"{host.origin}/{number + 1}")
    host.answers[f"/{redirects}"] = Answer(BODY)
    if is_followed:
        assert len(download(host, destination).hops) == 6
    else:
        with pytest.raises(Unsafe, match="more than 5"):
            download(host, destination)


@pytest.mark.parametrize(
    "location",
    [
        *("http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "https://[fd00:ec2::254]/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://[::ffff:127.0.0.1]/"),
        *("https://127.1/", "https://0x7f.1/", "https://2130706433/", "https://[64:ff9b::7f00:1]/"),
        *("https://localhost/", "https://metadata.google.internal/", "https://0/", "//127.0.0.1:1/"),
        *("file:///etc/passwd", "ftp://93.184.216.34/", "http://93.184.216.34/", "https:///clip"),
        *("https://me:secret@93.184.216.34/", "https://93.184.216.34:99999/", "https://[fe80::1%25eth0]/"),
    ],
)
def test_a_redirect_to_an_unsafe_address_is_refused(host: FileHost, destination: Path, location: str) -> None:
    host.redirect("/clip", location)
    with pytest.raises(Unsafe):
        download(host, destination)
    assert_nothing_left(destination)


def test_a_redirect_to_another_local_server_never_reaches_it(host: FileHost, destination: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.1)
        host.redirect("/clip", f"http://127.0.0.1:{other.getsockname()[1]}/")
        with pytest.raises(Unsafe):
            download(host, destination)
        with pytest.raises(TimeoutError):
            other.accept()


@pytest.mark.parametrize("location", ["http://[", "https://\xff\xfe/", "https://a..b/", "https://a:b:c/"])
def test_a_redirect_that_cannot_be_read_is_refused(host: FileHost, destination: Path, location: str) -> None:
    host.redirect("/clip", location)
    with pytest.raises(Unsafe):
        download(host, destination)


def test_a_redirect_to_nowhere_is_temporary(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(status=302)
    with pytest.raises(Temporary, match="where to go"):
        download(host, destination)


@pytest.mark.parametrize("login", ["me@", "me:secret@", ":secret@"])
def test_a_link_with_a_login_is_refused_unasked(host: FileHost, destination: Path, login: str) -> None:
    link = f"{host.origin}/clip".replace("//", f"//{login}")
    with pytest.raises(Unsafe, match="user name"):
        fetch(link, destination, provider_origin=host.origin, max_bytes=1)
    assert not host.asked


def test_without_a_provider_plain_http_is_refused(host: FileHost, destination: Path) -> None:
    with pytest.raises(Unsafe, match="instead of https"):
        fetch(f"{host.origin}/clip", destination, provider_origin=None, max_bytes=1)
    assert not host.asked


def never_found(name: str, port: int) -> list[str]:
    raise OSError("no such name")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(link=st.text() | st.builds("https://{}/".format, st.text()) | st.builds("//{}".format, st.text()))
def test_any_text_for_a_link_ends_in_one_of_our_errors(destination: Path, link: str) -> None:
    with pytest.raises(MediaError):
        fetch(link, destination, provider_origin=None, max_bytes=1, resolve=never_found)


# The checked address


def test_each_hop_is_resolved_once_and_connected_by_what_was_answered(
    host: FileHost, destination: Path
) -> None:
    asked: list[str] = []

    def rebinding(name: str, port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.9"]

    host.answers["/clip"] = Answer(BODY)
    origin = host.named("clips.example")
    fetch(f"{origin}/clip", destination, provider_origin=origin, max_bytes=10**6, resolve=rebinding)
    assert asked == ["clips.example"]
    assert host.asked[0][1]["Host"] == f"clips.example:{host.port}"


def test_a_name_that_rebinds_between_hops_is_checked_again(host: FileHost, destination: Path) -> None:
    answers = iter([["127.0.0.1"], ["93.184.216.34", "127.0.0.1"]])
    host.redirect("/clip", "https://clips.example/kept")
    origin = host.named("clips.example")
    with pytest.raises(Unsafe, match="own address"):
        fetch(
            f"{origin}/clip",
            destination,
            provider_origin=origin,
            max_bytes=1,
            resolve=lambda *_: next(answers),
        )


def test_the_next_address_is_tried_where_one_does_not_answer(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(BODY)
    origin = host.named("clips.example")
    fetched = fetch(
        f"{origin}/clip",
        destination,
        provider_origin=origin,
        max_bytes=10**6,
        resolve=lambda *_: ["127.0.0.9", "127.0.0.1"],
    )
    assert fetched.bytes == len(BODY)
