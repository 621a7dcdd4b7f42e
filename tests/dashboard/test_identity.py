"""Which identity providers are used, and where a form may then lead."""

from dashboard.identity import Provider, form_origins, providers

NONE = Provider("", "")
OIDC = Provider("dailies", "secret", name="Harbour ID", issuer="https://login.example.com/realms/studio")
GOOGLE = Provider("id.apps.example", "secret")


def test_without_any_forms_stay_here() -> None:
    assert (providers(NONE, NONE), form_origins(NONE, NONE)) == ({}, [])


def test_forms_may_lead_to_the_origins_of_those_that_are_configured() -> None:
    elsewhere = Provider("dailies", "secret", issuer=OIDC.issuer, origins=("https://signin.example.com",))
    assert form_origins(elsewhere, GOOGLE) == [
        "https://login.example.com",
        "https://signin.example.com",
        "https://accounts.google.com",
    ]


def test_only_those_that_are_configured_are_believed() -> None:
    (app,) = providers(OIDC, NONE)["openid_connect"]["APPS"]
    assert (app["settings"]["server_url"], app["settings"]["email_authentication"]) == (OIDC.issuer, True)
    assert list(providers(NONE, GOOGLE)) == ["google"]


def test_another_issuers_people_are_never_taken_for_this_ones() -> None:
    assert OIDC.key != Provider("dailies", "secret", issuer="https://login.example.com/realms/other").key
