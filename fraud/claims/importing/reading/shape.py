"""How a delimited text is laid out: its separator and the row of its headers, where they are not those of the profile."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Literal

from fraud.claims.importing.headers import looks_like_header, named_fields
from fraud.claims.importing.profile import ProfileSpec

#: Rows in which a header is looked for that is not where the profile says.
SEARCH_ROWS = 20
_SEPARATORS = (",", ";", "\t", "|")
_DECLARED = re.compile(rb'^\xef?\xbb?\xbf?"?sep=(.)"?\s*?\r?(?:\n|$)', re.IGNORECASE)


def find_delimiter(start: bytes, spec: ProfileSpec) -> str:
    """The separator of a text that begins with `start` (UTF-8): declared, the profile's, or the one that gives a header row."""
    if declared := _DECLARED.match(start):
        sign = declared[1].decode("ascii", "ignore")
        return sign if sign in _SEPARATORS else spec.delimiter
    lines = start[:100_000].decode("utf-8", "ignore").splitlines()[: SEARCH_ROWS * 2]
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if spec.quoting == "standard" else csv.QUOTE_NONE
    for sign in dict.fromkeys((spec.delimiter, *_SEPARATORS)):
        rows = list(_rows(lines, sign, quoting))
        if any(looks_like_header(row, spec) for row in rows):
            return sign
    return spec.delimiter


def is_declaration(fields: Sequence[str]) -> bool:
    """True for the line with which spreadsheets declare a separator."""
    return bool(fields) and fields[0].strip().lstrip('\ufeff"').lower().startswith("sep=")


def header_row(rows: Sequence[Sequence[str]], spec: ProfileSpec) -> int | None:
    """Which of the first filled rows is the header; None where the profile looks for one and there is none.

    The first row is, unless it names too little of what is required and a row below names enough: titles stand above it.
    """
    looked = rows if spec.header_search == 1 else rows[: max(spec.header_search, SEARCH_ROWS)]
    for index, fields in enumerate(looked):
        if looks_like_header(fields, spec):
            # Two rows of headers, bands above and names below them: the lower one names more.
            below = looked[index + 1] if index + 1 < len(looked) else ()
            return index + (named_fields(below, spec) > named_fields(fields, spec))
    if spec.header_search > 1:
        return None
    return 1 if len(rows) > 1 and is_declaration(rows[0]) else 0


def _rows(lines: Sequence[str], sign: str, quoting: Literal[0, 3]) -> list[list[str]]:
    try:
        found = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=sign, quoting=quoting))
    except csv.Error:
        return []
    return [row for row in found if any(row)][:SEARCH_ROWS]
