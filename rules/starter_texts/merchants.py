"""Where the card was used."""

from __future__ import annotations

from typing import Any

MERCHANT_RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "M01",
        "name": ("Restricted category", "사용 제한 업종"),
        "clause": (
            "Corporate card policy §2.1 Prohibited trades",
            "법인카드 관리규정 제2조 1항 사용 제한 업종",
        ),
        "question": (
            "You paid {amount} at {merchant} on {date}. What was bought there, and with whom?",
            "{date}에 {merchant}에서 {amount}을 결제하셨습니다. 무엇을 누구와 이용하셨는지 알려 주십시오.",
        ),
        "weight": 5.0,
        "ahead": True,
        "always": True,
        "text": "net_amount > 0 and (merchant.mcc in @restricted_mcc\n"
        "  or or_no(merchant.biz_type contains any @restricted_words) or or_no(merchant.biz_item contains any @restricted_words))",
    },
    {
        "code": "M01B",
        "name": ("Sensitive category", "주의 업종"),
        "clause": (
            "Corporate card policy §2.2 Trades that need a reason",
            "법인카드 관리규정 제2조 2항 사유가 필요한 업종",
        ),
        "question": (
            "You paid {amount} at {merchant} on {date}. What was the business reason?",
            "{date}에 {merchant}에서 {amount}을 결제하셨습니다. 업무상 필요를 알려 주십시오.",
        ),
        "weight": 1.5,
        "ahead": True,
        "text": "net_amount > 0 and merchant.mcc in @sensitive_mcc",
    },
    {
        "code": "M02",
        "name": ("Vouchers, prepaid cards, currency", "상품권·선불·환전"),
        "clause": (
            "Corporate card policy §2.3 Goods as good as cash",
            "법인카드 관리규정 제2조 3항 환금성 물품",
        ),
        "question": (
            "You bought vouchers or something like cash for {amount} at {merchant} on {date}. Who received them? Please attach the list.",
            "{date}에 {merchant}에서 {amount}의 상품권 등을 구입하셨습니다. 누구에게 전달하셨는지 배부 내역을 첨부해 주십시오.",
        ),
        "weight": 3.0,
        "ahead": True,
        "text": "net_amount > 0 and (merchant.mcc in @quasi_cash_mcc\n"
        "  or or_no(merchant.name contains any @quasi_cash_words))",
    },
    {
        "code": "M03",
        "name": ("Cash advance", "현금 인출"),
        "clause": ("Corporate card policy §2.8 Cash advances", "법인카드 관리규정 제2조 8항 현금서비스"),
        "question": (
            "Cash of {amount} was drawn on {date}. What was it used for?",
            "{date}에 현금 {amount}이 인출되었습니다. 어디에 쓰셨는지 알려 주십시오.",
        ),
        "weight": 5.0,
        "ahead": True,
        "always": True,
        "text": 'net_amount > 0 and (merchant.mcc in @cash_mcc or or_no(txn_type = "cash_advance"))',
    },
    {
        "code": "M04",
        "name": ("Bar that says it is a restaurant", "음식점으로 등록된 주점"),
        "clause": (
            "Corporate card policy §2.1 Prohibited trades",
            "법인카드 관리규정 제2조 1항 사용 제한 업종",
        ),
        "question": (
            "You paid {amount} at {merchant} on {date} at {time}. What kind of place is it, and what was ordered?",
            "{date} {time}에 {merchant}에서 {amount}을 결제하셨습니다. 어떤 곳이며 무엇을 주문하셨는지 알려 주십시오.",
        ),
        "weight": 2.0,
        "text": "net_amount > 0 and merchant.mcc in @restaurant_mcc\n"
        "  and (merchant.name contains any @bar_words or hour(transacted_at) in $night_meal_starts..$night_meal_ends)",
    },
    {
        "code": "M05",
        "name": ("Merchant closed or suspended", "휴·폐업 가맹점"),
        "clause": ("Corporate card policy §5.4 Valid evidence", "법인카드 관리규정 제5조 4항 유효한 증빙"),
        "question": (
            "{merchant} was out of business on {date}, yet {amount} was paid there. What did you receive, and from whom?",
            "{date}에 {amount}을 결제한 {merchant}은(는) 당시 영업하지 않는 사업자입니다. 무엇을 누구에게서 받으셨는지 알려 주십시오.",
        ),
        "weight": 4.0,
        "text": "net_amount > 0 and merchant.status in @closed_status\n"
        "  and (merchant.status_on is missing or merchant.status_on <= date(transacted_at))",
    },
    {
        "code": "M06",
        "name": ("New merchant, high amount", "신규 개업 가맹점 고액 결제"),
        "clause": ("Corporate card policy §4.7 New merchants", "법인카드 관리규정 제4조 7항 신규 거래처"),
        "question": (
            "You paid {amount} at {merchant} on {date}. How was this shop chosen?",
            "{date}에 {merchant}에서 {amount}을 결제하셨습니다. 이 업체를 어떻게 선정하셨는지 알려 주십시오.",
        ),
        "weight": 1.0,
        "text": "net_amount > 0 and date(transacted_at) - merchant.opened_on < $new_merchant and amount > 0.5 * $single_limit",
    },
    {
        "code": "M07",
        "name": ("Merchant owned by staff or family", "임직원·가족 소유 가맹점"),
        "clause": (
            "Corporate card policy §6.2 Conflict of interest",
            "법인카드 관리규정 제6조 2항 이해 상충",
        ),
        "question": (
            "Are you related to the owner of {merchant}, where you paid {amount} on {date}?",
            "{date}에 {amount}을 결제한 {merchant} 대표자와 어떤 관계인지 알려 주십시오.",
        ),
        "weight": 4.0,
        "text": "net_amount > 0 and (or_no(merchant.ceo_is_cardholder) or merchant.ceo_name in @related_persons)",
        "note": (
            "The list @related_persons holds declared relatives and is filled by the company; until then only owners with the cardholder's own name are found.",
            "@related_persons 목록은 신고된 친족이며 회사가 채웁니다. 그 전에는 대표자 이름이 카드 사용자와 같은 가맹점만 찾습니다.",
        ),
    },
    {
        "code": "M08",
        "name": ("One person is most of a merchant's revenue", "가맹점 매출이 한 사람에게 집중"),
        "clause": (
            "Corporate card policy §6.2 Conflict of interest",
            "법인카드 관리규정 제6조 2항 이해 상충",
        ),
        "question": (
            "You have used {merchant} {count} times, most recently on {date} ({amount}). Why this shop?",
            "{merchant}을(를) {count}회 이용하셨고 최근 이용은 {date}의 {amount}입니다. 이 업체를 이용하시는 이유를 알려 주십시오.",
        ),
        "weight": 3.0,
        "text": "net_amount > 0 and count(same cardholder, merchant within 180 days where net_amount > 0) >= $merchant_share_count\n"
        "  and share(amount of cardholder in merchant within 180 days where net_amount > 0) >= $merchant_share\n"
        "  and sum(amount same cardholder, merchant within 180 days where net_amount > 0) > $single_limit",
    },
    {
        "code": "M12",
        "name": ("Private purchase", "개인 용도 구매"),
        "clause": (
            "Corporate card policy §1.2 Business use only",
            "법인카드 관리규정 제1조 2항 업무 목적 사용",
        ),
        "question": (
            "You paid {amount} at {merchant} on {date}. What was bought, and which work needed it?",
            "{date}에 {merchant}에서 {amount}을 결제하셨습니다. 무엇을 구입하셨고 어떤 업무에 필요했는지 알려 주십시오.",
        ),
        "weight": 2.5,
        "text": "net_amount > 0 and (merchant.mcc in @personal_mcc\n"
        "  or or_no(merchant.name contains any @personal_words))",
    },
    {
        "code": "L01",
        "name": ("Away from the workplace without a trip", "근무지 밖 사용"),
        "clause": ("Corporate card policy §3.5 Place of use", "법인카드 관리규정 제3조 5항 사용 지역"),
        "question": (
            "You paid {amount} at {merchant} on {date}, away from your workplace. What took you there?",
            "{date}에 근무지가 아닌 곳의 {merchant}에서 {amount}을 결제하셨습니다. 어떤 업무로 방문하셨는지 알려 주십시오.",
        ),
        "weight": 1.0,
        "state": "shadow",
        "text": 'net_amount > 0 and merchant.region != cardholder.region and not on_trip and entry_mode != "online"\n'
        "  and not or_no(is_recurring) and not is_business_day(business_date)",
    },
    {
        "code": "L04",
        "name": ("Abroad without a trip", "출장 없는 해외 사용"),
        "clause": ("Corporate card policy §3.6 Use abroad", "법인카드 관리규정 제3조 6항 해외 사용"),
        "question": (
            "You paid {amount} at {merchant} abroad on {date}. Which trip was it part of?",
            "{date}에 해외 {merchant}에서 {amount}을 결제하셨습니다. 어떤 출장이었는지 알려 주십시오.",
        ),
        "weight": 3.0,
        "text": "net_amount > 0 and merchant.country not in @home_countries and not on_trip and not or_no(is_recurring)",
    },
)
