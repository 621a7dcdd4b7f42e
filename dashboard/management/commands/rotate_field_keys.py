"""`manage.py rotate_field_keys`: seal every stored secret with the first of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.signing_in import reseal_factors
from videojobs import sealing
from videojobs.models import Channel, ProviderKey

COLUMNS = ((ProviderKey, "sealed"), (Channel, "sealed_address"), (Channel, "sealed_secret"))


class Command(BaseCommand):
    """Row by row: one that somebody changes meanwhile keeps what they wrote."""

    help = "Seal all stored secrets with the first of FIELD_KEYS; afterwards the others may go."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Seal them anew, and say what could not be opened."""
        done, closed = 0, []
        for model, column in COLUMNS:
            for pk, sealed in model._default_manager.exclude(**{column: ""}).values_list("pk", column):
                try:
                    fresh = sealing.reseal(sealed)
                except sealing.CannotUnseal:
                    closed.append(f"{model._meta.verbose_name} {pk}")
                    continue
                done += model._default_manager.filter(pk=pk, **{column: sealed}).update(**{column: fresh})
        try:
            done += reseal_factors()
        except sealing.CannotUnseal:
            closed.append("a second step")
        self.stdout.write(f"{done} secrets are sealed with the first key.")
        if closed:
            names = ", ".join(dict.fromkeys(closed))
            raise CommandError(f"None of FIELD_KEYS opens: {names}. Set the key they were sealed with, too.")
