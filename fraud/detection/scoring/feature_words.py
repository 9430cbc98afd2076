"""What each feature says, in both languages, and when it says anything against a claim. Pure data.

Filled in by ``fraud.detection.scoring.reasons``: ``{value}`` (with its unit), ``{ratio}``, ``{percent}``, ``{own}`` and ``{usual}``
(money). ``one|many`` in English: what is said of one and of any other number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Texts = Mapping[str, str]


def _t(en: str, ko: str) -> Texts:
    return {"en": en, "ko": ko}


_AMOUNT = _t("{own} (cardholder's 30-day mean {usual})", "{own}(본인 30일 평균 {usual})")
# fmt: off
FEATURES: dict[str, Texts] = {
    "amount": _AMOUNT,
    "log_amount": _AMOUNT,
    "per_head": _t("{value} per head", "1인당 {value}"),
    "is_round_amount": _t("a round amount", "딱 떨어지는 금액"),
    "ratio_to_limit": _t("{percent} % of the card limit ({own}; limit {usual})", "카드 한도의 {percent}%({own}, 한도 {usual})"),
    "ratio_to_pre_approved": _t(
        "{percent} % of the pre-approved amount ({own}; approved {usual})", "사전 승인액의 {percent}%({own}, 승인 {usual})"
    ),
    "hour": _t("paid in the hour from {value}", "{value}대 결제"),
    "weekday": _t("on a {value}", "{value} 사용"),
    "is_night": _t("late at night", "심야 사용"),
    "is_weekend": _t("on a weekend", "주말 사용"),
    "is_holiday": _t("on a public holiday", "공휴일 사용"),
    "is_business_day": _t("on a business day", "영업일 사용"),
    "days_to_submit": _t("filed {value} after the payment", "결제 {value} 뒤 청구"),
    "days_since_hired": _t("{value} after joining the company", "입사 {value} 뒤"),
    "n_claims_cardholder_1d": _t("1 payment in the day before|{value} payments in the day before", "직전 하루 결제 {value}"),
    "n_claims_cardholder_7d": _t("1 payment in the 7 days before|{value} payments in the 7 days before", "직전 7일 결제 {value}"),
    "n_claims_cardholder_30d": _t("1 payment in the 30 days before|{value} payments in the 30 days before", "직전 30일 결제 {value}"),
    "n_merchants_cardholder_7d": _t("1 merchant in the 7 days before|{value} merchants in the 7 days before", "직전 7일 가맹점 {count}곳"),
    "velocity_ratio_cardholder": _t("{ratio} times the usual number of payments a day", "평소 하루 결제 건수의 {ratio}배"),
    "minutes_since_previous": _t("{value} after the cardholder's previous payment", "본인 직전 결제 {value} 뒤"),
    "total_amount_cardholder_1d": _t("{value} in the day before", "직전 하루 합계 {value}"),
    "total_amount_cardholder_7d": _t("{value} in the 7 days before", "직전 7일 합계 {value}"),
    "total_amount_cardholder_30d": _t("{value} in the 30 days before", "직전 30일 합계 {value}"),
    "mean_amount_cardholder_30d": _t("cardholder's 30-day mean {value}", "본인 30일 평균 {value}"),
    "amount_ratio_self_30d": _t(
        "{ratio} times the cardholder's 30-day mean ({own}; usual {usual})", "본인 30일 평균의 {ratio}배({own}, 평소 {usual})"
    ),
    "amount_ratio_usual": _t(
        "{ratio} times the cardholder's usual amount ({own}; usual {usual})", "본인 평소 금액의 {ratio}배({own}, 평소 {usual})"
    ),
    "amount_ratio_self_max": _t(
        "{percent} % of the cardholder's highest amount of the year ({own}; highest {usual})",
        "본인 1년 최고액의 {percent}%({own}, 최고 {usual})",
    ),
    "amount_z_self": _t(
        "{ratio} standard deviations from the cardholder's own year ({own}; 30-day mean {usual})",
        "본인 1년 이력에서 표준편차 {ratio}배 벗어남({own}, 30일 평균 {usual})",
    ),
    "max_ratio_usual_14d": _t(
        "payments of up to {ratio} times the usual amount in the 14 days before", "직전 14일에 평소의 {ratio}배까지 결제"
    ),
    "n_unusual_amount_14d": _t(
        "1 payment of unusual amount in the 14 days before|{value} payments of unusual amount in the 14 days before",
        "직전 14일 이례적 금액 {value}",
    ),
    "n_claims_merchant_30d": _t(
        "1 payment of the company here in 30 days|{value} payments of the company here in 30 days", "회사 전체 최근 30일 이 가맹점 결제 {value}"
    ),
    "n_cardholders_merchant_30d": _t(
        "1 cardholder paid here in 30 days|{value} cardholders paid here in 30 days", "최근 30일 이 가맹점 사용자 {count}명"
    ),
    "amount_ratio_merchant_90d": _t(
        "{ratio} times what is usual at this merchant ({own}; usual {usual})", "이 가맹점 평소 금액의 {ratio}배({own}, 평소 {usual})"
    ),
    "merchant_seen_days": _t("merchant first used by the company {value} ago", "회사가 이 가맹점을 처음 이용한 지 {value}"),
    "merchant_age_days": _t("merchant opened {value} ago", "가맹점 개업 {value}"),
    "n_claims_same_merchant_1d": _t(
        "1 own payment here in the day before|{value} own payments here in the day before", "직전 하루 이 가맹점 결제 {value}"
    ),
    "n_claims_same_merchant_30d": _t(
        "1 own payment here in the 30 days before|{value} own payments here in the 30 days before", "직전 30일 이 가맹점 결제 {value}"
    ),
    "is_first_at_merchant": _t("first time at this merchant", "이 가맹점 첫 이용"),
    "minutes_since_same_merchant": _t("again at this merchant after {value}", "같은 가맹점에서 {value} 만에 다시 결제"),
    "n_same_amount_30d": _t(
        "the same amount once before in 30 days|the same amount {count} times before in 30 days", "최근 30일 같은 금액 결제 {value} 더 있음"
    ),
    "n_repeated_3d": _t(
        "the same amount here once before in 3 days|the same amount here {count} times before in 3 days",
        "최근 3일 같은 가맹점·같은 금액 {value} 더 있음",
    ),
    "amount_z_peer": _t(
        "{ratio} standard deviations from what the department pays in this trade", "부서의 같은 업종 결제에서 표준편차 {ratio}배 벗어남"
    ),
    "mcc_share_peer": _t("this trade is {percent} % of the department's payments", "부서 결제 중 이 업종 비중 {percent}%"),
}
# fmt: on

#: Features about earlier outcomes come in several windows and of two subjects; ``{days}`` is the window's length.
# fmt: off
_OUTCOMES: dict[str, Texts] = {
    "n_known_misuse": _t(
        "1 payment {who} found to be misuse in the last {days} days|{value} payments {who} found to be misuse in the last {days} days",
        "최근 {days}일 {who} 오남용 확인 {value}",
    ),
    "n_known_labels": _t(
        "1 payment {who} reviewed in the last {days} days|{value} payments {who} reviewed in the last {days} days",
        "최근 {days}일 {who} 검토 완료 {value}",
    ),
    "known_misuse_rate": _t(
        "{percent} % of the payments {who} reviewed in the last {days} days were misuse", "최근 {days}일 검토된 {who} 결제 중 {percent}%가 오남용"
    ),
    "days_since_known_label": _t("latest outcome {who} known {value} ago", "{who} 마지막 검토 결과 확인 후 {value}"),
    "days_since_known_misuse": _t("latest misuse {who} found {value} ago", "{who} 마지막 오남용 확인 후 {value}"),
    "n_misuse_run": _t(
        "the latest review of a payment {who} found misuse|the latest {count} reviews of payments {who} all found misuse",
        "{who} 최근 검토 {value} 연속 오남용",
    ),
    "days_since_misuse_run_began": _t(
        "no payment {who} found in order since the misuse of {value} ago", "{who} {value} 전 오남용 이후 정상 확인 없음"
    ),
    "n_clean_run": _t(
        "1 payment {who} in order since the last misuse|{value} payments {who} in order since the last misuse",
        "마지막 오남용 이후 {who} 정상 {value}",
    ),
}
# fmt: on
_WHO: dict[str, Texts] = {
    "cardholder": _t("of the cardholder", "사용자"),
    "merchant": _t("at this merchant", "가맹점"),
}
_OUTCOME = re.compile(rf"^({'|'.join(_OUTCOMES)})_({'|'.join(_WHO)})(?:_(\d+)d)?$")

#: What is said when a feature is zero; other counts of zero say nothing.
ZERO: dict[str, Texts] = {
    "merchant_seen_days": _t("the company's first payment at this merchant", "회사가 처음 이용하는 가맹점"),
    "n_claims_merchant_30d": _t(
        "no other payment of the company here in 30 days", "최근 30일 회사의 다른 결제가 없는 가맹점"
    ),
    "mcc_share_peer": _t("a trade the department does not otherwise use", "부서에서 쓰지 않는 업종"),
}

_MONTH = 30.0
#: Values that speak for suspicion, from … to; a feature not named here always does, a count from 1.
# fmt: off
TELLING: dict[str, tuple[float, float]] = {
    "ratio_to_limit": (0.5, float("inf")),
    "ratio_to_pre_approved": (1.0, float("inf")),
    "weekday": (6, 7),
    "is_business_day": (2, 2),  # never: most days are
    "days_to_submit": (7, float("inf")),
    "days_since_hired": (0, 365),
    "n_claims_cardholder_1d": (3, float("inf")),
    "n_claims_cardholder_7d": (10, float("inf")),
    "n_claims_cardholder_30d": (30, float("inf")),
    "n_merchants_cardholder_7d": (5, float("inf")),
    "velocity_ratio_cardholder": (2, float("inf")),
    "minutes_since_previous": (0, 120),
    "amount_ratio_self_30d": (1.2, float("inf")),
    "amount_ratio_usual": (1.2, float("inf")),
    "amount_ratio_self_max": (0.5, float("inf")),
    "amount_ratio_merchant_90d": (1.2, float("inf")),
    "amount_z_self": (1.5, float("inf")),
    "amount_z_peer": (1.5, float("inf")),
    "max_ratio_usual_14d": (2, float("inf")),
    "n_claims_merchant_30d": (0, 2),
    "n_cardholders_merchant_30d": (1, 2),
    "merchant_seen_days": (0, 90),
    "merchant_age_days": (0, 365),
    "minutes_since_same_merchant": (0, _MONTH * 1440),
    "mcc_share_peer": (0, 0.05),
    "known_misuse_rate": (0.2, 1),
    "days_since_known_label": (-1, -1),  # never: that somebody was reviewed speaks neither for nor against
    "n_known_labels": (-1, -1),
    "n_clean_run": (-1, -1),
}
# fmt: on

#: Features that say the same thing in other words: only the strongest is told.
_SAME: dict[str, str] = {
    "log_amount": "amount",
    "mean_amount_cardholder_30d": "amount",
    "amount_ratio_self_30d": "amount",
    "n_misuse_run": "n_known_misuse",
    "days_since_misuse_run_began": "days_since_known_misuse",
    "is_night": "hour",
    "is_weekend": "weekday",
    "n_claims_merchant_30d": "merchant_seen_days",
}
#: The claim's amount against one's own habit, in whatever measure: one such sentence is enough among the unusual.
OWN_AMOUNT = frozenset(
    {
        "amount",
        "log_amount",
        "amount_ratio_self_30d",
        "amount_ratio_usual",
        "amount_ratio_self_max",
        "amount_z_self",
    }
)


def words_of(name: str, lang: str) -> str:
    """The sentence pattern of a feature, with who and window filled in where it is about outcomes; empty where it has none."""
    outcome = _OUTCOME.match(name)
    if outcome is None:
        return FEATURES.get(name, {}).get(lang, "")
    kind, who, days = outcome.groups()
    return _OUTCOMES[kind][lang].replace("{who}", _WHO[who][lang]).replace("{days}", days or "")


def root(name: str) -> str:
    """The feature without subject and window: `n_known_misuse_merchant_90d` → `n_known_misuse`."""
    outcome = _OUTCOME.match(name)
    return outcome[1] if outcome else name


def meaning(name: str) -> str:
    """What a feature is about: features of one meaning are told once."""
    outcome = _OUTCOME.match(name)
    same = _SAME.get(root(name), root(name))
    return f"{same} {outcome[2]}" if outcome else same


def speaks(name: str, value: float) -> bool:
    """Whether this value of a feature says anything for suspicion."""
    low, high = TELLING.get(root(name), (1 if name.startswith("n_") else float("-inf"), float("inf")))
    return low <= value <= high
