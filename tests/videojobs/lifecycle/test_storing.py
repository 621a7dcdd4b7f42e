"""A finished job's clip is kept, whatever the link, the host, the disk or another worker does."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.factories import NOW, Cast, create_job, put
from tests.simulator import Simulator
from videojobs import tasks
from videojobs.accounts import provider_for
from videojobs.lifecycle import Place, claim_store, complete, store
from videojobs.models import Job, Notice, Output, ProviderAccount
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

Finished = Callable[..., Job]


@pytest.fixture
def finished(cast: Cast, account: ProviderAccount, rehearsal: Simulator) -> Finished:
    """Return a function that makes a job the simulator has finished."""

    def make(prompt: str = "a cat", **body: object) -> Job:
        provider_id = rehearsal.create(prompt=prompt, **body).json()["id"]
        rehearsal.ended(provider_id)
        return create_job(
            cast.alice, cast.team, account=account, state=State.STORING, provider_id=provider_id
        )

    return make


def attempt(job: Job, tmp_path: Path, *, now: datetime = NOW, max_bytes: int = 2**20) -> Job:
    """Make one attempt to keep a job's clip."""
    claimed = claim_store(job.id, now=now)
    assert claimed is not None, "nobody may store this now"
    store(claimed, provider_for(claimed.account), Place(tmp_path, max_bytes), clock=lambda: now)
    job.refresh_from_db()
    return job


def files(folder: Path) -> list[Path]:
    """Return every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_clip_is_ours_checked_and_has_a_poster(finished: Finished, tmp_path: Path) -> None:
    job = attempt(finished(), tmp_path)
    clip = tmp_path / job.output.name
    assert job.state == "completed"
    assert hashlib.sha256(clip.read_bytes()).hexdigest() == job.output.sha256
    assert (tmp_path / job.output.poster).read_bytes()[8:12] == b"WEBP"
    assert (job.output.bytes, job.output.container) == (clip.stat().st_size, "mp4")


def test_no_key_goes_to_the_files_host(finished: Finished, tmp_path: Path, rehearsal: Simulator) -> None:
    attempt(finished(), tmp_path)
    assert rehearsal.files() and not any(one["authorization"] for one in rehearsal.files())


@pytest.mark.parametrize(
    "fault",
    [
        "file=404",
        "file=500",
        *(f"file-body={how}" for how in ("html", "empty", "truncated", "noise", "drop")),
    ],
)
def test_a_bad_link_is_tried_again_with_a_fresh_one(
    finished: Finished, tmp_path: Path, rehearsal: Simulator, fault: str
) -> None:
    job = attempt(finished(f"[[fault:{fault}*1]]"), tmp_path)
    assert (job.state, job.next_store_at) == ("storing", NOW + timedelta(seconds=2))
    assert job.store_problem and files(tmp_path) == []
    assert attempt(job, tmp_path, now=NOW + timedelta(seconds=2)).state == "completed"


@pytest.mark.parametrize("link", ["expired", "relative", "private", "metadata", "file", "credentials"])
def test_a_link_that_cannot_be_used_is_asked_for_again(
    finished: Finished, tmp_path: Path, rehearsal: Simulator, link: str
) -> None:
    job = finished()
    rehearsal.fault("link", link, times=1)
    assert attempt(job, tmp_path).state == "storing"
    assert attempt(job, tmp_path, now=NOW + timedelta(seconds=2)).state == "completed"


def test_attempts_grow_rarer(finished: Finished, tmp_path: Path) -> None:
    job, now, waits = finished("[[fault:file=404]]"), NOW, []
    for _ in range(5):
        job = attempt(job, tmp_path, now=now)
        assert job.next_store_at is not None
        waits.append((job.next_store_at - now).total_seconds())
        now = job.next_store_at
    assert waits == [2, 5, 15, 60, 60]


def test_completed_without_a_link_is_read_again_after_2_4_8_30(finished: Finished, tmp_path: Path) -> None:
    job, now, waits = finished("[[fault:outputs=no-url]]"), NOW, []
    for _ in range(5):
        job = attempt(job, tmp_path, now=now)
        assert job.next_store_at is not None
        waits.append((job.next_store_at - now).total_seconds())
        now = job.next_store_at
    assert waits == [2, 4, 8, 30, 30]


def test_a_day_on_which_nobody_tried_loses_no_clip(finished: Finished, tmp_path: Path) -> None:
    job = attempt(finished("[[fault:file=404]]"), tmp_path, now=NOW + timedelta(days=9))
    assert job.state == "storing"


def test_a_fault_of_ours_is_tried_again_like_any_other(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_path: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("videojobs.media.probe.probe", broken)
    job = attempt(finished(), tmp_path)
    assert (job.state, job.next_store_at) == ("storing", NOW + timedelta(seconds=2))
    assert "Something of ours" in job.store_problem and files(tmp_path) == []


def test_after_a_day_it_is_lost_and_charged_as_it_was(finished: Finished, tmp_path: Path) -> None:
    job = finished("[[fault:file=404]]")
    Job.objects.update(store_attempts=20)
    later = NOW + timedelta(days=1)
    job = attempt(job, tmp_path, now=later)
    assert (job.state, job.charged) == ("lost", "yes")


def test_a_clip_over_the_cap_needs_a_decision(finished: Finished, tmp_path: Path) -> None:
    job = attempt(finished(), tmp_path, max_bytes=100)
    assert (job.state, job.decision, job.next_store_at) == ("storing", "too_large", None)
    assert Notice.objects.get().kind == "decision"
    assert claim_store(job.id, now=NOW + timedelta(days=9)) is None


def test_an_unwritable_disk_needs_a_decision(finished: Finished, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    job = attempt(finished(), blocked)
    assert (job.state, job.decision) == ("storing", "disk_full")


def test_two_workers_never_store_one_job(finished: Finished) -> None:
    job = finished()
    assert claim_store(job.id, now=NOW) is not None
    assert claim_store(job.id, now=NOW) is None


def test_a_silent_workers_job_is_free_after_its_lease(finished: Finished) -> None:
    job = finished()
    claim_store(job.id, now=NOW)
    assert claim_store(job.id, now=NOW + timedelta(seconds=26)) is not None


def test_the_slower_of_two_workers_leaves_no_file(
    finished: Finished, tmp_path: Path, account: ProviderAccount
) -> None:
    # Its lease ran out while it slept, and another worker kept the clip meanwhile.
    job = finished()
    slow = claim_store(job.id, now=NOW)
    kept = attempt(job, tmp_path, now=NOW + timedelta(seconds=30))
    before = set(files(tmp_path))
    assert slow is not None
    store(slow, provider_for(account), Place(tmp_path, 2**20), clock=lambda: NOW)
    assert set(files(tmp_path)) == before
    assert Output.objects.get().name == kept.output.name


def test_a_job_a_person_gave_up_is_not_completed(finished: Finished) -> None:
    job = finished()
    put(job, state=State.LOST, ended_at=NOW)
    assert not complete(job, Output(), now=NOW)


def test_a_clip_unlike_the_request_is_kept_and_says_so(finished: Finished, tmp_path: Path) -> None:
    job = finished("[[fault:clip-size=320x180]]")
    Job.objects.filter(id=job.id).update(body=job.body | {"width": 1366, "height": 768, "seconds": "9"})
    job = attempt(job, tmp_path)
    assert job.state == "completed"
    assert "instead of 1366x768" in job.output.difference
    assert "instead of 9 s" in job.output.difference


def test_a_clip_of_another_size_stays_a_job_of_the_size_asked_for(finished: Finished, tmp_path: Path) -> None:
    job = finished()
    asked = job.size
    job = attempt(job, tmp_path)
    assert f"{job.output.width}x{job.output.height}" != asked
    assert job.size == asked  # past times and charges are looked up by what was asked


@pytest.mark.parametrize("where", ["private", "http", "loop", "metadata", "ipv6", "file"])
def test_a_link_that_leads_somewhere_unsafe_is_not_followed(
    finished: Finished, tmp_path: Path, where: str
) -> None:
    job = attempt(finished(f"[[fault:file-redirect={where}]]"), tmp_path)
    assert job.state == "storing" and job.store_problem
    assert files(tmp_path) == []


def test_the_task_keeps_the_clip(finished: Finished) -> None:
    job = finished()
    tasks.store(job.id)
    job.refresh_from_db()
    assert job.state == "completed"
