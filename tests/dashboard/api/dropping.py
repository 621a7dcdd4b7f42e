"""A proxy on loopback that loses answers: upstream did its work, and the asker never hears of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Losses:
    """How many answers are still to be lost, and what upstream answered to each POST."""

    upstream: str
    left: int
    answered: list[int] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Passes one request on; closes the connection instead of answering while losses are left."""

    losses: Losses

    def do_POST(self) -> None:
        """Pass a POST on."""
        connection = HTTPConnection(urlsplit(self.losses.upstream).netloc, timeout=30)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        connection.request("POST", self.path, body, dict(self.headers))
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        self.losses.answered.append(answer.status)
        self.close_connection = True
        if self.losses.left:
            self.losses.left -= 1
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


@contextmanager
def dropping(upstream: str, count: int) -> Iterator[tuple[str, Losses]]:
    """Run the proxy; give its origin and what it lost."""
    losses = Losses(upstream, count)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"losses": losses}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", losses
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
