"""A real simulator process for tests, and what it saw.

`from tests.simulator import simulator` gives the fixture: an instant simulator with tiny clips. Tests that
want time to pass or real clips call `start_simulator` themselves.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[1]
KEY = "rehearsal-key"


@dataclass
class Simulator:
    """One simulator on a loopback port; `url` is its origin and stays the same over restarts."""

    data: Path
    speed: float
    tiny: bool
    port: int = 0
    process: "subprocess.Popen[str] | None" = None
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "videojobs.provider.simulator", "--data", str(self.data)]
        command += ["--port", str(self.port), "--speed", str(self.speed), *(["--tiny"] if self.tiny else [])]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("simulator "), "the simulator did not start"
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self) -> None:
        """Stop it as the supervisor does, with SIGTERM."""
        self._end(hard=False)

    def kill(self) -> None:
        """Kill it as kill -9 does."""
        self._end(hard=True)

    def restart(self, *, speed: float | None = None) -> None:
        """Kill it and start it again on the same port and data."""
        self.kill()
        self.speed = self.speed if speed is None else speed
        self.start()

    def _end(self, *, hard: bool) -> None:
        if self.process is None:
            return
        self.process.kill() if hard else self.process.terminate()
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None

    def fault(self, name: str, value: str = "", *, times: int | None = None, job: str | None = None) -> None:
        """Set a fault for the next `times` requests it strikes, or until `clear`."""
        wish = {"name": name, "value": str(value), "times": times, "job": job}
        self.http.post(f"{self.url}/faults", json=wish).raise_for_status()

    def clear(self) -> None:
        """Forget the faults set and the log."""
        self.http.delete(f"{self.url}/faults").raise_for_status()
        self.http.delete(f"{self.url}/faults/log").raise_for_status()

    def log(self) -> dict[str, Any]:
        """Return all it saw: `creates`, `looks`, `files`."""
        answer: dict[str, Any] = self.http.get(f"{self.url}/faults/log").json()
        return answer

    def creates(self, prompt: str | None = None) -> list[dict[str, Any]]:
        """Return the creates seen (headers, body, outcome, id), of one prompt if given."""
        creates: list[dict[str, Any]] = self.log()["creates"]
        return [one for one in creates if prompt is None or _prompt(one) == prompt]

    def looks(self, job_id: str) -> int:
        """Return how often a job was looked at since the start."""
        return int(self.log()["looks"].get(job_id, 0))

    def files(self, job_id: str | None = None) -> list[dict[str, Any]]:
        """Return the fetches of short links and files, of one job if given."""
        files: list[dict[str, Any]] = self.log()["files"]
        return [one for one in files if job_id is None or one["id"] == job_id]

    def create(self, **body: object) -> httpx.Response:
        """Send a create; the body has a model and a prompt unless told otherwise."""
        wish = {"model": "minimax/video-01-director", "prompt": "a cat"} | body
        return self.http.post(f"{self.url}/v2/videos", json=wish, headers=self.key)

    def look(self, job_id: str) -> httpx.Response:
        """Look at a job once."""
        return self.http.get(f"{self.url}/v2/videos/{job_id}", headers=self.key)

    def ended(self, job_id: str, *, within: float = 30.0) -> dict[str, Any]:
        """Look until the job has ended; return the last answer."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            answer: dict[str, Any] = json.loads(self.look(job_id).text)
            if answer.get("status") in ("completed", "failed", "cancelled"):
                return answer
            time.sleep(0.05)
        raise AssertionError(f"{job_id} did not end within {within} s: {answer}")

    @property
    def key(self) -> dict[str, str]:
        return {"authorization": f"Bearer {KEY}"}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self.http.close()


def _prompt(create: dict[str, Any]) -> object:
    body = create["body"]
    return body.get("prompt") if isinstance(body, dict) else None


@contextmanager
def start_simulator(folder: Path, *, speed: float = 0.0, tiny: bool = True) -> Iterator[Simulator]:
    """Run a simulator over a folder; by default jobs end at once, with a tiny clip."""
    with Simulator(folder / "simulator", speed, tiny) as running:
        yield running


@pytest.fixture(scope="session")
def shared_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The process behind `simulator`: one for the whole run."""
    with start_simulator(tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: Simulator) -> Iterator[Simulator]:
    """A simulator with no faults set and an empty log; jobs end at once with a tiny clip."""
    if shared_simulator.process is None:
        shared_simulator.start()
    shared_simulator.clear()
    yield shared_simulator
