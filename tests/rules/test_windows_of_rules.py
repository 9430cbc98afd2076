"""Windows as a rule writer understands them, on claims small enough to count by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from rules.engine import Context, PlainCalendar, RuleSpec, evaluate, undelivered
from rules.language import RuleNotValid, check, parse
from rules.language.nodes import Window, walk
from rules.language.reach import reach_days
from rules.preview import evaluate_claim
from tests.rules.generated import LISTS, PARAMETERS
from tests.rules.plain_claims import claims

MARCH_3 = datetime(2026, 3, 3, 3, tzinfo=UTC)  # noon in Seoul


def at(*minutes: float) -> dict[str, list[object]]:
    return {
        "transacted_at": [MARCH_3 + timedelta(minutes=m) for m in minutes],
        "amount": [1000] * len(minutes),
    }


def hits(text: str, frame: pl.DataFrame, context: Context | None = None) -> list[bool]:
    outcome = evaluate(frame, [RuleSpec("X", 1, parse(text))], context=context or Context())
    assert outcome.errors == {}
    return outcome.hits[:, 0].tolist()


def test_window_holds_this_claim_and_earlier_ones_but_never_later_ones() -> None:
    frame = claims(**at(0, 10, 20, 90))
    assert hits("count(same cardholder, merchant within 30 minutes) >= 3", frame) == [
        False,
        False,
        True,
        False,
    ]
    assert hits("count(same cardholder, merchant within 30 minutes before) = 1", frame) == [
        False,
        True,
        False,
        False,
    ]


def test_window_reaches_back_exactly_its_length() -> None:
    frame = claims(**at(0, 30, 30.001))
    assert hits("count(same cardholder within 30 minutes) >= 2", frame) == [False, True, True]
    assert hits("count(same cardholder within 30 minutes) >= 3", frame) == [False, False, False]


def test_claims_of_one_moment_are_ordered_by_their_id() -> None:
    frame = claims(**at(0, 0, 0), claim_id=[7, 5, 6])
    assert hits("count(same cardholder within 1 day) = 1", frame) == [False, True, False]
    assert hits("count(same cardholder within 1 day) = 3", frame) == [True, False, False]


def test_day_and_month_are_those_of_the_companys_clock() -> None:
    frame = claims(
        transacted_at=[
            datetime(2026, 2, 28, 14, 59, tzinfo=UTC),
            datetime(2026, 2, 28, 15, tzinfo=UTC),
            datetime(2026, 3, 1, 14, 59, tzinfo=UTC),
        ]
    )
    assert hits("count(same cardholder, day) = 2", frame) == [False, False, True]
    assert hits("count(same cardholder, month) = 2", frame) == [False, False, True]
    assert hits("count(same cardholder, year) = 3", frame) == [False, False, True]


def test_whole_day_also_sees_the_rest_of_the_day() -> None:
    frame = claims(**at(0, 10, 24 * 60))
    assert hits("count(same cardholder, merchant, amount, whole day) >= 2", frame) == [True, True, False]


def test_business_days_reach_over_the_weekend_and_holidays() -> None:
    friday, monday, tuesday = (datetime(2026, 3, day, 3, tzinfo=UTC) for day in (6, 9, 10))
    frame = claims(transacted_at=[friday, monday, tuesday])
    calendar = Context(calendar=PlainCalendar(frozenset({date(2026, 3, 9)})))
    assert hits("count(same cardholder within 1 business day) = 2", frame) == [False, True, True]
    assert hits("count(same cardholder within 1 business day) = 3", frame, calendar) == [False, False, True]


def test_condition_counts_only_claims_that_meet_it() -> None:
    frame = claims(**{**at(0, 1, 2), "amount": [5000, 100, 7000]})
    assert hits("count(same cardholder within 1 day where amount > 1,000 KRW) = 2", frame) == [
        False,
        False,
        True,
    ]
    assert hits("sum(amount same cardholder within 1 day where amount > 1,000 KRW) = 5,000 KRW", frame) == [
        True,
        True,
        False,
    ]


def test_money_of_different_currencies_never_adds_up() -> None:
    frame = claims(**{**at(0, 1, 2), "currency": ["KRW", "GBP", "KRW"]})
    assert hits("sum(amount same cardholder within 1 day) = 2,000 KRW", frame) == [False, False, True]
    assert hits("count(same cardholder within 1 day) = 3", frame) == [False, False, True]


def test_share_is_the_parts_sum_of_the_wholes_sum() -> None:
    frame = claims(**{**at(0, 1, 2), "cardholder_id": [1, 2, 1], "amount": [600, 400, 1000]})
    assert hits("share(amount of cardholder in merchant within 180 days) = 0.8", frame) == [
        False,
        False,
        True,
    ]


def test_since_last_is_missing_for_the_first_claim() -> None:
    frame = claims(**at(0, 10, 100))
    assert hits("since_last(same cardholder, merchant) <= 10 minutes", frame) == [False, True, False]
    assert hits("since_last(same cardholder, merchant) is missing", frame) == [True, False, False]


def test_claims_without_a_time_of_day_stay_out_of_short_windows_and_are_counted() -> None:
    frame = claims(**at(0, 0, 0), has_time=[False, True, True])
    outcome = evaluate(
        frame, [RuleSpec("X", 1, parse("count(same cardholder within 30 minutes) >= 2"))], context=Context()
    )
    assert outcome.hits[:, 0].tolist() == [False, False, True]
    assert outcome.not_evaluable[0] == (1, ("has_time",))
    assert hits("count(same cardholder within 1 day) >= 2", frame) == [False, True, True]


def test_claim_without_a_key_is_in_no_window_and_is_counted() -> None:
    frame = claims(**at(0, 1), merchant_id=[None, None])
    outcome = evaluate(
        frame,
        [RuleSpec("X", 1, parse("count(same cardholder, merchant within 1 day) >= 2"))],
        context=Context(),
    )
    assert outcome.not_evaluable[0] == (2, ("merchant_id",))


def test_hours_and_times_wrap_around_midnight() -> None:
    night = [
        datetime(2026, 3, 3, hour, 30, tzinfo=UTC) for hour in (12, 13, 14, 20, 21)
    ]  # 21:30, 22:30, 23:30, 05:30, 06:30
    frame = claims(transacted_at=night)
    assert hits("hour(transacted_at) in 22..5", frame) == [False, True, True, True, False]
    assert hits("time(transacted_at) in 22:45..05:15", frame) == [False, False, True, False, False]
    assert hits("weekday(transacted_at) in 7..1", frame) == [False] * 5


def test_targets_look_back_into_the_history() -> None:
    frame = claims(**at(0, 10, 20))
    outcome = evaluate(
        frame,
        [RuleSpec("X", 1, parse("count(same cardholder within 30 minutes) = 3"))],
        context=Context(),
        targets=[False, False, True],
    )
    assert outcome.hits.tolist() == [[True]]
    assert outcome.facts(0, 0)["count(same cardholder within 30 minutes)"]["value"] == 3


@pytest.mark.parametrize("targets", [[True], [True] * 4])
def test_targets_of_another_length_are_refused(targets: list[bool]) -> None:
    with pytest.raises(ValueError, match="targets"):
        evaluate(claims(**at(0, 1, 2)), [], context=Context(), targets=targets)


def test_field_nobody_delivers_is_unknown_even_when_asked_for_missing() -> None:
    spec = RuleSpec("X", 1, parse("receipt_id is missing and amount > 0"))
    without = evaluate(claims(**at(0, 1)), [spec], context=Context())
    assert without.hits.tolist() == [[False], [False]]
    assert without.not_evaluable[0] == (2, ("receipt_id",))
    with_column = claims(**at(0, 1), receipt_id=[None, "R1"])
    assert evaluate(with_column, [spec], context=Context()).hits.tolist() == [[True], [False]]
    assert "receipt_id" in undelivered(claims(**at(0)))


def test_preview_of_one_claim_says_the_same_and_why() -> None:
    frame = claims(**at(0, 10, 20))
    rule = parse("count(same cardholder, merchant within 30 minutes) >= 3")
    answer = evaluate_claim(frame, 2, rule, context=Context())
    assert answer.answer is True
    assert answer.facts["count(same cardholder, merchant within 30 minutes)"] == {
        "kind": "number",
        "value": 3,
        "unit": "claims",
    }
    unknown = evaluate_claim(frame, 0, parse("on_leave"), context=Context())
    assert (unknown.answer, unknown.missing) == (None, ("on_leave",))
    with pytest.raises(IndexError):
        evaluate_claim(frame, 3, rule, context=Context())


def test_fifty_rules_over_one_frame_compute_a_shared_window_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from rules.language.window_columns import WindowColumns

    asked = []
    answer = WindowColumns.answer
    monkeypatch.setattr(
        WindowColumns, "answer", lambda self, node: (asked.append(node), answer(self, node))[1]
    )
    text = "count(same cardholder, day) > {} and sum(amount same cardholder, day) > 0"
    rules = [RuleSpec(str(k), 1, parse(text.format(k))) for k in range(50)]
    evaluate(claims(**at(0, 1, 2)), rules, context=Context())
    assert len(asked) == 2


def amounts(*values: int, **more: object) -> pl.DataFrame:
    """Claims a minute apart with these amounts."""
    return claims(**{**at(*range(len(values))), "amount": list(values), **more})


def test_percentile_is_the_smallest_value_that_so_many_claims_do_not_exceed() -> None:
    frame = amounts(400, 100, 300, 200)
    for share, value in (("50%", 200), ("51%", 300), ("25%", 100), ("100%", 400)):
        text = f"percentile({share} of amount same cardholder within 1 day) = {value} KRW"
        assert hits(text, frame)[-1], text


def test_deviation_is_that_of_a_sample_and_needs_two_claims() -> None:
    frame = amounts(200, 400, 600)
    assert hits("deviation(amount same cardholder within 1 day) = 200 KRW", frame) == [False, False, True]
    assert hits("deviation(amount same cardholder within 1 day) is missing", frame) == [True, False, False]
    equal = amounts(123_456_789, 123_456_789, 123_456_789)
    assert hits("deviation(amount same cardholder within 1 day) = 0", equal) == [False, True, True]


def test_change_compares_a_length_with_the_same_length_before_it() -> None:
    hour = 60
    frame = claims(**{**at(0, 3 * hour, 4 * hour), "amount": [100, 150, 250]})
    text = "change(amount same cardholder within 2 hours)"
    assert hits(f"{text} is missing", frame) == [True, False, False]
    assert hits(f"{text} = 50%", frame) == [False, True, False]
    assert hits(f"{text} = 300%", frame) == [False, False, True]


def test_change_without_anything_before_is_missing_and_never_infinite() -> None:
    assert hits("change(amount same cardholder within 2 hours) > 0", amounts(100, 100)) == [False, False]


def test_window_of_others_leaves_out_every_claim_of_the_cardholder() -> None:
    frame = amounts(100, 900, 300, 1000, cardholder_id=[1, 2, 3, 2], department_id=[7, 7, 7, 7])
    assert hits("median(amount same department within 1 day by others) = 200 KRW", frame)[-1]
    assert hits("count(same department within 1 day by others) = 2", frame)[-1]
    assert hits("max(amount same department within 1 day by others) = 300 KRW", frame)[-1]
    assert hits("percentile(50% of amount same department within 1 day by others) = 100 KRW", frame)[-1]


def test_window_of_others_needs_to_know_whose_claim_it_is() -> None:
    frame = amounts(100, 200, cardholder_id=[1, None], department_id=[7, 7])
    spec = RuleSpec("X", 1, parse("count(same department within 1 day by others) >= 0"))
    outcome = evaluate(frame, [spec], context=Context())
    assert outcome.hits[:, 0].tolist() == [True, False]
    assert outcome.not_evaluable[0] == (1, ("cardholder_id",))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("change(amount same cardholder within 184 days) > 1", "within_too_long"),
        ("change(amount same cardholder within 111 business days) > 1", "within_too_long"),
        ("change(amount same cardholder, month) > 1", "change_needs_within"),
        ("percentile(101% of amount same cardholder within 1 day) > 1 KRW", "percentile_range"),
        ("percentile(0% of amount same cardholder within 1 day) > 1 KRW", "percentile_range"),
        ("percentile($limit of amount same cardholder within 1 day) > 1 KRW", "window_percentile_form"),
        ("sum(5% of amount same cardholder within 1 day) > 1 KRW", "window_percentile_form"),
        ("deviation(amount same cardholder, whole day) > 1 KRW", "window_not_whole"),
        ("distinct(merchant same department within 1 day by others) > 1", "window_no_others"),
        ("count(same cardholder within 1 day by others) > 1", "others_of_cardholder"),
    ],
)
def test_what_a_window_cannot_be_asked_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(RuleNotValid) as refused:
        check(parse(text), lists=LISTS, parameters=PARAMETERS)
    assert refused.value.problems[0].code == code


def test_change_reads_twice_its_length_of_history() -> None:
    node = parse("change(amount same cardholder within 30 days) > 1")
    window = next(part for part in walk(node) if isinstance(part, Window))
    assert reach_days(window, {}) == 60


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount > 1.15 * cancel_amount", False),  # 1.15 × 100 is 114.99999999999999 in floats
        ("amount >= 1.15 * cancel_amount", True),
        ("amount = cancel_amount * 115%", True),
        ("amount / 1.15 = cancel_amount", True),
        ("quotient(amount, cancel_amount) = 1", True),
        ("remainder(amount, cancel_amount) = 15 KRW", True),
        ("quotient(0 - amount, cancel_amount) = -2", True),
        ("remainder(amount, 0) is missing", True),
    ],
)
def test_products_and_quotients_are_exact_at_the_limit(text: str, expected: bool) -> None:
    frame = claims(**{**at(0), "amount": [115]}, cancel_amount=[100])
    assert hits(text, frame) == [expected]
    assert evaluate_claim(frame, 0, parse(text), context=Context()).answer is expected


def test_window_over_a_value_nobody_delivers_names_that_value() -> None:
    spec = RuleSpec(
        "X", 1, parse("receipt.number > max(receipt.number same cardholder within 9 days before)")
    )
    outcome = evaluate(claims(**at(0, 1)), [spec], context=Context())
    assert outcome.not_evaluable[0] == (2, ("receipt.number",))
