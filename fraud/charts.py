"""Charts as server-rendered SVG: sparkline, bars, lines. No script, no inline style; colours come from the stylesheet.

Every chart has an accessible name and a <title> on each value, so that the exact figure is one hover away.
Colour classes: c1 accent, c2 warning, c3 information, c4 grey, c5 danger, c6 success.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from fraud.chart_frame import (
    EMPTY,
    HEIGHT,
    LEFT,
    TOP,
    WIDTH,
    Plot,
    axis_words,
    chart,
    limits,
    nice_ticks,
    percent_label,
    plain_number,
)

__all__ = [
    "Axis",
    "Mark",
    "Series",
    "bars",
    "lines",
    "nice_ticks",
    "percent_label",
    "plain_number",
    "sparkline",
]


@dataclass(frozen=True)
class Series:
    """One line: y values in order (None leaves a gap), and x values where they are not 0, 1, 2 …"""

    name: str
    values: Sequence[float | None]
    xs: Sequence[float] | None = None
    color: str = "c1"
    has_area: bool = False
    titles: Sequence[str] | None = None  # hover text per point


@dataclass(frozen=True)
class Mark:
    """A dashed line across the plot with a word: a limit, a capacity, today."""

    label: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Axis:
    """How an axis is labelled. `ticks` are (value, text) pairs; without them round values are chosen."""

    label: str = ""
    ticks: Sequence[tuple[float, str]] | None = None
    low: float | None = None
    high: float | None = None
    form: Callable[[float], str] = field(default=plain_number)


def sparkline(
    values: Sequence[float | None],
    *,
    label: str,
    width: int = 96,
    height: int = 24,
    titles: Sequence[str] = (),
) -> SafeString:
    """A trend the size of a word; the last value is marked. `label` is read aloud instead of it."""
    known = [
        (index, value) for index, value in enumerate(values) if value is not None and math.isfinite(value)
    ]
    if len(known) < 2:
        return EMPTY
    low, high = min(0.0, *(v for _, v in known)), max(v for _, v in known)
    span = (high - low) or 1.0
    points = [
        (2 + index * (width - 5) / (len(values) - 1), height - 3 - (value - low) / span * (height - 6))
        for index, value in known
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    area = f"{points[0][0]:.1f},{height} {path} {points[-1][0]:.1f},{height}"
    title = "\n".join(titles)
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}">{}<polygon class="area" points="{}"/>'
        '<polyline class="line" points="{}"/><circle class="dot" cx="{}" cy="{}" r="2"/></svg>',
        width,
        height,
        label,
        format_html("<title>{}</title>", title) if title else EMPTY,
        area,
        path,
        f"{points[-1][0]:.1f}",
        f"{points[-1][1]:.1f}",
    )


def bars(
    items: Sequence[tuple[str, float]],
    *,
    label: str,
    form: Callable[[float], str] = plain_number,
    color: str = "c1",
    width: int = WIDTH,
    height: int = HEIGHT,
    titles: Sequence[str] | None = None,
) -> SafeString:
    """Upright bars, one per (word, value); every word is written when there is room, else every n-th."""
    if not items:
        return EMPTY
    plot = Plot(width, height, 0, len(items), *limits([value for _, value in items]), form=form)
    slot = plot.width / len(items)
    every = max(1, math.ceil(len(items) * 46 / plot.width))
    drawn = []
    for index, (word, value) in enumerate(items):
        x, top = LEFT + index * slot + slot * 0.15, plot.y(max(value, 0.0))
        tall = abs(plot.y(value) - plot.y(0))
        text = titles[index] if titles else f"{word}: {form(value)}"
        drawn.append((color, f"{x:.1f}", f"{top:.1f}", f"{slot * 0.7:.1f}", f"{tall:.1f}", text))
    shapes = format_html_join(
        "",
        '<rect class="bar {}" x="{}" y="{}" width="{}" height="{}" rx="1.5"><title>{}</title></rect>',
        drawn,
    )
    words = [
        (f"{LEFT + (index + 0.5) * slot:.1f}", height - 7, word)
        for index, (word, _) in enumerate(items)
        if index % every == 0
    ]
    return chart(label, plot, [shapes, axis_words(words)], legend=())


def lines(
    series: Sequence[Series],
    *,
    label: str,
    x: Axis | None = None,
    y: Axis | None = None,
    marks: Sequence[Mark] = (),
    width: int = WIDTH,
    height: int = HEIGHT,
) -> SafeString:
    """Lines over a common x axis, with a legend where there are several, and dashed marks."""
    x, y = x or Axis(), y or Axis()
    points = {one.name: _points(one) for one in series}
    everything = [point for one in points.values() for point in one]
    if not everything:
        return EMPTY
    xs = [point[0] for point in everything] + [mark.x for mark in marks if mark.x is not None]
    ys = [point[1] for point in everything] + [mark.y for mark in marks if mark.y is not None]
    low, high = limits(ys, y.low, y.high)
    plot = Plot(
        width,
        height,
        min(xs) if x.low is None else x.low,
        max(xs) if x.high is None else x.high,
        low,
        high,
        form=y.form,
        y_ticks=y.ticks,
        top=TOP + (18 if len(series) > 1 else 0),
    )
    shapes = [_line(one, points[one.name], plot) for one in series]
    ticks = x.ticks or [(tick, x.form(tick)) for tick in nice_ticks(plot.x_low, plot.x_high, 6)]
    inside = [(at, text) for at, text in ticks if plot.x_low - 1e-9 <= at <= plot.x_high + 1e-9]
    every = max(1, math.ceil(len(inside) * 52 / plot.width))
    words = [(f"{plot.x(at):.1f}", height - 7, text) for at, text in inside[::every]]
    return chart(
        label,
        plot,
        [*shapes, axis_words(words), *(_mark(mark, plot) for mark in marks)],
        legend=[(one.color, one.name) for one in series] if len(series) > 1 else (),
        y_label=y.label,
    )


def _points(one: Series) -> list[tuple[float, float, int]]:
    xs = one.xs if one.xs is not None else range(len(one.values))
    return [
        (float(at), float(value), index)
        for index, (at, value) in enumerate(zip(xs, one.values, strict=True))
        if value is not None and math.isfinite(value)
    ]


def _line(one: Series, points: list[tuple[float, float, int]], plot: Plot) -> SafeString:
    if not points:
        return EMPTY
    path = " ".join(f"{plot.x(at):.1f},{plot.y(value):.1f}" for at, value, _ in points)
    area: SafeString = EMPTY
    if one.has_area:
        base = f"{plot.y(max(plot.y_low, 0)):.1f}"
        area = format_html(
            '<polygon class="area {}" points="{},{} {} {},{}"/>',
            one.color,
            f"{plot.x(points[0][0]):.1f}",
            base,
            path,
            f"{plot.x(points[-1][0]):.1f}",
            base,
        )
    dots: SafeString = EMPTY
    if len(points) <= 60:  # more than that and the dots hide the line
        dots = format_html_join(
            "",
            '<circle class="dot {}" cx="{}" cy="{}" r="2"><title>{}</title></circle>',
            (
                (
                    one.color,
                    f"{plot.x(at):.1f}",
                    f"{plot.y(value):.1f}",
                    one.titles[index] if one.titles else f"{one.name} {value:,.4g}",
                )
                for at, value, index in points
            ),
        )
    return format_html('{}<polyline class="line {}" points="{}"/>{}', area, one.color, path, dots)


def _mark(mark: Mark, plot: Plot) -> SafeString:
    if mark.x is not None:
        at = f"{plot.x(mark.x):.1f}"
        return format_html(
            '<line class="mark-line" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/><text x="{3}" y="{4}">{5}</text>',
            at,
            plot.top,
            plot.top + plot.height,
            f"{plot.x(mark.x) + 4:.1f}",
            plot.top + 10,
            mark.label,
        )
    height = plot.y(mark.y or 0.0)
    return format_html(
        '<line class="mark-line" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text x="{1}" y="{3}" text-anchor="end">{4}</text>',
        LEFT,
        LEFT + plot.width,
        f"{height:.1f}",
        f"{height - 4:.1f}",
        mark.label,
    )
