"""Why a case ended, when to use each answer, and which label it gives. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    CONFIRMED_MISUSE = "confirmed_misuse"
    PERSONAL_USE_REPAID = "personal_use_repaid"
    POLICY_BREACH = "policy_breach"
    LEGITIMATE = "legitimate"
    INSUFFICIENT_INFORMATION = "insufficient_information"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class DispositionInfo:
    """Labels in both languages, one sentence on when to use it, one for the cardholder, the label it gives and whether money may come back."""

    label_en: str
    label_ko: str
    when_en: str
    when_ko: str
    told_en: str  # to the cardholder, with the decision
    told_ko: str
    is_misuse: bool | None  # None: teaches the models nothing
    may_recover: bool


DISPOSITIONS: dict[Disposition, DispositionInfo] = {
    Disposition.CONFIRMED_MISUSE: DispositionInfo(
        "Confirmed misuse",
        "오남용 확인",
        "The card was used against the policy and the explanation does not change that.",
        "규정에 어긋나게 사용했고 소명으로도 정당화되지 않을 때 선택합니다.",
        "The company does not accept this payment as business use.",
        "회사는 이 결제를 업무 사용으로 인정하지 않았습니다.",
        True,
        True,
    ),
    Disposition.PERSONAL_USE_REPAID: DispositionInfo(
        "Personal use, repaid",
        "사적 사용 자진 반납",
        "The cardholder admits personal use and repays it.",
        "카드 사용자가 사적 사용을 인정하고 반납할 때 선택합니다.",
        "You said that the payment was personal, and it is settled by repaying it.",
        "사적 사용을 스스로 밝혔으므로 반납하면 마무리됩니다.",
        True,
        True,
    ),
    Disposition.POLICY_BREACH: DispositionInfo(
        "Policy breach, warning only",
        "규정 위반(주의)",
        "A rule was broken without loss to the company; a warning is enough.",
        "회사 손해 없이 규정만 어겨 주의로 충분할 때 선택합니다.",
        "A rule was broken, without loss to the company. Nothing is to be repaid; please keep to the rule next time.",
        "규정에 어긋났으나 회사에 손해는 없습니다. 반납할 금액은 없으며, 앞으로 규정을 지켜 주십시오.",
        True,
        False,
    ),
    Disposition.LEGITIMATE: DispositionInfo(
        "Legitimate",
        "정상 사용",
        "The claim is in order; give the reason that fits best.",
        "정상 사용으로 확인되었을 때 가장 가까운 사유와 함께 선택합니다.",
        "The payment is in order. Nothing further is needed.",
        "정상적인 사용으로 확인되었습니다. 추가로 하실 일은 없습니다.",
        False,
        False,
    ),
    Disposition.INSUFFICIENT_INFORMATION: DispositionInfo(
        "Insufficient information",
        "판단 불가",
        "What happened cannot be established with what is known.",
        "확인된 자료만으로는 판단할 수 없을 때 선택합니다.",
        "What happened could not be established. Nothing is held against you.",
        "확인된 자료만으로는 판단할 수 없어 불이익 없이 종결합니다.",
        None,
        False,
    ),
    Disposition.DUPLICATE: DispositionInfo(
        "Duplicate case",
        "중복 건",
        "Another case covers the same claims.",
        "같은 청구를 다루는 다른 건이 있을 때 선택합니다.",
        "Another request covers the same payment.",
        "같은 결제를 다루는 다른 요청이 있습니다.",
        None,
        False,
    ),
}

LEGITIMATE_REASONS: dict[str, tuple[str, str]] = {
    "approved_exception": ("Approved exception", "승인된 예외"),
    "business_purpose": ("Business purpose proven", "업무 목적 입증"),
    "data_error": ("Data error", "자료 오류"),
    "cancelled": ("Cancelled or refunded", "취소·환불됨"),
    "within_policy": ("Within policy", "규정 범위 내"),
}


def label_for(disposition: Disposition) -> bool | None:
    """True for misuse, False for not misuse, None where the outcome teaches nothing."""
    return DISPOSITIONS[disposition].is_misuse
