"""Delimited lines without a header row, their columns known by position; and Visa's Commercial Format 4, whose blocks say what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.reading.feeds.currencies import currency_code
from fraud.claims.importing.reading.feeds.table import Row, as_decimal, chunks_of, text_rows
from fraud.claims.importing.reading.limits import Limits
from rules.money import exponent, is_known_currency


class LineTable:
    """Lines whose first value is the profile's `keep` (all, where it names none); others are counted in a note."""

    def __init__(self, path: Path, spec: ProfileSpec, limits: Limits) -> None:
        self.notes = Notes()
        self.titles: list[str] = []  # what the other lines say of the file, as titles above a header would
        self._spec, self._limits = spec, limits
        self.encoding, self._rows = text_rows(path, spec, limits, self.notes)
        first = next(self._kept(), None)
        if first is None:
            raise FileQuarantined("header_missing", lines=1)
        self._all = chain((first,), self._kept())
        names = {int(position): name for position, name in spec.records.names.items()}
        width = max(*names, len(first[1]))
        self.headers = [names.get(n, f"column {n}") for n in range(1, width + 1)]

    def _kept(self) -> Iterator[Row]:
        for line, values in self._rows:
            if not self._spec.records.keep or values[0].strip() == self._spec.records.keep:
                yield line, values
            else:
                self.notes.add("lines_other")
                self._note_count(values)

    def _note_count(self, values: list[str]) -> None:
        position = int(self._spec.records.counts.get(values[0].strip(), "0") or 0)
        stated = values[position - 1].strip() if 0 < position <= len(values) else ""
        if stated.isdigit():
            self.titles.append(f"rows: {int(stated)}")

    def chunks(self) -> Iterator[Chunk]:
        """The kept lines, in chunks."""
        yield from chunks_of(self._all, self.headers, self._limits)


#: Fields of a card transaction (load record type 5), by position; as consumers of the format read it.
_VCF = {
    1: "account", 2: "posting date", 3: "transaction reference number", 4: "sequence number", 8: "supplier name", 9: "supplier city",
    11: "supplier country", 13: "source amount", 14: "billing amount", 15: "source currency", 16: "mcc", 17: "transaction type",
    18: "transaction date", 19: "billing currency",
}  # fmt: skip
_VCF_WIDTH = max(_VCF) + 1
_CREDITS = frozenset({"11", "30", "31", "61", "63", "65", "71", "73"})
_DEBITS = frozenset(
    {"10", "20", "22", "40", "50", "52", "54", "56", "62", "64", "66", "80", "82", "84", "86", "88"}
)
_BLOCK_STARTS, _BLOCK_ENDS, _TRANSACTIONS = "8", "9", "5"
_COUNT = 5  # where the end of a block says how many rows it has


class VcfTable:
    """The card transactions of a VCF 4 file; amounts in the decimals of their currency, codes as letters, kinds as words."""

    def __init__(self, path: Path, spec: ProfileSpec, limits: Limits) -> None:
        self.notes = Notes()
        self.titles: list[str] = []
        self._limits = limits
        self.headers = [_VCF.get(n, f"field {n}") for n in range(_VCF_WIDTH)]
        self.encoding, rows = text_rows(path, spec, limits, self.notes)
        self._rows = self._transactions(rows)
        first = next(self._rows, None)
        if first is None:
            raise FileQuarantined("feed_empty", format="VCF 4")
        self._rows = chain((first,), self._rows)

    def _transactions(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Rows of the blocks of card transactions; the ends of those say how many there are. Raises FileQuarantined where a block has no end."""
        inside = False
        block = ""
        stated: list[str] = []
        for line, values in rows:
            code = values[0].strip()
            if code == _BLOCK_STARTS and len(values) > 4:
                block = code
                inside = values[4].strip().lstrip("0") == _TRANSACTIONS
            elif code == _BLOCK_ENDS:
                if inside and len(values) > _COUNT and values[_COUNT].strip().isdigit():
                    stated.append(values[_COUNT].strip())
                inside, block = False, ""
            elif inside:
                yield line, _translated(values)
                continue
            self.notes.add("lines_other")
        if block:
            raise FileQuarantined("file_damaged")
        if stated:
            self.titles.append(f"rows: {sum(map(int, stated))}")

    def chunks(self) -> Iterator[Chunk]:
        """The card transactions, in chunks."""
        yield from chunks_of(self._rows, self.headers, self._limits)


def _translated(values: list[str]) -> list[str]:
    if len(values) < _VCF_WIDTH:
        return values
    # Zeros alone are how the format leaves a field empty; an amount billed of nothing stays one.
    values = [text if text.strip("0") or n == 14 else "" for n, text in enumerate(v.strip() for v in values)]
    for amount, currency in ((14, 19), (13, 15)):
        values[currency] = currency_code(values[currency])
        known = is_known_currency(values[currency])
        values[amount] = as_decimal(values[amount], exponent(values[currency])) if known else values[amount]
    kind = values[17].lstrip("0")
    values[17] = "credit" if kind in _CREDITS else "debit" if kind in _DEBITS else values[17]
    return values
