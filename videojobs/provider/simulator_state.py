"""What the parts of a running simulator share."""

import base64
import hashlib
import hmac
import json
import secrets
from collections import Counter, defaultdict, deque
from pathlib import Path
from typing import Any

from videojobs.provider.simulator_answers import Mint
from videojobs.provider.simulator_faults import FaultBoard, Faults
from videojobs.provider.simulator_jobs import Job, JobBook, now
from videojobs.provider.simulator_render import Studio

LINK_LIFE = 3600.0
"""Seconds a link works; the provider names no figure."""

STILL_WANTED = 24 * 3600.0
"""Seconds after which an unfinished clip is no longer drawn unasked at a start."""

KEPT_FETCHES = 20_000
"""Fetches remembered for the log."""

ON_CREATE_TOO = frozenset({"times", "seconds", "size", "object", "old-shape"})
"""Faults that are this server's manner, and not one look's."""


class Simulation:
    """The book of jobs, the clips, the faults, and the secret that signs links."""

    def __init__(self, folder: Path, *, speed: float, tiny: bool) -> None:
        self.book = JobBook(folder)
        self.studio = Studio(folder / "clips", tiny=tiny)
        self.board = FaultBoard(json.loads(self.book.kept("faults", "[]")))
        self.fetches: deque[dict[str, Any]] = deque(maxlen=KEPT_FETCHES)
        self.looks: Counter[str] = Counter()
        self.lookers: defaultdict[str, set[str]] = defaultdict(set)  # with which keys, for the log
        self.speed = speed
        self.previous_id = self.latest_id = ""
        self._secret = self.book.kept("secret", secrets.token_hex(32)).encode()

    def resume(self) -> None:
        """Go on with the clips a stop or a crash left undrawn."""
        for job in self.book.made_since(now() - STILL_WANTED):
            self.studio.settle(job)

    def pace(self, seconds: float) -> float:
        """Return how long something takes here; speed 0 is at once."""
        return seconds / self.speed if self.speed else 0.0

    def faults_of(self, job: Job) -> Faults:
        """Return the faults a look or a fetch of this job meets."""
        return Faults(self.board, job.directives, uses=job.uses, job=job.id)

    def forms_of(self, job: Job) -> Faults:
        """Return those faults of this job's prompt that the answer to its create shows too, uncounted."""
        return Faults(FaultBoard(), (each for each in job.directives if each.name in ON_CREATE_TOO))

    def mint(self, job: Job, origin: str) -> Mint:
        """Return the maker of short links to a job's clip."""

        def link(life: float | None) -> str:
            expires = int(now() + (LINK_LIFE if life is None else life))
            token = f"{job.id}.{expires:x}"
            return f"{origin}/shrt/{token}.{self.sign(token)}"

        return link

    def sign(self, text: str) -> str:
        """Return a signature only this simulator can make."""
        digest = hmac.digest(self._secret, text.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:12]).decode()

    def open(self, token: str) -> tuple[Job, float] | None:
        """Return the job a token is for and when it expires, or None where we never made it."""
        text, _, signature = token.rpartition(".")
        job_id, _, expires = text.rpartition(".")
        job = self.book.find(job_id)
        if job is None or not hmac.compare_digest(signature.encode(), self.sign(text).encode()):
            return None
        return job, float(int(expires, 16))

    def close(self) -> None:
        """Stop drawing and let go of the files."""
        self.studio.close()
        self.book.close()

    def keep_faults(self) -> None:
        """Have the faults set so far survive a restart."""
        self.board.changed = False
        self.book.keep("faults", json.dumps(self.board.listed()))
