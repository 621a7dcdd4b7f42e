"""Doors: what only one place may do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from tests.conventions.code import ROOT, assigned_attributes, calls, imports, place, sources, tree
from videojobs.models import PriceOnFile
from videojobs.models.fields import MoneyField

HTTP_PACKAGES = frozenset({"httpx", "httpx_aiohttp", "aiohttp", "requests", "urllib3"})
QUEUE_PACKAGES = frozenset({"celery", "kombu", "billiard"})
WRITING = frozenset(
    {
        *("update", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"),
        *("aupdate", "acreate", "save", "asave"),
    }
)


def importers(packages: frozenset[str]) -> set[str]:
    """Return our files that import one of the packages."""
    return {
        str(path.relative_to(ROOT))
        for path in sources().values()
        for name, _node in imports(path)
        if name.partition(".")[0] in packages
    }


def test_only_the_provider_the_fetcher_and_the_webhooks_speak_http() -> None:
    allowed = {"videojobs/media/fetch.py", "videojobs/media/pinned.py", "videojobs/notices/hooks.py"}
    assert {f for f in importers(HTTP_PACKAGES) if not f.startswith("videojobs/provider/")} <= allowed


def test_only_tasks_and_the_apps_know_celery() -> None:
    assert importers(QUEUE_PACKAGES) == {
        "videojobs/tasks.py",
        "dashboard/celery.py",
        "dashboard/celery_beat.py",
    }


def environment_readers(path: Path) -> Iterator[str]:
    """Give the places that touch the environment, but for naming the settings module."""
    named = {
        id(call.func.value)
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault"
    }
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Attribute) or id(node) in named:
            continue
        if node.attr in {"environ", "getenv", "environb"}:
            yield place(path, node)


def test_only_the_settings_read_the_environment() -> None:
    files = {*sources().values(), ROOT / "manage.py"} - {
        ROOT / "dashboard" / "settings.py",
        ROOT / "dashboard" / "env.py",
    }
    assert [where for path in sorted(files) for where in environment_readers(path)] == []


def writes(path: Path, columns: frozenset[str]) -> Iterator[str]:
    """Give the places that write one of the columns to the database."""
    for call in calls(path):
        if not (isinstance(call.func, ast.Attribute) and call.func.attr in WRITING):
            continue
        named = {keyword.arg for keyword in call.keywords}
        by_list = call.func.attr in {"bulk_update", "save", "asave"}
        listed = {node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and by_list}
        if columns & (named | listed):
            yield place(path, call)


def assigns(path: Path, column: str) -> Iterator[str]:
    """Give the places that set the attribute of some row."""
    return (place(path, node) for node in assigned_attributes(path) if node.attr == column)


def outside(*folders: str) -> list[Path]:
    """Return our files that are in none of the folders."""
    return [path for path in sources().values() if not str(path.relative_to(ROOT)).startswith(folders)]


def test_only_the_lifecycle_writes_a_jobs_state() -> None:
    # The style guide shows jobs that are never saved; the simulator's states are the provider's.
    files = outside("videojobs/lifecycle/", "videojobs/provider/simulator", "dashboard/views/styleguide.py")
    assert [where for path in files for where in writes(path, frozenset({"state"}))] == []
    assert [where for path in files for where in assigns(path, "state")] == []


def money_columns() -> frozenset[str]:
    """Return the columns that hold money, but for estimates, limits, prices and shares, which move none."""
    models = (m for m in apps.get_models() if m._meta.app_label == "videojobs" and m is not PriceOnFile)
    found = {f.attname for m in models for f in m._meta.concrete_fields if isinstance(f, MoneyField)}
    return frozenset(found - {"estimate", "limit_amount", "start", "clock"})


def test_only_the_ledger_writes_money() -> None:
    assert {"held", "cost"} <= money_columns()
    files = outside("videojobs/money/", "videojobs/provider/")
    assert [where for path in files for where in writes(path, money_columns() | {"charged"})] == []


def test_only_the_ledger_makes_entries() -> None:
    made = [
        place(path, call)
        for path in outside("videojobs/money/")
        for call in calls(path)
        if ast.unparse(call.func).endswith(
            ("LedgerEntry", "LedgerEntry.objects.create", "LedgerEntry.objects.bulk_create")
        )
    ]
    assert made == []


@pytest.mark.parametrize(
    "word", ["lifecycle", "dispatch", "polling", "models", "money", "media", "reports", "notices"]
)
def test_only_views_and_tasks_enqueue(word: str) -> None:
    files = [path for name, path in sources().items() if name.startswith(f"videojobs.{word}")]
    enqueuing = {"delay", "apply_async", "send_task"}
    found = [
        place(path, call)
        for path in files
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in enqueuing
    ]
    assert found == []


def test_pages_and_scripts_read_jobs_through_access() -> None:
    """A job fetched past it would come without the veil, and from projects that are closed to its reader."""
    known = {
        "dashboard.access",  # the door itself
        "dashboard.exports.tables",  # lays the veil over plain values
        "dashboard.views.asks_by_mail",  # nobody is signed in; lays the veil by itself
        "dashboard.views.media",  # signed links carry their right with them
        *("dashboard.views.create", "dashboard.views.create_asking"),  # one's own jobs
        *("dashboard.views.create_models", "dashboard.views.gallery_filters"),  # ids of models alone
        *("dashboard.views.questions", "dashboard.views.queue_paused"),  # counts
        *("dashboard.metrics", "dashboard.views.health_lines", "dashboard.views.support"),  # sums
        "dashboard.api.rest_queue",  # lays the veil by itself
        "dashboard.views.queue_bulk",  # reads again what access has given
    }
    found = {module for module, path in sources("dashboard").items() if "Job.objects" in path.read_text()}
    assert found - known == set()
