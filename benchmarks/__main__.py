"""`python -m benchmarks [NAME …] [--quick] [--database NAME]`: measure, print figures beside references.

They are written as JSON too. Everything runs on loopback, is bounded in count and time, and ends by itself.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, as_lines, from_json, write_report
from benchmarks.stage import POSTGRESQL, ROOT, SQLITE, Stage, far_side, stage

LONGEST = 900
"""Seconds for one benchmark on one database."""


@dataclass(frozen=True)
class Benchmark:
    """One room of measurements and the databases it is done on."""

    name: str
    databases: tuple[str, ...]


BOTH = (SQLITE, POSTGRESQL)
BENCHMARKS = (
    Benchmark("looks", BOTH),
    Benchmark("delay", BOTH),
    Benchmark("submissions", BOTH),
    Benchmark("admission", BOTH),
    Benchmark("idle", (SQLITE,)),
    Benchmark("million", BOTH),
    Benchmark("exporting", BOTH),
    Benchmark("forecast", BOTH),
    Benchmark("spend", BOTH),
    Benchmark("fair_share", BOTH),
)


def main() -> int:
    """Run the benchmarks asked for. Returns 1 where one of them could not be run or missed its target."""
    options = _options()
    figures: list[Figure] = []
    with stage() as servers:
        for name, database in _rounds(options):
            found = run(servers, name, database, quick=options.quick)
            print("\n".join(line for figure in found for line in as_lines(figure)), flush=True)
            figures += found
    write_report(figures, options.out, quick=options.quick)
    print(f"written to {options.out}")
    return 0 if all(figure.met is not False for figure in figures) or options.quick else 1


def _rounds(options: argparse.Namespace) -> list[tuple[str, str]]:
    return [
        (benchmark.name, database)
        for benchmark in BENCHMARKS
        for database in benchmark.databases
        if not options.names or benchmark.name in options.names
        if options.database in {"", database}
    ]


def run(servers: Stage, name: str, database: str, *, quick: bool) -> list[Figure]:
    """Run one benchmark on one database in a process of its own."""
    print(f"{name} on {database}:", file=sys.stderr, flush=True)
    environment = servers.place(database)
    out = Path(environment["DATA_DIR"]) / "figures.json"
    command = [sys.executable, "-m", "benchmarks.child", name, database, "--out", str(out)]
    with far_side(servers.folder) as origin:
        environment["TOGETHER_BASE_URL"] = origin
        subprocess.run(
            [*command, *(["--quick"] if quick else [])],
            cwd=ROOT,
            env=environment,
            check=True,
            timeout=LONGEST,
        )
    return [from_json(values) for values in json.loads(out.read_text())]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *(one.name for one in BENCHMARKS)], metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="small counts: shows that it runs")
    parser.add_argument("--database", choices=BOTH, default="", help="on this one alone")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
