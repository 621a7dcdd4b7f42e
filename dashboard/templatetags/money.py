"""Money as people read it. Amounts are USD; two decimals in the page, all of them where it is explained."""

from decimal import ROUND_HALF_UP, Decimal

from django import template

from videojobs.prices import PriceSource

register = template.Library()

CENT = Decimal("0.01")
HALF_CENT = Decimal("0.005")
UNKNOWN = "unknown"
SOURCES = {
    PriceSource.TABLE: "list price",
    PriceSource.GUESS: "our guess",
    PriceSource.TYPED: "typed by hand",
    PriceSource.ON_FILE: "on file",
    PriceSource.LEARNED: "learned from settled jobs",
}


@register.filter
def usd(amount: Decimal | int | None) -> str:
    """Return "$1,234.50"; "under $0.01" for what would read as nothing; "unknown" for None."""
    if amount is None:
        return UNKNOWN
    exact = Decimal(amount)
    if 0 < abs(exact) < HALF_CENT:
        return "under $0.01"
    rounded = abs(exact).quantize(CENT, ROUND_HALF_UP)
    return f"{'−' if exact < 0 else ''}${rounded:,.2f}"


@register.filter
def usd_exact(amount: Decimal | int | None) -> str:
    """Return every decimal that counts, and at least two: "$0.0975", "$0.28"; "unknown" for None."""
    if amount is None:
        return UNKNOWN
    exact = Decimal(amount)
    plain = f"{abs(exact):,.6f}".rstrip("0")
    whole, _, fraction = plain.partition(".")
    return f"{'−' if exact < 0 else ''}${whole}.{fraction.ljust(2, '0')}"


@register.filter
def signed_per_cent(share: int) -> str:
    """Return "+25 %", "−8 %" or "0 %"."""
    return f"{'+' if share > 0 else '−' if share < 0 else ''}{abs(share)} %"


@register.filter
def price_source(source: str) -> str:
    """Return where a price comes from in a few words: "list price", "typed by hand"."""
    return SOURCES[PriceSource(source)]
