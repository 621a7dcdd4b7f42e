"""Set what a team may spend in total, or take the limit away."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from videojobs.models import Team
from videojobs.models.fields import to_micros

NO_LIMIT = "none"


class Command(BaseCommand):
    """`manage.py limit_team SLUG USD` limits real money: spent, held and unknown together."""

    help = "Set a team's limit in US dollars, or `none`. Rehearsal jobs fall under no limit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the team's short name")
        parser.add_argument("usd", help="the limit in US dollars, such as 250, or none")

    def handle(self, *_arguments: object, **options: Any) -> None:
        limit = None if options["usd"] == NO_LIMIT else read_limit(options["usd"])
        if not Team.objects.filter(slug=options["slug"]).update(spend_limit=limit):
            slugs = ", ".join(Team.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"There is no team {options['slug']!r}. Teams: {slugs or 'none yet'}.")
        said = "no limit" if limit is None else f"a limit of {limit:,.2f} USD"
        self.stdout.write(f"{options['slug']} has {said}.")


def read_limit(text: str) -> Decimal:
    """Read an amount in USD. Raises CommandError with the remedy."""
    try:
        limit = Decimal(text)
        to_micros(limit)
    except (InvalidOperation, ValueError) as error:
        raise CommandError(f"{text!r} is not an amount in US dollars. Try 250 or 99.50.") from error
    if limit < 0:
        raise CommandError("A limit is zero or more.")
    return limit
