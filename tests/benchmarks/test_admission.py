"""Admissions are held against the bare insert of the same run."""

from benchmarks.admission import BARE, KINDS, LIMITS, Times, compare


def test_each_number_of_limits_stands_beside_the_bare_insert() -> None:
    times = {str(limits): Times([0.002 * limits] * 99 + [0.5], 1.0) for limits in LIMITS}
    figures = compare("sqlite", times | {BARE: Times([0.001] * 100, 0.1)}, 16)
    assert [figure.ratio for figure in figures] == [2, 6, 16]
    assert figures[0].name == "admission under 1 limit, 16 at once, p50"
    assert figures[0].details["bare inserts/s"] == 1000


def test_there_are_as_many_different_limits_as_the_largest_number_of_them() -> None:
    assert len(set(KINDS)) == max(LIMITS)
