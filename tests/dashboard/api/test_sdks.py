"""The published `together` packages, unchanged, against our gateway behind the real web server."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from tests.dashboard.api.dropping import dropping
from tests.dashboard.api.scripts import WISH, Script
from tests.dashboard.web import stack, web
from tests.factories import Cast, create_cast, create_job, create_output
from tests.journeys.stack import ROOT, Stack
from videojobs.models import Job, Output
from videojobs.states import State

__all__ = ["stack", "web"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

HERE = Path(__file__).parent
BASES = {"sdk1": "/v1", "sdk3": ""}
BOTH = pytest.mark.parametrize("sdk", BASES)


@pytest.fixture
def cast() -> Cast:
    """Alice, Bob and Charlie."""
    return create_cast()


@pytest.fixture
def secret(cast: Cast) -> str:
    """The secret of Alice's token."""
    return Script.of(cast.alice, cast.team).secret


def run(sdk: str, script: Path, *arguments: str, given: str = "") -> Any:
    """Run a script in a package's own environment; return what it printed."""
    python = ROOT / ".venvs" / sdk / "bin" / "python"
    if not python.exists():
        pytest.skip(f"needs .venvs/{sdk}: run make test")
    environ = os.environ | {"TOGETHER_NO_BANNER": "1", "NO_PROXY": "127.0.0.1"}
    command = [str(python), str(script), *arguments]
    ran = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=90, env=environ, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def create(base: str, key: str, wish: dict[str, Any] | None = None, **headers: str) -> list[object]:
    """Return the words for one create."""
    return [
        base,
        key,
        "create",
        wish or WISH,
        {name.replace("_", "-"): text for name, text in headers.items()},
    ]


def retrieve(base: str, key: str, job_id: str) -> list[object]:
    """Return the words for one retrieve."""
    return [base, key, "retrieve", job_id, {}]


def calls(sdk: str, *several: list[object]) -> list[dict[str, Any]]:
    """Make calls with a package; return what came of each."""
    answers: list[dict[str, Any]] = run(sdk, HERE / "sdk_calls.py", given=json.dumps(several))
    return answers


def test_a_script_written_for_together_runs_to_its_clip(stack: Stack, web: str, secret: str) -> None:
    stack.start_worker()
    stack.start_beat()
    for sdk, base in BASES.items():
        script = ROOT / "tests" / "together_script.py"
        answer = run(sdk, script, web + base, secret, WISH["model"], f"A boat for {sdk}")
        assert answer["statuses"][-1] == "completed"
        assert answer["job"]["outputs"]["cost"] == 0.28
        clip = httpx.get(answer["job"]["outputs"]["video_url"], trust_env=False)
        output = Output.objects.get(job=answer["id"])
        assert (clip.status_code, hashlib.sha256(clip.content).hexdigest()) == (200, output.sha256)
    assert Job.objects.count() == 2


def test_an_answer_lost_after_the_commit_makes_one_job(web: str, secret: str) -> None:
    with dropping(web, 2) as (origin, lost):
        [answer] = calls("sdk3", create(origin, secret))
    assert lost.answered == [200] * 3
    assert [job.id for job in Job.objects.all()] == [answer["id"]]


def test_the_old_package_needs_a_key_to_say_the_same(web: str, secret: str) -> None:
    with dropping(web, 1) as (origin, lost):
        [answer] = calls("sdk1", create(f"{origin}/v1", secret, Idempotency_Key="mine"))
    assert lost.answered == [200] * 2
    assert [job.id for job in Job.objects.all()] == [answer["id"]]


@BOTH
def test_any_base_url_leads_to_the_gateway(live_server: LiveServer, secret: str, sdk: str) -> None:
    answers = calls(sdk, *(create(live_server.url + base, secret) for base in ("", "/v1", "/v2")))
    assert {answer["id"] for answer in answers} == set(Job.objects.values_list("id", flat=True))
    assert len(answers) == Job.objects.count()


@BOTH
def test_refusals_arrive_as_the_packages_own_errors(live_server: LiveServer, secret: str, sdk: str) -> None:
    base = live_server.url + BASES[sdk]
    wrong, stranger, missing = calls(
        sdk,
        create(base, secret, WISH | {"model": "nobody/none"}),
        create(base, "wrong"),
        retrieve(base, secret, "job_none"),
    )
    assert wrong["error"] == {"sdk1": "InvalidRequestError", "sdk3": "BadRequestError"}[sdk]
    assert "nobody/none" in wrong["text"]
    assert (stranger["error"], stranger["status"]) == ("AuthenticationError", 401)
    assert missing["status"] == 404


def test_an_unknown_cost_stops_the_old_package_as_it_does_there(
    live_server: LiveServer, secret: str, cast: Cast
) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    create_output(job)
    [old] = calls("sdk1", retrieve(f"{live_server.url}/v1", secret, job.id))
    [new] = calls("sdk3", retrieve(live_server.url, secret, job.id))
    assert (old["error"], "outputs.cost" in old["text"]) == ("ValidationError", True)
    assert (new["status"], new["outputs"].get("cost")) == ("completed", None)
