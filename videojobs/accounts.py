"""Which far side a job's account speaks to: the live provider, or the rehearsal."""

from django.conf import settings

from videojobs import sealing
from videojobs.models import ProviderAccount
from videojobs.provider.client import Provider

REHEARSAL_KEY = "rehearsal"

SEALED_OTHERWISE = "This account’s key was sealed with a field key that is not set"
"""How a sentence begins that says so; what comes after it may differ."""


class NotConfigured(Exception):
    """This site has no key for that account; its jobs wait, and nobody is asked about them."""


def provider_for(account: ProviderAccount) -> Provider:
    """Return the door to an account's provider. Raises NotConfigured where this site has no key for it."""
    if not account.is_configured:
        raise NotConfigured(f"This site is not set up for {account}.")
    if account.is_rehearsal:
        return Provider(settings.SIMULATOR_URL, REHEARSAL_KEY)
    return Provider(account.base_url, key_of(account))


def key_of(account: ProviderAccount) -> str:
    """Return the key of a configured live account. Raises NotConfigured where it cannot be unsealed."""
    if account.is_default:
        return str(settings.PROVIDER_KEY)
    try:
        return sealing.unseal(account.key.sealed)
    except sealing.CannotUnseal as error:
        raise NotConfigured(f"{SEALED_OTHERWISE}: {account}.") from error
