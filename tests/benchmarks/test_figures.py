"""How figures are judged, printed and kept."""

import json
from pathlib import Path

import pytest

from benchmarks.figures import Figure, as_json, as_lines, from_json, write_report
from benchmarks.measuring import Run, in_turns, middle_ratio, percentile

AGAINST = Figure(
    "looks", "sqlite", "/s", ours=1500.0, reference=2000.0, reference_name="bare reads", ratio=0.75
)
ALONE = Figure("idle", "", "%", ours=1.5)


@pytest.mark.parametrize(("at_least", "met"), [(0.7, True), (0.75, True), (0.8, False), (None, None)])
def test_a_ratio_is_held_against_its_target(at_least: float | None, *, met: bool | None) -> None:
    assert Figure(**{**vars(AGAINST), "at_least": at_least}).met is met


@pytest.mark.parametrize(("at_most", "met"), [(2.0, True), (1.0, False)])
def test_a_bound_is_held_against_the_figure_itself(at_most: float, *, met: bool) -> None:
    assert Figure(**{**vars(ALONE), "at_most": at_most}).met is met


def test_a_line_has_both_numbers_and_the_verdict() -> None:
    figure = Figure(**{**vars(AGAINST), "at_least": 0.8, "details": {"processor, ms": 0.3}})
    assert as_lines(figure) == [
        "looks (sqlite): 1,500 /s | bare reads: 2,000 /s | ratio 0.75 | target ≥ 0.8: MISSED",
        "    processor, ms: 0.3",
    ]


def test_a_report_can_be_read_again(tmp_path: Path) -> None:
    write_report([AGAINST, ALONE], tmp_path / "new" / "bench.json", quick=True)
    report = json.loads((tmp_path / "new" / "bench.json").read_text())
    assert [from_json(values) for values in report["figures"]] == [AGAINST, ALONE]
    assert report["quick"] is True and report["machine"]["cores"] >= 1
    assert as_json(ALONE)["met"] is None


def test_contestants_take_turns_and_none_is_always_first() -> None:
    order: list[str] = []

    def contestant(name: str) -> Run:
        order.append(name)
        return Run(10, 1.0, 0.5)

    runs = in_turns({name: lambda name=name: contestant(name) for name in "ab"}, 2, lambda _line: None)  # type: ignore[misc]
    assert order == ["a", "b", "b", "a"]
    assert [run.rate for run in runs["a"]] == [10.0, 10.0]


def test_the_ratio_is_the_middle_of_each_rounds_own() -> None:
    ours = [Run(100, seconds, 1.0) for seconds in (1.0, 2.0, 10.0)]
    theirs = [Run(100, seconds, 1.0) for seconds in (1.0, 1.0, 10.0)]
    assert middle_ratio(ours, theirs) == 1.0


def test_a_percentile_of_few_values_is_near_the_largest() -> None:
    assert percentile([1.0], 99) == 1.0
    assert 9.5 < percentile([float(number) for number in range(11)], 99) <= 10.0
