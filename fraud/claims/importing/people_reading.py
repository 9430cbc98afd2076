"""A personnel file as rows of its feed: laid out however people export it, read by the words they use, refused row by row.

Pure: knows no database. Separator, encoding, sheet and titles above the header are found as in claim files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from audit.redaction import redact
from fraud.claims.importing.parsing.approvals import cancelled_on, parse_cancelled, parse_states, worst
from fraud.claims.importing.parsing.dates import DateParser
from fraud.claims.importing.parsing.leaves import (
    refuse_hours_between,
    refuse_parts_of_days,
    with_halves_of_kinds,
)
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.people_columns import FeedHeaders, find_columns, layout
from fraud.claims.importing.people_feeds import Feed
from fraud.claims.importing.people_values import (
    parse_money,
    parse_times,
    parse_value,
    times_beside_days,
    without_no_days,
)
from fraud.claims.importing.problems import Notes, reject_frame
from fraud.claims.importing.reading.chunks import Chunk, is_1904
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.scanning import scan_frame

_DATE_FORMS = ("iso", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y년 %m월 %d일", "%Y. %m. %d")
#: States that end what was known; what is still open ends nothing.
_ENDED = ("cancelled", "rejected")


@dataclass
class FeedRead:
    """What a file says: rows that hold, a column each of the feed's that the file has; those that were cancelled or rejected; those nobody could read.

    `n_unapproved` counts rows that were cancelled, rejected or are still open: none of them holds. `notes` as in `Notes.as_json`.
    """

    rows: pl.DataFrame
    ended: pl.DataFrame
    rejects: pl.DataFrame
    n_unapproved: int = 0
    notes: list[dict[str, Any]] = field(default_factory=list)


def read_people(path: Path, feed: Feed, *, zone: str, delimiter: str = ",") -> FeedRead:
    """Read a personnel file. `zone` is the company's.

    Raises FileQuarantined for what is no such file, or holds numbers that must not be kept.
    """
    table = open_table(path, layout(feed, path, delimiter))
    found = find_columns(table.headers, feed, table.notes)
    chunks = list(table.chunks())
    dates = DateParser(_DATE_FORMS, zone, workbook=table.encoding == "xlsx", is_1904=is_1904(table))
    days = [name for name in found.columns if feed.columns[name].is_day]
    for chunk in chunks:
        for name in days:
            header = found.columns[name]
            dates.survey(without_no_days(chunk.frame.get_column(header)), header)
    dates.settle()
    parsed = [_ChunkOfPeople(chunk, feed, found, table.notes, dates).parse() for chunk in chunks]
    return FeedRead(
        rows=pl.concat([one.rows for one in parsed]),
        ended=pl.concat([one.ended for one in parsed]),
        rejects=pl.concat([one.rejects for one in parsed]).sort("line"),
        n_unapproved=sum(one.n_unapproved for one in parsed),
        notes=table.notes.as_json(),
    )


class _ChunkOfPeople:
    """One chunk of a personnel file on its way."""

    def __init__(self, chunk: Chunk, feed: Feed, found: FeedHeaders, notes: Notes, dates: DateParser) -> None:
        self.chunk, self.feed, self.found, self.dates = chunk, feed, found, dates
        self.height = chunk.frame.height
        self.problems = ProblemRows(self.height, notes)
        scan = scan_frame(chunk.frame, chunk.lines.tolist(), notes)
        self.suspected = pl.Series([row in scan.residents for row in range(self.height)], dtype=pl.Boolean)
        self.values: dict[str, pl.Series] = {}

    def parse(self) -> FeedRead:
        """The rows that hold, that ended, and that cannot be read."""
        self.problems.add(self.suspected, "", "resident_number_in_row")
        state = self._state()
        self._parse_values()
        self._check_leave()
        self._check_rows()
        good = pl.Series(self.problems.good, dtype=pl.Boolean)
        holds = state == "approved"
        # What does not hold is not asked for more than it takes to say so.
        bad = ~good & (holds | self.suspected)
        frame = pl.DataFrame(self.values)
        rejects = pl.concat([self.chunk.rejects, reject_frame(map(self._reject, bad.arg_true().to_list()))])
        return FeedRead(
            rows=frame.filter(good & holds),
            ended=frame.filter(good & state.is_in(list(_ENDED))),
            rejects=rejects,
            n_unapproved=int((~holds & ~bad).sum()),
        )

    def _parse_values(self) -> None:
        raw = {name: self.chunk.frame.get_column(header) for name, header in self.found.columns.items()}
        columns = self.feed.columns
        money = {name: raw[name] for name in raw if columns[name].kind in {"amount", "currency"}}
        if money:
            parsed = parse_money(money, self.found.columns, self.height, self.problems)
        for name, header in self.found.columns.items():
            self.values[name] = (
                parsed.pop(name)
                if name in money
                else parse_value(raw[name], columns[name], name, header, self.dates, self.problems)
            )
        if money:
            self.values |= parsed

    def _state(self) -> pl.Series:
        states = []
        for name, headers in self.found.checks.items():
            kind = self.feed.checks[name].kind
            for header in headers:
                raw = self.chunk.frame.get_column(header)
                if kind == "state":
                    states.append(parse_states(raw, header, self.problems))
                elif kind == "cancelled":
                    states.append(parse_cancelled(raw, header, self.problems))
                elif kind == "cancelled_on":
                    states.append(cancelled_on(without_no_days(raw)))
        return worst(states, self.height)

    def _check_leave(self) -> None:
        """Which half of a day, and whether it is a day at all."""
        if "half" not in self.feed.columns:
            return
        found, values = self.found, self.values
        half = values.get("half", pl.repeat("", self.height, dtype=pl.String, eager=True))
        if "kind" in found.columns:
            half = with_halves_of_kinds(half, values["kind"], found.columns["kind"], self.problems)
        values["half"] = half
        for name, in_hours in ("hours", True), ("n_days", False):
            for header in found.checks.get(name, ()):
                raw = self.chunk.frame.get_column(header).cast(pl.String)
                refuse_parts_of_days(raw, half, header, self.problems, in_hours=in_hours)
        one_day = values["starts_on"] == values["ends_on"]
        self.problems.add(~one_day & (half != ""), found.columns["ends_on"], "half_of_days")
        since, until = (self._times(*names) for names in (("since", "starts_on"), ("until", "ends_on")))
        since = since.set(~one_day.fill_null(False), None)
        refuse_hours_between(since, until, half, found.columns["starts_on"], self.problems)

    def _times(self, check: str, day: str) -> pl.Series:
        """The time of day by a column of its own, else the one that stands behind the day."""
        headers = self.found.checks.get(check, ())
        if headers:
            return parse_times(self.chunk.frame.get_column(headers[0]), headers[0], self.problems)
        return times_beside_days(self.chunk.frame.get_column(self.found.columns[day]))

    def _check_rows(self) -> None:
        found, values = self.found.columns, self.values
        for name, column in self.feed.columns.items():
            if column.required:
                self.problems.add(values[name].is_null(), found[name], "feed_value_missing")
        if "starts_on" in values and "ends_on" in values:
            self.problems.add(values["ends_on"] < values["starts_on"], found["ends_on"], "days_not_in_order")
        if "relative_no" in values:
            own, other = (_bare(values[name]) for name in ("employee_no", "relative_no"))
            self.problems.add(own == other, found["relative_no"], "relative_is_self")

    def _reject(self, row: int) -> dict[str, Any]:
        column, code, params = self.problems.of(row)
        return {
            "line": int(self.chunk.lines[row]),
            "column": column,
            "code": code,
            "params": params,
            "original": redact(self.chunk.original(row)),
        }


def _bare(numbers: pl.Series) -> pl.Series:
    """Employee numbers as one compares them: without case and the zeros in front."""
    return numbers.str.to_lowercase().str.strip_chars_start("0")
