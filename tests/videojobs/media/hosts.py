"""A real file host on loopback that answers as a test says and remembers what it was asked."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One answer; `announced` is the Content-Length in bytes where it is to differ from the body's."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None


Script = Callable[[Callable[[bytes], object]], object]
"""Writes an answer byte by byte through the function it is handed."""


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients hang up on purpose here."""


class FileHost:
    """Answers GET by path; `asked` holds the path and headers of each request, in order."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.answers: dict[str, Answer | Script] = {}
        self.asked: list[tuple[str, Message]] = []
        self.closing = threading.Event()
        self.server = _QuietServer(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "http" if tls is None else "https"

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def origin(self) -> str:
        return self.named("127.0.0.1")

    def named(self, name: str) -> str:
        """Return this host's origin under another name."""
        return f"{self.scheme}://{name}:{self.port}"

    def redirect(self, path: str, location: str, status: int = 302) -> None:
        self.answers[path] = Answer(status=status, headers={"Location": location})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host.asked.append((self.path, self.headers))
                answer = host.answers.get(self.path, Answer(status=404))
                self.close_connection = True
                if isinstance(answer, Answer):
                    self._send(answer)
                else:
                    answer(self.wfile.write)

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                length = len(answer.body) if answer.announced is None else answer.announced
                for name, value in {"Content-Length": str(length), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the tests' output quiet."""

        return Handler


@contextmanager
def running_host(tls: ssl.SSLContext | None = None) -> Iterator[FileHost]:
    """Run a file host for the length of the block."""
    host = FileHost(tls)
    thread = threading.Thread(target=host.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield host
    finally:
        host.closing.set()
        host.server.shutdown()
        host.server.server_close()
        thread.join()
