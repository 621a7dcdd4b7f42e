import pytest
from django.test import Client

from tests.factories import create_cast, create_job
from videojobs.states import State


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_it_keeps_the_theme_and_goes_back(client: Client, theme: str) -> None:
    answer = client.post("/look/", {"theme": theme, "next": "/queue/?mine=1"})
    assert answer.url == "/queue/?mine=1"  # type: ignore[attr-defined]
    assert answer.cookies["dailies_theme"].value == theme


def test_it_keeps_the_rail(client: Client) -> None:
    assert client.post("/look/", {"rail": "closed"}).cookies["dailies_rail"].value == "closed"


@pytest.mark.parametrize("field", ["theme", "rail"])
def test_it_ignores_what_does_not_exist(client: Client, field: str) -> None:
    assert not client.post("/look/", {field: "'><script>"}).cookies


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x()", ""]
)
def test_it_leads_nowhere_else(client: Client, address: str) -> None:
    assert client.post("/look/", {"theme": "dark", "next": address}).url == "/"  # type: ignore[attr-defined]


def test_it_changes_nothing_on_a_get(client: Client) -> None:
    assert client.get("/look/", {"theme": "dark"}).status_code == 405


@pytest.mark.django_db
def test_the_theme_stands_in_the_page(client: Client) -> None:
    create_cast()
    client.post("/look/", {"theme": "dark"})
    assert b'data-theme="dark"' in client.get("/accounts/login/").content


@pytest.mark.django_db
def test_a_made_up_theme_is_not_shown(client: Client) -> None:
    create_cast()
    client.cookies["dailies_theme"] = "dark'onload='x"
    assert b"data-theme" not in client.get("/accounts/login/").content


@pytest.mark.django_db
def test_the_frame_counts_the_team_and_me(client: Client) -> None:
    cast = create_cast()
    create_job(cast.alice, cast.team)
    create_job(cast.bob, cast.team, state=State.QUEUED)
    client.force_login(cast.alice)
    page = client.get("/frame/").content.decode()
    assert 'data-running="1"' in page
    assert "1 of yours, 2 in all" in page


@pytest.mark.django_db
def test_the_frame_is_for_members(client: Client) -> None:
    assert client.get("/frame/").status_code == 302
