"""The site's settings for tests: a folder of their own, and everything else as in earnest.

`python -m tests.servers` sets the addresses of a real broker and a real PostgreSQL before this is read.
Without it the tests run on SQLite, and those that need a broker are skipped.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def own_folder() -> Path:
    """Return a data folder for this test process alone."""
    base = os.environ.get("TEST_FOLDER", "")
    if not base:
        base = tempfile.mkdtemp(prefix="dailies-test-")
        os.environ["TEST_FOLDER"] = base
        atexit.register(shutil.rmtree, base, ignore_errors=True)
    folder = Path(base) / (WORKER or "main")
    folder.mkdir(exist_ok=True)
    return folder


def own_broker(url: str) -> str:
    """Return the address of a database in the broker for this test process alone."""
    number = int(WORKER.removeprefix("gw") or 0) % 12 + 1
    return f"unix://{urlsplit(url).path}?db={number}"


for name in ("TOGETHER_API_KEY", "TOGETHER_BASE_URL", "EMAIL_URL", "PUBLIC_URL", "ALLOWED_HOSTS", "DEBUG"):
    os.environ.pop(name, None)
for name in ("OIDC_ISSUER", "OIDC_AUTHORIZE_ORIGIN", "GOOGLE_CLIENT_ID", "OPEN_SIGN_UP"):
    os.environ.pop(name, None)
os.environ["DATA_DIR"] = str(own_folder())
os.environ["MIN_FREE_DISK"] = "1 MiB"
os.environ["SECRET_KEY"] = "a-key-for-tests-only-" * 3
if "TEST_BROKER_URL" in os.environ:
    os.environ["REDIS_URL"] = own_broker(os.environ["TEST_BROKER_URL"])
# Playwright keeps an event loop in the test's thread, and Django would refuse to query there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from dashboard.settings import *  # noqa: E402, F403
from dashboard.settings import DATABASES, INSTALLED_APPS, STATIC_ROOT, STORAGES  # noqa: E402

if "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(own_folder() / "test.sqlite3")}
    # Tests do not outlive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
INSTALLED_APPS = [*INSTALLED_APPS, "tests.unguarded"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
