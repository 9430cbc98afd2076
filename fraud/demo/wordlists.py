"""Our own syllables and words from which the demo company's people, places and shops are named.

Nothing here names a real person or a real shop; a likeness is chance.
"""

from __future__ import annotations

# surname, weight: roughly how frequent it is among Koreans
# fmt: off
SURNAMES: tuple[tuple[str, float], ...] = (
    ("김", 21.5), ("이", 14.7), ("박", 8.4), ("최", 4.7), ("정", 4.3), ("강", 2.4), ("조", 2.1), ("윤", 2.1),
    ("장", 2.0), ("임", 1.7), ("한", 1.5), ("오", 1.5), ("서", 1.5), ("신", 1.5), ("권", 1.4), ("황", 1.4),
    ("안", 1.4), ("송", 1.4), ("류", 1.3), ("홍", 1.1), ("전", 1.1), ("고", 0.9), ("문", 0.9), ("손", 0.9),
    ("양", 0.9), ("배", 0.8), ("백", 0.8), ("허", 0.7), ("남", 0.5), ("심", 0.5), ("노", 0.5), ("하", 0.4),
)
# fmt: on
FIRST_SYLLABLES = tuple("민서지현도하준예수은재성영태동승유주시윤우진소다채정혜건규한")
SECOND_SYLLABLES = tuple("준연우진호현영희수빈아림원석훈경은혁솔찬율나린재범태환슬규")

# region, weight of merchants outside the company's own places, near a workplace of the company
# fmt: off
REGIONS: tuple[tuple[str, float, bool], ...] = (
    ("서울 강남구", 3.0, True), ("서울 영등포구", 2.0, True), ("경기 화성시", 1.2, True), ("대전 유성구", 1.2, True),
    ("부산 해운대구", 1.5, True), ("대구 수성구", 1.1, True), ("광주 서구", 1.0, True), ("경기 성남시", 1.5, True),
    ("경기 이천시", 0.7, True), ("충남 아산시", 0.7, True), ("서울 마포구", 1.4, False), ("서울 송파구", 1.4, False),
    ("서울 서초구", 1.3, False), ("서울 종로구", 1.3, False), ("경기 수원시", 1.2, False), ("경기 용인시", 1.0, False),
    ("경기 고양시", 1.0, False), ("인천 연수구", 1.0, False), ("강원 강릉시", 0.8, False), ("강원 춘천시", 0.5, False),
    ("충북 청주시", 0.7, False), ("전북 전주시", 0.7, False), ("경북 포항시", 0.6, False), ("경남 창원시", 0.8, False),
    ("울산 남구", 0.7, False), ("제주 제주시", 1.0, False),
)
# fmt: on

# fmt: off
FOREIGN_PLACES: tuple[tuple[str, str, str], ...] = (
    ("JP", "JPY", "Tokyo"), ("JP", "JPY", "Osaka"), ("US", "USD", "San Jose CA"), ("US", "USD", "New York NY"),
    ("VN", "USD", "Hanoi"), ("SG", "USD", "Singapore"),
)
# fmt: on

# fmt: off
SHOP_HEADS = (
    "늘봄", "솔향", "참나무", "고을", "달빛", "들녘", "옛골", "은하", "한마당", "푸른", "다온", "새롬", "가온", "마루",
    "온새", "미르", "두레", "하늘", "바다", "구름", "산들", "별빛", "노을", "햇살", "정든", "도담", "소담", "한울", "느티",
    "버들", "청송", "대숲", "강변", "언덕", "모퉁이", "사랑채", "안뜰", "골목", "오솔길", "초롱", "단비", "이슬", "여울",
    "나루", "한빛골", "큰솔", "흰돌", "너른", "꽃길", "봄내",
)
# fmt: on
BRANCH_TAILS = (
    "본점",
    "역점",
    "시장점",
    "중앙점",
    "사거리점",
    "공원점",
    "대로점",
    "타워점",
    "남문점",
    "새길점",
)
FIRM_TAILS = ("", "", "", " 주식회사", "(주)", "상사")
# fmt: off
LATIN_HEADS = (
    "Aldera", "Norvik", "Bluefin", "Cedarlane", "Tamarind", "Larkfield", "Osprey", "Quillon", "Hanamori", "Kazehana",
    "Mizube", "Shiraoka", "Redgrove", "Sablewood", "Tidewell", "Umbra", "Verdano", "Wexmoor",
)
# fmt: on

# fmt: off
DIVISIONS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    # division, job family, teams, index of its main workplace region
    ("영업본부", "영업", ("수도권영업팀", "영남영업팀", "호남영업팀", "특수영업팀", "영업관리팀"), 0),
    ("연구개발본부", "연구개발", ("기반기술팀", "제품개발팀", "시험평가팀", "신사업연구팀", "특허팀"), 3),
    ("생산본부", "생산", ("생산1팀", "생산2팀", "설비팀", "생산관리팀", "안전환경팀"), 2),
    ("경영지원본부", "경영지원", ("인사팀", "재무팀", "총무팀", "법무팀", "구매팀"), 0),
    ("마케팅본부", "마케팅", ("브랜드팀", "디지털마케팅팀", "시장조사팀", "행사팀", "홍보팀"), 1),
    ("IT본부", "IT", ("인프라팀", "응용개발팀", "정보보호팀", "데이터팀", "서비스데스크팀"), 7),
    ("고객지원본부", "고객지원", ("기술지원팀", "현장서비스팀", "상담팀", "고객만족팀", "부품팀"), 4),
    ("물류본부", "물류", ("물류기획팀", "운송팀", "창고운영팀", "수출입팀", "배송팀"), 8),
    ("품질본부", "생산", ("품질보증팀", "품질관리팀", "협력사품질팀", "신뢰성팀", "계측팀"), 9),
    ("해외사업본부", "영업", ("아시아팀", "미주팀", "해외기획팀", "해외물류팀", "해외마케팅팀"), 1),
)
# fmt: on

# grade, share of the staff, factor on personal spending, monthly card limit in KRW
# fmt: off
GRADES: tuple[tuple[str, float, float, int], ...] = (
    ("사원", 0.34, 0.92, 2_000_000), ("대리", 0.26, 0.97, 3_000_000), ("과장", 0.19, 1.03, 4_000_000),
    ("차장", 0.12, 1.10, 5_000_000), ("부장", 0.07, 1.20, 8_000_000), ("임원", 0.02, 1.45, 15_000_000),
)
# fmt: on
