"""A condition that a mined rule may hold: its text in the rule language, and the rows that meet it.

A missing value meets no condition but "is missing", as in the language itself: the text hits exactly the rows of the mask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.fields import FIELDS
from rules.language.normal import normalise
from rules.money import format_number

Mask = NDArray[np.bool_]
#: Fields of a type that a tree can cut at a value.
CUT_TYPES = frozenset({"money", "number", "percent"})
#: Names of one person, card or paper: a rule against one of them would be a suspicion; that they are missing may say something.
_ONE_OF_A_KIND = frozenset(
    [
        "authorization_code",
        "card.user_no",
        "loyalty_id",
        "merchant.brn",
        "receipt.brn",
        "trip_id",
        "pre_approval_id",
        "receipt_id",
        "project_code",
    ]
)
#: Who it is, what came to be known only after the claim was judged, and what no number of means without its currency.
_LEFT_OUT = frozenset(
    [
        "cardholder.employee_no",
        "approver.employee_no",
        "currency",
        "net_amount",
        "cancel_amount",
        "self_declared_personal",
        "has_time",
        "original_amount",
        "original_currency",
        "fx_rate",
        "reference_rate",
        "first_digit",
        "first_digit_share",
        "receipt.number",
        "cardholder.name",
        "attendee_names",
        "merchant.ceo_name",
    ]
)


class Comparison(StrEnum):
    """How a value is looked at."""

    ABOVE = "above"
    AT_MOST = "at_most"
    IS = "is"
    IS_NOT = "is_not"
    YES = "yes"
    NO = "no"
    MISSING = "missing"
    KNOWN = "known"


OPPOSITE: Mapping[Comparison, Comparison] = MappingProxyType(
    {
        Comparison.ABOVE: Comparison.AT_MOST,
        Comparison.AT_MOST: Comparison.ABOVE,
        Comparison.IS: Comparison.IS_NOT,
        Comparison.IS_NOT: Comparison.IS,
        Comparison.YES: Comparison.NO,
        Comparison.NO: Comparison.YES,
        Comparison.MISSING: Comparison.KNOWN,
        Comparison.KNOWN: Comparison.MISSING,
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One condition on one field.

    ``limit``: where ABOVE and AT_MOST cut (money in minor units of ``currency``, percent as 0.9); ``word``: the code of IS and IS_NOT,
    normalised. ``is_whole``: the field counts something, so that "above 1" is written ">= 2".
    """

    field: str
    test: Comparison
    limit: Decimal = Decimal(0)
    word: str = ""
    currency: str = ""
    is_whole: bool = False

    def text(self) -> str:
        """The condition in the rule language."""
        if self.test in (Comparison.YES, Comparison.NO):
            return self.field if self.test is Comparison.YES else f"not {self.field}"
        if self.test in (Comparison.MISSING, Comparison.KNOWN):
            return f"{self.field} is {'' if self.test is Comparison.MISSING else 'not '}missing"
        if self.test in (Comparison.IS, Comparison.IS_NOT):
            quoted = self.word.replace('"', '""')
            return f'{self.field} {"=" if self.test is Comparison.IS else "!="} "{quoted}"'
        if self.test is Comparison.ABOVE and self.is_whole:
            return f"{self.field} >= {self.limit + 1:f}"
        return f"{self.field} {'>' if self.test is Comparison.ABOVE else '<='} {self._limit_text()}"

    def _limit_text(self) -> str:
        if self.currency:
            return f"{format_number(int(self.limit), self.currency)} {self.currency}"
        if FIELDS[self.field].type == "percent":
            return f"{self.limit * 100:f}%"
        return f"{self.limit:f}"

    def rows(self, frame: pl.DataFrame) -> Mask:
        """The rows (n,) of a feature frame that meet it."""
        column = frame[self.field]
        if self.test in (Comparison.YES, Comparison.NO):
            return (column == (self.test is Comparison.YES)).fill_null(False).to_numpy()
        if self.test in (Comparison.MISSING, Comparison.KNOWN, Comparison.IS, Comparison.IS_NOT):
            words = normal_words(column)
            if self.test in (Comparison.MISSING, Comparison.KNOWN):
                return (words.is_null() == (self.test is Comparison.MISSING)).to_numpy()
            return ((words == self.word) == (self.test is Comparison.IS)).fill_null(False).to_numpy()
        values, limit = numbers(frame, self.field, self.currency), float(self.limit)
        with np.errstate(invalid="ignore"):
            return values > limit if self.test is Comparison.ABOVE else values <= limit


def text_of(terms: Sequence[Term]) -> str:
    """All of the conditions, as one rule."""
    return " and ".join(term.text() for term in terms)


def rows_of(terms: Sequence[Term], frame: pl.DataFrame) -> Mask:
    """The rows (n,) that meet all of them."""
    found = np.ones(frame.height, dtype=bool)
    for term in terms:
        found &= term.rows(frame)
    return found


def numbers(frame: pl.DataFrame, name: str, currency: str) -> NDArray[np.float64]:
    """A column's values (n,), nan where missing; money of another currency than the asked one is as good as missing."""
    column = frame[name].cast(pl.Float64)
    if currency:
        own = (frame["currency"] == currency).fill_null(False)
        column = pl.select(pl.when(own).then(column)).to_series()
    return column.fill_null(float("nan")).to_numpy()


def normal_words(column: pl.Series) -> pl.Series:
    """A column's texts as rules compare them; null for a blank one."""
    texts = column.cast(pl.String)
    known = texts.unique().drop_nulls().to_list()
    normal = {text: normalise(text) or None for text in known}
    return texts.replace_strict(normal, default=None, return_dtype=pl.String)


def minable(frame: pl.DataFrame) -> list[str]:
    """Fields of the frame that a candidate may ask for: delivered, of a type trees can cut, and in the language at all."""
    found = []
    for name, field in FIELDS.items():
        if name in _LEFT_OUT or name not in frame.columns or frame[name].null_count() == frame.height:
            continue
        if field.type in CUT_TYPES | {"yes_no", "code"} or (field.type == "text" and may_be_missing(name)):
            found.append(name)
    return found


def may_be_missing(name: str) -> bool:
    """Whether it can be a sign that a field is empty: papers and purposes are left out by people, features by the computer."""
    return FIELDS[name].type in ("code", "text")


def names_a_kind(name: str) -> bool:
    """Whether a code stands for many claims, so that one of its values may be asked for."""
    return FIELDS[name].type == "code" and name not in _ONE_OF_A_KIND
