"""Dates whose day, month and year could change places: read where a whole column leaves one reading, refused otherwise."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

import polars as pl

from fraud.claims.importing.parsing.formats import DateForm, compile_form

#: A date in digits whose order its form does not tell, with whatever time follows.
EITHER_WAY = (
    r"^(?:[0-9]{1,2}(?:/[0-9]{1,2}/|\.[0-9]{1,2}\.|-[0-9]{1,2}-)(?:[0-9]{2}|[0-9]{4})|[0-9]{6})(?:[ T].*)?$"
)
_SHAPE = re.compile(r"^(?:\d{1,2}([/.\-])\d{1,2}[/.\-](\d{2}|\d{4})|\d{6})(?:[ T].*)?$")
_LONG = (("%d", "%m", "%Y"), ("%m", "%d", "%Y"))
_SHORT = (("%y", "%m", "%d"), ("%d", "%m", "%y"), ("%m", "%d", "%y"))
_TIMES = ("", " %H:%M:%S", " %H:%M")


def one_reading(texts: Collection[str]) -> list[DateForm]:
    """The forms, with and without a time, of the one order in which all `texts` are dates; empty where there are none or several."""
    shapes = {_shape(text) for text in texts}
    if len(shapes) != 1 or None in shapes:
        return []
    column = pl.Series(list(texts), dtype=pl.String)
    left = [forms for forms in _orders(shapes.pop() or ("", 2)) if _reads(column, forms).all()]
    return left[0] if len(left) == 1 else []


def read_somehow(text: pl.Series) -> pl.Series:
    """True where the text is a date in at least one order."""
    found = pl.repeat(False, len(text), dtype=pl.Boolean, eager=True)
    for separator in ("/", ".", "-", ""):
        for length in (2, 4):
            for forms in _orders((separator, length)) if separator or length == 2 else []:
                found = found | _reads(text, forms)
    return found


def readings(text: str) -> list[tuple[str, date]]:
    """(form of the day, the day it then is) for every order in which a text is a date."""
    shape = _SHAPE.match(text)
    if shape is None:
        return []
    alone = pl.Series([re.sub(r"[ T].*$", "", text)])
    return [
        (forms[0].text, alone.str.to_date(forms[0].text, strict=False)[0])
        for forms in _orders((shape[1] or "", len(shape[2] or "yy")))
        if _reads(alone, forms).all()
    ]


def _shape(text: str) -> tuple[str, int] | None:
    """(separator, digits of the year)."""
    match = _SHAPE.match(text)
    if match is None:
        return None
    return match[1] or "", len(match[2] or "yy")


def _orders(shape: tuple[str, int]) -> list[list[DateForm]]:
    separator, length = shape
    orders = _LONG if length == 4 else _SHORT
    return [[compile_form(separator.join(order) + time) for time in _TIMES] for order in orders]


def _reads(text: pl.Series, forms: list[DateForm]) -> pl.Series:
    day = forms[0]
    alone = text.str.replace(r"[ T].*$", "")
    fits = alone.str.contains(day.pattern).fill_null(False)
    read = alone.set(~fits, None).str.to_date(day.text, strict=False)
    return fits & read.is_not_null()
