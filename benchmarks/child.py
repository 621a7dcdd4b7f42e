"""One benchmark in a process of its own: `python -m benchmarks.child NAME DATABASE --out FILE [--quick]`.

The environment names the database, the broker and the provider's side; the tables are made here.
"""

import argparse
import importlib
import json
from pathlib import Path

import django
from django.core.management import call_command

from benchmarks.figures import as_json


def main() -> None:
    """Measure and write the figures down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("database")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    # Tables can be read only after the set-up above.
    figures = importlib.import_module(f"benchmarks.{options.name}").measure(
        options.database, quick=options.quick
    )
    options.out.write_text(json.dumps([as_json(figure) for figure in figures]))


if __name__ == "__main__":
    main()
