"""The canonical claim frame: which stored column each of its columns comes from, and the personnel joins."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

import polars as pl
from django.conf import settings

from fraud.company.business_dates import business_date
from fraud.company.calendar import NIGHT_ENDS_HOUR
from rules.money import MoneyNotValid, to_minor

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
    "original_currency",
    "purpose_code",
    "purpose_text",
    "account_code",
    "project_code",
    "pre_approval_id",
    "evidence_type",
    "receipt_id",
    "attendees",  # JSON, as the file told them
]
_CLAIM_TIMES = ("transacted_at", "submitted_at", "claim_approved_at", "settled_at", "paid_at", "cancelled_at")
_CLAIM_NUMBERS = [
    "amount_minor",
    "original_minor",
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
#: Columns that a personnel feed says of a claim's day, and what its own number of an approval says.
PERSONNEL = ("on_leave", "on_trip", "has_overtime", "has_vehicle", "is_outside_pre_approval")
#: Columns that the receipts of a claim say; absent while nobody has handed in any.
RECEIPTS: dict[str, Any] = {
    "receipt_amount": pl.Int64,
    "receipt_date": pl.Date,
    "receipt_brn": pl.String,
    "receipt_items": pl.String,
    "receipt_no": pl.Int64,
    "receipt_is_edited": pl.Boolean,
    "receipt_sha256": pl.String,
    "receipt_picture_hash": pl.String,
    "receipt_n_same": pl.Int64,
    "receipt_n_alike": pl.Int64,
}
_DAY_MINUTES = 24 * 60
_NOON_MINUTES = 13 * 60  # where halves of a day of leave meet
Read = Callable[..., pl.DataFrame]
_DAYS = {"employee_no": pl.String, "starts_on": pl.Date, "ends_on": pl.Date}
_APPROVALS: dict[str, Any] = {
    "approval_no": pl.String,
    "approved_no": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "approved": pl.String,
    "approved_in": pl.String,
}


def shape_claims(
    frame: pl.DataFrame, wanted: Collection[str] = PERSONNEL, *, read: Read, zone: str | None = None
) -> pl.DataFrame:
    """Empty texts become null and the personnel columns are added, if any of them is wanted.

    `read(table, columns=, schema=)` gives what was known of a personnel table; `columns` is SQL.
    """
    texts = [
        pl.col(name).replace("", None)
        for name, dtype in CLAIM_SCHEMA.items()
        if dtype == pl.String and frame.schema.get(name) == pl.String
    ]
    frame = frame.with_columns(texts)
    if not set(PERSONNEL) & set(wanted):
        return frame
    local = pl.col("transacted_at").dt.convert_time_zone(zone or settings.TIME_ZONE)
    at_night = pl.col("has_time") & (local.dt.hour() < NIGHT_ENDS_HOUR)
    minute = local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute().cast(pl.Int32)
    keys = frame.select(
        "employee_no",
        "has_time",
        pl.int_range(pl.len()).alias("row"),
        business_date(zone or settings.TIME_ZONE, pl.col("has_time")).alias("on"),
        # on the clock of the business date, where 00:30 of the night after is 24:30
        pl.when(at_night).then(minute + _DAY_MINUTES).otherwise(minute).alias("minute"),
    )
    return frame.with_columns(
        _on_leave(keys, read).alias("on_leave"),
        _on_trip(keys, read).alias("on_trip"),
        _has_overtime(keys, read).alias("has_overtime"),
        _has_vehicle(keys, read).alias("has_vehicle"),
        *_approved(frame, keys, read),
    )


def _on_leave(keys: pl.DataFrame, read: Read) -> pl.Series:
    """On a whole day of absence, or, where the time is known, in the absent half of the day (halves meet at 13:00)."""
    spans = read(
        "fraud_absence", columns="employee_no, starts_on, ends_on, half", schema={**_DAYS, "half": pl.String}
    )
    in_half = (
        pl.when(pl.col("half") == "")
        .then(True)
        .when(~pl.col("has_time"))
        .then(False)
        .when(pl.col("half") == "am")
        .then(pl.col("minute") < _NOON_MINUTES)
        .otherwise(pl.col("minute") >= _NOON_MINUTES)
    )
    return _covered(keys, spans, in_half)


def _on_trip(keys: pl.DataFrame, read: Read) -> pl.Series:
    spans = read("fraud_trip", columns="employee_no, starts_on, ends_on", schema=_DAYS)
    return _covered(keys, spans, pl.lit(True))


def _has_overtime(keys: pl.DataFrame, read: Read) -> pl.Series:
    """Approved for that business date, from and until its times where they are given; without a time of day only by date.

    An end before the morning is one of the night after.
    """
    columns = 'employee_no, "on" AS starts_on, "on" AS ends_on, CAST(since AS text) AS since, CAST(until AS text) AS until'
    spans = read(
        "fraud_overtimeapproval", columns=columns, schema={**_DAYS, "since": pl.String, "until": pl.String}
    )
    since, until = (_minutes(spans[name]) for name in ("since", "until"))
    spans = spans.with_columns(since=since, until=until)
    inside = (pl.col("minute") >= pl.col("since")).fill_null(True)
    inside &= (pl.col("minute") <= pl.col("until")).fill_null(True)
    return _covered(keys, spans, ~pl.col("has_time") | inside)


def _has_vehicle(keys: pl.DataFrame, read: Read) -> pl.Series:
    """A car was the employee's that day; one without a last day still is."""
    spans = read("fraud_vehicle", columns="employee_no, starts_on, ends_on", schema=_DAYS)
    if spans.is_empty():
        return pl.repeat(None, keys.height, dtype=pl.Boolean, eager=True)
    inside = (pl.col("on") >= pl.col("starts_on")) & (pl.col("on") <= pl.col("ends_on")).fill_null(True)
    hits = keys.join(spans, on="employee_no").filter(inside)
    return keys.get_column("row").is_in(hits.get_column("row").unique().to_list())


def _approved(frame: pl.DataFrame, keys: pl.DataFrame, read: Read) -> list[pl.Series]:
    """`pre_approved_minor`, from an approval that holds where the claim does not say it, and `is_outside_pre_approval`.

    The latter is true for a number that nobody approved, or approved for somebody else or for other days; null without a number.
    """
    spans = read(
        "fraud_preapproval",
        columns="approval_no, employee_no AS approved_no, starts_on, ends_on, amount AS approved, currency AS approved_in",
        schema=_APPROVALS,
    )
    if spans.is_empty() or "pre_approval_id" not in frame.columns:
        nobody = pl.repeat(None, frame.height, dtype=pl.Boolean, eager=True)
        return [nobody.alias("is_outside_pre_approval")]
    spans = spans.with_columns(approved=_minor(spans["approved"], spans["approved_in"]))
    asked = frame.select("pre_approval_id", "currency", "pre_approved_minor").hstack(
        keys.select("employee_no", "on")
    )
    told = asked.join(
        spans, left_on="pre_approval_id", right_on="approval_no", how="left", maintain_order="left"
    )
    holds = (pl.col("approved_no") == pl.col("employee_no")) & pl.col("on").is_between("starts_on", "ends_on")
    same_money = pl.col("approved_in").is_in(["", None]) | (pl.col("approved_in") == pl.col("currency"))
    outside = pl.when(pl.col("pre_approval_id").is_not_null()).then(~holds.fill_null(False))
    found = told.select(
        pl.coalesce("pre_approved_minor", pl.when(same_money & holds).then("approved")).alias(
            "pre_approved_minor"
        ),
        outside.alias("is_outside_pre_approval"),
    )
    return found.get_columns()


def _minor(amounts: pl.Series, currencies: pl.Series) -> pl.Series:
    """Plain decimals as minor units; null where there is none, or more decimals than the currency has."""
    return pl.Series(
        "approved", [_one_minor(a, c) for a, c in zip(amounts, currencies, strict=True)], dtype=pl.Int64
    )


def _one_minor(amount: str | None, currency: str | None) -> int | None:
    try:
        return to_minor(Decimal(amount), currency) if amount and currency else None
    except MoneyNotValid:
        return None


def _minutes(times: pl.Series) -> pl.Series:
    """Times (HH:MM…) as minutes of a business date; before the night's end they belong to the night after."""
    hour, rest = (times.str.slice(at, 2).cast(pl.Int32) for at in (0, 3))
    minute = hour * 60 + rest
    return minute + (minute < NIGHT_ENDS_HOUR * 60).cast(pl.Int32) * _DAY_MINUTES


def _covered(keys: pl.DataFrame, spans: pl.DataFrame, condition: pl.Expr) -> pl.Series:
    """True for the rows whose (employee, day) a span contains; all null without spans: the feed is not delivered."""
    if spans.is_empty():
        return pl.repeat(None, keys.height, dtype=pl.Boolean, eager=True)
    days = spans.with_columns(pl.date_ranges("starts_on", "ends_on").alias("on")).explode("on")
    hits = keys.join(days, on=["employee_no", "on"], how="inner").filter(condition)
    return keys.get_column("row").is_in(hits.get_column("row").unique().to_list())
