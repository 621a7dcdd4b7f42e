"""Links in mails that let one person answer one question without signing in.

Who has the link can answer for that person, and do nothing else: it makes no session. It is signed, names the
job and the person, and is good only while the question is open and that person may answer it; whoever opens
one checks both.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from videojobs.models import Job, User

SALT = "dailies.asks"
SEPARATOR = "."  # an address with a colon is cut in two by some mail programs


class WrongLink(Exception):
    """This link is not one of ours."""


class LinkOver(WrongLink):
    """This link was one of ours and is too old."""


@dataclass(frozen=True)
class Asked:
    """Which job somebody was asked about, and who."""

    job_id: str
    person_id: int


def link_for(job: Job, person: User) -> str:
    """Return the address at which a person answers about a job. Each mail has its own."""
    return f"{settings.PUBLIC_URL}/asks/by-mail/{token_for(job, person)}/"


def token_for(job: Job, person: User) -> str:
    """Return the part of the address that says who is asked about what, signed and dated."""
    return _signer().sign(f"{job.id}-{person.pk}")


def read(token: str) -> Asked:
    """Return what a link names. Raises LinkOver for an old one and WrongLink for one we never made."""
    try:
        named = _signer().unsign(token, max_age=settings.ASKS_EXPIRE_AFTER)
    except SignatureExpired as error:
        raise LinkOver("This link is too old.") from error
    except BadSignature as error:
        raise WrongLink("This link is wrong.") from error
    job_id, _, person = named.rpartition("-")
    return Asked(job_id, int(person))


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=SEPARATOR, salt=SALT)
