"""Set what a team may spend in total, or take that limit away."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from videojobs.models import Limit, LimitAction, LimitPeriod, LimitScope, Team
from videojobs.money import budgets
from videojobs.money.budgets import LimitWish, WrongLimit
from videojobs.prices import plain

NO_LIMIT = "none"


class Command(BaseCommand):
    """`manage.py limit_team SLUG USD` stops a team's jobs at a total: spent, held and unknown together."""

    help = "Set a team's limit in US dollars, or `none`. Rehearsal money falls under it too, counted apart."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the team's short name")
        parser.add_argument("usd", help="the limit in US dollars, such as 250, or none")

    def handle(self, *_arguments: object, **options: Any) -> None:
        team = find_team(options["slug"])
        amount = None if options["usd"] == NO_LIMIT else read_limit(options["usd"])
        try:
            set_total(team, amount)
        except WrongLimit as wrong:
            raise CommandError(wrong.message) from wrong
        said = "no limit in total" if amount is None else f"a limit of {plain(amount)} USD in total"
        self.stdout.write(f"{team.slug} has {said}.")


def set_total(team: Team, amount: Decimal | None) -> None:
    """Set, change or take away the total at which a team's jobs stop. Raises WrongLimit."""
    now = timezone.now()
    totals = Limit.objects.active().filter(
        team=team,
        scope=LimitScope.TEAM.value,
        period=LimitPeriod.TOTAL.value,
        action=LimitAction.STOP.value,
    )
    kept = None if amount is None else totals.order_by("id").first()
    others = list(totals.exclude(pk=kept.pk) if kept else totals)
    if kept is not None:
        # Before the others go: an amount that is refused must take no limit away.
        budgets.change(kept, amount=amount, actor=None, now=now)
    elif amount is not None:
        wish = LimitWish(LimitScope.TEAM, LimitPeriod.TOTAL, amount, LimitAction.STOP)
        budgets.add(team, wish, None, now=now)
    for limit in others:
        budgets.retire(limit, None, now=now)


def find_team(slug: str) -> Team:
    """Return a team by its short name. Raises CommandError naming those there are."""
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        slugs = ", ".join(Team.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no team {slug!r}. Teams: {slugs or 'none yet'}.")
    return team


def read_limit(text: str) -> Decimal:
    """Read an amount in USD. Raises CommandError with the remedy."""
    try:
        limit = Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"{text!r} is not an amount in US dollars. Try 250 or 99.50.") from error
    if not limit.is_finite() or limit <= 0:
        raise CommandError(f"{text!r} is no limit: it is above 0. Type none to take the limit away.")
    return limit
