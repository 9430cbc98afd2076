"""Documents, card operations and people."""

from __future__ import annotations

from typing import Any

DOCUMENT_RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "D01",
        "name": ("Receipt missing", "영수증 미첨부"),
        "clause": ("Corporate card policy §5.2 Receipts", "법인카드 관리규정 제5조 2항 영수증"),
        "question": (
            "Please attach the receipt for {amount} at {merchant} on {date}.",
            "{date} {merchant}에서 결제한 {amount}의 영수증을 첨부해 주십시오.",
        ),
        "weight": 0.5,
        "ahead": True,
        "text": "net_amount > 0 and amount > $receipt_limit and receipt_id is missing and evidence_type in @no_evidence and not or_no(is_recurring)",
        "note": (
            "Where a company delivers no receipts at all the rule is not evaluable instead of hitting every claim.",
            "영수증 자료를 전혀 받지 않는 회사에서는 모든 청구가 해당하는 대신 판단 불가로 표시됩니다.",
        ),
    },
    {
        "code": "D03",
        "name": ("Duplicate claim", "중복 청구"),
        "clause": (
            "Corporate card policy §5.5 One claim per payment",
            "법인카드 관리규정 제5조 5항 중복 청구 금지",
        ),
        "question": (
            "{amount} at {merchant} on {date} was claimed {count} times. Which payments are they?",
            "{date} {merchant}의 {amount}이 {count}회 청구되었습니다. 각각 어떤 결제인지 알려 주십시오.",
        ),
        "weight": 2.0,
        "ahead": True,
        "text": "net_amount > 0 and count(same cardholder, merchant, amount, day where net_amount > 0) >= 2",
        "note": (
            "Hits the second and every further row of same cardholder, merchant, day and amount: the first one is no repetition, and a "
            "window never looks at later claims. D03W finds all rows of such groups.",
            "같은 사람, 가맹점, 날짜, 금액의 둘째 행부터 해당합니다. 첫 행은 중복이 아니고, 판단은 나중 청구를 보지 않습니다. 그런 묶음의 모든 행은 D03W가 찾습니다.",
        ),
    },
    {
        "code": "D03W",
        "name": ("Repeated rows, the whole group", "중복 행 전체"),
        "clause": (
            "Corporate card policy §5.5 One claim per payment",
            "법인카드 관리규정 제5조 5항 중복 청구 금지",
        ),
        "question": (
            "{amount} at {merchant} on {date} was claimed {count} times. Which payments are they?",
            "{date} {merchant}의 {amount}이 {count}회 청구되었습니다. 각각 어떤 결제인지 알려 주십시오.",
        ),
        "weight": 1.0,
        "state": "shadow",
        "text": "net_amount > 0 and count(same cardholder, merchant, amount, whole day where net_amount > 0) >= 2",
        "note": (
            "Counts every row of a group of two or more, the first one too: the usual way to count repeated rows of a delivered file. "
            "For checking files; it sees the rest of the day, so it stays out of the nightly score.",
            "두 행 이상인 묶음의 모든 행을 첫 행까지 셉니다. 받은 파일의 중복 행을 세는 방식입니다. 그날의 나머지 청구도 보므로 야간 점수에는 쓰지 않습니다.",
        ),
    },
    {
        "code": "D03B",
        "name": ("Same payment claimed in two reports", "다른 날 다시 올린 청구"),
        "clause": (
            "Corporate card policy §5.5 One claim per payment",
            "법인카드 관리규정 제5조 5항 중복 청구 금지",
        ),
        "question": (
            "The payment with the same approval number as {amount} at {merchant} on {date} was claimed before. Why again?",
            "{date} {merchant}의 {amount}과 승인번호가 같은 결제가 이미 청구되었습니다. 다시 청구하신 이유를 알려 주십시오.",
        ),
        "weight": 4.0,
        "ahead": True,
        "text": "net_amount > 0 and count(same authorization, merchant, amount within 90 days where net_amount > 0) >= 2",
    },
    {
        "code": "D07",
        "name": ("Purpose not told", "사용 목적 부실"),
        "clause": ("Corporate card policy §5.6 Purpose", "법인카드 관리규정 제5조 6항 사용 목적 기재"),
        "question": (
            "Please describe what {amount} at {merchant} on {date} was for.",
            "{date} {merchant}에서 결제한 {amount}의 사용 목적을 구체적으로 알려 주십시오.",
        ),
        "weight": 0.5,
        "ahead": True,
        "text": "net_amount > 0 and amount > $receipt_limit and (purpose_text is missing or length(purpose_text) < $shortest_purpose) and not or_no(is_recurring)",
    },
    {
        "code": "D08",
        "name": ("One meal claimed by two people", "같은 식사의 이중 청구"),
        "clause": (
            "Corporate card policy §5.5 One claim per payment",
            "법인카드 관리규정 제5조 5항 중복 청구 금지",
        ),
        "question": (
            "A colleague claimed the same {amount} at {merchant} on {date}. Were these two payments?",
            "동료도 {date} {merchant}의 {amount}을 청구했습니다. 서로 다른 결제인지 알려 주십시오.",
        ),
        "weight": 3.0,
        "text": "net_amount > 0 and amount >= $repeat_from\n  and distinct(cardholder same merchant, amount within 30 minutes where net_amount > 0) >= 2\n"
        "  and distinct(cardholder same department, merchant, amount within 30 minutes where net_amount > 0) >= 2",
    },
)

CARD_RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "C01",
        "name": ("Cancelled after it was paid out", "지급 후 취소"),
        "clause": ("Corporate card policy §5.7 Refunds", "법인카드 관리규정 제5조 7항 취소·환불 반납"),
        "question": (
            "The payment of {amount} at {merchant} on {date} was cancelled after you were paid. Where did the money go?",
            "{date} {merchant}의 결제 {amount}이 지급 후 취소되었습니다. 환불금이 어디로 들어갔는지 알려 주십시오.",
        ),
        "weight": 4.0,
        "text": "amount > 0 and cancelled_at is not missing and cancelled_at > paid_at",
    },
    {
        "code": "C02",
        "name": ("Cancelled and charged again", "취소 후 재결제"),
        "clause": ("Corporate card policy §5.7 Refunds", "법인카드 관리규정 제5조 7항 취소·환불 반납"),
        "question": (
            "At {merchant} a payment was cancelled and {amount} charged instead on {date}. Why?",
            "{date} {merchant}에서 결제가 취소되고 {amount}이 다시 결제되었습니다. 이유를 알려 주십시오.",
        ),
        "weight": 3.5,
        "text": "amount > 0 and count(same cardholder, merchant within 15 minutes where txn_type in @cancel_types) >= 1\n"
        '  and txn_type not in @cancel_types and not or_no(txn_type = "decline")',
    },
    {
        "code": "C04",
        "name": ("Fuel without a fuel card or a vehicle", "주유 카드·배정 차량 없는 주유"),
        "clause": ("Corporate card policy §2.5 Vehicles", "법인카드 관리규정 제2조 5항 차량"),
        "question": (
            "You paid {amount} for fuel at {merchant} on {date}. For which vehicle?",
            "{date}에 {merchant}에서 유류비 {amount}을 결제하셨습니다. 어느 차량에 주유하셨는지 알려 주십시오.",
        ),
        "weight": 2.5,
        "text": 'net_amount > 0 and merchant.mcc in @fuel_mcc and card.kind != "fuel" and not or_no(has_vehicle)',
    },
    {
        "code": "C09",
        "name": ("Stopped card used", "정지·분실 카드 사용"),
        "clause": ("Corporate card policy §2.4 Return of the card", "법인카드 관리규정 제2조 4항 카드 반납"),
        "question": (
            "The card was reported as not in use, yet {amount} was paid at {merchant} on {date}. Who had it?",
            "사용이 중지된 카드로 {date} {merchant}에서 {amount}이 결제되었습니다. 카드를 누가 가지고 있었는지 알려 주십시오.",
        ),
        "weight": 5.0,
        "always": True,
        "text": "net_amount > 0 and card.status in @blocked_card_status",
    },
)

PEOPLE_RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "H01",
        "name": ("Approved by the cardholder", "본인 결재"),
        "clause": ("Corporate card policy §6.1 Four eyes", "법인카드 관리규정 제6조 1항 이중 확인"),
        "question": (
            "Your claim of {amount} at {merchant} on {date} was approved by yourself. Who else checked it?",
            "{date} {merchant}의 {amount} 청구를 본인이 결재하셨습니다. 다른 확인자가 있었는지 알려 주십시오.",
        ),
        "weight": 4.0,
        "text": "net_amount > 0 and approver.employee_no is not missing and approver.employee_no = cardholder.employee_no",
    },
    {
        "code": "H02",
        "name": ("Approved within seconds", "형식적 결재"),
        "clause": ("Corporate card policy §6.1 Four eyes", "법인카드 관리규정 제6조 1항 이중 확인"),
        "question": (
            "Please attach what shows the purpose of {amount} at {merchant} on {date}.",
            "{date} {merchant}에서 결제한 {amount}의 목적을 보여 주는 자료를 첨부해 주십시오.",
        ),
        "weight": 3.0,
        "text": "net_amount > 0 and claim_approved_at is not missing and claim_approved_at - submitted_at < $quick_approval and amount > $receipt_limit",
    },
)
