"""The tree of who is linked to whom as a picture: shapes by kind, elbows from row to row; a row that opens is a link."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cases.pages.links import Node
from fraud.web.markup import format_html, format_html_join

ROW, STEP, LEFT = 42, 26, 10
MAX_NAME = 26  # letters: what a phone's width holds
_SHAPES = {
    "person": '<circle r="7"/>',
    "merchant": '<rect x="-7" y="-7" width="14" height="14" rx="2"/>',
    "approver": '<path d="M0-8 8 0 0 8-8 0Z"/>',
    "attendee": '<path d="M0-8 8 6H-8Z"/>',
}


def links_svg(nodes: Sequence[Node], reference: str) -> SafeString:
    """The tree; rows that open carry a link that works with and without a script."""
    places = [(node, LEFT + STEP * node.depth, ROW * at + ROW // 2) for at, node in enumerate(nodes)]
    shown = [(_elbow(places, at), _row(*place, reference)) for at, place in enumerate(places)]
    return format_html(
        '<svg class="links" height="{}" role="group" aria-label="{}">{}{}</svg>',
        ROW * len(nodes),
        _("Who is linked to whom"),
        format_html_join("", "{}", ((line,) for line, _shape in shown)),
        format_html_join("", "{}", ((shape,) for _line, shape in shown)),
    )


def _elbow(places: Sequence[tuple[Node, int, int]], at: int) -> SafeString:
    """The line from the row above that a row hangs on; none for the first."""
    node, x, y = places[at]
    above = next(((px, py) for one, px, py in reversed(places[:at]) if one.depth < node.depth), None)
    if above is None:
        return mark_safe("")
    return format_html('<path class="elbow" d="M{} {}V{}H{}"/>', above[0], above[1], y, x)


def _row(node: Node, x: int, y: int, reference: str) -> SafeString:
    drawn = format_html(
        '<g transform="translate({} {})" class="{}">{}</g><text x="{}" y="{}" class="name">{}{}</text><text x="{}" y="{}" class="link">{}</text>',
        x,
        y,
        node.kind,
        mark_safe(_SHAPES[node.kind]),  # noqa: S308  our own shapes
        x + 16,
        y - 2,
        Truncator(node.name).chars(MAX_NAME),
        format_html('<tspan class="more" dx="6">{}</tspan>', "−" if node.is_open else "+")
        if node.key
        else "",
        x + 16,
        y + 14,
        f"{node.word} · {node.link}",
    )
    titled = format_html("<title>{}</title>{}", f"{node.name}, {node.word}: {node.link}", drawn)
    if node.key:
        return format_html(
            '<a href="{}?tab=related&amp;{}#links" hx-get="{}?{}" hx-target="#links" hx-swap="outerHTML" aria-expanded="{}">{}</a>',
            reverse("cases:detail", args=[reference]),
            node.toggled,
            reverse("cases:links", args=[reference]),
            node.toggled,
            "true" if node.is_open else "false",
            titled,
        )
    if node.url:
        return format_html('<a href="{}?{}">{}</a>', reverse("fraud:claims"), node.url, titled)
    return format_html("<g>{}</g>", titled)
