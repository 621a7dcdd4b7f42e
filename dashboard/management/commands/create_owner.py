"""`manage.py create_owner EMAIL --team NAME`: make an owner without the first visit."""

from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from dashboard import first_visit
from videojobs import audit, teams
from videojobs.models import User


class Command(BaseCommand):
    """Makes a team and its owner; the password comes from OWNER_PASSWORD, the rest from the command line."""

    help = "Make a team and its owner. Repeat it for another team; a person who exists keeps their password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read who and which team."""
        parser.add_argument("email")
        parser.add_argument("--team", required=True, metavar="NAME")
        parser.add_argument("--name", default="", help="what to call the person")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Make them, and say so."""
        wish = teams.NewOwner(
            email=checked_email(options["email"]),
            password=settings.OWNER_PASSWORD,
            team=checked_name("--team", options["team"]),
            name=options["name"].strip(),
        )
        self._warn(wish)
        try:
            with audit.coming("command"):
                membership = teams.create_owner(wish, now=timezone.now())
        except teams.Refused as refused:
            raise CommandError(with_remedy(refused)) from refused
        first_visit.close()
        self.stdout.write(f"{membership.user.email} owns the team {membership.team.name}.")

    def _warn(self, wish: teams.NewOwner) -> None:
        """Say that a password is weak; whoever may run commands may still choose it."""
        try:
            validate_password(wish.password, User(email=wish.email, name=wish.name))
        except ValidationError as error:
            if wish.password:
                self.stderr.write(f"OWNER_PASSWORD is weak: {' '.join(error.messages)}", self.style.WARNING)


def with_remedy(refused: teams.Refused) -> str:
    """Return what was refused in the words of the command line."""
    remedy = " Set OWNER_PASSWORD." if refused.field == "password" else ""
    return f"{refused.message}{remedy}"


def checked_email(email: str) -> str:
    """Return an e-mail address, or end the command."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{email!r} is not an e-mail address.") from error
    return email


def checked_name(option: str, name: str) -> str:
    """Return a team's name, or end the command."""
    name = name.strip()
    if not name or len(name) > 120 or not name.isprintable():
        raise CommandError(f"{option} takes a name of 1 to 120 characters on one line.")
    return name
