"""What a beginner writes instead of a rule is answered with what to write; no correction is offered that would be refused itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.language import RuleNotValid, parse, read, to_text
from rules.language.mending.naming_place import Names
from rules.language.mending.reading import mend
from rules.starter import STARTER_RULES
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS

# what was written, the rule that was meant, the code of the first message
MEANT = [
    ("금액 > 500000", "amount > 500,000 KRW", "write_field"),
    ("금액 > 50만원", "amount > 500,000 KRW", "write_field"),
    ("amount > 500000원", "amount > 500,000 KRW", "write_money"),
    ("amount > 5천원", "amount > 5,000 KRW", "write_money"),
    ("amount > ₩500,000", "amount > 500,000 KRW", "write_money"),
    ("amount > 500k", "amount > 500,000 KRW", "write_money"),
    ("amount > 500000", "amount > 500,000 KRW", "money_needs_currency"),
    ("amount > 500000 krw", "amount > 500,000 KRW", "write_money"),
    ("amount > KRW 500000", "amount > 500,000 KRW", "write_money"),
    ("amount > 1억 5천만원", "amount > 150,000,000 KRW", "write_money"),
    ("가맹점 = 스타벅스", 'merchant.name = "스타벅스"', "write_field"),
    ("merchant.name = 스타벅스", 'merchant.name = "스타벅스"', "write_text"),
    ("merchant.name contains 노래방", 'merchant.name contains "노래방"', "write_text"),
    ("merchant.name = ‘스타벅스’", 'merchant.name = "스타벅스"', "straight_quotes"),
    ("merchant.name = “스타벅스”", 'merchant.name = "스타벅스"', "straight_quotes"),
    (
        'merchant.name contains "노래방" or "단란주점"',
        'merchant.name contains "노래방" or merchant.name contains "단란주점"',
        "repeat_subject",
    ),
    ("amount between 100000 and 200000", "amount in 100,000 KRW..200,000 KRW", "write_range"),
    ("amount BETWEEN 100,000 KRW AND 200,000 KRW", "amount in 100,000 KRW..200,000 KRW", "write_range"),
    ("> 500,000 KRW", "amount > 500,000 KRW", "write_value"),
    ("amount => 500,000 KRW", "amount >= 500,000 KRW", "write_sign"),
    ("amount > 500,000 KRW && hour > 22", "amount > 500,000 KRW and hour > 22", "write_sign"),
    ("amount > 500,000 KRW || hour > 22", "amount > 500,000 KRW or hour > 22", "write_sign"),
    ("!(amount > 500,000 KRW)", "not(amount > 500,000 KRW)", "write_sign"),
    ("merchant.name like '%카페%'", 'merchant.name like "*카페*"', "like_percent"),
    ('mcc = "5813"', 'merchant.mcc = "5813"', "write_field"),
    ("mcc = 5813", 'merchant.mcc = "5813"', "write_field"),
    ("merchant.mcc in [5813, 5812]", 'merchant.mcc in ("5813", "5812")', "write_sign"),
    ("merchant.mcc in 5813, 5812", 'merchant.mcc in ("5813", "5812")', "write_list"),
    ('merchant.mcc = "5813" or "5812"', 'merchant.mcc = "5813" or merchant.mcc = "5812"', "repeat_subject"),
    ("hour > 22시", "time(transacted_at) > 22:00", "write_as"),
    ("hour >= 22:00", "hour >= 22", "kind_fits"),
    ("transacted_at > 22시", "time(transacted_at) > 22:00", "moment_time"),
    ("weekday = 토요일", "weekday = 6", "write_weekday"),
    ("weekday(transacted_at) in (토, 일)", "weekday(transacted_at) in (6, 7)", "write_weekday"),
    ("is_weekend = true", "is_weekend = yes", "write_yes_no"),
    ("is_weekend = 1", "is_weekend = yes", "kind_fits"),
    ('is_weekend == "yes"', "is_weekend == yes", "kind_fits"),
    ("purpose_text is null", "purpose_text is missing", "write_word"),
    ("purpose_text is empty", "purpose_text is missing", "write_word"),
    ("amount > 500,000 KRW and (hour > 22", "amount > 500,000 KRW and (hour > 22)", "close_bracket"),
    ("amount > 500,000 KRW)", "amount > 500,000 KRW", "open_bracket"),
    ("amout > 500,000 KRW", "amount > 500,000 KRW", "write_field"),
    ("count() > 3", "count(same cardholder within 30 days) > 3", "window_whole"),
    ("count(same cardholder, within 30) > 3", "count(same cardholder within 30 days) > 3", "window_whole"),
    ("count(within 30 days) > 3", "count(same cardholder within 30 days) > 3", "window_whole"),
    ("count(same merchant, within 30분) >= 3", "count(same merchant within 30 minutes) >= 3", "window_whole"),
    (
        "sum(amount, same cardholder, within 30 minutes) > 500000",
        "sum(amount same cardholder within 30 minutes) > 500,000 KRW",
        "window_whole",
    ),
    (
        "sum(금액, same 사용자, within 1일) > 100만원",
        "sum(amount same cardholder within 1 day) > 1,000,000 KRW",
        "window_whole",
    ),
    (
        "avg(amount, same cardholder, within 30 days) > 100,000 KRW",
        "mean(amount same cardholder within 30 days) > 100,000 KRW",
        "window_whole",
    ),
    ("amount > 90%", "amount > 90% * card.limit", "kind_fits"),
    ("transacted_at > 2026.01.31", "transacted_at > 2026-01-31", "write_date"),
    ('transacted_at = "2026-01-31"', "transacted_at = 2026-01-31", "kind_fits"),
    ("if amount > 500,000 KRW then alert", "amount > 500,000 KRW", "leave_out"),
    ("amount가 50만원 이상", "amount >= 500,000 KRW", "write_field"),
    ("금액 50만원 초과", "amount > 500,000 KRW", "write_field"),
    ("금액이 50만원 이상이고 시간이 22시 이후", "amount >= 500,000 KRW and hour >= 22", "write_field"),
    ("amount > 500.000 KRW", "amount > 500,000 KRW", "bad_money"),
    ("amount > $100", "amount > 100 USD", "write_money"),
    ("amount > 100 달러", "amount > 100 USD", "write_money"),
    ("AMOUNT > 500,000 KRW", "amount > 500,000 KRW", "write_field"),
    ('amount > "500000"', "amount > 500,000 KRW", "kind_fits"),
    (
        "amount >= 500,000 KRW AND NOT is_weekend",
        "amount >= 500,000 KRW and not is_weekend",
        "capital_keyword",
    ),
    ("merchant.name = 'x' and and amount > 1 KRW", "merchant.name = 'x' and  amount > 1 KRW", "leave_out"),
    ("amount >", "amount > 500,000 KRW", "write_value"),
    ("amount > 500,000 KRW;", "amount > 500,000 KRW", "leave_out"),
    ("amount > 500,000 KRW and", "amount > 500,000 KRW", "leave_out"),
    ('cardholder = "홍길동"', 'cardholder.employee_no = "홍길동"', "write_field"),
    ("사용자 = 홍길동", 'cardholder.employee_no = "홍길동"', "write_field"),
    ("부서 = 영업팀", 'cardholder.department = "영업팀"', "write_field"),
    ("휴가 중", "on_leave", "write_field"),
    ("심야", "is_night", "write_field"),
    ("amount is greater than 500,000 KRW", "amount > 500,000 KRW", "write_word"),
    ("amount at least 500,000 KRW", "amount >= 500,000 KRW", "write_word"),
    ("amount exceeds 500,000 KRW", "amount > 500,000 KRW", "write_word"),
    ("amount + 1 > 500,000 KRW", "amount + 1 KRW > 500,000 KRW", "money_needs_currency"),
    ("within 30 days", "count(same cardholder within 30 days) >= 3", "window_whole"),
    (
        "3 payments same merchant within 30 minutes",
        "count(same cardholder, merchant within 30 minutes) >= 3",
        "write_as",
    ),
    (
        "count(same cardholder, within -3 days) > 3",
        "count(same cardholder within 3 days) > 3",
        "window_whole",
    ),
    ("merchant.name starts 카페", 'merchant.name starts with "카페"', "write_word"),
    ('merchant.name ends with "카페"', 'merchant.name like "*카페"', "write_word"),
    ('upper(merchant.name) = "A"', 'lower(merchant.name) = "A"', "write_function"),
    ("n_attendees > three", "n_attendees > 3", "write_number"),
    ("n_attendees > 3명", "n_attendees > 3", "write_number"),
    ("amount / n_attendees > 30000", "amount / n_attendees > 30,000 KRW", "money_needs_currency"),
    ("amount/n_attendees > 3만원", "amount/n_attendees > 30,000 KRW", "write_money"),
    ("submitted_at - transacted_at > 30", "submitted_at - transacted_at > 30 days", "kind_fits"),
    ("submitted_at - transacted_at > 한달", "submitted_at - transacted_at > 30 days", "write_duration"),
    ('merchant.mcc not in "5813"', 'merchant.mcc not in ("5813")', "write_list"),
    ("purpose_text = null", "purpose_text is missing", "write_word"),
    ("currency = 원", 'currency = "KRW"', "write_text"),
    ("currency != krw", 'currency != "KRW"', "write_text"),
    ("merchant.country <> KR", 'merchant.country <> "KR"', "write_text"),
    ("txn_type = purchase", 'txn_type = "purchase"', "write_text"),
    ("hour between 22 and 6", "hour in 22..6", "write_range"),
    ("hour in 22~6", "hour in 22..6", "write_range"),
    ("같은 가맹점 30분 이내 3회", "count(same cardholder, merchant within 30 minutes) >= 3", "write_as"),
    ("amount more than 500,000 KRW", "amount > 500,000 KRW", "write_word"),
    ("hour after 22", "hour > 22", "write_word"),
    ("merchant.region = 서울 강남구", 'merchant.region = "서울 강남구"', "write_text"),
    ("업종 = 유흥주점", 'merchant.mcc = "유흥주점"', "write_field"),
    ("직급 = 과장", 'cardholder.grade = "과장"', "write_field"),
    ("is_holiday = 예", "is_holiday = yes", "write_yes_no"),
    ("not on_leave = true", "not on_leave = yes", "write_yes_no"),
    ("len(purpose_text) < 5", "length(purpose_text) < 5", "write_function"),
    ('purpose_text.contains("회식")', 'purpose_text contains "회식"', "write_method"),
    ("amount > 100.000,50 EUR", "amount > 100,000.50 EUR", "write_money"),
    ("amount > 1,000.5 KRW", "amount > 1,001 KRW", "bad_money"),
    (
        "amount = 100000 KRW OR amount = 200000 KRW",
        "amount = 100000 KRW or amount = 200000 KRW",
        "capital_keyword",
    ),
    ("count(cardholder, 30 days) > 3", "count(same cardholder within 30 days) > 3", "window_whole"),
    ("count(*) > 3", "count(same cardholder within 30 days) > 3", "window_whole"),
    ("count(same merchant, 30m) > 3", "count(same merchant within 30 minutes) > 3", "window_whole"),
    ("sum(amount) > 1000000", "sum(amount same cardholder within 30 days) > 1,000,000 KRW", "window_whole"),
    (
        "sum(same cardholder within 30 days) > 1,000,000 KRW",
        "sum(amount same cardholder within 30 days) > 1,000,000 KRW",
        "window_whole",
    ),
    (
        "max(amount same cardholder within 30 days)",
        "max(amount same cardholder within 30 days) > 1,000,000 KRW",
        "window_compare",
    ),
    ("since_last(same cardholder) < 10", "since_last(same cardholder) < 10 days", "kind_fits"),
    ("amount > 3 * avg(amount)", "amount > 3 * mean(amount same cardholder within 30 days)", "window_whole"),
    ("transacted_at between 22:00 and 06:00", "time(transacted_at) in 22:00..06:00", "moment_time"),
    ("time(transacted_at) between 22:00 and 06:00", "time(transacted_at) in 22:00..06:00", "write_range"),
    ("amount > 500,000 KRW -- comment", "amount > 500,000 KRW", "leave_out"),
    ("select * from claims where amount > 100", "amount > 100 KRW", "leave_out"),
    ("merchant.mcc startswith 58", 'merchant.mcc starts with "58"', "write_word"),
    ('merchant.mcc like "58%"', 'merchant.mcc like "58*"', "like_percent"),
    ('merchant.name in ("a" "b")', 'merchant.name in ("a" , "b")', "write_list"),
    ('merchant.name in ("a", "b"', 'merchant.name in ("a", "b")', "close_bracket"),
    ("amount not > 5 KRW", "amount <= 5 KRW", "write_word"),
    ("amount !> 5 KRW", "amount <= 5 KRW", "write_sign"),
    ("amount ≥ 500,000 KRW", "amount >= 500,000 KRW", "write_sign"),
    ("amount >= ５００,０００ KRW", "amount >= 500,000 KRW", "write_sign"),
    ("amount is 500000", "amount = 500,000 KRW", "write_word"),
    ("amount > 10불", "amount > 10 USD", "write_money"),
    ("amount >= 1천만원", "amount >= 10,000,000 KRW", "write_money"),
    ("amount > 3.5만원", "amount > 35,000 KRW", "write_money"),
    ("merchant.name = «스타벅스»", 'merchant.name = "스타벅스"', "straight_quotes"),
    ("amount > 500,000 KRW, is_weekend", "amount > 500,000 KRW and is_weekend", "write_word"),
    ("is_weekend, is_night", "is_weekend and is_night", "write_word"),
    ("is_weekend is_night", "is_weekend and is_night", "write_join"),
    ("is_weekend AND is_night", "is_weekend and is_night", "capital_keyword"),
    ("merchant.country = 미국", 'merchant.country = "미국"', "write_text"),
    ("hour > 오후 10시", "time(transacted_at) > 22:00", "write_as"),
    ("hour > 10pm", "time(transacted_at) > 22:00", "write_as"),
    ("weekday = saturday", "weekday = 6", "write_weekday"),
    ("time(transacted_at) > 22시 30분", "time(transacted_at) > 22:30", "write_time"),
    ("submitted_at - transacted_at > 2주", "submitted_at - transacted_at > 2 weeks", "write_duration"),
    ("submitted_at - transacted_at > 30일", "submitted_at - transacted_at > 30 days", "write_duration"),
    (
        "count(same merchant within 30 minutes where 금액 > 10만원) >= 3",
        "count(same merchant within 30 minutes where amount > 100,000 KRW) >= 3",
        "write_field",
    ),
    (
        "count(same merchnat within 30 minutes) >= 3",
        "count(same merchant within 30 minutes) >= 3",
        "write_key",
    ),
    (
        "sum(amount same cardholder, day) > 50만원",
        "sum(amount same cardholder, day) > 500,000 KRW",
        "write_money",
    ),
    (
        "distinct(가맹점 same 사용자 within 1일) >= 3",
        "distinct(merchant.name same cardholder within 1 day) >= 3",
        "write_field",
    ),
    ("merchant.name in 유흥", 'merchant.name in ("유흥")', "write_list"),
    ("approver = cardholder", "approver.employee_no = cardholder.employee_no", "write_field"),
    ("결재자 = 사용자", "approver.employee_no = cardholder.employee_no", "write_field"),
    ("n_attendees = 0명", "n_attendees = 0", "write_number"),
    ("amount ÷ n_attendees > 30,000 KRW", "amount / n_attendees > 30,000 KRW", "write_sign"),
    ("amount % 10000 = 0", "is_multiple(amount, 10000 KRW)", "write_multiple"),
    ("has_overtime = false", "has_overtime = no", "write_yes_no"),
    ("not (is_weekend", "not (is_weekend)", "close_bracket"),
    (
        'merchant.name = "a" or or merchant.name = "b"',
        'merchant.name = "a" or  merchant.name = "b"',
        "leave_out",
    ),
    ("amount > 500,000 KRW.", "amount > 500,000 KRW", "leave_out"),
    ("만약 금액이 50만원 이상이면", "amount >= 500,000 KRW", "leave_out"),
]
# no rule can be guessed from these; the first message says what is wrong or what one word of it should be
HOPELESS = [
    ("amount > 100 USD or EUR", "unknown_field"),
    ("cardholder.grade >= 과장", "grade_order"),
    ("amount > 500,000 KRW and not", "write_value"),
    ("AND(a;b)", "formula"),
    ("amount > 500,00", "half_number"),
    ("A1 > 500000", "cell"),
    ("transacted_at > yesterday", "unknown_field"),
    ("skewness(amount, 95)", "unknown_function"),
    ("transacted_at > 01/02/2026", "write_either_date"),
    ("amount > $nobody", "unknown_parameter"),
    ("merchant.name in @nobody", "unknown_list"),
    ("submitted_at > transacted_at + 30", "arithmetic"),
]


def refused(text: str) -> RuleNotValid:
    with pytest.raises(RuleNotValid) as caught:
        read(text, lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
    return caught.value


@pytest.mark.parametrize(("text", "meant", "code"), MEANT, ids=[row[0] for row in MEANT])
def test_slip_of_the_pen_is_answered_with_the_rule_that_was_meant(text: str, meant: str, code: str) -> None:
    answer = refused(text)
    assert answer.correction == meant
    assert answer.problems[0].code == code


@pytest.mark.parametrize("text", [row[0] for row in MEANT])
def test_answer_speaks_both_languages_and_marks_the_place(text: str) -> None:
    lines = text.split("\n")
    for problem in refused(text).problems:
        assert re.search("[가-힣]", problem.message_ko)
        assert "{" not in problem.message_en + problem.message_ko
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@pytest.mark.parametrize(("text", "code"), HOPELESS)
def test_what_cannot_be_guessed_is_not_guessed(text: str, code: str) -> None:
    answer = refused(text)
    assert answer.correction is None
    assert answer.problems[0].code == code


@pytest.mark.parametrize("rule", STARTER_RULES, ids=lambda rule: rule.code)
def test_rule_that_is_right_needs_no_mending(rule) -> None:
    read(rule.text, lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
    assert mend(rule.text, Names(STARTER_LISTS, STARTER_PARAMETERS)).problems == ()


WORDS = st.sampled_from(
    [
        *[
            "(",
            ")",
            ",",
            ".",
            "=",
            ">",
            "<",
            ">=",
            "!=",
            "+",
            "-",
            "*",
            "/",
            "%",
            "&",
            "|",
            "!",
            ":",
            ";",
            "~",
            "이상",
            "초과",
            "미만",
            "이고",
            "또는",
            "같은",
            "이내",
            "금액",
            "가맹점",
            "사용자",
            "시간",
            "휴가",
            "토요일",
            "오후",
        ],
        *[
            "amount",
            "hour",
            "merchant.name",
            "merchant.mcc",
            "is_weekend",
            "n_attendees",
            "count",
            "sum",
            "same",
            "within",
            "where",
            "and",
            "or",
            "not",
            "in",
            "is",
            "null",
        ],
        *[
            "50만원",
            "500k",
            "$100",
            "22시",
            "10pm",
            "30일",
            "3명",
            "90%",
            "2026.01.31",
            "01/02/2026",
            "100,000",
            "3",
            "카페",
            "“카페”",
            "'x'",
            "between",
            "from",
            "to",
            "if",
            "then",
        ],
    ]
)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=9).map(" ".join))
def test_correction_of_any_text_is_itself_a_rule(text: str) -> None:
    found = mend(text, Names(STARTER_LISTS, STARTER_PARAMETERS))
    if found.text is not None:
        tree = read(found.text, lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
        assert parse(to_text(tree)) == tree


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_is_a_rule_or_refused_in_words(text: str) -> None:
    try:
        read(text, lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
    except RuleNotValid as error:
        problems = error.problems
    else:
        return
    assert problems
    assert all(problem.message_en and problem.message_ko for problem in problems)
