"""Everything that can be made to go wrong, by a directive in a prompt or through `/faults`.

A directive is `[[fault:NAME=VALUE*TIMES]]`; value and times may be left out, and without times it holds for
ever. `[[fault:cost-missing]]` means `[[fault:cost=missing]]`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

DIRECTIVE = re.compile(r"\[\[fault:\s*([a-z][a-z-]*)(?:=([^\]]*?))?(?:\*(\d{1,6}))?\s*\]\]")


class UnknownFault(ValueError):
    """A fault was asked for that nobody wrote; silence would make its test pass."""


class Scope(StrEnum):
    """Which requests a fault belongs to."""

    CREATE = "create"
    JOB = "job"  # decided at creation, kept with the job
    LOOK = "look"
    FILE = "file"
    USAGE = "usage"  # set through the endpoint alone


@dataclass(frozen=True)
class Kind:
    """One fault: where it strikes, the values it takes, and what it does."""

    scope: Scope
    values: str
    meaning: str


KINDS: dict[str, Kind] = {
    "create": Kind(
        Scope.CREATE, "HTTP status", "answers the create with this status; 2xx still makes the job"
    ),
    "create-body": Kind(
        Scope.CREATE,
        "html text empty broken bytes huge bomb nested list no-id id-only id-number id-hostile"
        " string-error bare-error",
        "gives the answer to the create this body",
    ),
    "create-drop": Kind(
        Scope.CREATE,
        "unread before mid after garbage",
        "cuts the connection: unread; not accepted; accepted with half, no or a garbled answer",
    ),
    "previous-id": Kind(Scope.CREATE, "", "answers with the id of the job made before"),
    "accept-anyway": Kind(Scope.CREATE, "", "the job is made although `create` answers with an error"),
    "delay-create": Kind(Scope.CREATE, "seconds", "the job is made, the answer comes late"),
    "delay-accept": Kind(Scope.CREATE, "seconds", "reads the request, waits, then makes the job"),
    "retry-after": Kind(Scope.CREATE, "text", "Retry-After header beside `create` or `look`"),
    "ratelimit-reset": Kind(Scope.CREATE, "text", "x-ratelimit-reset header beside `create` or `look`"),
    "location": Kind(Scope.CREATE, "address", "Location of a 3xx `create` (else the same path)"),
    "create-says": Kind(Scope.CREATE, "word", "status in the answer to the create (else queued)"),
    "unlisted-model": Kind(Scope.CREATE, "", "takes a model no catalogue knows, at 0.10 USD a second"),
    "take": Kind(Scope.JOB, "seconds", "the job takes this long, whatever the speed"),
    "never-finish": Kind(Scope.JOB, "", "stays in_progress for ever"),
    "never-start": Kind(Scope.JOB, "", "stays queued for ever"),
    "fail-after": Kind(Scope.JOB, "seconds", "fails then, by moderation unless told otherwise"),
    "fail-message": Kind(Scope.JOB, "text", "the sentence of a failure (markup welcome)"),
    "fail-code": Kind(Scope.JOB, "text", "the code of a failure"),
    "cancel-after": Kind(Scope.JOB, "seconds", "the provider cancels it then"),
    "tiny-clip": Kind(Scope.JOB, "", "serves one small cached clip: no drawing"),
    "clip-size": Kind(Scope.JOB, "WIDTHxHEIGHT", "the file has this size, not the one asked for"),
    "clip-seconds": Kind(Scope.JOB, "whole seconds", "the file has this length"),
    "clip-format": Kind(Scope.JOB, "MP4 WEBM", "the file has this format"),
    "look": Kind(Scope.LOOK, "HTTP status", "answers looks with this status"),
    "look-body": Kind(
        Scope.LOOK,
        "html text empty broken bytes huge bomb nested list no-id other-id string-error bare-error",
        "gives answers to looks this body",
    ),
    "look-drop": Kind(Scope.LOOK, "before mid garbage", "cuts the connection of looks"),
    "delay-look": Kind(Scope.LOOK, "seconds", "looks are answered late"),
    "status": Kind(Scope.LOOK, "word, or missing null number", "this status instead of the true one"),
    "backwards": Kind(Scope.LOOK, "", "once in_progress, says queued"),
    "times": Kind(
        Scope.LOOK,
        "unix iso float zero milliseconds text null missing",
        "created_at and completed_at like this",
    ),
    "cost": Kind(
        Scope.LOOK, "missing null text words zero negative nan infinity bool list, or a number", "this cost"
    ),
    "outputs": Kind(
        Scope.LOOK, "null missing empty list empty-list text no-url null-url", "outputs like this"
    ),
    "error": Kind(
        Scope.LOOK, "object text info info-text list no-message missing", "a failure told like this"
    ),
    "seconds": Kind(Scope.LOOK, "number float null missing", "seconds like this"),
    "size": Kind(Scope.LOOK, "null missing words", "size like this"),
    "object": Kind(Scope.LOOK, "missing", "without `object`"),
    "old-shape": Kind(Scope.LOOK, "", "the pre-release answer: info, inputs, claimed_at, done_at"),
    "link": Kind(
        Scope.LOOK,
        "expired relative private metadata loopback file ftp credentials, or an address",
        "video_url like this",
    ),
    "link-life": Kind(Scope.LOOK, "seconds", "how long a link works"),
    "file": Kind(Scope.FILE, "HTTP status", "answers fetches of the file with this status"),
    "file-body": Kind(
        Scope.FILE,
        "html empty truncated half noise corrupt no-length wrong-type oversize endless drip drop",
        "the file comes like this",
    ),
    "file-redirect": Kind(
        Scope.FILE,
        "loop many private metadata loopback ipv6 http file no-location, or an address",
        "where the short link leads",
    ),
    "delay-file": Kind(Scope.FILE, "seconds", "the file's first byte comes late"),
    "usage": Kind(Scope.USAGE, "HTTP status", "answers the question what was billed with this status"),
    "usage-body": Kind(
        Scope.USAGE, "html text empty broken bytes huge bomb nested list", "gives that answer this body"
    ),
    "usage-days": Kind(Scope.USAGE, "whole days", "so many days on a page, whatever is asked"),
    "usage-cost": Kind(Scope.USAGE, "text", "every line has this cost"),
    "usage-currency": Kind(Scope.USAGE, "text", "the figures are in this currency"),
    "usage-cursor": Kind(Scope.USAGE, "text", "every page leads on to this one"),
}


FORMS = {
    "seconds": r"(\d{1,6}(\.\d{1,6})?)?",
    "whole seconds": r"[1-9]\d?",
    "whole days": r"[1-9]\d?",
    "HTTP status": r"[2-5]\d\d",
}
FORMS |= {"WIDTHxHEIGHT": r"\d{2,4}x\d{2,4}", "MP4 WEBM": r"MP4|WEBM", "whole days": r"[1-9]\d?"}
"""How values look that would otherwise break the simulator itself."""


@dataclass(frozen=True)
class Directive:
    """One fault asked for; `times` None is for ever."""

    name: str
    value: str = ""
    times: int | None = None


@dataclass
class Armed:
    """A fault set through the endpoint; `job` limits it to one job's looks and files."""

    name: str
    value: str = ""
    times: int | None = None
    job: str | None = None


def named(name: str, value: str = "", times: int | None = None) -> Directive:
    """Return a directive by its name, `cost-missing` read as `cost=missing`. Raises UnknownFault."""
    if name in KINDS:
        form = FORMS.get(KINDS[name].values)
        if form and not re.fullmatch(form, value.strip()):
            raise UnknownFault(f"The fault “{name}” takes {KINDS[name].values}, not “{value}”.")
        return Directive(name, value.strip(), times)
    parts = name.split("-")
    for cut in range(len(parts) - 1, 0, -1):
        head, tail = "-".join(parts[:cut]), "-".join(parts[cut:])
        if head in KINDS and not value and tail in re.split(r"[ ,]+", KINDS[head].values):
            return Directive(head, tail, times)
    raise UnknownFault(f"The simulator knows no fault “{name}”; docs/rehearsal.md lists them.")


def parse(prompt: object) -> tuple[Directive, ...]:
    """Return the directives in a prompt. Raises UnknownFault."""
    if not isinstance(prompt, str) or "[[fault:" not in prompt:
        return ()
    found = DIRECTIVE.findall(prompt)
    if len(found) != prompt.count("[[fault:"):
        raise UnknownFault(
            "A fault directive reads [[fault:NAME=VALUE*TIMES]]; this prompt has a broken one."
        )
    return tuple(named(name, value, int(times) if times else None) for name, value, times in found)


def without_directives(prompt: str) -> str:
    """Return the words of a prompt, for drawing."""
    words = DIRECTIVE.sub(" ", prompt)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


class Faults:
    """The faults one request may meet. Each is counted only when it strikes."""

    def __init__(
        self,
        board: "FaultBoard",
        directives: Iterable[Directive] = (),
        *,
        uses: Counter[str] | None = None,
        job: str | None = None,
        cycle: bool = False,
    ) -> None:
        self._board = board
        self._directives = {directive.name: directive for directive in directives}
        self._uses: Counter[str] = Counter() if uses is None else uses
        self._job = job
        self._cycle = cycle

    def use(self, name: str) -> str | None:
        """Return the value of a fault that strikes now, or None; the endpoint's go before the prompt's."""
        armed = self._board.strike(name, self._job)
        if armed is not None:
            return armed
        directive = self._directives.get(name)
        if directive is None:
            return None
        if directive.times is None:
            return directive.value
        if self._uses[name] < directive.times:
            self._uses[name] += 1
            return directive.value
        if self._cycle:  # the next job with these words meets them anew
            del self._uses[name]
        return None

    def seconds(self, name: str) -> float | None:
        """Return the value of a fault that is a time, or None where it does not strike."""
        value = self.use(name)
        return None if value is None else float(value or 0)


class FaultBoard:
    """Faults set through the endpoint, in the order they were set."""

    def __init__(self, kept: Iterable[dict[str, Any]] = ()) -> None:
        self._armed = [Armed(**one) for one in kept]
        self.changed = False
        self._creates: dict[str, Counter[str]] = {}

    def arm(self, wish: dict[str, Any]) -> None:
        """Set one fault: name, and optionally value, times, job. Raises UnknownFault, ValueError."""
        times, job = wish.get("times"), wish.get("job")
        if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
            raise ValueError("times is a whole number above 0, or left out for ever")
        directive = named(str(wish.get("name", "")), str(wish.get("value", "")), times)
        self._armed.append(Armed(directive.name, directive.value, times, None if job is None else str(job)))
        self.changed = True

    def clear(self) -> None:
        """Forget all of them, and the counts of those in prompts."""
        self._armed.clear()
        self.changed = True
        self._creates.clear()

    def strike(self, name: str, job: str | None = None, *, only: str | None = None) -> str | None:
        """Use up one of the named fault (with the value `only`), or return None."""
        for armed in self._armed:
            if armed.name == name and armed.job in (None, job) and only in (None, armed.value):
                if armed.times is not None:
                    armed.times -= 1
                    self._armed = [one for one in self._armed if one.times != 0]
                    self.changed = True
                return armed.value
        return None

    def for_create(self, prompt: object, directives: Iterable[Directive]) -> Faults:
        """Return the faults a create with this prompt meets."""
        directives = tuple(directives)
        uses: Counter[str] = Counter()
        if any(directive.times for directive in directives):
            uses = self._creates.setdefault(str(prompt), uses)
        return Faults(self, directives, uses=uses, cycle=True)

    def listed(self) -> list[dict[str, Any]]:
        """Return what is set, as JSON takes it."""
        return [asdict(one) for one in self._armed]
