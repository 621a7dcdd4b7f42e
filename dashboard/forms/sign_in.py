"""Codes, passkeys, a new address, signing up: allauth's forms in the site's look."""

from typing import Any, cast

from allauth.account import forms as account
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache

from dashboard.forms.people import dress, focus, printable, words_field
from videojobs.models import User

PASSWORD_RULE = "At least 8 characters; not a common one, not your name."  # noqa: S105  a sentence
LONGEST_PASSKEY_NAME = 60
CODE_SECONDS = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
"""How long one code of an authenticator app is right."""


class SignUpForm(account.SignupForm):
    """Who somebody new is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = words_field("Your name", 120)
        self.fields["email"].label = "E-mail"
        self.fields["password1"].label = "Password"
        self.fields["password1"].help_text = PASSWORD_RULE
        self.fields["password2"].label = "The same again"
        self.order_fields(["name", "email", "password1", "password2"])
        dress(self, name={"autocomplete": "name"}, email={"autocomplete": "username"})
        focus(self, "name")


class NewAddressForm(account.AddEmailForm):
    """Where one wants to be reached from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "New e-mail address"
        dress(self, email={"autocomplete": "email"})


class FirstPasswordForm(account.SetPasswordForm):
    """A password for somebody who signs in without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = "Password"
        self.fields["password1"].help_text = PASSWORD_RULE
        self.fields["password2"].label = "The same again"
        dress(self)


class PasswordAgainForm(account.ReauthenticateForm):
    """The password, asked for again before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        dress(self, password={"autocomplete": "current-password"})
        focus(self, "password")


class UsedOnce:
    """A code of an app counts once for as long as it could be right.

    allauth remembers one for half a minute; with its tolerance for wrong clocks it is right for longer.
    """

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Refuse a code that was used before, at whatever browser."""
        code = cast(str, super().clean_code())  # type: ignore[misc]
        digits = "".join(letter for letter in code if letter.isdigit())
        if self.authenticator.type == Authenticator.Type.TOTP and not cache.add(
            f"second-step-used:{self.user.pk}:{digits}", True, CODE_SECONDS
        ):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(UsedOnce, mfa.AuthenticateForm):
    """A code, at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self)


class CodeAgainForm(UsedOnce, mfa.ReauthenticateForm):
    """A code, asked for again before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self)


class AppForm(totp.ActivateTOTPForm):
    """The first code of an authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "The six digits it shows"
        dress(self, code={"autocomplete": "one-time-code", "inputmode": "numeric"})


class PasskeyForm(webauthn.AddWebAuthnForm):
    """What a passkey is called, and whether it is enough alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_passkey_name(self)
        alone = self.fields["passwordless"]
        alone.label = "Sign in with it alone, without the password"
        alone.initial = True
        alone.help_text = "The device then asks for a finger, a face or its PIN."
        alone.widget.attrs = {"data-passkey-alone": ""}


class PasskeyNameForm(webauthn.EditWebAuthnForm):
    """What a passkey is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_passkey_name(self)


def _dress_code(form: forms.Form) -> None:
    form.fields["code"].label = "Code"
    form.fields["code"].help_text = "From your authenticator app, or one of your recovery codes."
    dress(form, code={"autocomplete": "one-time-code", "inputmode": "numeric"})
    focus(form, "code")


def _dress_passkey_name(form: forms.Form) -> None:
    name = cast(forms.CharField, form.fields["name"])
    name.label, name.max_length = "What do you call it?", LONGEST_PASSKEY_NAME
    name.validators = [*name.validators, printable]
    name.widget.attrs["maxlength"] = str(LONGEST_PASSKEY_NAME)
    form.fields["name"].widget.attrs |= {"class": "input", "autocomplete": "off"}
