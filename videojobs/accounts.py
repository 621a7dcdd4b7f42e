"""Which far side a job's account speaks to: the live provider, or the rehearsal."""

from django.conf import settings

from videojobs.models import ProviderAccount
from videojobs.provider.client import Provider

REHEARSAL_KEY = "rehearsal"


class NotConfigured(Exception):
    """This process has no key for that account; its jobs wait, and nobody is asked about them."""


def provider_for(account: ProviderAccount) -> Provider:
    """Return the door to an account's provider. Raises NotConfigured for any account but the one set up."""
    if not account.is_configured:
        raise NotConfigured(f"This site is not set up for {account}.")
    if account.is_rehearsal:
        return Provider(settings.SIMULATOR_URL, REHEARSAL_KEY)
    return Provider(account.base_url, settings.PROVIDER_KEY)
