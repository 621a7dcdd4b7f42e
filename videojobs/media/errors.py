"""What can go wrong while keeping a file, split by what to do next.

MediaError
├── TryLater                    ask the provider for a fresh link, then try again
│   ├── Unsafe                  the link leads where we do not go
│   ├── Gone                    the link has expired (403, 404, 410)
│   ├── Temporary               the file's host is away, slow or answers something else
│   ├── Truncated               the file broke off before its end
│   └── NotVideo                what came is no MP4 or WebM that opens
└── NeedsDecision               trying again changes nothing until a person acts
    ├── TooLarge                over the cap
    ├── DiskFull                our disk has no room
    └── Unwritable              our disk refuses: rights, read-only, broken
"""


class MediaError(Exception):
    """Anything that came of keeping a file. `message` is a sentence for people, without signed links."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TryLater(MediaError):
    """A fresh link, or simply time, may help."""


class Unsafe(TryLater):
    """The address, or one it redirects to, is not one we connect to; nothing was sent there."""


class Gone(TryLater):
    """The file's host no longer gives the file for this link. `status` is its HTTP status."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class Temporary(TryLater):
    """The file's host could not be reached, was too slow or answered something unexpected."""


class Truncated(TryLater):
    """Fewer or more bytes came than the far side or the file itself announced."""


class NotVideo(TryLater):
    """The bytes are not an MP4 or WebM that opens."""


class NeedsDecision(MediaError):
    """The same will happen again until a person changes something."""


class TooLarge(NeedsDecision):
    """The file is over the cap. `size` is the announced length in bytes, or None; `cap` is in bytes."""

    def __init__(self, size: int | None, cap: int) -> None:
        announced = "" if size is None else f" with its {size:,} bytes"
        super().__init__(f"The clip{announced} is over the cap of {cap:,} bytes. Raise the cap to keep it.")
        self.size = size
        self.cap = cap


class DiskFull(NeedsDecision):
    """The disk, or our quota on it, has no room for the file."""


class Unwritable(NeedsDecision):
    """The disk refuses the file for another reason than room."""
