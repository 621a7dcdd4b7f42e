"""Creates that go wrong on request, each over real HTTP."""

import time

import httpx
import pytest

from tests.simulator import Simulator

STATUSES = (400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 500, 502, 503, 504, 529)


@pytest.mark.parametrize("status", STATUSES)
def test_a_refusal_has_the_vendors_shape_and_makes_no_job(simulator: Simulator, status: int) -> None:
    answer = simulator.create(prompt=f"[[fault:create={status}]]")

    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert simulator.creates()[-1]["id"] is None


def test_a_busy_provider_names_its_times(simulator: Simulator) -> None:
    answer = simulator.create(prompt="[[fault:create=429]][[fault:retry-after=7]][[fault:ratelimit-reset=4]]")

    assert (answer.headers["retry-after"], answer.headers["x-ratelimit-reset"]) == ("7", "4")


def test_a_counted_refusal_ends_and_comes_anew_for_the_next_job(simulator: Simulator) -> None:
    prompt = "a cat [[fault:create=429*2]]"
    statuses = [simulator.create(prompt=prompt).status_code for _ in range(6)]

    assert statuses == [429, 429, 200, 429, 429, 200]


def test_a_redirect_leads_somewhere(simulator: Simulator) -> None:
    usual = simulator.create(prompt="[[fault:create=307]]")
    chosen = simulator.create(prompt="[[fault:create=302]][[fault:location=http://10.0.0.1/x]]")

    assert (usual.status_code, usual.headers["location"]) == (307, f"{simulator.url}/v2/videos")
    assert chosen.headers["location"] == "http://10.0.0.1/x"


@pytest.mark.parametrize("when", ["after", "mid", "garbage"])
def test_a_lost_answer_leaves_a_job_behind(simulator: Simulator, when: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        simulator.create(prompt=f"lost [[fault:create-drop={when}]]")

    (create,) = simulator.creates()
    assert simulator.look(create["id"]).status_code == 200


def test_a_dropped_request_leaves_none(simulator: Simulator) -> None:
    with pytest.raises(httpx.TransportError):
        simulator.create(prompt="[[fault:create-drop=before]]")
    simulator.fault("create-drop", "unread", times=1)
    with pytest.raises(httpx.TransportError):
        simulator.create(prompt="never read")

    assert [(create["id"], create["outcome"]) for create in simulator.creates()] == [
        (None, "dropped before accepting"),
        (None, "dropped unread"),
    ]


def test_an_error_may_hide_a_job(simulator: Simulator) -> None:
    answer = simulator.create(prompt="[[fault:create=500]][[fault:accept-anyway]]")

    assert answer.status_code == 500
    assert simulator.creates()[-1]["id"]


def test_a_slow_answer_comes_after_the_job_was_made(simulator: Simulator) -> None:
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        simulator.http.post(
            f"{simulator.url}/v2/videos",
            json={"model": "minimax/video-01-director", "prompt": "[[fault:delay-create=70]]"},
            headers=simulator.key,
            timeout=0.3,
        )
    assert time.monotonic() - started < 5
    assert simulator.creates()[-1]["outcome"] == "accepted"


@pytest.mark.parametrize(
    "kind", ["no-id", "html", "text", "empty", "list", "string-error", "bare-error", "bytes"]
)
def test_an_answer_without_an_id_still_made_a_job(simulator: Simulator, kind: str) -> None:
    answer = simulator.create(prompt=f"[[fault:create-body={kind}]]")

    assert answer.status_code == 200
    assert simulator.creates()[-1]["id"] not in answer.content.decode(errors="replace") or kind == "list"


def test_an_answer_may_be_the_id_alone(simulator: Simulator) -> None:
    answer = simulator.create(prompt="[[fault:create-body=id-only]]")

    assert answer.json() == {"id": simulator.creates()[-1]["id"]}


@pytest.mark.parametrize(("kind", "at_least"), [("huge", 8_000_000), ("bomb", 256_000_000)])
def test_an_answer_may_be_larger_than_anybody_should_keep(
    simulator: Simulator, kind: str, at_least: int
) -> None:
    wish = {"model": "minimax/video-01-director", "prompt": f"[[fault:create-body={kind}]]"}
    total = 0
    with simulator.http.stream(
        "POST", f"{simulator.url}/v2/videos", json=wish, headers=simulator.key
    ) as answer:
        for part in answer.iter_bytes():
            total += len(part)
    assert total >= at_least


def test_two_creates_may_be_answered_with_one_id(simulator: Simulator) -> None:
    first = simulator.create(prompt="first").json()["id"]
    second = simulator.create(prompt="second [[fault:previous-id]]").json()["id"]

    assert first == second


def test_the_answer_may_say_another_status(simulator: Simulator) -> None:
    said = [
        simulator.create(prompt=f"[[fault:create-says={word}]]").json()["status"]
        for word in ("in_progress", "odd")
    ]

    assert said == ["in_progress", "odd"]


def test_an_html_error_page_is_no_json(simulator: Simulator) -> None:
    answer = simulator.create(prompt="[[fault:create=503]][[fault:create-body=html]]")

    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html")


def test_a_mistyped_fault_is_refused_by_name(simulator: Simulator) -> None:
    answer = simulator.create(prompt="[[fault:crate=500]]")

    assert answer.status_code == 400
    assert "crate" in answer.json()["error"]["message"]
