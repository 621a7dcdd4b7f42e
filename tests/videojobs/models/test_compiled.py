"""Statements whose SQL is written once do what the ORM does."""

import threading
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW, Cast, create_job
from videojobs.models import AuditEntry, Job, JobEvent, LedgerEntry, Token
from videojobs.models.compiled import Compiled, insert
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def jobs_since(team: int, state: str, since: datetime) -> QuerySet[Job]:
    """Return a query with an argument of each type, one of them used twice, and a fixed value."""
    jobs = Job.objects.filter(team=team, state=state, created_at__gte=since, project__team=team)
    return jobs.filter(decision="").select_related("person").order_by("created_at")


def test_it_returns_what_the_query_returns_whatever_the_arguments(cast: Cast) -> None:
    for minutes, state in ((0, State.WAITING), (1, State.WAITING), (2, State.COMPLETED)):
        create_job(cast.alice, cast.team, state=state, now=NOW + timedelta(minutes=minutes))
    read = Compiled(jobs_since, *(int, str, datetime))
    for team in (cast.team.pk, cast.elsewhere.pk):
        for word in ("waiting", "completed", "lost"):
            for minutes in (-1, 1, 5):
                moment = NOW + timedelta(minutes=minutes)
                assert read(team, word, moment) == list(jobs_since(team, word, moment))


def test_rows_come_whole_with_what_was_selected_beside_them(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    create_job(cast.alice, cast.team, usd="0.123456")
    read = Compiled(jobs_since, *(int, str, datetime))
    for _time in range(2):
        with django_assert_num_queries(1):
            (job,) = read(cast.team.pk, "waiting", NOW)
            assert (job.person.email, job.estimate) == ("alice@example.org", Decimal("0.123456"))
        assert job.created_at == NOW


def test_named_values_and_a_limit_work_too(cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    create_job(cast.bob, cast.team)
    read = Compiled(
        lambda team: Job.objects.filter(team=team).order_by("person").values_list("person")[:1], int
    )
    assert read(cast.team.pk) == [(cast.alice.pk,)]


@pytest.mark.django_db(transaction=True)
def test_each_thread_has_statements_of_its_own(cast: Cast) -> None:
    read, found = Compiled(lambda team: Job.objects.filter(team=team), int), []

    def run() -> None:
        try:
            found.append(read(cast.team.pk))
        finally:
            connection.close()

    create_job(cast.alice, cast.team)
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(rows) for rows in found] == [1] * 4


def test_an_inserted_row_is_what_a_created_one_is(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    columns = {"job": job, "team": cast.team, "at": NOW, "kind": "note", "to_state": "waiting"}
    columns |= {"why": "It’s “so”.", "data": {"a": [1, None, "ä"]}}
    created, event = JobEvent.objects.create(**columns), JobEvent(**columns)
    insert(event)
    assert event.id == created.id + 1
    made, first = JobEvent.objects.get(id=event.id), JobEvent.objects.get(id=created.id)
    made.id = first.id
    assert {**vars(made), "_state": None} == {**vars(first), "_state": None}


def test_rows_are_inserted_one_after_the_other(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [AuditEntry(team=cast.team, at=NOW, action="joined", subject=str(number)) for number in range(3)]
    for row in rows:
        with django_assert_num_queries(1):
            insert(row)
    assert [row.subject for row in AuditEntry.objects.order_by("id")] == ["0", "1", "2"]


def test_an_inserted_row_can_be_saved_again(cast: Cast) -> None:
    token = Token(user=cast.alice, team=cast.team, name="a", prefix="p", digest="d", created_at=NOW)
    insert(token)
    token.name = "b"
    token.save()
    assert Token.objects.get().name == "b"


def test_constraints_hold(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    entry = LedgerEntry.objects.get(job=job)
    entry.id = None
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(entry)
