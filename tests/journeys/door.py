"""A far side with a door: connections hang while it is shut; once it is open, every request is answered."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

ANSWER = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}"
)


class Door:
    """Listens without accepting until it is opened; `posts` are the bodies of all creates that came in."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._waiting: list[socket.socket] = []
        self.posts: list[dict[str, object]] = []
        # With nobody accepting, a full backlog lets no further connection be established.
        while self._fill():
            pass

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def open(self) -> None:
        """Let everybody in."""
        for client in self._waiting:
            client.close()
        threading.Thread(target=self._serve, daemon=True).start()

    def _fill(self) -> bool:
        client = socket.socket()
        self._waiting.append(client)
        client.settimeout(0.3)
        try:
            client.connect(self._server.getsockname())
        except OSError:
            return False
        return True

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:
                return
            with client:
                client.settimeout(5)
                self._answer(client)

    def _answer(self, client: socket.socket) -> None:
        try:
            head, body = self._request(client)
        except (OSError, ValueError):
            return
        if head.startswith(b"POST"):
            self.posts.append(json.loads(body))
        number = len(self.posts) if head.startswith(b"POST") else head.split(b" ")[1].decode()[-1]
        text = json.dumps({"id": f"video-{number}", "status": "in_progress"})
        client.sendall(ANSWER.format(len(text), text).encode())

    def _request(self, client: socket.socket) -> tuple[bytes, bytes]:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._part(client)
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(
            (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0"
        )
        while len(body) < int(length.partition(b":")[2]):
            body += self._part(client)
        return head, body

    def _part(self, client: socket.socket) -> bytes:
        part = client.recv(65536)
        if not part:
            raise ValueError("the client went away")
        return part


@contextmanager
def shut_door() -> Iterator[Door]:
    """Give a door that is shut."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as server:
        door = Door(server)
        yield door
        server.shutdown(socket.SHUT_RDWR)
