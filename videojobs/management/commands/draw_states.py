"""Print the drawing of a job's states that stands in docs/states.md."""

from django.core.management.base import BaseCommand

from videojobs.states import drawing


class Command(BaseCommand):
    """`manage.py draw_states` prints the Mermaid diagram of the table of allowed steps."""

    help = __doc__ or ""

    def handle(self, *_arguments: object, **_options: object) -> None:
        self.stdout.write(drawing())
