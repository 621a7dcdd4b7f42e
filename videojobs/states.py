"""A job's states, the named sets of them, and the table of allowed steps."""

from enum import StrEnum


class State(StrEnum):
    """Where a job is. The words are ours; the provider's are kept raw beside them."""

    WAITING = "waiting"
    SENDING = "sending"
    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    STORING = "storing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"
    LOST = "lost"


class Charged(StrEnum):
    """Whether the provider charged for a job, as far as anybody knows."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


ENDED = frozenset({State.COMPLETED, State.FAILED, State.CANCELLED, State.LOST})
"""Nothing more happens by itself; an open hold of these is *unknown*, not *held*."""

ACTIVE = frozenset(State) - ENDED
"""Something is still to happen; an open hold of these is *held*."""

WATCHED = frozenset({State.QUEUED, State.IN_PROGRESS})
"""The provider works on it, and we look."""

AT_PROVIDER = frozenset({State.SENDING, State.QUEUED, State.IN_PROGRESS})
"""Takes one of the account's places."""

ACCEPTED = frozenset({State.QUEUED, State.IN_PROGRESS, State.STORING, State.COMPLETED})
"""The provider gave an id, and we have it."""

NEEDS_PERSON = frozenset({State.UNCONFIRMED})
"""Only a person moves it on."""

STEPS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENDING, State.CANCELLED}),
    State.SENDING: frozenset(
        {State.WAITING, State.QUEUED, State.IN_PROGRESS, State.FAILED, State.UNCONFIRMED}
    ),
    State.QUEUED: frozenset({State.IN_PROGRESS, State.STORING, State.FAILED, State.CANCELLED, State.LOST}),
    State.IN_PROGRESS: frozenset({State.STORING, State.FAILED, State.CANCELLED, State.LOST}),
    State.STORING: frozenset({State.COMPLETED, State.LOST}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
    State.UNCONFIRMED: frozenset({State.WAITING, State.QUEUED, State.IN_PROGRESS, State.FAILED, State.LOST}),
    State.LOST: frozenset({State.QUEUED, State.STORING}),
}
"""From each state, the states one step away. Everything else is refused."""


def may_step(before: State, after: State) -> bool:
    """Tell whether a job may go from one state straight to another."""
    return after in STEPS[before]


def drawing() -> str:
    """Draw the table as a Mermaid state diagram, one arrow a line, in the order of the enum."""
    arrows = [f"    {before} --> {after}" for before in State for after in State if may_step(before, after)]
    ends = [f"    {state} --> [*]" for state in State if state in ENDED and not STEPS[state]]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.WAITING}", *arrows, *ends])
