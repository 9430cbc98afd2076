"""Who was what since when: dated rows of the personnel department, and what a personnel list changes on the day it comes.

A claim is judged by the row that held on its day and was known then (`fraud.claims.positions`). The cardholder's own record says
what holds today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from django.utils import timezone

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.bulk import Update, in_list, read_frame, write_rows
from fraud.claims.importing.numbers import spelled_as_known
from fraud.claims.importing.people_feeds import FEEDS, PLACE
from fraud.claims.importing.people_storing import store_days
from fraud.claims.positions import held_on

_AT = pl.Datetime("us", "UTC")
_ALWAYS = date(1900, 1, 1)
#: What was known of somebody before any dated row came counts as known ever since.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_FEED = replace(
    FEEDS["positions"],
    columns={n: c for n, c in FEEDS["positions"].columns.items() if n != "department_name"},
)


def store_positions(frame: pl.DataFrame, *, at: datetime) -> int:
    """Keep dated rows as known from `at` on, and bring cardholders to what holds on that day; returns how many are new or changed.

    `frame` has codes of departments, not names. Transaction: caller's.
    """
    frame = frame.with_columns(pl.col("employee_no").replace(spelled_as_known(frame["employee_no"])))
    frame = frame.unique(list(_FEED.keys), keep="last", maintain_order=True)
    _keep_beginnings(frame.get_column("employee_no").unique().to_list())
    written = store_days(_FEED, frame, at)
    place_people(timezone.localdate(at), frame.get_column("employee_no").unique().to_list())
    return written


def keep_moves(frame: pl.DataFrame, *, at: datetime) -> None:
    """To be asked before a personnel list is stored: what it changes of somebody holds from the day it came. Transaction: caller's."""
    told = [name for name in PLACE if name in frame.columns]
    if not told or frame.is_empty():
        return
    frame = frame.with_columns(pl.col("employee_no").replace(spelled_as_known(frame["employee_no"])))
    frame = frame.unique("employee_no", keep="last", maintain_order=True)
    frame = frame.select("employee_no", *told).with_columns(pl.col(told).fill_null(""))
    now = _places_of(frame.get_column("employee_no").to_list())
    both = frame.join(now, on="employee_no", suffix="_now")
    differs = pl.any_horizontal((pl.col(n) != "") & (pl.col(n) != pl.col(f"{n}_now")) for n in told)
    had_some = pl.any_horizontal(pl.col(f"{n}_now") != "" for n in told)
    moved = both.filter(differs & had_some).select("employee_no", *told)
    if moved.is_empty():
        return
    _keep_beginnings(moved.get_column("employee_no").to_list())
    store_days(_FEED, moved.with_columns(pl.lit(timezone.localdate(at)).alias("starts_on")), at)


def begin_positions(*, by: Actor) -> int:
    """Bring everybody to what holds today, as the night begins; returns how many changed."""
    require(by, "fraud.run_night")
    with one_transaction():
        n_changed = place_people(timezone.localdate(clock.now()))
        if n_changed:
            record(action="people.placed", by=by, subject=CONFIG, after={"n_changed": n_changed})
    return n_changed


def place_people(on: date, numbers: Sequence[str] | None = None) -> int:
    """Bring cardholders to what holds on a day, all of them or some; returns how many changed. Transaction: caller's."""
    held = held_on(on, numbers)
    if held.is_empty():
        return 0
    codes = read_frame(
        "SELECT code AS department_code, id AS department_id FROM fraud_department",
        schema={"department_code": pl.String, "department_id": pl.Int64},
    )
    schema: dict[str, Any] = {
        "employee_no": pl.String,
        "department_id": pl.Int64,
        **dict.fromkeys(PLACE[1:], pl.String),
    }
    columns = ", ".join(f'"{name}"' for name in schema)
    condition, params = in_list(held.get_column("employee_no").to_list())
    now = read_frame(
        f"SELECT {columns} FROM fraud_cardholder WHERE employee_no {condition}", params, schema=schema
    )
    joined = now.join(held.join(codes, on="department_code", how="left"), on="employee_no", suffix="_held")
    frame = joined.select(
        "employee_no",
        pl.coalesce("department_id_held", "department_id").alias("department_id"),
        *(pl.coalesce(pl.col(f"{n}_held").replace("", None), n).alias(n) for n in PLACE[1:]),
        *(pl.lit("").alias(n) for n in ("name", "email")),
        pl.lit(False).alias("is_unassigned"),
    )
    changed = ["department_id", *PLACE[1:]]
    return write_rows(
        "fraud_cardholder", frame.columns, frame, conflict=Update(keys=["employee_no"], columns=changed)
    )


def _keep_beginnings(numbers: Sequence[str]) -> None:
    """What a cardholder's record says until now held before their first dated row."""
    condition, params = in_list(list(numbers))
    dated = read_frame(
        f"SELECT DISTINCT employee_no FROM fraud_position WHERE employee_no {condition}",
        params,
        schema={"employee_no": pl.String},
    )
    undated = [number for number in numbers if number not in set(dated["employee_no"])]
    places = _places_of(undated, also_unassigned=True)
    places = places.filter(pl.any_horizontal(pl.col(name) != "" for name in PLACE))
    rows = places.with_columns(starts_on=pl.lit(_ALWAYS), received_at=pl.lit(_EVER).cast(_AT))
    write_rows("fraud_position", rows.columns, rows)


def _places_of(numbers: Sequence[str], *, also_unassigned: bool = False) -> pl.DataFrame:
    """`employee_no` and what the records of cardholders say now, empty texts where nothing; of those without a personnel row if wanted."""
    condition, params = in_list(list(numbers))
    schema: dict[str, Any] = {"employee_no": pl.String, **dict.fromkeys(PLACE, pl.String)}
    columns = ", ".join(f"h.{name}" for name in PLACE[1:])
    sql = (
        f"SELECT h.employee_no, COALESCE(d.code, '') AS department_code, {columns} FROM fraud_cardholder h "
        f"LEFT JOIN fraud_department d ON d.id = h.department_id WHERE h.employee_no {condition}"
    )
    sql += "" if also_unassigned else " AND NOT h.is_unassigned"
    return read_frame(sql, params, schema=schema).with_columns(pl.col(list(PLACE)).fill_null(""))
