"""Addresses of identity providers, read from the environment."""

import pytest

from dashboard.env import Environment, WrongSetting


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("", ""),
        ("https://Login.example.com/realms/Studio/", "https://login.example.com/realms/Studio"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_an_issuer_may_have_a_path(value: str, read: str) -> None:
    assert Environment({"OIDC_ISSUER": value}).issuer("OIDC_ISSUER") == read


@pytest.mark.parametrize(
    "wrong",
    [
        "login.example.com",
        "ftp://login.example.com",
        "http://login.example.com",
        "https://user@login.example.com",
        "https://login.example.com/?x=1",
        "https://",
    ],
)
def test_an_issuer_is_https_or_on_this_machine(wrong: str) -> None:
    with pytest.raises(WrongSetting, match="OIDC_ISSUER"):
        Environment({"OIDC_ISSUER": wrong}).issuer("OIDC_ISSUER")


def test_origins_are_separated_by_commas() -> None:
    values = {"ORIGINS": "https://a.example.com, https://B.example.com/,", "WRONG": "https://a.example.com/x"}
    environment = Environment(values)
    assert environment.origins("ORIGINS") == ["https://a.example.com", "https://b.example.com"]
    assert environment.origins("UNSET") == []
    with pytest.raises(WrongSetting, match="WRONG"):
        environment.origins("WRONG")
