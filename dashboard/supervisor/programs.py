"""Which programs make up the running site."""

import sys

from django.conf import settings

from dashboard.supervisor.broker import find_server, forget_other_server, server_arguments
from dashboard.supervisor.children import Program
from dashboard.supervisor.places import make_private

GRACE = 3
"""Seconds the web server gives to open pages and streams."""


def broker() -> list[Program]:
    """Return the embedded broker, or nothing where REDIS_URL names another."""
    if not settings.BROKER_EMBEDDED:
        return []
    program = find_server()
    folder = settings.DATA_DIR / "broker"
    make_private(folder)
    make_private(settings.BROKER_SOCKET.parent)
    forget_other_server(program, folder)
    arguments = server_arguments(program, settings.BROKER_SOCKET, folder)
    return [Program("broker", tuple(arguments), serves_others=True)]


def simulator(port: int) -> Program:
    """Return the rehearsal simulator, which stands in for the provider."""
    options = ("--port", str(port), "--data", str(settings.DATA_DIR / "rehearsal"))
    speed = ("--speed", f"{settings.SIMULATOR_SPEED:g}")
    return Program("simulator", (*manage("simulator"), *options, *speed), serves_others=True)


def site() -> list[Program]:
    """Return the web server, the worker and the timetable."""
    return [web(), worker(), timetable()]


def web() -> Program:
    """Return the web server."""
    listen = ("--host", settings.HOST, "--port", str(settings.PORT))
    speed = ("--loop", "uvloop", "--http", "httptools", "--lifespan", "off", "--no-access-log")
    quiet = ("--log-level", "warning", "--timeout-graceful-shutdown", str(GRACE))
    return Program("web", (*module("uvicorn"), "dashboard.asgi:application", *listen, *speed, *quiet))


def worker() -> Program:
    """Return the worker."""
    return Program("worker", module("dashboard.celery_worker"))


def timetable() -> Program:
    """Return Celery's beat."""
    return Program("beat", module("dashboard.celery_beat"))


def module(name: str) -> tuple[str, ...]:
    """Return how this very Python runs a module."""
    return (sys.executable, "-m", name)


def manage(command: str) -> tuple[str, ...]:
    """Return how this very Python runs one of the site's commands."""
    return (sys.executable, str(settings.BASE_DIR / "manage.py"), command)
