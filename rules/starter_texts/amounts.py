"""How much, and how often."""

from __future__ import annotations

from typing import Any

_NEAR = "net_amount > 0 and amount > $near_limit_share * $single_limit and amount <= $single_limit"

AMOUNT_RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "A01",
        "name": ("Over the single limit", "건당 한도 초과"),
        "clause": ("Corporate card policy §4.1 Limits", "법인카드 관리규정 제4조 1항 한도"),
        "question": (
            "You paid {amount} at {merchant} on {date}. Who approved this payment beforehand?",
            "{date}에 {merchant}에서 {amount}을 결제하셨습니다. 사전에 누구의 승인을 받으셨는지 알려 주십시오.",
        ),
        "weight": 1.0,
        "ahead": True,
        "text": "net_amount > $single_limit and net_amount > $pre_approval_margin * or_zero(pre_approved_amount)",
    },
    {
        "code": "A02",
        "name": ("Over the limit per head", "1인당 한도 초과"),
        "clause": ("Corporate card policy §4.2 Meals", "법인카드 관리규정 제4조 2항 식사"),
        "question": (
            "Please name everybody at the meal of {amount} at {merchant} on {date}.",
            "{date} {merchant}에서 결제한 {amount} 식사의 참석자를 모두 알려 주십시오.",
        ),
        "weight": 1.0,
        "ahead": True,
        "text": "net_amount > 0 and per_head > $per_head_limit and merchant.mcc in @restaurant_mcc",
        "note": (
            "Where no attendees are given the claim counts as one person's meal.",
            "참석자가 없으면 한 사람의 식사로 봅니다.",
        ),
    },
    {
        "code": "A03",
        "name": ("Repeatedly just below the limit", "한도 직전 반복"),
        "clause": ("Corporate card policy §4.3 Avoiding a limit", "법인카드 관리규정 제4조 3항 한도 회피"),
        "question": (
            "The payment of {amount} at {merchant} on {date} is one of {count} similar amounts within a month. How did these amounts come about?",
            "{date} {merchant}에서 결제한 {amount}을 포함해 한 달 안에 비슷한 금액이 {count}건 있습니다. 금액이 어떻게 정해졌는지 알려 주십시오.",
        ),
        "weight": 3.0,
        "text": f"{_NEAR}\n  and count(same cardholder within 30 days where {_NEAR}) >= $near_limit_count",
    },
    {
        "code": "A04",
        "name": ("Split payment on one day", "같은 날 분할 결제"),
        "clause": ("Corporate card policy §4.3 Avoiding a limit", "법인카드 관리규정 제4조 3항 한도 회피"),
        "question": (
            "You made {count} payments at {merchant} on {date}, {total} in all. Why was it not one payment?",
            "{date}에 {merchant}에서 {count}건, 모두 {total}을 결제하셨습니다. 한 번에 결제하지 않으신 이유를 알려 주십시오.",
        ),
        "weight": 4.0,
        "text": "net_amount > 0 and count(same cardholder, merchant, business_date within 2 days where net_amount > 0) >= $split_parts\n"
        "  and sum(net_amount same cardholder, merchant, business_date within 2 days where net_amount > 0) > $single_limit\n"
        "  and max(net_amount same cardholder, merchant, business_date within 2 days) <= $single_limit",
        "note": (
            "Hits from the payment on with which the total passes the limit.",
            "합계가 한도를 넘게 한 결제부터 해당합니다.",
        ),
    },
    {
        "code": "A04B",
        "name": ("Payments in quick succession", "단시간 연속 결제"),
        "clause": ("Corporate card policy §4.3 Avoiding a limit", "법인카드 관리규정 제4조 3항 한도 회피"),
        "question": (
            "You paid {count} times at {merchant} within half an hour on {date}, {total} in all. What were the payments for?",
            "{date}에 {merchant}에서 30분 안에 {count}건, 모두 {total}을 결제하셨습니다. 각각 어떤 용도였는지 알려 주십시오.",
        ),
        "weight": 3.5,
        "text": "net_amount > 0 and count(same cardholder, merchant within 30 minutes where net_amount > 0) >= $burst_payments\n"
        "  and sum(net_amount same cardholder, merchant within 30 minutes where net_amount > 0) > 0",
    },
    {
        "code": "A04C",
        "name": ("Split payment across days", "날짜를 나눈 분할 결제"),
        "clause": ("Corporate card policy §4.3 Avoiding a limit", "법인카드 관리규정 제4조 3항 한도 회피"),
        "question": (
            "You made {count} payments at {merchant} within two days up to {date}, {total} in all. Why was it not one payment?",
            "{date}까지 이틀 동안 {merchant}에서 {count}건, 모두 {total}을 결제하셨습니다. 한 번에 결제하지 않으신 이유를 알려 주십시오.",
        ),
        "weight": 3.0,
        "text": "net_amount > 0 and amount > 0.5 * $single_limit and amount <= $single_limit\n"
        "  and count(same cardholder, merchant within 36 hours where net_amount > 0) >= $split_parts\n"
        "  and sum(net_amount same cardholder, merchant within 36 hours where net_amount > 0) > $single_limit",
    },
    {
        "code": "A05",
        "name": ("Same merchant again and again", "같은 가맹점 반복 이용"),
        "clause": (
            "Corporate card policy §4.6 Unusual frequency",
            "법인카드 관리규정 제4조 6항 이례적 사용 빈도",
        ),
        "question": (
            "You have used {merchant} {count} times this month, most recently on {date}. Why so often?",
            "이번 달 {merchant}을(를) {count}회 이용하셨습니다(최근 {date}). 자주 이용하시는 이유를 알려 주십시오.",
        ),
        "weight": 1.0,
        "text": "net_amount > 0 and amount >= $repeat_from and not or_no(is_recurring)\n"
        "  and count(same cardholder, merchant, month where net_amount > 0) >= $repeat_count",
    },
    {
        "code": "A06",
        "name": ("Same amount at the same merchant", "같은 가맹점 같은 금액 반복"),
        "clause": ("Corporate card policy §4.4 Prepayment", "법인카드 관리규정 제4조 4항 선결제"),
        "question": (
            "You paid exactly {amount} at {merchant} {count} times within a month. What was bought each time?",
            "한 달 안에 {merchant}에서 정확히 {amount}을 {count}회 결제하셨습니다. 매번 무엇을 구입하셨는지 알려 주십시오.",
        ),
        "weight": 2.0,
        "text": "net_amount > 0 and is_round_amount and not or_no(is_recurring)\n"
        "  and count(same cardholder, merchant, amount within 30 days where net_amount > 0) >= $same_amount_count",
    },
    {
        "code": "A07",
        "name": ("Round amount at a shop", "소매점 단위 금액"),
        "clause": (
            "Corporate card policy §5.3 Itemised receipts",
            "법인카드 관리규정 제5조 3항 품목별 영수증",
        ),
        "question": (
            "You paid exactly {amount} at {merchant} on {date}. Please attach the receipt with the items.",
            "{date}에 {merchant}에서 정확히 {amount}을 결제하셨습니다. 품목이 나온 영수증을 첨부해 주십시오.",
        ),
        "weight": 0.5,
        "text": "net_amount > 0 and merchant.mcc in @retail_mcc and amount >= $round_from and is_multiple(amount, $round_step)",
    },
    {
        "code": "A09",
        "name": ("Unlike the department", "부서 평소와 다른 금액"),
        "clause": ("Corporate card policy §4.5 Reasonable amounts", "법인카드 관리규정 제4조 5항 적정 금액"),
        "question": (
            "The payment of {amount} at {merchant} on {date} is high for this kind of purchase. What made it so?",
            "{date} {merchant}에서 결제한 {amount}은(는) 같은 종류의 구매보다 높은 편입니다. 그 이유를 알려 주십시오.",
        ),
        "weight": 1.0,
        "text": "amount > $peer_multiple * median(amount same department, mcc within 90 days where net_amount > 0 before)\n"
        "  and count(same department, mcc within 90 days where net_amount > 0 before) >= $peer_least",
    },
    {
        "code": "A11",
        "name": ("Over or outside the pre-approval", "사전 승인액 초과·범위 밖"),
        "clause": ("Corporate card policy §4.8 Pre-approval", "법인카드 관리규정 제4조 8항 사전 승인"),
        "question": (
            "You paid {amount} at {merchant} on {date}, which the approval you named does not cover. What changed?",
            "{date}에 {merchant}에서 결제한 {amount}은 사전 승인 내용과 다릅니다. 달라진 이유를 알려 주십시오.",
        ),
        "weight": 1.5,
        "ahead": True,
        "text": "net_amount > 0 and (or_no(is_outside_pre_approval)\n"
        "  or pre_approved_amount is not missing and amount > $pre_approval_margin * pre_approved_amount)",
    },
    {
        "code": "A12",
        "name": ("High service charge", "과다한 봉사료"),
        "clause": ("Corporate card policy §4.5 Reasonable amounts", "법인카드 관리규정 제4조 5항 적정 금액"),
        "question": (
            "The bill of {amount} at {merchant} on {date} holds a high service charge. What was it for?",
            "{date} {merchant}의 결제 {amount}에 봉사료가 많이 포함되어 있습니다. 어떤 명목인지 알려 주십시오.",
        ),
        "weight": 2.0,
        "text": "net_amount > 0 and service_charge is not missing and service_charge > $service_charge_share * amount",
    },
)
