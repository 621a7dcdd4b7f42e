"""Secrets of the second step outlive a rotation of the field keys."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from pytest_django import Settings

from dashboard.signing_in import reseal_factors
from tests.dashboard.views.signing import code, give_app
from tests.factories import create_user

pytestmark = pytest.mark.django_db

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_after_resealing_the_old_key_may_go(settings: Settings) -> None:
    settings.FIELD_KEYS = [OLD]
    bob = create_user("bob@example.org")
    give_app(bob)
    codes = RecoveryCodes.activate(bob).generate_codes()
    settings.FIELD_KEYS = [NEW, OLD]
    assert reseal_factors() == 2
    settings.FIELD_KEYS = [NEW]
    app, recovery = (Authenticator.objects.get(type=kind).wrap() for kind in ("totp", "recovery_codes"))
    assert (app.validate_code(code()), recovery.generate_codes()) == (True, codes)


def test_without_its_key_no_code_is_right(settings: Settings) -> None:
    settings.FIELD_KEYS = [OLD]
    give_app(create_user("bob@example.org"))
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(ValidationError, match="the key they were sealed with is gone"):
        Authenticator.objects.get().wrap().validate_code(code())
