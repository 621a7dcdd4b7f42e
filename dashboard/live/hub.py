"""The open pages of one process, each with a bounded box of what it has yet to be sent."""

import asyncio
from collections import Counter, deque

from dashboard.live import frames
from dashboard.live.guests import Guest

BOX = 200
"""Frames a slow page may be behind; then the oldest are dropped, and it reads itself again."""


class Listener:
    """One open page. Anything may be put into its box at any time; only its own stream takes from it."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.has_ended = False
        self._box: deque[bytes] = deque()
        self._dropped = False
        self._something = asyncio.Event()

    def put(self, frame: bytes) -> None:
        """Add a frame, dropping the oldest one where the box is full. Never waits."""
        if len(self._box) >= BOX:
            self._box.popleft()
            self._dropped = True
        self._box.append(frame)
        self._something.set()

    def end(self) -> None:
        """Let the stream end once the box is empty."""
        self.has_ended = True
        self._something.set()

    async def take(self) -> bytes:
        """Wait for frames and return all there are, or b"" at the end."""
        while not self._box and not self.has_ended:
            self._something.clear()
            await self._something.wait()
        waiting = [frames.reset(), *self._box] if self._dropped else list(self._box)
        self._box.clear()
        self._dropped = False
        return b"".join(waiting)


class Hub:
    """All open pages of this process, by team and by person."""

    def __init__(self) -> None:
        self._teams: dict[int, set[Listener]] = {}
        self._people: Counter[int] = Counter()

    @property
    def listeners(self) -> list[Listener]:
        """Every open page."""
        return [listener for team in self._teams.values() for listener in team]

    @property
    def teams(self) -> list[int]:
        """The teams somebody listens for."""
        return list(self._teams)

    def pages_of(self, user: int) -> int:
        """Return how many pages a person has open."""
        return self._people[user]

    def join(self, listener: Listener) -> None:
        """Tell this page from now on."""
        self._teams.setdefault(listener.guest.team, set()).add(listener)
        self._people[listener.guest.user] += 1

    def leave(self, listener: Listener) -> None:
        """Forget this page."""
        team = self._teams[listener.guest.team]
        team.discard(listener)
        if not team:
            del self._teams[listener.guest.team]
        self._people[listener.guest.user] -= 1
        if not self._people[listener.guest.user]:
            del self._people[listener.guest.user]

    def tell(self, team: int, frame: bytes, project: int | None = None) -> None:
        """Tell the pages of one team; of a job only those whose people may see its project."""
        for listener in self._teams.get(team, ()):
            if project not in listener.guest.hidden:
                listener.put(frame)

    def tell_all(self, frame: bytes) -> None:
        """Tell every page."""
        for listener in self.listeners:
            listener.put(frame)
