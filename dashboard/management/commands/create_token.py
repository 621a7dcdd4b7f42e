"""`manage.py create_token EMAIL`: make an API token and print it alone."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from videojobs import audit, tokens
from videojobs.models import Membership, Project, User
from videojobs.rights import TokenScope
from videojobs.tokens import TokenWish


class Command(BaseCommand):
    """Makes a token for a person's first or named team. Standard output is the token and nothing else."""

    help = "Make an API token for a person and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read for whom."""
        parser.add_argument("email")
        parser.add_argument(
            "--team", default="", metavar="NAME", help="its name or slug; else the first one joined"
        )
        parser.add_argument("--name", default="Command line", help="what the token is for")
        parser.add_argument("--scope", default="all", choices=[scope.value for scope in TokenScope])
        parser.add_argument("--project", default="", metavar="NAME", help="the one project it is for")
        parser.add_argument("--days", type=int, default=0, help="how long it works; 0: until it is revoked")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Make it and print it."""
        membership = find_membership(options["email"].strip(), options["team"].strip())
        now = timezone.now()
        wish = TokenWish(
            name=options["name"].strip()[:80] or "Command line",
            scope=TokenScope(options["scope"]),
            project=find_project(membership, options["project"].strip()),
            expires_at=now + timedelta(days=options["days"]) if options["days"] else None,
        )
        with audit.coming("command"):
            _token, secret = tokens.create(membership.user, membership.team, wish, now=now)
        self.stdout.write(secret)


def find_project(membership: Membership, name: str) -> Project | None:
    """Return a project of the team by its name, or end the command; None where no name is given."""
    if not name:
        return None
    projects = membership.team.projects.current()
    found = projects.filter(name__iexact=name).first()
    if found is None:
        known = ", ".join(projects.order_by("name").values_list("name", flat=True))
        raise CommandError(f"{membership.team} has no project named {name}. It has: {known}.")
    return found


def find_membership(email: str, team: str) -> Membership:
    """Return where a person is a member, or end the command with what is missing."""
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise CommandError(f"Nobody here has the e-mail address {email}. Run create_owner first.")
    if not person.is_active:
        raise CommandError(f"The account of {person.email} is closed, so its tokens would not work.")
    memberships = list(person.memberships.select_related("team", "user").order_by("created_at", "id"))
    if not memberships:
        raise CommandError(f"{person.email} is in no team.")
    if not team:
        return memberships[0]
    for membership in memberships:
        if team.lower() in {membership.team.name.lower(), membership.team.slug}:
            return membership
    known = ", ".join(membership.team.name for membership in memberships)
    raise CommandError(f"{person.email} is in no team named {team}, but in: {known}.")
