"""The dispute pack: everything the provider needs about one charge, and nothing that is secret."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from django.db import transaction
from django.http import StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from dashboard.views import dispute
from tests.factories import NOW, Cast, create_job, create_user, join
from videojobs.models import Job, Look
from videojobs.money import ledger
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db

KEY = "tgp_v1_abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.fixture
def job(cast: Cast, settings: Settings) -> Job:
    """Return a lost job of Bob's with two looks, one of which repeats our key."""
    settings.PROVIDER_KEY = KEY
    job = create_job(
        cast.bob, cast.team, state=State.LOST, charged="unknown", charged_why="It may have been charged."
    )
    body = {"model": job.model, "prompt": "Ein Boot, Überfahrt „heute“", "width": 1366, "height": 768}
    Job.objects.filter(id=job.id).update(body=body, provider_id="video-7", claimed_at=NOW, accepted_at=NOW)
    Look.objects.create(job=job, at=NOW, outcome="queued", raw='{"id":"video-7","status":"queued"}')
    leak = f'{{"error":"Bearer {KEY} is not allowed"}}'
    later = NOW + timedelta(seconds=9)
    Look.objects.create(job=job, at=later, outcome="LookRefused", status=401, message="No.", raw=leak)
    return Job.objects.get(id=job.id)


def ask(client: Client, job: Job) -> StreamingHttpResponse:
    return client.get(f"/jobs/{job.id}/dispute.zip")  # type: ignore[return-value]


def opened(client: Client, job: Job) -> dict[str, str]:
    """Return what is in the pack, by name."""
    answer = ask(client, job)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_pack_holds_everything(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.alice)
    assert list(opened(client, job)) == [
        "README.txt",
        "request.json",
        "job.json",
        "price.json",
        "ledger.json",
        "looks.json",
        "answers/00001-20261123T120000Z.txt",
        "answers/00002-20261123T120009Z.txt",
    ]


def test_the_request_is_byte_for_byte_what_is_sent(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.alice)
    sent = httpx.Request("POST", "http://x/", json=job.wire_body.to_wire()).content
    assert opened(client, job)["request.json"].encode() == sent


def test_no_key_and_no_person_is_in_it(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.alice)
    with transaction.atomic():
        ledger.settle(job.id, Decimal("0.3"), now=NOW, reason="Settled by hand: the bill", actor=cast.alice)
    whole = "\n".join(opened(client, job).values())
    for secret in (KEY, KEY[:12], "alice@", "bob@", "Alice", "Bob", job.account.key_fingerprint or "@"):
        assert secret not in whole


def test_the_readme_is_for_people(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.alice)
    text = opened(client, job)["README.txt"]
    for said in (job.id, "video-7", "Nobody knows. It may have been charged.", "Estimated         0.28 USD."):
        assert said in text


def test_money_and_looks_are_exact(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.alice)
    with transaction.atomic():
        ledger.settle(job.id, Decimal("0.300001"), now=NOW, reason="The bill", actor=cast.alice)
    files = opened(client, job)
    price, entries = json.loads(files["price.json"]), json.loads(files["ledger.json"])
    assert (price["estimate"], price["cost"], price["difference"]) == ("0.28", "0.300001", "0.020001")
    assert [(entry["kind"], entry["by"]) for entry in entries] == [
        ("hold", "a person"),
        ("settle", "a person"),
        ("release", "a person"),
    ]
    assert entries[1]["previous"] == entries[0]["hash"]
    assert [look["outcome"] for look in json.loads(files["looks.json"])] == ["queued", "LookRefused"]


def test_a_last_answer_no_look_kept_is_there_too(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.alice)
    Job.objects.filter(id=job.id).update(last_answer='{"status":"gone"}')
    assert opened(client, job)["answers/last.txt"] == '{"status":"gone"}'


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_pack(client: Client, cast: Cast, state: State) -> None:
    client.force_login(cast.alice)
    assert "README.txt" in opened(client, create_job(cast.bob, cast.team, state=state))


def test_a_body_nobody_can_read_any_more_goes_out_as_it_is_kept(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.alice)
    Job.objects.filter(id=job.id).update(body={"model": "m/a", "old_field": 1})
    assert json.loads(opened(client, job)["request.json"]) == {"model": "m/a", "old_field": 1}


def test_who_may(client: Client, cast: Cast, job: Job) -> None:
    member = create_user("mia@example.org")
    join(member, cast.team, Role.MEMBER)
    asked = ((cast.bob, 200), (cast.alice, 200), (member, 403), (cast.charlie, 404))
    for person, status in asked:
        client.force_login(person)
        answer = ask(client, job)
        assert answer.status_code == status
        if answer.streaming:
            answer.getvalue()  # read to its end, which closes it


def test_its_name_is_safe(client: Client, cast: Cast, job: Job) -> None:
    client.force_login(cast.alice)
    answer = ask(client, job)
    assert answer["Content-Disposition"] == f'attachment; filename="dispute-{job.id}.zip"'
    assert answer["Content-Type"] == "application/zip"
    answer.getvalue()


def test_no_more_than_one_file_is_held_at_a_time() -> None:
    made = []

    def files() -> Iterator[tuple[str, str]]:
        for number in range(3):
            made.append(number)
            yield f"{number}.txt", "x" * 100

    parts = dispute.packed(files())
    next(parts)
    assert made == [0]
