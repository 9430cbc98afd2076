"""The full demo company, generated once: enough claims, in time, with the stated share of misuse."""

from __future__ import annotations

import time

import polars as pl
import pytest

from fraud.demo import SCHEME_CODES, SCHEMES, DemoCompany, generate_company
from tests.fraud.demo.test_company import moments

SECONDS_ALLOWED = 15


@pytest.fixture(scope="module")
def made() -> tuple[DemoCompany, float]:
    started = time.process_time()
    company = generate_company()
    return company, time.process_time() - started


def test_a_quarter_million_claims_come_within_seconds(made):
    company, seconds = made
    assert company.claims.height >= 250_000
    assert company.people.height == 2_000
    assert company.departments.height == 61
    assert company.merchants.height >= 4_000
    assert seconds < SECONDS_ALLOWED


def test_about_one_claim_in_a_hundred_is_misuse(made):
    company, _ = made
    assert 0.008 <= company.truth.height / company.claims.height <= 0.012
    counts = dict(company.truth.group_by("scheme").len().iter_rows())
    assert set(counts) == set(SCHEME_CODES)
    assert min(counts.values()) >= 12


def test_new_schemes_keep_to_the_last_three_months(made):
    company, _ = made
    both = company.claims.join(company.truth.select("external_id", "scheme"), on="external_id")
    novel = both.filter(pl.col("scheme").is_in([s.code for s in SCHEMES if s.is_novel]))
    assert novel.height >= 50
    wait = (pl.lit(company.options.end) - moments(novel, "transacted_at").dt.date()).alias("wait")
    assert novel.select(wait)["wait"].dt.total_days().max() <= 92


def test_a_tenth_of_the_verdicts_is_wrong_and_only_flagged_or_tipped_claims_have_one(made):
    company, _ = made
    outcomes = company.outcomes.join(
        company.truth.select("external_id", true="scheme"), on="external_id", how="left"
    )
    truth = pl.col("true").is_not_null()
    missed = outcomes.filter(truth)["is_misuse"].not_().mean()
    false = outcomes.filter(pl.col("is_misuse")).select(truth.not_().mean()).item()
    assert 0.05 < missed < 0.16
    assert 0.05 < false < 0.15
    assert outcomes.height < company.claims.height * 0.05
    assert outcomes["is_misuse"].sum() >= 300
    found = outcomes.filter(truth & pl.col("is_misuse")).height
    assert found < company.truth.height * 0.35  # most misuse is still unknown


def test_business_has_its_seasons(made):
    company, _ = made
    when = moments(company.claims, "transacted_at")
    weekday = when.dt.weekday()
    assert (weekday >= 6).mean() < 0.12
    lunch = when.dt.hour().is_between(11, 13).mean()
    assert lunch > 0.25
    by_month = company.claims.with_columns(month=when.dt.strftime("%Y-%m")).group_by("month").len()
    december = by_month.filter(pl.col("month") == "2025-12")["len"].item()
    assert december > by_month["len"].median()
