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
        ("합계금액 44,000원\n받은금액 50,000원\n거스름돈 6,000원", "KRW", (50_000, "KRW")),
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
