"""Charts as server-rendered SVG: sparkline, bars, lines. No script, no inline style; colours come from the stylesheet.

Every chart has an accessible name and a <title> on each value, so that the exact figure is one hover away.
Colour classes: c1 accent, c2 warning, c3 information, c4 grey, c5 danger, c6 success.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 24
EMPTY = mark_safe("")


def plain_number(value: float) -> str:
    """`1,234`, `0.25`, `1.2M`: short enough for an axis."""
    size = abs(value)
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e4, "k")):
        if size >= limit:
            scaled = value / {"B": 1e9, "M": 1e6, "k": 1e3}[unit]
            return f"{scaled:,.1f}".removesuffix(".0") + unit
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2g}" if size < 1 else f"{value:,.1f}"


def percent_label(value: float) -> str:
    """A share in [0, 1] as a percentage."""
    return f"{value * 100:.0f} %"


def nice_ticks(low: float, high: float, n: int = 4) -> list[float]:
    """Round values (1, 2, 2.5 or 5 times a power of ten) that span low..high in about n steps."""
    if not math.isfinite(low) or not math.isfinite(high) or high <= low:
        return [low, low + 1]
    raw = (high - low) / n
    power = 10 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


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
    plot = _Plot(width, height, 0, len(items), *_limits([value for _, value in items]), form=form)
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
    return _chart(label, plot, [shapes, _texts(words)], legend=())


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
    low, high = _limits(ys, y.low, y.high)
    plot = _Plot(
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
    return _chart(
        label,
        plot,
        [*shapes, _texts(words), *(_mark(mark, plot) for mark in marks)],
        legend=[(one.color, one.name) for one in series] if len(series) > 1 else (),
        y_label=y.label,
    )


class _Plot:
    """Where a value lies in the picture."""

    def __init__(
        self,
        width: int,
        height: int,
        x_low: float,
        x_high: float,
        y_low: float,
        y_high: float,
        *,
        form: Callable[[float], str],
        y_ticks: Sequence[tuple[float, str]] | None = None,
        top: int = TOP,
    ) -> None:
        self.full_width, self.full_height, self.top = width, height, top
        self.width, self.height = width - LEFT - RIGHT, height - top - BOTTOM
        self.x_low, self.x_high = x_low, x_high if x_high > x_low else x_low + 1
        self.ticks = list(y_ticks or [(tick, form(tick)) for tick in nice_ticks(y_low, y_high)])
        self.y_low = min(y_low, self.ticks[0][0])
        self.y_high = max(y_high, self.ticks[-1][0])

    def x(self, value: float) -> float:
        return LEFT + (value - self.x_low) / (self.x_high - self.x_low) * self.width

    def y(self, value: float) -> float:
        return self.top + (self.y_high - value) / ((self.y_high - self.y_low) or 1.0) * self.height


def _limits(
    values: Sequence[float], low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    bottom = min(0.0, *values) if low is None else low
    top = max(0.0, *values) if high is None else high
    return bottom, top if top > bottom else bottom + 1


def _points(one: Series) -> list[tuple[float, float, int]]:
    xs = one.xs if one.xs is not None else range(len(one.values))
    return [
        (float(at), float(value), index)
        for index, (at, value) in enumerate(zip(xs, one.values, strict=True))
        if value is not None and math.isfinite(value)
    ]


def _line(one: Series, points: list[tuple[float, float, int]], plot: _Plot) -> SafeString:
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


def _mark(mark: Mark, plot: _Plot) -> SafeString:
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


def _texts(words: Sequence[tuple[str, int, str]]) -> SafeString:
    return format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', words)


def _chart(
    label: str,
    plot: _Plot,
    shapes: Sequence[SafeString],
    *,
    legend: Sequence[tuple[str, str]],
    y_label: str = "",
) -> SafeString:
    grid = format_html_join(
        "",
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (
                "axis" if value == 0 else "grid",
                LEFT,
                LEFT + plot.width,
                f"{plot.y(value):.1f}",
                f"{plot.y(value):.1f}",
                LEFT - 6,
                f"{plot.y(value) + 3.5:.1f}",
                text,
            )
            for value, text in plot.ticks
        ),
    )
    keys = []
    at = LEFT
    for color, name in legend:
        keys.append((color, at, at + 13, name))
        at += 30 + sum(11 if ord(letter) > 0x2E7F else 6 for letter in name)
    legend_drawn = format_html_join(
        "",
        '<rect class="key {}" x="{}" y="2" width="9" height="9" rx="2"/><text x="{}" y="10">{}</text>',
        keys,
    )
    title = format_html('<text class="title" x="{}" y="10">{}</text>', at, y_label) if y_label else EMPTY
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        plot.full_width,
        plot.full_height,
        label,
        grid,
        format_html_join("", "{}", ((shape,) for shape in shapes)),
        legend_drawn,
        title,
    )
