"""From delivered text to canonical rows: every mapped column parsed at once, each row's first problem kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from audit.redaction import redact
from fraud.claims.importing.announced import SUM_ROW, SUM_WORDS
from fraud.claims.importing.fields import FIELDS, Kind
from fraud.claims.importing.headers import Mapping as HeaderMapping
from fraud.claims.importing.parsing.codes import MASKED
from fraud.claims.importing.parsing.dates import DateParser, check_period
from fraud.claims.importing.parsing.identity import row_hashes
from fraud.claims.importing.parsing.text import blank_to_null
from fraud.claims.importing.parsing.values import ChunkValues, Context
from fraud.claims.importing.problems import REJECT_SCHEMA, FileQuarantined, Notes, reject_frame
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.scanning import Scan, scan_frame

_SHOWN_LINES = 5
_FULL_NUMBERS = 3  # full card numbers from which on a column is one of them, where they are half of it
#: What stands where the date of a sum row would: a sign, or how many rows it adds up.
_NO_DATE = r"^\s*(?:[-–—*./]+|[0-9][0-9,]*\s*(?:건|행|rows?|items?|records?|transactions?)|n/?a|#N/A)\s*$"
#: Columns that say nothing about whether a row was delivered with other content.
_NOT_CONTENT = frozenset({"line", "is_misuse", "identity", "batch_id", "stated_back", "back_at"})


@dataclass
class Parsed:
    """Rows ready to be stored and rows that are not claims; together they are the chunk's rows."""

    frame: pl.DataFrame
    rejects: pl.DataFrame


@dataclass
class RowParser:
    """Parses the chunks of one file; remembers each date column's form between them."""

    spec: ProfileSpec
    mapping: HeaderMapping
    context: Context
    notes: Notes
    constants: Mapping[str, str] = field(default_factory=dict)  # from the file name
    encoding: str = "utf-8"  # "xlsx" and "parquet" carry typed numbers and dates
    is_1904: bool = False  # a workbook that counts its days from 1904

    def __post_init__(self) -> None:
        self._dates = DateParser(
            self.spec.dates.formats,
            self.spec.zone or self.context.zone,
            self.spec.dates.midnight_is_unknown,
            workbook=self.encoding == "xlsx",
            is_1904=self.is_1904,
        )

    def survey(self, chunk: Chunk) -> bool:
        """Look at a chunk's dates before any chunk is parsed; True while some could be read in two ways."""
        rows = self._rows(chunk)
        for name, info in FIELDS.items():
            if info.kind in (Kind.TIME, Kind.DAY) and (raw := rows.delivered_values(name)) is not None:
                self._dates.survey(raw, rows.header(name))
        return self._dates.is_unclear

    def settle_dates(self) -> None:
        """Read the dates of every column that leaves one reading; all chunks have been surveyed."""
        self._dates.settle()

    def parse(self, chunk: Chunk) -> Parsed:
        """Canonical rows of a chunk. Raises FileQuarantined for a card or resident number."""
        return self._rows(chunk).parse()

    def _rows(self, chunk: Chunk) -> _ChunkRows:
        return _ChunkRows(
            chunk,
            spec=self.spec,
            mapping=self.mapping,
            context=self.context,
            constants=self.constants,
            dates=self._dates,
            notes=self.notes,
            typed=self.encoding in {"xlsx", "parquet"},
            has_lines=self.encoding != "rows",
        )


class _ChunkRows(ChunkValues):
    """One chunk: what is no claim, the values, the checks across fields, and the result."""

    def parse(self) -> Parsed:
        self._scan()
        self._filter_rows()
        self.parse_values()
        self._check()
        return self._result()

    # What is no claim ------------------------------------------------------------------------------------------

    def _scan(self) -> None:
        """Card and resident numbers cost the file or, by the profile, their row; where the row says enough without, their value only.

        A merely suspected resident number never costs the file.
        """
        try:
            scan = self._found(keep_file=self.spec.sensitive != "quarantine")
        except FileQuarantined:
            self._refuse_card_column(self._found(keep_file=True))
            raise
        self._refuse_card_column(scan)
        if self.spec.sensitive != "reject_row":
            self._withhold(scan)
        self.problems.add(_mask(scan.cards, self.height), "", "card_number_in_row")
        self.problems.add(_mask(scan.residents, self.height), "", "resident_number_in_row")

    def _found(self, *, keep_file: bool) -> Scan:
        return scan_frame(
            self.delivered,
            self.chunk.lines.tolist() if self.height else [],
            self.problems.notes,
            not_card_columns=self.spec.not_card_columns,
            keep_file=keep_file,
        )

    def _refuse_card_column(self, scan: Scan) -> None:
        """A column of full numbers that is mapped to the card would cost every row: that is a fault of the mapping, said before any is read.

        Raises FileQuarantined, with the columns to map instead where there are any.
        """
        mapped = self.mapping.columns.get("card_number", ())
        for header in mapped:
            found = scan.cells.get(header, set()) & scan.cards
            column = self.delivered.get_column(header) if found else None
            if column is None or len(found) < max(_FULL_NUMBERS, int((column != "").sum()) / 2):
                continue
            others = [
                name.split("\x00")[0]
                for name, dtype in self.delivered.schema.items()
                if dtype == pl.String and name not in mapped and _is_masked(self.delivered.get_column(name))
            ]
            code = "card_column_instead" if others else "card_column_full"
            told = {"columns": " / ".join(others)} if others else {}
            raise FileQuarantined(code, column=header.split("\x00")[0], n=len(found), **told)

    def _withhold(self, scan: Scan) -> None:
        """Empty the cells that a row can do without; rows with nothing else of the kind are taken off the scan."""
        needed = {
            header
            for name in {*self.spec.required, *self.spec.identity, "card_number"}
            for header in (*self.mapping.columns.get(name, ()), *self.mapping.times.get(name, ()))
        }
        kept: set[int] = set()
        for column, rows in scan.cells.items():
            if column in needed:
                kept |= rows
        for column, rows in scan.cells.items():
            chosen = sorted(rows - kept)
            if column in needed or not chosen:
                continue
            mask = pl.Series(_mask(set(chosen), self.height))
            self.delivered = self.delivered.with_columns(self.delivered.get_column(column).set(mask, None))
            lines = ", ".join(str(int(self.chunk.lines[row])) for row in chosen[:_SHOWN_LINES])
            more = " …" if len(chosen) > _SHOWN_LINES else ""
            self.problems.notes.add(
                "value_withheld", len(chosen), column=column.split("\x00")[0], lines=lines + more
            )
        scan.cards &= kept
        scan.residents &= kept

    def _filter_rows(self) -> None:
        texts = [c for c in self.delivered.get_columns() if c.dtype == pl.String]
        others = [c for c in self.delivered.get_columns() if c.dtype != pl.String]
        filled = pl.repeat(False, self.height, dtype=pl.Boolean, eager=True)
        for column in texts:
            filled = filled | (column.str.strip_chars() != "").fill_null(False)
            if filled.all():
                break
        for column in others:
            filled = filled | column.is_not_null()
        self.problems.add(~filled, "", "blank_row")
        if self.has_lines:
            self.problems.add(self._sum_rows(), "", SUM_ROW)
        for rule in self.spec.row_filters:
            text = self.delivered_values(rule.column)
            if text is not None:
                self.problems.add(~text.str.contains(rule.unless).fill_null(False), "", rule.code)

    def _sum_rows(self) -> NDArray[np.bool_]:
        """Rows with an amount and no date that name a sum first, or in which nothing that a claim needs is filled but its amount."""
        given = {
            name: value.is_not_null()
            for name in self.spec.required
            if name in self.mapping.columns and (value := self.delivered_values(name)) is not None
        }
        if "transacted_at" not in given:
            return np.zeros(self.height, bool)
        undated = ~given["transacted_at"]
        dates = self.delivered_values("transacted_at")
        if dates is not None and dates.dtype == pl.String:  # the word may stand where the date would
            # "2건" or "-" in the place of the date says no more than nothing does
            undated = (
                undated
                | dates.str.contains(SUM_WORDS).fill_null(False)
                | dates.str.contains(_NO_DATE).fill_null(False)
            )
        if not undated.any():
            return np.zeros(self.height, bool)
        others = [filled for name, filled in given.items() if name != "amount"]
        summed = undated & given.get("amount", undated)
        alone = ~pl.select(pl.any_horizontal(others)).to_series()
        texts = [blank_to_null(c) for c in self.delivered.get_columns() if c.dtype == pl.String]
        first = pl.select(pl.coalesce(texts)).to_series()
        named = first.str.contains(SUM_WORDS).fill_null(False)
        nothing = undated & alone & ~given.get("amount", undated)  # such as the sum of another column
        return np.asarray((summed & named | (summed & alone | nothing) & (len(others) > 1)).to_numpy())

    # Checks across fields --------------------------------------------------------------------------------------

    def _check(self) -> None:
        for name in self.spec.required:
            if name == "external_id" and self.spec.identity:
                continue
            value = self.values.get(name)
            missing = np.ones(self.height, bool) if value is None else value.is_null()
            self.problems.add(missing, self.header(name), "value_missing")
        at = self.values.get("transacted_at")
        dates = self.spec.dates
        if at is not None:
            check_period(
                at,
                self.header("transacted_at"),
                self.problems,
                latest=self.context.latest,
                max_age_years=0 if self.context.is_history else dates.max_age_years,
                refuse_future=dates.future == "reject",
                refuse_old=dates.old == "reject",
            )
            self._check_settlement(at)

    def _check_settlement(self, at: pl.Series) -> None:
        settled = self.values.get("settled_at")
        if settled is None:
            return
        early = settled.dt.truncate("1d") < at.dt.truncate("1d")
        if self.spec.dates.settled_before_used == "reject":
            self.problems.add(early, self.header("settled_at"), "settled_before_used")
        else:
            self.problems.notes.add("settled_before_used", int(early.sum()))

    # Result ----------------------------------------------------------------------------------------------------

    def _result(self) -> Parsed:
        frame = pl.DataFrame({"line": pl.Series(self.chunk.lines, dtype=pl.Int64), **self.values})
        content = [name for name in frame.columns if name not in _NOT_CONTENT]
        frame = frame.with_columns(row_hashes(frame, sorted(content)))
        if self.mapping.extra:
            frame = frame.with_columns(self._extra())
        good = self.problems.good
        rejects = [self._chunk_rejects(), self._rejects(np.flatnonzero(~good))]
        return Parsed(frame.filter(pl.Series(good, dtype=pl.Boolean)), pl.concat(rejects))

    def _extra(self) -> pl.Series:
        columns = {
            name: self.delivered.get_column(sources[0]) for name, sources in self.mapping.extra.items()
        }
        return pl.DataFrame(columns).to_struct("extra").struct.json_encode()

    def _chunk_rejects(self) -> pl.DataFrame:
        """The reader's rejects, with numbers that must not be stored struck out or the file refused."""
        rejects = self.chunk.rejects
        if rejects.is_empty():
            return rejects
        scan_frame(
            rejects.select("original"),
            rejects.get_column("line").to_list(),
            self.problems.notes,
            keep_file=self.spec.sensitive != "quarantine",
        )
        struck = [redact(text or "") for text in rejects.get_column("original")]
        return rejects.with_columns(pl.Series("original", struck, dtype=pl.String))

    def _rejects(self, rows: NDArray[np.int64]) -> pl.DataFrame:
        if not rows.size:
            return reject_frame()
        kinds = [self.problems.of(int(row)) for row in rows]
        amount, currency = self.values.get("amount"), self.values.get("currency")
        missing = [None] * rows.size
        return pl.DataFrame(
            {
                "line": self.chunk.lines[rows],
                "column": [kind[0] for kind in kinds],
                "code": [kind[1] for kind in kinds],
                "params": [kind[2] for kind in kinds],
                "original": [redact(self.chunk.original(int(row), self.spec.delimiter)) for row in rows],
                "amount_minor": missing if amount is None else amount.gather(rows),
                "currency": missing if currency is None else currency.gather(rows),
            },
            schema=REJECT_SCHEMA,
        )


def _mask(rows: set[int], height: int) -> NDArray[np.bool_]:
    mask = np.zeros(height, bool)
    mask[list(rows)] = True
    return mask


def _is_masked(column: pl.Series) -> bool:
    """Whether a column holds masked card numbers."""
    filled = column.filter(column != "")
    return bool(filled.len()) and int(filled.str.contains(MASKED).sum()) >= 0.6 * filled.len()
