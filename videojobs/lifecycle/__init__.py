"""Every change of a job's state, each with its event, each in one transaction.

Nothing here asks for the time, finds a provider or enqueues work: callers hand in the first two and nudge
the workers after the commit.
"""

from videojobs.lifecycle.asking import Answered, Way, gate_of, grant, refuse, sweep_asked, told
from videojobs.lifecycle.bulk import (
    Done,
    bring_back,
    cancel_all,
    dismiss,
    dismiss_all,
    move_all,
    prioritise_all,
    retry_all,
    start_all_later,
)
from videojobs.lifecycle.charging import correct, credit, settle_as_uncharged, settle_by_hand
from videojobs.lifecycle.creating import Created, KeyReused, Order, Press, create
from videojobs.lifecycle.deciding import (
    WrongAnswer,
    cancel,
    found,
    give_up,
    look_again,
    never_arrived,
    resume,
    send_again,
    send_restored,
    try_again,
)
from videojobs.lifecycle.editing import Edited, edit, move_to_project, rename
from videojobs.lifecycle.landing import KEY_REFUSED, land_acceptance, land_failure, park
from videojobs.lifecycle.ordering import (
    mark_next,
    move,
    move_after,
    move_before,
    place_of,
    set_priority,
    start_later,
    to_bottom,
    to_top,
)
from videojobs.lifecycle.restoring import after_restore
from videojobs.lifecycle.sending import Claim, claim_next, submit
from videojobs.lifecycle.steps import Decided, StepRefused
from videojobs.lifecycle.storing import Place, claim_store, complete, store
from videojobs.lifecycle.sweeping import sweep_claims, sweep_journal
from videojobs.lifecycle.versions import Stale
from videojobs.lifecycle.watching import give_up_looking, look_failed, looked_for_cost, observe

__all__ = [
    "KEY_REFUSED",
    "Answered",
    "Claim",
    "Created",
    "Decided",
    "Done",
    "Edited",
    "KeyReused",
    "Order",
    "Place",
    "Press",
    "Stale",
    "StepRefused",
    "Way",
    "WrongAnswer",
    "after_restore",
    "bring_back",
    "cancel",
    "cancel_all",
    "claim_next",
    "claim_store",
    "complete",
    "correct",
    "create",
    "credit",
    "dismiss",
    "dismiss_all",
    "edit",
    "found",
    "gate_of",
    "give_up",
    "give_up_looking",
    "grant",
    "land_acceptance",
    "land_failure",
    "look_again",
    "look_failed",
    "looked_for_cost",
    "mark_next",
    "move",
    "move_after",
    "move_all",
    "move_before",
    "move_to_project",
    "never_arrived",
    "observe",
    "park",
    "place_of",
    "prioritise_all",
    "refuse",
    "rename",
    "resume",
    "retry_all",
    "send_again",
    "send_restored",
    "set_priority",
    "settle_as_uncharged",
    "settle_by_hand",
    "start_all_later",
    "start_later",
    "store",
    "submit",
    "sweep_asked",
    "sweep_claims",
    "sweep_journal",
    "to_bottom",
    "to_top",
    "told",
    "try_again",
]
