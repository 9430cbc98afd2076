"""The frame of a chart: round ticks, where a value lies, grid, axis words, legend."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 24
EMPTY = mark_safe("")


# Thousands end where each language takes the next word.
_UNITS = {
    "en": ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k")),
    "ko": ((1e8, 1e8, "억"), (1e4, 1e4, "만")),
}


def plain_number(value: float) -> str:
    """`1,234`, `0.25`, `1.2M` (in Korean `120만`): short enough for an axis."""
    size = abs(value)
    language = "ko" if (get_language() or "ko").startswith("ko") else "en"
    for limit, unit, word in _UNITS[language]:
        if size >= limit:
            return f"{value / unit:,.1f}".removesuffix(".0") + word
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


class Plot:
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


def limits(
    values: Sequence[float], low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    """The range an axis spans: always with zero, unless told otherwise."""
    bottom = min(0.0, *values) if low is None else low
    top = max(0.0, *values) if high is None else high
    return bottom, top if top > bottom else bottom + 1


def axis_words(words: Sequence[tuple[str, int, str]]) -> SafeString:
    """Words below the axis, each centred at (x, y)."""
    return format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', words)


def chart(
    label: str,
    plot: Plot,
    shapes: Sequence[SafeString],
    *,
    legend: Sequence[tuple[str, str]],
    y_label: str = "",
) -> SafeString:
    """The whole picture: grid, y words, shapes, legend and the title of the y axis."""
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
        '<svg class="chart" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">{3}{4}{5}{6}</svg>',
        plot.full_width,
        plot.full_height,
        label,
        grid,
        format_html_join("", "{}", ((shape,) for shape in shapes)),
        legend_drawn,
        title,
    )
