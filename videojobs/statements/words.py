"""What a statement says in words, the same on the page, on paper and in the table."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.text import slugify

from videojobs import catalog
from videojobs.models import Job
from videojobs.prices import plain
from videojobs.statements.sums import Line, Statement, Wish

LONGEST_NAME = 40


def usd(amount: Decimal, places: int = 2) -> str:
    """Return "$1,234.50" with every decimal that counts, and at least so many."""
    whole, _, fraction = plain(abs(amount)).partition(".")
    return f"{'−' if amount < 0 else ''}${int(whole):,}.{fraction.ljust(places, '0')}"


def places(amounts: Iterable[Decimal]) -> int:
    """Return how many decimals amounts need to stand under one another, all of them exact."""
    return max((len(plain(amount).partition(".")[2]) for amount in amounts), default=2)


def day(moment: date) -> str:
    """Return "3 Nov 2026"."""
    return f"{moment.day} {moment:%b %Y}"


def period(wish: Wish) -> str:
    """Return "1 Nov 2026 – 30 Nov 2026", or one day."""
    return day(wish.first) if wish.first == wish.last else f"{day(wish.first)} – {day(wish.last)}"


def per_cent(markup: Decimal) -> str:
    """Return "12.5 %"."""
    return f"{markup.normalize():f} %"


def clip(job: Job) -> str:
    """Return what was made: the model, and length and size as far as they are known."""
    model = catalog.find(job.model)
    name = model.name if model else job.model
    output = getattr(job, "output", None)
    seconds = f"{output.duration:.1f}".removesuffix(".0") if output else job.seconds
    size = f"{output.width}×{output.height}" if output else job.size.replace("x", "×")
    return " · ".join(part for part in (name, f"{seconds} s" if seconds else "", size) if part)


def changes(line: Line) -> str:
    """Return how a line's charge was changed after it was settled; "" where it was not."""
    said = []
    if line.corrected:
        said.append(f"corrected by {usd(line.corrected)}")
    if line.credited:
        said.append(f"{usd(line.credited)} credited")
    return ", ".join(said)


def rounding(wish: Wish) -> str:
    """Say how amounts are rounded."""
    if not wish.markup:
        return "Amounts are exact to a millionth of a dollar. To pay: the total, rounded half up to a cent."
    return (
        f"Each line is what the provider charged plus {per_cent(wish.markup)}, rounded half up to a "
        "millionth of a dollar. The total is the sum of the lines. To pay: the total, rounded half up "
        "to a cent."
    )


def tie(statement: Statement) -> str:
    """Say how the total can be checked against the ledger."""
    number = len(statement.lines)
    return (
        f"The provider’s charges of {usd(statement.base)} are the settlements, corrections and credits of "
        f"{number} job{'' if number == 1 else 's'} in the ledger of {statement.wish.project.team}, "
        f"up to entry {statement.entry}. The chain’s hash at that entry:"
    )


def left_out(statement: Statement) -> str:
    """Say which jobs of the period are in no total yet; "" where there are none."""
    number = statement.on_their_way
    if not number:
        return ""
    verb = "job of this period is" if number == 1 else "jobs of this period are"
    return f"{number} {verb} still on the way and not in the total."


def file_name(wish: Wish, suffix: str) -> str:
    """Return a name for the file, in plain letters."""
    name = slugify(wish.project.name)[:LONGEST_NAME].strip("-") or "project"
    return f"statement-{name}-{wish.first}-{wish.last}.{suffix}"
