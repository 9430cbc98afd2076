"""A demo company loaded in bulk: the claims as an import would have stored them, without parsing files."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.db import transaction

from fraud.claims.bulk import read_frame, write_rows
from fraud.demo.company import DemoCompany
from fraud.demo.frames import canonical_claims

ZONE = ZoneInfo("Asia/Seoul")
# fmt: off
_TEXTS = (
    "claim_no", "approver_no", "card_token", "card_last4", "card_kind", "card_status", "authorization_code",
    "entry_mode", "country", "purpose_code", "purpose_text", "account_code", "project_code", "pre_approval_id",
    "evidence_type", "receipt_id", "merchant_name", "txn_type", "currency", "external_id",
)
# fmt: on
# fmt: off
_NUMBERS = (
    "amount_minor", "cancel_minor", "vat_minor", "vat_claimed_minor", "service_minor", "pre_approved_minor",
    "card_limit_minor", "installments", "n_attendees",
)
# fmt: on
_TIMES = ("transacted_at", "submitted_at", "claim_approved_at", "settled_at", "paid_at", "cancelled_at")


def load_company(company: DemoCompany) -> pl.DataFrame:
    """Store people, places, feeds and claims; each claim is received at 22:00 of its day of delivery.

    Returns `claim_id, external_id, received_at, is_misuse (truth), scheme` in the order of the company's claims.
    """
    frame = canonical_claims(company).with_columns(company.claims["delivered_on"])
    with transaction.atomic():
        _load_people(company)
        places = _load_merchants(frame)
        _load_feeds(company)
        _load_claims(frame, places)
    ids = read_frame(
        "SELECT id AS claim_id, external_id, received_at FROM fraud_claim",
        schema={"claim_id": pl.Int64, "external_id": pl.String, "received_at": pl.Datetime("us", "UTC")},
    )
    truth = company.truth.select("external_id", "scheme", is_misuse=pl.lit(True))
    known = company.claims.select("external_id").join(ids, on="external_id", maintain_order="left")
    return known.join(truth, on="external_id", how="left", maintain_order="left").with_columns(
        pl.col("is_misuse").fill_null(False)
    )


def night_of(day: Any) -> datetime:
    """02:00 after a day, the moment its night begins."""
    return datetime.combine(day + timedelta(days=1), time(2), ZONE).astimezone(UTC)


def _load_people(company: DemoCompany) -> None:
    departments = company.departments.select(
        "code", "name", pl.lit("").alias("name_en"), pl.col("manager_no").fill_null("")
    )
    write_rows("fraud_department", departments.columns, departments)
    ids = _ids("fraud_department", "code", "department_id")
    people = company.people.join(
        ids, left_on="department_code", right_on="code", how="left", maintain_order="left"
    )
    rows = people.select(
        "employee_no",
        "name",
        "department_id",
        "grade",
        "job_family",
        pl.col("manager_no").fill_null(""),
        "workplace_region",
        "email",
        "hired_on",
        "left_on",
        pl.lit(False).alias("is_unassigned"),
    )
    write_rows("fraud_cardholder", rows.columns, rows)


def _load_merchants(frame: pl.DataFrame) -> pl.DataFrame:
    columns = ["brn", "mcc", "biz_type", "biz_item", "ceo_name", "region", "country", "tax_type"]
    first = frame.group_by("merchant_id", maintain_order=True).first()
    rows = first.select(
        pl.format("place-{}", pl.col("merchant_id")).alias("key"),
        pl.col("merchant_name").alias("name"),
        pl.lit("").alias("merchant_no"),
        pl.col("brn").str.replace_all("-", "", literal=True).fill_null(""),
        *[pl.col(name).fill_null("") for name in columns if name != "brn"],
        pl.col("merchant_status").fill_null("").alias("status"),
        pl.col("merchant_status_on").alias("status_on"),
        pl.col("merchant_opened_on").alias("opened_on"),
    )
    write_rows("fraud_merchant", rows.columns, rows)
    ids = _ids("fraud_merchant", "key", "place_id")
    return ids.select("place_id", merchant_id=pl.col("key").str.strip_prefix("place-").cast(pl.Int64))


def _load_feeds(company: DemoCompany) -> None:
    known = pl.lit(company.claims["delivered_on"].min()).cast(pl.Datetime("us", "UTC")).alias("received_at")
    absences = company.absences.with_columns(pl.col("half").fill_null(""), known)
    write_rows("fraud_absence", absences.columns, absences)
    trips = company.trips.with_columns(pl.col("region").fill_null(""), pl.col("country").fill_null(""), known)
    write_rows("fraud_trip", trips.columns, trips)
    write_rows(
        "fraud_overtimeapproval", ["employee_no", "on", "received_at"], company.overtime.with_columns(known)
    )
    holidays = company.holidays.with_columns(pl.lit("").alias("name_en"), known.alias("added_at"))
    write_rows("fraud_companyholiday", ["on", "name", "name_en", "kind", "added_at"], holidays)


def _load_claims(frame: pl.DataFrame, places: pl.DataFrame) -> None:
    people = _ids("fraud_cardholder", "employee_no", "person_id")
    frame = frame.join(people, on="employee_no", how="left", maintain_order="left")
    frame = frame.join(places, on="merchant_id", how="left", maintain_order="left")
    received = (
        pl.col("delivered_on").cast(pl.Datetime("us")).dt.offset_by("22h").dt.replace_time_zone("Asia/Seoul")
    )
    there = set(frame.columns)
    rows = frame.select(
        pl.lit("default").alias("source_system"),
        pl.lit(1).alias("version"),
        pl.col("external_id").alias("row_hash"),
        pl.int_range(1, pl.len() + 1).alias("line"),
        received.dt.convert_time_zone("UTC").alias("received_at"),
        received.dt.convert_time_zone("UTC").alias("first_received_at"),
        pl.lit(False).alias("is_history"),
        pl.col("person_id").alias("cardholder_id"),
        pl.col("place_id").alias("merchant_id"),
        pl.lit("").alias("original_currency"),
        pl.col("trip_id").fill_null("").alias("trip_no"),
        "has_time",
        "is_recurring",
        *[pl.col(name).fill_null("") for name in _TEXTS if name in there],
        *[pl.col(name) for name in (*_NUMBERS, *_TIMES) if name in there],
    )
    write_rows("fraud_claim", rows.columns, rows)


def _ids(table: str, key: str, name: str) -> pl.DataFrame:
    return read_frame(f"SELECT id AS {name}, {key} FROM {table}", schema={name: pl.Int64, key: pl.String})
