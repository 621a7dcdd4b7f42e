"""The two calls, over real HTTP: what each answer means, and that a create is written at most once."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

import httpx
import pytest

from tests.factories import body
from tests.simulator import Simulator
from videojobs.provider.client import Provider, retry_after
from videojobs.provider.errors import (
    AccountRefused,
    Busy,
    CreateError,
    JobMissing,
    LookError,
    LookFailed,
    LookRefused,
    LooksTooFast,
    ModelGone,
    NotSent,
    Refused,
    StaleClaim,
    Unconfirmed,
)


def always() -> bool:
    """Allow the request."""
    return True


@pytest.fixture
def provider(simulator: Simulator) -> Provider:
    """Return a door to the simulator."""
    return Provider(simulator.url, "key")


def failure_of(provider: Provider, prompt: str = "a cat") -> CreateError:
    """Create and return what it failed with."""
    with pytest.raises(CreateError) as caught:
        provider.create(body(prompt=prompt), may_send=always)
    return caught.value


def test_a_create_returns_the_providers_id(provider: Provider, simulator: Simulator) -> None:
    answer = provider.create(body(prompt="a cat", seed=7), may_send=always)
    (seen,) = simulator.creates("a cat")
    assert answer.id == seen["id"]
    assert seen["body"] == {"model": "minimax/video-01-director", "prompt": "a cat", "seed": 7}


@pytest.mark.parametrize("status", [400, 403, 405, 413, 415, 422])
def test_a_refusal_carries_the_providers_sentence(provider: Provider, status: int) -> None:
    error = failure_of(provider, f"[[fault:create={status}]]")
    assert type(error) is Refused
    assert error.status == status
    assert error.message


def test_an_unknown_model_is_its_own_refusal(provider: Provider) -> None:
    assert type(failure_of(provider, "[[fault:create=404]]")) is ModelGone


@pytest.mark.parametrize("status", [401, 402])
def test_a_refused_account_is_not_a_refused_job(provider: Provider, status: int) -> None:
    assert type(failure_of(provider, f"[[fault:create={status}]]")) is AccountRefused


@pytest.mark.parametrize("status", [429, 503, 529])
def test_busy_names_the_wait(provider: Provider, status: int) -> None:
    error = failure_of(provider, f"[[fault:create={status}]][[fault:retry-after=7]]")
    assert isinstance(error, Busy)
    assert error.retry_after == 7


def test_busy_reads_the_other_header(provider: Provider) -> None:
    error = failure_of(provider, "[[fault:create=429]][[fault:ratelimit-reset=4]]")
    assert isinstance(error, Busy)
    assert error.retry_after == 4


@pytest.mark.parametrize(
    "fault",
    [
        *(f"create={status}" for status in (301, 302, 307, 308, 408, 409, 418, 500, 502, 504)),
        "create=503]][[fault:create-body=html",
        *(f"create-body={kind}" for kind in ("html", "empty", "broken", "huge", "nested", "list", "no-id")),
        "create-body=id-number",
        "create-body=id-hostile",
        *(f"create-drop={when}" for when in ("before", "mid", "after")),
    ],
)
def test_everything_else_is_unconfirmed(provider: Provider, simulator: Simulator, fault: str) -> None:
    prompt = f"a cat [[fault:{fault}]]"
    assert type(failure_of(provider, prompt)) is Unconfirmed
    assert len(simulator.creates(prompt)) == 1


def test_an_answer_with_only_an_id_is_enough(provider: Provider) -> None:
    assert provider.create(body(prompt="[[fault:create-body=id-only]]"), may_send=always).id


def test_the_deadline_covers_a_slow_answer(provider: Provider) -> None:
    with pytest.raises(Unconfirmed):
        provider.create(body(prompt="[[fault:delay-create=5]]"), may_send=always, deadline=0.3)


def test_nothing_is_sent_where_nobody_listens() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert type(failure_of(Provider(origin, "key"))) is NotSent


def test_nothing_is_sent_without_a_name() -> None:
    assert type(failure_of(Provider("http://no-such-host.invalid", "key"))) is NotSent


def test_nothing_is_sent_when_tls_fails(simulator: Simulator) -> None:
    assert type(failure_of(Provider(simulator.url.replace("http:", "https:"), "key"))) is NotSent


@contextmanager
def recording_server() -> Iterator[tuple[str, list[bytes]]]:
    """Accept connections and keep every byte that comes, without ever answering."""
    received: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(2)
                    try:
                        while part := connection.recv(65536):
                            received.append(part)
                    except OSError:
                        continue

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", received
        server.shutdown(socket.SHUT_RDWR)


@contextmanager
def answering_server(answer: bytes) -> Iterator[str]:
    """Give every request the same bytes and close."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


NO_SUCH_DATE = b"Retry-After: Wed, 21 Oct 99999999999999999999 07:28:00 GMT\r\nContent-Length: 0\r\n\r\n"


def test_a_wait_nobody_can_read_is_still_a_refusal() -> None:
    with answering_server(b"HTTP/1.1 429 Slow\r\n" + NO_SUCH_DATE) as origin:
        error = failure_of(Provider(origin, "key"))
        with Provider(origin, "key").reader() as reader:
            looked = reader.look(["a"])["a"]
    assert isinstance(error, Busy) and error.retry_after is None
    assert isinstance(looked, LooksTooFast) and looked.retry_after is None


def test_an_answer_counts_although_closing_its_connection_fails(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = httpx.AsyncClient.aclose

    async def broken(client: httpx.AsyncClient, *_exit: object) -> None:
        await close(client)
        raise ConnectionResetError("while closing")

    monkeypatch.setattr(httpx.AsyncClient, "__aexit__", broken)
    assert provider.create(body(prompt="a cat"), may_send=always).id


def test_a_stale_claim_stops_before_the_first_byte() -> None:
    with recording_server() as (origin, received):
        with pytest.raises(StaleClaim):
            Provider(origin, "key").create(body(), may_send=lambda: False)
        time.sleep(0.1)
    assert received == []


def test_a_silent_server_gets_one_request() -> None:
    with recording_server() as (origin, received):
        with pytest.raises(Unconfirmed):
            Provider(origin, "key").create(body(), may_send=always, deadline=0.5)
        time.sleep(0.1)
    assert b"".join(received).count(b"POST /v2/videos") == 1


def looked_at(provider: Provider, prompt: str) -> object:
    """Create a job and look at it once."""
    created = provider.create(body(prompt=prompt), may_send=always)
    with provider.reader() as reader:
        return reader.look([created.id])[created.id]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("look=404", JobMissing),
        ("look=401", LookRefused),
        ("look=429", LooksTooFast),
        ("look=500", LookFailed),
        ("look=302", LookFailed),
        ("look-drop=before", LookFailed),
        ("look-drop=mid", LookFailed),
        *(
            (f"look-body={kind}", LookFailed)
            for kind in ("html", "empty", "broken", "huge", "nested", "no-id")
        ),
        ("look-body=other-id", LookFailed),
    ],
)
def test_a_bad_look_is_an_error_of_its_kind(provider: Provider, fault: str, kind: type[LookError]) -> None:
    assert type(looked_at(provider, f"[[fault:{fault}]]")) is kind


ODD_IDS = [
    "a:b@c;d,e=f&g+h",
    "~!*'()$[]{}<>|^`\"",
    "...",
    "-",
    "A" * 200,
    "019a0068-794a-7213-90f6-cc4eb62e3da7",
]


@pytest.mark.parametrize("odd", ODD_IDS, ids=range(len(ODD_IDS)))
def test_an_id_of_odd_characters_is_asked_for_as_it_is(odd: str) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(unquote(self.path))
            answer = json.dumps({"id": odd, "status": "queued"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        looked = Provider(f"http://127.0.0.1:{server.server_port}", "key").look(odd)
        server.shutdown()
    assert looked.job.id == odd
    assert asked == [f"/v2/videos/{odd}"]


def test_many_jobs_are_read_at_once(provider: Provider) -> None:
    ids = [provider.create(body(prompt=f"cat {n}"), may_send=always).id for n in range(5)]
    with provider.reader() as reader:
        found = reader.look([*ids, "no-such-job"])
    assert [isinstance(found[one], LookError) for one in [*ids, "no-such-job"]] == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        *(("3", 3.0), ("0", 0.0), ("-5", 0.0), ("nan", None), ("soon", None), ("", None)),
        *(("1e9", 3600.0), ("inf", 3600.0), ("-inf", 0.0), ("1e999", 3600.0), ("9" * 400, 3600.0)),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
        ("Wed, 21 Oct 2015 99999999999999999999:28:00 GMT", None),
    ],
)
def test_a_wait_is_a_bounded_number_of_seconds(value: str, wait: float | None) -> None:
    assert retry_after({"retry-after": value}) == wait


def test_a_wait_may_be_a_date() -> None:
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
