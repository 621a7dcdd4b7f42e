"""The PDF, its text read back: any script survives, posters stand in it, its totals are the statement's."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.factories import NOW, Cast, create_cast, create_job, create_output
from tests.videojobs.statements.books import charge, correct, live
from videojobs.models import Job, Output
from videojobs.statements import paper, sums, words
from videojobs.statements.letters import Letters
from videojobs.statements.sums import Statement, Wish
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def november(cast: Cast, markup: str = "0") -> Statement:
    wish = Wish(cast.team.projects.get(), date(2026, 11, 1), date(2026, 11, 30), Decimal(markup))
    return sums.read(wish, now=NOW)


def read(statement: Statement, media: Path) -> PdfReader:
    return PdfReader(BytesIO(paper.write(statement, media)))


def text_of(statement: Statement, media: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(statement, media).pages).split())


def with_poster(job: Job, media: Path, name: str = "poster.webp") -> None:
    create_output(job)
    Image.new("RGB", (640, 360), (200, 60, 20)).save(media / name)
    Output.objects.filter(job=job).update(poster=name)


def test_it_prints_sums_hash_and_entry(cast: Cast, tmp_path: Path) -> None:
    job = charge(cast.bob, cast.team, "0.30")
    correct(job, "0.40", cast.alice)
    found = november(cast, "12.5")
    text = text_of(found, tmp_path)
    for said in ("$0.40", "Mark-up of 12.5 %", "$0.05", "$0.45", found.hash, f"entry {found.entry}", job.id):
        assert said in text
    assert "corrected by $0.10" in text


def test_the_lines_on_paper_add_up_to_the_total_on_paper(cast: Cast, tmp_path: Path) -> None:
    for number in range(5):
        charge(cast.bob, cast.team, f"0.10000{number + 1}")
    found = november(cast, "33.33")
    text = text_of(found, tmp_path)
    assert all(words.usd(line.amount) in text for line in found.lines)
    assert words.usd(sum((line.amount for line in found.lines), Decimal(0))) == words.usd(found.total)
    assert f"Total {words.usd(found.total)}" in text


def test_it_says_what_nobody_knows_apart(cast: Cast, tmp_path: Path) -> None:
    lost = create_job(cast.bob, cast.team, state=State.LOST, charged="unknown", account=live())
    text = text_of(november(cast), tmp_path)
    assert "Nobody knows whether these were charged" in text
    assert lost.id in text and "$0.28 held" in text and "not in the total 1 job Total" in text


@pytest.mark.parametrize(
    "prompt",
    [
        "Кораблик из бумаги",
        "سفينة ورقية",
        "סירת נייר",
        "紙の船が流れる",
        "종이배",
        "🚣\u200d♀️ on a river",
        "{nb} of {nb}",
        "\u202ereversed\u2066 \x07 bell",
        "**bold** __under__ --strike--",
        "x" * 5000,
    ],
)
def test_any_prompt_can_be_printed(cast: Cast, tmp_path: Path, prompt: str) -> None:
    charge(cast.bob, cast.team, "0.30", prompt=prompt)
    assert "$0.30" in text_of(november(cast), tmp_path)


def test_a_job_without_a_prompt_is_printed(cast: Cast, tmp_path: Path) -> None:
    charge(cast.bob, cast.team, "0.30")
    Job.objects.update(prompt="")
    assert "$0.30" in text_of(november(cast), tmp_path)


def test_a_letter_the_font_lacks_is_replaced_and_said(cast: Cast, tmp_path: Path) -> None:
    charge(cast.bob, cast.team, prompt="紙 boat")
    text = text_of(november(cast), tmp_path)
    assert "□ boat" in text
    assert "1 letters that this document’s font lacks" in text


@pytest.mark.parametrize("name", ["広告 {nb}", "\u202eevil\x00", "<b>&amp;</b>", "a" * 120])
def test_any_project_can_be_printed(cast: Cast, tmp_path: Path, name: str) -> None:
    charge(cast.bob, cast.team, "0.30")
    found = november(cast)
    found.wish.project.name = name
    assert "$0.30" in text_of(found, tmp_path)


def test_braces_and_marks_in_a_prompt_stay_as_they_are(cast: Cast, tmp_path: Path) -> None:
    charge(cast.bob, cast.team, prompt="{nb} pages, **bold**")
    assert "{nb} pages, **bold**" in text_of(november(cast), tmp_path)


def test_posters_stand_beside_their_lines(cast: Cast, tmp_path: Path) -> None:
    with_poster(charge(cast.bob, cast.team), tmp_path)
    (page,) = read(november(cast), tmp_path).pages
    assert len(page.images) == 1


@pytest.mark.parametrize("name", ["gone.webp", "../outside.webp", "broken.webp"])
def test_a_poster_that_cannot_be_read_leaves_its_place_empty(cast: Cast, tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.webp").write_bytes(b"RIFF and nothing more")
    create_output(charge(cast.bob, cast.team))
    Output.objects.update(poster=name)
    (page,) = read(november(cast), tmp_path).pages
    assert len(page.images) == 0


def test_many_lines_go_on_over_pages(cast: Cast, tmp_path: Path) -> None:
    charge(cast.bob, cast.team)
    found = november(cast)
    many = Statement(found.wish, NOW, found.lines * 60, [], 0, found.entry, found.hash)
    pages = read(many, tmp_path).pages
    assert len(pages) == 5
    assert "Page 2 of 5" in pages[1].extract_text()


def test_too_many_lines_are_refused_with_the_way_out(cast: Cast, tmp_path: Path) -> None:
    charge(cast.bob, cast.team)
    found = november(cast)
    many = Statement(found.wish, NOW, found.lines * 5001, [], 0, found.entry, found.hash)
    with pytest.raises(paper.TooLong, match="take the CSV"):
        paper.write(many, tmp_path)


def test_what_is_printed_is_one_line() -> None:
    letters = Letters({ord(letter) for letter in "abc "})
    assert letters.plain("a\n\tb\x00\u202ec d") == "a bc □"
    assert letters.replaced == 1
