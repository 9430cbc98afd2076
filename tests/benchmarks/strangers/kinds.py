"""Kinds of shop a company's cards meet: category, trade, what is usually paid there, when, for which purpose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

#: key | MCC | line of business | median (thousand won) | spread of its logarithm | hours it peaks at | entry | heads at a table |
#: purpose | account | shops a region | price in whole thousands as a share of payments | Korean and English words of its name
_ROWS = """
lunch       | 5812 | restaurant        | 14   | .45 | 12,12,13    | chip   | 1.6 | meal      | welfare   | 24 | .45 | 국밥 칼국수 백반 우동          | Kitchen Diner Noodles Deli
dinner      | 5812 | restaurant        | 62   | .55 | 18,19,19    | chip   | 3.2 | team      | welfare   | 20 | .45 | 갈비 삼겹살 한우 횟집          | Grill Bistro Steakhouse Trattoria
fine        | 5812 | fine dining       | 210  | .50 | 12,19,20    | chip   | 3.4 | client    | client    | 7  | .55 | 한정식 스시 그릴               | Brasserie Ristorante Tavola
cafe        | 5814 | café              | 9    | .55 | 9,13,15     | chip   | 2.0 | meeting   | welfare   | 18 | .40 | 커피 로스터스 찻집             | Coffee Roasters Espresso
bakery      | 5462 | bakery            | 22   | .60 | 9,14,16     | chip   | 3.0 | meeting   | welfare   | 6  | .35 | 베이커리 제과                  | Bakery Patisserie
caterer     | 5811 | caterer           | 240  | .55 | 10,11,15    | keyed  | 14  | event     | event     | 3  | .70 | 도시락 케이터링                | Catering Lunchbox
convenience | 5499 | convenience store | 7    | .65 | 8,13,18,21  | chip   | 0   | supplies  | supplies  | 12 | .30 | 편의점 스토어                  | Express Corner Minimart
market      | 5411 | supermarket       | 48   | .70 | 11,16,18    | chip   | 0   | supplies  | supplies  | 8  | .12 | 마트 슈퍼 할인점               | Market Foods Grocers
depart      | 5311 | department store  | 95   | .70 | 13,15,18    | chip   | 0   | gift      | client    | 3  | .30 | 백화점 아울렛                  | Galleria Stores Outlet
office      | 5943 | stationery        | 38   | .80 | 10,14,16    | chip   | 0   | supplies  | supplies  | 7  | .20 | 문구 오피스                    | Paper Office Stationers
gadgets     | 5732 | electronics       | 160  | .90 | 11,14,17    | chip   | 0   | equipment | equipment | 4  | .45 | 전자 디지털                    | Electronics Digital Audio
mall        | 5399 | online shop       | 52   | .85 | 10,14,21    | online | 0   | supplies  | supplies  | 3  | .20 | 몰 쇼핑 장터                   | Online Marketplace Bazaar
books       | 5942 | books             | 34   | .55 | 11,15       | online | 0   | training  | training  | 3  | .30 | 서점 문고                      | Books Press
furniture   | 5712 | furniture         | 220  | .70 | 11,15       | keyed  | 0   | equipment | equipment | 2  | .60 | 가구 인테리어                  | Furniture Interiors
tools       | 5251 | hardware          | 45   | .85 | 8,10,14     | chip   | 0   | material  | material  | 6  | .25 | 공구 철물                      | Hardware Tools Supply
lab         | 5047 | laboratory goods  | 190  | .90 | 10,14       | online | 0   | material  | material  | 4  | .25 | 과학 랩스                      | Scientific Labware
pharmacy    | 5912 | pharmacy          | 16   | .60 | 10,15,18    | chip   | 0   | welfare   | welfare   | 5  | .30 | 약국                           | Pharmacy Chemist
flowers     | 5992 | florist           | 68   | .35 | 10,13       | keyed  | 0   | gift      | client    | 4  | .80 | 꽃집 화원                      | Flowers Florist
giftshop    | 5947 | gifts             | 85   | .60 | 11,15       | chip   | 0   | gift      | client    | 3  | .65 | 선물 기프트                    | Gifts Novelty
printing    | 2741 | printing          | 120  | .80 | 10,14       | keyed  | 0   | services  | services  | 4  | .55 | 인쇄 기획                      | Printing Signs
courier     | 4215 | courier           | 14   | .60 | 10,14,16    | online | 0   | services  | services  | 4  | .35 | 퀵 택배                        | Courier Logistics
agency      | 7333 | design and events | 380  | .80 | 10,15       | keyed  | 0   | services  | services  | 3  | .70 | 디자인 이벤트                  | Studio Events Creative
rental      | 7394 | equipment rental  | 180  | .70 | 9,11        | keyed  | 0   | services  | services  | 3  | .60 | 렌탈 대여                      | Rentals Hire
repair      | 7538 | garage            | 110  | .70 | 9,11,15     | chip   | 0   | vehicle   | vehicle   | 4  | .40 | 카센터 모터스                  | Motors Garage
fuel        | 5541 | fuel              | 62   | .30 | 8,12,18     | chip   | 0   | vehicle   | vehicle   | 7  | .55 | 주유소 에너지                  | Fuels Service Station
parking     | 7523 | parking           | 7    | .60 | 10,14,18    | chip   | 0   | vehicle   | travel    | 6  | .60 | 주차장 파킹                    | Parking Garage Lot
toll        | 4784 | toll              | 5    | .55 | 8,18        | auto   | 0   | vehicle   | travel    | 2  | .25 | 고속도로 터널                  | Tollway Bridge
taxi        | 4121 | taxi              | 14   | .55 | 9,14,22     | chip   | 0   | local     | travel    | 8  | .15 | 택시 운수                      | Taxi Cab Rides
rail        | 4112 | rail              | 52   | .35 | 8,17        | online | 0   | trip      | travel    | 2  | .30 | 철도                           | Rail Lines
air         | 4511 | airline           | 290  | .70 | 10,15       | online | 0   | trip      | travel    | 2  | .30 | 항공                           | Airways Air
hotel       | 7011 | hotel             | 125  | .45 | 8,9,20      | chip   | 0   | trip      | travel    | 6  | .40 | 호텔 스테이                    | Hotel Inn Suites
carhire     | 7512 | car rental        | 88   | .40 | 9,17        | chip   | 0   | trip      | travel    | 3  | .40 | 렌터카                         | Car Rental
travelshop  | 4722 | travel agency     | 330  | .70 | 10,14       | keyed  | 0   | trip      | travel    | 2  | .55 | 여행사 투어                    | Travel Tours
software    | 5734 | software          | 95   | .90 | 10,15       | online | 0   | software  | software  | 4  | .35 | 소프트 클라우드                | Software Cloud Systems
telecom     | 4814 | telecom           | 46   | .35 | 6,7         | recur  | 0   | telecom   | telecom   | 1  | .20 | 통신 텔레콤                    | Telecom Mobile
course      | 8299 | training          | 260  | .65 | 10,14       | online | 0   | training  | training  | 4  | .75 | 교육원 아카데미                | Academy Institute
school      | 8211 | school            | 310  | .50 | 11,15       | keyed  | 0   | training  | training  | 1  | .80 | 학원 어학원                    | School Tutoring
member      | 8641 | association       | 150  | .60 | 10,14       | online | 0   | training  | training  | 1  | .85 | 협회 학회                      | Association Society
medical     | 8099 | clinic            | 72   | .80 | 10,15       | chip   | 0   | welfare   | welfare   | 3  | .35 | 의원 검진센터                  | Clinic Medical
clothes     | 5651 | clothing          | 88   | .65 | 14,17       | chip   | 0   | supplies  | supplies  | 3  | .30 | 의류 작업복                    | Clothing Workwear
sports      | 5941 | sporting goods    | 96   | .70 | 14,18       | chip   | 0   | welfare   | welfare   | 2  | .30 | 스포츠 레저                    | Sports Outdoor
toys        | 5945 | toys and games    | 44   | .60 | 14,17       | chip   | 0   | event     | event     | 1  | .25 | 완구 토이                      | Toys Hobby
beauty      | 7230 | hair and beauty   | 58   | .50 | 14,18       | chip   | 0   | event     | event     | 2  | .60 | 헤어 살롱                      | Hair Beauty Salon
gym         | 7997 | fitness           | 110  | .45 | 8,19        | recur  | 0   | welfare   | welfare   | 2  | .75 | 휘트니스 필라테스              | Fitness Club
golf        | 7992 | golf course       | 480  | .35 | 8,11        | chip   | 4.0 | client    | client    | 2  | .60 | 컨트리클럽 골프                | Golf Links
bar         | 5813 | bar               | 120  | .60 | 20,21,22    | chip   | 3.4 | client    | client    | 6  | .55 | 호프 포차 비어                 | Pub Tavern Taproom
stage       | 7922 | shows and karaoke | 150  | .60 | 19,21,22    | chip   | 5.0 | team      | welfare   | 2  | .70 | 노래연습장 공연장              | Theatre Karaoke
liquor      | 5921 | liquor store      | 92   | .65 | 16,19       | chip   | 0   | gift      | client    | 2  | .40 | 와인 주류                      | Wines Spirits
digital     | 5817 | app store         | 19   | .60 | 9,20,22     | online | 0   | software  | software  | 2  | .25 | 앱 미디어                      | Apps Media
prepaid     | 6540 | prepaid           | 55   | .50 | 10,15       | online | 0   | gift      | client    | 1  | .92 | 선불 충전                      | Prepaid Topup
lottery     | 7995 | lottery           | 20   | .60 | 12,18       | chip   | 0   | event     | event     | 1  | .85 | 복권                           | Lottery
jewels      | 5944 | jewellery         | 240  | .60 | 14,16       | chip   | 0   | gift      | client    | 1  | .70 | 귀금속 시계                    | Jewellers Watches
exchange    | 6051 | currency          | 180  | .60 | 9,11        | chip   | 0   | trip      | travel    | 1  | .90 | 환전                           | Exchange
cash        | 6011 | cash machine      | 150  | .40 | 9,22        | chip   | 0   | trip      | travel    | 1  | .98 | 현금                           | ATM
charity     | 8398 | charity           | 90   | .50 | 11,14       | online | 0   | event     | event     | 1  | .90 | 재단 후원                      | Foundation Aid
mileage     | 7519 | mileage           | 28   | .60 | 18,19       | keyed  | 0   | vehicle   | travel    | 1  | .05 | 차량유지비                     | Mileage
perdiem     | 6399 | per diem          | 40   | .15 | 9,18        | keyed  | 0   | trip      | travel    | 1  | .95 | 일비                           | Per Diem
trade       | 5085 | industrial goods  | 420  | .90 | 10,14       | keyed  | 0   | material  | material  | 5  | .45 | 산업 상사                      | Industrial Trading
consult     | 7392 | consulting        | 620  | .60 | 10,15       | keyed  | 0   | services  | services  | 3  | .75 | 컨설팅 파트너스                | Consulting Partners
"""
MODES = ("chip", "keyed", "online", "recur", "auto")
#: How a feed writes them.
ENTRY = ("chip", "keyed", "online", "recurring", "contactless")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of shop; money in thousand won, hours of the day at which it peaks, `heads` 0 where nobody sits at a table."""

    key: str
    mcc: str
    biz: str
    median: float
    spread: float
    hours: tuple[int, ...]
    mode: int
    heads: float
    purpose: str
    account: str
    shops: int
    round_share: float
    korean: tuple[str, ...]
    english: tuple[str, ...]


def _read(row: str) -> Kind:
    key, mcc, biz, median, spread, hours, mode, heads, purpose, account, shops, whole, ko, en = (
        part.strip() for part in row.split("|")
    )
    return Kind(
        key,
        mcc,
        biz,
        float(median),
        float(spread),
        tuple(int(h) for h in hours.split(",")),
        MODES.index(mode),
        float(heads),
        purpose,
        account,
        int(shops),
        float(whole),
        tuple(ko.split()),
        tuple(en.split()),
    )


KINDS: tuple[Kind, ...] = tuple(_read(row) for row in _ROWS.strip().splitlines())
INDEX: dict[str, int] = {kind.key: at for at, kind in enumerate(KINDS)}
PURPOSES: tuple[str, ...] = tuple(sorted({kind.purpose for kind in KINDS} | {"overtime_taxi"}))
PURPOSE: dict[str, int] = {name: at for at, name in enumerate(PURPOSES)}
#: Shops without a place: the same for everybody.
ANYWHERE = frozenset(
    INDEX[key]
    for key in ("mall", "software", "telecom", "digital", "rail", "air", "mileage", "perdiem", "prepaid")
)


@cache
def column(name: str) -> NDArray:
    """One number of every kind as an array, in the order of KINDS."""
    return np.array([getattr(kind, name) for kind in KINDS])


def indices(keys: str) -> NDArray[np.int64]:
    """Places of kinds named in one text with blanks between them."""
    return np.array([INDEX[key] for key in keys.split()], dtype=np.int64)
