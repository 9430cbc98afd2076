"""Short words for the facts of a hit."""

from __future__ import annotations

from collections.abc import Mapping

from rules.mcc_words import mcc_word

#: Window key → (English, Korean).
KEY_WORDS: Mapping[str, tuple[str, str]] = {
    "cardholder": ("by one cardholder", "한 사용자가"),
    "merchant": ("at one merchant", "한 가맹점에서"),
    "department": ("in the department", "같은 부서에서"),
    "job_family": ("in the job family", "같은 직군에서"),
    "grade": ("of the grade", "같은 직급에서"),
    "approver": ("with one approver", "한 승인자에게서"),
    "mcc": ("in this category", "같은 업종에서"),
    "merchant.mcc": ("in this category", "같은 업종에서"),
    "biz_type": ("in this line of business", "같은 업태에서"),
    "brn": ("at one business number", "같은 사업자번호로"),
    "region": ("in one region", "같은 지역에서"),
    "amount": ("of the same amount", "같은 금액으로"),
    "purpose": ("for one purpose", "같은 목적으로"),
    "account": ("on one account", "같은 계정으로"),
    "project": ("on one project", "같은 프로젝트로"),
    "trip": ("on one trip", "같은 출장에서"),
    "receipt": ("with one receipt", "같은 영수증으로"),
    "authorization": ("with one approval number", "같은 승인번호로"),
}

PERIOD_WORDS: Mapping[str, tuple[str, str]] = {
    "day": ("on one day", "하루에"),
    "week": ("in one week", "한 주에"),
    "month": ("in one month", "한 달에"),
    "quarter": ("in one quarter", "한 분기에"),
    "year": ("in one year", "한 해에"),
}

#: Yes/no field → what to say of (no, yes), each (English, Korean); empty for what goes without saying.
YES_NO_WORDS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "has_time": (("time of day not known", "거래 시각 미확인"), ("", "")),
    "is_recurring": (("", ""), ("a recurring payment", "정기 결제")),
    "on_leave": (("not on leave", "휴가·휴직 아님"), ("on leave that day", "당일 휴가·휴직 중")),
    "on_trip": (("no trip that day", "당일 출장 없음"), ("on a trip that day", "당일 출장 중")),
    "has_overtime": (
        ("no overtime approved", "승인된 초과근무 없음"),
        ("overtime approved", "초과근무 승인됨"),
    ),
    "has_vehicle": (("no vehicle that day", "당일 배정 차량 없음"), ("has a vehicle", "배정 차량 있음")),
    "is_outside_pre_approval": (
        ("", ""),
        (
            "the pre-approval named is not for this person and day",
            "사전 승인이 본인 또는 해당 일자의 것이 아님",
        ),
    ),
    "is_near_home": (("", ""), ("near the cardholder's home", "자택 인근")),
    "is_badged_elsewhere": (("", ""), ("badge or network shows another place", "출입·접속 기록상 다른 장소")),
    "receipt.is_edited": (("", ""), ("the receipt shows signs of editing", "영수증에 편집 흔적 있음")),
    "is_night": (("not at night", "심야 아님"), ("late at night", "심야 사용")),
    "is_weekend": (("not at the weekend", "주말 아님"), ("at the weekend", "주말 사용")),
    "is_holiday": (("not on a public holiday", "공휴일 아님"), ("on a public holiday", "공휴일 사용")),
    "is_business_day": (("not a business day", "영업일 아님"), ("on a business day", "영업일 사용")),
    "is_first_at_merchant": (
        ("not the first claim at this merchant", "이 가맹점 첫 이용 아님"),
        ("the cardholder's first claim at this merchant", "이 가맹점 첫 이용"),
    ),
    "is_round_amount": (
        ("not a round amount", "딱 떨어지지 않는 금액"),
        ("a round amount", "딱 떨어지는 금액"),
    ),
}
#: A code a claim carries when there is nothing, and its words.
NOTHING = "none"
NOTHING_WORDS = ("none", "없음")
#: Codes of transactions, cards and entry modes → (English, Korean); another code is shown as it was delivered.
CODE_WORDS: Mapping[str, tuple[str, str]] = {
    "purchase": ("purchase", "승인"),
    "cancel": ("cancellation", "취소"),
    "partial_cancel": ("partial cancellation", "부분 취소"),
    "refund": ("refund", "환불"),
    "cash_advance": ("cash advance", "현금 서비스"),
    "chargeback": ("chargeback", "차지백"),
    "decline": ("declined", "거절"),
    "personal": ("personal card", "개인형 카드"),
    "shared": ("shared card", "공용 카드"),
    "dept": ("department card", "부서 카드"),
    "fuel": ("fuel card", "주유 카드"),
    "virtual": ("virtual card", "가상 카드"),
    "taxi": ("taxi card", "택시 카드"),
    "chip": ("chip", "칩"),
    "swipe": ("magnetic stripe", "마그네틱"),
    "contactless": ("contactless", "비접촉"),
    "online": ("online", "온라인"),
    "keyed": ("typed in", "수기 입력"),
    "recurring": ("recurring", "정기 결제"),
}
#: The fields whose values CODE_WORDS tells; a company's own codes (purposes, accounts, grades) may be spelt the same and mean something else.
CODED = ("txn_type", "entry_mode", "card.kind")
#: The claim's own amount beside a sum over several claims.
THIS_PAYMENT = ("this payment {}", "이 건 {}")
#: The thresholds that held on the day of the claim.
LIMITS_ARE = ("set limits: {}", "적용 기준: {}")

_UNITS: Mapping[str, tuple[str, str, str]] = {
    "hour": ("{}:00", "{}:00", "{}시"),
    "days": ("{} day", "{} days", "{}일"),
    "minutes": ("{} minute", "{} minutes", "{}분"),
    "months": ("{} month", "{} months", "{}개월"),
    "people": ("{} person", "{} people", "{}명"),
    "claims": ("{} claim", "{} claims", "{}건"),
    "km_h": ("{} km/h", "{} km/h", "시속 {}km"),
    "merchants": ("{} merchant", "{} merchants", "{}곳"),
}
# fmt: off
_WEEKDAYS = (
    ("Monday", "월요일"), ("Tuesday", "화요일"), ("Wednesday", "수요일"), ("Thursday", "목요일"), ("Friday", "금요일"), ("Saturday", "토요일"),
    ("Sunday", "일요일"),
)
# fmt: on
_LENGTHS = ((86_400, "day", "일"), (3600, "hour", "시간"), (60, "minute", "분"), (1, "second", "초"))


def word_of(field: str, value: str, lang: str) -> str:
    """The word for a value of a coded field alone: `cash advance`, `Bars and night clubs`; empty where there is none."""
    if field.endswith("mcc"):
        return mcc_word(value, lang)
    return CODE_WORDS[value][lang == "ko"] if field in CODED and value in CODE_WORDS else ""


def code_word(field: str, value: str, lang: str) -> str:
    """A value of a coded field in a sentence: `cash advance`, a merchant category with its code: `5813 Bars and night clubs`; empty where there are none."""
    word = word_of(field, value, lang)
    return f"{value} {word}" if word and field.endswith("mcc") else word


def unit_words(shown: str, value: float, unit: str, lang: str) -> str:
    """A number with what it counts."""
    if unit == "weekday" and value in range(1, 8):
        return _WEEKDAYS[int(value) - 1][lang == "ko"]
    if unit not in _UNITS:
        return shown
    one, many, korean = _UNITS[unit]
    return korean.format(shown) if lang == "ko" else (one if value == 1 else many).format(shown)


def duration_words(seconds: int, lang: str) -> str:
    """A length of time in its two largest units: ``1 day 2 hours``, ``1일 2시간``; ``30 minutes``."""
    sign, rest = ("-" if seconds < 0 else ""), abs(seconds)
    if rest >= 2 * 86_400:
        rest -= rest % 86_400  # hours say nothing beside several days
    parts = []
    for length, english, korean in _LENGTHS:
        amount, rest = divmod(rest, length)
        if amount:
            parts.append(
                f"{amount}{korean}" if lang == "ko" else f"{amount} {english}{'' if amount == 1 else 's'}"
            )
    return sign + " ".join(parts[:2] or (["0초"] if lang == "ko" else ["0 seconds"]))
