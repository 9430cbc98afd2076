"""The fields a claim file may deliver, their kinds and their longest texts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    TEXT = "text"  # free text: control characters stripped
    NAME = "name"  # free text that identifies: also white space collapsed
    CODE = "code"  # identifier: kept as delivered but for white space around it
    CHOICE = "choice"  # one of our own values, after the profile's mapping
    AMOUNT = "amount"  # integer minor units of the row's currency
    CURRENCY = "currency"
    TIME = "time"  # a moment, or a day
    DAY = "day"
    NUMBER = "number"
    YES_NO = "yes_no"
    CARD = "card"  # masked number or token
    PEOPLE = "people"  # names and employee numbers, kept as a JSON list


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    length: int = 0  # longest text in characters
    group: str = "claim"  # claim, person, merchant, helper


def _fields(group: str, kind: Kind, **lengths: int) -> dict[str, Field]:
    return {name: Field(name, kind, length, group) for name, length in lengths.items()}


#: What transactions are called in every profile, beside the profile's own words; compared without case and spaces.
TXN_WORDS: dict[str, str] = {
    **dict.fromkeys(
        ("승인", "정상", "매출", "정상승인", "일반승인", "매입", "구매", "결제", "일시불", "할부"), "purchase"
    ),
    **dict.fromkeys(("approved", "approval", "sale", "purchased", "normal", "debit"), "purchase"),
    **dict.fromkeys(("취소", "전체취소", "전액취소", "승인취소", "매입취소", "취소승인"), "cancel"),
    **dict.fromkeys(
        ("매출취소", "결제취소", "취소분", "당일취소", "취소완료", "정상취소", "거래취소", "취소매출"),
        "cancel",
    ),
    **dict.fromkeys(
        ("cancelled", "canceled", "cancellation", "void", "voided", "reversal", "reversed"), "cancel"
    ),
    **dict.fromkeys(
        ("부분취소", "일부취소", "부분승인취소", "부분매입취소", "취소(부분)", "매출부분취소"),
        "partial_cancel",
    ),
    **dict.fromkeys(("partialcancel", "partialcancellation", "partialreversal", "partial"), "partial_cancel"),
    **dict.fromkeys(("환불", "반품", "부분환불", "전액환불", "환급"), "refund"),
    **dict.fromkeys(
        ("refunded", "return", "returned", "credit", "partialrefund", "cr", "creditmemo", "creditnote"),
        "refund",
    ),
    **dict.fromkeys(("차지백", "이의제기환불", "지불거절환급", "charge-back"), "chargeback"),
    **dict.fromkeys(("현금서비스", "단기카드대출", "cashadvance", "atm"), "cash_advance"),
    **dict.fromkeys(("거절", "승인거절", "거래거절", "승인실패", "실패", "한도초과"), "decline"),
    **dict.fromkeys(("declined", "refused", "rejected", "denied", "failed"), "decline"),
}

FIELDS: dict[str, Field] = {
    **_fields("claim", Kind.CODE, external_id=120, claim_no=80, approver_no=60, authorization_code=40),
    **_fields("claim", Kind.CODE, card_kind=20, card_status=20, entry_mode=20, country=2),
    **_fields("claim", Kind.CODE, purpose_code=40, account_code=60, project_code=60, pre_approval_id=40),
    **_fields("claim", Kind.CODE, trip_no=40, evidence_type=20, receipt_id=80),
    **_fields("claim", Kind.TEXT, purpose_text=500),
    **_fields("claim", Kind.CARD, card_number=64),
    **_fields("claim", Kind.CHOICE, txn_type=20),
    **_fields("claim", Kind.CURRENCY, currency=3, original_currency=3),
    **_fields("claim", Kind.AMOUNT, amount=0, original_amount=0, cancel_amount=0, vat=0, vat_claimed=0),
    **_fields("claim", Kind.AMOUNT, service_charge=0, pre_approved_amount=0, card_limit=0),
    **_fields("claim", Kind.TIME, transacted_at=0, settled_at=0, submitted_at=0, claim_approved_at=0),
    **_fields("claim", Kind.TIME, paid_at=0, cancelled_at=0),
    **_fields("claim", Kind.NUMBER, installments=0, n_attendees=0, version=0),
    **_fields("claim", Kind.PEOPLE, attendees=0),
    **_fields("claim", Kind.YES_NO, is_recurring=0, self_declared_personal=0),
    **_fields("person", Kind.CODE, employee_no=60, department_code=40),
    **_fields("person", Kind.NAME, employee_name=120, department_name=120, grade=40, job_family=40),
    **_fields("person", Kind.NAME, workplace_region=60),
    **_fields("merchant", Kind.NAME, merchant_name=200, biz_type=80, biz_item=80, ceo_name=80, region=60),
    **_fields("merchant", Kind.CODE, merchant_no=40, brn=12, mcc=8, tax_type=20, merchant_status=20),
    **_fields("merchant", Kind.DAY, merchant_status_on=0, merchant_opened_on=0),
    **_fields("helper", Kind.CODE, batch_id=80, line_no=80, supersedes=120),
}

#: What a file must deliver for a row to be a claim, unless the profile says otherwise.
REQUIRED = ("external_id", "employee_no", "transacted_at", "amount", "merchant_name")

#: Amount fields in the currency of `original_currency`; all others are in `currency`.
ORIGINAL_AMOUNTS = frozenset({"original_amount"})

#: import field → column of the claim table, where the names differ
CLAIM_COLUMNS: dict[str, str] = {
    "amount": "amount_minor",
    "original_amount": "original_minor",
    "cancel_amount": "cancel_minor",
    "vat": "vat_minor",
    "vat_claimed": "vat_claimed_minor",
    "service_charge": "service_minor",
    "pre_approved_amount": "pre_approved_minor",
    "card_limit": "card_limit_minor",
    "version": "source_version",
}
