"""Made-up card and resident numbers that pass every sum, each once, as people write them; and where they are looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from urllib.parse import unquote_plus

from django.db import connection

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_KINDS_OF_COMPANY = {"11", "12", "13", "14", "15", "21", "22", "31"}
_ISSUERS = (("4", 16), ("51", 16), ("37", 15), ("6011", 16), ("3528", 16), ("9", 16), ("62", 19), ("36", 14))


def _with_luhn(start: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(start)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return start + str(-total % 10)


def _cards() -> Iterator[str]:
    for n, (prefix, length) in zip(count(7_000_003, 7919), cycle(_ISSUERS), strict=False):
        yield _with_luhn(prefix + str(n).rjust(length - 1 - len(prefix), "1"))


def _residents() -> Iterator[str]:
    """Of every generation and both kinds of people: 1 to 8 in the seventh place."""
    for n, century in zip(count(1), cycle("12345678"), strict=False):
        born = date(1931 if century in "1256" else 2001, 1, 1) + timedelta(days=37 * n % 8_000)
        if (
            f"{born:%d}" in _KINDS_OF_COMPANY
        ):  # with a wrong last digit those may be numbers of companies, which are kept
            continue
        start = f"{born:%y%m%d}{century}{(n * 613) % 100_000:05}"
        check = (11 - sum(int(d) * w for d, w in zip(start, _WEIGHTS, strict=True)) % 11) % 10
        # Since October 2020 the last digit is random; with a hyphen such a one is known by its form.
        yield start + str(check) if n % 3 else start + str((check + 4) % 10)


def _written(digits: str, n: int) -> str:
    if len(digits) == 13:
        return f"{digits[:6]}-{digits[6:]}"
    groups = [digits[:4], digits[4:10], digits[10:]] if len(digits) == 15 else re.findall(".{4}", digits)
    if len(digits) not in (15, 16):
        return digits
    return (
        digits,
        " ".join(groups),
        "-".join(groups),
        digits.translate(_WIDE),
        digits.translate(_ARABIC),
        ".".join(groups),
    )[n % 6]


@dataclass
class Canary:
    """`text()` plants a number in some words; `kept()` says where one is found afterwards."""

    planted: list[str] = field(default_factory=list)
    places: int = 0
    _numbers: Iterator[str] = field(default_factory=lambda: _mixed())

    def number(self) -> str:
        """One more number, written somehow."""
        digits = next(self._numbers)
        self.planted.append(digits)
        return _written(digits, len(self.planted))

    def plain(self) -> str:
        """One more in ASCII, for headers; a resident number with its hyphen, by which alone one of after October 2020 is known."""
        digits = next(self._numbers)
        self.planted.append(digits)
        return f"{digits[:6]}-{digits[6:]}" if len(digits) == 13 else digits

    def text(self) -> str:
        """Words with a number in them, long enough for a reason."""
        return f"확인 바랍니다 {self.number()} (see it)"

    def kept(self, said: dict[str, str], folder: Path) -> list[str]:
        """Where a planted number stands: in a row of a table, a file below the folder, or what was `said` (name → text)."""
        found = []
        for name, text in [*said.items(), *_files(folder), *_rows()]:
            self.places += 1
            digits = digits_of(text)
            found += [f"{name}: {number}" for number in self.planted if number in digits]
        return found


def _mixed() -> Iterator[str]:
    cards, residents = _cards(), _residents()
    for n in count():
        yield next(residents if n % 4 == 3 else cards)


def digits_of(text: str) -> str:
    """The text as it stands and as an address is decoded, all digits in ASCII, with nothing between them that a reader would skip."""
    text = _unescaped(text)
    both = f"{text}\n{unquote_plus(text)}"
    plain = "".join(str(int(c)) if c.isdecimal() else c for c in both)
    return re.sub(r"(?<=\d)[ \-.\u200b](?=\d)", "", plain)


def _rows() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if (isinstance(value, str) and len(value) > 12) or (
                        isinstance(value, int) and value >= 10**11
                    ):
                        yield f"{table}.{name}", str(value)


def _unescaped(text: str) -> str:
    r"""JSON columns and log lines write other scripts' digits as \uff11."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda hit: chr(int(hit[1], 16)), text) if "\\u" in text else text


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            yield (
                str(path),
                f"{path.name}\n{data.decode('utf-8', 'ignore')}\n{data.decode('utf-16-be', 'ignore')}",
            )
