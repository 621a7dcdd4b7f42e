"""The published `together` packages against the simulator: what works there works here."""

import json
import os
import subprocess
from typing import Any

import pytest

from tests.simulator import KEY, ROOT, Simulator

SCRIPT = ROOT / "tests" / "together_script.py"


def run_sdk(environment: str, base_url: str, prompt: str) -> dict[str, Any]:
    """Run a script with one published package; return what it printed."""
    python = ROOT / ".venvs" / environment / "bin" / "python"
    if not python.exists():
        pytest.skip(f"needs .venvs/{environment}: run make test")
    command = [str(python), str(SCRIPT), base_url, KEY, "minimax/video-01-director", prompt]
    environ = os.environ | {"TOGETHER_NO_BANNER": "1", "NO_PROXY": "127.0.0.1"}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environ)
    assert ran.returncode == 0, ran.stderr
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


@pytest.mark.parametrize(("environment", "path"), [("sdk1", "/v1"), ("sdk3", "")])
def test_a_published_package_makes_and_watches_a_job(
    simulator: Simulator, environment: str, path: str
) -> None:
    answer = run_sdk(environment, simulator.url + path, f"a cat for {environment}")

    assert answer["statuses"][-1] == "completed"
    assert answer["job"]["outputs"]["cost"] == 0.28
    assert [create["id"] for create in simulator.creates(f"a cat for {environment}")] == [answer["id"]]


def test_the_old_package_stumbles_over_a_missing_cost_as_it_does_there(simulator: Simulator) -> None:
    with pytest.raises(AssertionError, match="cost"):
        run_sdk("sdk1", simulator.url + "/v1", "[[fault:cost-missing]]")


def test_a_package_repeats_a_lost_create_by_itself(simulator: Simulator) -> None:
    """Why our own client never retries a create: each repetition is a job that costs."""
    simulator.fault("create-drop", "after", times=1)
    run_sdk("sdk3", simulator.url, "twice")

    creates = simulator.creates("twice")
    assert len({create["id"] for create in creates}) == 2
