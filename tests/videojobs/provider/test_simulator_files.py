"""The simulator's file host: links that expire, and files that are not what they should be."""

import time

import httpx
import pytest

from tests.simulator import Simulator


def link(simulator: Simulator, *faults: str) -> str:
    """Return the short link to a finished job whose prompt asks for some faults."""
    prompt = "a cat " + "".join(f"[[fault:{fault}]]" for fault in faults)
    job = simulator.ended(simulator.create(prompt=prompt).json()["id"])
    return str(job["outputs"]["video_url"])


def fetch(simulator: Simulator, address: str, **headers: str) -> httpx.Response:
    return simulator.http.get(address, follow_redirects=True, headers=headers)


def test_a_short_link_leads_to_the_bytes(simulator: Simulator) -> None:
    answer = fetch(simulator, link(simulator))

    assert [hop.status_code for hop in answer.history] == [302]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.content[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("asked", "start", "stop"), [("bytes=0-9", 0, 10), ("bytes=20-", 20, None), ("bytes=-5", -5, None)]
)
def test_a_range_is_served(simulator: Simulator, asked: str, start: int, stop: int | None) -> None:
    address = link(simulator)
    whole = fetch(simulator, address).content
    answer = fetch(simulator, address, range=asked)

    assert answer.status_code == 206
    assert answer.content == whole[start:stop]
    assert answer.headers["content-range"].endswith(f"/{len(whole)}")


def test_a_range_beyond_the_end_is_refused(simulator: Simulator) -> None:
    assert fetch(simulator, link(simulator), range="bytes=99999999-").status_code == 416


def test_a_head_request_names_the_length_only(simulator: Simulator) -> None:
    address = link(simulator)
    answer = simulator.http.head(address, follow_redirects=True)

    assert int(answer.headers["content-length"]) == len(fetch(simulator, address).content)
    assert answer.content == b""


def test_a_link_expires_and_a_look_brings_a_fresh_one(simulator: Simulator) -> None:
    address = link(simulator, "link-life=1")
    time.sleep(1.1)
    job_id = address.rsplit("/", 1)[1].split(".")[0]
    fresh = simulator.look(job_id).json()["outputs"]["video_url"]

    assert fetch(simulator, address).status_code == 410
    assert fetch(simulator, fresh).status_code == 200


def test_a_changed_link_leads_nowhere(simulator: Simulator) -> None:
    address = link(simulator)

    assert fetch(simulator, address[:-2] + "xx").status_code == 404
    assert fetch(simulator, f"{simulator.url}/files/any.mp4?token=no").status_code == 404


def test_it_notes_whether_a_key_came_to_the_file_host(simulator: Simulator) -> None:
    address = link(simulator)
    fetch(simulator, address)
    simulator.http.get(address, headers=simulator.key)

    assert [each["authorization"] for each in simulator.files()] == [False, False, True]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500, 503])
def test_a_file_may_be_refused_for_a_while(simulator: Simulator, status: int) -> None:
    address = link(simulator, f"file={status}*1")

    assert [fetch(simulator, address).status_code for _ in range(2)] == [status, 200]


@pytest.mark.parametrize("kind", ["truncated", "drop"])
def test_a_file_may_break_off(simulator: Simulator, kind: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        fetch(simulator, link(simulator, f"file-body={kind}"))


def test_a_file_may_lack_its_second_half_without_saying_so(simulator: Simulator) -> None:
    whole, half = (fetch(simulator, link(simulator, *faults)) for faults in ((), ("file-body=half",)))

    assert half.content == whole.content[: len(whole.content) // 2]
    assert int(half.headers["content-length"]) == len(half.content)


def test_a_file_may_be_something_else(simulator: Simulator) -> None:
    html = fetch(simulator, link(simulator, "file-body=html"))
    empty = fetch(simulator, link(simulator, "file-body=empty"))
    noise = fetch(simulator, link(simulator, "file-body=noise"))

    assert html.headers["content-type"] == "text/html"
    assert empty.content == b""
    assert b"ftyp" not in noise.content


def test_a_file_may_come_without_a_length(simulator: Simulator) -> None:
    answer = fetch(simulator, link(simulator, "file-body=no-length"))

    assert "content-length" not in answer.headers
    assert answer.content[4:8] == b"ftyp"


@pytest.mark.parametrize("kind", ["oversize", "endless"])
def test_a_file_may_never_end(simulator: Simulator, kind: str) -> None:
    address = link(simulator, f"file-body={kind}")
    total = 0
    with simulator.http.stream("GET", address, follow_redirects=True) as answer:
        for part in answer.iter_bytes():
            total += len(part)
            if total > 20_000_000:
                break
    assert total > 20_000_000


def test_a_file_may_drip(simulator: Simulator) -> None:
    address = link(simulator, "file-body=drip")
    with simulator.http.stream("GET", address, follow_redirects=True) as answer:
        first = next(answer.iter_raw())
    assert len(first) == 512


@pytest.mark.parametrize(
    ("where", "location"),
    [
        ("private", "https://192.168.1.20/clip.mp4"),
        ("metadata", "http://169.254.169.254/latest/meta-data/"),
        ("http", "http://example.com/clip.mp4"),
        ("file", "file:///etc/hostname"),
        ("https://elsewhere.example/x.mp4", "https://elsewhere.example/x.mp4"),
    ],
)
def test_a_link_may_lead_astray(simulator: Simulator, where: str, location: str) -> None:
    answer = simulator.http.get(link(simulator, f"file-redirect={where}"))

    assert (answer.status_code, answer.headers["location"]) == (302, location)


@pytest.mark.parametrize("where", ["loop", "many"])
def test_a_link_may_lead_in_circles(simulator: Simulator, where: str) -> None:
    with pytest.raises(httpx.TooManyRedirects):
        fetch(simulator, link(simulator, f"file-redirect={where}"))


def test_a_link_may_lead_nowhere(simulator: Simulator) -> None:
    answer = simulator.http.get(link(simulator, "file-redirect=no-location"))

    assert answer.status_code == 302
    assert "location" not in answer.headers


@pytest.mark.parametrize("kind", ["private", "loopback", "metadata", "ftp", "file"])
def test_the_link_itself_may_be_hostile(simulator: Simulator, kind: str) -> None:
    assert not link(simulator, f"link={kind}").startswith(simulator.url)


def test_a_link_may_be_born_expired(simulator: Simulator) -> None:
    assert fetch(simulator, link(simulator, "link=expired")).status_code == 410
