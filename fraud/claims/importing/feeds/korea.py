"""Exports of Hometax and Popbill, and the workbooks that Korean card companies offer to their corporate customers.

None of these formats has a public specification; docs/presets.md says what was seen and where.
"""

from __future__ import annotations

from typing import Any

_DATES = [
    "iso",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y.%m.%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y년 %m월 %d일",
]
_CURRENCY = {"default": "KRW"}
#: A card stands for its holder until the card register says who that is.
_EMPLOYEE = {"from": ["사번", "사원번호", "employee_no"], "compose": "card-{card_last4}"}
_IDENTITY = [
    "transacted_at", "card_number", "authorization_code", "amount", "currency", "txn_type", "merchant_name", "merchant_no",
]  # fmt: skip


def _workbook(source_system: str, columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A card company's workbook: titles above the header, rows known by their values, masked card numbers."""
    return {
        "source_system": source_system,
        "encodings": ["utf-8", "cp949"],
        "columns": {"employee_no": _EMPLOYEE, **columns},
        "identity": _IDENTITY,
        "currency": _CURRENCY,
        "amounts": {"zero_decimals": True, **more.pop("amounts", {})},
        "dates": {"formats": _DATES, "max_age_years": 5},
        **more,
    }


SHINHAN = _workbook(
    "card-shinhan",
    {
        "transacted_at": {"from": ["이용일시", "승인일시"]},
        "card_number": ["이용카드", "카드번호"],
        "employee_name": ["이용자명"],
        "authorization_code": ["승인번호"],
        "merchant_name": ["가맹점명"],
        "amount": ["이용금액", "승인금액"],
        "txn_type": {"from": ["이용구분"], "values": {"일시불취소": "cancel", "할부취소": "cancel"}},
        "installments": ["할부개월수"],
        "cancelled_at": ["취소일자"],
        "card_kind": ["카드구분"],
    },
    extra={"결제예정일": ["결제예정일"]},
)

KB = _workbook(
    "card-kb",
    {
        "transacted_at": {"from": ["승인일", "이용일"], "time_from": ["승인시간", "이용시간"]},
        "card_number": ["카드번호"],
        "employee_name": ["이용자명", "이용고객명", "대표자성명"],
        "department_name": ["부서명"],
        "authorization_code": ["승인번호"],
        "merchant_name": ["가맹점명", "이용하신곳"],
        "amount": ["승인금액", "국내이용금액(원)"],
        "txn_type": {
            "from": ["승인구분", "상태"],
            "values": {"전표매입": "purchase", "승인완료": "purchase"},
        },
        "installments": ["할부개월수"],
    },
    extra={"결제예정일": ["결제예정일"]},
)

NH = _workbook(
    "card-nh",
    {
        "transacted_at": {"from": ["이용일시"]},
        "card_number": ["이용카드"],
        "employee_name": ["사용자명", "이용자명"],
        "authorization_code": ["승인번호"],
        "merchant_name": ["가맹점명"],
        "amount": ["국내이용금액(원)", "승인금액"],
        "cancel_amount": ["취소금액"],
        "txn_type": {"from": ["취소여부"], "values": {"Y": "cancel", "N": "purchase"}},
        "installments": ["할부기간"],
        "settled_at": ["접수년월일"],
    },
    extra={"매출종류": ["매출종류"], "국내외구분": ["국내외구분"], "결제일": ["결제일"]},
    amounts={"cancels": "state"},
)

BC = _workbook(
    "card-bc",
    {
        "transacted_at": {"from": ["승인일자"], "time_from": ["승인시간"]},
        "card_number": ["카드번호"],
        "employee_name": ["카드소지자", "카드소지자명"],
        "department_name": ["부서명"],
        "authorization_code": ["승인번호"],
        "merchant_name": ["가맹점명/국가명", "가맹점명", "가맹점명/국가명(도시명)"],
        "amount": ["승인금액", "이용금액"],
        "txn_type": {
            "from": ["매출종류"],
            "values": {"일반매출": "purchase", "일반": "purchase", "해외매출": "purchase"},
        },
        "installments": ["할부기간"],
        "card_kind": ["카드구분"],
    },
    extra={
        "본부명": ["본부명"],
        "사용구분": ["사용구분"],
        "거래은행": ["거래은행"],
        "해외승인원화금액": ["해외승인원화금액"],
    },
)

HANA = _workbook(
    "card-hana",
    {
        "transacted_at": {"from": ["이용일"], "time_from": ["이용시간"]},
        "card_number": ["카드번호"],
        "employee_name": ["사용자", "이용자명"],
        "authorization_code": ["승인번호"],
        "merchant_name": ["가맹점명"],
        "brn": ["가맹점사업자번호"],
        "biz_type": ["업종명"],
        "amount": ["승인금액"],
        "cancel_amount": ["승인취소금액"],
        "txn_type": ["상태"],
        "card_kind": ["카드구분"],
    },
    extra={"이용구분": ["이용구분"], "매입금액": ["매입금액"], "하위몰정보": ["하위몰정보"]},
    amounts={"cancels": "state"},
)

SAMSUNG = _workbook(
    "card-samsung",
    {
        "transacted_at": {"from": ["승인일자", "이용일자", "이용일"], "time_from": ["승인시각", "승인시간"]},
        "card_number": ["카드번호"],
        "employee_name": ["이용자명", "사용자명"],
        "authorization_code": ["승인번호"],
        "merchant_name": ["가맹점명", "사용처/가맹점", "가맹점"],
        "amount": ["승인금액(원)", "승인금액", "이용금액"],
        "txn_type": {"from": ["취소여부", "승인구분"], "values": {"Y": "cancel", "N": "purchase"}},
        "installments": ["할부개월", "개월"],
    },
)

LOTTE = _workbook(
    "card-lotte",
    {
        "transacted_at": {"from": ["이용일자"], "time_from": ["이용시간"]},
        "card_number": ["카드번호", "이용카드"],
        "employee_name": ["이용자명"],
        "authorization_code": ["승인번호"],
        "merchant_name": ["이용가맹점", "가맹점명"],
        "biz_type": ["업종"],
        "amount": ["이용금액"],
        "txn_type": {"from": ["취소여부"], "values": {"Y": "cancel", "N": "purchase"}},
        "installments": ["할부개월"],
    },
)

HYUNDAI = _workbook(
    "card-hyundai",
    {
        "transacted_at": {"from": ["이용일", "이용일시"]},
        "card_number": ["이용카드", "카드번호"],
        "employee_name": ["이용자명", "카드소지자"],
        "authorization_code": ["승인번호"],
        "merchant_name": ["이용가맹점", "가맹점명"],
        "amount": ["이용금액"],
        "txn_type": {"from": ["이용구분", "취소여부"], "values": {"Y": "cancel", "N": "purchase"}},
        "installments": ["할부"],
    },
)

HOMETAX_CARD = _workbook(
    "hometax-card",
    {
        "transacted_at": {"from": ["승인일자", "결제일자"]},
        "card_number": ["카드번호"],
        "card_kind": ["카드사"],
        "authorization_code": ["승인번호"],
        "brn": ["가맹점사업자번호", "가맹점 사업자번호"],
        "merchant_name": ["가맹점명"],
        "amount": ["합계", "합계금액"],
        "vat": ["세액", "부가세"],
        "service_charge": ["봉사료"],
        "tax_type": ["가맹점유형"],
        "biz_type": ["업태", "가맹점업종"],
        "biz_item": ["업종"],
        "purpose_text": ["비고"],
    },
    extra={"공급가액": ["공급가액"], "공제여부결정": ["공제여부결정", "공제여부"]},
)

#: Tax invoices received: the first of two columns called 상호, 대표자명 and 종사업장번호 is the supplier's.
HOMETAX_INVOICE: dict[str, Any] = {
    "source_system": "hometax-invoice",
    "encodings": ["utf-8", "cp949"],
    "columns": {
        "external_id": ["승인번호"],
        "transacted_at": ["작성일자"],
        "settled_at": ["발급일자"],
        "brn": ["공급자사업자등록번호"],
        "merchant_name": ["상호[1]", "공급자상호"],
        "ceo_name": ["대표자명[1]", "공급자성명", "공급자대표자명"],
        "amount": ["합계금액"],
        "vat": ["세액"],
        "purpose_text": ["품목명", "비고", "품목1"],
        "employee_no": {"from": ["사번", "담당자사번"], "constant": "tax-invoice"},
        "evidence_type": {"constant": "tax_invoice"},
    },
    "extra": {
        "분류": ["전자세금계산서분류"],
        "종류": ["전자세금계산서종류"],
        "영수청구": ["영수/청구구분", "영수/청구"],
        "공급가액": ["공급가액"],
    },
    "currency": _CURRENCY,
    "amounts": {"zero_decimals": True},
    "dates": {"formats": _DATES, "max_age_years": 5},
}

POPBILL: dict[str, Any] = {
    "source_system": "popbill",
    "encodings": ["utf-8", "cp949"],
    "columns": {
        "external_id": ["ntsconfirmNum"],
        "transacted_at": ["writeDate"],
        "settled_at": ["issueDate"],
        "brn": ["invoicerCorpNum"],
        "merchant_name": ["invoicerCorpName"],
        "ceo_name": ["invoicerCEOName"],
        "amount": ["totalAmount"],
        "vat": ["taxTotal"],
        "purpose_text": ["itemName", "remark1"],
        "employee_no": {"from": ["employee_no", "사번"], "constant": "tax-invoice"},
        "evidence_type": {"constant": "tax_invoice"},
    },
    "extra": {
        "supply": ["supplyCostTotal"],
        "tax_type": ["taxType"],
        "purpose": ["purposeType"],
        "modifies": ["orgNTSConfirmNum"],
        "direction": ["invoiceType"],
    },
    "currency": _CURRENCY,
    "dates": {"formats": _DATES, "max_age_years": 5},
}

POPBILL_CASH: dict[str, Any] = {
    "source_system": "popbill-cash",
    "encodings": ["utf-8", "cp949"],
    "columns": {
        "external_id": ["ntsconfirmNum"],
        "transacted_at": ["tradeDT", "tradeDate"],
        "txn_type": {"from": ["tradeType"], "values": {"승인거래": "purchase", "취소거래": "cancel"}},
        "brn": ["franchiseCorpNum"],
        "merchant_name": ["franchiseCorpName"],
        "amount": ["totalAmount"],
        "vat": ["tax"],
        "service_charge": ["serviceFee"],
        "employee_name": ["customerName"],
        "employee_no": {"from": ["employee_no", "사번"], "constant": "cash-receipt"},
        "evidence_type": {"constant": "cash_receipt"},
    },
    "extra": {"supply": ["supplyCost"], "usage": ["tradeUsage"]},
    "currency": _CURRENCY,
    "dates": {"formats": _DATES, "max_age_years": 5},
}

PRESETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "popbill": ("Popbill: tax invoices", "팝빌 홈택스 세금계산서", POPBILL),
    "popbill-cash": ("Popbill: cash receipts", "팝빌 홈택스 현금영수증", POPBILL_CASH),
    "hometax-card": ("Hometax: business card purchases", "홈택스 사업용 신용카드 매입내역", HOMETAX_CARD),
    "hometax-invoice": ("Hometax: tax invoices received", "홈택스 매입 전자세금계산서", HOMETAX_INVOICE),
    "card-shinhan": ("Shinhan Card workbook", "신한카드 이용내역", SHINHAN),
    "card-kb": ("KB Kookmin Card workbook", "KB국민카드 승인내역", KB),
    "card-nh": ("NH NongHyup Card workbook", "NH농협카드 이용내역", NH),
    "card-bc": ("BC Card workbook", "BC카드 승인내역", BC),
    "card-hana": ("Hana Card workbook", "하나카드 이용내역", HANA),
    "card-samsung": ("Samsung Card workbook", "삼성카드 승인내역", SAMSUNG),
    "card-lotte": ("Lotte Card workbook", "롯데카드 이용내역", LOTTE),
    "card-hyundai": ("Hyundai Card workbook", "현대카드 이용내역", HYUNDAI),
}
