"""Personnel feeds: who works where, who was absent, travelled, or had overtime approved.

A feed adds and updates by its natural key and deletes nothing. Rows that cannot be read are reported like those of a
claim file; a feed with a resident registration number or a card number is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
from django.conf import settings

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.redaction import redact
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.importing.fields import Field, Kind
from fraud.claims.importing.headers import plain
from fraud.claims.importing.parsing.clocks import parse_clocks
from fraud.claims.importing.parsing.codes import parse_choice
from fraud.claims.importing.parsing.dates import DateParser, parse_days
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.parsing.text import clean_text
from fraud.claims.importing.people_changes import PeopleChanges, people_changes
from fraud.claims.importing.people_feeds import FEEDS, HALVES, HOLIDAY_KINDS, HOLIDAYS, Feed, FeedColumn
from fraud.claims.importing.people_storing import store_people
from fraud.claims.importing.problems import FileQuarantined, Notes, reject_frame
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk, is_1904
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.scanning import refuse_in_name, scan_frame
from rules.money import is_known_currency

_DATE_FORMS = ("iso", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y년 %m월 %d일")


class FeedUnknown(LookupError):
    """There is no feed of that name."""


@dataclass
class FeedResult:
    """What became of a feed: rows = read rows, of which `n_rejected` could not be taken."""

    feed: str
    n_rows: int = 0
    n_written: int = 0
    n_rejected: int = 0
    rejects: pl.DataFrame = field(default_factory=reject_frame)
    changes: PeopleChanges | None = None  # of the personnel list only


def import_people(
    *,
    path: Path,
    name: str,
    feed: str,
    by: Actor,
    delimiter: str = ",",
    progress: Callable[[int], None] | None = None,
    received_at: datetime | None = None,
) -> FeedResult:
    """Import one personnel feed (CSV, XLSX or Parquet) in one transaction. The same feed twice changes nothing.

    What it says is known from `received_at` (aware; default: now) on.
    Raises FeedUnknown, FileQuarantined, NotPermitted.
    """
    require(by, "fraud.import_claims")
    if feed not in FEEDS:
        raise FeedUnknown(f"there is no feed {feed!r}; there are: {', '.join(FEEDS)}")
    refuse_in_name(name)
    at = received_at or clock.now()
    table = open_table(path, ProfileSpec(delimiter=delimiter))
    found = _columns(table.headers, FEEDS[feed])
    forms = DateParser(
        _DATE_FORMS, settings.TIME_ZONE, workbook=table.encoding == "xlsx", is_1904=is_1904(table)
    )
    parsed = [_parse(chunk, FEEDS[feed], found, table.notes, forms) for chunk in table.chunks()]
    result = FeedResult(feed, rejects=pl.concat([rejects for _, rejects in parsed]).sort("line"))
    result.n_rejected = result.rejects.height
    result.n_rows = result.n_rejected + sum(frame.height for frame, _ in parsed)
    with one_transaction():
        if feed == "cardholders":
            result.changes = people_changes(pl.concat([frame for frame, _ in parsed]))
        for frame, _ in parsed:
            result.n_written += store_people(FEEDS[feed], frame, at=at)
            if progress is not None:
                progress(result.n_written)
        record(
            action="feed.imported",
            by=by,
            subject=CONFIG,
            after={
                "feed": feed,
                "n_rows": result.n_rows,
                "n_written": result.n_written,
                "n_rejected": result.n_rejected,
                **(
                    {key: len(who) for key, who in result.changes.as_json().items()} if result.changes else {}
                ),
            },
        )
    return result


def _columns(headers: list[str], feed: Feed) -> dict[str, str]:
    """Column of the feed → delivered header. Raises FileQuarantined for a missing one."""
    by_plain = {plain(header): header for header in headers}
    found = {}
    for name, column in feed.columns.items():
        header = next((by_plain[plain(s)] for s in column.sources if plain(s) in by_plain), None)
        if header is not None:
            found[name] = header
    missing = [name for name, column in feed.columns.items() if column.required and name not in found]
    if missing:
        raise FileQuarantined("columns_missing", columns=", ".join(missing))
    return found


def _parse(
    chunk: Chunk, feed: Feed, found: Mapping[str, str], notes: Notes, dates: DateParser
) -> tuple[pl.DataFrame, pl.DataFrame]:
    problems = ProblemRows(chunk.frame.height, notes)
    scan = scan_frame(chunk.frame, chunk.lines.tolist(), notes)
    suspected = pl.Series([row in scan.residents for row in range(chunk.frame.height)], dtype=pl.Boolean)
    problems.add(suspected, "", "resident_number_in_row")
    values = {
        name: _value(chunk.frame.get_column(h), feed.columns[name], name, h, dates, problems)
        for name, h in found.items()
    }
    for name, column in feed.columns.items():
        if column.required:
            problems.add(values[name].is_null(), found[name], "value_missing")
    if "starts_on" in values and "ends_on" in values:
        problems.add(
            values["ends_on"] < values["starts_on"], found["ends_on"], "date_not_valid", format="from ≤ to"
        )
    good = pl.Series(problems.good, dtype=pl.Boolean)
    rejects = [
        {
            "line": int(chunk.lines[row]),
            "column": problems.of(row)[0],
            "code": problems.of(row)[1],
            "params": problems.of(row)[2],
            "original": redact(chunk.original(row)),
        }
        for row in (~good).arg_true().to_list()
    ]
    frame = pl.DataFrame(values).filter(good)
    return frame, pl.concat([chunk.rejects, reject_frame(rejects)])


def _value(
    raw: pl.Series, column: FeedColumn, name: str, header: str, dates: DateParser, problems: ProblemRows
) -> pl.Series:
    if column.kind == "day":
        return parse_days(dates, raw, header, problems)
    if column.kind == "holiday":
        kinds = parse_choice(raw.cast(pl.String), HOLIDAYS, HOLIDAY_KINDS, header, problems)
        return kinds.fill_null("company")
    if column.kind == "decimal":
        return _decimals(raw.cast(pl.String), header, problems)
    if column.kind == "currency":
        return _currencies(raw.cast(pl.String), header, problems)
    if column.kind == "half":
        return _halves(raw.cast(pl.String), header, problems)
    if column.kind == "clock":
        if raw.dtype == pl.Time:
            return raw
        seconds = parse_clocks(raw.cast(pl.String), header, problems) % 86_400  # 24:00 ends the day
        return pl.select(pl.from_epoch(seconds.cast(pl.Int64), time_unit="s").dt.time()).to_series()
    return clean_text(raw.cast(pl.String), Field(name, Kind.CODE, column.length), header, problems)


def _decimals(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """Plain decimals as text, `1,234.50` as `1234.50`; empty where none is given."""
    text = raw.str.strip_chars().fill_null("")
    well = text.str.contains(r"^(?:[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,3})?$")
    problems.add(~well & (text != ""), header, "amount_not_valid")
    return text.str.replace_all(",", "", literal=True)


def _currencies(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """Codes of ISO 4217; empty where none is given."""
    text = raw.str.strip_chars().str.to_uppercase().fill_null("")
    known = pl.Series([code == "" or is_known_currency(code) for code in text], dtype=pl.Boolean)
    problems.add(~known, header, "currency_unknown")
    return text


def _halves(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """`am`, `pm`, or empty for whole days; a word that is neither is a problem of its row, never a half."""
    text = raw.str.strip_chars().str.to_lowercase().str.replace_all(r"[\s.]", "").fill_null("")
    half = text.replace_strict(HALVES, default=None, return_dtype=pl.String)
    problems.add(half.is_null() & (text != ""), header, "half_not_valid")
    return half.fill_null("")
