"""What personnel feeds said of people's days, and when."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from fraud.claims.bulk import read_frame
from fraud.claims.reading import db_time

_NO_LAST_DAY = "'2999-12-31'"  # takes the type of what it stands beside
#: Table → SQL of the first and the last day that a row speaks of.
_TABLES = {
    "fraud_absence": ("starts_on", "ends_on"),
    "fraud_trip": ("starts_on", "ends_on"),
    "fraud_overtimeapproval": ('"on"', '"on"'),
    "fraud_position": ("starts_on", f"COALESCE(CASE WHEN 1 = 0 THEN starts_on END, {_NO_LAST_DAY})"),
    "fraud_vehicle": ("starts_on", f"COALESCE(ends_on, {_NO_LAST_DAY})"),
    "fraud_preapproval": ("starts_on", "ends_on"),
}


def personnel_news(*, since: datetime, until: datetime) -> pl.DataFrame:
    """`cardholder_id, starts_on, ends_on` of what was said, or said no longer, of days of cardholders after `since` and by `until`."""
    stretch = [db_time(since), db_time(until)]
    parts = [
        f"SELECT h.id AS cardholder_id, {first} AS starts_on, {last} AS ends_on "
        f'FROM "{table}" p JOIN fraud_cardholder h ON h.employee_no = p.employee_no '
        "WHERE (p.received_at > %s AND p.received_at <= %s) OR (p.superseded_at > %s AND p.superseded_at <= %s)"
        for table, (first, last) in _TABLES.items()
    ]
    schema = {"cardholder_id": pl.Int64, "starts_on": pl.Date, "ends_on": pl.Date}
    return read_frame(" UNION ALL ".join(parts), stretch * 2 * len(parts), schema=schema).unique()
