"""A job's way as one line of moments: its events, and each look at the provider that was kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.templatetags.states import state_word
from dashboard.templatetags.times import lapse
from videojobs.models import JobEvent, Look

TITLES = {
    "created": "Asked for",
    "claimed": "Sending",
    "accepted": "Accepted",
    "started": "Being made",
    "finished": "Finished at the provider",
    "kept": "Kept and checked",
    "put_off": "Put off",
    "given_back": "Back in the queue",
    "refused": "Refused",
    "found": "Found",
    "never_arrived": "Never arrived",
    "released": "May be sent",
    "restored": "Restored from a backup",
    "asked": "Asks for a yes",
    "granted": "Somebody said yes",
    "said_no": "Somebody said no",
    "ask_expired": "Nobody answered",
    "look_again": "Looking again",
    "store_failed": "Not kept yet",
    "needs_decision": "Needs a decision",
    "second_charge": "Possible second charge",
    "settled_by_hand": "Settled by hand",
    "said_uncharged": "Said not to be charged",
    "corrected": "Charge corrected",
    "credited": "Credit booked",
}
OUTCOMES = {
    "JobMissing": "The provider did not know it",
    "LookRefused": "The look was refused",
    "LooksTooFast": "Asked to look less often",
    "LookFailed": "The look failed",
}


@dataclass(frozen=True)
class Moment:
    """One thing on the line. `tone` is a state, "" for a look."""

    at: datetime
    title: str
    why: str = ""
    who: str = ""
    tone: str = ""
    lapse: str = ""
    new_day: bool = False


def moments_of(events: Iterable[JobEvent], looks: Iterable[Look], *, veiled: bool) -> list[Moment]:
    """Lay events and kept looks on one line, oldest first, each with the time since the one before.

    `veiled`: for somebody who may not read the prompt, and so none of the provider's words.
    """
    found = [
        *(_of_event(one, veiled=veiled) for one in events),
        *(_of_look(one, veiled=veiled) for one in looks),
    ]
    found.sort(key=lambda moment: moment.at)
    return _with_lapses(found)


def _of_event(event: JobEvent, *, veiled: bool) -> Moment:
    title = TITLES.get(event.kind) or state_word(event.to_state)
    who = str(event.actor) if event.actor else ""
    said = event.plain if veiled else event.why
    why = "" if said.rstrip(".") == title else said
    return Moment(event.at, title, why, who, tone=event.to_state)


def _of_look(look: Look, *, veiled: bool) -> Moment:
    failed = OUTCOMES.get(look.outcome)
    title = failed or f"Looked: {look.outcome}"
    status = f" (HTTP {look.status})" if look.status else ""
    return Moment(look.at, f"{title}{status}", "" if veiled else look.message)


def _with_lapses(moments: Sequence[Moment]) -> list[Moment]:
    laid = []
    before: datetime | None = None
    for moment in moments:
        since = (
            ""
            if before is None or moment.at - before < timedelta(milliseconds=50)
            else lapse(moment.at, before)
        )
        new_day = before is None or moment.at.date() != before.date()
        laid.append(Moment(moment.at, moment.title, moment.why, moment.who, moment.tone, since, new_day))
        before = moment.at
    return laid
