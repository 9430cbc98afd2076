"""Short names of merchant category codes (ISO 18245), for people who read a code on a page, and what the codes of single chains are. Pure data.

Codes that claims of companies carry most often; another code is shown as it is, never guessed. ISO 18245 leaves 3000 to 3999 to the card networks,
which give one to each airline, car rental and hotel chain: two thirds of such payments carry their chain's code, not that of the trade.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

# fmt: off
_TABLE = """
1520 | Building contractors | 건축 공사
1731 | Electrical work | 전기 공사
2741 | Printing and publishing | 인쇄·출판
3000 | Airlines | 항공사
4111 | Local transport | 시내 교통
4112 | Railways | 철도
4121 | Taxis | 택시
4131 | Buses | 버스
4214 | Freight and moving | 화물 운송
4215 | Couriers | 택배·퀵서비스
4411 | Cruises and ferries | 여객선
4511 | Airlines | 항공사
4582 | Airports | 공항 시설
4722 | Travel agencies | 여행사
4784 | Road tolls | 통행료
4789 | Transport services | 운송 서비스
4812 | Telephone shops | 통신 기기
4814 | Telephone services | 통신 요금
4816 | Online services | 온라인 서비스
4829 | Money transfer | 송금
4899 | Cable and satellite | 유선·위성 방송
4900 | Utilities | 공공요금
5013 | Car parts, wholesale | 자동차 부품 도매
5039 | Building materials | 건축 자재
5044 | Office equipment | 사무기기
5045 | Computers | 컴퓨터
5046 | Commercial equipment | 업소용 기기
5047 | Medical equipment | 의료기기
5065 | Electrical parts | 전기 부품
5072 | Hardware, wholesale | 철물 도매
5085 | Industrial supplies | 산업용품
5094 | Precious metals, wholesale | 귀금속 도매
5111 | Stationery, wholesale | 사무용품 도매
5137 | Uniforms | 유니폼
5169 | Chemicals | 화학제품
5172 | Petroleum products | 석유제품
5192 | Books and papers, wholesale | 도서·신문 도매
5193 | Florists, wholesale | 화훼 도매
5200 | Home improvement | 주택 자재·공구
5251 | Hardware shops | 철물점
5300 | Wholesale clubs | 창고형 매장
5309 | Duty free | 면세점
5310 | Discount shops | 할인점
5311 | Department stores | 백화점
5331 | Variety shops | 잡화점
5399 | General merchandise | 종합 소매
5411 | Supermarkets | 슈퍼마켓
5422 | Meat shops | 정육점
5462 | Bakeries | 제과점
5499 | Food shops, convenience | 식품점·편의점
5511 | Car dealers | 자동차 판매
5532 | Tyres | 타이어
5533 | Car accessories | 자동차 용품
5541 | Petrol stations | 주유소
5542 | Petrol pumps, automated | 셀프 주유기
5611 | Men's clothing | 남성복
5621 | Women's clothing | 여성복
5631 | Women's accessories | 여성 잡화
5641 | Children's clothing | 아동복
5651 | Family clothing | 의류
5655 | Sports clothing | 스포츠 의류
5661 | Shoes | 신발
5691 | Clothing | 의류
5699 | Clothing, other | 기타 의류
5712 | Furniture | 가구
5722 | Household appliances | 가전제품
5732 | Electronics | 전자제품
5734 | Software shops | 소프트웨어 판매
5811 | Caterers | 출장 음식
5812 | Restaurants | 음식점
5813 | Bars and night clubs | 주점·유흥업소
5814 | Fast food and cafés | 패스트푸드·카페
5815 | Digital media | 디지털 콘텐츠
5816 | Digital games | 온라인 게임
5817 | Digital applications | 디지털 앱
5818 | Digital goods | 디지털 상품
5912 | Pharmacies | 약국
5921 | Liquor shops | 주류 판매점
5932 | Antiques | 골동품
5940 | Bicycles | 자전거
5941 | Sporting goods | 스포츠용품
5942 | Bookshops | 서점
5943 | Stationery | 문구점
5944 | Jewellery and watches | 귀금속·시계
5945 | Toys and games | 완구·게임
5947 | Gifts and vouchers | 선물·상품권
5964 | Catalogue sales | 카탈로그 판매
5968 | Subscriptions | 정기 구독
5970 | Art supplies | 미술용품
5971 | Art dealers | 화랑
5972 | Stamps and coins | 우표·주화
5973 | Religious goods | 종교용품
5977 | Cosmetics | 화장품
5983 | Fuel dealers | 연료 판매
5992 | Florists | 꽃집
5993 | Tobacco | 담배
5995 | Pet shops | 반려동물 용품
5999 | Retail, other | 기타 소매
6010 | Cash at a counter | 창구 현금 인출
6011 | Cash machines | 현금 자동 지급기
6012 | Financial institutions | 금융기관 상품
6050 | Quasi-cash at banks | 은행 환금성 거래
6051 | Quasi-cash | 환전·선불 등 환금성 거래
6211 | Securities | 증권
6300 | Insurance | 보험
6513 | Rents | 임대료
6540 | Prepaid top-up | 선불 충전
7011 | Hotels | 호텔·숙박
7210 | Laundry | 세탁
7216 | Dry cleaners | 드라이클리닝
7230 | Hairdressers and beauty | 미용실
7273 | Dating services | 만남 주선
7277 | Counselling | 상담
7297 | Massage | 마사지
7298 | Spas | 스파·피부관리
7299 | Services, other | 기타 서비스
7311 | Advertising | 광고
7333 | Photography | 사진
7338 | Copying | 복사·출력
7349 | Cleaning | 청소
7372 | Programming | 소프트웨어 개발
7375 | Information services | 정보 제공
7392 | Consulting | 경영 자문
7393 | Security | 경비
7394 | Equipment rental | 장비 임대
7399 | Business services | 기타 사업 서비스
7512 | Car rental | 차량 대여
7523 | Car parks | 주차장
7531 | Car body repair | 차체 수리
7538 | Car repair | 자동차 정비
7542 | Car wash | 세차
7699 | Repairs | 수리
7800 | Lotteries | 복권
7801 | Online casinos | 온라인 카지노
7802 | Horse and dog racing | 경마·경견
7832 | Cinemas | 영화관
7841 | Video rental | 비디오 대여
7911 | Dance halls | 무도장
7922 | Theatres | 공연
7929 | Bands and entertainers | 연예·공연단
7932 | Billiards | 당구장
7933 | Bowling | 볼링장
7941 | Sports clubs | 스포츠 클럽
7991 | Tourist attractions | 관광 명소
7992 | Golf courses | 골프장
7993 | Video game halls | 비디오 게임장
7994 | Game arcades | 오락실
7995 | Betting and casinos | 도박·카지노
7996 | Amusement parks | 놀이공원
7997 | Clubs with membership | 회원제 클럽
7999 | Recreation, other | 기타 여가
8011 | Doctors | 의원
8021 | Dentists | 치과
8062 | Hospitals | 병원
8099 | Health services | 의료 서비스
8111 | Legal services | 법률 서비스
8211 | Schools | 학교
8220 | Universities | 대학
8299 | Training | 교육·연수
8351 | Child care | 보육
8398 | Charities | 기부 단체
8641 | Associations | 협회
8699 | Membership organisations | 회원 단체
8931 | Accounting | 회계
8999 | Professional services | 전문 서비스
9211 | Court costs | 법원 비용
9222 | Fines | 과태료
9311 | Taxes | 세금
9399 | Government services | 공공 서비스
9402 | Postage | 우편
9406 | State lotteries | 복권
"""
# fmt: on


def _read() -> Mapping[str, tuple[str, str]]:
    rows = (line.split(" | ") for line in _TABLE.strip().splitlines())
    return {code: (english, korean) for code, english, korean in rows}


_NAMES = _read()


#: First and last code of the chains of a trade → the code of the trade itself (numbering of the networks; 3442 to 3500 are given to nobody).
_CHAINS = ((3000, 3350, "4511"), (3351, 3441, "7512"), (3501, 3999, "7011"))
_TRADE_OF: Mapping[str, str] = {
    f"{code:04}": trade for first, last, trade in _CHAINS for code in range(first, last + 1)
}


def mcc_word(code: str, language: str) -> str:
    """`5813` → Bars and night clubs, `3509` (a hotel chain's own) → Hotels; an empty text for a code without a name here."""
    pair = _NAMES.get(code) or _NAMES.get(_TRADE_OF.get(code, ""))
    return pair[language == "ko"] if pair else ""


def holds_categories(name: str, kind: str) -> bool:
    """Whether a managed list of this name and kind holds merchant categories: codes, under a name that ends in ``mcc``."""
    return kind == "code" and name.rpartition("_")[2] == "mcc"


def with_chains(codes: Set[str]) -> frozenset[str]:
    """These categories and the codes of single chains of their trades: a list that names hotels (7011) means every hotel."""
    return frozenset(codes) | {code for code, trade in _TRADE_OF.items() if trade in codes}
