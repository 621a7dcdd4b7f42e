"""What tests of signing in share: people whose address is vouched for, their passwords, codes of an app."""

import time
from contextlib import AbstractContextManager

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client, TestCase

from tests.factories import Cast, create_cast
from videojobs.models import AuditEntry, User
from videojobs.people import vouch_for

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def vouched_cast() -> Cast:
    """Return Alice, Bob, Charlie and their teams; somebody vouches for their addresses."""
    cast = create_cast()
    for person in (cast.alice, cast.bob, cast.charlie):
        vouch_for(person)
    return cast


def sign_in(client: Client, email: str = "bob@example.org", password: str = "", **more: str) -> str:
    """Sign in and return where that leads, or "" where it fails."""
    said = {"login": email, "password": password or email, **more}
    return client.post("/accounts/login/", said).headers.get("Location", "")


def show_again(client: Client, email: str = "bob@example.org") -> None:
    """Say the password again, as is asked before sign-in is changed."""
    client.post("/accounts/reauthenticate/", {"password": email})


def code(secret: str = SECRET, *, steps: int = 0) -> str:
    """Return what an authenticator app shows now, or so many half minutes later."""
    shown: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))
    return shown


def give_app(person: User) -> None:
    """Put an authenticator app on a person's account."""
    TOTP.activate(person, SECRET)


def noted(person: User) -> list[str]:
    """Return what the audit log says a person did, the first first."""
    return list(AuditEntry.objects.filter(actor=person).order_by("id").values_list("action", flat=True))


def committed() -> AbstractContextManager[object]:
    """Let what waits for a commit happen at the end of the block, as it does outside of tests."""
    return TestCase.captureOnCommitCallbacks(execute=True)
