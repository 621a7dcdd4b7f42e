"""Every setting, once. The only reader of the environment; `docs/configuration.md` has the table of it."""

import hashlib
import os
import sys
import tempfile
import tomllib
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from dashboard import identity, keys, logging
from dashboard.env import Environment, WrongSetting

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel takes 107, and the server adds a suffix while it starts."""

environment = Environment(os.environ)


def broker_socket(data: Path) -> Path:
    """Return where the embedded broker listens: in the data folder, or nearer where that path is too long."""
    path = data / "run" / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"dailies-{os.getuid()}-{digest}" / "valkey.sock"


def kept_key(data: Path) -> str:
    """Return the signing key kept in the data folder."""
    try:
        return keys.kept(data / "keys" / "secret_key")
    except OSError as error:
        problem = f"{data} cannot be written ({error.strerror})"
        raise WrongSetting("DATA_DIR", problem, "name a folder this user may write to") from error


def kept_field_key(data: Path) -> str:
    """Return the key that seals secrets in the database, kept beside the signing key."""
    try:
        return keys.kept_bytes(data / "keys" / "field_key", 32)
    except OSError as error:
        problem = f"{data} cannot be written ({error.strerror})"
        raise WrongSetting("DATA_DIR", problem, "name a folder this user may write to") from error


# The process

DEBUG = environment.flag("DEBUG", default=False)
DATA_DIR = environment.folder("DATA_DIR", BASE_DIR / "data")
HOST = environment.host("HOST", "127.0.0.1")
PORT = environment.whole("PORT", 8000, smallest=1, largest=65535)
PROCESS_NAME = environment.text("PROCESS_NAME")
LOGGING = logging.configure(
    level=environment.choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
    on_terminal=sys.stderr.isatty(),
    process=PROCESS_NAME,
)
SECRET_KEY = environment.signing_key("SECRET_KEY") or kept_key(DATA_DIR)
FIELD_KEYS_GIVEN = environment.field_keys("FIELD_KEYS")
FIELD_KEYS = FIELD_KEYS_GIVEN or [kept_field_key(DATA_DIR)]
"""The first seals; all open. Fernet keys."""

# Addresses

SHOWN_HOST = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(HOST, f"[{HOST}]" if ":" in HOST else HOST)  # noqa: S104
LOCAL_URL = f"http://{SHOWN_HOST}:{PORT}"
PUBLIC_URL = environment.origin("PUBLIC_URL", LOCAL_URL, plain_only_on_loopback=False)
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = environment.hosts(
    "ALLOWED_HOSTS", sorted({PUBLIC_HOST, SHOWN_HOST, "localhost", "127.0.0.1", "[::1]"})
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# The provider

PROVIDER_KEY = environment.secret("TOGETHER_API_KEY")
PROVIDER_BASE_URL = environment.origin(
    "TOGETHER_BASE_URL", "https://api.together.ai", plain_only_on_loopback=True
)
PROVIDER_PLACES = environment.whole("PROVIDER_PLACES", 50, smallest=1, largest=100_000)
PROVIDER_WAITING = environment.whole("PROVIDER_WAITING", 0, smallest=0, largest=1_000_000)
SIMULATOR_URL = environment.origin("SIMULATOR_URL", "http://127.0.0.1:8001", plain_only_on_loopback=True)
SIMULATOR_SPEED = environment.number("SIMULATOR_SPEED", 1.0, smallest=0.01, largest=1000)
MIN_FREE_DISK = environment.size("MIN_FREE_DISK", "5 GiB")
MAX_CLIP_BYTES = environment.size("MAX_CLIP_BYTES", "2 GiB")
IMPORT_USAGE = environment.flag("IMPORT_USAGE", default=False)

# Webhooks

WEBHOOK_ALLOW_PRIVATE = environment.flag("WEBHOOK_ALLOW_PRIVATE", default=False)

# What is known afterwards, and to whom

AUDIT_KEPT_FOR = environment.days_or_ever("AUDIT_KEEP_DAYS", smallest=91, largest=36_500)
METRICS_TOKEN = environment.secret("METRICS_TOKEN")

# Jobs that wait for a yes

ASKS_EXPIRE_AFTER = timedelta(days=environment.whole("ASKS_EXPIRE_DAYS", 3, smallest=1, largest=90))

# The database, the broker and the cache

DATABASES = {"default": environment.database("DATABASE_URL", DATA_DIR / "dailies.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

BROKER_SOCKET = broker_socket(DATA_DIR)
BROKER_EMBEDDED = not environment.text("REDIS_URL")
REDIS_URL = environment.redis("REDIS_URL", BROKER_SOCKET)
CELERY_BROKER_URL = environment.broker("CELERY_BROKER_URL", REDIS_URL)
WORKER_THREADS = environment.whole("WORKER_THREADS", 9, smallest=1, largest=100)
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "dailies"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        # An unacknowledged message is handed out again after an hour, and looked for every 5 s.
        "visibility_timeout": 3600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # A nudge with the broker away gives up at once, within a second.
        "socket_timeout": 0.4,
        "socket_connect_timeout": 0.4,
        "max_retries": 0,
    }
    if "redis" in urlsplit(CELERY_BROKER_URL).scheme
    else {}
)
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # remembers nothing, so nothing can be torn on disk

CACHES = {
    "default": {
        "BACKEND": "dashboard.cache.SteadyCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "dailies",
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
    }
}

# The site

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.openid_connect",
    "ninja",
    "csp",
    "videojobs",
    "dashboard",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.tracing.traced",
    "dashboard.middleware.body_limit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.access.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "dashboard.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.frame",
            ],
        },
    }
]
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20

MEDIA_ROOT = DATA_DIR / "media"
STATIC_ROOT = DATA_DIR / "static"
STATIC_URL = "/static/"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT},
    },
    "staticfiles": {"BACKEND": "dashboard.statics.Storage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# Who comes in

AUTH_USER_MODEL = "videojobs.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "dashboard.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    # Per address of a browser, and per account whatever the browser.
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "10/h/ip",
}
ACCOUNT_FORMS = {
    "login": "dashboard.forms.people.SignInForm",
    "signup": "dashboard.forms.sign_in.SignUpForm",
    "add_email": "dashboard.forms.sign_in.NewAddressForm",
    "change_password": "dashboard.forms.people.ChangePasswordForm",
    "set_password": "dashboard.forms.sign_in.FirstPasswordForm",
    "reset_password": "dashboard.forms.people.ForgottenPasswordForm",
    "reset_password_from_key": "dashboard.forms.people.NewPasswordForm",
    "reauthenticate": "dashboard.forms.sign_in.PasswordAgainForm",
}
OWNER_PASSWORD = environment.password("OWNER_PASSWORD")
MEMBER_PASSWORD = environment.password("MEMBER_PASSWORD")
OPEN_SIGN_UP = environment.flag("OPEN_SIGN_UP", default=False)

MFA_ADAPTER = "dashboard.signing_in.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Dailies"
MFA_TOTP_TOLERANCE = 1  # a clock half a minute off still signs in
MFA_FORMS = {
    "authenticate": "dashboard.forms.sign_in.CodeForm",
    "reauthenticate": "dashboard.forms.sign_in.CodeAgainForm",
    "activate_totp": "dashboard.forms.sign_in.AppForm",
    "add_webauthn": "dashboard.forms.sign_in.PasskeyForm",
    "edit_webauthn": "dashboard.forms.sign_in.PasskeyNameForm",
}

OIDC = identity.Provider(
    issuer=environment.issuer("OIDC_ISSUER"),
    client_id=environment.text("OIDC_CLIENT_ID"),
    client_secret=environment.secret("OIDC_CLIENT_SECRET"),
    name=environment.text("OIDC_NAME", "single sign-on"),
    origins=tuple(environment.origins("OIDC_AUTHORIZE_ORIGIN")),
)
GOOGLE = identity.Provider(
    client_id=environment.text("GOOGLE_CLIENT_ID"), client_secret=environment.secret("GOOGLE_CLIENT_SECRET")
)
SOCIALACCOUNT_ADAPTER = "dashboard.signing_in.SingleSignOn"
SOCIALACCOUNT_PROVIDERS = identity.providers(OIDC, GOOGLE)
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

EMAIL_CONFIGURED = bool(environment.text("EMAIL_URL"))
# Without mail nobody can be asked whether an address is theirs; then whoever hands out a link vouches for it.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_CONFIGURED else "none"
ACCOUNT_EMAIL_NOTIFICATIONS = EMAIL_CONFIGURED
globals().update(environment.email("EMAIL_URL", f"dailies@{PUBLIC_HOST}"))
EMAIL_TIMEOUT = 10

SESSION_COOKIE_NAME = "dailies_session"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "dailies_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF, *identity.form_origins(OIDC, GOOGLE)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS follows PUBLIC_URL
    "security.W008",  # the proxy redirects to https
]
