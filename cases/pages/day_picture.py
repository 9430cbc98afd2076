"""The picture of a case's day: one axis from 0 to 24, drawn on the server; every mark carries its words."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from audit.language import current_language
from cases.pages.day import KINDS, Moment, Part, ShownDay
from cases.pages.day_axis import NIGHT, label_is_left, levels, minute_of, share
from fraud.web.markup import format_html, format_html_join
from rules.money import format_money

ROW, TOP, FOOT = 20, 16, 20
MAX_LEVELS = 10
#: Kind → its shape around (0, 0): they differ in form, not by colour alone.
_SHAPES = {
    "case": '<circle r="5"/>',
    "other": '<circle r="4" class="hollow"/>',
    "declined": '<path d="M-4-4 4 4M4-4-4 4" class="hollow"/>',
    "back": '<path d="M-5 0 4-5V5Z"/>',
    "approval": '<path d="M0-6 6 0 0 6-6 0Z" class="hollow"/>',
}


def day_svg(day: ShownDay) -> SafeString:
    """The axis of one day: late night shaded, a bar for leave, trip and overtime, a mark with time and amount for each moment."""
    places = levels([minute_of(one.at.time()) for one in day.moments])
    n_levels = min(max(places, default=-1) + 1, MAX_LEVELS)
    first = TOP + ROW * len(day.parts)
    foot = first + ROW * max(n_levels, 1) + 4
    marks = [
        _mark(one, first + ROW * place + ROW // 2)
        for one, place in zip(day.moments, places, strict=True)
        if place < MAX_LEVELS
    ]
    return format_html(
        '<svg class="day" height="{}" role="img" aria-label="{}">{}{}{}{}</svg>',
        foot + FOOT,
        _told(day),
        _night(foot, _("late night")),
        format_html_join("", "{}", ((_bar(part, TOP + ROW * at),) for at, part in enumerate(day.parts))),
        _axis(foot),
        format_html_join("", "{}", ((mark,) for mark in marks)),
    )


def legend_of(kinds: list[str]) -> SafeString:
    """Shape and word of each kind that occurs."""
    return format_html_join(
        "",
        '<span><svg class="key" viewBox="-7 -7 14 14" aria-hidden="true"><g class="{}">{}</g></svg>{}</span>',
        ((kind, mark_safe(_SHAPES[kind]), KINDS[kind]) for kind in kinds),  # noqa: S308  our own shapes
    )


def _told(day: ShownDay) -> str:
    """The picture read aloud: its moments and parts in order."""
    said = [f"{one.at:%H:%M} {one.word} {_money(one)}" for one in day.moments]
    return "; ".join([*(part.word for part in day.parts), *said])


def _money(one: Moment) -> str:
    return format_money(one.amount_minor, one.claim.currency, current_language()).replace("-", "−")


def _mark(one: Moment, y: int) -> SafeString:
    minute = minute_of(one.at.time())
    left = label_is_left(minute)
    word = "" if one.kind in ("case", "other") else f"{KINDS[one.kind]} "
    return format_html(
        '<g class="mark {}"><title>{}</title><svg x="{}%" y="{}">{}</svg>'
        '<text x="{}%" y="{}" dx="{}" text-anchor="{}">{}</text></g>',
        one.kind,
        f"{one.at:%H:%M} {one.word} · {one.claim.merchant_name} · {_money(one)}",
        f"{share(minute):.2f}",
        y,
        mark_safe(_SHAPES[one.kind]),  # noqa: S308  our own shapes
        f"{share(minute):.2f}",
        y + 4,
        -10 if left else 10,
        "end" if left else "start",
        f"{one.at:%H:%M} {word}{_money(one)}",
    )


def _bar(part: Part, y: int) -> SafeString:
    """A bar with its word inside, or beside it where it is short."""
    start, end = share(part.start), share(part.end)
    is_late = start > 50
    inside = end - start > 45
    x, anchor, dx = (start, "start", 6) if inside or not is_late else (start, "end", -6)
    if not inside and not is_late:
        x = end
    return format_html(
        '<g class="part {}"><rect x="{}%" y="{}" width="{}%" height="{}" rx="3"/><text x="{}%" y="{}" dx="{}" text-anchor="{}">{}</text></g>',
        part.kind,
        f"{start:.2f}",
        y + 1,
        f"{end - start:.2f}",
        ROW - 4,
        f"{x:.2f}",
        y + 13,
        dx,
        anchor,
        part.word,
    )


@lru_cache(maxsize=64)
def _night(foot: int, words: str) -> SafeString:
    bands = format_html_join(
        "",
        '<rect class="night" x="{}%" y="0" width="{}%" height="{}"/>',
        ((f"{share(start):.2f}", f"{share(end - start):.2f}", foot) for start, end in NIGHT),
    )
    return format_html('{}<text class="night-word" x="0" y="12" dx="4">{}</text>', bands, words)


@lru_cache(maxsize=32)
def _axis(foot: int) -> SafeString:
    ticks = format_html_join(
        "",
        '<line class="tick" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/><text class="hour" x="{0}%" y="{3}" text-anchor="{4}">{5}</text>',
        (
            (
                f"{share(hour * 60):.2f}",
                foot,
                foot + 4,
                foot + 16,
                "start" if not hour else "end" if hour == 24 else "middle",
                f"{hour:02}:00",
            )
            for hour in (0, 6, 12, 18, 24)
        ),
    )
    return format_html('<line class="axis" x1="0" x2="100%" y1="{}" y2="{}"/>{}', foot, foot, ticks)
