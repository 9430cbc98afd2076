"""What receipts say: total, day, business number, serial number, items; nothing unclear becomes a value."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.claims.receipts.values import Values, values_of
from tests.fraud.claims.receipts.made import lines


def said(text: str, currency: str = "KRW") -> Values:
    return values_of(text, currency=currency)


def test_a_whole_receipt_is_read() -> None:
    told = said("\n".join(lines(total=84_000, number=1001)))
    assert (told.total, told.currency, told.issued_on) == (84_000, "KRW", date(2026, 3, 1))
    assert (told.brn, told.number, told.has_false_brn) == ("1234567891", 1001, False)
    assert "소주" in told.items or "찌개" in told.items or "냉면" in told.items
    assert "합계" not in told.items
    assert "부가세" not in told.items


@pytest.mark.parametrize(
    ("text", "currency", "total"),
    [
        ("소계 40,000\n부가세 4,000\n합계 44,000", "KRW", (44_000, "KRW")),
        ("합계금액 44,000원\n받은금액 50,000원\n거스름돈 6,000원", "KRW", (44_000, "KRW")),
        ("합 계 : 44,000", "KRW", (44_000, "KRW")),
        ("합계(VAT포함) 44,000", "KRW", (44_000, "KRW")),
        ("합계 3 44,000", "KRW", (44_000, "KRW")),
        ("합계 54,000\n할인 -10,000\n결제금액 44,000", "KRW", (44_000, "KRW")),
        ("합계 54,000\n할인 10,000\n합계 44,000", "KRW", (None, "")),  # which of the two was paid is not said
        ("합계 0", "KRW", (None, "")),
        ("합계 -44,000", "KRW", (None, "")),
        ("Total 4", "KRW", (None, "")),
        ("합계 246,200\n현금 20,000\n신용카드 226,200", "KRW", (226_200, "KRW")),
        ("합계 246,200\n신용카드 226,200", "KRW", (None, "")),  # who paid the rest is not said
        ("합계 44,000\n신용카드 44,000", "KRW", (44_000, "KRW")),
        ("총액\n₩ 128,500", "KRW", (128_500, "KRW")),
        ("Subtotal £10.00\nVAT £2.00\nTotal £12.00", "GBP", (1_200, "GBP")),
        ("TOTAL  1,234.50", "CAD", (123_450, "CAD")),
        ("Total 12,50 EUR", "EUR", (1_250, "EUR")),
        ("Total £12.00", "KRW", (1_200, "GBP")),  # not the claim's currency: said, and compared with nothing
        ("아메리카노 4,500", "KRW", (None, "")),
        ("합계", "KRW", (None, "")),
    ],
)
def test_the_total_is_the_line_that_says_so(text: str, currency: str, total: tuple[int | None, str]) -> None:
    told = said(text, currency)
    assert (told.total, told.currency) == total


@pytest.mark.parametrize(
    "behind",
    [
        "합계 수량 3 개", "Total items: 4", "총 포인트 12,300\n누적 합계 포인트 45,200", "Total points 820", "Total savings 5,000 KRW",
        "받은금액 94,000\n거스름돈 50,000", "이번달 누적 결제금액 1,234,500", "포인트 결제금액 0", "현금합계 0", "봉사료 총액 0",
        "잔액 합계 0", "세금 합계 4,000", "총 수량 12", "면세합계 0\n과세합계 40,000", "합계 45,200 포인트", "합계: 45,200P",
    ],
)  # fmt: skip
@pytest.mark.parametrize("label", ["합계", "승인금액", "Total"])
def test_a_line_that_is_no_total_takes_nothing_from_the_one_that_is(label: str, behind: str) -> None:
    assert said(f"식사 1 44,000\n{label} 44,000\n{behind}").total == 44_000
    assert said(f"식사 1 44,000\n{behind}").total is None


def test_what_is_no_item_is_none() -> None:
    told = said(
        "서울시 강남구 1-2\n서울시 상품권로 12\n경기 성남시 분당구 판교로 1,234\n일자 26.10.30\n술국 1 9,000\n공급가액 8,182\n"
        "부가세 818\n현금 9,000\n거스름돈 1,000\n소주 5,000\n아메리카노 4500\nWine 12.50\n고객센터 1588"
    )
    assert told.items == "술국, 소주, 아메리카노, Wine"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01 19:30", date(2026, 3, 1)),
        ("2026년 3월 1일", date(2026, 3, 1)),
        ("26/03/01 19:30:11", date(2026, 3, 1)),
        ("1 March 2026", date(2026, 3, 1)),
        ("Mar 1, 2026", date(2026, 3, 1)),
        ("거래일시 2026.03.01\n교환 2026.03.15 까지", date(2026, 3, 1)),
        ("2026-03-01\n2026-03-15", None),  # which of the two is not said
        ("03/04/2026", None),  # March or April is not said
        ("2026-13-45", None),
    ],
)
def test_the_day_is_the_one_that_is_said_clearly(text: str, day: date | None) -> None:
    assert said(text).issued_on == day


def test_a_business_number_counts_by_its_check_digit() -> None:
    assert said("사업자번호: 123-45-67891").brn == "1234567891"
    false = said("사업자번호: 123-45-67890")
    assert (false.brn, false.has_false_brn) == ("", True)
    assert said("전화 02-123-4567").has_false_brn is False


@given(st.text(max_size=300))
def test_any_text_is_read_without_harm(text: str) -> None:
    told = said(text)
    assert told.brn == "" or len(told.brn) == 10
    assert len(told.items) <= 500
