"""Rules every template keeps, so that the strict policy holds and pages stay one family."""

import re
from pathlib import Path

import pytest
from django.template import engines

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
SPRITE = (ROOT / "dashboard/static/dashboard/icons.svg").read_text()
DOCS = (ROOT / "docs/components.md").read_text()

COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}|<!--.*?-->", re.DOTALL)
SCRIPT = re.compile(r"<script\b[^>]*>", re.IGNORECASE)
HANDLER = re.compile(r"""<[^>]*\s(?:on[a-z]+|hx-on[\w:.-]*)\s*=""", re.IGNORECASE)
STYLE = re.compile(r"<style\b|<[^>{]*\sstyle\s*=", re.IGNORECASE)
ELSEWHERE = re.compile(r"""\b(?:src|srcset|action|poster|data-src)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)
SHEET = re.compile(r"""<link\b[^>]*\bhref\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)

every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))


def read(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


@every_page
def test_it_compiles(path: Path) -> None:
    engines["django"].get_template(str(path.relative_to(TEMPLATES)))


@every_page
def test_it_has_no_inline_script(path: Path) -> None:
    assert [tag for tag in SCRIPT.findall(read(path)) if "src=" not in tag] == []


@every_page
def test_it_has_no_inline_handler(path: Path) -> None:
    assert HANDLER.findall(read(path)) == []


@every_page
def test_it_has_no_inline_style(path: Path) -> None:
    assert STYLE.findall(read(path)) == []


@every_page
def test_it_loads_nothing_from_elsewhere(path: Path) -> None:
    assert ELSEWHERE.findall(read(path)) + SHEET.findall(read(path)) == []


@every_page
def test_it_asks_only_for_icons_that_exist(path: Path) -> None:
    names = re.findall(r"""{% icon "([\w-]+)\"""", read(path)) + re.findall(r'\bicon="([\w-]+)"', read(path))
    assert [name for name in names if f'id="{name}"' not in SPRITE] == []


@every_page
def test_it_includes_only_templates_that_exist(path: Path) -> None:
    names = re.findall(r'{% (?:include|extends|wrap) "([^"]+)"', read(path))
    assert [name for name in names if not (TEMPLATES / name).is_file()] == []


@every_page
def test_a_form_that_posts_carries_its_token(path: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", read(path), re.DOTALL):
        if re.search(r"""method=["']post""", form):
            assert "csrf_token" in form


@every_page
def test_a_form_is_never_included_without_the_pages_token(path: Path) -> None:
    # "only" keeps the token out, and the form would be refused in a browser, though not in a test.
    alone = re.findall(r'{% include "([^"]+)"[^%]* only %}', read(path))
    assert [name for name in alone if "csrf_token %}" in read(TEMPLATES / name)] == []


COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_says_what_it_takes(path: Path) -> None:
    assert path.read_text().startswith("{% comment %}\n")
    assert f"`{path.stem}`" in DOCS, "docs/components.md does not name it"
