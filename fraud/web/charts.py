"""Charts as server-rendered SVG: sparkline, bars, lines. No script, no inline style; colours come from the stylesheet.

Charts fill their panel without their letters growing or shrinking (``fraud.web.chart_frame``).
Every chart has an accessible name and a <title> on each value, so that the exact figure is one hover away.
Colour classes: c1 accent, c2 warning, c3 information, c4 grey, c5 danger, c6 success.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from fraud.web.chart_frame import (
    BOTTOM,
    EMPTY,
    HEIGHT,
    TOP,
    USUAL_WIDTH,
    Plot,
    axis_words,
    chart,
    limits,
    nice_ticks,
    plain_number,
    stretched,
)
from fraud.web.markup import format_html, format_html_join

__all__ = ["Axis", "Mark", "Series", "bars", "lines", "nice_ticks", "plain_number", "sparkline"]


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
    height: int = HEIGHT,
    titles: Sequence[str] | None = None,
    links: Sequence[str] | None = None,
) -> SafeString:
    """Upright bars, one per (word, value); every word is written when there is room, else every n-th.

    With `links`, an address a bar, each bar leads to what it counts.
    """
    if not items:
        return EMPTY
    plot = Plot(height, 0, len(items), *limits([value for _, value in items]), form=form)
    slot = 100 / len(items)
    every = max(1, math.ceil(len(items) * 46 / USUAL_WIDTH))
    drawn = []
    for index, (word, value) in enumerate(items):
        top, tall = plot.y(max(value, 0.0)), abs(plot.y(value) - plot.y(0))
        text = titles[index] if titles else f"{word}: {form(value)}"
        x = (index + 0.15) * slot
        bar = format_html(
            '<rect class="bar {}" x="{}%" y="{}" width="{}%" height="{}" rx="1.5"><title>{}</title></rect>',
            color,
            f"{x:.2f}",
            f"{top:.1f}",
            f"{slot * 0.7:.2f}",
            f"{tall:.1f}",
            text,
        )
        drawn.append(_linked(bar, links[index], text) if links else bar)
    words = [((index + 0.5) * slot, word) for index, (word, _) in enumerate(items) if index % every == 0]
    return chart(label, plot, [*drawn, axis_words(words, plot)], legend=(), is_linked=bool(links))


def _linked(bar: SafeString, address: str, text: str) -> SafeString:
    return format_html('<a href="{}" aria-label="{}">{}</a>', address, text, bar)


def lines(
    series: Sequence[Series],
    *,
    label: str,
    x: Axis | None = None,
    y: Axis | None = None,
    marks: Sequence[Mark] = (),
    height: int = HEIGHT,
) -> SafeString:
    """Lines over a common x axis, with a legend where there are several, and dashed marks."""
    x, y = x or Axis(), y or Axis()
    points = {one.name: _points(one) for one in series}
    everything = [point for one in points.values() for point in one]
    if not everything:
        return EMPTY
    plot = _plot(everything, x, y, marks, height)
    ticks = x.ticks or [(tick, x.form(tick)) for tick in nice_ticks(plot.x_low, plot.x_high, 6)]
    inside = [(at, text) for at, text in ticks if plot.x_low - 1e-9 <= at <= plot.x_high + 1e-9]
    every = max(1, math.ceil(len(inside) * 52 / USUAL_WIDTH))
    words = [(plot.x(at), text) for at, text in inside[::every]]
    return chart(
        label,
        plot,
        [
            stretched([_line(one, points[one.name], plot) for one in series], plot),
            *(_dots(one, points[one.name], plot) for one in series),
            axis_words(words, plot),
            *(_mark(mark, plot) for mark in marks),
        ],
        legend=[(one.color, one.name) for one in series] if len(series) > 1 else (),
        x_label=x.label,
        y_label=y.label,
    )


def _plot(
    everything: Sequence[tuple[float, float, int]], x: Axis, y: Axis, marks: Sequence[Mark], height: int
) -> Plot:
    xs = [point[0] for point in everything] + [mark.x for mark in marks if mark.x is not None]
    ys = [point[1] for point in everything] + [mark.y for mark in marks if mark.y is not None]
    return Plot(
        height,
        min(xs) if x.low is None else x.low,
        max(xs) if x.high is None else x.high,
        *limits(ys, y.low, y.high),
        form=y.form,
        y_ticks=y.ticks,
        bottom=BOTTOM + (16 if x.label else 0),
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
    path = " ".join(plot.point(at, value) for at, value, _ in points)
    area: SafeString = EMPTY
    if one.has_area:
        base = max(plot.y_low, 0)
        area = format_html(
            '<polygon class="area {}" points="{} {} {}"/>',
            one.color,
            plot.point(points[0][0], base),
            path,
            plot.point(points[-1][0], base),
        )
    return format_html('{}<polyline class="line {}" points="{}"/>', area, one.color, path)


def _dots(one: Series, points: list[tuple[float, float, int]], plot: Plot) -> SafeString:
    """A dot with its figure on each point; more than 60 would hide the line."""
    if len(points) > 60:
        return EMPTY
    return format_html_join(
        "",
        '<circle class="dot {}" cx="{}%" cy="{}" r="2"><title>{}</title></circle>',
        (
            (
                one.color,
                f"{plot.x(at):.2f}",
                f"{plot.y(value):.1f}",
                one.titles[index] if one.titles else f"{one.name} {value:,.4g}",
            )
            for at, value, index in points
        ),
    )


def _mark(mark: Mark, plot: Plot) -> SafeString:
    if mark.x is not None:
        at = plot.x(mark.x)
        side, anchor = (4, "start") if at < 80 else (-4, "end")  # the word stays inside the picture
        return format_html(
            '<line class="mark-line" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>'
            '<text x="{0}%" dx="{3}" y="{4}" text-anchor="{5}">{6}</text>',
            f"{at:.2f}",
            TOP,
            TOP + plot.height,
            side,
            TOP + 10,
            anchor,
            mark.label,
        )
    height = plot.y(mark.y or 0.0)
    return format_html(
        '<line class="mark-line" x1="0" x2="100%" y1="{0}" y2="{0}"/><text x="100%" y="{1}" text-anchor="end">{2}</text>',
        f"{height:.1f}",
        f"{height - 4:.1f}",
        mark.label,
    )
