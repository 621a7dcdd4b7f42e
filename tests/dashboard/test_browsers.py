"""Which browser that is, in words."""

import pytest

from dashboard.browsers import browser_of

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome on Windows"),
        (f"{CHROME} Edg/156.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; iPhone OS 20_0 like Mac OS X) Version/20.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_it_is_named_as_a_person_would(agent: str, words: str) -> None:
    assert browser_of(agent) == words
