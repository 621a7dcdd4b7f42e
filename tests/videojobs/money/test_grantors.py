"""Who may say yes or no to a job."""

import pytest

from tests.factories import NOW, Cast, create_asking_job, create_user, join
from videojobs import dispatch
from videojobs.models import Membership
from videojobs.money import grantors
from videojobs.rights import Role

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def member(cast: Cast, role: Role, name: str = "Dora") -> Membership:
    return join(create_user(f"{name.lower()}@example.org", name=name), cast.team, role)


@pytest.mark.parametrize(
    ("role", "others", "own"),
    [
        (Role.OWNER, True, True),
        (Role.ADMIN, True, False),
        (Role.BILLING, True, False),
        (Role.MEMBER, False, False),
        (Role.VIEWER, False, False),
    ],
)
def test_roles_answer_for_others_and_only_an_owner_for_themselves(
    cast: Cast, role: Role, *, others: bool, own: bool
) -> None:
    dora = member(cast, role)
    bobs, doras = (create_asking_job(person, cast.team) for person in (cast.bob, dora.user))
    assert (grantors.may_answer(dora, bobs), grantors.may_answer(dora, doras)) == (others, own)


def test_nobody_answers_for_another_team(cast: Cast) -> None:
    charlie = cast.charlie.memberships.get()
    assert not grantors.may_answer(charlie, create_asking_job(cast.bob, cast.team))


def test_owners_are_named_first_and_whoever_left_not_at_all(cast: Cast) -> None:
    membership = member(cast, Role.ADMIN)
    member(cast, Role.BILLING, "Eve")
    type(membership.user).objects.filter(email="eve@example.org").update(is_active=False)
    job = create_asking_job(cast.bob, cast.team)
    assert [person.name for person in grantors.grantors_of([job])[job.id]] == ["Alice", "Dora"]


def test_the_reason_of_a_waiting_job_names_them(cast: Cast) -> None:
    member(cast, Role.ADMIN)
    job = create_asking_job(cast.bob, cast.team, now=NOW)
    said = "Waits for a yes from Alice or Dora: it costs 5.60 USD, and a job above 1.00 USD needs a yes."
    assert dispatch.reasons([job], NOW) == {job.id: said}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "an owner"),
        (["Alice"], "Alice"),
        (["Alice", "Dora"], "Alice or Dora"),
        (["Alice", "Dora", "Eve"], "Alice, Dora or Eve"),
        (["Alice", "Dora", "Eve", "Fay"], "Alice, Dora, Eve or 1 other"),
        (["Alice", "Dora", "Eve", "Fay", "Gus"], "Alice, Dora, Eve or 2 others"),
    ],
)
def test_names_are_words(names: list[str], words: str) -> None:
    people = [create_user(f"{name.lower()}2@example.org", name=name) for name in names]
    assert grantors.named(people) == words
