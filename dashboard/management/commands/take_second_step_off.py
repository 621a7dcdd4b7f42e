"""`manage.py take_second_step_off EMAIL`: for somebody who has lost app, passkeys and recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dashboard.signing_in import take_second_step_off
from videojobs.models import User


class Command(BaseCommand):
    """Takes the second step off an account; the password stays. Make sure first who asks for it."""

    help = "Remove a person's authenticator app, passkeys and recovery codes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read whose."""
        parser.add_argument("email")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Take it off, and say so."""
        person = User.objects.filter(email__iexact=options["email"].strip()).first()
        if person is None:
            raise CommandError(f"Nobody here has the e-mail address {options['email']}.")
        if not take_second_step_off(person, timezone.now()):
            raise CommandError(f"{person.email} has no second step.")
        self.stdout.write(f"{person.email} signs in with the password alone now.")
