"""Whose job is sent next, and the sentence that says why the others wait."""

from videojobs.dispatch.choosing import disk_has_room, free_places, next_job, places_of, sendable_now
from videojobs.dispatch.line import for_new
from videojobs.dispatch.reasons import Queue, reasons, unwatched
from videojobs.dispatch.turns import Turn, order

__all__ = [
    "Queue",
    "Turn",
    "disk_has_room",
    "for_new",
    "free_places",
    "next_job",
    "order",
    "places_of",
    "reasons",
    "sendable_now",
    "unwatched",
]
