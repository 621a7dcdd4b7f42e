"""A stand-in that speaks the provider's protocol over real HTTP: rehearsal mode, and tests.

Runs as a process of its own: `python -m videojobs.provider.simulator --data DIR --port N --speed X`.
docs/rehearsal.md lists what can be made to go wrong.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from videojobs.provider.simulator_billing import usage
from videojobs.provider.simulator_creates import create
from videojobs.provider.simulator_faults import UnknownFault
from videojobs.provider.simulator_files import serve_file, short_link
from videojobs.provider.simulator_http import BreakableProtocol, Exchange, TooLong, error_body
from videojobs.provider.simulator_looks import look
from videojobs.provider.simulator_state import Simulation

LONGEST_WISH = 1024 * 1024
"""Bytes a request to `/faults` may have."""

VIDEOS = "/v2/videos"


class SimulatorApp:
    """The ASGI door: which path is answered by whom."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            return
        await self._route(Exchange(scope, receive, send))
        if self._simulation.board.changed:
            self._simulation.keep_faults()

    async def _route(self, exchange: Exchange) -> None:
        method, path = exchange.method, exchange.path
        if path == VIDEOS and method == "POST":
            return await create(exchange, self._simulation)
        if path.startswith(f"{VIDEOS}/") and method == "GET":
            return await look(exchange, self._simulation, path.removeprefix(f"{VIDEOS}/"))
        if path.startswith("/shrt/") and method in ("GET", "HEAD"):
            return await short_link(exchange, self._simulation, path.removeprefix("/shrt/"))
        if path.startswith("/files/") and method in ("GET", "HEAD"):
            return await serve_file(exchange, self._simulation)
        if path in ("/faults", "/faults/log"):
            return await self._faults(exchange)
        if path == "/v1/billing/usage" and method == "GET":
            return await usage(exchange, self._simulation)
        if path == VIDEOS or path.startswith(f"{VIDEOS}/"):
            return await exchange.json(405, error_body(f"{method} is not allowed here."))
        return await exchange.json(404, error_body(f"Nothing is at {path}; this is the rehearsal simulator."))

    async def _faults(self, exchange: Exchange) -> None:
        answers: dict[tuple[str, str], Callable[[], object]] = {
            ("GET", "/faults"): self._simulation.board.listed,
            ("DELETE", "/faults"): self._simulation.board.clear,
            ("GET", "/faults/log"): self._log,
            ("DELETE", "/faults/log"): self._forget,
        }
        answer = answers.get((exchange.method, exchange.path))
        if answer is not None:
            return await exchange.json(200, answer())
        if (exchange.method, exchange.path) != ("POST", "/faults"):
            return await exchange.json(405, error_body(f"{exchange.method} is not allowed here."))
        return await self._arm(exchange)

    async def _arm(self, exchange: Exchange) -> None:
        try:
            wishes = json.loads(await exchange.read(LONGEST_WISH))
            for wish in wishes if isinstance(wishes, list) else [wishes]:
                self._simulation.board.arm(wish)
        except (UnknownFault, ValueError, AttributeError, TooLong) as error:
            return await exchange.json(400, error_body(str(error) or "Send a JSON object with a name."))
        self._simulation.keep_faults()  # before it is said that they are set
        return await exchange.json(200, self._simulation.board.listed())

    def _log(self) -> dict[str, Any]:
        book = self._simulation.book
        return {
            "creates": book.creates(),
            "looks": self._simulation.looks,
            "lookers": {job_id: sorted(keys) for job_id, keys in self._simulation.lookers.items()},
            "files": list(self._simulation.fetches),
        }

    def _forget(self) -> None:
        self._simulation.book.forget_creates()
        self._simulation.fetches.clear()
        self._simulation.looks.clear()
        self._simulation.lookers.clear()


class SimulatorServer(uvicorn.Server):
    """Leaves signals to `run`, so that stopping is no failure."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(port: int) -> socket.socket:
    """Take a loopback port (0: any free one). Raises OSError where it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(4096)  # whoever connects from now on waits, and is not refused
    except OSError:
        listener.close()
        raise
    return listener


async def run(listener: socket.socket, data: Path, *, speed: float = 1.0, tiny: bool = False) -> None:
    """Say on standard output where it is, and serve until SIGTERM or SIGINT."""
    simulation = Simulation(data, speed=speed, tiny=tiny)
    config = uvicorn.Config(
        SimulatorApp(simulation),
        http=BreakableProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = SimulatorServer(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, setattr, server, "should_exit", True)
    simulation.resume()
    sys.stdout.write(f"simulator http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve(sockets=[listener])
    simulation.close()


def serve(*, port: int, data: Path, speed: float, tiny: bool) -> int:
    """Run a simulator on a loopback port; return the exit status."""
    try:
        listener = bind(port)
    except OSError as error:
        reason = f"The simulator cannot use port {port}: {error.strerror}."
        sys.stderr.write(f"{reason} Give another with --port.\n")
        return 1
    with contextlib.closing(listener), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(listener, data, speed=speed, tiny=tiny))
    return 0


def add_arguments(parser: argparse.ArgumentParser, *, speed: float = 1.0) -> None:
    """Add the simulator's options to a parser."""
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one and prints it")
    parser.add_argument("--data", type=Path, required=True, help="folder for its jobs and clips")
    parser.add_argument("--speed", type=float, default=speed, help="2 is twice as fast; 0 is at once")
    parser.add_argument("--tiny", action="store_true", help="one small clip for all jobs: for load tests")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from a command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    chosen = parser.parse_args(arguments)
    return serve(port=chosen.port, data=chosen.data, speed=chosen.speed, tiny=chosen.tiny)


if __name__ == "__main__":
    sys.exit(main())
