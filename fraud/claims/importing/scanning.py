"""Card and resident numbers in claim files, found before anything is stored.

What such a number is, `audit.redaction` knows. One in ten random numbers of a card's length and range has a right Luhn
digit, so a *column of identifiers* (nine in ten values are nothing but a number of 13 to 19 digits) with at least ten
candidates of which no more than 35 % have a right Luhn digit is not a column of card numbers. Free text gets no such
leave. docs/importing.md gives the reasoning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from audit.redaction import (
    SEPARATOR,
    ascii_digits,
    find_card_numbers,
    find_numbers,
    find_resident_numbers,
    find_suspected_numbers,
    fits_issuer,
)
from fraud.claims.importing.problems import FileQuarantined, Notes

_LONG = rf"\d(?:{SEPARATOR}{{0,2}}\d){{12}}"  # at least 13 digits: what polars looks for
_IDENTIFIER = r"^\s*\d{13,19}\s*$"
_CHANCE, _CANDIDATES = 0.35, 10
_CARD_WORDS = re.compile(r"card|pan\b|카드", re.IGNORECASE)


def refuse_in_name(name: str) -> None:
    """Raise FileQuarantined when a file's name holds a card or resident number."""
    for hit in find_numbers(name):
        raise FileQuarantined(hit.kind, place="name", n=1)


@dataclass
class Scan:
    """Rows of a frame that may not be kept, by what was found in them."""

    cards: set[int]
    residents: set[int]


def scan_frame(
    frame: pl.DataFrame,
    lines: Sequence[int],
    notes: Notes,
    *,
    not_card_columns: Iterable[str] = (),
    reject_rows: bool = False,
) -> Scan:
    """Look at every text column. Raises FileQuarantined for a card or resident number.

    With `reject_rows` such rows are returned instead, as are rows with a merely suspected resident number always; the
    caller must drop them and keep nothing of them.
    """
    exempt = set(not_card_columns)
    scan = Scan(set(), set())
    for name in frame.columns:
        column = frame.get_column(name)
        if column.dtype != pl.String or not (column.str.len_bytes() >= 13).any():
            continue
        rows = column.str.contains(_LONG).arg_true().to_list()
        if not rows:
            continue
        texts = column.gather(rows).to_list()
        title = name.split("\x00")[0]
        cards = [row for row, text in zip(rows, texts, strict=True) if any(find_card_numbers(text))]
        if cards and _are_by_chance(title, texts, len(cards), column, exempt):
            notes.add("long_numbers", column=title)
            cards = []
        residents = [row for row, text in zip(rows, texts, strict=True) if any(find_resident_numbers(text))]
        if not reject_rows:
            _refuse("card_number", title, cards, lines)
            _refuse("resident_number", title, residents, lines)
        scan.cards.update(cards)
        scan.residents.update(residents)
        scan.residents.update(
            row for row, text in zip(rows, texts, strict=True) if any(find_suspected_numbers(text))
        )
    return scan


def _refuse(kind: str, title: str, rows: list[int], lines: Sequence[int]) -> None:
    if rows:
        raise FileQuarantined(kind, place=f"{title}, {lines[rows[0]]}", n=len(rows))


def _are_by_chance(title: str, texts: list[str], n_found: int, column: pl.Series, exempt: set[str]) -> bool:
    """Columns the profile names, and columns of identifiers whose right Luhn digits are no more than chance."""
    if title in exempt:
        return True
    return not _CARD_WORDS.search(title) and _is_chance(texts, n_found, column)


def _is_chance(texts: list[str], n_found: int, column: pl.Series) -> bool:
    filled = column.drop_nulls()
    plain = int(filled.str.contains(_IDENTIFIER).sum())
    if not filled.len() or plain < 0.9 * filled.len():
        return False
    candidates = sum(fits_issuer(ascii_digits(text.strip())) for text in texts)
    return candidates >= _CANDIDATES and n_found <= _CHANCE * candidates
