"""How people sign in, what they are told of changes to it, and the links that set a password."""

import logging
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from videojobs import audit, invitations
from videojobs.models import Invitation, Team, User

logger = logging.getLogger(__name__)

LINK_DAYS = settings.PASSWORD_RESET_TIMEOUT // 86_400
"""Days a link that sets a password works; it works once."""

INVITATION_KEY = "invitation"
"""Where the session keeps the digest of an invitation whose link was followed."""

CHANGES = {
    "mfa/email/totp_activated": ("factor_added", "an authenticator app was added"),
    "mfa/email/totp_deactivated": ("factor_removed", "the authenticator app was removed"),
    "mfa/email/webauthn_added": ("factor_added", "a passkey was added"),
    "mfa/email/webauthn_removed": ("factor_removed", "a passkey was removed"),
    "mfa/email/recovery_codes_generated": ("recovery_codes_made", "new recovery codes were made"),
    "account/email/password_changed": ("password_changed", "the password was changed"),
    "account/email/password_set": ("password_changed", "a password was set"),
    "account/email/password_reset": ("password_changed", "the password was set through a link"),
    "account/email/email_changed": ("address_changed", "the e-mail address was changed"),
    "socialaccount/email/account_connected": ("sign_in_linked", "another way to sign in was linked"),
    "socialaccount/email/account_disconnected": ("sign_in_unlinked", "another way to sign in was unlinked"),
}
"""By the letter allauth would write: how the audit log calls it, and how the person is told."""


class Adapter(DefaultAccountAdapter):
    """Nobody signs up without being asked in, unless the site is open; changes are kept and told."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Ask an owner of your team.",
        "email_password_mismatch": "The e-mail address or the password is wrong.",
        "enter_current_password": "This is not your current password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Closed unless switched on: accounts come from the first visit and from invitations."""
        return bool(settings.OPEN_SIGN_UP)

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:  # noqa: FBT001, FBT002
        """Keep the name too."""
        user.name = form.cleaned_data.get("name", user.name)
        super().save_user(request, user, form, commit)
        return user

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Keep in the audit log that somebody's way to sign in changed, and tell them by mail.

        allauth calls this at each such change, once it is made.
        """
        action, sentence = CHANGES[template_prefix]
        note_of_person(user, action, sentence, timezone.now())
        try:
            super().send_notification_mail("account/email/changed", user, {"sentence": sentence}, email)
        except (OSError, SMTPException) as error:
            logger.warning("a change of sign-in could not be mailed: %s", type(error).__name__)

    def get_email_confirmation_url(
        self, _request: HttpRequest, emailconfirmation: EmailConfirmationHMAC
    ) -> str:
        """Return the address that confirms an e-mail address: under our own name too."""
        path = reverse("account_confirm_email", args=[emailconfirmation.key])
        return f"{settings.PUBLIC_URL}{path}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address that sets a password: under our own name, whatever host a request asked for."""
        user, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user, "key": token})
        return f"{settings.PUBLIC_URL}{path}"

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """Go back to where it was asked for."""
        return reverse("security")


def let_in(request: HttpRequest, person: User) -> None:
    """Sign in somebody whose account was made this moment, in a new session that they see listed."""
    login(request, person)
    UserSession.objects.create_from_request(request)


def invitation_of(request: HttpRequest) -> Invitation | None:
    """Return the invitation whose link this browser followed, while it may still be taken up."""
    try:
        return invitations.find(request.session.get(INVITATION_KEY, ""), now=timezone.now())
    except invitations.NotOpen:
        return None


def note_of_person(person: User, action: str, subject: str, now: datetime) -> None:
    """Keep what somebody changed about their own account, in the log of each team they are in."""
    teams: list[Team | None] = list(Team.objects.filter(memberships__user=person))
    for team in teams or [None]:
        audit.note(team, person, action, subject, now)


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
