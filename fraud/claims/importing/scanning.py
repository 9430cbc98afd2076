"""Card and resident numbers in claim files, found before anything is stored.

What such a number is, `audit.redaction` knows. One in ten random numbers of a card's length and range has a right Luhn
digit, so a *column of identifiers* (nine in ten values are nothing but a number of 13 to 19 digits) with at least ten
candidates of which no more than 35 % have a right Luhn digit is not a column of card numbers; the same holds for
resident numbers. Free text gets no such leave. docs/importing.md gives the reasoning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from audit.redaction import (
    ascii_digits,
    find_card_numbers,
    find_resident_numbers,
    find_struck,
    find_suspected_numbers,
    has_birthday,
    may_be_card,
)
from fraud.claims.importing.headers import plain
from fraud.claims.importing.problems import FileQuarantined, Notes

_GAP = r"[^\p{L}\p{Nd}]{1,3}"
#: What polars looks for: thirteen digits together, in a card's or a resident number's groups, or one by one.
_LONG = "|".join(
    (
        r"\d(?:[ .\-]{0,2}\d){12}",
        rf"\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}}{_GAP}\d",
        rf"\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4}}",
        rf"\d{{6}}{_GAP}\d[^\p{{L}}\p{{Nd}}]?\d{{6}}",
        rf"\d(?:{_GAP}\d){{12}}",
    )
)
#: Signs that hide how far digits stand apart: those are counted.
_ODD = r"[&<%\p{Cf}\p{M}\p{No}\x{115f}\x{1160}\x{3164}\x{ffa0}\x{318d}\x{119e}\x{3161}\x{30fc}]"
#: A long number alone, or with the few letters that systems put around theirs.
_IDENTIFIER = r"^\s*(?:[A-Za-z]{1,8}[_-]?)?\d{13,19}[A-Za-z]{0,4}\s*$"
_IDENTIFIER_ALONE = re.compile(_IDENTIFIER, re.ASCII)
_CHANCE, _CANDIDATES = 0.35, 10
_CARD_WORDS = re.compile(r"card|pan\b|카드", re.IGNORECASE)
_RESIDENT_WORDS = re.compile(r"주민|resident|rrn|ssn|생년|birth", re.IGNORECASE)
_FINDERS = (("card_number", find_card_numbers), ("resident_number", find_resident_numbers))
#: Codes of what a file is refused for.
NUMBERS = tuple(kind for kind, _ in _FINDERS)


def refuse_in_name(name: str) -> None:
    """Raise FileQuarantined when a file's name holds anything that would be struck out of it."""
    for hit in find_struck(name):
        raise FileQuarantined(hit.kind, place="name", n=1)


def refuse_in_headers(headers: Iterable[str], sheets: Iterable[str] = ()) -> None:
    """Raise FileQuarantined when a column's header, or a sheet's name, holds what no cell may.

    Asked where a table is opened and where one is looked at, so that no reader has to.
    """
    for names, where in ((headers, ", header"), (sheets, "")):
        found = [(name, hit) for name in names for hit in find_struck(name)]
        for name, hit in found:
            raise FileQuarantined(hit.kind, place=f"{name}{where}" if where else "–", n=len(found))


@dataclass
class Scan:
    """Rows of a frame that may not be kept as they are, by what was found in them; `cells` are the columns it stood in."""

    cards: set[int] = field(default_factory=set)
    residents: set[int] = field(default_factory=set)
    cells: dict[str, set[int]] = field(default_factory=dict)

    def add(self, kind: str, column: str, rows: Iterable[int]) -> None:
        """Something of `kind` was found in these rows of the column."""
        found = set(rows)
        (self.cards if kind == "card_number" else self.residents).update(found)
        if found:
            self.cells.setdefault(column, set()).update(found)


def scan_frame(
    frame: pl.DataFrame,
    lines: Sequence[int],
    notes: Notes,
    *,
    not_card_columns: Iterable[str] = (),
    keep_file: bool = False,
) -> Scan:
    """Look at every text column. Raises FileQuarantined for a card or resident number.

    With `keep_file` such rows are returned instead, as are rows with a merely suspected resident number always; the caller
    must drop these rows or cells and keep nothing of them. `not_card_columns` hold neither kind, whatever they look like.
    """
    exempt = {plain(name) for name in not_card_columns}
    scan = Scan()
    for name in frame.columns:
        column = frame.get_column(name)
        title = name.split("\x00")[0]
        if column.dtype != pl.String or not (column.str.len_bytes() >= 13).any() or plain(title) in exempt:
            continue
        odd = column.str.contains(_ODD)
        if odd.any():
            odd &= column.str.count_matches(r"\p{N}") >= 13
        rows = (column.str.contains(_LONG) | odd).arg_true().to_list()
        texts = dict(zip(rows, column.gather(rows).to_list(), strict=True))
        heads = f"{title} " if _RESIDENT_WORDS.search(title) else ""
        for kind, find in _FINDERS:
            found = [row for row, text in texts.items() if any(find(heads + text))]
            if found and _are_by_chance(kind, title, list(texts.values()), len(found), column):
                notes.add("long_numbers", column=title)
                continue
            if found and not keep_file:
                raise FileQuarantined(kind, place=f"{title}, {lines[found[0]]}", n=len(found))
            scan.add(kind, name, found)
        scan.add("resident_number", name, _suspected(title, texts, column))
    return scan


def _suspected(title: str, texts: dict[int, str], column: pl.Series) -> Iterator[int]:
    """Rows with what may be a resident number by its form or by what stands beside it, the column's name among it.

    In a column of identifiers a number alone is one of them, unless the name says that they are people's.
    """
    is_of_people = bool(_RESIDENT_WORDS.search(title))
    are_identifiers = not is_of_people and _holds_identifiers(column)
    for row, text in texts.items():
        if are_identifiers and _IDENTIFIER_ALONE.match(text):
            continue
        if any(find_suspected_numbers(f"{title}: {text}")):
            yield row


def _are_by_chance(kind: str, title: str, texts: list[str], n_found: int, column: pl.Series) -> bool:
    """Columns of identifiers of which no more than chance have a right check digit; never those whose name says what they are."""
    words, candidate = (
        (_CARD_WORDS, may_be_card) if kind == "card_number" else (_RESIDENT_WORDS, has_birthday)
    )
    if words.search(title):
        return False
    if not _holds_identifiers(column):
        return False
    candidates = sum(candidate(ascii_digits(text.strip())) for text in texts)
    return candidates >= _CANDIDATES and n_found <= _CHANCE * candidates


def _holds_identifiers(column: pl.Series) -> bool:
    filled = column.drop_nulls()
    return bool(filled.len()) and int(filled.str.contains(_IDENTIFIER).sum()) >= 0.9 * filled.len()
