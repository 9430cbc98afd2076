"""The demo company's claims as the canonical frame, without a database: for benchmarks and tests of pure parts."""

from __future__ import annotations

import polars as pl

from fraud.demo.company import DemoCompany

ZONE = "Asia/Seoul"
_TIMES = ("transacted_at", "submitted_at", "claim_approved_at", "settled_at", "paid_at", "cancelled_at")
# fmt: off
_MONEY = {
    "amount": "amount_minor", "vat": "vat_minor", "vat_claimed": "vat_claimed_minor", "cancel_amount": "cancel_minor",
    "pre_approved_amount": "pre_approved_minor", "card_limit": "card_limit_minor",
}
# fmt: on


def _utc(name: str) -> pl.Expr:
    local = pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    return local.dt.replace_time_zone(ZONE, ambiguous="earliest").dt.convert_time_zone("UTC").alias(name)


def _code(name: str) -> pl.Expr:
    """Dense integer per distinct text, in order of first appearance."""
    return pl.col(name).rank("dense").cast(pl.Int64)


def _on_days(spans: pl.DataFrame, first: str, last: str) -> pl.DataFrame:
    """(employee_no, on) for every day of every span."""
    days = spans.select("employee_no", on=pl.date_ranges(first, last))
    return days.explode("on").unique()


def _joins(claims: pl.DataFrame, company: DemoCompany) -> pl.DataFrame:
    """The personnel feeds as yes/no columns of the claim's day."""
    whole = company.absences.filter(pl.col("half") == "")
    feeds = {
        "on_leave": _on_days(whole, "starts_on", "ends_on"),
        "on_trip": _on_days(company.trips, "starts_on", "ends_on"),
        "has_overtime": company.overtime.select("employee_no", "on").unique(),
    }
    claims = claims.with_columns(on=pl.col("transacted_at").dt.convert_time_zone(ZONE).dt.date())
    for name, feed in feeds.items():
        marked = feed.with_columns(pl.lit(True).alias(name))
        claims = claims.join(marked, on=["employee_no", "on"], how="left", maintain_order="left")
        claims = claims.with_columns(pl.col(name).fill_null(False))
    return claims.drop("on")


def canonical_claims(company: DemoCompany) -> pl.DataFrame:
    """All claims, one row each in order of delivery, `claim_id` = 1 … n; KRW, so minor units are won."""
    staff = company.people.drop("approver_no", "manager_no", "email", "department_code").rename(
        {"name": "cardholder_name"}
    )
    claims = company.claims.join(staff, on="employee_no", how="left", maintain_order="left")
    numbers = {number: index for index, number in enumerate(company.people["employee_no"], start=1)}
    claims = claims.with_columns(
        *[_utc(name) for name in _TIMES],
        claim_id=pl.int_range(1, claims.height + 1, dtype=pl.Int64),
        cardholder_id=pl.col("employee_no").replace_strict(numbers, return_dtype=pl.Int64),
        approver_id=pl.col("approver_no").replace_strict(numbers, default=None, return_dtype=pl.Int64),
        department_id=_code("department_code"),
        merchant_id=pl.coalesce("brn", pl.col("merchant_name").str.replace_all(" ", "", literal=True))
        .rank("dense")
        .cast(pl.Int64),
        has_time=pl.lit(True),
        card_token=pl.col("card_number"),
        card_last4=pl.col("card_number").str.slice(-4),
    )
    return _joins(claims.rename(_MONEY).drop("delivered_on", "card_number"), company)


def known_labels(company: DemoCompany) -> pl.DataFrame:
    """The simulated outcomes as a labels frame: claim_id, is_misuse, known_at (UTC), weight."""
    ids = company.claims.select("external_id", claim_id=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    labels = company.outcomes.join(ids, on="external_id", how="left", maintain_order="left")
    return labels.select("claim_id", "is_misuse", _utc("known_at"), weight=pl.lit(1.0))


def true_labels(company: DemoCompany) -> pl.Series:
    """Whether each claim is misuse in truth, in the order of `canonical_claims`; for tests and benchmarks only."""
    return company.claims["external_id"].is_in(company.truth["external_id"].implode())
