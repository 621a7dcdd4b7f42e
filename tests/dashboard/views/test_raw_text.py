"""What went over the wire, as text: laid out, unchanged, without secrets."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from dashboard.views import raw_text
from tests.factories import NOW, create_cast, create_job
from videojobs import provider_keys

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def test_numbers_stay_as_they_came() -> None:
    assert raw_text.shown('{"cost": 0.2800, "id":"a"}') == '{\n  "cost": 0.2800,\n  "id": "a"\n}'


def test_what_is_not_json_stays_as_it_is() -> None:
    assert raw_text.shown("<html>502 Bad Gateway</html>") == "<html>502 Bad Gateway</html>"


@given(JSON)
def test_layout_changes_nothing_but_space(value: object) -> None:
    assert json.loads(raw_text.pretty(json.dumps(value))) == value


def test_empty_objects_stay_on_their_line() -> None:
    assert raw_text.pretty('{"a":{},"b":[]}') == '{\n  "a": {},\n  "b": []\n}'


def test_the_key_is_never_shown(settings: Settings) -> None:
    settings.PROVIDER_KEY = "sk-very-secret"
    assert "very-secret" not in raw_text.shown('{"error": "bad key sk-very-secret"}')


@pytest.mark.parametrize("said", ['"Authorization: Bearer abcdefghijkl"', '{"api_key": "abcdefghijkl"}'])
def test_what_looks_like_a_key_is_not_shown_either(said: str) -> None:
    assert "abcdefghijkl" not in raw_text.shown(said)


def test_pictures_sent_inline_are_cut_short() -> None:
    assert len(raw_text.shown("data:image/png;base64," + "A" * 5000)) < 100


def test_an_endless_answer_is_cut_and_says_so() -> None:
    assert raw_text.shown("x" * 100_000).endswith("(100,000 characters)")


@pytest.mark.django_db
def test_the_key_of_a_team_is_taken_out_too() -> None:
    cast = create_cast()
    account = provider_keys.set_key(cast.team, "tgp-plain-looking-key-0001", cast.alice, now=NOW)
    job = create_job(cast.bob, cast.team, account=account)
    assert "0001" not in raw_text.shown("we got tgp-plain-looking-key-0001", raw_text.key_behind(job))
