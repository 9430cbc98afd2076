"""The canonical claim frame: which stored column each of its columns comes from, and the personnel joins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
from django.conf import settings

_AT = pl.Datetime("us", "UTC")
_CLAIM_TEXTS = [
    "external_id",
    "claim_no",
    "approver_no",
    "card_token",
    "card_last4",
    "card_kind",
    "card_status",
    "authorization_code",
    "txn_type",
    "entry_mode",
    "merchant_name",
    "currency",
    "purpose_code",
    "purpose_text",
    "account_code",
    "project_code",
    "pre_approval_id",
    "evidence_type",
    "receipt_id",
]
_CLAIM_TIMES = ("transacted_at", "submitted_at", "claim_approved_at", "settled_at", "paid_at", "cancelled_at")
_CLAIM_NUMBERS = [
    "amount_minor",
    "cancel_minor",
    "vat_minor",
    "vat_claimed_minor",
    "service_minor",
    "pre_approved_minor",
    "card_limit_minor",
    "installments",
    "n_attendees",
]

#: canonical column → (SQL over c, h, m, d, a; polars type)
_COLUMNS: dict[str, tuple[str, Any]] = {
    "claim_id": ("c.id", pl.Int64),
    "cardholder_id": ("c.cardholder_id", pl.Int64),
    "merchant_id": ("c.merchant_id", pl.Int64),
    "department_id": ("coalesce(c.department_id, h.department_id)", pl.Int64),
    "approver_id": ("a.id", pl.Int64),
    **{name: (f"c.{name}", _AT) for name in _CLAIM_TIMES},
    "has_time": ("c.has_time", pl.Boolean),
    **{name: (f"c.{name}", pl.Int64) for name in _CLAIM_NUMBERS},
    "net_minor": ("c.amount_minor", pl.Int64),  # less what came back, see reading
    **{name: (f"c.{name}", pl.String) for name in _CLAIM_TEXTS},
    "trip_id": ("c.trip_no", pl.String),
    "is_recurring": ("c.is_recurring", pl.Boolean),
    "self_declared_personal": ("c.self_declared_personal", pl.Boolean),
    **{
        name: (f"m.{name}", pl.String)
        for name in ["mcc", "biz_type", "biz_item", "brn", "ceo_name", "region", "tax_type"]
    },
    "merchant_status": ("m.status", pl.String),
    "merchant_status_on": ("m.status_on", pl.Date),
    "merchant_opened_on": ("m.opened_on", pl.Date),
    "country": ("coalesce(nullif(c.country, ''), m.country)", pl.String),
    **{name: (f"h.{name}", pl.String) for name in ["employee_no", "grade", "job_family", "workplace_region"]},
    "cardholder_name": ("h.name", pl.String),
    "hired_on": ("h.hired_on", pl.Date),
    "left_on": ("h.left_on", pl.Date),
    "department_code": ("d.code", pl.String),
}
#: The same for whoever reads claims and their people and places apart.
COLUMNS = _COLUMNS
#: Types of the columns read from the database, in their order.
CLAIM_SCHEMA: dict[str, Any] = {name: dtype for name, (_, dtype) in _COLUMNS.items()}
Read = Callable[..., pl.DataFrame]
_DAYS = {"employee_no": pl.String, "starts_on": pl.Date, "ends_on": pl.Date}


def shape_claims(frame: pl.DataFrame, *, read: Read, zone: str | None = None) -> pl.DataFrame:
    """Empty texts become null and the personnel columns are added."""
    texts = [
        pl.col(name).replace("", None)
        for name, dtype in CLAIM_SCHEMA.items()
        if dtype == pl.String and name in frame.columns
    ]
    frame = frame.with_columns(texts)
    local = pl.col("transacted_at").dt.convert_time_zone(zone or settings.TIME_ZONE)
    keys = frame.select(
        "employee_no",
        "has_time",
        pl.int_range(pl.len()).alias("row"),
        local.dt.date().alias("on"),
        local.dt.hour().alias("hour"),
    )
    return frame.with_columns(
        _on_leave(keys, read).alias("on_leave"),
        _on_trip(keys, read).alias("on_trip"),
        _has_overtime(keys, read).alias("has_overtime"),
    )


def _on_leave(keys: pl.DataFrame, read: Read) -> pl.Series:
    """On a whole day of absence, or, where the time is known, in the absent half of the day (halves meet at 13:00)."""
    sql = "SELECT employee_no, starts_on, ends_on, half FROM fraud_absence"
    spans = read(sql, schema={**_DAYS, "half": pl.String})
    in_half = (
        pl.when(pl.col("half") == "")
        .then(True)
        .when(~pl.col("has_time"))
        .then(False)
        .when(pl.col("half") == "am")
        .then(pl.col("hour") < 13)
        .otherwise(pl.col("hour") >= 13)
    )
    return _covered(keys, spans, in_half)


def _on_trip(keys: pl.DataFrame, read: Read) -> pl.Series:
    return _covered(
        keys, read("SELECT employee_no, starts_on, ends_on FROM fraud_trip", schema=_DAYS), pl.lit(True)
    )


def _has_overtime(keys: pl.DataFrame, read: Read) -> pl.Series:
    """Approved for that day; before 06:00 the evening before counts."""
    sql = 'SELECT employee_no, "on" AS starts_on, "on" AS ends_on FROM fraud_overtimeapproval'
    spans = read(sql, schema=_DAYS)
    late = pl.col("has_time") & (pl.col("hour") < 6)
    evening = keys.with_columns(
        pl.when(late).then(pl.col("on").dt.offset_by("-1d")).otherwise(pl.col("on")).alias("on")
    )
    return _covered(keys, spans, pl.lit(True)) | _covered(evening, spans, pl.lit(True))


def _covered(keys: pl.DataFrame, spans: pl.DataFrame, condition: pl.Expr) -> pl.Series:
    """True for the rows whose (employee, day) a span contains; all null without spans: the feed is not delivered."""
    if spans.is_empty():
        return pl.repeat(None, keys.height, dtype=pl.Boolean, eager=True)
    days = spans.with_columns(pl.date_ranges("starts_on", "ends_on").alias("on")).explode("on")
    hits = keys.join(days, on=["employee_no", "on"], how="inner").filter(condition)
    return keys.get_column("row").is_in(hits.get_column("row").unique().to_list())
