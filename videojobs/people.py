"""Accounts of people: the one door through which they are made, and who vouches for their address."""

from allauth.account.models import EmailAddress
from django.db import transaction

from videojobs.models import User


def create_person(email: str, password: str | None = None, *, name: str = "", is_vouched: bool) -> User:
    """Make a person. Without a password they cannot sign in until they set one.

    `is_vouched`: somebody who may (an operator, the first visitor, who asked them in by their address) says
    that the address is theirs. Otherwise it must be checked before anything is given to whoever has it.
    """
    with transaction.atomic():
        person = User.objects.create_user(email, password, name=name)
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=is_vouched)
    return person


def may_be_another(person: User) -> bool:
    """Tell whether who uses an account may be somebody else than its address says: nobody checked it."""
    unchecked = EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=False)
    return bool(unchecked.exists())


def vouch_for(person: User) -> None:
    """Keep that a person's address is theirs, whether or not that was asked or known before."""
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"primary": True, "verified": True}
    )
