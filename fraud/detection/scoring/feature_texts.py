"""The sentences of features in both languages. Pure data.

Filled in by ``fraud.detection.scoring.reasons``: ``{value}`` (with its unit), ``{ratio}``, ``{percent}``, ``{rank}``, ``{own}`` and
``{usual}`` (money). ``one|many`` in English: what is said of one and of any other number.
"""

from __future__ import annotations

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
    "merchant_seen_days": _t("a merchant first used by the company {value} ago", "회사가 처음 이용한 지 {value} 된 가맹점"),
    "merchant_age_days": _t("a merchant that opened {value} ago", "개업한 지 {value} 된 가맹점"),
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
    "n_trailing_zeros": _t("an amount ending with 1 zero|an amount ending with {value} zeros", "끝자리 0이 {value}개인 금액"),
    "ratio_to_next_round": _t("{percent} % of the next round amount", "다음 어림 금액의 {percent}%"),
    "per_head_to_next_round": _t("per head {percent} % of the next round amount", "1인당 다음 어림 금액의 {percent}%"),
    "service_share": _t("service charge {percent} % of the amount", "봉사료가 금액의 {percent}%"),
    "n_letters_purpose": _t("a purpose of 1 letter|a purpose of {value} letters", "사용 목적 {value}자"),
    "has_receipt": _t("receipt attached", "영수증 첨부"),
    "has_pre_approval": _t("approved beforehand", "사전 승인 있음"),
    "is_own_approver": _t("approved by the cardholder themselves", "본인이 결재"),
    "is_other_region": _t("in another region than the workplace", "근무지와 다른 지역"),
    "days_to_approve": _t("approved {value} after filing", "청구 {value} 뒤 결재"),
    "days_to_month_end": _t("{value} before the end of the month", "월말 {value} 전"),
    "day_part_share_120d": _t("{percent} % of the cardholder's payments are at this time of day", "본인 결제 중 이 시간대 {percent}%"),
    "weekend_share_120d": _t("{percent} % of the cardholder's payments are on weekends", "본인 결제 중 주말 {percent}%"),
    "n_claims_same_category_1d": _t(
        "1 own payment in this trade in the day before|{value} own payments in this trade in the day before", "직전 하루 같은 업종 결제 {value}"
    ),
    "n_claims_same_category_28d": _t(
        "1 own payment in this trade in the 28 days before|{value} own payments in this trade in the 28 days before",
        "직전 28일 같은 업종 결제 {value}",
    ),
    "total_amount_same_category_28d": _t("{value} in this trade in the 28 days before", "직전 28일 같은 업종 합계 {value}"),
    "amount_ratio_same_category_180d": _t(
        "{ratio} times what the cardholder pays in this trade ({own}; usual {usual})", "본인의 같은 업종 평소 금액의 {ratio}배({own}, 평소 {usual})"
    ),
    "same_category_share_180d": _t("this trade is {percent} % of the cardholder's payments", "본인 결제 중 이 업종 {percent}%"),
    "days_since_same_category": _t("{value} after the cardholder's last payment in this trade", "본인의 같은 업종 직전 결제 {value} 뒤"),
    "category_surprise_28d": _t(
        "as many payments in this trade in 28 days: {rank}, going by colleagues and the cardholder's own past",
        "28일간 이 업종 결제 수는 동료와 본인 과거에 비해 {rank}",
    ),
    "purpose_category_share_180d": _t(
        "this trade is {percent} % of the department's payments for this purpose", "부서의 같은 목적 결제 중 이 업종 {percent}%"
    ),
    "n_others_same_amount_merchant_7d": _t(
        "1 payment of the same amount here by others in 7 days|{value} payments of the same amount here by others in 7 days",
        "최근 7일 다른 사용자의 같은 가맹점·같은 금액 {value}",
    ),
    "n_others_same_amount_department_3d": _t(
        "1 payment of the same amount by colleagues in 3 days|{value} payments of the same amount by colleagues in 3 days",
        "최근 3일 부서 동료의 같은 금액 {value}",
    ),
    "n_others_department_merchant_1d": _t(
        "1 payment of colleagues here in the day before|{value} payments of colleagues here in the day before",
        "직전 하루 부서 동료의 이 가맹점 결제 {value}",
    ),
    "own_share_merchant_180d": _t(
        "{percent} % of the company's payments here are the cardholder's", "이 가맹점의 회사 결제 중 본인 {percent}%"
    ),
    "total_amount_same_merchant_2d": _t("{value} here in the 2 days before", "직전 2일 이 가맹점 합계 {value}"),
    "same_merchant_share_90d": _t("{percent} % of what the cardholder spent in 90 days went here", "본인 90일 지출 중 이 가맹점 {percent}%"),
    "amount_ratio_same_merchant_180d": _t(
        "{ratio} times what the cardholder pays here ({own}; usual {usual})", "이 가맹점에서 본인 평소 금액의 {ratio}배({own}, 평소 {usual})"
    ),
    "price_shift_merchant_30d": _t("amounts here lately {ratio} times those of half a year", "이 가맹점 최근 금액이 반년 평균의 {ratio}배"),
    "round_share_cardholder_120d": _t("{percent} % of the cardholder's payments are round amounts", "본인 결제 중 딱 떨어지는 금액 {percent}%"),
    "round_share_merchant_180d": _t("{percent} % of the payments here are round amounts", "이 가맹점 결제 중 딱 떨어지는 금액 {percent}%"),
    "on_leave": _t("on leave that day", "휴가·휴직 중"),
    "on_trip": _t("on a trip that day", "출장 중"),
    "has_overtime": _t("overtime approved that day", "초과근무 승인"),
    "n_attendees": _t("1 attendee|{value} attendees", "참석 {value}명"),
    "installments": _t("1 instalment|{value} instalments", "{value}개월 할부"),
    "is_recurring": _t("a recurring payment", "정기 결제"),
    "self_declared_personal": _t("declared as personal", "본인이 사적 사용으로 신고"),
    "merchant.ceo_is_cardholder": _t("the owner has the cardholder's name", "대표자와 사용자 이름이 같음"),
}
# fmt: on

#: Features about earlier outcomes come in several windows and of two subjects; ``{days}`` is the window's length.
# fmt: off
OUTCOMES: dict[str, Texts] = {
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
    "days_since_known_misuse": _t("{value} after the latest misuse {who} was found", "{who} 오남용이 마지막으로 확인된 지 {value} 만의 결제"),
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
WHO: dict[str, Texts] = {
    "cardholder": _t("of the cardholder", "사용자"),
    "merchant": _t("at this merchant", "가맹점"),
    "approver": _t("under the same approver", "같은 결재자"),
    "category": _t("in this trade", "같은 업종"),
}

#: What is said when a feature is zero; other counts of zero say nothing.
ZERO: dict[str, Texts] = {
    "merchant_seen_days": _t("the company's first payment at this merchant", "회사가 처음 이용하는 가맹점"),
    "n_claims_merchant_30d": _t(
        "no other payment of the company here in 30 days", "최근 30일 회사의 다른 결제가 없는 가맹점"
    ),
    "mcc_share_peer": _t("a trade the department does not otherwise use", "부서에서 쓰지 않는 업종"),
}
