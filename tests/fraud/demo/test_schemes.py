"""Every scheme occurs, looks as it should, and is surrounded by innocent look-alikes."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from fraud.claims.outcomes.words import SCHEME_WORDS
from fraud.demo import SCHEMES
from tests.fraud.demo.test_company import moments

LIMIT = 500_000


@pytest.fixture(scope="module")
def misuse(company) -> pl.DataFrame:
    """Misuse claims with their scheme and incident."""
    return company.claims.join(company.truth.drop("amount"), on="external_id")


def of(frame: pl.DataFrame, scheme: str) -> pl.DataFrame:
    return frame.filter(pl.col("scheme") == scheme)


def test_at_least_fourteen_schemes_and_two_of_them_new():
    assert len(SCHEMES) >= 14
    assert sum(scheme.is_novel for scheme in SCHEMES) == 2
    assert len({scheme.code for scheme in SCHEMES}) == len(SCHEMES)


def test_the_company_calls_every_scheme_by_a_word_that_outcomes_know():
    assert {scheme.known_as for scheme in SCHEMES} <= set(SCHEME_WORDS)


def test_every_scheme_is_present(company):
    assert set(company.truth["scheme"]) == {scheme.code for scheme in SCHEMES}
    assert company.truth["external_id"].is_unique().all()
    amounts = company.truth.join(company.claims, on="external_id")
    assert (amounts["amount"] == amounts["amount_right"]).all()
    assert (amounts["amount"] > 0).all()


def test_new_schemes_appear_in_the_last_quarter_only(company, misuse):
    start = company.options.end - timedelta(days=company.options.n_days // 4)
    for scheme in SCHEMES:
        first = moments(of(misuse, scheme.code), "transacted_at").min().date()
        if scheme.is_novel:
            assert first > start
    known = misuse.filter(~pl.col("scheme").is_in([s.code for s in SCHEMES if s.is_novel]))
    assert moments(known, "transacted_at").min().date() < start


def test_split_payments_stay_below_the_limit_each_and_exceed_it_together(misuse):
    parts = of(misuse, "split_payment")
    assert (parts["amount"] < LIMIT).all()
    whole = parts.group_by("incident").agg(
        pl.col("amount").sum(), pl.len(), pl.col("card_number").n_unique().alias("cards")
    )
    complete = whole.filter(pl.col("len") >= 2)
    assert complete.height >= 1
    assert (complete["amount"] > LIMIT).mean() > 0.8  # a part may be cut off at the end of the period
    assert (whole["cards"] == 1).all()


def test_near_limit_amounts_lie_just_below_it(misuse):
    assert of(misuse, "near_limit")["amount"].is_between(0.9 * LIMIT, LIMIT, closed="left").all()


def test_late_entertainment_has_no_overtime_approval(company, misuse):
    late = of(misuse, "late_entertainment").with_columns(
        on=moments(of(misuse, "late_entertainment"), "transacted_at").dt.offset_by("-8h").dt.date()
    )
    assert late.join(company.overtime, on=["employee_no", "on"]).is_empty()


def test_leave_scheme_lies_within_absences(company, misuse):
    used = of(misuse, "use_on_leave")
    used = used.with_columns(on=moments(used, "transacted_at").dt.date())
    held = used.join(company.absences, on="employee_no").filter(
        pl.col("on").is_between("starts_on", pl.col("ends_on") + pl.duration(days=1))
    )
    assert set(held["external_id"]) == set(used["external_id"])


def test_duplicates_repeat_an_innocent_claim(company, misuse):
    copies = of(misuse, "duplicate_claim")
    pairs = copies.join(company.claims, on=["amount", "card_kind"], suffix="_first").filter(
        (pl.col("external_id") != pl.col("external_id_first"))
        & (pl.col("transacted_at").str.slice(0, 10) == pl.col("transacted_at_first").str.slice(0, 10))
    )
    assert pairs["external_id"].n_unique() >= copies["external_id"].n_unique() * 0.8
    assert (pairs["claim_no"] != pairs["claim_no_first"]).mean() > 0.8
    twice = pairs.filter(pl.col("authorization_code") == pl.col("authorization_code_first"))
    assert 0 < twice["external_id"].n_unique() < copies["external_id"].n_unique()


def test_own_merchants_bear_the_family_name_of_their_customer(company, misuse):
    own = of(misuse, "employee_owned_merchant").join(company.people, on="employee_no").drop_nulls("ceo_name")
    assert own.height >= 1
    assert (own["ceo_name"].str.slice(0, 1) == own["name"].str.slice(0, 1)).all()


def test_kept_refunds_are_cancelled_after_payment_and_no_money_comes_back(company, misuse):
    kept = of(misuse, "refund_kept")
    returned = set(company.claims["original_external_id"].drop_nulls())
    assert not returned & set(kept["external_id"])
    both = kept.drop_nulls(["paid_at", "cancelled_at"])
    assert both.height >= 1
    assert (both["cancelled_at"] > both["paid_at"]).mean() > 0.9


def test_colluding_approver_needs_seconds(misuse):
    pair = of(misuse, "colluding_approver").drop_nulls("claim_approved_at")
    seconds = (moments(pair, "claim_approved_at") - moments(pair, "submitted_at")).dt.total_seconds()
    assert (seconds < 10).all()


def test_family_meals_fall_on_free_days(company, misuse):
    meals = of(misuse, "weekend_family_meal")
    day = moments(meals, "transacted_at").dt.date()
    free = (day.dt.weekday() >= 6) | day.is_in(company.holidays["on"].to_list())
    assert free.all()


def test_invented_vendors_are_only_weeks_old(misuse):
    ghosts = of(misuse, "ghost_vendor").drop_nulls("merchant_opened_on")
    age = (moments(ghosts, "transacted_at").dt.date() - ghosts["merchant_opened_on"]).dt.total_days()
    assert (age < 150).all()
    assert ghosts["employee_no"].n_unique() >= 1


def test_recharge_is_preceded_by_a_cancellation_minutes_before(company, misuse):
    paid = of(misuse, "cancel_and_recharge")
    cancelled = paid.drop_nulls("cancelled_at")
    minutes = (moments(cancelled, "cancelled_at") - moments(cancelled, "transacted_at")).dt.total_minutes()
    assert cancelled.height >= 1
    assert (minutes <= 10).all()
    back = company.claims.filter(pl.col("original_external_id").is_in(cancelled["external_id"].to_list()))
    assert back.height == cancelled.height


def test_serial_offenders_do_most_of_it(company, misuse):
    counts = misuse.group_by("employee_no").len().sort("len", descending=True)
    assert counts.head(max(1, counts.height // 3))["len"].sum() > misuse.height * 0.4


def test_innocent_lookalikes_surround_the_misuse(company):
    innocent = company.claims.join(company.truth, on="external_id", how="anti")
    day = moments(innocent, "transacted_at")
    night = innocent.filter((day.dt.hour() >= 23) | (day.dt.hour() < 5))
    assert night.height >= 10
    assert innocent.filter(pl.col("mcc") == "5947").height >= 2
    assert innocent.filter(pl.col("purpose_text") == "카드 한도 초과로 나누어 결제").height >= 2
    near = innocent.filter(
        (pl.col("purpose_code") == "entertainment") & pl.col("amount").is_between(450_000, LIMIT)
    )
    assert near.height >= 3
    absent = innocent.with_columns(on=day.dt.date()).join(
        company.absences.filter(pl.col("half") == ""), on="employee_no"
    )
    assert absent.filter(pl.col("on").is_between("starts_on", "ends_on")).height >= 3


def test_outcomes_are_marked_as_simulated_late_and_sometimes_wrong(company):
    outcomes = company.outcomes
    assert set(outcomes["source"]) == {"simulated_history"}
    assert outcomes["external_id"].is_unique().all()
    assert outcomes["selection_probability"].is_between(0, 1, closed="right").all()
    both = outcomes.join(company.claims, on="external_id")
    wait = (moments(both, "known_at") - both["delivered_on"].cast(pl.Datetime)).dt.total_days()
    assert wait.is_between(7, 42).all()
    assert moments(both, "known_at").max().date() <= date(2026, 3, 31)
    assert both.filter(pl.col("channel") == "rule_filter").height > 30
    guilty = outcomes.filter("is_misuse")
    assert set(guilty["disposition"]) <= {"confirmed_misuse", "personal_use_repaid"}
    assert set(outcomes.filter(~pl.col("is_misuse"))["disposition"]) == {"legitimate"}
    assert (guilty["scheme"] != "").all()
