"""What employees were on a day, as far as was known at a moment: department, grade, job family, manager, workplace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from fraud.claims.bulk import in_list, read_frame

FACTS = ("department_code", "grade", "job_family", "manager_no", "workplace_region")
_SCHEMA: dict[str, Any] = {"employee_no": pl.String, "starts_on": pl.Date, **dict.fromkeys(FACTS, pl.String)}
_COLUMNS = ", ".join(_SCHEMA)


def positions_known(at: object) -> pl.DataFrame:
    """`employee_no, starts_on` and the facts known at a moment (a parameter of the database), each row with what still holds from before.

    A fact nobody told is null.
    """
    known = "received_at <= %s AND (superseded_at IS NULL OR superseded_at > %s)"
    return _filled(
        read_frame(f"SELECT {_COLUMNS} FROM fraud_position WHERE {known}", [at, at], schema=_SCHEMA)
    )


def held_on(on: date, numbers: Sequence[str] | None = None) -> pl.DataFrame:
    """`employee_no` and the facts that hold on a day by what is known now, of all or some employees."""
    condition, params = ("IS NOT NULL", []) if numbers is None else in_list(list(numbers))
    sql = f"SELECT {_COLUMNS} FROM fraud_position WHERE superseded_at IS NULL AND employee_no {condition}"
    rows = _filled(read_frame(sql, params, schema=_SCHEMA)).filter(pl.col("starts_on") <= on)
    return rows.unique("employee_no", keep="last", maintain_order=True).drop("starts_on")


def as_held(
    claims: pl.DataFrame, positions: pl.DataFrame, on: pl.Expr, facts: Sequence[str] = FACTS[1:]
) -> pl.DataFrame:
    """The claims' facts of their cardholders by what held on the day `on`; what no dated row tells stays.

    `claims` has `employee_no` and may have columns called like the facts. The department is asked when a claim arrives, and is its own from then on.
    """
    if positions.is_empty():
        return claims
    facts = [name for name in facts if name in claims.columns]
    days = claims.select("employee_no", on=on, row=pl.int_range(pl.len()))
    found = days.sort("on").join_asof(
        positions.select("employee_no", "starts_on", *facts).sort("starts_on"),
        left_on="on",
        right_on="starts_on",
        by="employee_no",
        check_sortedness=False,
    )
    found = found.sort("row")
    return claims.with_columns(pl.coalesce(found[name], pl.col(name)).alias(name) for name in facts)


def _filled(rows: pl.DataFrame) -> pl.DataFrame:
    rows = rows.with_columns(pl.col(list(FACTS)).replace("", None)).sort("employee_no", "starts_on")
    return rows.with_columns(pl.col(list(FACTS)).forward_fill().over("employee_no"))
