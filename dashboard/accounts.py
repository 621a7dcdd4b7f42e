"""How people sign in, and the links that set a password."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from videojobs.models import User

LINK_DAYS = settings.PASSWORD_RESET_TIMEOUT // 86_400
"""Days a link that sets a password works; it works once."""


class Adapter(DefaultAccountAdapter):
    """Nobody signs up without being asked in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Ask an owner of your team.",
        "email_password_mismatch": "The e-mail address or the password is wrong.",
        "enter_current_password": "This is not your current password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Closed: accounts come from the first visit and from the Team page."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address that sets a password: under our own name, whatever host a request asked for."""
        user, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user, "key": token})
        return f"{settings.PUBLIC_URL}{path}"

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """Go back to work after a change."""
        return reverse("home")


def password_link(person: User) -> str:
    """Make an address that sets this person's password once. It ends with their next sign-in or change."""
    return Adapter().get_reset_password_from_key_url(
        f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    )


def mail_password_link(person: User, link: str, request: HttpRequest) -> None:
    """Mail that address to the person."""
    Adapter(request).send_password_reset_mail(
        person, person.email, {"user": person, "password_reset_url": link, "request": request}
    )
