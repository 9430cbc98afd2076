"""Storing personnel feeds: people are updated in place, what is said of their days keeps both times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection

from fraud.claims.bulk import Conflict, Update, in_list, read_frame, write_rows
from fraud.claims.importing.numbers import spelled_as_known
from fraud.claims.importing.people_feeds import Feed
from fraud.claims.reading import db_time

_AT = pl.Datetime("us", "UTC")
_BLANK = ("name", "grade", "job_family", "manager_no", "workplace_region", "email")


def store_people(feed: Feed, frame: pl.DataFrame, *, at: datetime) -> int:
    """Add and update the rows of a feed (one column each, checked) as known from `at` on; returns how many are new or changed.

    A column the feed does not deliver keeps what is known. Transaction: caller's.
    """
    if feed.table == "fraud_companyholiday":
        return _store_holidays(feed, frame, at)
    frame = frame.with_columns(pl.col("employee_no").replace(spelled_as_known(frame["employee_no"])))
    frame = frame.unique(list(set(feed.keys) & set(frame.columns)), keep="last", maintain_order=True)
    if feed.is_of_days:
        return store_days(feed, frame, at)
    frame = _with_department(frame).with_columns(pl.lit(False).alias("is_unassigned"))
    given = frame.columns
    frame = _filled(frame.with_columns(pl.lit("").alias(name) for name in _BLANK if name not in given))
    changed = [name for name in given if name not in feed.keys]
    conflict: Conflict = Update(keys=feed.keys, columns=changed) if changed else "nothing"
    return write_rows(feed.table, frame.columns, frame, conflict=conflict)


def _store_holidays(feed: Feed, frame: pl.DataFrame, at: datetime) -> int:
    frame = frame.unique(feed.keys, keep="last", maintain_order=True)
    frame = frame.with_columns(
        *([] if "kind" in frame.columns else [pl.lit("company").alias("kind")]),
        pl.lit("").alias("name_en"),
        pl.lit(at, _AT).alias("added_at"),
    )
    _off_again(feed, frame.filter(pl.col("kind") != "working")["on"].to_list(), at)
    return write_rows(
        feed.table, frame.columns, frame, conflict=Update(keys=feed.keys, columns=["name", "kind"])
    )


def _off_again(feed: Feed, days: list[Any], at: datetime) -> None:
    """Days that were worked and are off again count as added now: deadlines follow them anew."""
    chosen, params = in_list([day.isoformat() for day in days])
    moment: Any = db_time(at)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{feed.table}" SET added_at = %s, deadlines_moved_at = NULL '
            f"WHERE kind = 'working' AND CAST(\"on\" AS text) {chosen}",
            [moment, *params],
        )


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.String).fill_null(""))


def store_days(feed: Feed, frame: pl.DataFrame, at: datetime) -> int:
    """A row that says something else than what is known ends that; the same again changes nothing."""
    said = _complete(feed, frame)
    known = _known(feed, said)
    others = [name for name in feed.columns if name not in feed.keys]
    kept = [name for name in others if name not in frame.columns]
    joined = said.join(known, on=list(feed.keys), how="left", suffix="_known", maintain_order="left")
    joined = joined.with_columns(pl.coalesce(f"{name}_known", name).alias(name) for name in kept)
    differs = [pl.col(name).ne_missing(pl.col(f"{name}_known")) for name in others]
    news = joined.filter(pl.any_horizontal(pl.col("id").is_null(), *differs))
    moment: Any = db_time(at)
    ended, params = in_list(news["id"].drop_nulls().to_list())
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{feed.table}" SET superseded_at = %s WHERE id {ended}', [moment, *params])
    clocks = [name for name, column in feed.columns.items() if column.kind == "clock"]
    rows = news.with_columns(
        pl.col(*clocks).str.to_time("%H:%M") if clocks else [], received_at=pl.lit(at, _AT)
    )
    return write_rows(feed.table, [*feed.columns, "received_at"], rows)


def end_people(feed: Feed, ended: pl.DataFrame, *, held: pl.DataFrame, at: datetime) -> int:
    """What is known by the keys of rows that were cancelled or rejected holds until `at` only, unless a row of the same file holds; returns how much."""
    if not feed.is_of_days or ended.is_empty():
        return 0
    keys = list(feed.keys)
    ended, held = (
        _complete(feed, f.with_columns(pl.col("employee_no").replace(spelled_as_known(f["employee_no"]))))
        for f in (ended, held)
    )
    gone = _known(feed, ended).join(ended, on=keys, how="semi").join(held, on=keys, how="anti")
    moment: Any = db_time(at)
    chosen, params = in_list(gone["id"].to_list())
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{feed.table}" SET superseded_at = %s WHERE id {chosen}', [moment, *params])
    return gone.height


def _complete(feed: Feed, frame: pl.DataFrame) -> pl.DataFrame:
    """Every column of the feed: no text is empty, no clock null, and clocks are texts that can be compared."""
    frame = frame.with_columns(
        pl.lit(None, pl.Date if column.is_day else pl.String).alias(name)
        for name, column in feed.columns.items()
        if name not in frame.columns
    )
    clocks = [name for name, column in feed.columns.items() if column.kind == "clock"]
    frame = frame.with_columns(pl.col(name).cast(pl.String).str.slice(0, 5) for name in clocks)
    return frame.with_columns(pl.col(pl.String).exclude(clocks or [""]).fill_null("")).select(*feed.columns)


def _known(feed: Feed, said: pl.DataFrame) -> pl.DataFrame:
    """`id` and the columns of what is known now of the employees or trips named."""
    first = feed.keys[0]
    condition, params = in_list(said[first].unique().to_list())
    schema: dict[str, Any] = {"id": pl.Int64}
    columns = ["id"]
    for name, column in feed.columns.items():
        is_clock = column.kind == "clock"
        columns.append(f'substr(CAST("{name}" AS text), 1, 5) AS "{name}"' if is_clock else f'"{name}"')
        schema[name] = pl.Date if column.is_day else pl.String
    sql = f'SELECT {", ".join(columns)} FROM "{feed.table}" WHERE superseded_at IS NULL AND "{first}" {condition}'
    return read_frame(sql, params, schema=schema)


def with_department_codes(frame: pl.DataFrame) -> pl.DataFrame:
    """`department_code` without `department_name`; departments that are new are added.

    A list that names departments without a code means the one department of that name, or a new one whose code is its name.
    """
    if "department_name" not in frame.columns and "department_code" not in frame.columns:
        return frame
    if "department_code" not in frame.columns:
        names = frame.get_column("department_name").drop_nulls().unique().to_list()
        frame = frame.with_columns(
            department_code=pl.col("department_name").replace_strict(
                _codes_of(names), default=None, return_dtype=pl.String
            )
        )
    name = pl.col("department_name") if "department_name" in frame.columns else pl.lit(None, pl.String)
    departments = (
        frame.select(
            pl.col("department_code").alias("code"), pl.coalesce(name, "department_code").alias("name")
        )
        .drop_nulls("code")
        .filter(pl.col("code") != "")
        .unique("code", keep="last", maintain_order=True)
        .with_columns(pl.lit("").alias("name_en"), pl.lit("").alias("manager_no"))
    )
    has_names = "department_name" in frame.columns
    conflict: Conflict = Update(keys=["code"], columns=["name"]) if has_names else "nothing"
    write_rows("fraud_department", departments.columns, departments, conflict=conflict)
    return frame.drop("department_name", strict=False)


def _codes_of(names: list[str]) -> dict[str, str]:
    condition, params = in_list(names)
    known = read_frame(
        f"SELECT name, min(code) AS code FROM fraud_department WHERE name {condition} GROUP BY name HAVING count(*) = 1",
        params,
        schema={"name": pl.String, "code": pl.String},
    )
    return {name: name[:40] for name in names} | dict(known.iter_rows())


def _with_department(frame: pl.DataFrame) -> pl.DataFrame:
    """`department_id` in place of the code and the name."""
    frame = with_department_codes(frame)
    if "department_code" not in frame.columns:
        return frame
    condition, params = in_list(frame.get_column("department_code").drop_nulls().unique().to_list())
    schema: dict[str, Any] = {"department_code": pl.String, "department_id": pl.Int64}
    sql = f"SELECT code AS department_code, id AS department_id FROM fraud_department WHERE code {condition}"
    ids = read_frame(sql, params, schema=schema)
    return frame.join(ids, on="department_code", how="left", maintain_order="left").drop("department_code")
