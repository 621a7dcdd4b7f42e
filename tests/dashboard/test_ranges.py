"""Which bytes a Range header asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ranges import Span, Unsatisfiable, span


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", Span(0, 100)),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=10-19", Span(10, 10)),
        ("bytes=90-500", Span(90, 10)),
        ("bytes=99-", Span(99, 1)),
        ("bytes=-10", Span(90, 10)),
        ("bytes=-500", Span(0, 100)),
        ("Bytes = 5-6 ", Span(5, 2)),
        ("bytes=0-9999999999999999999", Span(0, 100)),
    ],
)
def test_one_range_is_read(header: str, expected: Span) -> None:
    assert span(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9999999999999999999-"])
def test_a_range_outside_the_file_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        span(header, 100)


@pytest.mark.parametrize(
    "header",
    [
        *("", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1-2,5-6", "bytes=1-2-3"),
        *("items=0-5", "bytes=٣-٤", "bytes=-1-5", "bytes=0x1-", "bytes=1.5-", "bytes=" + "9" * 5000 + "-"),
    ],
)
def test_what_cannot_be_read_means_the_whole_file(header: str) -> None:
    assert span(header, 100) is None


@given(st.text("bytes=0123456789-, ", max_size=30), st.integers(1, 1000))
def test_whatever_comes_a_span_lies_in_the_file(header: str, size: int) -> None:
    try:
        found = span(header, size)
    except Unsatisfiable:
        return
    assert found is None or (found.start >= 0 and 1 <= found.length <= size - found.start)
