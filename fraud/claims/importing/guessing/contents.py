"""What the values of a column look like: shares of texts that could be dates, amounts, currencies and the like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from fraud.claims.importing.parsing.codes import MASKED, choice_key, parse_brn
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.problems import Notes
from fraud.claims.importing.txn_words import txn_words
from rules.currencies import currencies_of_sign, currency_named
from rules.language.transactions import KINDS

#: Shapes by name; a column has the share of its filled values that match.
_SHAPES: dict[str, re.Pattern[str]] = {
    "date": re.compile(
        r"^\d{4}[-./년]\s?\d{1,2}[-./월]\s?\d{1,2}일?\.?([ T].*)?$|^\d{1,2}[-./]\d{1,2}[-./](\d{4}|\d{2})([ T].*)?$"
        r"|^(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])(\d{6}| ?\d{2}:?\d{2}:?\d{2})?$|^\d{1,2}[- ]?[A-Za-z]{3,9}[- ,]*\d{2,4}$"
    ),
    "time": re.compile(r"^((오전|오후|[AaPp][Mm]) ?)?([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d)?( ?[AaPp][Mm])?$"),
    "fraction": re.compile(r"^0(\.\d+)?$"),
    "digits6": re.compile(r"^([01]\d|2[0-3])[0-5]\d([0-5]\d)?$"),
    "amount": re.compile(
        r"^[-+−–△▲(]?\s*((CR|DR)\.?\s?)?([₩$£€¥₹฿\\]|US\$|[A-Z]{3})?\s*[-−–]?\s*\d[\d.,]*([ '’]\d{3})*([.,]\d+)?\s*"
        r"(원|[₩$£€¥₹฿]|[A-Z]{3})?\s*([-−–)]|CR|DR|[HS])?$"
    ),
    "decimal": re.compile(r"^[-+−(]?\D{0,3}\d[\d.,]*[.,]\d{2}\)?$|^\D{0,2}\d{1,3}(,\d{3})+\D?$"),
    "masked": re.compile(MASKED),
    "whole": re.compile(r"^\d{1,9}$"),
    "four": re.compile(r"^\d{3,4}$"),
    "letters": re.compile(r"[^\W\d_]{2,}"),
    "yes_no": re.compile(r"^(y|n|yes|no|true|false|0|1|예|아니오|아니요|네|o|x|여|부)$", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Content:
    """A column at a glance: how many values, how many different ones, and the share of each shape in them."""

    n_rows: int
    n_filled: int
    n_distinct: int
    shares: Mapping[str, float]
    length: float  # mean letters

    def share(self, shape: str) -> float:
        """Share of the filled values with a shape, 0 to 1."""
        return self.shares.get(shape, 0.0)


def content_of(values: Sequence[str], n_rows: int, header: str = "") -> Content:
    """Look at the filled values of a column; `n_rows` is how many rows there are. Under some headers more words name a transaction."""
    texts = [unicodedata.normalize("NFKC", value).strip() for value in values]
    if not texts:
        return Content(n_rows, 0, 0, {}, 0.0)
    shares = {name: _share(bool(p.search(t)) for t in texts) for name, p in _SHAPES.items()}
    shares["currency"] = _share(bool(currency_named(t) or currencies_of_sign(t)) for t in texts)
    known = {choice_key(word): kind for word, kind in txn_words(header).items()} | {k: k for k in KINDS}
    kinds = [known.get(choice_key(text), "") for text in texts]
    shares["txn"] = _share(bool(kind) for kind in kinds)
    shares["txn_ends"] = _share(kind not in {"", "purchase"} for kind in kinds)
    numbers = parse_brn(pl.Series(texts, dtype=pl.String), ProblemRows(len(texts), Notes()))
    shares["brn"] = _share(number is not None for number in numbers)
    return Content(n_rows, len(texts), len(set(texts)), shares, sum(map(len, texts)) / len(texts))


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found)
