"""`manage.py simulator`: the stand-in provider of rehearsal mode, as its own process."""

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from videojobs.provider import simulator


class Command(BaseCommand):
    help = "Serve a stand-in for the provider on a loopback port; nothing is bought. See docs/rehearsal.md."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        simulator.add_arguments(parser, speed=settings.SIMULATOR_SPEED)

    def handle(self, *_: Any, **options: Any) -> None:
        status = simulator.serve(
            port=options["port"], data=options["data"], speed=options["speed"], tiny=options["tiny"]
        )
        sys.exit(status)
