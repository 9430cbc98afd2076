"""A personnel file as rows of its feed: laid out however people export it, read by the words they use, refused row by row.

Pure: knows no database. Separator, encoding, sheet and titles above the header are found as in claim files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from audit.redaction import redact
from fraud.claims.importing.fields import Field, Kind
from fraud.claims.importing.guessing.grid import likely_encodings
from fraud.claims.importing.guessing.words import known_names
from fraud.claims.importing.headers import plain
from fraud.claims.importing.parsing.clocks import parse_clocks
from fraud.claims.importing.parsing.codes import parse_choice
from fraud.claims.importing.parsing.dates import DateParser, parse_days
from fraud.claims.importing.parsing.leaves import parse_halves, with_halves_of_kinds
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.parsing.text import clean_text
from fraud.claims.importing.people_feeds import HOLIDAY_KINDS, HOLIDAYS, Feed, FeedColumn
from fraud.claims.importing.problems import FileQuarantined, Notes, reject_frame
from fraud.claims.importing.profile import Column, ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk, is_1904
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.scanning import scan_frame
from rules.money import is_known_currency

_DATE_FORMS = ("iso", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y년 %m월 %d일", "%Y. %m. %d")
#: How systems write that there is no day: nobody has a day zero, and the last days of the calendar are no leaving days.
_NO_DAY = r"^(?:-+|–|0{4}[-./]?0{2}[-./]?0{2}(?: 00:00:00)?|(?i:n/?a|null|none)|없음|해당\s?없음)$"
_NO_LAST_YEAR = 2900


def read_people(
    path: Path, feed: Feed, *, zone: str, delimiter: str = ","
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(the good rows, a column each of the feed's that the file has; the rejected ones). `zone` is the company's.

    Raises FileQuarantined for what is no such file, or holds numbers that must not be kept.
    """
    table = open_table(path, _layout(feed, path, delimiter))
    found = _columns(table.headers, feed)
    chunks = list(table.chunks())
    dates = DateParser(_DATE_FORMS, zone, workbook=table.encoding == "xlsx", is_1904=is_1904(table))
    days = [name for name in found if feed.columns[name].is_day]
    for chunk in chunks:
        for name in days:
            dates.survey(_without_no_days(chunk.frame.get_column(found[name])), found[name])
    dates.settle()
    parsed = [_parse(chunk, feed, found, table.notes, dates) for chunk in chunks]
    return pl.concat([frame for frame, _ in parsed]), pl.concat([rejects for _, rejects in parsed]).sort(
        "line"
    )


def _layout(feed: Feed, path: Path, delimiter: str) -> ProfileSpec:
    """Where the header is looked for: the row that names what every such file has."""
    known = {name: headers_of(feed, name) for name in feed.columns}
    known |= {name: (*known[name], *feed.one_day) for name in feed.days}
    required = tuple(name for name, column in feed.columns.items() if column.required)
    return ProfileSpec(
        delimiter=delimiter,
        columns={name: Column(headers) for name, headers in known.items()},
        required=required,
        encodings=likely_encodings(path),
    )


def headers_of(feed: Feed, name: str) -> tuple[str, ...]:
    """The headers a column is known by: the feed's own, then what claim files call the same."""
    column = feed.columns[name]
    return (
        *column.sources,
        *(word for word, of in known_names().items() if column.field and of == column.field),
    )


def _columns(headers: list[str], feed: Feed) -> dict[str, str]:
    """Column of the feed → delivered header. Raises FileQuarantined for a missing one."""
    free: dict[str, str] = {}
    for header in headers:
        free.setdefault(plain(header), header)

    def take(words: tuple[str, ...]) -> str | None:
        key = next((key for word in words if (key := plain(word)) in free), None)
        return None if key is None else free.pop(key)

    taken = {name: take(headers_of(feed, name)) for name in feed.columns}
    found = {name: header for name, header in taken.items() if header is not None}
    if not found.keys() & set(feed.days) and (day := take(feed.one_day)) is not None:
        found |= dict.fromkeys(feed.days, day)  # a day of leave may have one column
    missing = [
        " / ".join(column.sources[:3])
        for name, column in feed.columns.items()
        if column.required and name not in found
    ]
    if missing:
        raise FileQuarantined("feed_columns_missing", columns=", ".join(missing))
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
    if "half" in feed.columns and "kind" in found:
        half = values.get("half", pl.repeat("", chunk.frame.height, dtype=pl.String, eager=True))
        values["half"] = with_halves_of_kinds(half, values["kind"], found["kind"], problems)
    for name, column in feed.columns.items():
        if column.required:
            problems.add(values[name].is_null(), found[name], "feed_value_missing")
    if "starts_on" in values and "ends_on" in values:
        problems.add(values["ends_on"] < values["starts_on"], found["ends_on"], "days_not_in_order")
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
    if column.is_day:
        return _days(raw, column, header, dates, problems)
    if column.kind == "holiday":
        kinds = parse_choice(raw.cast(pl.String), HOLIDAYS, HOLIDAY_KINDS, header, problems)
        return kinds.fill_null("company")
    if column.kind == "decimal":
        return _decimals(raw.cast(pl.String), header, problems)
    if column.kind == "currency":
        return _currencies(raw.cast(pl.String), header, problems)
    if column.kind == "half":
        return parse_halves(raw.cast(pl.String), header, problems)
    if column.kind == "clock":
        if raw.dtype == pl.Time:
            return raw
        seconds = parse_clocks(raw.cast(pl.String), header, problems) % 86_400  # 24:00 ends the day
        return pl.select(pl.from_epoch(seconds.cast(pl.Int64), time_unit="s").dt.time()).to_series()
    return clean_text(raw.cast(pl.String), Field(name, Kind.CODE, column.length), header, problems)


def _days(
    raw: pl.Series, column: FeedColumn, header: str, dates: DateParser, problems: ProblemRows
) -> pl.Series:
    """Calendar days; what systems write for none is none where the row can do without, 9999-12-31 where a last day is asked."""
    days = parse_days(dates, raw if column.required else _without_no_days(raw), header, problems)
    if column.kind == "last_day":
        days = days.set((days.dt.year() >= _NO_LAST_YEAR).fill_null(False), None)
    return days


def _without_no_days(raw: pl.Series) -> pl.Series:
    if raw.dtype != pl.String:
        return raw
    return raw.set(raw.str.strip_chars().str.contains(_NO_DAY).fill_null(False), None)


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
