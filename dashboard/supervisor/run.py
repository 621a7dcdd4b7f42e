"""One start of the site, from the lock to the last child's end. Loads settings only, so that it is quick."""

import sys
from functools import partial

from django.conf import settings

from dashboard.checks import check_addresses, check_encryption
from dashboard.env import WrongSetting
from dashboard.supervisor import programs
from dashboard.supervisor.places import (
    check_port,
    make_private,
    refuse_half_restored,
    remembered_port,
    sole_use,
)
from dashboard.supervisor.stamp import is_prepared
from dashboard.supervisor.watch import PROBE_PAUSE, AskedToEnd, Watch, page_answers


class NotPrepared(Exception):
    """The tables or the static files could not be made; the reason was already said."""


def run() -> None:
    """Run the site until a signal asks it to end. Raises WrongSetting where it cannot start."""
    with sole_use(settings.DATA_DIR):
        refuse_half_restored(settings.DATA_DIR)
        heed_contradictions()
        check_port(settings.HOST, settings.PORT)
        port = 0 if settings.PROVIDER_KEY else remembered_port(settings.DATA_DIR / "run" / "simulator-port")
        variables = {"SIMULATOR_URL": f"http://127.0.0.1:{port}"} if port else {}
        try:
            with Watch(tell, variables) as watch:
                keep_up(watch, port)
        except AskedToEnd:
            pass
        except NotPrepared:
            sys.exit(1)


def keep_up(watch: Watch, simulator_port: int) -> None:
    """Start everything, say when pages are served, and keep watch."""
    watch.start(*programs.broker())
    address = prepare_if_needed(watch)
    watch.start(*programs.site())
    answers = partial(page_answers, settings.SHOWN_HOST.strip("[]"), settings.PORT, settings.PUBLIC_HOST)
    watch.until(answers, PROBE_PAUSE)
    say(f"ready {settings.LOCAL_URL}")
    if simulator_port:
        # It waits until pages are served, so that they are served sooner.
        watch.start(programs.simulator(simulator_port))
    if not address and (settings.DATA_DIR / "keys" / "welcome_token").exists():
        address = prepare(watch)
    if address:
        say(f"first visit {address}")
    watch.until_asked_to_end()


def heed_contradictions() -> None:
    """Say warnings, and raise WrongSetting for the first settings that contradict one another."""
    for found in [*check_addresses(None), *check_encryption(None)]:
        if found.is_serious():
            name = found.msg.partition(" ")[0]
            raise WrongSetting(name, found.msg, found.hint or "")
        tell(f"{found.msg} {found.hint}")


def prepare_if_needed(watch: Watch) -> str:
    """Make tables and static files where needed, and return the address of an open first visit."""
    for folder in (settings.MEDIA_ROOT, settings.DATA_DIR / "rehearsal"):
        make_private(folder)
    return "" if is_prepared() else prepare(watch)


def prepare(watch: Watch) -> str:
    """Run the preparation in a process of its own, and return the address it found."""
    address = watch.run_once(programs.manage("prepare"))
    if address is None:
        raise NotPrepared
    return address


def say(line: str) -> None:
    """Write one line to whoever started the site."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell(line: str) -> None:
    """Write one line beside the log."""
    sys.stderr.write(f"dailies: {line}\n")
    sys.stderr.flush()
