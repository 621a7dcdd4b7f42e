"""Money in the database: whole millionths of a dollar, spoken of as Decimal."""

from decimal import ROUND_UP, Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable

MICROS = Decimal(1_000_000)
SMALLEST = Decimal("0.000001")
LARGEST = Decimal(9_000_000_000)
"""USD; well inside a signed 64-bit count of millionths."""


def to_micros(usd: Decimal) -> int:
    """Turn USD into whole millionths. Raises ValueError where that would lose anything."""
    if not isinstance(usd, Decimal) or not usd.is_finite() or abs(usd) > LARGEST:
        raise ValueError(f"not an amount of money: {usd!r}")
    micros = usd * MICROS
    if micros != micros.to_integral_value():
        raise ValueError(f"not a whole number of millionths of a dollar: {usd}")
    return int(micros)


def from_micros(micros: int) -> Decimal:
    """Turn whole millionths into USD with six decimals."""
    return (Decimal(micros) / MICROS).quantize(SMALLEST)


def round_up(usd: Decimal) -> Decimal:
    """Round USD up to a whole millionth, so that a charge is never understated."""
    return usd.quantize(SMALLEST, rounding=ROUND_UP)


class MoneyField(models.BigIntegerField):  # type: ignore[type-arg]
    """USD as Decimal in Python, whole millionths as a 64-bit integer in the database."""

    _pyi_private_set_type: Decimal | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal  # type: ignore[assignment]

    description = "US dollars, exact to a millionth"

    def from_db_value(self, value: int | None, _expression: object, _connection: object) -> Decimal | None:
        return None if value is None else from_micros(int(value))

    def to_python(self, value: object) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(f"{value!r} is not an amount in USD") from error

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or hasattr(value, "resolve_expression"):
            return value  # type: ignore[no-any-return]
        return to_micros(value if isinstance(value, Decimal) else Decimal(value))
