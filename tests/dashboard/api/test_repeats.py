"""A request that comes twice makes one job."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from tests.dashboard.api.scripts import WISH, Script
from tests.factories import NOW, Cast, create_cast
from videojobs.models import Job, Project

REST = {"body": WISH}
BOTH = pytest.mark.parametrize(("path", "wish"), [("/v2/videos", WISH), ("/api/v1/jobs", REST)])


@BOTH
def test_the_same_key_and_body_return_the_same_job(alice: Script, path: str, wish: dict[str, Any]) -> None:
    first, second = (alice.post(path, wish, idempotency_key="k1") for _ in range(2))
    assert first.status_code == second.status_code
    assert first.json()["id"] == second.json()["id"]
    assert Job.objects.count() == 1


@BOTH
def test_without_a_key_each_request_is_a_wish(alice: Script, path: str, wish: dict[str, Any]) -> None:
    assert alice.post(path, wish).json()["id"] != alice.post(path, wish).json()["id"]


@BOTH
def test_the_same_key_with_another_body_is_a_409(alice: Script, path: str, wish: dict[str, Any]) -> None:
    alice.create(idempotency_key="k1")
    other = WISH | {"seed": 1}
    answer = alice.post(path, other if wish is WISH else {"body": other}, idempotency_key="k1")
    assert (answer.status_code, answer["x-should-retry"]) == (409, "false")
    assert answer.json()["error"]["code"] == "idempotency_key_reused"
    assert Job.objects.count() == 1


def test_a_key_is_good_at_both_doors(alice: Script) -> None:
    first = alice.create(idempotency_key="k1").json()
    again = alice.post("/api/v1/jobs", REST, idempotency_key="k1")
    assert again.json()["id"] == first["id"]
    assert again["Idempotent-Replayed"] == "true"


def test_another_project_is_another_wish(alice: Script, cast: Cast) -> None:
    Project.objects.create(team=cast.team, name="Trailers", created_at=NOW)
    alice.post("/api/v1/jobs", REST, idempotency_key="k1")
    answer = alice.post("/api/v1/jobs", REST | {"project": "trailers"}, idempotency_key="k1")
    assert answer.status_code == 409


def test_the_order_of_fields_is_no_difference(alice: Script) -> None:
    first = alice.post("/v2/videos", WISH | {"seed": 1, "fps": 25}, idempotency_key="k1").json()
    assert alice.post("/v2/videos", {"fps": 25, "seed": 1} | WISH, idempotency_key="k1").json() == first


def test_a_key_belongs_to_its_token(alice: Script, bob: Script) -> None:
    assert alice.create(idempotency_key="k").json()["id"] != bob.create(idempotency_key="k").json()["id"]


@pytest.mark.parametrize("key", ["x" * 256, "a\x07b", "schlüssel"])
def test_a_key_nobody_can_keep_is_refused(alice: Script, key: str) -> None:
    answer = alice.create(idempotency_key=key)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "Idempotency-Key"
    assert not Job.objects.exists()


def test_what_the_package_calls_a_repeat_returns_the_earlier_job(alice: Script) -> None:
    first = alice.create(x_stainless_retry_count="0").json()
    assert alice.create(x_stainless_retry_count="1").json() == first
    assert alice.create(x_stainless_retry_count="2").json() == first


def test_a_repeat_of_another_body_is_a_job_of_its_own(alice: Script) -> None:
    alice.create()
    alice.post("/v2/videos", WISH | {"seed": 1}, x_stainless_retry_count="1")
    assert Job.objects.count() == 2


def test_a_repeat_from_another_token_is_a_job_of_its_own(alice: Script, bob: Script) -> None:
    alice.create()
    bob.create(x_stainless_retry_count="1")
    assert Job.objects.count() == 2


@pytest.mark.parametrize(("minutes", "jobs"), [(9.9, 1), (10.1, 2)])
def test_a_repeat_means_the_last_ten_minutes(alice: Script, minutes: float, jobs: int) -> None:
    alice.create()
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        alice.create(x_stainless_retry_count="1")
    assert Job.objects.count() == jobs


@pytest.mark.parametrize("count", ["", "-1", "one", "٣", "1.5"])
def test_a_count_that_is_none_is_no_repeat(alice: Script, count: str) -> None:
    alice.create()
    alice.create(x_stainless_retry_count=count)
    assert Job.objects.count() == 2


def test_a_key_counts_before_the_packages_own_word(alice: Script) -> None:
    alice.create(idempotency_key="k1")
    alice.create(idempotency_key="k2", x_stainless_retry_count="1")
    assert Job.objects.count() == 2


def at_once(count: int, ask: Callable[[], Any]) -> list[Any]:
    """Ask from several threads at the same moment; return the answers."""
    gate, answers = threading.Barrier(count), []

    def run() -> None:
        gate.wait()
        answers.append(ask())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{"idempotency_key": "k1"}, {"x_stainless_retry_count": "1"}])
def test_several_at_once_make_one_job(headers: dict[str, str]) -> None:
    cast = create_cast()
    secret = Script.of(cast.alice, cast.team).secret
    answers = at_once(4, lambda: Script(secret).create(**headers))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Job.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_of_the_database_after_the_commit() -> None:
    cast = create_cast()
    script, inside = Script.of(cast.alice, cast.team), []

    def note(execute: Any, sql: str, parameters: Any, many: Any, context: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return execute(sql, parameters, many, context)

    for path, wish in (("/v2/videos", WISH), ("/api/v1/jobs", REST)):
        with connection.execute_wrapper(note):
            assert script.post(path, wish).status_code in (200, 201)
        assert inside[-1], f"a query after the commit of {path} could turn it into an error"


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_not_seen(settings: Any, tmp_path: Any) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"
    cast = create_cast()
    script = Script.of(cast.alice, cast.team)
    start = time.monotonic()
    assert script.create().status_code == 200
    assert time.monotonic() - start < 1.5
