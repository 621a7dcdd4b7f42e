"""Figures: ours beside the reference of the same run, printed for people and written for machines."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Detail = float | int | str


@dataclass(frozen=True)
class Figure:
    """One measured number and what it is held against.

    `ours` and `reference` are in `unit`. At most one of the two targets is set: `at_least` bounds
    ours ÷ reference from below, `at_most` bounds ours itself from above.
    """

    name: str
    on: str
    unit: str
    ours: float
    reference: float | None = None
    reference_name: str = ""
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    details: dict[str, Detail] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.at_least is not None and self.ratio is not None:
            return self.ratio >= self.at_least
        return None if self.at_most is None else self.ours <= self.at_most


def as_lines(figure: Figure) -> list[str]:
    """Write a figure for people: one line, and its details below."""
    where = f" ({figure.on})" if figure.on else ""
    line = f"{figure.name}{where}: {_number(figure.ours)} {figure.unit}"
    if figure.reference is not None:
        line += f" | {figure.reference_name}: {_number(figure.reference)} {figure.unit}"
    if figure.ratio is not None:
        line += f" | ratio {figure.ratio:.2f}"
    details = [f"    {name}: {_detail(value)}" for name, value in figure.details.items()]
    return [line + _verdict(figure), *details]


def _verdict(figure: Figure) -> str:
    if figure.met is None:
        return ""
    bound = f"≥ {figure.at_least:g}" if figure.at_least is not None else f"≤ {figure.at_most:g} {figure.unit}"
    return f" | target {bound}: {'met' if figure.met else 'MISSED'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _detail(value: Detail) -> str:
    return value if isinstance(value, str) else _number(value)


def as_json(figure: Figure) -> dict[str, Any]:
    """Write a figure for machines."""
    return {**asdict(figure), "met": figure.met}


def from_json(values: dict[str, Any]) -> Figure:
    """Read what `as_json` wrote."""
    return Figure(**{name: value for name, value in values.items() if name != "met"})


def write_report(figures: Sequence[Figure], path: Path, *, quick: bool) -> None:
    """Write all figures of a run, and what they were measured on."""
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "figures": [as_json(figure) for figure in figures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
