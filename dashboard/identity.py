"""Who else may vouch for a person: Google and one OpenID Connect provider, by configuration."""

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

GOOGLE_ORIGIN = "https://accounts.google.com"


@dataclass(frozen=True)
class Provider:
    """An identity provider that this site is registered with. Without an id it is not used."""

    client_id: str
    client_secret: str
    name: str = "Google"
    issuer: str = ""
    origins: tuple[str, ...] = ()
    """Where its sign-in pages are besides the issuer's own origin."""

    @property
    def key(self) -> str:
        """What accounts linked to it are kept under, so that another issuer's are not taken for its own."""
        return f"oidc-{hashlib.sha256(self.issuer.encode()).hexdigest()[:12]}"


def providers(oidc: Provider, google: Provider) -> dict[str, Any]:
    """Return allauth's settings for the providers that are configured.

    Whoever runs one says whose address is whose, and so who may sign in: only those named in the
    environment are believed.
    """
    found: dict[str, Any] = {}
    if oidc.issuer and oidc.client_id:
        trust = {"server_url": oidc.issuer, "email_authentication": True, "oauth_pkce_enabled": True}
        found["openid_connect"] = {"APPS": [_app(oidc, trust) | {"provider_id": oidc.key}]}
    if google.client_id:
        trust = {"email_authentication": True, "oauth_pkce_enabled": True}
        found["google"] = {"APPS": [_app(google, trust)], "SCOPE": ["openid", "profile", "email"]}
    return found


def form_origins(oidc: Provider, google: Provider) -> list[str]:
    """Return the origins a form of this site may lead on to: browsers check where a form is redirected."""
    found = []
    if oidc.issuer and oidc.client_id:
        parts = urlsplit(oidc.issuer)
        found += [f"{parts.scheme}://{parts.netloc}", *oidc.origins]
    if google.client_id:
        found.append(GOOGLE_ORIGIN)
    return list(dict.fromkeys(found))


def _app(provider: Provider, trust: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": provider.name,
        "client_id": provider.client_id,
        "secret": provider.client_secret,
        "settings": trust,
    }
