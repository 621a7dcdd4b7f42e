"""What axe says of a page, and whether anything sticks out: on a phone and a desk, by day and by night."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.signed_in import page_of
from videojobs.models import User

WIDTHS = (390, 1440)
HEIGHT = 900

STILL = """
;(() => {
    const still = new CSSStyleSheet()
    still.replaceSync("*, ::before, ::after { transition: none !important }")
    document.adoptedStyleSheets.push(still)
})()
"""
"""Changing the theme must begin no transition: axe would read the colours of the way between the two."""

LOOK = """async (options) => {
    await new Promise(requestAnimationFrame)
    const found = await axe.run({resultTypes: ["violations"], ...options})
    return found.violations
}"""

EVERYTHING: dict[str, Any] = {}
COLOURS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["cat.color"]},
    "rules": {"color-contrast-enhanced": {"enabled": False}},  # stands in no run that does not ask for it
}


def check(page: Page) -> None:
    """Let axe find nothing in a page as it stands, by day and by night, and nothing be wider than the window.

    A theme chooses between colours and changes nothing else, so by night only the rules of colour look again.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT + STILL)
    _look(page, EVERYTHING, "by day")
    page.emulate_media(color_scheme="dark")
    _look(page, COLOURS, "by night")
    page.emulate_media(color_scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), place(page)


def _look(page: Page, options: dict[str, Any], theme: str) -> None:
    found = page.evaluate(LOOK, options)
    assert found == [], f"{place(page)} {theme}\n{AxeResults({'violations': found}).generate_report()}"


def place(page: Page) -> str:
    """Return what is looked at: its address, and how wide the window is."""
    size = page.viewport_size
    return f"{page.url} {size['width'] if size else ''}"


def expect_accessible(browser: Browser, person: User, site: LiveServer, *paths: str) -> None:
    """Let nothing be found on somebody's pages, each loaded anew in either width."""
    page = page_of(browser, site, person)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for path in paths:
            page.goto(path)
            check(page)
    page.context.close()
