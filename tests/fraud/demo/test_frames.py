"""The canonical frame of the demo company, for pure parts that need claims without a database."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from fraud.demo.frames import canonical_claims, known_labels, true_labels


def test_canonical_frame_has_one_row_per_claim_in_utc(company):
    frame = canonical_claims(company)
    assert frame.height == company.claims.height
    assert frame["claim_id"].to_list() == list(range(1, frame.height + 1))
    assert frame["transacted_at"].dtype == pl.Datetime("us", "UTC")
    local = datetime.fromisoformat(company.claims["transacted_at"][0])
    assert (local - frame["transacted_at"][0].replace(tzinfo=None)).total_seconds() == 9 * 3600
    assert frame["amount_minor"].to_list() == company.claims["amount"].to_list()
    for name in ("cardholder_id", "merchant_id", "department_id"):
        assert frame[name].null_count() == 0


def test_personnel_feeds_become_yes_no_columns_of_the_day(company):
    frame = canonical_claims(company).head(800)
    whole = company.absences.filter(pl.col("half") == "").iter_rows(named=True)
    spans = [(row["employee_no"], row["starts_on"], row["ends_on"]) for row in whole]
    overtime = set(company.overtime.select("employee_no", "on").iter_rows())
    for row, text in zip(frame.iter_rows(named=True), company.claims["transacted_at"], strict=False):
        day = datetime.fromisoformat(text).date()
        who = row["employee_no"]
        assert row["on_leave"] == any(n == who and a <= day <= b for n, a, b in spans)
        assert row["has_overtime"] == ((who, day) in overtime)


def test_labels_and_truth_follow_the_claims_order(company):
    frame, labels, truth = canonical_claims(company), known_labels(company), true_labels(company)
    assert labels.height == company.outcomes.height
    assert labels["known_at"].max() < datetime(2026, 4, 1, tzinfo=UTC)
    names = frame["external_id"].to_list()
    guilty = {names[i - 1] for i in labels.filter("is_misuse")["claim_id"]}
    assert guilty == set(company.outcomes.filter("is_misuse")["external_id"])
    assert {names[i] for i in truth.arg_true()} == set(company.truth["external_id"])
