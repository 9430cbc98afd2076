"""What a claim says of its guests, its original currency and its first digit."""

from __future__ import annotations

import json

import polars as pl

from fraud.detection.features.contents import CONTENTS, absent_contents, content_columns


def contents(**columns: list[object]) -> pl.DataFrame:
    frame = pl.DataFrame(columns, strict=False)
    return pl.DataFrame(content_columns(frame))


def test_original_amount_is_in_its_own_units_and_the_rate_is_billed_per_unit() -> None:
    told = contents(
        amount_minor=[140_000, 9_500, 100],
        currency=["KRW", "KRW", "KRW"],
        original_minor=[10_000, 1_000, None],
        original_currency=["USD", "JPY", None],
    )
    assert told["original_amount"].to_list() == [100.0, 1000.0, None]
    assert told["fx_rate"].to_list() == [1400.0, 9.5, None]


def test_rate_of_nothing_and_of_an_unknown_currency_is_missing() -> None:
    told = contents(
        amount_minor=[100, 100],
        currency=["KRW", "KRW"],
        original_minor=[0, 5],
        original_currency=["USD", "???"],
    )
    assert told["fx_rate"].to_list() == [None, None]


def test_same_guests_in_another_order_are_the_same_text() -> None:
    one = [{"name": "김철수", "org": "서울시청", "org_type": "public"}, {"name": "Lee", "employee_no": "E1"}]
    told = contents(amount_minor=[1, 2, 3, 4], attendees=[json.dumps(one), json.dumps(one[::-1]), None, "[]"])
    assert told["attendee_names"].to_list() == ["Lee, 김철수", "Lee, 김철수", None, None]
    assert told["attendee_org_types"].to_list() == ["public", "public", None, None]
    assert told["n_external_attendees"].to_list() == [1, 1, None, None]


def test_damaged_list_of_guests_is_missing() -> None:
    told = contents(amount_minor=[1, 2, 3], attendees=["{", '{"name": "x"}', '["x"]'])
    assert told["attendee_names"].to_list() == [None, None, None]


def test_first_digit_is_that_of_the_amount_whatever_its_sign() -> None:
    told = contents(amount_minor=[90_100, -1_250, 0])
    assert told["first_digit"].to_list() == [9, 1, None]
    assert [round(value, 4) if value else None for value in told["first_digit_share"]] == [
        0.0458,
        0.301,
        None,
    ]


def test_absent_columns_are_named_so_that_rules_report_them() -> None:
    frame = pl.DataFrame({"amount_minor": [1]})
    assert set(absent_contents(frame)) == set(CONTENTS) - {"first_digit", "first_digit_share"}
