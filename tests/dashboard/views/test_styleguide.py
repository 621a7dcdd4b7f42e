import re

import pytest
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory

from dashboard.views.styleguide import SECTIONS, styleguide
from tests.conventions.test_templates import COMPONENTS, TEMPLATES
from videojobs.states import State

pytestmark = pytest.mark.django_db
SHOWN_ELSEWHERE = {"decision", "form_errors", "lost_reel", "toasts"}
"""Components that need more than a sample: they are seen on their own pages."""


@pytest.fixture
def shown() -> str:
    request: HttpRequest = RequestFactory().get("/styleguide/")
    answer = styleguide(request)
    assert isinstance(answer, TemplateResponse)
    return str(answer.rendered_content)


def test_it_stands_only_under_debug(client: Client) -> None:
    assert client.get("/styleguide/").status_code == 404


def test_it_shows_every_state_in_both_themes(shown: str) -> None:
    for state in State:
        assert shown.count(f"#state-{state}") >= 4
    assert shown.count('data-theme="light"') == shown.count('data-theme="dark"') == len(SECTIONS)


def test_no_id_stands_twice(shown: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert sorted({found for found in ids if ids.count(found) > 1}) == []


def test_it_leaves_no_component_out() -> None:
    guide = "".join(path.read_text() for path in (TEMPLATES / "styleguide").glob("*.html"))
    inside = "".join(path.read_text() for path in COMPONENTS)
    missing = {path.stem for path in COMPONENTS if f"components/{path.name}" not in guide + inside}
    assert missing - SHOWN_ELSEWHERE == set()


def test_nobody_needs_to_sign_in_to_see_it(shown: str) -> None:
    assert "Harbour" in shown
    assert "Rehearsal: nothing is bought" in shown
