"""Two teams with a key each, over real HTTP: what one buys, only its own key buys and looks after."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from tests.factories import Cast, create_job
from tests.simulator import Simulator
from videojobs import provider_keys, tasks
from videojobs.models import Job, ProviderAccount, Team, User
from videojobs.provider.simulator_creates import fingerprint
from videojobs.states import State

pytestmark = pytest.mark.django_db(transaction=True)

ALICES, CHARLIES, NEW = (f"tgp_v1_a-key-of-some-team-000{number}" for number in range(3))
"""What the teams buy with; `NEW` is what Alice's team buys with later."""


@pytest.fixture(autouse=True)
def _live(rehearsal: Simulator, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the provider be a real simulator, and workers do only what the test asks them to."""
    settings.PROVIDER_BASE_URL = rehearsal.url
    monkeypatch.setattr(tasks, "nudge", lambda *_message: True)


def buys_with(key: str, team: Team, person: User) -> ProviderAccount:
    """Give a team a key."""
    return provider_keys.set_key(team, key, person, now=datetime.now(UTC))


def sent(person: User, team: Team, account: ProviderAccount, prompt: str) -> Job:
    """Make a job and let a worker send what waits in its account."""
    job = create_job(person, team, account=account, prompt=prompt, now=datetime.now(UTC))
    tasks.send(account.pk)
    job.refresh_from_db()
    return job


def stood(key: str) -> str:
    """Return how the simulator's log names a key."""
    return fingerprint(f"Bearer {key}")


def senders(simulator: Simulator) -> dict[str, str]:
    """Return with which key each prompt was sent."""
    return {one["body"]["prompt"]: one["headers"]["authorization"] for one in simulator.creates()}


def looked_at_until_finished(*accounts: ProviderAccount) -> None:
    """Look as a worker does, whatever the next look was planned for, until all clips are drawn."""
    until = time.monotonic() + 30
    while (watched := Job.objects.watched()).exists():
        assert time.monotonic() < until, "the simulator did not draw its clips"
        watched.update(next_look_at=datetime.now(UTC) - timedelta(seconds=1))
        for account in accounts:
            tasks.look(account.pk)
        time.sleep(0.02)


def test_each_job_is_sent_and_looked_after_with_its_own_teams_key(
    cast: Cast, rehearsal: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Alice's team takes another key while its first job runs: that job is kept with the retired one.

    On the whole way from sending to keeping, neither a key nor a prompt is logged.
    """
    caplog.set_level("DEBUG")
    first = buys_with(ALICES, cast.team, cast.alice)
    other = buys_with(CHARLIES, cast.elsewhere, cast.charlie)
    jobs = {ALICES: sent(cast.bob, cast.team, first, "a whale for bob")}
    jobs[CHARLIES] = sent(cast.charlie, cast.elsewhere, other, "a whale for charlie")
    second = buys_with(NEW, cast.team, cast.alice)
    left = create_job(cast.bob, cast.team, account=first, prompt="a whale left behind")
    jobs[NEW] = sent(cast.bob, cast.team, second, "a whale later")
    tasks.send(first.pk)  # a nudge from before the change
    assert senders(rehearsal) == {
        "a whale for bob": stood(ALICES),
        "a whale for charlie": stood(CHARLIES),
        "a whale later": stood(NEW),
    }

    looked_at_until_finished(first, second, other)
    for job in jobs.values():
        tasks.store(job.id)
        job.refresh_from_db()
    lookers = rehearsal.log()["lookers"]
    assert {key: lookers[job.provider_id] for key, job in jobs.items()} == {key: [stood(key)] for key in jobs}
    assert {job.state for job in jobs.values()} == {State.COMPLETED}
    assert Job.objects.get(pk=left.pk).state == State.WAITING  # and says that its key was given up
    said = [
        record.getMessage() for record in caplog.records if record.name.startswith(("videojobs", "dashboard"))
    ]
    assert said and not [line for line in said if "whale" in line or "tgp_v1" in line]
