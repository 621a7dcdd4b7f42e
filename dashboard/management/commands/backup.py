"""`manage.py backup FILE`: database, media and generated keys in one file, while the site runs."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard import backups_made
from dashboard.backups.saving import save


class Command(BaseCommand):
    """The file holds keys, so only its owner may read it."""

    help = "Write database, media and generated keys to FILE. The site may go on running."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *_arguments: Any, file: Path, **_options: Any) -> None:
        """Write the backup."""
        if file.exists():
            raise CommandError(f"{file} exists already; name another file")
        if not file.absolute().parent.is_dir():
            raise CommandError(f"{file.absolute().parent} does not exist; make that folder first")
        now = datetime.now(UTC)
        counts = save(file, now=now)
        backups_made.note(now)
        self.stdout.write(f"{file}: {counts['rows']} rows and {counts['files']} files")
        if settings.FIELD_KEYS_GIVEN:
            self.stdout.write(
                "FIELD_KEYS come from the environment and are not in it: keep them too, or no stored "
                "provider key, webhook or second step can be opened after a restore."
            )
