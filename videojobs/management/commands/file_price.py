"""Put a price on file for a model, so that scripts may use one that nobody lists a price for."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from videojobs import prices
from videojobs.catalog.types import PriceUnit
from videojobs.models import Membership
from videojobs.pricelist import Rule, WrongPrice, put
from videojobs.rights import Right


class Command(BaseCommand):
    """`manage.py file_price EMAIL MODEL USD UNIT --team SLUG` files a price in a person's name."""

    help = "Put a model's price on file, in US dollars for each clip or second."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="who says so; must be allowed to put prices on file")
        parser.add_argument("model", help="the model's id, such as vidu/vidu-q3")
        parser.add_argument("usd", help="the price in US dollars, such as 0.0975")
        parser.add_argument("unit", choices=[unit.value for unit in PriceUnit], help="what it is for")
        parser.add_argument("--source", default="", help="where the price is from, such as an invoice")
        parser.add_argument("--team", required=True, help="the team's short name")

    def handle(self, *_arguments: object, **options: Any) -> None:
        member = self._member(options["email"], options["team"])
        try:
            price = prices.typed(options["usd"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        unit = PriceUnit(options["unit"])
        rule = Rule(options["model"], price.usd, unit, source=options["source"])
        try:
            put(member.team, rule, member.user, now=datetime.now(UTC))
        except WrongPrice as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{options['model']}: {price.usd} USD for each {unit} in {member.team}.")

    def _member(self, email: str, slug: str) -> Membership:
        members = Membership.objects.select_related("team", "user")
        member = members.filter(user__email__iexact=email, team__slug=slug).first()
        if member is None:
            raise CommandError(f"{email} is in no team {slug!r}.")
        if not member.may(Right.SET_PRICES):
            raise CommandError(f"{email} is {member.role} there, which may not {Right.SET_PRICES}.")
        return member
