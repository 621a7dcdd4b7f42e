"""`manage.py restore FILE`: put a backup in the place of a site that was never used."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard.backups.archive import BadBackup
from dashboard.backups.restoring import InUse, restore
from dashboard.supervisor.places import sole_use


class Command(BaseCommand):
    """Afterwards dispatch is parked, and jobs that had not ended wait for a person."""

    help = (
        "Restore what `backup` wrote, over an empty database and an empty DATA_DIR. The site must be stopped."
    )
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *_arguments: Any, file: Path, **_options: Any) -> None:
        """Restore the backup."""
        with sole_use(settings.DATA_DIR):
            try:
                waiting = restore(file, now=datetime.now(UTC))
            except (BadBackup, InUse) as problem:
                raise CommandError(f"nothing was restored: {problem}") from problem
        self.stdout.write(f"restored; dispatch is parked, and {waiting} jobs wait for a person")
