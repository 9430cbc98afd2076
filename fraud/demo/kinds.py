"""Kinds of shops: category code, registered trade, share of all merchants and how they are named."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of merchant. `share` is relative; `nouns` complete a shop name; `opens_late` allows sales past 22:00."""

    key: str
    mcc: str
    biz_type: str
    biz_item: str
    share: float
    nouns: tuple[str, ...]
    local: bool = True
    firm: bool = False
    entry_mode: str = "chip"
    tax_mix: tuple[float, float, float] = (0.85, 0.12, 0.03)  # 일반, 간이, 면세


# fmt: off
KINDS: tuple[Kind, ...] = (
    Kind("korean_food", "5812", "음식점업", "한식", 22, ("국밥", "백반", "칼국수", "찌개마을", "쌈밥", "손만두", "설렁탕", "비빔밥집")),
    Kind("meat_grill", "5812", "음식점업", "육류구이", 12, ("숯불갈비", "생고기", "삼겹살", "정육식당", "한우마을", "닭갈비")),
    Kind("japanese_food", "5812", "음식점업", "일식", 6, ("초밥", "참치", "스시", "이자카야", "횟집", "우동")),
    Kind("western_food", "5812", "음식점업", "양식", 5, ("파스타", "스테이크", "키친", "비스트로", "그릴")),
    Kind("chinese_food", "5812", "음식점업", "중식", 4, ("반점", "중화요리", "짬뽕", "마라탕")),
    Kind("cafe", "5814", "음식점업", "커피전문점", 12, ("커피", "카페", "로스터스", "다방", "찻집"), tax_mix=(0.7, 0.29, 0.01)),
    Kind("bakery", "5462", "음식점업", "제과점", 3, ("베이커리", "제과", "빵집", "과자점")),
    Kind("convenience", "5411", "소매업", "편의점", 6, ("편의점", "24마트", "스토어")),
    Kind("mart", "5411", "소매업", "슈퍼마켓", 4, ("마트", "슈퍼", "식자재마트", "할인점")),
    Kind("pub", "5813", "음식점업", "호프", 4, ("호프", "비어", "포차", "주막", "펍"), tax_mix=(0.7, 0.29, 0.01)),
    Kind("karaoke", "7922", "서비스업", "노래연습장", 1.5, ("노래연습장", "노래방", "코인노래")),
    Kind("hostess_bar", "5813", "음식점업", "유흥주점", 1, ("룸", "클럽", "주점", "라운지")),
    Kind("spa", "7298", "서비스업", "사우나 및 마사지", 1, ("사우나", "스파", "테라피", "찜질방")),
    Kind("golf", "7992", "서비스업", "골프장", 0.6, ("컨트리클럽", "골프클럽", "골프장"), firm=True),
    Kind("taxi", "4121", "운수업", "택시", 6, ("운수", "택시", "교통"), tax_mix=(0.6, 0.4, 0.0)),
    Kind("fuel", "5541", "소매업", "주유소", 4, ("주유소", "에너지", "셀프주유소")),
    Kind("parking", "7523", "서비스업", "주차장", 3, ("주차장", "파킹")),
    Kind("toll", "4784", "운수업", "유료도로", 0.6, ("고속도로", "터널", "대교"), firm=True),
    Kind("rail", "4112", "운수업", "철도", 0.5, ("철도", "고속철"), local=False, firm=True, entry_mode="online"),
    Kind("air", "4511", "운수업", "항공", 0.4, ("항공", "에어"), local=False, firm=True, entry_mode="online"),
    Kind("hotel", "7011", "숙박업", "호텔", 3.5, ("호텔", "스테이", "관광호텔", "비즈니스호텔"), firm=True),
    Kind("stationery", "5943", "소매업", "문구", 2, ("문구", "오피스", "사무용품"), firm=True),
    Kind("books", "5942", "소매업", "서적", 1, ("서점", "문고", "책방"), tax_mix=(0.1, 0.0, 0.9)),
    Kind("electronics", "5732", "소매업", "전자제품", 1.5, ("전자", "컴퓨터", "디지털"), firm=True),
    Kind("office_mall", "5399", "소매업", "전자상거래(사무용품)", 0.6, ("오피스몰", "비즈몰"), local=False, entry_mode="online"),
    Kind("general_mall", "5399", "소매업", "전자상거래", 0.8, ("몰", "쇼핑", "장터"), local=False, entry_mode="online"),
    Kind("software", "5734", "서비스업", "소프트웨어", 0.8, ("소프트", "클라우드", "시스템즈", "웍스"), False, True, "online"),
    Kind("telecom", "4814", "정보통신업", "통신", 0.2, ("통신", "텔레콤"), local=False, firm=True, entry_mode="recurring"),
    Kind("printing", "2741", "제조업", "인쇄", 1.5, ("인쇄", "기획", "프린팅", "애드"), firm=True),
    Kind("design", "7333", "서비스업", "디자인 및 행사대행", 1, ("디자인", "이벤트", "커뮤니케이션"), firm=True),
    Kind("courier", "4215", "운수업", "택배 및 퀵서비스", 1.5, ("퀵서비스", "택배", "로지스")),
    Kind("flowers", "5992", "소매업", "꽃", 1.5, ("꽃집", "플라워", "화원"), tax_mix=(0.2, 0.2, 0.6)),
    Kind("voucher", "5947", "소매업", "상품권", 0.8, ("상품권", "티켓", "기프트")),
    Kind("training", "8299", "교육서비스업", "직무교육", 0.8, ("교육원", "아카데미", "연수원"), firm=True, tax_mix=(0.3, 0.0, 0.7)),
    Kind("car_service", "7538", "서비스업", "자동차정비", 1.2, ("카센터", "모터스", "공업사")),
    Kind("tools", "5251", "소매업", "공구 및 철물", 1.5, ("공구", "철물", "산업자재"), firm=True),
    Kind("lab_supply", "5047", "도매업", "이화학기기", 1, ("과학", "사이언스", "랩스"), firm=True),
    Kind("pharmacy", "5912", "소매업", "의약품", 1.2, ("약국",)),
    Kind("fashion", "5651", "소매업", "의류", 1.2, ("패션", "의류", "옷장", "스타일"), local=False, entry_mode="online"),
    Kind("cosmetics", "5977", "소매업", "화장품", 0.8, ("뷰티", "화장품", "코스메틱"), local=False, entry_mode="online"),
    Kind("game", "5816", "정보통신업", "게임", 0.4, ("게임즈", "플레이", "인터랙티브"), local=False, entry_mode="online"),
    Kind("ott", "5815", "정보통신업", "동영상 구독", 0.4, ("무비", "뮤직", "시네마"), local=False, entry_mode="recurring"),
    Kind("gym", "7997", "서비스업", "체력단련장", 0.8, ("휘트니스", "필라테스", "짐")),
    Kind("hair", "7230", "서비스업", "미용", 0.8, ("헤어", "미용실", "살롱"), tax_mix=(0.5, 0.5, 0.0)),
)
# fmt: on

# fmt: off
FOREIGN_KINDS: tuple[Kind, ...] = (
    Kind("foreign_food", "5812", "해외", "음식점", 1, ("Kitchen", "Diner", "Grill", "Shokudo", "Izakaya"), local=False),
    Kind("foreign_hotel", "7011", "해외", "호텔", 1, ("Hotel", "Inn", "Suites"), local=False),
    Kind("foreign_taxi", "4121", "해외", "택시", 1, ("Cab", "Taxi", "Rides"), local=False),
    Kind("foreign_shop", "5411", "해외", "소매", 1, ("Store", "Market", "Mart"), local=False),
)
# fmt: on

ALL_KINDS = KINDS + FOREIGN_KINDS
KIND_INDEX: dict[str, int] = {kind.key: index for index, kind in enumerate(ALL_KINDS)}
