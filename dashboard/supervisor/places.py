"""What one start needs for itself: its data folder, its port, its neighbours' ports."""

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from dashboard.env import WrongSetting
from dashboard.keys import make_private_folder


@contextlib.contextmanager
def sole_use(data: Path) -> Iterator[None]:
    """Hold the data folder for this process alone. Raises WrongSetting where another process holds it."""
    make_private(data / "run")
    with (data / "run" / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            problem = f"{data} is in use by process {file.read().strip() or 'unknown'}"
            raise WrongSetting("DATA_DIR", problem, "stop that one, or name another folder") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def unfinished(data: Path) -> Path:
    """Return the folder that is there only while a backup is being restored."""
    return data / "restoring"


def refuse_half_restored(data: Path) -> None:
    """Raise WrongSetting where a restore was broken off: dispatch might not be parked yet."""
    if unfinished(data).exists():
        remedy = "run manage.py restore with the same file again"
        raise WrongSetting("DATA_DIR", f"a restore into {data} was not finished", remedy)


def make_private(folder: Path) -> None:
    """Make a folder that only this user may look into. Raises WrongSetting where it is somebody else's."""
    try:
        make_private_folder(folder)
    except OSError as error:
        problem = f"{folder} cannot be made ({error.strerror})"
        raise WrongSetting("DATA_DIR", problem, "name a folder this user may write to") from error
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise WrongSetting("DATA_DIR", f"{folder} belongs to somebody else", "name a folder of this user")


def check_port(host: str, port: int) -> None:
    """Raise WrongSetting where the site could not listen there."""
    problem = why_not_free(host, port)
    if problem == errno.EADDRINUSE:
        sentence = f"{port} is already taken on {host} by another program"
        remedy = f"stop that program, or choose another: PORT={other(port)} make run"
        raise WrongSetting("PORT", sentence, remedy)
    if problem == errno.EACCES:
        raise WrongSetting("PORT", f"{port} is open to root only", "choose one from 1024 up")
    if problem is not None:
        sentence = f"{host} cannot be listened on ({os.strerror(problem)})"
        raise WrongSetting("HOST", sentence, "use an address of this machine, such as 127.0.0.1 or 0.0.0.0")


def other(port: int) -> int:
    """Return a port worth trying instead."""
    return port + 1 if port < 65535 else 8000


def why_not_free(host: str, port: int) -> int | None:
    """Return the error number of listening there, or None where it works."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except socket.gaierror:
        return errno.EADDRNOTAVAIL
    except OSError as error:
        return error.errno
    return None


def remembered_port(file: Path) -> int:
    """Return a free loopback port, the same as last time where that is still free."""
    with contextlib.suppress(OSError, ValueError):
        port = int(file.read_text())
        if 1024 <= port <= 65535 and why_not_free("127.0.0.1", port) is None:
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    file.write_text(str(port))
    return port
