"""What people call fields, keys and functions: the catalogue's labels in both languages and the usual other words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache

from rules.fields import FIELDS, KEY_LABELS, KEYS, is_outcome_name
from rules.language.functions import FUNCTIONS, WINDOW_EXAMPLES
from rules.language.nodes import PERIODS

# name | other words for it, separated by commas; blanks and underscores do not matter
_FIELD_WORDS = """
amount | 결제금액, 결제액, 사용금액, 사용액, 이용금액, 거래금액, 승인금액, 가격, 액수, 지출, amt, price, value, cost, spend, payment, transaction amount
net_amount | 순금액, 실사용액, 잔액, net, remaining amount
currency | 화폐, 통화코드, ccy, currency code
transacted_at | 날짜, 일자, 거래일, 거래일자, 결제일, 사용일, 이용일, 거래시간, 거래시각, 일시, date, datetime, transaction date, timestamp, when
business_date | 업무일, 영업일자, business day
submitted_at | 청구일, 신청일, submission date, filed at
claim_approved_at | 결재일, 승인일, 승인일시, approved at, approval date
txn_type | 거래유형, 거래종류, transaction type, type
purpose_code | 목적코드, 용도코드
purpose_text | 목적, 사용목적, 용도, 적요, 내용, 사유, 메모, purpose, description, memo, reason, comment
account_code | 계정, 계정코드, account
project_code | 프로젝트, project
receipt_id | 영수증번호, 증빙, receipt
authorization_code | 승인번호, approval number, auth code
n_attendees | number of attendees, count of attendees, number of guests, 참석 인원, 참석인원, 참석자, 참석자수, 참석인원수, 인원, 인원수, 명수, attendee, participants, guests, people, headcount
n_external_attendees | 외부인원, 외부참석자, external attendees, external guests
attendee_names | 참석자명, 참석자명단, guest names, attendee list, guest list
attendee_orgs | 참석자소속, 소속기관, guest organisations
fx_rate | 환율, exchange rate, fx rate
original_amount | 외화금액, 현지금액, foreign amount, original amount
original_currency | 외화, 현지통화, foreign currency
receipt.amount | receipt amount, amount of the receipt, 영수증액
receipt.items | 품목, 영수증품목, items, line items
per_head | 1인당, 인당, 인당금액, 일인당, per person, per head
installments | 할부, 할부개월수, instalments
is_recurring | 정기결제여부, 정기, recurring, subscription
merchant.name | 가맹점, 가맹점이름, 상호, 상호명, 가게, 업소, 상점, 매장, merchant, merchant name, vendor, supplier, shop, store, payee, seller
merchant.mcc | 업종, 업종코드, mcc코드, mcc, category, merchant category, category code
merchant.brn | 사업자번호, brn, business number
merchant.ceo_name | 대표자, 대표, owner
merchant.country | 국가, 나라, country
merchant.region | 지역, 도시, region, city, location
cardholder.name | 사용자이름, 사용자명, 직원명, 직원이름, cardholder name, employee name, user name
cardholder.employee_no | 사용자, 카드사용자, 소지자, 직원, 사원, 임직원, 사번, user, employee, cardholder, holder, person, employee number
cardholder.grade | 등급, 직위, grade, rank, level
cardholder.department | 소속, 팀, 부서명, 부서코드, dept, department, team
cardholder.job_family | 직무, job
cardholder.region | 근무지
cardholder.hired_on | 입사, hire date
cardholder.left_on | 퇴사, leave date, termination date
card.limit | 한도, 한도액, limit, card limit
card.kind | 카드구분, card type
approver.employee_no | 승인자, 결재자, 결재권자, approver, manager, supervisor
on_leave | 휴가, 휴직, 연차, leave, vacation
on_trip | 출장, 출장중, trip, business trip
has_overtime | 초과근무, 야근, overtime
has_vehicle | 차량, 배정차량, vehicle, car
hour | 시간, 시각, 시, 시간대, time, hours, hour of day
weekday | 요일, day of week, weekday name
is_night | 밤, 야간, 심야시간, night, late night
is_weekend | 토일, weekend
is_holiday | 휴일, 공휴일여부, holiday
is_business_day | 평일, workday
service_charge | 팁, 봉사료, tip, tips, gratuity
vat_amount | 부가세, 세금, 세액, 부가가치세, 부가세액, vat, tax
cancel_amount | 취소액
"""
_KEY_WORDS = """
cardholder | 사용자, 카드사용자, 소지자, 직원, 사원, 임직원, 사람, 본인, 사번, user, users, employee, employees, person, people, holder, cardholders, card
merchant | 가맹점, 가맹점명, 상호, 가게, 업소, 상점, vendor, shop, store, supplier, merchants, place
department | 부서, 팀, 소속, dept, team, departments
approver | 승인자, 결재자, manager
mcc | 업종, 업종코드, category
brn | 사업자번호, 사업자등록번호
region | 지역, 도시, city
amount | 금액, 결제금액, price, sum
purpose | 목적, 사용목적, 용도
account | 계정
project | 프로젝트
trip | 출장
receipt | 영수증
day | 날, 일, 날짜, 하루, 당일, date, daily, today, days
week | 주, weekly, weeks
month | 달, 월, monthly, months
quarter | 분기, quarterly
year | 해, 연, 년, yearly, annual, years
"""
_FUNCTION_WORDS = """
count | 건수, 횟수, 개수, 갯수, cnt, number, number of, how many, countif, count if
sum | 합계, 합, 총액, 총합, 누계, total, sumif, sum of
mean | 평균, avg, average, mean of
median | 중앙값, 중위수, med
min | 최소, 최솟값, 최소값, minimum, smallest, least
max | 최대, 최댓값, 최대값, maximum, largest, greatest
distinct | unique, nunique, count distinct, countdistinct, 종류수
share | 비중, 비율, proportion, ratio, share of
percentile | 백분위수, quantile, percentile of, pct
deviation | 표준편차, stdev, stddev, std, sd, standard deviation
since_last | lag, time since last, since previous
length | len, 길이, 글자수, char length, strlen
lower | lowercase, 소문자, upper, tolower
days_between | datediff, date diff, days, 일수
or_zero | coalesce, nvl, ifnull, nz
is_multiple | mod, multiple, multiple of
weekday | day of week, dayofweek, dow
hour | gethour, hour of
abs | 절댓값, absolute
"""
#: Particles that stand behind a Korean noun.
_PARTICLES = re.compile(
    r"(?<=[가-힣A-Za-z0-9_)])(이가|에서|에게|으로|까지|부터|이|가|은|는|을|를|에|의|와|과|도|로)$"
)


def plain(word: str) -> str:
    """A name as it is looked up: small, without blanks, underscores, hyphens and a remark in brackets."""
    return re.sub(r"\(.*?\)|[\s_\-·./]", "", word).lower()


def _table(rows: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows.strip().splitlines():
        name, words = row.split("|")
        for word in words.split(","):
            found.setdefault(plain(word), name.strip())
    return found


def _known(rows: str, names: Iterable[str]) -> dict[str, str]:
    """Words of the table for what there is; the names themselves first."""
    known = {plain(name): name for name in names}
    others = {word: name for word, name in _table(rows).items() if name in set(known.values())}
    return others | known


@cache
def _fields() -> Mapping[str, str]:
    found = _known(_FIELD_WORDS, FIELDS)
    for field in FIELDS.values():
        for label in (field.label_ko, field.label_en):
            found.setdefault(plain(label), field.name)
    tails: dict[str, list[str]] = {}
    for name in FIELDS:
        tails.setdefault(plain(name.rsplit(".", 1)[-1]), []).append(name)
    for tail, names in tails.items():
        if len(names) == 1:
            found.setdefault(tail, names[0])
    return found


@cache
def _keys() -> Mapping[str, str]:
    found = _known(_KEY_WORDS, (*KEYS, *PERIODS))
    for key, labels in KEY_LABELS.items():
        for label in labels:
            found.setdefault(plain(label), key)
    return found


@cache
def _functions() -> Mapping[str, str]:
    return _known(_FUNCTION_WORDS, (*FUNCTIONS, *WINDOW_EXAMPLES))


def _look_up(word: str, table: Mapping[str, str], cutoff: float | None) -> str | None:
    name = plain(word)
    if name in table:
        return table[name]
    bare = plain(_PARTICLES.sub("", word))
    if bare != name and bare in table:
        return table[bare]
    tail = plain(word.rsplit(".", 1)[-1])
    if "." in word and tail in table:
        return table[tail]
    if not cutoff or len(bare) < 5:
        return None
    near = get_close_matches(bare, table, n=1, cutoff=cutoff)
    return table[near[0]] if near else None


def field_meant(word: str, *, near: bool = True) -> str | None:
    """The field a word stands for: a label, another word for it, with or without a Korean particle; ``near`` allows slips of the pen."""
    if is_outcome_name(word):
        return None
    return _look_up(word, _fields(), 0.8 if near else None)


def field_words() -> Iterable[str]:
    """Every word that a field is known by, as ``plain`` writes it."""
    return _fields()


def field_named(word: str) -> str | None:
    """The field a word is a name of as it stands, without any particle taken off."""
    return None if is_outcome_name(word) else _fields().get(plain(word))


def key_meant(word: str, *, near: bool = True) -> str | None:
    """The key or period a word after ``same`` stands for; fields by their label too."""
    return _look_up(word, _keys(), 0.75 if near else None) or field_meant(word, near=False)


def function_meant(word: str) -> str | None:
    """The function a word before a bracket stands for."""
    return _look_up(word, _functions(), 0.75)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to one that is not known; None when nothing is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return near[0] if near else None
