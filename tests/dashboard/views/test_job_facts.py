"""What the job page lists of settings, money and file."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.views.job_facts import bytes_words, difference, file_of, money_of, phases_of, settings_of
from tests.factories import NOW, Cast, create_job, create_output
from videojobs.models import Job
from videojobs.money import ledger
from videojobs.states import State

pytestmark = pytest.mark.django_db


def job_with(cast: Cast, **body: object) -> Job:
    return create_job(cast.alice, cast.team, body={"model": "m/a", "prompt": "a boat"} | body)


def texts(job: Job) -> dict[str, str]:
    return {fact.label: fact.text for fact in settings_of(job)}


def test_only_what_was_asked_for_is_listed(cast: Cast) -> None:
    assert list(texts(job_with(cast))) == ["Model", "Model id", "Prompt"]


def test_width_and_height_are_one_line(cast: Cast) -> None:
    assert texts(job_with(cast, width=1280, height=720))["Size"] == "1280×720"


def test_switches_and_unheard_of_fields_are_words(cast: Cast) -> None:
    listed = texts(job_with(cast, generate_audio=True, some_new_field=3, settings={"audio": False}))
    assert (listed["Sound"], listed["Some new field"], listed["Settings audio"]) == ("on", "3", "off")


def test_media_say_which_and_where(cast: Cast) -> None:
    media = {
        "frame_images": [{"input_image": "https://x.org/a.png", "frame": "first"}],
        "reference_images": ["https://x.org/b.png", "https://x.org/c.png"],
        "source_video": {"video": "https://x.org/d.mp4"},
    }
    listed = texts(job_with(cast, media=media))
    assert listed["Frame (first)"] == "https://x.org/a.png"
    assert listed["Reference picture 2"] == "https://x.org/c.png"
    assert listed["Clip to change"] == "https://x.org/d.mp4"


def labels(job: Job) -> list[str]:
    job.refresh_from_db()
    return [amount.label for amount in money_of(job)]


def test_a_running_job_holds(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    assert labels(job) == ["Estimate, list price", "Held", "Charged?"]


def test_a_lost_jobs_amount_is_unknown(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.LOST)
    assert labels(job) == ["Estimate, list price", "Unknown", "Charged?"]


def test_a_charged_job_says_its_cost_and_the_difference(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    ledger.settle(job.id, Decimal("0.30"), now=NOW, reason="Reported.")
    assert labels(job)[-2:] == ["Cost", "Difference"]


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ("0.28", ("none", "Exactly as estimated.")),
        ("0.35", ("+$0.07", "25 % over the estimate.")),
        ("0.21", ("−$0.07", "25 % under the estimate.")),
        ("0.280001", ("+$0.000001", "under 1 % over the estimate.")),
    ],
)
def test_a_difference_is_an_amount_and_words(cost: str, said: tuple[str, str]) -> None:
    assert difference(Decimal(cost), Decimal("0.28")) == said


def test_a_file_names_its_checksum_and_size(cast: Cast) -> None:
    output = create_output(create_job(cast.alice, cast.team, state=State.COMPLETED))
    listed = {fact.label: fact.text for fact in file_of(output)}
    assert (listed["Size"], listed["Length"], listed["SHA-256"]) == ("1366×768", "5 s", "0" * 64)
    assert listed["Bytes"] == "123,456 (120.6 KiB)"


@pytest.mark.parametrize(("count", "words"), [(12, "12 B"), (2**20, "1.0 MiB"), (3 * 2**30, "3.0 GiB")])
def test_bytes_are_read_by_people(count: int, words: str) -> None:
    assert bytes_words(count) == words


def test_phases_fill_one_line_in_order(cast: Cast) -> None:
    marks = {"claimed_at": 10, "accepted_at": 11, "finished_at": 81, "ended_at": 91}
    times: dict[str, Any] = {name: NOW + timedelta(seconds=seconds) for name, seconds in marks.items()}
    job = create_job(cast.alice, cast.team, state=State.COMPLETED, **times)
    phases = phases_of(job)
    assert [(phase.word, phase.seconds) for phase in phases] == [
        ("waited", 10),
        ("sent", 1),
        ("at the provider", 70),
        ("kept", 10),
    ]
    assert round(phases[-1].x + phases[-1].width) == 100


def test_a_waiting_job_has_no_phases_yet(cast: Cast) -> None:
    assert phases_of(create_job(cast.alice, cast.team)) == []


def test_a_credited_job_says_what_counts_as_spent(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    ledger.settle(job.id, Decimal("0.30"), now=NOW, reason="Reported.")
    ledger.credit(job.id, Decimal("0.10"), now=NOW, reason="Credited: a ticket", actor=cast.alice)
    job.refresh_from_db()
    said = {amount.label: amount.text for amount in money_of(job)}
    assert (said["Cost"], said["Given back"], said["After credits"]) == ("$0.30", "−$0.10", "$0.20")
    assert said["Difference"] == "+$0.02"
