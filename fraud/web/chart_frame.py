"""The frame of a chart: round ticks, where a value lies, grid, axis words, legend.

A chart is as wide as its panel and keeps its letters' size: across, everything lies in per cent of the plot; upright in
pixels. Lines and areas cannot be given in per cent, so they lie in a picture of `STRETCH` units that is stretched over it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from django.utils.safestring import SafeString, mark_safe

from audit.language import current_language
from fraud.web.markup import format_html, format_html_join

HEIGHT = 220
TOP, BOTTOM = 12, 24  # the words of the y axis stand in the margin that the stylesheet leaves on the left
STRETCH = 1000
#: What fits side by side is reckoned for a plot of so many pixels; narrower ones leave out every second word.
USUAL_WIDTH = 576
EMPTY = mark_safe("")


# Thousands end where each language takes the next word.
_UNITS = {
    "en": ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k")),
    "ko": ((1e8, 1e8, "억"), (1e4, 1e4, "만")),
}


def plain_number(value: float) -> str:
    """`1,234`, `0.25`, `1.2M` (in Korean `120만`): short enough for an axis."""
    size = abs(value)
    language = current_language()
    for limit, unit, word in _UNITS[language]:
        if size >= limit:
            return f"{value / unit:,.1f}".removesuffix(".0") + word
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2g}" if size < 1 else f"{value:,.1f}"


def nice_ticks(low: float, high: float, n: int = 4) -> list[float]:
    """Round values (1, 2, 2.5 or 5 times a power of ten) that span low..high in about n steps."""
    if not math.isfinite(low) or not math.isfinite(high) or high <= low:
        return [low, low + 1]
    raw = (high - low) / n
    power = 10 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


class Plot:
    """Where a value lies in the picture: `x` in per cent from the left of the plot, `y` in pixels from the top."""

    def __init__(
        self,
        height: int,
        x_low: float,
        x_high: float,
        y_low: float,
        y_high: float,
        *,
        form: Callable[[float], str],
        y_ticks: Sequence[tuple[float, str]] | None = None,
        bottom: int = BOTTOM,
    ) -> None:
        self.full_height, self.height = height, height - TOP - bottom
        self.x_low, self.x_high = x_low, x_high if x_high > x_low else x_low + 1
        self.ticks = list(y_ticks or [(tick, form(tick)) for tick in nice_ticks(y_low, y_high)])
        self.y_low = min(y_low, self.ticks[0][0])
        self.y_high = max(y_high, self.ticks[-1][0])

    def x(self, value: float) -> float:
        return (value - self.x_low) / (self.x_high - self.x_low) * 100

    def y(self, value: float) -> float:
        return TOP + (self.y_high - value) / ((self.y_high - self.y_low) or 1.0) * self.height

    def point(self, x: float, y: float) -> str:
        """A point of a line, in the stretched picture."""
        return f"{self.x(x) * STRETCH / 100:.1f},{self.y(y):.1f}"


def limits(
    values: Sequence[float], low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    """The range an axis spans: always with zero, unless told otherwise."""
    bottom = min(0.0, *values) if low is None else low
    top = max(0.0, *values) if high is None else high
    return bottom, top if top > bottom else bottom + 1


def axis_words(words: Sequence[tuple[float, str]], plot: Plot) -> SafeString:
    """Words below the axis, each centred at its per cent; every second one gives way where it is narrow."""
    foot = TOP + plot.height + 17
    return format_html_join(
        "",
        '<text{} x="{}%" y="{}" text-anchor="middle">{}</text>',
        (
            (mark_safe(' class="alt"') if index % 2 else EMPTY, f"{at:.2f}", foot, word)
            for index, (at, word) in enumerate(words)
        ),
    )


def stretched(shapes: Sequence[SafeString], plot: Plot) -> SafeString:
    """Lines and areas, whose points are in units of the stretched picture."""
    return format_html(
        '<svg class="stretch" viewBox="0 0 {} {}" preserveAspectRatio="none" width="100%" height="{}">{}</svg>',
        STRETCH,
        plot.full_height,
        plot.full_height,
        _joined(shapes),
    )


def chart(
    label: str,
    plot: Plot,
    shapes: Sequence[SafeString],
    *,
    legend: Sequence[tuple[str, str]],
    x_label: str = "",
    y_label: str = "",
    is_linked: bool = False,
) -> SafeString:
    """The whole picture: legend and titles of the axes, grid with its words, shapes.

    Nothing inside a `img` can be reached by keyboard or read aloud; one with links is a group.
    """
    grid = format_html_join(
        "",
        '<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/><text x="-6" y="{}" text-anchor="end">{}</text>',
        (
            (
                "axis" if value == 0 else "grid",
                f"{plot.y(value):.1f}",
                f"{plot.y(value):.1f}",
                f"{plot.y(value) + 3.5:.1f}",
                text,
            )
            for value, text in plot.ticks
        ),
    )
    title = (
        format_html(
            '<text class="title" x="100%" y="{}" text-anchor="end">{}</text>', plot.full_height - 4, x_label
        )
        if x_label
        else EMPTY
    )
    return format_html(
        '<div class="chart-box">{}<svg class="chart" height="{}" role="{}" aria-label="{}">{}{}{}</svg></div>',
        _legend(legend, y_label),
        plot.full_height,
        "group" if is_linked else "img",
        label,
        grid,
        _joined(shapes),
        title,
    )


def _legend(legend: Sequence[tuple[str, str]], y_label: str) -> SafeString:
    if not legend and not y_label:
        return EMPTY
    keys = format_html_join("", '<span><i class="key {}"></i>{}</span>', legend)
    title = format_html("<b>{}</b>", y_label) if y_label else EMPTY
    return format_html('<p class="legend">{}{}</p>', title, keys)


def _joined(shapes: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((shape,) for shape in shapes))
