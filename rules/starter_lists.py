"""The managed lists the starter rules refer to. An admin edits them; words are compared without case, width or blanks at the ends."""

from __future__ import annotations

from collections.abc import Mapping

from rules.language.specs import ValueListSpec


def _list(name: str, kind: str, label_en: str, label_ko: str, values: str) -> ValueListSpec:
    """``values`` are separated by commas."""
    chosen = frozenset(part.strip() for part in values.split(",") if part.strip())
    return ValueListSpec(name, kind, chosen, label_en, label_ko)


# fmt: off
_ALL = (
    _list(
        "restricted_mcc", "code", "Restricted categories (absolute ban)", "사용 제한 업종 코드(절대 금지)",
        "7273, 7297, 7298, 7800, 7801, 7802, 7841, 7922, 7929, 7932, 7993, 7994, 7995, 9406",
    ),
    _list(
        "restricted_words", "text", "Words of restricted trades", "사용 제한 업종 단어",
        "유흥주점, 단란주점, 룸살롱, 룸싸롱, 나이트클럽, 무도유흥, 카바레, 안마시술, 안마, 발마사지, 마사지, 스포츠마사지, 노래연습장, 노래방, 노래주점, "
        "사교춤, 전화방, 비디오방, 카지노, 복권방, 복권판매, 오락실, 성인용품, 총포, 사우나, massage, escort, casino, night club, adult",
    ),
    _list(
        "sensitive_mcc", "code", "Sensitive categories (need a reason)", "주의 업종 코드(사유 필요)",
        "5813, 5921, 5944, 7230, 7992, 7997, 5993, 5977, 5094",
    ),
    _list(
        "bar_words", "text", "Words that say bar", "주점을 뜻하는 단어",
        "주점, 포차, 호프, 펍, 룸, 라운지바, 칵테일, 와인바, 위스키, 노래, 클럽, 비어, 주막, bar, pub, tavern, lounge, beer, cocktail, karaoke, "
        "gentlemen, nightclub",
    ),
    _list("restaurant_mcc", "code", "Restaurants and cafés", "음식점·카페 업종 코드", "5811, 5812, 5814, 5462"),
    _list("late_allowed_mcc", "code", "Categories that are fine at night", "심야 허용 업종 코드", "4111, 4112, 4121, 4131, 4411, 4511, 4784, 7011, 7523"),
    _list("quasi_cash_mcc", "code", "Quasi-cash: vouchers, prepaid, currency", "환금성 업종 코드(상품권·선불·환전)", "5947, 6050, 6051, 6211, 6540, 4829"),
    _list(
        "quasi_cash_words", "text", "Words that say voucher or prepaid", "상품권·선불을 뜻하는 단어",
        "상품권, 기프트카드, 선불카드, 충전금, 환전, 가상자산, 코인거래소, gift card, gift certificate, prepaid card, bitcoin",
    ),
    _list("cash_mcc", "code", "Cash advances and machines", "현금 인출 업종 코드", "6010, 6011"),
    _list(
        "personal_mcc", "code", "Categories of private purchases", "개인 용도 업종 코드",
        "5611, 5621, 5631, 5641, 5651, 5655, 5661, 5691, 5699, 5815, 5816, 5817, 5818, 5945, 5970, 5971, 5972, 5973, 5977, 7230, 7941, 7991, 7996, 7997",
    ),
    _list(
        "personal_words", "text", "Words of private purchases", "개인 용도를 뜻하는 단어",
        "게임즈, 앱스토어, 넷플릭스, 왓챠, 멜론, 화장품, 뷰티, 휘트니스, 필라테스, 미용실, netflix, spotify, app store, google play, steam games",
    ),
    _list(
        "retail_mcc", "code", "Shops where round amounts are unusual", "소매 업종 코드",
        "5200, 5251, 5300, 5309, 5310, 5311, 5331, 5399, 5411, 5422, 5499, 5712, 5732, 5734, 5942, 5943, 5999",
    ),
    _list("fuel_mcc", "code", "Fuel", "주유 업종 코드", "5541, 5542, 5983"),
    _list("closed_status", "code", "Merchant closed or suspended", "휴·폐업 상태", "폐업자, 휴업자, 폐업, 휴업, closed, suspended, dissolved"),
    _list("blocked_card_status", "code", "Card lost, stopped or cancelled", "사용 불가 카드 상태", "lost, stolen, stopped, cancelled, suspended, 분실, 정지, 해지"),
    _list("no_evidence", "code", "No evidence", "증빙 없음", "none, missing, 없음, 미제출"),
    _list("home_countries", "code", "Home countries", "국내로 보는 국가", "KR"),
    _list("overtime_taxi_purpose", "code", "Purposes of taxis after overtime", "야근 택시 목적 코드", "overtime_taxi, 야근택시, 야근교통비"),
    _list("cancel_types", "code", "Cancellations", "취소 거래 구분", "cancel, partial_cancel"),
    _list(
        "restricted_purpose_words", "text", "Words of private purposes", "개인 목적을 뜻하는 단어",
        "개인, 사적, 선물용, 생일, 가족, 경조, 골프, 유흥, private, birthday, personal, golf",
    ),
    _list(
        "forbidden_items", "text", "Items that may not be bought", "구매 금지 품목",
        "소주, 맥주, 양주, 위스키, 와인, 담배, 전자담배, 복권, 성인용품, beer, wine, whisky, liquor, cigarette, tobacco, lottery",
    ),
    _list("public_org_types", "text", "Organisations under the anti-graft act", "청탁금지법 적용 기관 유형", "public, government, 공공기관, 공무원, 학교, 언론사"),
    _list("welfare_accounts", "code", "Welfare accounts", "복리후생비 계정", "WELFARE, 복리후생비, 811"),
    _list("entertainment_accounts", "code", "Entertainment accounts", "기업업무추진비(접대비) 계정", "ENTERTAINMENT, 접대비, 기업업무추진비, 813"),
    _list("no_vat_tax_types", "code", "Merchants whose VAT is not deductible", "매입세액 불공제 과세 유형", "simplified, exempt, 간이과세자, 면세사업자, 간이, 면세"),
    _list("qualified_evidence", "code", "Qualified evidence", "적격 증빙", "card_slip, tax_invoice, e_invoice, cash_receipt, 카드전표, 세금계산서, 현금영수증"),
    _list("meal_purpose", "code", "Purposes of meals", "식대 목적 코드", "MEAL, 식대, 식비, overtime_meal, 야근식대"),
    _list("meal_mcc", "code", "Categories of meals", "식대로 볼 수 있는 업종 코드", "5411, 5422, 5441, 5451, 5462, 5499, 5811, 5812, 5814, 7011"),
    _list("per_diem_purpose", "code", "Purposes of per diems", "일비 목적 코드", "per_diem, 일비, 출장일비"),
    _list("mileage_purpose", "code", "Purposes of mileage", "자가 차량 유류비(주행거리) 목적 코드", "mileage, 자가차량, 주행거리"),
    _list("toll_mcc", "code", "Tolls, parking and taxis", "통행료·주차·택시 업종 코드", "4121, 4784, 7523"),
    _list("related_persons", "text", "Owners related to the staff", "임직원·가족 대표자 명단", ""),
)
# fmt: on

STARTER_LISTS: Mapping[str, ValueListSpec] = {value_list.name: value_list for value_list in _ALL}
