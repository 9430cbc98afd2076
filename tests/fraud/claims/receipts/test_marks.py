"""What tells one purchase from the next: its own numbers under all their names; what belongs to the shop is none."""

from __future__ import annotations

from datetime import date

import pytest

from fraud.claims.receipts.marks import is_long, marks_of, numbers_in
from fraud.claims.receipts.values import values_of, words_hash


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("승인번호 30055511", "approval", "30055511"), ("카드승인번호: 30055512", "approval", "30055512"), ("승인 No. 30055513", "approval", "30055513"),
        ("[승인번호] 30055514", "approval", "30055514"), ("승인번호 : 00432Z", "approval", "00432Z"), ("승인번호\n30055515", "approval", "30055515"),
        ("Approval No. 123456", "approval", "123456"), ("Auth code: 09123A", "approval", "09123A"), ("AUTH CODE 445566", "approval", "445566"),
        ("Authorisation no 445567", "approval", "445567"), ("Appr. code: 778899", "approval", "778899"),
        ("영수증번호 20261104-0012", "receipt", "202611040012"), ("영수증 No. 17", "receipt", "17"), ("Receipt No. A-1001", "receipt", "A1001"),
        ("Receipt # 5512", "receipt", "5512"), ("전표번호 000123", "slip", "000123"), ("매출전표번호: 881", "slip", "881"),
        ("일련번호 0044", "serial", "0044"), ("거래번호 991-22", "transaction", "99122"), ("거래고유번호 77", "transaction", "77"),
        ("TXN ID 8812", "transaction", "8812"), ("Trans. No: 8813", "transaction", "8813"), ("Transaction ID: 9F21", "transaction", "9F21"),
        ("Ref No. 5511", "reference", "5511"), ("RRN 612345678901", "reference", "612345678901"), ("식권번호 0012", "ticket", "0012"),
        ("Ticket number 31", "ticket", "31"), ("Invoice No. INV-204", "invoice", "INV204"), ("주문번호 B0XX11", "order", "B0XX11"),
        ("Order # 27", "order", "27"), ("Check No 411", "bill", "411"),
        ("계산서번호 77", "bill", "77"), ("빌지번호 77", "bill", "77"), ("계산번호 77", "bill", "77"), ("세금계산서번호 77", "invoice", "77"),
        ("Receipt Serial No. 12", "receipt", "12"), ("Seq No. 12", "serial", "12"), ("승인번호 : 4005 5602", "approval", "40055602"),
        ("승인번호 300 555 11", "approval", "30055511"), ("승인번호 4005 5602 12:10", "approval", "40055602"),
        ("승인번호 4005 5602 8,500", "approval", "40055602"), ("승인번호 40055602 8500원", "approval", "40055602"),
        ("승인번호 4005 2026-11-25", "approval", "4005"), ("승인번호 30055 2026년 11월 25일", "approval", "30055"),
    ],
)  # fmt: skip
def test_a_number_of_the_purchase_is_read_under_its_usual_names(line: str, kind: str, value: str) -> None:
    assert numbers_in(marks_of(f"구내식당\n{line}\n합계 9,000원")) == {kind: value}


@pytest.mark.parametrize(
    "line",
    [
        "사업자등록번호 220-81-62517", "사업자번호: 2208162517", "법인번호 110111-1234567", "법인등록번호 110111-1234567", "매장번호 00123", "점포번호 12",
        "단말기번호 8812345", "단말기 일련번호 8812345", "가맹점번호 700112233", "가맹점 No. 70011", "POS 01", "POS No. 3", "VAT No. GB123456789",
        "VAT Registration No. 123456789", "TID 88123456", "Terminal ID 88123", "Merchant ID: 4451", "Store # 12", "TEL 02-555-1234", "전화번호 02-555-1234",
        "영업시간 11:00~14:00", "영업시간 11:00 - 14:00", "Open 11:00", "WIFI PW 12345678", "주차 2시간 무료", "카드번호 5521-****-****-1234",
        "회원번호 12345", "테이블 3", "대표 홍길동 010-1234-5678", "승인 거절", "Approval required 24 hours",
        "Serial No. POS-99812", "Serial No. 7712345", "Serial Number: 7712345", "Printer Serial No. 7712345", "Terminal Serial No. 7712345", "POS Serial # 7712345",
        "기기 일련번호 SN9988123", "매입 일련번호 0001", "매입번호 0001", "전표구분 12", "전표구분 12 일련번호 0001", "프린터 일련번호 7712345", "포스 일련번호 12",
        "일련번호: 1234567 (기기)", "일련번호 1234567 단말기", "일련번호 : 1234567 / 단말기 : 01", "시리얼 일련번호 1234567", "Seq No. 1234567 Terminal",
        "통신판매번호 2019123456", "통신판매번호 2019-서울강남-01234", "전화승인번호 1588-1234", "전화 승인번호 30012345", "승인번호 1588-1234", "Receipt : 1588-1234",
        "승인번호 02-555-1234", "Payment code 1000001", "Transaction code 100001",
        "단말기 8812 일련번호 0001", "매입거래 일련번호 0001", "Batch No. 0001", "Batch Seq No. 0001", "배치 일련번호 0001",
    ],
)  # fmt: skip
def test_what_belongs_to_the_shop_the_card_or_the_reader_is_none(line: str) -> None:
    found = marks_of(f"구내식당\n거래일자 2026-11-25\n{line}\n합계 9,000원")
    assert not numbers_in(found)
    assert "minute" not in found


@pytest.mark.parametrize(
    ("text", "minute", "second"),
    [
        ("거래일시 2026-11-25 12:01", "12:01", ""), ("2026.11.25(수) 13:22:07", "13:22", "13:22:07"), ("결제시간 오후 7:30", "19:30", ""),
        ("2026년 11월 25일 12시 1분", "12:01", ""), ("25 Nov 2026 7:05 PM", "19:05", ""), ("거래일시 2026-11-25 12:01\n영업시간 11:00~21:00", "12:01", ""),
        ("2026-11-25 12:01\n재발행 2026-11-26 15:00", "12:01", ""), ("영업 11:00", "", ""), ("라스트오더 20:30", "", ""),
        ("2026-11-25 12:01\n결제시간 12:44", "", ""),  # which of the two is not said
    ],
)  # fmt: skip
def test_the_moment_is_that_of_the_payment(text: str, minute: str, second: str) -> None:
    found = marks_of(text)
    assert (found.get("minute", ""), found.get("second", "")) == (minute, second)


def test_two_numbers_of_one_kind_and_a_card_number_say_nothing() -> None:
    assert numbers_in(marks_of("승인번호 30055511\n승인번호 30055512")) == {}
    assert numbers_in(marks_of("거래번호 4539148803436467")) == {}


def test_a_number_is_long_by_what_stands_behind_the_day_in_it() -> None:
    day = date(2026, 11, 4)
    assert [is_long(each, day) for each in ("30055511", "00432Z", "202611040012", "0000000123", "B0XX1123")] == [
        True, False, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "more",
    ["재발행", "(재발행)", "고객용", "COPY", "DUPLICATE", "재출력 2026-11-06 15:00", "*** REPRINT ***"],
)
def test_a_copy_says_the_same_words_and_the_same_day(more: str) -> None:
    text = "구내식당\n거래일시 2026-11-04 12:10\n합계 9,000원"
    assert words_hash(f"{more}\n{text}") == words_hash(f"{text}\n{more}") == words_hash(text)
    assert values_of(f"{text}\n{more}", currency="KRW").issued_on == date(2026, 11, 4)
    assert words_hash(f"{text}\n복사용지 copy 1,000원") != words_hash(text)
