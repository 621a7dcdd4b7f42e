"""`manage.py simulator` serves the same simulator, at the speed of the settings."""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.simulator import ROOT


def test_it_says_where_it_is_and_serves(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "simulator", "--data", str(tmp_path / "simulator")]
    environ = os.environ | {
        "DATA_DIR": str(tmp_path),
        "SIMULATOR_SPEED": "1000",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("simulator ").strip()
        body = {"model": "minimax/video-01-director", "prompt": "a cat [[fault:cancel-after=0]]"}
        job = httpx.post(f"{url}/v2/videos", json=body, headers={"authorization": "Bearer x"}).json()
        process.terminate()
    assert process.returncode == 0
    assert job["status"] == "queued"
