"""`manage.py new_field_key`: print a key for FIELD_KEYS."""

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Standard output is the key and nothing else."""

    help = "Print a new key that seals secrets. Put it first in FIELD_KEYS, then run rotate_field_keys."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Print it."""
        self.stdout.write(Fernet.generate_key().decode())
