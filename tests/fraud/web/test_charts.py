"""Charts: values land where a plain computation puts them, and nothing in them can break out of the SVG."""

from __future__ import annotations

import re

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from fraud.web.charts import Axis, Mark, Series, bars, lines, nice_ticks, plain_number, sparkline


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12, "12"),
        (0.25, "0.25"),
        (1234, "1,234"),
        (12_000, "12k"),
        (1_250_000, "1.2M"),
        (3e9, "3B"),
    ],
)
def test_plain_number_is_short_enough_for_an_axis(value, text):
    with translation.override("en"):
        assert plain_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(9_999, "9,999"), (12_000, "1.2만"), (4_000_000, "400만"), (250_000_000, "2.5억")]
)
def test_plain_number_counts_in_ten_thousands_in_korean(value, text):
    with translation.override("ko"):
        assert plain_number(value) == text


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_ticks_are_round_and_span_the_values(low, size):
    ticks = nice_ticks(low, low + size)
    slack = 1e-6 * (abs(low) + size)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + size - slack
    assert 2 <= len(ticks) <= 8


def test_bars_are_as_tall_as_their_values():
    svg = bars([("a", 10.0), ("b", 5.0)], label="x")
    heights = [float(h) for h in re.findall(r'<rect class="bar c1"[^>]* height="([\d.]+)"', svg)]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)


def test_line_leaves_out_what_is_not_known():
    svg = lines([Series("p", [1.0, None, float("nan"), 2.0])], label="x")
    points = re.search(r'<polyline class="line c1" points="([^"]+)"', svg)
    assert points is not None
    assert len(points[1].split()) == 2


def test_everything_across_is_in_per_cent_so_that_a_chart_fills_its_panel():
    svg = lines([Series("p", [0.0, 5.0, 10.0])], label="x", marks=[Mark("half", x=1.0)]) + bars(
        [("a", 1.0)] * 4, label="x"
    )
    assert re.findall(r'<circle[^>]* cx="([\d.]+)%"', svg) == ["0.00", "50.00", "100.00"]
    assert re.findall(r'<line class="mark-line" x1="([\d.]+)%"', svg) == ["50.00"]
    assert re.findall(r'<rect class="bar c1" x="([\d.]+)%"', svg) == ["3.75", "28.75", "53.75", "78.75"]
    points = re.search(
        r'viewBox="0 0 1000 220" preserveAspectRatio="none".*?<polyline[^>]* points="([^"]+)"', svg
    )
    assert points is not None
    assert [point.split(",")[0] for point in points[1].split()] == ["0.0", "500.0", "1000.0"]


def test_dot_lies_on_its_line():
    svg = lines([Series("p", [3.0, 1.0, 2.0])], label="x")
    heights = re.findall(r'<circle[^>]* cy="([\d.]+)"', svg)
    points = re.search(r'<polyline[^>]* points="([^"]+)"', svg)
    assert points is not None
    assert [point.split(",")[1] for point in points[1].split()] == heights


def test_mark_near_the_right_edge_is_written_to_its_left():
    svg = lines(
        [Series("p", [0.0, 1.0], xs=[0, 100])], label="x", marks=[Mark("late", x=95), Mark("early", x=5)]
    )
    assert re.search(r'text-anchor="end">late<', svg)
    assert re.search(r'text-anchor="start">early<', svg)


def test_line_with_many_points_draws_no_dots():
    assert "<circle" not in lines([Series("p", list(range(100)))], label="x")


def test_marks_and_words_are_drawn():
    svg = lines(
        [Series("champion", [1, 2]), Series("challenger", [2, 3], color="c2")],
        label="cost",
        x=Axis(ticks=[(0, "Jan"), (1, "Feb")]),
        marks=[Mark("capacity", x=0.5), Mark("limit", y=2)],
    )
    for word in ("champion", "challenger", "Jan", "Feb", "capacity", "limit"):
        assert word in svg


def test_names_are_escaped():
    svg = bars([("<script>", 1.0)], label='"><script>') + lines(
        [Series("<b>", [1, 2])], label="x", marks=[Mark("<i>", y=1)]
    )
    assert "<script>" not in svg
    assert "<i>" not in svg


def test_nothing_to_draw_is_empty():
    assert bars([], label="x") == ""
    assert lines([Series("p", [None, None])], label="x") == ""
    assert sparkline([3.0], label="x") == ""


def test_sparkline_marks_the_last_value():
    svg = sparkline([0, 5, 10], label="Spend")
    assert 'aria-label="Spend"' in svg
    last = re.search(r'points="([^"]+)"/><circle', svg)
    assert last is not None
    x, y = last[1].split()[-1].split(",")
    assert f'cx="{x}" cy="{y}"' in svg
