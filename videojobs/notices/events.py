"""What people may be told of: a few named events, and which kinds of notice belong to each."""

from enum import StrEnum

from videojobs.rights import Role


class Event(StrEnum):
    """One thing a person, a chat or a script may be told of. The values are part of a webhook's body."""

    DONE = "done"
    FAILED = "failed"
    DECISION = "decision"
    APPROVAL = "approval"
    LIMIT = "limit"
    PARKED = "parked"
    DRIFT = "drift"
    MONEY = "money"


class Way(StrEnum):
    """How one person is told."""

    PAGE = "page"
    MAIL = "mail"
    HOOK = "hook"
    BROWSER = "browser"


WORDS: dict[Event, str] = {
    Event.DONE: "Clips are done",
    Event.FAILED: "Jobs failed",
    Event.DECISION: "A job needs a decision",
    Event.APPROVAL: "A job asks for a yes",
    Event.LIMIT: "A limit reaches a level",
    Event.PARKED: "Sending is parked",
    Event.DRIFT: "A price drifts or is missing",
    Event.MONEY: "Money needs a look",
}
"""What a person reads of each event."""

HELP: dict[Event, str] = {
    Event.DONE: "Of one's own jobs; those of a minute become one message.",
    Event.FAILED: "Of one's own jobs; those of a minute become one message.",
    Event.DECISION: "Nobody knows whether it was sent, its clip could not be kept, or it is lost.",
    Event.APPROVAL: "Or one's own question was answered with a no.",
    Event.LIMIT: "As the limit's levels say, such as 80 %, and when it is passed.",
    Event.PARKED: "The provider refused the account; nothing is sent until somebody resumes it.",
    Event.DRIFT: "The provider charges otherwise than expected, or nobody lists a price.",
    Event.MONEY: "A balance that runs low, a second charge, a ledger that is off.",
}

OF_JOBS = frozenset({Event.DONE, Event.FAILED})
"""About ends of one's own jobs; the only ones a browser tells of."""

_KINDS: dict[str, Event] = {
    "done": Event.DONE,
    "failed": Event.FAILED,
    "decision": Event.DECISION,
    "lost": Event.DECISION,
    "approval": Event.APPROVAL,
    "answer": Event.APPROVAL,
    "limit": Event.LIMIT,
    "parked": Event.PARKED,
    "drift": Event.DRIFT,
    "price": Event.DRIFT,
    "money": Event.MONEY,
}

ACTING = frozenset({Role.OWNER, Role.ADMIN})
"""Who hears beyond the page of what concerns the team, unless they chose otherwise."""

_MAILED = frozenset({Event.DECISION, Event.APPROVAL, Event.LIMIT, Event.PARKED, Event.MONEY})
"""Worth a mail to whoever can act, until they say otherwise."""


def event_of(kind: str) -> Event | None:
    """Return the event a kind of notice belongs to; None for what stays in the page."""
    return _KINDS.get(kind)


def kinds_of(event: Event) -> list[str]:
    """Return the kinds of notice that belong to an event."""
    return [kind for kind, its in _KINDS.items() if its == event]


def offered(way: Way) -> frozenset[Event]:
    """Return the events one can be told of in a way."""
    return OF_JOBS if way == Way.BROWSER else frozenset(Event)


def usual(way: Way) -> frozenset[Event]:
    """Return the events a person who chose nothing is told of in a way."""
    return {
        Way.PAGE: frozenset(Event) - OF_JOBS,
        Way.MAIL: _MAILED,
        Way.HOOK: frozenset(Event),  # who sets up a webhook of their own wants to hear
        Way.BROWSER: frozenset[Event](),
    }[way]
