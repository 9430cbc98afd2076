"""When the card was used."""

from __future__ import annotations

from typing import Any

TIME_RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "T01",
        "name": ("Late at night", "심야 사용"),
        "clause": (
            "Corporate card policy §3.1 Use outside working hours",
            "법인카드 관리규정 제3조 1항 근무시간 외 사용",
        ),
        "question": (
            "You paid {amount} at {merchant} on {date} at {time}. What was the work at that hour, and who asked for it?",
            "{date} {time}에 {merchant}에서 {amount}을 결제하셨습니다. 그 시각에 어떤 업무가 있었는지, 누구의 요청이었는지 알려 주십시오.",
        ),
        "weight": 2.0,
        "ahead": True,
        "text": "is_night and net_amount > 0 and not has_overtime and not on_trip and not or_no(is_recurring)\n"
        "  and merchant.mcc not in @late_allowed_mcc",
    },
    {
        "code": "T02",
        "name": ("Weekend or public holiday", "주말·공휴일 사용"),
        "clause": ("Corporate card policy §3.2 Use on days off", "법인카드 관리규정 제3조 2항 휴일 사용"),
        "question": (
            "You paid {amount} at {merchant} on {date}, a day off. What work was done that day?",
            "휴일인 {date}에 {merchant}에서 {amount}을 결제하셨습니다. 그날 어떤 업무가 있었는지 알려 주십시오.",
        ),
        "weight": 1.0,
        "ahead": True,
        "text": "not is_business_day(business_date) and net_amount > 0 and not or_no(has_overtime) and not or_no(on_trip) and not or_no(is_recurring)",
    },
    {
        "code": "T03",
        "name": ("Overtime taxi outside its hours", "야근 택시 시간 외 이용"),
        "clause": ("Corporate card policy §3.3 Taxi after overtime", "법인카드 관리규정 제3조 3항 야근 택시"),
        "question": (
            "You claimed a taxi after overtime on {date} at {time} ({amount}). Until when did you work that day?",
            "{date} {time}의 택시비 {amount}을 야근 교통비로 청구하셨습니다. 그날 몇 시까지 근무하셨는지 알려 주십시오.",
        ),
        "weight": 2.5,
        "ahead": True,
        "text": "net_amount > 0 and purpose_code in @overtime_taxi_purpose\n"
        "  and (not has_overtime or hour(transacted_at) not in $taxi_from..$taxi_to)",
    },
    {
        "code": "T04",
        "name": ("Used on leave", "휴가 중 사용"),
        "clause": ("Corporate card policy §3.4 Absence", "법인카드 관리규정 제3조 4항 휴가·휴직 중 사용"),
        "question": (
            "You paid {amount} at {merchant} on {date}, while you were on leave. What was it for?",
            "휴가 중이던 {date}에 {merchant}에서 {amount}을 결제하셨습니다. 어떤 용도였는지 알려 주십시오.",
        ),
        "weight": 4.0,
        "text": "on_leave and net_amount > 0 and not or_no(is_recurring)",
    },
    {
        "code": "T05",
        "name": ("After leaving or before joining", "퇴사 후·입사 전 사용"),
        "clause": ("Corporate card policy §2.4 Return of the card", "법인카드 관리규정 제2조 4항 카드 반납"),
        "question": (
            "The card was used at {merchant} on {date} ({amount}), when its holder was not employed. Who had the card that day?",
            "재직 기간이 아닌 {date}에 {merchant}에서 {amount}이 결제되었습니다. 그날 카드를 누가 가지고 있었는지 알려 주십시오.",
        ),
        "weight": 5.0,
        "always": True,
        "text": "net_amount > 0 and ((cardholder.left_on is not missing and business_date > cardholder.left_on)\n"
        "  or (cardholder.hired_on is not missing and date(transacted_at) < cardholder.hired_on))",
        "note": (
            "Most people have no leaving date; that is no reason to call the rule not evaluable, hence the two checks.",
            "퇴사일은 대부분 없으며, 그것만으로 판단 불가가 되지 않도록 두 날짜를 따로 봅니다.",
        ),
    },
    {
        "code": "T06",
        "name": ("Claim filed late", "청구 지연"),
        "clause": ("Corporate card policy §5.1 Time to file", "법인카드 관리규정 제5조 1항 청구 기한"),
        "question": (
            "The payment of {amount} at {merchant} is of {date}. Why was it claimed only later?",
            "{date}에 {merchant}에서 결제한 {amount}을 늦게 청구하신 사유를 알려 주십시오.",
        ),
        "weight": 0.5,
        "ahead": True,
        "text": "net_amount > 0 and submitted_at - transacted_at > $late_filing",
    },
    {
        "code": "T07",
        "name": ("Burst of payments", "하루 집중 사용"),
        "clause": (
            "Corporate card policy §4.6 Unusual frequency",
            "법인카드 관리규정 제4조 6항 이례적 사용 빈도",
        ),
        "question": (
            "You made {count} payments within a day up to {date}. What was going on that day?",
            "{date}까지 하루 동안 {count}건을 결제하셨습니다. 그날 어떤 일이 있었는지 알려 주십시오.",
        ),
        "weight": 0.5,
        "text": "count(same cardholder within 1 day where net_amount > 0) >= $burst_count\n"
        "  and count(same cardholder within 1 day where net_amount > 0) >= $burst_ratio * n_claims_cardholder_30d / 30\n"
        "  and net_amount > 0",
    },
)
