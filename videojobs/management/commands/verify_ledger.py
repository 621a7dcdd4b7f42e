"""Check the books: each team's chain is walked, and every sum counted again."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from videojobs.models import Team
from videojobs.money import guards, verifying


class Command(BaseCommand):
    """`manage.py verify_ledger` exits 0 only where chain, counters, rollups and balances all agree."""

    help = "Walk the ledger, count every sum again and name the first that is off. Nothing is mended."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", default="", metavar="SLUG", help="this team's books alone")
        parser.add_argument(
            "--guard", action="store_true", help="set triggers again that keep entries from being changed"
        )

    def handle(self, *_arguments: object, **options: Any) -> None:
        teams = self._teams(options["team"])
        off = [team.slug for team in teams if not self._agrees(team)]
        if options["guard"]:
            guards.install(connection)
        unguarded = guards.missing(connection)
        for trigger in unguarded:
            self.stdout.write(f"The trigger {trigger} is gone. Look above, then set it again with --guard.")
        if off or unguarded:
            raise CommandError(f"The books are not in order: {', '.join(off or unguarded)}.")

    def _teams(self, slug: str) -> list[Team]:
        teams = Team.objects.order_by("slug")
        found = list(teams.filter(slug=slug) if slug else teams)
        if slug and not found:
            slugs = ", ".join(teams.values_list("slug", flat=True))
            raise CommandError(f"There is no team {slug!r}. Teams: {slugs or 'none yet'}.")
        return found

    def _agrees(self, team: Team) -> bool:
        found = verifying.check(team, now=datetime.now(UTC))
        entries = f"{found.entries:,} entr{'y' if found.entries == 1 else 'ies'}"
        self.stdout.write(f"{team.slug}: {found.problem or f'{entries}, everything agrees.'}")
        return not found.problem
