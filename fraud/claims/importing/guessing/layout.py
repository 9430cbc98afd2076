"""Which sign separates the columns of a text, and which of its first rows names them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from math import log2

from fraud.claims.importing.guessing.words import known_names, words_of
from fraud.claims.importing.headers import plain

SEPARATORS = (",", ";", "\t", "|", "^", "~", "\x1f")
SEARCHED = 20  # filled rows in which a header is looked for
_LOOKED = 60
_DECLARED = re.compile(r'^\ufeff?"?sep=(.)"?\s*$', re.IGNORECASE)
_VALUE = re.compile(r"^[\W\d]*\d[\W\d]*$|^\d{4}\D\d{1,2}\D\d{1,2}.*$")
_LONGEST = 60  # letters of a header


def cut_rows(lines: Sequence[str], separator: str) -> list[tuple[str, ...]]:
    """The filled rows of a text, up to the first that is no CSV; quoted line breaks stay inside their cell."""
    text = io.StringIO("\n".join(lines))
    rows: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(text, delimiter=separator):
            if any(cell.strip() for cell in row) and not (len(rows) == 0 and _is_declared(row, separator)):
                rows.append(tuple(row))
    except csv.Error:  # what reading in earnest will refuse
        pass
    return rows


def _is_declared(row: Sequence[str], separator: str) -> bool:
    return bool(_DECLARED.match(separator.join(row)))


def find_separator(lines: Sequence[str]) -> str:
    """The declared sign, or the one that cuts the rows into most columns most evenly; names that are known count most."""
    if lines and (declared := _DECLARED.match(lines[0])) and declared[1] in SEPARATORS:
        return declared[1]
    looked = lines[: _LOOKED * 3]
    return max(SEPARATORS, key=lambda sign: _score(cut_rows(looked, sign)[:_LOOKED]))


def declares_separator(lines: Sequence[str]) -> bool:
    """True for a text whose first line names its separator (`sep=;`)."""
    return bool(lines and _DECLARED.match(lines[0]))


def evenness(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """(columns most rows have, share of the rows that have as many)."""
    width, count = Counter(len(row) for row in rows).most_common(1)[0] if rows else (0, 0)
    return width, count / len(rows) if rows else 0.0


def _score(rows: Sequence[Sequence[str]]) -> float:
    if not rows:
        return 0.0
    width, share = evenness(rows)
    if width < 2:
        return 0.0
    names = max(known_cells(row) for row in rows[:SEARCHED])
    return log2(width) * share + names


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """The row that names the columns: the most known names, else the first full row of distinct words; None without one."""
    looked = rows[:SEARCHED]
    scores = [(known_cells(row), -index) for index, row in enumerate(looked) if _is_wordy(row)]
    if scores and max(scores)[0] >= 2:
        return -max(scores)[1]
    width = Counter(len(_filled(row)) for row in rows[:_LOOKED]).most_common(1)[0][0] if rows else 0
    for index, row in enumerate(looked):
        if len(_filled(row)) >= max(2, width * 0.6) and _is_wordy(row) and len(rows) > index + 1:
            return index
    return None


def _filled(row: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def known_cells(row: Sequence[str]) -> int:
    """How many cells are names of fields, or begin or end with one."""
    names = known_names()
    return sum(
        plain(cell) in names or any(plain(word) in names for word in words_of(cell)[:4])
        for cell in _filled(row)
        if len(cell) <= _LONGEST
    )


def _is_wordy(row: Sequence[str]) -> bool:
    """True for a row that could be a header: short, distinct, hardly any number or date among its cells."""
    cells = _filled(row)
    values = sum(bool(_VALUE.match(cell)) for cell in cells)
    short = all(len(cell) <= _LONGEST * 2 for cell in cells)
    return bool(cells) and short and values <= len(cells) // 5 and len(set(cells)) >= 0.7 * len(cells)
