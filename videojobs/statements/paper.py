"""A statement as PDF: what it is about, its sums, a line with a poster for each job, and how it ties."""

from pathlib import Path

from fpdf import FPDF
from fpdf.enums import MethodReturnValue

from videojobs.models import Job
from videojobs.statements import posters, words
from videojobs.statements.letters import Letters
from videojobs.statements.sums import Line, OpenJob, Statement

FONTS = Path(__file__).with_name("fonts")
FONT = "dejavu"
MOST_LINES = 5000
"""Beyond it a PDF would take minutes; the CSV has any number."""

MOST_POSTERS = 400

# Millimetres on A4.
LEFT, RIGHT, TOP, BOTTOM = 16.0, 194.0, 16.0, 278.0
POSTER_WIDTH, POSTER_HEIGHT = 20.0, 12.0
TEXT_LEFT, TEXT_WIDTH, AMOUNT_WIDTH = 40.0, 118.0, 34.0
ROW = 17.0

INK, FAINT, RULE = 30, 110, 205
PAGES = "\ue000"
"""Stands for the number of pages until it is known; no text that is printed can hold it."""


class TooLong(Exception):
    """There are more lines than a PDF takes. The message says what to do."""


class Paper(FPDF):
    """A4 in the statement's font, with the same foot on every page."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.set_auto_page_break(False)
        self.c_margin = 0  # text begins where rules and posters do
        self.alias_nb_pages(PAGES)
        self.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.letters = Letters(self.fonts[FONT].cmap)  # type: ignore[union-attr]  # a font from a file has one
        self.foot = self.letters.plain(foot)

    def footer(self) -> None:
        """Say on every page what it is a page of."""
        self.write_at(LEFT, 284, 140, self.foot, size=7, tone=FAINT)
        self.write_at(RIGHT - 40, 284, 40, f"Page {self.page_no()} of {PAGES}", size=7, tone=FAINT, align="R")

    def write_at(
        self,
        left: float,
        top: float,
        width: float,
        text: str,
        *,
        size: float = 9,
        bold: bool = False,
        tone: int = INK,
        align: str = "L",
    ) -> None:
        """Write one line of text that was made printable."""
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(tone)
        self.set_xy(left, top)
        self.cell(width, size * 0.5, text, align=align)

    def lines_of(self, text: str, width: float, size: float, most: int) -> list[str]:
        """Break a text into at most so many lines; the last one says where something was cut off."""
        if not text:
            return []
        self.set_font(FONT, "", size)
        found = self.multi_cell(width, text=text, dry_run=True, output=MethodReturnValue.LINES)
        assert isinstance(found, list)
        if len(found) > most:
            found = [*found[: most - 1], found[most - 1][:-1].rstrip() + "…"]
        return found

    def rule(self, top: float) -> None:
        """Draw a thin line across the page."""
        self.set_draw_color(RULE)
        self.set_line_width(0.2)
        self.line(LEFT, top, RIGHT, top)


def write(statement: Statement, media: Path) -> bytes:
    """Return the whole PDF. Raises TooLong."""
    if len(statement.lines) + len(statement.unknown) > MOST_LINES:
        raise TooLong(f"A PDF takes {MOST_LINES:,} jobs. Choose fewer days, or take the CSV.")
    return bytes(_Writing(statement, media).whole().output())


class _Writing:
    """One PDF while it is written, from the top of the first page down."""

    def __init__(self, statement: Statement, media: Path) -> None:
        wish = statement.wish
        self.statement = statement
        self.media = media
        self.posters = 0
        self.places = words.places([statement.base, *(line.amount for line in statement.lines)])
        self.paper = Paper(f"{wish.project.team} · {wish.project} · {words.period(wish)}")
        self.paper.set_title(f"Statement: {wish.project}, {words.period(wish)}")
        self.paper.set_creation_date(statement.made_at)
        self.paper.add_page()
        self.top = TOP

    def whole(self) -> Paper:
        """Write everything there is to write."""
        self._head()
        self._sums()
        for line in self.statement.lines:
            self._line(line)
        if self.statement.unknown:
            self._unknown()
        self._notes()
        return self.paper

    def _room(self, height: float) -> None:
        if self.top + height > BOTTOM:
            self.paper.add_page()
            self.top = TOP

    def _say(self, text: str, *, size: float = 8, tone: int = FAINT) -> None:
        """Write a sentence over the full width, and go on below it."""
        step = size * 0.5
        for piece in self.paper.lines_of(self.paper.letters.plain(text), RIGHT - LEFT, size, most=9):
            self._room(step)
            self.paper.write_at(LEFT, self.top, RIGHT - LEFT, piece, size=size, tone=tone)
            self.top += step

    def _head(self) -> None:
        wish, paper = self.statement.wish, self.paper
        plain = paper.letters.plain
        paper.write_at(LEFT, self.top, 120, "Statement", size=20, bold=True)
        paper.write_at(RIGHT - 60, self.top + 2, 60, plain(str(wish.project.team)), size=10, align="R")
        paper.write_at(LEFT, self.top + 12, 178, plain(str(wish.project)), size=13, bold=True)
        zone = wish.project.team.time_zone
        paper.write_at(LEFT, self.top + 20, 178, f"{words.period(wish)}, days in {zone}", size=9, tone=FAINT)
        self.top += 29
        if wish.rehearsal:
            self._say("Rehearsal: none of this was paid, and nothing is owed.", size=10, tone=INK)
            self.top += 3

    def _sums(self) -> None:
        statement = self.statement
        rows = [("Clips and other charged jobs", f"{len(statement.lines):,}"), *self._amounts()]
        for label, text in rows:
            bold = label == "To pay"
            self.paper.rule(self.top)
            tone = INK if bold else FAINT
            self.paper.write_at(LEFT, self.top + 1.6, 100, label, size=9, bold=bold, tone=tone)
            self.paper.write_at(RIGHT - 70, self.top + 1.6, 70, text, size=9, bold=bold, align="R")
            self.top += 7
        self.paper.rule(self.top)
        self.top += 8

    def _amounts(self) -> list[tuple[str, str]]:
        statement = self.statement
        rows = [("Charged by the provider", words.usd(statement.base, self.places))]
        if statement.wish.markup:
            name = f"Mark-up of {words.per_cent(statement.wish.markup)}"
            rows.append((name, words.usd(statement.markup_amount, self.places)))
        if statement.unknown:
            count = len(statement.unknown)
            jobs = "1 job" if count == 1 else f"{count:,} jobs"
            rows.append(("Charge unknown, not in the total", jobs))
        total = ("Total", words.usd(statement.total, self.places))
        return [*rows, total, ("To pay", f"${statement.to_pay:,.2f}")]

    def _line(self, line: Line) -> None:
        note = " · ".join(part for part in (line.job.id, words.changes(line)) if part)
        self._row(line.job, words.day(line.day), words.usd(line.amount, self.places), note)

    def _row(self, job: Job, when: str, amount: str, note: str) -> None:
        self._room(ROW)
        paper, top = self.paper, self.top
        self._poster(job)
        facts = paper.letters.plain(f"{when} · {words.clip(job)}")
        paper.write_at(TEXT_LEFT, top, TEXT_WIDTH, facts, size=8.5, bold=True)
        paper.write_at(RIGHT - AMOUNT_WIDTH, top, AMOUNT_WIDTH, amount, size=9, align="R")
        prompt = paper.letters.plain(job.prompt[:400])
        for number, piece in enumerate(paper.lines_of(prompt, TEXT_WIDTH, 8, most=2)):
            paper.write_at(TEXT_LEFT, top + 4.6 + 3.7 * number, TEXT_WIDTH, piece, size=8)
        paper.write_at(TEXT_LEFT, top + 12.2, RIGHT - TEXT_LEFT, note, size=6.5, tone=FAINT)
        self.top += ROW

    def _poster(self, job: Job) -> None:
        picture = posters.small(job, self.media) if self.posters < MOST_POSTERS else None
        if picture is None:
            self.paper.set_draw_color(RULE)
            self.paper.rect(LEFT, self.top + 0.5, POSTER_WIDTH, POSTER_HEIGHT)
            return
        self.posters += 1
        self.paper.image(picture, LEFT, self.top + 0.5, POSTER_WIDTH, POSTER_HEIGHT, keep_aspect_ratio=True)

    def _unknown(self) -> None:
        self.top += 3
        self._room(30)
        self.paper.write_at(
            LEFT, self.top, 178, "Nobody knows whether these were charged", size=11, bold=True
        )
        self.top += 7
        self._say("They are in no total. What was set aside for each stands beside it.")
        self.top += 4
        for found in self.statement.unknown:
            self._open(found)

    def _open(self, found: OpenJob) -> None:
        self._row(found.job, words.day(found.day), f"{words.usd(found.job.held)} held", found.job.id)

    def _notes(self) -> None:
        self.top += 4
        self._room(40)
        self.paper.rule(self.top)
        self.top += 4
        statement = self.statement
        for sentence in (words.rounding(statement.wish), words.left_out(statement), words.tie(statement)):
            if sentence:
                self._say(sentence)
        self._say(statement.hash, tone=INK)
        if self.posters == MOST_POSTERS:
            self._say(f"Only the first {MOST_POSTERS} posters are shown.")
        if self.paper.letters.replaced:
            self._say(
                f"{self.paper.letters.replaced} letters that this document’s font lacks stand as □. "
                "The statement as CSV has them all."
            )
