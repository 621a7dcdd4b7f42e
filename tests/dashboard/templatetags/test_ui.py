import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from dashboard.templatetags.ui import Option, avatar_hue, choices, highlight, initials, ratio_box


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_a_marked_word_stays_text() -> None:
    marked = highlight("<b>Boat</b> & boats", "boat")
    assert marked == "&lt;b&gt;<mark>Boat</mark>&lt;/b&gt; &amp; <mark>boat</mark>s"


def test_search_words_are_not_a_pattern() -> None:
    assert highlight("a.b axb", "a.b") == "<mark>a.b</mark> axb"


def test_nothing_searched_marks_nothing() -> None:
    assert highlight("<i>", "  ") == "&lt;i&gt;"


def test_wrap_gives_its_body_to_the_component() -> None:
    page = render(
        '{% wrap "components/fold.html" label=name %}<p>{{ inside }}</p>{% endwrap %}',
        name="More",
        inside="<x>",
    )
    assert "<p>&lt;x&gt;</p>" in page
    assert "More" in page


def test_wrap_hides_the_page_from_the_component() -> None:
    page = render('{% wrap "components/fold.html" label="More" %}{% endwrap %}', note="not for you")
    assert "not for you" not in page


@pytest.mark.parametrize("source", ["{% wrap %}{% endwrap %}", '{% wrap "a.html" loose %}{% endwrap %}'])
def test_wrap_refuses_what_it_does_not_understand(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        render(source)


def test_an_icon_is_hidden_from_screen_readers() -> None:
    drawn = render('{% icon "play" "icon-small" %}')
    assert 'aria-hidden="true"' in drawn
    assert 'icons.svg#play"' in drawn
    assert 'class="icon icon-small"' in drawn


class LengthForm(forms.Form):
    length = forms.ChoiceField(label="Length", choices=[("5", "5 s"), ("8", "8 s")], widget=forms.RadioSelect)


def test_choices_come_from_a_form_field() -> None:
    question = choices(LengthForm({"length": "8"})["length"], "", "", "")
    assert (question.name, question.label) == ("length", "Length")
    assert [(option.value, option.chosen) for option in question.options] == [("5", False), ("8", True)]


def test_choices_come_from_options_without_a_form() -> None:
    option = Option("5", "5 s", why="no such length")
    question = choices("", "length", "Length", [option])
    assert question.options == (option,)


def test_a_choice_that_cannot_be_made_says_why() -> None:
    options = [Option("10", "10 s", why="768p only")]
    page = render(
        '{% include "components/segments.html" with name="n" label="L" options=options %}', options=options
    )
    assert "disabled" in page
    assert 'title="768p only"' in page


@pytest.mark.parametrize(
    ("ratio", "width", "height"),
    [("16:9", 30, 16.88), ("1:1", 30, 30), ("720x1280", 16.88, 30), ("21:9", 30, 12.86)],
)
def test_shapes_are_drawn_to_scale(ratio: str, width: float, height: float) -> None:
    box = ratio_box(ratio)
    assert (box.width, box.height) == (width, height)
    assert box.x == pytest.approx((36 - width) / 2, abs=0.01)


def test_a_person_keeps_their_hue() -> None:
    assert avatar_hue("Alice@Example.org") == avatar_hue("alice@example.org")
    assert {avatar_hue(f"person {number}") for number in range(200)} == set(range(1, 8))


@pytest.mark.parametrize(("name", "letters"), [("Alice Bob", "AB"), ("bob@example.org", "B"), ("", "")])
def test_initials_come_from_the_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_an_address_changes_only_what_it_is_told() -> None:
    request = RequestFactory().get("/gallery/", {"q": "boat", "page": "3"})
    assert render('{% address model="x/y" page=None %}', request=request) == "?q=boat&amp;model=x%2Fy"
