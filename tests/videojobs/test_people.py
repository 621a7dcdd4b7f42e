"""Accounts: whose address somebody vouches for."""

import pytest
from allauth.account.models import EmailAddress

from tests.factories import create_user
from videojobs.models import User
from videojobs.people import create_person, vouch_for

pytestmark = pytest.mark.django_db


def address(person: User) -> tuple[str, bool, bool]:
    """Return what is kept of a person's one address."""
    kept = EmailAddress.objects.get(user=person)
    return kept.email, kept.primary, kept.verified


@pytest.mark.parametrize("is_vouched", [True, False])
def test_a_person_has_their_address_and_whether_it_is_theirs(*, is_vouched: bool) -> None:
    person = create_person("Dora@example.org", "tall ships 44", name="Dora", is_vouched=is_vouched)
    assert address(person) == ("dora@example.org", True, is_vouched)
    assert (person.name, person.check_password("tall ships 44")) == ("Dora", True)


def test_without_a_password_nobody_signs_in_yet() -> None:
    assert not create_person("dora@example.org", is_vouched=True).has_usable_password()


def test_one_may_vouch_later_and_twice() -> None:
    person = create_person("dora@example.org", is_vouched=False)
    vouch_for(person)
    vouch_for(person)
    assert address(person) == ("dora@example.org", True, True)


def test_one_may_vouch_for_somebody_whose_address_nobody_kept() -> None:
    person = create_user("dora@example.org")
    vouch_for(person)
    assert address(person) == ("dora@example.org", True, True)
