"""The second step, and signing in through somebody else: what this site adds to allauth's."""

from datetime import datetime
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from dashboard.accounts import invitation_of, note_of_person
from videojobs import sealing
from videojobs.models import User

TRUE_WORDS = (True, "true")
"""How providers say that they have checked an address; some send a word for it."""

SHUT = (
    "This site cannot read codes of yours any more: the key they were sealed with is gone. "
    "Use a passkey, or ask whoever runs the site to take the second step off."
)


class Factors(DefaultMFAAdapter):
    """Secrets of the second step are sealed before they are stored."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This is not right, or was used before.",
        "unverified_email": "First confirm your e-mail address: follow the link we mailed you.",
    }

    def encrypt(self, text: str) -> str:
        """Seal an authenticator app's secret or the seed of recovery codes."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open what was sealed; where the field key is lost, let the form that asks for a code say so."""
        try:
            return sealing.unseal(encrypted_text)
        except sealing.CannotUnseal as error:
            raise ValidationError(SHUT) from error

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Propose what a passkey is called."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"


class SingleSignOn(DefaultSocialAccountAdapter):
    """Whoever a configured provider vouches for comes in, if they are known here or asked in."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_password": "Set a password first: without it and without this you could not come in again.",
    }

    def authenticate_by_email(self, sociallogin: SocialLogin) -> Any:
        """Find the person whose address the provider has checked; an unchecked one finds nobody."""
        for address in sociallogin.email_addresses:
            address.email, address.verified = address.email.lower(), address.verified in TRUE_WORDS
        return super().authenticate_by_email(sociallogin)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Let somebody new in who is asked in, or anybody where sign-up is open; tell all others why not."""
        checked = [address.email for address in sociallogin.email_addresses if address.verified]
        if checked and (settings.OPEN_SIGN_UP or _is_asked_in(request, checked)):
            return True
        address = next((address.email for address in sociallogin.email_addresses), "")
        said = {"address": address, "is_checked": bool(checked), "provider": sociallogin.provider.name}
        raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", said, status=403))

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take over name and address."""
        user: User = super().populate_user(request, sociallogin, data)
        name = str(data.get("name") or f"{data.get('first_name') or ''} {data.get('last_name') or ''}")
        user.name = "".join(letter for letter in name if letter.isprintable()).strip()[:120]
        user.email = user.email.lower()
        return user

    def get_connect_redirect_url(self, _request: HttpRequest, _account: SocialAccount) -> str:
        """Go back to where it was asked for."""
        return reverse("security")


def _is_asked_in(request: HttpRequest, addresses: list[str]) -> bool:
    invitation = invitation_of(request)
    return invitation is not None and (not invitation.email or invitation.email.lower() in addresses)


def take_second_step_off(person: User, now: datetime) -> int:
    """Remove a person's authenticator app, passkeys and recovery codes, and return how many there were."""
    with transaction.atomic():
        taken: int = Authenticator.objects.filter(user=person).delete()[0]
        if taken:
            note_of_person(person, "second_step_taken_off", "by whoever runs the site", now)
    return taken


def reseal_factors() -> int:
    """Seal the secrets of all second steps anew with the first field key, and return how many there are."""
    with transaction.atomic():
        rows = list(Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN))
        for row in rows:
            row.data[_place_of(row)] = sealing.reseal(sealed_of(row))
            row.save(update_fields=["data"])
    return len(rows)


def sealed_of(row: Authenticator) -> str:
    """Return the sealed secret of an authenticator app or of recovery codes."""
    return str(row.data[_place_of(row)])


def _place_of(row: Authenticator) -> str:
    return "secret" if row.type == Authenticator.Type.TOTP else "seed"
