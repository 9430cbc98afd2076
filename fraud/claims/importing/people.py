"""Personnel feeds: who works where, who was absent, travelled, or had overtime approved.

A feed adds and updates by its natural key and deletes nothing. Rows that cannot be read are reported like those of a
claim file; a feed with a resident registration number or a card number is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from audit.actor import Actor
from audit.permissions import require
from audit.redaction import redact
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.bulk import Conflict, Update, in_list, read_frame, write_rows
from fraud.claims.importing.fields import Field, Kind
from fraud.claims.importing.headers import plain
from fraud.claims.importing.parsing.dates import DateParser, parse_days
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.parsing.text import clean_text
from fraud.claims.importing.problems import FileQuarantined, Notes, reject_frame
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.scanning import refuse_in_name, scan_frame

_DATE_FORMS = ("iso", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y년 %m월 %d일")


@dataclass(frozen=True, slots=True)
class FeedColumn:
    """A column of a feed: its headers and kind; `length` is the longest text."""

    sources: tuple[str, ...]
    kind: str = "text"  # text, day, clock
    length: int = 60
    required: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's columns and the table they go to."""

    table: str
    columns: Mapping[str, FeedColumn]
    keys: tuple[str, ...]


_EMPLOYEE = FeedColumn(("employee_no", "emp_no", "사번", "사원번호"), required=True)
_REGION = ("region", "place", "지역", "출장지")
FEEDS: dict[str, Feed] = {
    "cardholders": Feed(
        "fraud_cardholder",
        {
            "employee_no": _EMPLOYEE,
            "name": FeedColumn(("name", "employee_name", "성명"), length=120),
            "department_code": FeedColumn(("department_code", "dept_code", "부서코드"), length=40),
            "department_name": FeedColumn(("department_name", "dept_name", "부서명"), length=120),
            "grade": FeedColumn(("grade", "직급"), length=40),
            "job_family": FeedColumn(("job_family", "직군"), length=40),
            "manager_no": FeedColumn(("manager_no", "상급자사번"), length=40),
            "workplace_region": FeedColumn(("workplace_region", "근무지"), length=60),
            "email": FeedColumn(("email", "이메일"), length=254),
            "hired_on": FeedColumn(("hired_on", "입사일"), "day"),
            "left_on": FeedColumn(("left_on", "퇴사일"), "day"),
        },
        ("employee_no",),
    ),
    "absences": Feed(
        "fraud_absence",
        {
            "employee_no": _EMPLOYEE,
            "kind": FeedColumn(("kind", "type", "휴가종류", "근태구분"), length=20),
            "starts_on": FeedColumn(("starts_on", "from", "시작일"), "day", required=True),
            "ends_on": FeedColumn(("ends_on", "to", "종료일"), "day", required=True),
            "half": FeedColumn(("half", "반차"), length=2),
        },
        ("employee_no", "kind", "starts_on", "half"),
    ),
    "trips": Feed(
        "fraud_trip",
        {
            "trip_no": FeedColumn(("trip_no", "trip_id", "출장번호"), length=40, required=True),
            "employee_no": _EMPLOYEE,
            "starts_on": FeedColumn(("starts_on", "from", "시작일"), "day", required=True),
            "ends_on": FeedColumn(("ends_on", "to", "종료일"), "day", required=True),
            "region": FeedColumn(_REGION, length=60),
            "country": FeedColumn(("country", "국가"), length=2),
        },
        ("trip_no",),
    ),
    "overtimes": Feed(
        "fraud_overtimeapproval",
        {
            "employee_no": _EMPLOYEE,
            "on": FeedColumn(("on", "date", "일자"), "day", required=True),
            "since": FeedColumn(("since", "시작시각"), "clock"),
            "until": FeedColumn(("until", "종료시각"), "clock"),
        },
        ("employee_no", "on"),
    ),
}


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


def import_people(
    *,
    path: Path,
    name: str,
    feed: str,
    by: Actor,
    delimiter: str = ",",
    progress: Callable[[int], None] | None = None,
) -> FeedResult:
    """Import one personnel feed (CSV, XLSX or Parquet) in one transaction. The same feed twice changes nothing.

    Raises FeedUnknown, FileQuarantined, NotPermitted.
    """
    require(by, "fraud.import_claims")
    if feed not in FEEDS:
        raise FeedUnknown(f"there is no feed {feed!r}; there are: {', '.join(FEEDS)}")
    refuse_in_name(name)
    table = open_table(path, ProfileSpec(delimiter=delimiter))
    found = _columns(table.headers, FEEDS[feed])
    parsed = [_parse(chunk, FEEDS[feed], found, table.notes, table.encoding) for chunk in table.chunks()]
    result = FeedResult(feed, rejects=pl.concat([rejects for _, rejects in parsed]).sort("line"))
    result.n_rejected = result.rejects.height
    result.n_rows = result.n_rejected + sum(frame.height for frame, _ in parsed)
    with one_transaction():
        for frame, _ in parsed:
            result.n_written += _write(FEEDS[feed], frame)
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
    chunk: Chunk, feed: Feed, found: Mapping[str, str], notes: Notes, encoding: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    problems = ProblemRows(chunk.frame.height, notes)
    scan = scan_frame(chunk.frame, chunk.lines.tolist(), notes)
    suspected = pl.Series([row in scan.residents for row in range(chunk.frame.height)], dtype=pl.Boolean)
    problems.add(suspected, "", "resident_number_in_row")
    dates = DateParser(_DATE_FORMS, settings.TIME_ZONE, workbook=encoding == "xlsx")
    values = {
        name: _value(chunk.frame.get_column(h), feed.columns[name], name, h, dates, problems)
        for name, h in found.items()
    }
    for name, column in feed.columns.items():
        if column.required:
            problems.add(values[name].is_null(), found[name], "value_missing")
    if "starts_on" in values:
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
    if column.kind == "clock":
        if raw.dtype == pl.Time:
            return raw
        text = raw.cast(pl.String).str.strip_chars().str.slice(0, 5)
        clock = text.str.to_time("%H:%M", strict=False)
        problems.add(
            clock.is_null() & text.is_not_null() & (text != ""), header, "date_not_valid", format="HH:MM"
        )
        return clock
    return clean_text(raw.cast(pl.String), Field(name, Kind.CODE, column.length), header, problems)


def _write(feed: Feed, frame: pl.DataFrame) -> int:
    frame = frame.unique(list(set(feed.keys) & set(frame.columns)), keep="last", maintain_order=True)
    if feed.table == "fraud_cardholder":
        frame = _with_department(frame).with_columns(pl.lit(False).alias("is_unassigned"))
        given = frame.columns
        blanks = [
            n
            for n in ("name", "grade", "job_family", "manager_no", "workplace_region", "email")
            if n not in given
        ]
        frame = frame.with_columns(pl.lit("").alias(name) for name in blanks)
    else:
        given = frame.columns
        blanks = [n for n in ("kind", "half", "region", "country") if n in feed.columns and n not in given]
        frame = frame.with_columns(pl.lit("").alias(name) for name in blanks)
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    frame = frame.with_columns(pl.col(name).fill_null("") for name in texts)
    changed = [name for name in given if name not in feed.keys]
    conflict: Conflict = Update(keys=feed.keys, columns=changed) if changed else "nothing"
    return write_rows(feed.table, frame.columns, frame, conflict=conflict)


def _with_department(frame: pl.DataFrame) -> pl.DataFrame:
    if "department_code" not in frame.columns:
        return frame.drop("department_name", strict=False)
    name = pl.col("department_name") if "department_name" in frame.columns else pl.lit(None, pl.String)
    departments = (
        frame.select(
            pl.col("department_code").alias("code"), pl.coalesce(name, "department_code").alias("name")
        )
        .drop_nulls("code")
        .unique("code", keep="last", maintain_order=True)
        .with_columns(pl.lit("").alias("name_en"), pl.lit("").alias("manager_no"))
    )
    has_names = "department_name" in frame.columns
    conflict: Conflict = Update(keys=["code"], columns=["name"]) if has_names else "nothing"
    write_rows("fraud_department", departments.columns, departments, conflict=conflict)
    condition, params = in_list(departments.get_column("code").to_list())
    schema: dict[str, Any] = {"department_code": pl.String, "department_id": pl.Int64}
    sql = f"SELECT code AS department_code, id AS department_id FROM fraud_department WHERE code {condition}"
    ids = read_frame(sql, params, schema=schema)
    joined = frame.join(ids, on="department_code", how="left", maintain_order="left")
    return joined.drop("department_code", "department_name", strict=False)
