"""Pages say what is true of jobs whose account is not set up, and of those a backup brought back."""

import pytest
from django.test import Client

from tests.factories import Cast, create_job, live_account
from videojobs.models import Decision
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [State.QUEUED, State.IN_PROGRESS, State.STORING])
def test_a_job_nobody_looks_at_says_so_on_its_page_and_in_the_queue(
    alice: Client, cast: Cast, state: State
) -> None:
    job = create_job(cast.alice, cast.team, account=live_account(), state=state)
    for address in (f"/jobs/{job.id}/", "/queue/"):
        assert "Nobody looks at it meanwhile" in alice.get(address).content.decode()


def test_a_job_that_is_looked_at_says_nothing_of_the_kind(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    assert "Nobody looks at it" not in alice.get(f"/jobs/{job.id}/").content.decode()


@pytest.mark.parametrize(
    ("decision", "said"), [("", "is free again"), (Decision.RESTORED, "$0.28 stays unknown")]
)
def test_cancelling_says_what_becomes_of_the_money(
    alice: Client, cast: Cast, decision: str, said: str
) -> None:
    job = create_job(cast.alice, cast.team, decision=decision)
    shown = alice.post(f"/jobs/{job.id}/cancel/", follow=True).content.decode()
    assert said in shown
