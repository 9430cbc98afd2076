"""Thirteen plain digits: what is missed of people's numbers and struck wrongly of others, counted over drawn texts of both languages (ASVS 5: 14.2.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from audit.redaction import find_suspected_numbers, redact
from tests.audit.numbers_corpus import Said, others, people

SEED, N = 5, 1500


def struck(texts: Iterator[Said]) -> dict[str, float]:
    """Kind → share of its texts that lose their number. Nothing but that number ever goes."""
    tried: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for said in texts:
        left = redact(said.text)
        assert left in (said.text, said.text.replace(said.number, "[resident number]")), said
        tried[said.kind] += 1
        gone[said.kind] += left != said.text
    return {kind: gone[kind] / n for kind, n in tried.items()}


def test_people_s_numbers_are_struck_out_whenever_they_were_given_out() -> None:
    share = struck(people(SEED, N))
    print("\npeople", {kind: round(100 * part, 1) for kind, part in share.items()})
    told = {kind for kind in share if kind.endswith("told")}
    assert all(share[kind] == 1 for kind in told | {"person old alone", "person old beside a person"})
    # One in ten has the digits of a barcode by chance; of children born since October 2020 nothing but a word or a hyphen tells.
    for kind in ("person new alone", "person new beside a person", "person foreign alone", "person foreign beside a person"):  # fmt: skip
        assert share[kind] > 0.88, kind
    assert share["person child alone"] == share["person child beside a person"] == 0


def test_orders_accounts_articles_approvals_telephones_companies_and_amounts_stay() -> None:
    share = struck(others(SEED, N))
    print("\nothers", {kind: round(100 * part, 2) for kind, part in share.items()})
    assert [kind for kind in share if kind.endswith("named") and share[kind]] == []
    assert all(
        part < 0.015 for kind, part in share.items() if kind != "account alone" and kind != "article alone"
    )
    assert share["account alone"] < 0.06  # a savings bank's begin with 9002 to 9005, which are days of 1990
    assert share["article alone"] < 0.02


@pytest.mark.parametrize(
    "text",
    [
        "쿠팡 주문 2611051000123", "2611051000123", "주문번호: 9003151234567", "9003151234567 계좌로", "ORD-9003151234567", "9003151234567-01", "#9003151234567",
        "https://shop.example/9003151234567/x", "8801234567893", "1700000000000", "합계 9003151234567원", "account 9001011234568", "회의 9003151234567 고객번호",
        "EBOOK AD - TRANS# 9003151234567", "WESTJET*9003151234567", "AMERICAN 9003151234567", "AIR CANADA 9003151234567", "some airlines 9003151234567",
    ],
)  # fmt: skip
def test_what_is_no_person_s_number_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "동석 김민서 {}", "{}", "guest Minseo Kim ({}).", "배우자 {} 병원비", "신분증 {}\n주문 1건", "주민번호 {}", "ｎｏｔｅ {}, see", "주문 1건\n{}", "americano with {}", "an american guest {}",
    ],
)  # fmt: skip
def test_an_adult_s_number_without_a_check_digit_is_struck_out(text: str) -> None:
    number = "9003151234567"
    assert list(find_suspected_numbers(text.format(number)))
    assert redact(text.format(number)) == text.format("[resident number]")
