"""The demo company holds together: sizes, links, dates, identifiers, and no personal numbers in any text."""

from __future__ import annotations

import re
from datetime import date, datetime

import holidays
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from fraud.demo import SCHEMES, DemoOptionsNotValid, generate_company
from tests.fraud.demo.conftest import SMALL

FRAMES = (
    "departments",
    "people",
    "merchants",
    "claims",
    "absences",
    "trips",
    "overtime",
    "holidays",
    "outcomes",
    "truth",
)


def luhn_holds(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def brn_holds(number: str) -> bool:
    digits = [int(c) for c in number.replace("-", "")]
    total = (
        sum(d * w for d, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=False)) + digits[8] * 5 // 10
    )
    return len(digits) == 10 and (total + digits[9]) % 10 == 0


def moments(frame: pl.DataFrame, name: str) -> pl.Series:
    return frame[name].str.to_datetime("%Y-%m-%d %H:%M:%S")


def test_the_same_seed_gives_the_same_company_and_another_seed_another(company):
    again = generate_company(seed=3, **SMALL)
    for name in FRAMES:
        assert_frame_equal(getattr(company, name), getattr(again, name))
    assert not generate_company(seed=4, **SMALL).claims.head(50).equals(company.claims.head(50))


def test_sizes_follow_the_options(company):
    assert company.people.height == 60
    assert company.claims.height >= SMALL["claims_target"]
    first, last = datetime(2026, 1, 1), datetime(2026, 4, 1)
    assert moments(company.claims, "transacted_at").is_between(first, last).all()
    assert company.claims["delivered_on"].max() <= date(2026, 3, 31)


@pytest.mark.parametrize(
    "wrong",
    [{"employees": 3}, {"months": 1}, {"claims_target": 10}, {"misuse_rate": 0.0}, {"misuse_rate": 0.5}],
)
def test_options_that_cannot_be_built_are_refused_with_what_would_be_right(wrong):
    with pytest.raises(DemoOptionsNotValid, match=r"at least|covers|above"):
        generate_company(**{**SMALL, **wrong})


def test_identifiers_are_unique(company):
    assert company.claims["external_id"].is_unique().all()
    assert company.people["employee_no"].is_unique().all()
    assert company.trips["trip_no"].is_unique().all()
    assert company.merchants["brn"].drop_nulls().is_unique().all()
    assert company.overtime.select("employee_no", "on").is_unique().all()
    assert company.absences.select("employee_no", "kind", "starts_on", "half").is_unique().all()


def test_business_numbers_carry_a_valid_check_digit(company):
    numbers = company.merchants["brn"].drop_nulls().to_list()
    assert len(numbers) > 1000
    assert all(brn_holds(number) for number in numbers)


def test_no_text_holds_a_card_number_or_a_resident_number(company):
    for frame in (company.claims, company.people, company.merchants):
        for name in frame.columns:
            if frame[name].dtype != pl.Utf8:
                continue
            for text in frame[name].drop_nulls().unique():
                assert not re.search(r"\d{6}-?[1-8]\d{6}", text), f"{name}: {text}"
                assert not any(luhn_holds(run) for run in re.findall(r"\d{13,19}", text)), f"{name}: {text}"


def test_money_back_points_at_the_purchase_it_undoes(company):
    claims = company.claims
    back = claims.filter(pl.col("txn_type") != "purchase")
    assert back.height >= 10
    assert (back["amount"] < 0).all()
    pairs = back.join(claims, left_on="original_external_id", right_on="external_id", suffix="_bought")
    assert pairs.height == back.height
    assert (pairs["employee_no"] == pairs["employee_no_bought"]).all()
    assert (pairs["authorization_code"] == pairs["authorization_code_bought"]).all()
    assert (pairs["cancel_amount_bought"] == -pairs["amount"]).all()
    assert (pairs["transacted_at"] >= pairs["transacted_at_bought"]).all()
    partial = pairs.filter(pl.col("txn_type") == "partial_cancel")
    assert (-partial["amount"] < partial["amount_bought"]).all()
    assert claims.filter(pl.col("amount") <= 0).filter(pl.col("txn_type") == "purchase").is_empty()


def test_nobody_pays_before_being_hired_and_after_leaving_only_the_scheme_does(company):
    claims = company.claims.join(company.people, on="employee_no").join(
        company.truth.select("external_id", "scheme"), on="external_id", how="left"
    )
    day = moments(claims, "transacted_at").dt.date()
    assert (day >= claims["hired_on"]).all()
    # A night out may end after midnight of the last day.
    late = claims.filter((day - claims["left_on"]).dt.total_days() > 1)
    assert late.height >= 1
    assert set(late["scheme"]) == {"ex_employee_card"}


def test_claims_follow_their_course(company):
    claims = company.claims
    both = claims.drop_nulls(["submitted_at", "claim_approved_at"])
    assert (both["submitted_at"] > both["transacted_at"]).all()
    assert (both["claim_approved_at"] > both["submitted_at"]).all()
    assert (both["delivered_on"] == moments(both, "claim_approved_at").dt.date()).all()
    paid = claims.drop_nulls("paid_at")
    assert (paid["paid_at"] > paid["claim_approved_at"]).all()
    assert 0 < claims["submitted_at"].null_count() < claims.height * 0.05


def test_merchants_open_before_their_first_sale(company):
    claims = company.claims.drop_nulls("merchant_opened_on")
    assert (moments(claims, "transacted_at").dt.date() >= claims["merchant_opened_on"]).all()


def test_foreign_claims_carry_their_currency_and_agree_with_a_plausible_rate(company):
    abroad = company.claims.filter(pl.col("country") != "KR")
    assert abroad.height >= 3
    assert set(abroad["original_currency"]) <= {"USD", "JPY"}
    assert company.claims.filter(pl.col("country") == "KR")["original_amount"].null_count() == (
        company.claims.height - abroad.height
    )
    rate = abroad["amount"] / abroad["original_amount"].cast(pl.Float64)
    dollars = rate.filter(abroad["original_currency"] == "USD")
    assert dollars.is_between(1_100, 1_700).all()
    assert rate.filter(abroad["original_currency"] == "JPY").is_between(7, 12).all()


def test_department_tree_is_closed_and_every_superior_exists(company):
    codes = set(company.departments["code"])
    assert set(company.departments["parent_code"].drop_nulls()) <= codes
    assert company.departments["parent_code"].null_count() == 1
    numbers = set(company.people["employee_no"])
    assert set(company.people["manager_no"].drop_nulls()) <= numbers
    assert set(company.claims["approver_no"].drop_nulls()) <= numbers
    assert company.claims.filter(pl.col("approver_no") == pl.col("employee_no")).is_empty()
    assert set(company.people["department_code"]) <= codes


def test_trips_absences_and_overtime_lie_within_the_period_and_apart(company):
    assert (company.trips["ends_on"] >= company.trips["starts_on"]).all()
    assert (company.absences["ends_on"] >= company.absences["starts_on"]).all()
    meets = company.trips.join(company.absences, on="employee_no").filter(
        (pl.col("starts_on") <= pl.col("ends_on_right")) & (pl.col("starts_on_right") <= pl.col("ends_on"))
    )
    assert meets.is_empty()
    assert set(company.claims["trip_id"].drop_nulls()) <= set(company.trips["trip_no"])


def test_holidays_are_those_of_the_calendar(company):
    table = holidays.country_holidays("KR", years=2026)
    expected = {day for day in table if date(2026, 1, 1) <= day <= date(2026, 3, 31)}
    assert set(company.holidays["on"]) == expected
    assert "substitute" in company.holidays["kind"].to_list()  # 2 March 2026 stands in for 1 March, a Sunday


def test_some_fields_are_missing_as_in_life(company):
    for name in ("mcc", "brn", "purpose_text", "region", "receipt_id", "vat"):
        assert 0 < company.claims[name].null_count() < company.claims.height
    assert company.claims["amount"].null_count() == 0


def test_claim_file_knows_nothing_of_later_days(company):
    night = date(2026, 3, 31)
    history = company.claim_file(None, date(2026, 3, 30))
    tonight = company.claim_file(date(2026, 3, 30), night)
    new = set(tonight["external_id"]) - set(history["external_id"])
    delivered = company.claims.filter(pl.col("delivered_on") == night)
    assert new == set(delivered["external_id"])
    assert len(new) >= 10
    for frame, later in ((history, "2026-03-31"), (tonight, "2026-04-01")):
        for name in ("paid_at", "cancelled_at", "transacted_at"):
            assert frame.filter(pl.col(name) >= later).is_empty()
    again = tonight.filter(~pl.col("external_id").is_in(list(new)))
    assert again["cancelled_at"].str.starts_with("2026-03-31").all()
    assert not {"delivered_on", "scheme", "incident"} & set(tonight.columns)


def test_truth_stands_apart_and_nothing_in_the_claims_tells_it(company):
    assert not {"scheme", "incident", "is_misuse"} & set(company.claims.columns)
    assert set(company.truth["scheme"]) == {scheme.code for scheme in SCHEMES}


def test_cards_are_masked_and_each_belongs_to_one_person(company):
    cards = company.claims.select("card_number", "employee_no").unique()
    assert cards["card_number"].is_unique().all()
    assert cards["card_number"].str.contains(r"^9410-\d\d\*\*-\*{4}-\d{4}$").all()
