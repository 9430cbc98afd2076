"""What spoken words stand for: circumstances, comparisons, totals, periods, things that may be missing, and words that say nothing.

Each table: what is meant | the words for it, separated by semicolons. A phrase of several words is looked up before its words.
"""

from __future__ import annotations

from functools import cache

#: Conditions that people name with a word.
_FLAGS = """
is_weekend | 주말; 주말날; 토일; 토·일; 토, 일; 토, 일요일; 토요일, 일요일; 토요일 일요일; 토/일; weekend; weekends; the weekend
is_night | 심야; 심야시간; 심야시간대; 야간; 밤; 밤늦게; 한밤; 한밤중; night; nights; late night; late at night; nighttime
hour in 0..5 | 새벽; 새벽시간; 새벽녘; early morning; before dawn
is_holiday | 공휴일; 휴일; 빨간날; 법정공휴일; holiday; holidays; public holiday; public holidays; bank holiday; bank holidays
is_business_day | 평일; 주중; 영업일; 근무일; 업무일; business day; business days; working day; working days; workday; workdays; weekdays
on_leave | 휴가; 휴가자; 휴직자; 휴가자가; 휴직자가; 휴가 중인 직원; 휴직 중인 직원; 휴가 간 직원; 휴가중; 휴가기간; 휴직; 휴직중; 연차; 연차중; on leave; leave; vacation; on vacation; on holiday leave
on_trip | 출장; 출장중; 출장기간; on a trip; on trip; business trip; on a business trip; travelling; traveling
has_overtime | 초과근무; 야근; 야근 승인; 야근승인; 초과근무 승인; 시간외근무 승인; 시간외근무; 초과근무승인; overtime; approved overtime
is_first_at_merchant | 첫 이용 가맹점; 첫 거래 가맹점; 첫 방문 가맹점; 처음 이용하는 가맹점; 처음 이용한 가맹점; 처음 이용한 가게; 이 가맹점 첫 이용; 가맹점 첫 이용; first time at a merchant; first time at this merchant; first payment at a merchant; first payment at this merchant
card.status = "stopped" | 정지된 카드; 정지 카드; 사용정지 카드; stopped card; a stopped card; stopped cards; blocked card; a blocked card
is_recurring | 정기결제; 정기 결제; 자동결제; 구독; recurring; subscription; subscriptions
ABROAD | 해외; 국외; 외국; 해외가맹점; 해외 가맹점; abroad; overseas; foreign; foreign country; a foreign country; foreign countries; outside the country; another country
RESTRICTED | 유흥업종; 유흥 업종; 제한업종; 제한 업종; 사용제한업종; 금지업종; restricted categories; restricted category; banned categories; forbidden categories
not ABROAD | 국내; 국내가맹점; domestic; at home
is_round_amount | 끝자리가 떨어지는 금액; 딱 떨어지는 금액; 라운드 금액; 둥근 금액; round amount; round amounts; round number; round numbers; round sum; round sums
DUPLICATE | 중복; 중복결제; 중복 결제; 이중결제; 이중 결제; 중복청구; duplicate; duplicates; duplicate payment; duplicate payments; paid twice; charged twice
SPLIT | 분할; 분할결제; 분할 결제; 쪼개기; 쪼개기결제; 쪼개기 결제; 나눠결제; 나눠 결제; 나누어 결제; split; split payment; split payments; splitting
date(transacted_at) > cardholder.left_on | 퇴사자; 퇴직자; 퇴사 후; 퇴사후; 퇴직 후; 퇴직후; 퇴사 이후; after leaving; after leaving the company; former employee; former employees; left the company; ex employee; 퇴사한; 퇴직한; 퇴사한 직원; 퇴직한 직원; 퇴사한 사람; 퇴직한 사람; 퇴사한 사원; 퇴직한 사원; 퇴사 직원; 퇴직 직원; 퇴사일 이후; 퇴직일 이후; 퇴사일 후; 퇴사일 이후에; 퇴사자가; 퇴직자가; ex employees; ex-employee; ex-employees; left employees; leavers; leaver; employees who left; employees who have left; staff who left; people who left; people who left the company; who left; who left the company; who have left; after the leaving date; after their last day; terminated employees; resigned employees
date(transacted_at) < cardholder.hired_on | 입사 전; 입사전; 입사 이전; before joining; before joining the company
pre_approval_id is missing | not approved in advance; not pre approved; not preapproved; not pre-approved; without advance approval
txn_type = "cash_advance" | 현금서비스; 현금인출; 현금 인출; 카드깡; cash advance; cash advances; cash withdrawal; cash withdrawals
cancelled_at is not missing | 취소된; 취소한; 취소건; 취소된 건; cancelled; canceled; cancelled payments; canceled payments
weekday = 1 | 월요일; monday; mondays
weekday = 2 | 화요일; tuesday; tuesdays
weekday = 3 | 수요일; wednesday; wednesdays
weekday = 4 | 목요일; thursday; thursdays
weekday = 5 | 금요일; friday; fridays
weekday = 6 | 토요일; saturday; saturdays
weekday = 7 | 일요일; sunday; sundays
"""
_COMPARES = """
>= | 달하는; 달한; 도달한; 도달하는; 이르는; 이른; at or above; at or over; at or more than; 이상; 이상인; 이상의; 이상일; 이상이면; 이상이; 이후; 이후의; 이후에; 부터; at least; or more; or above; or over; and above; and over; and more; minimum; min; from; since; no less than; not less than; not under; not below; >=; =>; ≥; 최소; greater than or equal to; more than or equal to
> | 웃도는; 웃돌면; 상회하는; 상회하면; 넘친; or more than; or greater than; or higher than; and more than; and greater than; 초과; 초과한; 초과하는; 초과하면; 초과하여; 초과해서; 초과해; 초과시; 초과인; 초과된; 초과할; 넘는; 넘으면; 넘은; 넘게; 넘을; 넘어; 넘어서; 넘어가는; 넘어가면; 넘음; 넘긴; 넘겨; 넘기면; 많은; 많으면; 많이; 큰; 크면; 높은; 높으면; 지나서; 지나; 지나고; 지난; over; above; more than; later than; greater than; larger than; bigger than; higher than; exceed; exceeds; exceeding; exceeded; beyond; in excess of; is over; is above; is more than; >
<= | at or below; at or under; 이하; 이하인; 이하의; 이하일; 이하이면; 까지; at most; or less; or under; or below; and below; and under; maximum; up to; no more than; not more than; no later than; not later than; not over; not above; <=; =<; ≤; 최대; less than or equal to
< | 적게; 덜; 밑도는; 하회하는; 모자란; 모자라는; or less than; or fewer than; or lower than; and less than; and fewer than; 미만; 미만인; 미만의; 미만이면; 이전; 이전의; 이전에; 적은; 적으면; 작은; 작으면; 낮은; 낮으면; 못 미치는; under; below; less than; fewer than; smaller than; lower than; before; prior to; is under; is below; <
AFTER | after
= | equals; equal to; exactly; =; ==; 정확히; 딱
!= | !=; <>; ≠; different from; not equal to
"""
_AGGREGATES = """
sum | 합계; 총액; 합; 총합; 총합계; 누계; 누적; 누적금액; 합산; 총; 합계금액; 합계액; 총금액; 총 금액; 사용총액; total; totals; sum; sum of; total of; in total; total amount; total spend; total spending; altogether; combined
count | 건수; 횟수; 결제건수; 결제 건수; 사용건수; 사용 건수; 결제횟수; 결제 횟수; 사용횟수; 사용 횟수; 이용횟수; 거래건수; 청구건수; count; count of; number of payments; number of transactions; number of claims; number of times; number of; frequency
mean | 평균; 평균금액; 평균 금액; 평균액; 평소; 평소금액; 평소 금액; average; average amount; mean; avg; usual; usual amount; the average; their average
"""
#: Amounts that have a name.
_AMOUNTS = """
$single_limit | single limit; the single limit; single payment limit; single transaction limit; limit for one payment; 1회 한도; 1회한도; 1회 결제 한도; 건당 한도; 건당한도; 단건 한도
"""
_PERIODS = """
day | 하루; 하루에; 하루당; 일별; 일일; 매일; 날마다; 당일; 같은날; 같은 날; 동일 날짜; 하루 동안; 하루동안; a day; per day; one day; each day; same day; the same day; daily; every day; in a day; in one day; on one day; on the same day; a single day; on a day
week | 이번 주; 이번주; this week; 주별; 주간; 매주; 주당; 일주일에; 한주에; a week; per week; one week; each week; same week; the same week; weekly; every week; in a week; in one week
month | 월; 월별; 월간; 매월; 매달; 달마다; 한달에; 한 달에; 한달; 한 달; 월당; 당월; 같은 달; 이번달; 이번 달; a month; per month; one month; each month; same month; the same month; monthly; every month; in a month; in one month; in the same month; this month
quarter | 분기; 분기별; 매분기; a quarter; per quarter; quarterly; each quarter; one quarter
year | 연; 연간; 연별; 연도별; 매년; 년간; 해마다; 일년에; 1년에; a year; per year; one year; yearly; annual; annually; each year; every year
"""
_LENGTHS = """
1 hour | an hour; per hour; in an hour; one hour; within an hour; each hour; hourly; 시간당; 한시간에; 한시간; 한 시간; 한 시간에; 1시간에
2 hours | 두 시간; 두 시간에; 두시간; 두시간에; 2시간에
3 hours | 세 시간; 세 시간에; 세시간; 세시간에; 3시간에
4 hours | 네 시간; 네 시간에; 네시간; 네시간에; 4시간에
5 hours | 다섯 시간; 다섯 시간에; 다섯시간; 다섯시간에; 5시간에
6 hours | 여섯 시간; 여섯 시간에; 여섯시간; 여섯시간에; 6시간에
2 days | 이틀에
3 days | 사흘에
10 days | 열흘에
30 minutes | 반 시간; 반시간; half an hour; in half an hour
1 minute | a minute; per minute; in a minute; one minute; 분당
"""
#: Things whose absence people speak of → the field that is missing then.
_PAPERS = """
receipt_id | 영수증; 증빙; 증빙서류; 전표; receipt; receipts; a receipt; the receipt; proof
pre_approval_id | 사전승인; 사전 승인; 품의; 사전품의; 사전 품의; pre approval; preapproval; prior approval; pre-approval; approval in advance
purpose_text | 사용목적; 사용 목적; 목적; 적요; 사유; 사용내역; purpose; description; reason
attendee_names | 참석자명단; 참석자 명단; attendee names; attendee list; guest list
project_code | 프로젝트; 프로젝트코드; project; project code
trip_id | 출장번호; 출장 번호; trip number; trip id
merchant.brn | 사업자번호; 사업자등록번호; business number
authorization_code | 승인번호; 승인 번호; approval number
approver.employee_no | approver; an approver
"""
#: Kinds of shops that people mean by their name.
_PLACES = """
노래방; 노래연습장; 유흥주점; 단란주점; 주점; 룸살롱; 룸싸롱; 나이트클럽; 클럽; 골프장; 골프; 스크린골프; 사우나; 찜질방; 안마; 마사지; 백화점; 면세점; 대형마트; 마트; 편의점; 상품권; 택시; 대리운전; 귀금속;
카지노; 호텔; 모텔; PC방; 당구장; 주유소; 카페; 식당; 술집; 미용실; 병원; 약국; 학원; karaoke; nightclub; casino; golf; spa; massage; sauna; supermarket; jewellery; jewelry; taxi
"""
_OTHERS = """
none | 없음; 없는; 없는데; 미기재; 미작성; 없이; 없다; 없고; 없으면; 없을; 없었던; 미첨부; 미제출; 누락; 누락된; 미등록; 미입력; 빠진; 첨부 안; 안 낸; no; without; without a; without any; missing; lacking; not attached; is missing; are missing; has no; have no; with no; not given
there | 있는; 있음; 있으면; 첨부된; with a; has a
not | neither; 아닌; 아님; 아닌데; 아니면; 아니고; 아니; 아니면서; 아니며; 아니라; 빼고; 말고; 아닐; 아닌날; 제외; 제외한; 제외하고; 외; 외의; not; is not; isn't; except; excluding; outside; outside of; but not; not on; not on a; not a; other than; was not; wasn't; apart from; aside from; save for; barring; all but; anything but; everything but; anyone but; everyone but; anybody but; everybody but; anywhere but; everywhere but; any day but; every day but; any time but; any shop but; any place but; all days but; all payments but; every payment but; any payment but
nor | nor
and | 그리고; 및; 이고; 이면서; 동시에; 하고; 인데; 또; and; and also; &; &&; plus; but; as well as
or | 또는; 혹은; 이거나; 거나; or; |; ||; 아니면 또
between | 사이; 사이의; 사이에; 범위; between; in between; from between; in the range
to | ~; ～; 에서; to; until; till; ..; through
by | by
of | of; 대비
within | 최근; 직전; last; past; the last; the past; recent; 이내; 이내에; 내; 내에; 안에; 동안; 간; within; within the; in the last; in the past; over the last; during; inside
day_or_nothing | 일
same | 같은; 동일; 동일한; 한; same; the same; one; a single; single; 1개; identical
per | 마다; per; each; for each; every; per each; for every
multiple | 배; 배수; times the; times; times as much as; x; times more than; times of
twice | 두배; 두 배; 2배; twice; twice the; double; double the; two times
half | 절반; 반; 반액; 1/2; half; half of; half the; one half of; a half of
contains | 포함; 포함된; 포함하는; 포함하면; 포함되면; 들어가면; 들어가는; 들어간; 들어있는; 들어 있는; 들어있으면; 들어감; contains; contain; containing; includes; include; including; with the word; has the word
submitted | 청구; 청구한; 청구된; 제출한; 제출된; 신청한; 정산한; 청구일; 제출; 신청; 정산; submitted; submit; filed; claimed; handed in; submission; filing
late | 늦음; 늦은; 늦게; 늦으면; 늦는; 지연; 지연된; 경과; 경과한; 후; 후에; 뒤; 뒤에; later; late; after the payment; after payment; after the transaction; after the purchase; too late; afterwards
vague | 거의; 대략; 약; 가량; 정도; 쯤; 안팎; 내외; 언저리; 남짓; nearly; almost; about; around; approximately; roughly; some; close to; just; slightly
once | 한번; 한 번; 한 번에; 한번에; 건당; 1건당; 1회당; 1회; once; one time
two_times | 두번; 두 번; 두차례; 두 차례; two times in; twice in; twice a; twice on; twice at; two payments
three_times | 세번; 세 번; 세차례; three times; three payments; three transactions; three claims
four_times | 네번; 네 번; four times; four payments
five_times | 다섯번; 다섯 번; five times; five payments
at | at; at a; at the
is | is; are; was; were
ends | 끝자리; 끝자리가; 뒷자리; 뒷자리가; ends with; ends in; ending in; ending with; end with; end in
"""
_EMPTY = """
charged; billed; is charged; 사용; 사용한; 사용하는; 사용된; 사용하면; 사용시; 사용액이; 결제; 결제한; 결제하는; 결제된; 결제시; 결제가; 이용; 이용한; 지출; 지출한; 거래; 거래가; 건; 건이; 내역; 카드; 법인카드; 법인 카드; 카드로; 한; 하는; 하면; 된; 되는; 되면; 인; 이면; 이다; 경우; 때; 것; 모든; 만약; 만일;
전체; 발생; 발생한; 발생하면; 했을; 할; 중; 중에; 중인; 중인데; 상태; 에; 에서의; 의; 을; 를; 이; 가; 은; 는; 로; 으로; 만; 날; 날에; 있을; 그; 더; 보다; 씩; 반복; 반복된; 반복되면; 시간; 시간대; 시간에; 발견; 기간; 구매; 구입; 구매한; 구입한; 본인; 자신; 자기; 본인의; 쓴 것; 쓴 돈; 쓴 금액; 쓴 건; 쓴 결제; 알림; 표시; 찾기; 쓴; 쓰는; 쓰면; 쓸; 쓰신; 쓴다면; 썼을; 썼으면; 썼다면; 썼던; 쓴 사람; 쓴 직원; 쓴 카드; 거; 것들; 것만; 것은; 건들; 건만; 건은; 분; 분들; 분이; 좀; 결제하신; 사용하신; 이용하신; 하신; 결제했을; 결제했으면; 결제하였을; 사용했을; 사용했으면; 사용하였을; 결제하고; 사용하고; 결제건; 결제 건; 결제내역; 카드사용; 카드결제; 보여줘; 보여주세요; 보여 주세요; 알려줘; 알려주세요; 알려 주세요; 찾아줘; 찾아주세요; 찾아 주세요; 잡아줘; 잡아주세요; 걸러줘; 걸러주세요; 확인; 확인해줘; 확인해주세요; 확인 부탁드립니다; 부탁드립니다; 부탁합니다; 부탁드려요; 의심; 규칙; 사람; 직원이; 사용자가; 사원이;
while; whilst; rides; ride; fares; fare; bill; bills; 받은; 모두; 결제일로부터; 결제일부터; 사용일로부터; 거래일로부터; the; a; an; be; been; that; which; with; in; on; for; any; all; card; cards; payment; payments; transaction; transactions; purchase; purchases; claim; claims; spend; spending; spent; expense; expenses; charge; charges; made; done; used; use; using; when; where; it; its; has; have; who; whose; please; find; show; me; flag; alert; if; then; than; there; their; his; her; own; its own; same; rule; happens; made on; card used; takes place; taken; paid; during; somebody; someone; anyone; worth; value of; during the; by; time; times; claims that; everything; anything; stuff; s; having; i want to see; i would like to see; i want to know; could you flag; can you flag; could you show; can you show; could you find; let me know when; let me know if; tell me when; tell me if; alert me when; alert me if; list; list all; bought; happening; occurring; group; where; select; everyone; employees; staff; either; any merchant; any shop; any store; any place; at any merchant; at any shop; at any store; at any place
"""
#: Endings that stand behind a Korean word and join it to the next: 주말이나 공휴일, 심야이고.
JOINING = {
    "이거나": "or", "거나": "or", "이나": "or", "나": "or", "이고": "and", "이면서": "and", "이며": "and", "인데": "and", "하고": "and", "고": "and",
    "과": "with", "와": "with", "랑": "with", "이랑": "with",
}  # fmt: skip
PARTICLES = (
    "에서의", "에서는", "이면", "에서", "에게", "까지", "부터", "으로", "이라면", "인", "이", "가", "은", "는", "을", "를", "에", "의", "로", "도", "만", "시", "날", "중",
)  # fmt: skip


def place_words() -> list[str]:
    """The kinds of shops that people mean by their name."""
    return [" ".join(word.split()) for word in _PLACES.split(";")]


@cache
def phrases() -> dict[str, tuple[str, str]]:
    """Words as one looks them up (small, one blank between) → (kind, what is meant)."""
    found: dict[str, tuple[str, str]] = {}
    for kind, rows in (
        ("flag", _FLAGS), ("duration", _LENGTHS), ("compare", _COMPARES), ("aggregate", _AGGREGATES), ("period", _PERIODS), ("money", _AMOUNTS), ("paper", _PAPERS), ("word", _OTHERS),
    ):  # fmt: skip
        for row in rows.strip().splitlines():
            meant, _, words = row.partition(" | ")
            for word in words.split(";"):
                found.setdefault(" ".join(word.split()), (kind, meant.strip()))
    for word in place_words():
        found.setdefault(word.lower(), ("place", word))
    for word in _EMPTY.split(";"):
        found.setdefault(" ".join(word.split()), ("empty", ""))
    return found


#: How many words a phrase has at most.
LONGEST = 5
