"""The downward order: a module imports only from lines below its own, or from its own room."""

import pytest

from tests.conventions.code import imports, sources

LINES: tuple[tuple[str, ...], ...] = (
    # 0: nothing of ours beneath
    ("dashboard.env", "dashboard.keys", "dashboard.logging", "dashboard.cache", "dashboard.identity"),
    ("dashboard.sqlite3_in_turn",),
    ("dashboard.middleware", "dashboard.statics"),
    (
        "dashboard.settings",
        "dashboard.ranges",
        "dashboard.file_sending",
        "dashboard.readiness",
        "dashboard.pulse",
    ),
    # 1
    (
        *("videojobs.catalog", "videojobs.states", "videojobs.rights", "videojobs.stopping"),
        *("videojobs.cells", "videojobs.fairness"),
        *(
            "videojobs.provider.types",
            "videojobs.provider.errors",
            "videojobs.journal",
            "videojobs.broadcast",
        ),
    ),
    # 2; what a body becomes is told to both bodies and prices
    ("videojobs.bodies.shape",),
    ("videojobs.bodies", "videojobs.prices", "videojobs.provider.client", "videojobs.provider.simulator"),
    # 3
    ("videojobs.sealing",),
    ("videojobs.models",),
    # 4
    ("videojobs.audit",),
    ("videojobs.money", "videojobs.media", "videojobs.offers", "videojobs.accounts"),
    ("videojobs.people",),
    ("videojobs.places", "videojobs.shares"),
    ("videojobs.pricelist",),
    ("videojobs.drift",),
    ("videojobs.statements",),
    ("videojobs.forecast",),
    # 5
    (
        *("videojobs.lifecycle", "videojobs.dispatch", "videojobs.polling", "videojobs.notices"),
        *("videojobs.reports", "videojobs.teams", "videojobs.balance", "videojobs.trials"),
        "videojobs.pauses",
    ),
    ("videojobs.invitations", "videojobs.projects", "videojobs.provider_keys", "videojobs.tokens"),
    ("videojobs.leaving",),
    # 6
    ("videojobs.tasks", "videojobs.checks"),
    # 7
    (
        *("dashboard.http", "dashboard.first_visit", "dashboard.accounts"),
        *(
            "dashboard.cursor",
            "dashboard.numbered",
            "dashboard.media_links",
            "dashboard.submitting",
            "dashboard.templatetags",
        ),
        *("dashboard.checks", "dashboard.browsers", "dashboard.versions"),
    ),
    ("dashboard.told", "dashboard.tracing", "dashboard.metrics", "dashboard.backups_made"),
    ("dashboard.limiting", "dashboard.context", "dashboard.signing_in"),
    ("dashboard.exports",),
    ("dashboard.access", "dashboard.forms"),
    ("dashboard.live",),
    # 8
    ("dashboard.views", "dashboard.api"),
    # 9
    (
        *("dashboard.celery", "dashboard.urls", "dashboard.asgi", "dashboard.supervisor"),
        *("videojobs.admin", "videojobs.apps"),
    ),
    ("dashboard.apps", "dashboard.backups"),
    ("dashboard.management", "videojobs.management"),
)

FOLDERS = frozenset({"videojobs", "dashboard", "videojobs.provider"})
"""Packages that only hold rooms: their own file says what they are, and no more."""


def room_of(module: str) -> str:
    """Return the room a module is in: a package, or a file and its `_siblings`. Longest name first."""
    rooms = (room for line in LINES for room in line)
    fitting = [room for room in rooms if module == room or module.startswith((f"{room}.", f"{room}_"))]
    return max(fitting, key=len, default="")


def line_of(room: str) -> int:
    """Return the number of a room's line, the lowest first."""
    return next(number for number, line in enumerate(LINES) if room in line)


def may_import(module: str, other: str) -> bool:
    """Tell whether one module may import another."""
    room, other_room = room_of(module), room_of(other)
    return room == other_room or line_of(other_room) < line_of(room)


def ours(name: str) -> str:
    """Return the module of ours that an imported name is or lies in, or ""."""
    modules = sources()
    found = name if name in modules else name.rpartition(".")[0]
    return found if found in modules and found not in FOLDERS else ""


@pytest.mark.parametrize("module", sorted(set(sources()) - FOLDERS))
def test_a_module_imports_only_from_below(module: str) -> None:
    assert room_of(module), f"{module} stands on no line: add its room to LINES"
    wrong = [
        name
        for name, _node in imports(sources()[module])
        if ours(name) and not may_import(module, ours(name))
    ]
    assert wrong == []


def test_the_jobs_know_nothing_of_the_site() -> None:
    jobs = sources("videojobs")
    assert [
        m for m, path in jobs.items() for name, _node in imports(path) if name.startswith("dashboard")
    ] == []
    assert not may_import("videojobs.models.jobs", "videojobs.lifecycle.steps")


def test_every_line_names_rooms_that_exist_or_are_planned() -> None:
    rooms = {room for line in LINES for room in line}
    missing = {room for room in rooms if not any(room_of(module) == room for module in sources())}
    assert missing <= {"videojobs.admin"}
