"""A claim and an id are on the disk once their transaction has ended."""

import pytest
from django.db import OperationalError, connection, transaction

from dashboard.env import Environment
from dashboard.settings import BASE_DIR
from tests.factories import NOW, Cast, create_job
from tests.videojobs.lifecycle.claims import accepted, claim
from videojobs import dispatch
from videojobs.lifecycle import claim_next, land_acceptance
from videojobs.lifecycle.steps import durable
from videojobs.models import Job, ProviderAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def asked(question: str) -> object:
    """Return the one value a statement answers with."""
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def test_sqlite_syncs_every_commit_by_its_settings() -> None:
    options = Environment({}).database("DATABASE_URL", BASE_DIR / "site.sqlite3")["OPTIONS"]
    assert "PRAGMA synchronous=FULL" in options["init_command"]
    assert "PRAGMA journal_mode=WAL" in options["init_command"]


@pytest.mark.postgresql
@pytest.mark.parametrize("usual", ["off", "local", "on"])
def test_postgresql_syncs_what_must_last_whatever_the_server_usually_does(usual: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET synchronous_commit TO {usual}")
    try:
        with durable():
            assert asked("SHOW synchronous_commit") == "on"
        assert asked("SHOW synchronous_commit") == usual
    finally:
        connection.close()


@pytest.mark.postgresql
def test_claims_and_ids_are_committed_that_way(
    cast: Cast, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_job(cast.alice, cast.team, account=account)
    seen = []
    on_commit = transaction.on_commit

    def watched(*arguments: object, **options: object) -> None:
        seen.append(asked("SHOW synchronous_commit"))

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    monkeypatch.setattr(transaction, "on_commit", watched)
    land_acceptance(accepted(claim(account)), now=NOW)
    monkeypatch.setattr(transaction, "on_commit", on_commit)
    connection.close()
    assert seen and set(seen) == {"on"}


def test_nothing_is_published_before_its_commit(
    cast: Cast, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_job(cast.alice, cast.team, account=account)
    published: list[str] = []

    def publish(message: dict[str, str]) -> None:
        assert not connection.in_atomic_block
        published.append(message["state"])

    monkeypatch.setattr("videojobs.broadcast.publish", publish)
    with transaction.atomic():
        claim_next(account.pk, dispatch.next_job, now=NOW)
        assert published == []
    assert published == ["sending"]
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        Job.objects.update(state="waiting")
        claim_next(account.pk, dispatch.next_job, now=NOW)
        raise ValueError("no")
    assert published == ["sending"]


def test_a_claim_whose_commit_nobody_confirmed_is_given_back_unsent(
    cast: Cast, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The database commits, and dies before it can say so: the claim stands, and its worker knows nothing.
    job = create_job(cast.alice, cast.team, account=account)
    leave = transaction.Atomic.__exit__
    lost: list[int] = []

    def unheard(self: transaction.Atomic, *how: object) -> None:
        leave(self, *how)  # type: ignore[arg-type]
        if not connection.in_atomic_block and not lost:
            lost.append(1)
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(transaction.Atomic, "__exit__", unheard)
    with pytest.raises(OperationalError):
        claim_next(account.pk, dispatch.next_job, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.claim_id, job.charged) == ("waiting", "", "no")
