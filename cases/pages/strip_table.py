"""Twelve months of outcomes as a strip: a column a month with a number in a shape of its own for each outcome; each opens its list."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audit.language import current_language
from cases.models import Case
from cases.pages.strips import VERDICTS, Cell, Strip
from fraud.web.dates import say_month
from fraud.web.markup import address, format_html, format_html_join


def strip_table(strip: Strip, case: Case) -> SafeString:
    """The strip as a table of one row, which is what it is: a head of months and a cell for each."""
    return format_html(
        '<table class="strip"><caption class="visually-hidden">{}</caption><thead><tr>{}</tr></thead><tbody><tr>{}</tr></tbody></table>',
        _("Outcomes of twelve months by month of payment: %(name)s") % {"name": strip.name},
        _head(current_language(), tuple(cell.month for cell in strip.cells)),
        SafeString("".join(_cell(cell, strip, case) for cell in strip.cells)),
    )


@lru_cache(maxsize=8)
def _head(language: str, months: tuple[date, ...]) -> SafeString:
    return format_html_join(
        "", '<th scope="col">{}</th>', ((say_month(month, language),) for month in months)
    )


@lru_cache(maxsize=8)
def _nothing(words: str) -> SafeString:
    return format_html('<td><span class="none" title="{}">·</span></td>', words)


def _cell(cell: Cell, strip: Strip, case: Case) -> SafeString:
    if not cell.n:
        return _nothing(_("nothing known"))
    words = ", ".join(f"{VERDICTS[verdict]} {n}" for verdict, n in cell.counts)
    told = format_html_join("", '<b class="{}">{}</b>', cell.counts)
    month = f"{cell.month:%Y-%m}"
    return format_html(
        '<td><a href="{0}" title="{1}: {2}">{3}<span class="visually-hidden">, {1}: {2}</span></a></td>',
        address("cases:outcomes", case.reference, strip.about, month),
        month,
        words,
        told,
    )
