"""`python -m benchmarks` runs, with small numbers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.stage import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_it_prints_each_figure_beside_its_reference_and_writes_json(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    command = ["looks", "submissions", "--quick", "--database", "sqlite", "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(out.read_text())["figures"]
    assert [figure["at_least"] for figure in figures] == [0.7, 3.0, 0.3]
    assert all(figure["ours"] > 0 and figure["reference"] > 0 for figure in figures)
    assert str(out) in done.stdout and "one task per look" in done.stdout


def test_a_name_nobody_knows_is_refused() -> None:
    command = [sys.executable, "-m", "benchmarks", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2 and "nothing" in done.stderr
