"""`manage.py create_member EMAIL --team SLUG --role ROLE`: put a person in a team without an invitation."""

from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dashboard.management.commands.create_owner import checked_email
from videojobs import audit, teams
from videojobs.models import Team, User
from videojobs.rights import Role


class Command(BaseCommand):
    """Makes a member; a new person's password comes from MEMBER_PASSWORD, the rest from the command line."""

    help = "Put a person in a team with a role. A person who exists keeps their password and name."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read who, which team and as what."""
        parser.add_argument("email")
        parser.add_argument("--team", required=True, metavar="SLUG")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", default="", help="what to call a new person")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Make them, and say who is what."""
        email, role = checked_email(options["email"]), Role(options["role"])
        wish = teams.NewMember(email, settings.MEMBER_PASSWORD, name=options["name"].strip()[:120])
        self._warn(wish)
        try:
            with audit.coming("command"):
                made = teams.create_member(find_team(options["team"]), wish, role, now=timezone.now())
        except teams.Refused as refused:
            remedy = " Set MEMBER_PASSWORD." if refused.field == "password" else ""
            raise CommandError(f"{refused.message}{remedy}") from refused
        self.stdout.write(f"{made.user.email} is {made.role} of {made.team.name}.")

    def _warn(self, wish: teams.NewMember) -> None:
        """Say that a password is weak; whoever may run commands may still choose it."""
        try:
            validate_password(wish.password, User(email=wish.email, name=wish.name))
        except ValidationError as error:
            if wish.password:
                words = f"MEMBER_PASSWORD is weak: {' '.join(error.messages)}"
                self.stderr.write(words, self.style.WARNING)


def find_team(slug: str) -> Team:
    """Return the team of a slug, or end the command with those there are."""
    found = Team.objects.filter(slug=slug.strip()).first()
    if found is None:
        known = ", ".join(Team.objects.order_by("slug").values_list("slug", flat=True)[:20])
        there = f"There are: {known}." if known else "Run create_owner first."
        raise CommandError(f"There is no team with the slug {slug!r}. {there}")
    return found
