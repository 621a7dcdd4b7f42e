"""The webhooks' door: signed, to checked addresses only, with nothing of the answer told."""

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from tests.conventions.code import ROOT
from tests.videojobs.notices.receivers import Receiver
from videojobs.notices.hooks import UNUSABLE, WrongAddress, check, post, shown, sign

PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.5"


def documented() -> Any:
    """Return the function that the docs give to receivers."""
    text = (ROOT / "docs" / "webhooks.md").read_text()
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    room: dict[str, Any] = {}
    exec(found[1], room)
    return room["is_from_dailies"]


def test_the_documented_check_takes_what_we_sign(receiver: Receiver) -> None:
    timestamp, body = str(int(time.time())), '{"text":"é"}'.encode()
    headers = {"Dailies-Timestamp": timestamp, "Dailies-Signature": sign("whsec_x", timestamp, body)}
    assert post(receiver.address, body, headers).is_taken
    (got,) = receiver.got
    is_from_dailies, came = documented(), dict(got.headers)
    assert is_from_dailies("whsec_x", came, got.body)
    assert not is_from_dailies("whsec_y", came, got.body)
    assert not is_from_dailies("whsec_x", came, got.body + b" ")
    later = came | {"Dailies-Timestamp": str(int(timestamp) + 1)}
    assert not is_from_dailies("whsec_x", later, got.body)


def test_path_and_query_are_sent_untouched_and_nothing_of_ours_beside(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    post(receiver.address, b"{}", {})
    (got,) = receiver.got
    assert got.path == "/hook?key=a%2Fb"
    assert set(got.headers) == {
        *("Host", "User-Agent", "Content-Type", "Content-Length"),
        *("Accept", "Accept-Encoding", "Connection"),
    }


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_any_other_answer_is_told_by_its_status_alone(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.answer = status, b"secrets of the network"
    answered = post(receiver.address, b"{}", {})
    assert (answered.status, answered.problem) == (status, f"It answered HTTP {status}.")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.headers = status, {"Location": "/elsewhere"}
    assert "not followed" in post(receiver.address, b"{}", {}).problem
    assert len(receiver.got) == 1


def test_a_receiver_that_hangs_is_left(receiver: Receiver) -> None:
    receiver.hold = threading.Event()
    answered = post(receiver.address, b"{}", {}, seconds=0.2)
    receiver.hold.set()
    assert answered.status is None and "did not answer" in answered.problem
    assert answered.took_ms < 2000


def test_an_endless_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.answer = b"x" * 5_000_000
    assert post(receiver.address, b"{}", {}).is_taken


def test_nobody_there_is_told_in_our_words(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    assert post("http://127.0.0.1:1/", b"{}", {}).problem == "No connection came about, or it broke off."


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://example.com/",
            "ftp://example.com/",
            "https://",
            "example.com",
            "",
            "https://u:p@example.com/",
        ),
        *("https://localhost/", "https://printer/", "https://printer.local/", "https://metadata.goog/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/latest/"),
        *("https://[::ffff:127.0.0.1]/", "https://0.0.0.0/", "https://0x7f000001/", "https://2130706433/"),
        *("https://exa mple.com/", "https://a\r\nb.com/", "https://ex\x00ample.com/", "javascript:alert(1)"),
    ],
)
def test_what_leads_nowhere_public_is_refused_before_it_is_looked_up(address: str) -> None:
    with pytest.raises(WrongAddress):
        check(address, resolve=lambda *_: [PRIVATE])


@pytest.mark.parametrize("answers", [[PRIVATE], [PUBLIC, PRIVATE], ["::1"], ["169.254.169.254"], ["fd00::1"]])
def test_a_name_that_stands_for_anything_private_is_refused(answers: list[str]) -> None:
    with pytest.raises(WrongAddress) as caught:
        check("https://hooks.example.com/", resolve=lambda *_: answers)
    assert str(caught.value) == UNUSABLE  # which address it was is nobody's business


def test_a_name_nobody_knows_is_said_to_be_unknown() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(WrongAddress, match="cannot be found"):
        check("https://hooks.example.com/", resolve=unknown)


def test_a_name_that_turns_private_after_it_was_saved_is_refused_when_sending() -> None:
    check("https://hooks.example.com/", resolve=lambda *_: [PUBLIC])
    answered = post("https://hooks.example.com/", b"{}", {}, resolve=lambda *_: [PRIVATE])
    assert (answered.status, answered.problem) == (None, UNUSABLE)


def test_the_connection_goes_to_the_very_address_that_was_checked(receiver: Receiver) -> None:
    answers: Iterator[list[str]] = iter([["127.0.0.1"], [PRIVATE]])
    address = f"http://hooks.example.com:{receiver.port}/"
    assert post(address, b"{}", {}, resolve=lambda *_: next(answers)).is_taken
    assert next(answers) == [PRIVATE]  # one look-up, and the socket went to what it brought
    assert receiver.got[0].headers["Host"] == f"hooks.example.com:{receiver.port}"


def test_metadata_stays_out_of_reach_whatever_is_allowed(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with pytest.raises(WrongAddress):
        check("http://inside.example.com/", resolve=lambda *_: ["169.254.169.254"])


def test_only_the_host_is_shown_again() -> None:
    assert shown("https://hooks.example.com:8443/services/T0/secret?x=1") == "hooks.example.com:8443"
