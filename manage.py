#!/usr/bin/env python
"""Commands of the site: `python manage.py help` lists them."""

import os
import sys

from django.core.management import execute_from_command_line

from dashboard.env import WrongSetting
from dashboard.supervisor.run import run


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    try:
        if sys.argv[1:] == ["up"]:
            # Loading the whole site first would take longer than showing the first page.
            run()
        else:
            execute_from_command_line(sys.argv)
    except WrongSetting as problem:
        sys.exit(f"dailies: {problem}")


if __name__ == "__main__":
    main()
