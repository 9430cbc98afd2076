"""What is looked at before a case is decided: three to six steps for each pattern, shipped in both languages. Pure data.

A case has the steps of its pattern, the leading reason it is named after; what was ticked or skipped is kept by the step's
code (`CaseCheck`), so codes are stable for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class CheckStep(NamedTuple):
    """One step of a checklist in both languages."""

    en: str
    ko: str


# fmt: off
STEPS: Mapping[str, CheckStep] = {
    "receipt": CheckStep("The receipt is there and agrees with amount, place and time", "영수증이 있고 금액·가맹점·시각이 일치하는지"),
    "purpose": CheckStep("The stated purpose fits what was bought", "사용 목적이 구매 내용과 맞는지"),
    "history": CheckStep("Earlier cases and answers of this person were read", "이 사용자의 지난 건과 소명을 읽었는지"),
    "attendance": CheckStep("Working hours, overtime and shifts of that day", "그날의 근무·연장근로·교대 기록"),
    "leave": CheckStep("Leave and trips of that day", "그날의 휴가·출장 기록"),
    "approval_before": CheckStep("Was it approved beforehand, and for how much?", "사전 승인이 있었는지, 승인 금액이 얼마인지"),
    "limit_part": CheckStep("Which part lies within the limit", "한도 안에 드는 금액이 얼마인지"),
    "attendees": CheckStep("The attendees exist and were there", "참석자가 실제로 있고 함께했는지"),
    "same_occasion": CheckStep("The payments belong to one occasion, or to several", "여러 결제가 한 자리의 것인지 따로인지"),
    "side_by_side": CheckStep("The receipts lie side by side: items, times, terminal", "영수증을 나란히 놓고 품목·시각·단말기를 비교했는지"),
    "colleagues": CheckStep("Colleagues who paid at the same place and time", "같은 곳에서 같은 때 결제한 동료가 있는지"),
    "usual_here": CheckStep("What this person and the department usually pay here", "이 사용자와 부서가 이곳에서 평소 쓰는 금액"),
    "goods": CheckStep("What was bought, item by item, and who has it now", "무엇을 샀고 지금 누가 가지고 있는지"),
    "trade": CheckStep("What the merchant really sells, beside its registered trade", "가맹점이 실제로 파는 것과 등록 업종"),
    "owner": CheckStep("Who owns the merchant, and any tie to the cardholder", "가맹점 대표와 사용자의 관계"),
    "other_claim": CheckStep("The other claim of the same payment: which one was paid out", "같은 결제의 다른 청구와 어느 쪽이 지급됐는지"),
    "authorization": CheckStep("The authorization numbers are the same or differ", "승인번호가 같은지 다른지"),
    "money_back": CheckStep("Cancellations and refunds that have arrived, or are due", "도착했거나 예정된 취소·환불"),
    "card_state": CheckStep("Who had the card on that day, and was it reported lost", "그날 카드를 누가 가지고 있었는지, 분실 신고가 있었는지"),
    "vehicle": CheckStep("Vehicle, fuel card and mileage of that day", "그날의 차량·주유 카드·운행 기록"),
    "approver": CheckStep("Who approved the claim, when, and were they free to", "누가 언제 결재했고 그럴 수 있는 위치였는지"),
    "document": CheckStep("The missing document was asked for, or its absence is explained", "빠진 증빙을 요청했거나 없는 이유가 설명됐는지"),
    "deadline": CheckStep("Why it was filed late, and did anybody know", "늦게 청구한 이유와 미리 알렸는지"),
    "told": CheckStep("What was told, and what of it can be proved", "제보 내용과 그중 확인되는 것"),
    "unusual": CheckStep("What makes it unusual was looked at in the claim itself", "특이하다고 나온 점을 청구에서 직접 확인했는지"),
}
_OF: Mapping[str, tuple[str, ...]] = {
    "T": ("receipt", "purpose", "attendance", "leave"),
    "T03": ("attendance", "receipt", "history"),
    "T04": ("leave", "attendance", "card_state", "receipt"),
    "T05": ("card_state", "leave", "receipt", "history"),
    "T06": ("deadline", "receipt", "purpose"),
    "T07": ("same_occasion", "side_by_side", "purpose", "history"),
    "M": ("trade", "goods", "receipt", "purpose", "history"),
    "M02": ("goods", "receipt", "purpose", "approval_before"),
    "M03": ("goods", "approval_before", "receipt"),
    "M04": ("trade", "receipt", "attendees", "purpose"),
    "M05": ("trade", "receipt", "authorization"),
    "M07": ("owner", "receipt", "goods", "usual_here"),
    "M08": ("owner", "usual_here", "side_by_side", "purpose"),
    "L": ("leave", "receipt", "purpose", "card_state"),
    "A": ("receipt", "purpose", "usual_here", "history"),
    "A01": ("receipt", "approval_before", "limit_part", "purpose"),
    "A02": ("receipt", "attendees", "limit_part", "purpose"),
    "A03": ("side_by_side", "same_occasion", "usual_here", "history"),
    "A04": ("same_occasion", "side_by_side", "limit_part", "colleagues", "approval_before"),
    "A11": ("approval_before", "limit_part", "receipt"),
    "D": ("document", "purpose", "history"),
    "D01": ("document", "receipt", "purpose", "history"),
    "D03": ("other_claim", "authorization", "side_by_side", "money_back"),
    "D08": ("other_claim", "attendees", "colleagues", "side_by_side"),
    "C": ("money_back", "authorization", "receipt"),
    "C04": ("vehicle", "receipt", "purpose"),
    "C09": ("card_state", "authorization", "receipt", "history"),
    "H": ("approver", "receipt", "purpose"),
    "tip": ("told", "receipt", "purpose", "history"),
    "novelty": ("unusual", "receipt", "purpose", "usual_here"),
    "model": ("unusual", "receipt", "purpose", "history"),
}
#: Of a pattern that no list names: a company's own rule, a case by hand, a random check.
GENERAL = ("receipt", "purpose", "history")
# fmt: on


def checklist_of(pattern: str) -> tuple[str, ...]:
    """The codes of the steps for a pattern: those of its own list, of its rule without a letter behind (A04B → A04), of its group."""
    for name in (pattern, pattern.rstrip("BCW"), pattern[:1] if pattern[1:2].isdigit() else ""):
        if name in _OF:
            return _OF[name]
    return GENERAL
