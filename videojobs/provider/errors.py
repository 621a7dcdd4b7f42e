"""What can go wrong at the provider, split by what to do next.

ProviderError
├── CreateError                 answers to a create
│   ├── NotSent                 nothing left this machine          → waits, is sent later
│   ├── StaleClaim              our claim grew too old to send     → given back
│   ├── Refused                 the provider said no to this body  → failed, not charged
│   │   └── ModelGone           … because it has no such model     → failed, the model is flagged
│   ├── AccountRefused          key or credit refused (401, 402)   → waits, the account is parked
│   ├── Busy                    asked to come back (429, 503, 529) → waits until then
│   └── Unconfirmed             it may have arrived                → a person decides
├── UsageFailed                 what was billed cannot be read     → told, read again the next day
└── LookError                   answers to a read by id; none of them fails a job
    ├── JobMissing              404                                → look again for a while
    ├── LookRefused             401, 403                           → an outage of the account
    ├── LooksTooFast            429                                → slow down this account's looks
    └── LookFailed              all else                           → look again
"""


class ProviderError(Exception):
    """Anything that came of asking the provider.

    `message` is text for people. `raw` is the answer's body as text, kept for the record. `status` is the
    HTTP status, or None where there was no answer.
    """

    def __init__(self, message: str, *, status: int | None = None, raw: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.raw = raw
        self.code = code


class AsksToWait(ProviderError):
    """The provider asks to come back. `retry_after` is in seconds, or None where it named no time."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        raw: str = "",
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, status=status, raw=raw, code=code)
        self.retry_after = retry_after


class CreateError(ProviderError):
    """A create that did not end in an id."""


class NotSent(CreateError):
    """Not one byte of the request was written to the provider."""


class StaleClaim(CreateError):
    """The claim was too old by the time the socket was ready, so nothing was written."""


class Refused(CreateError):
    """The provider read the request and will not make this video."""


class ModelGone(Refused):
    """The provider knows no such model (404)."""


class AccountRefused(CreateError):
    """The provider refuses the account itself: the key (401) or its credit (402)."""


class Busy(AsksToWait, CreateError):
    """The provider refused before any work began and may be asked again."""


class Unconfirmed(CreateError):
    """The request may have reached the provider; a machine must never repeat it."""


class UsageFailed(ProviderError):
    """The provider's own figures could not be read whole, so none of them is taken."""


class LookError(ProviderError):
    """A read by id that brought no usable job."""


class JobMissing(LookError):
    """The provider knows no such job (404)."""


class LookRefused(LookError):
    """The provider refuses the key for reading (401, 403)."""


class LooksTooFast(AsksToWait, LookError):
    """The provider asks for fewer reads (429)."""


class LookFailed(LookError):
    """A timeout, a lost connection, a server fault or an unreadable answer."""
