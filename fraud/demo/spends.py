"""Kinds of spending: what is bought where, when, for how much, by whom and under which purpose and account."""

from __future__ import annotations

from dataclasses import dataclass, field

# name of a mixture -> (weight, mean minute of day, spread in minutes); minutes past 1,440 belong to the next date
HOURS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "lunch": ((1.0, 740, 25),),
    "dinner": ((0.9, 1135, 40), (0.1, 1230, 40)),
    "cafe": ((0.25, 530, 25), (0.5, 785, 30), (0.25, 915, 50)),
    "office": ((0.5, 640, 60), (0.5, 900, 80)),
    "late_taxi": ((1.0, 1390, 45),),
    "day_taxi": ((0.4, 580, 60), (0.6, 930, 120)),
    "late_meal": ((1.0, 1225, 35),),
    "late_bar": ((0.7, 1390, 40), (0.3, 1470, 45)),
    "evening": ((0.7, 1280, 70), (0.3, 820, 120)),
    "anytime": ((0.4, 540, 70), (0.6, 1020, 130)),
    "weekend": ((0.6, 770, 60), (0.4, 1100, 50)),
    "morning": ((1.0, 470, 60),),
    "checkout": ((0.6, 560, 60), (0.4, 1150, 80)),
    "recurring": ((1.0, 190, 5),),
}


@dataclass(frozen=True, slots=True)
class Spend:
    """One kind of spending.

    `median` is KRW per head where `heads` is given, else per claim; `spread` is the sigma of its logarithm;
    `heads` is (least, mean of the rest, most); `weight` is the relative frequency, multiplied by `families`.
    """

    key: str
    kinds: tuple[str, ...]
    purpose: str
    account: str
    median: int
    spread: float
    hours: str
    weight: float
    heads: tuple[int, float, int] | None = None
    rhythm: str = "business"
    card: str = "personal"
    round_to: int = 100
    families: dict[str, float] = field(default_factory=dict)
    grade_slope: float = 0.0
    texts: tuple[str, ...] = ("업무 관련 지출",)


_FIELD = {"영업": 2.2, "고객지원": 1.6, "해외": 1.5}
# fmt: off
SPENDS: tuple[Spend, ...] = (
    Spend("lunch", ("korean_food", "korean_food", "chinese_food", "western_food"), "meal", "복리후생비", 10_500, 0.22, "lunch", 24,
          (1, 1.9, 10), texts=("팀 점심", "부서 중식", "업무 협의 점심", "점심 식대")),
    Spend("team_dinner", ("meat_grill", "meat_grill", "japanese_food", "korean_food"), "team_dinner", "복리후생비", 27_000, 0.28,
          "dinner", 5, (3, 4.0, 14), grade_slope=0.4, texts=("부서 회식", "팀 회식", "프로젝트 종료 회식", "신규 입사자 환영 회식")),
    Spend("client_meal", ("japanese_food", "korean_food", "meat_grill", "western_food"), "entertainment", "접대비", 38_000, 0.45,
          "dinner", 6, (2, 2.0, 9), families={"영업": 3.0, "마케팅": 1.6, "생산": 0.4, "IT": 0.4, "연구개발": 0.5}, grade_slope=1.0,
          texts=("거래처 식사 - 납품 협의", "고객사 미팅 식사", "협력사 간담", "거래처 담당자 식사", "신규 거래처 상담")),
    Spend("client_lunch", ("korean_food", "japanese_food", "western_food"), "entertainment", "접대비", 21_000, 0.3, "lunch", 5,
          (2, 1.2, 7), families={"영업": 2.6, "마케팅": 1.5, "생산": 0.4}, grade_slope=0.6,
          texts=("거래처 점심 미팅", "고객사 방문 후 식사", "협력사 점심 협의")),
    Spend("cafe", ("cafe", "cafe", "bakery"), "meeting", "복리후생비", 5_200, 0.25, "cafe", 15, (1, 1.6, 9),
          texts=("회의 음료", "미팅 커피", "업무 협의 음료")),
    Spend("snacks", ("convenience", "mart", "bakery"), "welfare", "복리후생비", 21_000, 0.6, "anytime", 5,
          texts=("사무실 간식", "다과 구입", "회의 다과")),
    Spend("day_taxi", ("taxi",), "transport", "여비교통비", 12_500, 0.45, "day_taxi", 7, families=_FIELD,
          texts=("외근 이동", "거래처 방문 이동", "업무 이동")),
    Spend("fuel", ("fuel",), "fuel", "차량유지비", 62_000, 0.22, "anytime", 5, rhythm="mixed", card="fuel", round_to=1000,
          families={"영업": 2.0, "물류": 2.0, "고객지원": 2.0}, texts=("업무용 차량 주유", "주유")),
    Spend("parking", ("parking", "parking", "toll"), "transport", "여비교통비", 6_000, 0.5, "office", 5, families=_FIELD, round_to=500,
          texts=("거래처 방문 주차", "외근 주차비", "통행료")),
    Spend("car_service", ("car_service",), "vehicle", "차량유지비", 95_000, 0.6, "office", 0.7, card="fuel", round_to=1000,
          families={"물류": 3.0, "영업": 1.5}, texts=("업무용 차량 정비", "엔진오일 교환", "타이어 교체")),
    Spend("office_supply", ("stationery", "office_mall"), "supplies", "소모품비", 46_000, 0.7, "office", 4, round_to=10,
          families={"경영지원": 2.5}, texts=("사무용품 구입", "복사용지 외", "토너 구입", "문구류 구입")),
    Spend("it_supply", ("electronics", "general_mall"), "supplies", "소모품비", 85_000, 0.8, "office", 1.6, round_to=10,
          families={"IT": 4.0, "연구개발": 1.5}, texts=("케이블 및 주변기기", "모니터 암 구입", "저장장치 구입", "키보드 구입")),
    Spend("mall", ("general_mall",), "supplies", "소모품비", 38_000, 0.7, "office", 2.2, round_to=10,
          texts=("사무실 비품", "회의실 비품 구입", "행사 물품 구입")),
    Spend("books", ("books",), "books", "도서인쇄비", 31_000, 0.45, "office", 1.2, texts=("업무 도서 구입", "기술 서적")),
    Spend("printing", ("printing",), "services", "도서인쇄비", 110_000, 0.7, "office", 1.2, round_to=1000, card="dept",
          families={"마케팅": 4.0, "영업": 1.5}, texts=("카탈로그 인쇄", "명함 인쇄", "현수막 제작")),
    Spend("design", ("design",), "services", "광고선전비", 260_000, 0.6, "office", 0.4, round_to=1000, card="dept",
          families={"마케팅": 8.0}, texts=("행사 대행", "홍보물 디자인", "부스 디자인")),
    Spend("courier", ("courier",), "services", "운반비", 14_000, 0.6, "office", 2.4, round_to=500, families={"물류": 2.5, "영업": 1.4},
          texts=("퀵서비스", "샘플 발송", "서류 발송")),
    Spend("flowers", ("flowers",), "gift", "접대비", 90_000, 0.25, "office", 0.9, round_to=10_000, grade_slope=0.8,
          texts=("경조 화환", "거래처 개업 화분", "승진 축하 난")),
    Spend("training", ("training",), "training", "교육훈련비", 230_000, 0.6, "office", 0.7, round_to=1000, texts=("직무 교육 수강", "세미나 참가비")),
    Spend("tools", ("tools",), "supplies", "소모품비", 58_000, 0.8, "office", 1.6, families={"생산": 6.0, "물류": 2.0, "고객지원": 2.0},
          texts=("공구 구입", "설비 부속", "안전용품 구입")),
    Spend("lab_supply", ("lab_supply",), "supplies", "소모품비", 140_000, 0.8, "office", 1.0, families={"연구개발": 8.0}, round_to=10,
          texts=("시약 구입", "실험 소모품", "계측 부속")),
    Spend("pharmacy", ("pharmacy",), "welfare", "복리후생비", 16_000, 0.5, "office", 0.5, texts=("구급함 보충", "상비약 구입")),
    Spend("pub", ("pub",), "team_dinner", "복리후생비", 17_000, 0.35, "dinner", 0.9, (3, 2.5, 10), texts=("회식 2차", "부서 간담")),
    Spend("golf", ("golf",), "entertainment", "접대비", 310_000, 0.3, "morning", 0.12, rhythm="weekend", grade_slope=3.0, round_to=1000,
          families={"영업": 3.0}, texts=("거래처 골프 행사",)),
    Spend("weekend_work", ("korean_food", "cafe", "convenience"), "overtime_meal", "복리후생비", 9_500, 0.3, "weekend", 0.0, (1, 0.8, 5),
          texts=("휴일 근무 식대", "주말 작업 식사")),
    Spend("overtime_meal", ("korean_food", "chinese_food", "convenience", "meat_grill"), "overtime_meal", "복리후생비", 10_500, 0.22,
          "late_meal", 0.0, (1, 1.2, 7), texts=("야근 식대", "야간 작업 식사", "초과근무 저녁")),
    Spend("overtime_taxi", ("taxi",), "overtime_taxi", "여비교통비", 19_000, 0.35, "late_taxi", 0.0, card="taxi",
          texts=("야근 귀가 택시", "심야 귀가")),
    Spend("trip_rail", ("rail",), "trip", "여비교통비", 46_000, 0.3, "morning", 0.0, texts=("출장 교통", "출장 열차")),
    Spend("trip_air", ("air",), "trip", "여비교통비", 92_000, 0.3, "morning", 0.0, texts=("출장 항공권",)),
    Spend("trip_hotel", ("hotel",), "trip", "여비교통비", 96_000, 0.25, "checkout", 0.0, grade_slope=0.8, round_to=1000,
          texts=("출장 숙박",)),
    Spend("trip_meal", ("korean_food", "meat_grill", "cafe", "chinese_food"), "trip", "여비교통비", 12_500, 0.35, "anytime", 0.0, (1, 0.4, 4),
          texts=("출장 식대", "출장 중 식사")),
    Spend("trip_taxi", ("taxi",), "trip", "여비교통비", 11_500, 0.4, "anytime", 0.0, texts=("출장지 이동",)),
    Spend("abroad_hotel", ("foreign_hotel",), "trip", "여비교통비", 215_000, 0.3, "checkout", 0.0, texts=("해외 출장 숙박",)),
    Spend("abroad_meal", ("foreign_food", "foreign_shop"), "trip", "여비교통비", 26_000, 0.4, "anytime", 0.0, (1, 0.5, 4), texts=("해외 출장 식대",)),
    Spend("abroad_taxi", ("foreign_taxi",), "trip", "여비교통비", 28_000, 0.4, "anytime", 0.0, texts=("해외 출장 이동",)),
    Spend("software", ("software",), "software", "지급수수료", 64_000, 0.8, "recurring", 0.0, card="virtual", round_to=10,
          texts=("소프트웨어 구독", "클라우드 이용료")),
    Spend("telecom", ("telecom",), "telecom", "통신비", 55_000, 0.3, "recurring", 0.0, card="virtual", round_to=10, texts=("통신 요금",)),
    Spend("gift_voucher", ("voucher",), "gift", "접대비", 50_000, 0.0, "office", 0.0, round_to=10_000, texts=("명절 선물", "거래처 사은품", "판촉용 상품권")),
    Spend("late_bar", ("pub", "pub", "karaoke"), "entertainment", "접대비", 42_000, 0.35, "late_bar", 0.0, (2, 2.0, 7),
          texts=("거래처 2차", "고객사 간담", "업무 협의")),
    Spend("personal_mall", ("fashion", "cosmetics", "general_mall", "electronics"), "supplies", "소모품비", 88_000, 0.6, "evening", 0.0,
          round_to=10, rhythm="mixed", texts=("사무실 비품", "사무용품 구입", "행사 물품 구입")),
    Spend("personal_media", ("ott", "game", "gym"), "software", "지급수수료", 17_000, 0.5, "recurring", 0.0, round_to=10,
          texts=("온라인 구독료", "자료 이용료", "교육 콘텐츠")),
)
# fmt: on

SPEND_INDEX: dict[str, int] = {spend.key: index for index, spend in enumerate(SPENDS)}
CARD_KINDS = ("personal", "dept", "fuel", "virtual", "taxi")
SINGLE_LIMIT: dict[str, int] = {"entertainment": 500_000, "team_dinner": 500_000}
OTHER_LIMIT = 1_000_000
