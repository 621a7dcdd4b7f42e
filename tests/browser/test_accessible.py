"""A look at a page finds what is wrong in one theme or at one width alone."""

import pytest
from playwright.sync_api import Page

from tests.browser.accessible import check

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><head><title>A page</title><style>
:root {{ color-scheme: light dark; background: light-dark(white, black) }}
* {{ transition: all 1s }}
p {{ color: light-dark({day}, {night}) }}
input {{ display: none }}
{more}
</style></head><body><main><h1>A page</h1><p>Words</p><input></main></body></html>"""
GOOD = {"day": "black", "night": "white", "more": ""}
UNNAMED = "@media (width {} 600px) {{ input {{ display: block }} }}"


def show(page: Page, width: int, **fault: str) -> None:
    """Show a page that is good but for one fault."""
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(PAGE.format(**GOOD | fault))


def test_a_fault_of_one_theme_is_found(page: Page) -> None:
    show(page, 1440)
    check(page)
    for theme, fault in (("day", {"day": "#ddd"}), ("night", {"night": "#333"})):
        show(page, 1440, **fault)
        with pytest.raises(AssertionError, match=f"(?s)by {theme}.*color-contrast"):
            check(page)


def test_a_fault_of_one_width_is_found(page: Page) -> None:
    for width, within in ((390, "<"), (1440, ">")):
        show(page, width, more=UNNAMED.format(within))
        with pytest.raises(AssertionError, match=f"(?s){width} by day.*label"):
            check(page)
    show(page, 390, more="h1 { width: 400px }")
    with pytest.raises(AssertionError, match="390"):
        check(page)
