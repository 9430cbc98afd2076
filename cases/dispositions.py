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
    """Labels in both languages, one sentence on when to use it, the label it gives and whether money may come back."""

    label_en: str
    label_ko: str
    when_en: str
    when_ko: str
    is_misuse: bool | None  # None: teaches the models nothing
    may_recover: bool


DISPOSITIONS: dict[Disposition, DispositionInfo] = {
    Disposition.CONFIRMED_MISUSE: DispositionInfo(
        "Confirmed misuse",
        "부정 사용 확인",
        "The card was used against the policy and the explanation does not change that.",
        "규정에 어긋나게 사용했고 소명으로도 정당화되지 않을 때 선택합니다.",
        True,
        True,
    ),
    Disposition.PERSONAL_USE_REPAID: DispositionInfo(
        "Personal use, repaid",
        "사적 사용 자진 반납",
        "The cardholder admits personal use and repays it.",
        "카드 사용자가 사적 사용을 인정하고 반납할 때 선택합니다.",
        True,
        True,
    ),
    Disposition.POLICY_BREACH: DispositionInfo(
        "Policy breach, warning only",
        "규정 위반(주의)",
        "A rule was broken without loss to the company; a warning is enough.",
        "회사 손해 없이 규정만 어겨 주의로 충분할 때 선택합니다.",
        True,
        False,
    ),
    Disposition.LEGITIMATE: DispositionInfo(
        "Legitimate",
        "정상 사용",
        "The claim is in order; give the reason that fits best.",
        "정상 사용으로 확인되었을 때 가장 가까운 사유와 함께 선택합니다.",
        False,
        False,
    ),
    Disposition.INSUFFICIENT_INFORMATION: DispositionInfo(
        "Insufficient information",
        "판단 불가",
        "What happened cannot be established with what is known.",
        "확인된 자료만으로는 판단할 수 없을 때 선택합니다.",
        None,
        False,
    ),
    Disposition.DUPLICATE: DispositionInfo(
        "Duplicate case",
        "중복 건",
        "Another case covers the same claims.",
        "같은 청구를 다루는 다른 건이 있을 때 선택합니다.",
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
