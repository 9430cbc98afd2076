"""Templates a company adopts when it has their data: when, where and how much."""

from __future__ import annotations

from typing import Any

from rules.starter_texts.rows import template

# fmt: off
TIME_TEMPLATES: tuple[dict[str, Any], ...] = (
    template(
        "T08", 1.0, "Rush at the end of a quarter", "분기 말 예산 몰아 쓰기",
        "§4.12 Budget at the end of a period", "제4조 12항 기간 말 예산 집행",
        "You paid {amount} at {merchant} on {date}, at the end of the quarter. What was it needed for at that time?",
        "분기 말인 {date}에 {merchant}에서 {amount}을 결제하셨습니다. 그 시점에 필요했던 이유를 알려 주십시오.",
        "net_amount > 0 and month(business_date) in (3, 6, 9, 12) and day_of_month(business_date) >= $rush_day\n"
        "  and sum(net_amount same department within 5 business days where net_amount > 0)\n"
        "    > $rush_ratio * sum(net_amount same department within 90 days where net_amount > 0) / 12",
    ),
)

MERCHANT_TEMPLATES: tuple[dict[str, Any], ...] = (
    template(
        "M09", 1.0, "Category rare among colleagues", "동료가 거의 쓰지 않는 업종",
        "§1.2 Business use only", "제1조 2항 업무 목적 사용",
        "You paid {amount} at {merchant} on {date}. Which work of yours needs such a merchant?",
        "{date}에 {merchant}에서 {amount}을 결제하셨습니다. 담당 업무와 어떤 관련이 있는지 알려 주십시오.",
        "net_amount > 0 and mcc_share_peer < $rare_share and amount > $receipt_limit\n"
        "  and count(same department within 180 days where net_amount > 0 by others) >= $peer_least",
    ),
    template(
        "M10", 1.5, "Purpose contradicts the category", "사용 목적과 업종 불일치",
        "§5.6 Purpose", "제5조 6항 사용 목적 기재",
        "{amount} at {merchant} on {date} was filed under another purpose than the merchant's trade. Which is right?",
        "{date} {merchant}의 {amount}이 가맹점 업종과 다른 목적으로 청구되었습니다. 어느 쪽이 맞는지 알려 주십시오.",
        "net_amount > 0 and ((purpose_code in @meal_purpose and merchant.mcc not in @meal_mcc)\n"
        "  or (merchant.mcc in @fuel_mcc and purpose_code in @meal_purpose))",
    ),
    template(
        "M11", 3.0, "Forbidden items on the receipt", "영수증상 구매 금지 품목",
        "§2.7 Items that may not be bought", "제2조 7항 구매 금지 품목",
        "The receipt of {amount} at {merchant} on {date} lists items that need a reason. For whom were they bought?",
        "{date} {merchant}의 {amount} 영수증에 사유가 필요한 품목이 있습니다. 누구를 위해 구입하셨는지 알려 주십시오.",
        "net_amount > 0 and receipt.items contains any @forbidden_items",
    ),
    template(
        "M13", 1.5, "Words of private purposes", "개인 목적을 뜻하는 단어",
        "§1.2 Business use only", "제1조 2항 업무 목적 사용",
        "Please describe the business purpose of {amount} at {merchant} on {date}.",
        "{date} {merchant}에서 결제한 {amount}의 업무 목적을 구체적으로 알려 주십시오.",
        "net_amount > 0 and (or_no(purpose_text contains any @restricted_purpose_words)\n"
        "  or merchant.name contains any @restricted_purpose_words)",
    ),
)

AMOUNT_TEMPLATES: tuple[dict[str, Any], ...] = (
    template(
        "A08", 0.5, "First digits unlike usual ones", "첫 자리 숫자 분포 이상",
        "§4.13 Amounts made up", "제4조 13항 금액 조작",
        "Please attach what shows how the amount of {amount} at {merchant} on {date} came about.",
        "{date} {merchant}의 {amount}이 어떻게 산정되었는지 보여 주는 자료를 첨부해 주십시오.",
        "net_amount > 0 and count(same cardholder within 365 days where net_amount > 0) >= $digit_least\n"
        "  and count(same cardholder, first_digit within 365 days where net_amount > 0)\n"
        "    > $digit_excess * first_digit_share * count(same cardholder within 365 days where net_amount > 0)",
    ),
    template(
        "A10", 1.5, "Over the month's allowance of a purpose", "목적별 월 사용액 초과",
        "§4.11 Limits by month", "제4조 11항 월 사용 기준",
        "By {date} you had spent {total} for one purpose in the month, the last {amount} at {merchant}. What was the work?",
        "{date} {merchant}의 {amount}까지 한 달 동안 같은 목적으로 {total}을 사용하셨습니다. 어떤 업무였는지 알려 주십시오.",
        "net_amount > 0 and sum(net_amount same cardholder, purpose, month where net_amount > 0) > $monthly_limit",
    ),
    template(
        "A13", 1.5, "Exchange rate unlike the day's", "기준 환율과 다른 적용 환율",
        "§4.9 Foreign currency", "제4조 9항 외화 사용",
        "The rate of {amount} at {merchant} on {date} differs from the usual one. Which rate does the slip show?",
        "{date} {merchant}의 {amount}에 적용된 환율이 통상과 다릅니다. 전표의 환율을 알려 주십시오.",
        "net_amount > 0 and original_currency != currency and abs(fx_rate - reference_rate) > $fx_tolerance * reference_rate",
    ),
)

PLACE_TEMPLATES: tuple[dict[str, Any], ...] = (
    template(
        "L02", 2.0, "Near home outside working time", "근무 외 시간 자택 인근 사용",
        "§3.5 Place of use", "제3조 5항 사용 지역",
        "You paid {amount} at {merchant} on {date} outside working time. Which work took you there?",
        "근무 시간이 아닌 {date}에 {merchant}에서 {amount}을 결제하셨습니다. 어떤 업무였는지 알려 주십시오.",
        "net_amount > 0 and is_near_home and (not is_business_day(business_date) or or_no(is_night))\n"
        "  and not or_no(has_overtime) and not or_no(is_recurring)",
    ),
    template(
        "L03", 3.0, "Two places too far apart", "이동 불가능한 거리의 연속 사용",
        "§2.9 Use by the holder only", "제2조 9항 본인 사용",
        "You paid {amount} at {merchant} on {date} at {time}, soon after a payment far away. Who had the card?",
        "{date} {time}에 멀리 떨어진 곳의 결제 직후 {merchant}에서 {amount}이 결제되었습니다. 카드를 누가 가지고 있었는지 알려 주십시오.",
        'net_amount > 0 and travel_kmh > $top_speed and entry_mode != "online"',
    ),
    template(
        "L05", 2.5, "Badge or network shows another place", "출입·접속 기록과 다른 장소",
        "§2.9 Use by the holder only", "제2조 9항 본인 사용",
        "You paid {amount} at {merchant} on {date} at {time}. Where were you at that time?",
        "{date} {time}에 {merchant}에서 {amount}이 결제되었습니다. 그 시각에 어디에 계셨는지 알려 주십시오.",
        'net_amount > 0 and is_badged_elsewhere and entry_mode != "online"',
    ),
)
