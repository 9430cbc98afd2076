"""People, shops and cities are counted as such, half a span gets its other half, and what was not said is asked back in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language import RuleNotValid, check, parse, read
from rules.language.literals import time_text
from rules.language.mending.code_ranges import codes_asked
from rules.language.mending.spans import span_of
from rules.language.mending.typos import respelled
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.rules import plainly, portions, unsaid

READ = (*unsaid.READ, *portions.READ, *plainly.READ)
LEFT_OPEN = (*unsaid.LEFT_OPEN, *portions.LEFT_OPEN, *plainly.LEFT_OPEN)
COMPANY: dict[str, Any] = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}


def refused(text: str) -> RuleNotValid:
    with pytest.raises(RuleNotValid) as caught:
        read(text, **COMPANY)
    return caught.value


@pytest.mark.parametrize(("said", "meant"), READ, ids=[row[0] for row in READ])
def test_what_is_certain_is_offered_as_it_was_said(said: str, meant: str) -> None:
    assert refused(said).correction == meant
    check(parse(meant), **COMPANY)


@pytest.mark.parametrize(("said", "code", "written"), LEFT_OPEN, ids=[row[0] for row in LEFT_OPEN])
def test_what_was_left_open_is_asked_back_with_what_to_write(said: str, code: str, written: str) -> None:
    answer = refused(said)
    assert answer.correction is None
    told = [one for one in answer.problems if one.code == code]
    assert written
    assert any(written in one.message_en and written in one.message_ko for one in told)
    assert all(re.search("[가-힣]", one.message_ko) for one in told)


@pytest.mark.parametrize(("said", "code", "written"), LEFT_OPEN, ids=[row[0] for row in LEFT_OPEN])
def test_every_way_that_is_told_is_itself_a_rule(said: str, code: str, written: str) -> None:
    if code not in {"could_mean", "can_write", "field_alone"}:
        return
    for way in ways_in(written):
        check(parse(way), **COMPANY)


@pytest.mark.parametrize(("said", "meant", "code"), plainly.BY_NAME)
def test_a_trade_that_is_looked_for_by_name_is_told_as_a_category_too(
    said: str, meant: str, code: str
) -> None:
    answer = refused(said)
    assert answer.correction == meant
    (told,) = [one for one in answer.problems if one.code == "trade_by_name"]
    for message in (told.message_en, told.message_ko):
        assert code in message
        check(parse(message[message.index("merchant.mcc") :]), **COMPANY)


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_a_span_of_categories_is_those_codes_and_no_others(one: int, other: int) -> None:
    low, high = sorted((one, other))
    told = codes_asked(f"mcc between {one:04d} and {other:04d}")
    assert told is not None
    written = re.findall(r'"([^"]*)"', told.choices)
    pattern = re.compile(written[0] if "matches" in told.choices else "|".join(written))
    edges = {low - 1, low, low + 1, high - 1, high, high + 1, 0, 9999, (low + high) // 2}
    for code in edges & set(range(10_000)):
        assert bool(pattern.fullmatch(f"{code:04d}")) == (low <= code <= high)


def ways_in(choices: str) -> list[str]:
    """The conditions of a message, which commas part; those inside brackets belong to one."""
    found, depth = [""], 0
    for at, letter in enumerate(choices):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth and choices[at + 1 : at + 2] == " ":
            found.append("")
        else:
            found[-1] += letter
    return [one.strip() for one in found]


HALVES = {"오전": 0, "오후": 12}


@given(st.sampled_from(["오전", "오후"]), st.integers(1, 12), st.integers(1, 12))
def test_an_hour_without_its_half_is_the_next_one_behind_the_beginning(
    half: str, low: int, high: int
) -> None:
    begin = low % 12 + HALVES[half]
    spans = span_of(f"{half} {low}시", f"{high}시")
    if low == high:
        assert spans == []  # nothing, or half a day: asked back
        return
    end = next(hour for hour in range(begin + 1, begin + 13) if hour % 12 == high % 12)
    assert spans == [(f"{begin:02d}:00", f"{end % 24:02d}:00")]


@given(st.integers(0, 23), st.integers(0, 23))
def test_hours_of_twenty_four_stay_what_they_are(low: int, high: int) -> None:
    assert span_of(f"{low:02d}:00", f"{high:02d}:00") == [(f"{low:02d}:00", f"{high:02d}:00")]


@pytest.mark.parametrize(
    ("written", "clock"),
    [("낮 12시", "12:00"), ("낮 2시", "14:00"), ("아침 7시", "07:00"), ("저녁 8시 반", "20:30"), ("오후 10:30", "22:30"), ("밤 12시", "00:00")],
)  # fmt: skip
def test_the_half_of_the_day_is_read_from_its_word(written: str, clock: str) -> None:
    assert time_text(written) == clock


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("금엑", ["금액"]), ("가맹정명에 바", ["가맹점명에"]), ("영수쯩 없음", ["영수증"]), ("공유일", ["공휴일"]), ("주말애", ["주말에"]), ("심아", ["심야"]),
        ("5만원 초가", ["초과"]), ("5만원 이싱", ["이상"]), ("해외 결재", ["결제"]),
        # words of their own, names, and what stands in quotation marks
        ("일요일 아침", []), ("결재일이 없음", []), ("상호에 '금엑' 포함", []), ("스타벅스에서 결제", []), ("심사 결과", []), ("영수증 없음", []),
    ],
)  # fmt: skip
def test_a_korean_word_with_one_letter_wrong_is_the_one_word_it_can_be(text: str, meant: list[str]) -> None:
    assert [word for _, _, word in respelled(text)] == meant


def test_a_misspelt_word_is_told_at_its_place_in_both_languages() -> None:
    [first, *_] = [one for one in refused("10만원 이상 금엑").problems if one.instead == "금액"]
    assert (first.column, first.length) == (9, 2)
    assert "금액" in first.message_en
    assert "금액" in first.message_ko


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("10만원 이상 상품권에서 3회",
         'amount >= 100,000 KRW and merchant.name contains "상품권" and count(same cardholder within 30 days where merchant.name contains "상품권" and amount >= 100,000 KRW) >= 3'),
        ("식당 이름에 룸 포함", None),
        ("상호에 '술집' 포함", 'merchant.name contains "술집"'),
        ("참석자 3명 이상", "n_attendees >= 3"),
        ("3 people or more", "n_attendees >= 3"),
        ("같은 가맹점에서 하루 3번", "count(same cardholder, merchant, day) >= 3"),
        ("한 사람이 하루에 3번 이상", "count(same cardholder, day) >= 3"),
        ("amount > 100 USD and on_leave = true", "amount > 100 USD and on_leave = yes"),
    ],
)  # fmt: skip
def test_what_was_understood_before_stays(said: str, meant: str | None) -> None:
    assert refused(said).correction == meant


@pytest.mark.parametrize(
    "said", ["amount", "receipt_id", "영수증 번호", "merchant name", "the card limit", "할부 개월 수"]
)
def test_a_field_alone_is_no_condition_and_an_example_is_called_one(said: str) -> None:
    answer = refused(said)
    assert answer.correction is None
    [told] = answer.problems
    assert told.code == "field_alone"
    assert "for example" in told.message_en
    assert "예:" in told.message_ko


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ("half of last month", "now - transacted_at"),
        ("월말 마지막 3일 전부터", ">= 25"),
        ("한도를 절반 이상 쓴 직원", "150%"),
        ("월 합계가 한도를 20% 초과", "> 20%"),
        ("세금이 10% 미만", "* vat_amount"),
    ],
)
def test_no_answer_loses_or_turns_what_was_said(said: str, lost: str) -> None:
    answer = refused(said)
    told = f"{answer.correction} {' '.join(one.message_en for one in answer.problems)}"
    assert lost not in told
