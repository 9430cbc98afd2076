"""Templates a company adopts when it has their data: documents, cards, people, tax."""

from __future__ import annotations

from typing import Any

from rules.starter_texts.rows import template

# fmt: off
DOCUMENT_TEMPLATES: tuple[dict[str, Any], ...] = (
    template(
        "D02", 2.5, "Receipt unlike the claim", "영수증과 청구 내용 불일치",
        "§5.2 Receipts", "제5조 2항 영수증",
        "The receipt of {amount} at {merchant} on {date} says something else than the claim. Which is right?",
        "{date} {merchant}의 {amount} 청구와 영수증 내용이 다릅니다. 어느 쪽이 맞는지 알려 주십시오.",
        "net_amount > 0 and (abs(receipt.amount - amount) > $receipt_tolerance * amount\n"
        "  or or_no(receipt.date - date(transacted_at) > $receipt_days)\n"
        "  or or_no(date(transacted_at) - receipt.date > $receipt_days))",
    ),
    template(
        "D03R", 3.0, "Receipt handed in before", "이미 제출된 영수증",
        "§5.5 One claim per payment", "제5조 5항 중복 청구 금지",
        "The receipt of {amount} at {merchant} on {date} was handed in for another payment before. Which one does it belong to?",
        "{date} {merchant}의 {amount} 영수증이 다른 결제에 이미 제출되었습니다. 어느 결제의 영수증인지 알려 주십시오.",
        "net_amount > 0 and (receipt.n_same >= 1 or receipt.n_alike >= 1)",
    ),
    template(
        "D04", 2.0, "Consecutive receipt numbers", "연속된 영수증 번호",
        "§5.2 Receipts", "제5조 2항 영수증",
        "The receipt of {amount} at {merchant} on {date} follows directly on an earlier one. How did both come about?",
        "{date} {merchant}의 {amount} 영수증이 앞선 영수증과 번호가 이어집니다. 두 건의 경위를 알려 주십시오.",
        "net_amount > 0 and receipt.number - max(receipt.number same cardholder, merchant within 90 days where net_amount > 0 before) in 1..3",
    ),
    template(
        "D05", 4.0, "Edited or made-up receipt", "편집·위조 의심 영수증",
        "§5.2 Receipts", "제5조 2항 영수증",
        "Please send the original receipt of {amount} at {merchant} on {date}.",
        "{date} {merchant}에서 결제한 {amount}의 원본 영수증을 제출해 주십시오.",
        "net_amount > 0 and receipt.is_edited",
    ),
    template(
        "D06", 2.0, "Same guests again, or at two places", "참석자 명단 반복·동시 참석",
        "§5.12 Guests", "제5조 12항 참석자",
        "The guests named for {amount} at {merchant} on {date} are also named elsewhere. Who was there?",
        "{date} {merchant}의 {amount}에 적힌 참석자가 다른 건에도 있습니다. 실제 참석자를 알려 주십시오.",
        "net_amount > 0 and (count(same attendee_names within 30 days where net_amount > 0) >= $guest_repeats\n"
        "  or or_no(distinct(merchant same attendee_names within 1 hour where net_amount > 0) >= 2))",
    ),
)

CARD_TEMPLATES: tuple[dict[str, Any], ...] = (
    template(
        "C03", 2.5, "Refund that never arrived", "환불금 미입금",
        "§5.7 Refunds", "제5조 7항 취소·환불 반납",
        "{amount} at {merchant} on {date} was cancelled, but nothing came back. Where did the money go?",
        "{date} {merchant}의 {amount}이 취소되었으나 입금이 없습니다. 환불금이 어디로 들어갔는지 알려 주십시오.",
        "net_amount > 0 and cancelled_at is not missing and or_zero(cancel_amount) = 0 and now - cancelled_at > $refund_wait",
    ),
    template(
        "C05", 2.5, "Mileage and fuel for one trip", "주행거리와 유류비 이중 청구",
        "§2.5 Vehicles", "제2조 5항 차량",
        "For one trip both mileage and fuel were claimed, the last {amount} at {merchant} on {date}. Which was paid by you?",
        "한 출장에 주행거리와 유류비가 함께 청구되었습니다({date} {merchant} {amount}). 실제 부담하신 것을 알려 주십시오.",
        "net_amount > 0 and ((purpose_code in @mileage_purpose and count(same cardholder, trip within 60 days where merchant.mcc in @fuel_mcc before) >= 1)\n"
        "  or (merchant.mcc in @fuel_mcc and count(same cardholder, trip within 60 days where purpose_code in @mileage_purpose before) >= 1))",
    ),
    template(
        "C06", 2.0, "Per diem and meal on one day", "일비와 식대 이중 청구",
        "§3.7 Per diems", "제3조 7항 일비",
        "For {date} both a per diem and a meal were claimed ({amount} at {merchant}). Who ate there?",
        "{date}에 일비와 식대({merchant} {amount})가 함께 청구되었습니다. 누구의 식사였는지 알려 주십시오.",
        "net_amount > 0 and ((purpose_code in @meal_purpose and count(same cardholder, business_date within 3 days where purpose_code in @per_diem_purpose before) >= 1)\n"
        "  or (purpose_code in @per_diem_purpose and count(same cardholder, business_date within 3 days where purpose_code in @meal_purpose before) >= 1))",
    ),
    template(
        "C07", 1.0, "Toll, parking or taxi without a trip", "출장·초과근무 없는 통행료·주차·택시",
        "§2.5 Vehicles", "제2조 5항 차량",
        "You paid {amount} at {merchant} on {date}, a day without a trip. Where did you go, and why?",
        "출장이 없던 {date}에 {merchant}에서 {amount}을 결제하셨습니다. 이동 경로와 용무를 알려 주십시오.",
        "net_amount > 0 and merchant.mcc in @toll_mcc and not on_trip and not has_overtime and not is_business_day(business_date)",
    ),
    template(
        "C08", 1.5, "Shared card without its user", "실사용자 없는 공용 카드",
        "§2.6 Shared cards", "제2조 6항 공용 카드",
        "{amount} at {merchant} on {date} was paid with a shared card. Who used it?",
        "공용 카드로 {date} {merchant}에서 {amount}이 결제되었습니다. 실제 사용자를 알려 주십시오.",
        'net_amount > 0 and card.kind = "shared" and card.user_no is missing',
    ),
    template(
        "C10", 1.5, "Points credited to a person", "개인 적립",
        "§1.3 Benefits of the card", "제1조 3항 카드 혜택",
        "Points were collected with {amount} at {merchant} on {date}. Whose account was it?",
        "{date} {merchant}의 {amount} 결제에 적립이 있었습니다. 누구의 회원번호인지 알려 주십시오.",
        "net_amount > 0 and loyalty_id is not missing",
    ),
    template(
        "C11", 2.0, "Private use not repaid in time", "사적 사용 반납 지연",
        "§5.8 Private use", "제5조 8항 사적 사용 반납",
        "You declared {amount} at {merchant} on {date} as private. When will it be repaid?",
        "{date} {merchant}의 {amount}을 사적 사용으로 신고하셨습니다. 언제 반납하실지 알려 주십시오.",
        "net_amount > 0 and self_declared_personal and repaid_on is missing and now - transacted_at > $repay_within",
    ),
    template(
        "C12", 2.0, "Large payment after more was allowed", "한도 상향 직후 고액 사용",
        "§4.10 Change of what a card allows", "제4조 10항 카드 조정",
        "You paid {amount} at {merchant} on {date}, days after the card was changed. What was planned?",
        "카드 조정 직후인 {date}에 {merchant}에서 {amount}을 결제하셨습니다. 예정된 지출이었는지 알려 주십시오.",
        "net_amount > 0 and amount > $single_limit and date(transacted_at) >= card.limit_raised_on\n"
        "  and date(transacted_at) - card.limit_raised_on <= $limit_raise_span",
    ),
)

PEOPLE_TEMPLATES: tuple[dict[str, Any], ...] = (
    template(
        "H03", 0.0, "Warned before", "주의·경고 이력자",
        "§6.4 Repeated breach", "제6조 4항 반복 위반",
        "Please attach what shows the purpose of {amount} at {merchant} on {date}.",
        "{date} {merchant}에서 결제한 {amount}의 목적을 보여 주는 자료를 첨부해 주십시오.",
        "net_amount > 0 and amount > $receipt_limit and cardholder.warned_on is not missing\n"
        "  and date(transacted_at) >= cardholder.warned_on and date(transacted_at) - cardholder.warned_on <= $repeat_offence_span",
    ),
    template(
        "H04", 0.5, "New in the company, high amount", "신규 입사자 고액 사용",
        "§6.3 New cardholders", "제6조 3항 신규 사용자",
        "You paid {amount} at {merchant} on {date}, soon after joining. Who asked for it?",
        "입사 직후인 {date}에 {merchant}에서 {amount}을 결제하셨습니다. 누구의 요청이었는지 알려 주십시오.",
        "net_amount > 0 and amount > $single_limit and cardholder.hired_on is not missing\n"
        "  and date(transacted_at) >= cardholder.hired_on and date(transacted_at) - cardholder.hired_on <= $new_hire_span",
    ),
    template(
        "H05", 3.0, "Guests under the anti-graft act", "청탁금지법 대상자 접대",
        "§5.12 Guests", "제5조 12항 참석자",
        "Officials or teachers are named as guests for {amount} at {merchant} on {date}. Who was invited, and why?",
        "{date} {merchant}의 {amount}에 공직자 등이 참석자로 적혀 있습니다. 초대한 분과 이유를 알려 주십시오.",
        "net_amount > 0 and attendee_org_types contains any @public_org_types and per_head > $gift_limit",
    ),
    template(
        "X01", 1.5, "Entertainment filed as welfare, or the reverse", "접대비·복리후생비 계정 오류",
        "§5.9 Accounts", "제5조 9항 계정 처리",
        "The account of {amount} at {merchant} on {date} does not fit those who attended. Who was there?",
        "{date} {merchant}의 {amount}이 참석자와 맞지 않는 계정으로 청구되었습니다. 참석자를 알려 주십시오.",
        "net_amount > 0 and ((account_code in @welfare_accounts and n_external_attendees >= 1)\n"
        "  or (account_code in @entertainment_accounts and n_external_attendees = 0))",
    ),
    template(
        "X02", 1.5, "VAT claimed back where it may not be", "매입세액 불공제 대상 공제",
        "§5.10 VAT", "제5조 10항 부가가치세",
        "VAT of {amount} at {merchant} on {date} was claimed back. Which document shows that it may be?",
        "{date} {merchant}의 {amount}에서 매입세액이 공제되었습니다. 공제 근거 자료를 알려 주십시오.",
        "net_amount > 0 and vat_claimed > 0 and (account_code in @entertainment_accounts or merchant.tax_type in @no_vat_tax_types)",
    ),
    template(
        "X03", 1.5, "Entertainment without qualified evidence", "적격 증빙 없는 접대비",
        "§5.11 Qualified evidence", "제5조 11항 적격 증빙",
        "Please attach the qualified evidence for {amount} at {merchant} on {date}.",
        "{date} {merchant}에서 결제한 {amount}의 적격 증빙을 첨부해 주십시오.",
        "net_amount > 0 and account_code in @entertainment_accounts and amount > $evidence_limit and evidence_type not in @qualified_evidence",
    ),
)
