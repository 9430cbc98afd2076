"""What an absence is: kinds of leave that are known, and the half of a day it takes. Nothing is guessed: a word too many may accuse somebody."""

from __future__ import annotations

import re
import unicodedata
from datetime import time

import polars as pl

from fraud.claims.importing.parsing.problem_rows import ProblemRows

#: Ways to write half a day of leave, or the whole of it; whatever else stands there is refused.
HALVES = {
    "am": "am",
    "a": "am",
    "오전": "am",
    "오전반차": "am",
    "반차오전": "am",
    "pm": "pm",
    "p": "pm",
    "오후": "pm",
    "오후반차": "pm",
    "반차오후": "pm",
    "종일": "",
    "전일": "",
    "하루": "",
    "full": "",
    "fullday": "",
    "wholeday": "",
}
#: Kinds of leave that are named to whoever wrote another one.
KNOWN_KINDS = "연차, 월차, 병가, 공가, 경조휴가, 출산휴가, 육아휴직, 대체휴무, 반차, annual, sick, parental, unpaid, PTO, … 휴가, … 휴직, … leave"
_BETWEEN = r"[\s.()\[\]_/-]"
_AM = r"오전|(?<![a-z])am(?![a-z])|a\.m\.|morning|vormittag"
_PM = r"오후|(?<![a-z])pm(?![a-z])|p\.m\.|afternoon|nachmittag"
_HALF = re.compile(r"반차|반일|반휴|절반|하프|half|halb|½|1/2|(?<![\d.])0?\.50*(?!\d)")
#: Leave that lasts hours only, or some part of a day: as whole days it would accuse people.
_HOURS = re.compile(
    r"반반|시간|외출|조퇴|지각|일부|부분|쿼터|quarter|hour|partial|early leave|leave early|stund|"
    r"\d\s*h(?:rs?)?\b|\d\s*분|\bmin|(?<!\d)0?\.(?!50*(?!\d))\d+|¼|1/4"
)
_STATE = re.compile(
    r"취소|반려|철회|신청|대기|미승인|불승인|부결|기각|예정|요청|상신|cancel|reject|declin|denied|pending|request|withdr|revok|draft|storno"
)
#: Days on which somebody works, at home or elsewhere, are none of leave, nor is what is granted or left of it.
_WORK = re.compile(
    r"근무|재택|출장|외근|교육|연수(?!휴)|파견|당직|야근|출근|세미나|회의|remote|home ?office|wfh|\bwork|training|travel|trip|seminar|"
    r"미사용|잔여|부여|발생|수당|정산|없음|\bno\b|\bnot\b|unused|remaining|accru|balance"
)
_ALONE = frozenset(
    [
        "연차",
        "월차",
        "연월차",
        "년차",
        "연가",
        "병가",
        "공가",
        "휴가",
        "휴직",
        "휴무",
        "하계",
        "경조",
        "경조사",
        "결근",
        "대휴",
        "대체휴무",
        "대체휴일",
        "보상휴무",
        "생리",
        "출산",
        "육아",
        "산전후",
        "산재",
        "예비군",
        "예비군훈련",
        "민방위",
        "민방위훈련",
        "건강검진",
        "병결",
        "무급",
        "유급",
        "annual",
        "vacation",
        "holiday",
        "sick",
        "sickness",
        "illness",
        "pto",
        "paternity",
        "maternity",
        "parental",
        "bereavement",
        "compassionate",
        "marriage",
        "unpaid",
        "paid",
        "absence",
        "absent",
        "jury",
        "sabbatical",
        "toil",
        "timeoff",
        "paidtimeoff",
        "dayoff",
        "leave",
        "leaveofabsence",
        "urlaub",
        "krank",
        "krankheit",
        "elternzeit",
        "mutterschutz",
        "sonderurlaub",
        "congé",
        "congés",
        "vacances",
        "maladie",
        "vacaciones",
        "年休",
        "有給",
        "有休",
        "休暇",
        "病欠",
    ]
)
_ENDINGS = re.compile(r"(?:휴가|휴직|연차|휴무|병가|공가|연가|leave|vacation|time off|urlaub|休暇|休職)$")
#: After these an explanation in brackets may follow: 경조휴가(결혼), 병가(감기).
_EXPLAINED = re.compile(
    r"^(.*?(?:경조사?|휴직|병가|공가|특별|청원|출산|bereavement|sick|special).*?)\(([^\d()]{2,})\)$"
)
_WHOLE = re.compile(
    r"종일|전일|하루|full ?day|whole ?day|\d+(?:\.0+)?\s*(?:일간?|days?)(?!\w)|[(\[{]\s*[)\]}]"
)
_MARKS = re.compile(r"[\s.,:;·_/&+()\[\]{}'\"-]+")
#: A working day in hours, and half of one; other hours are part of a day.
_WHOLE_DAYS, _HALF_DAY = (8.0, 7.5), (3.5, 5.0)


def parse_halves(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """`am`, `pm`, or empty for whole days; a word that is none of them is a problem of its row, never a half."""
    text = raw.str.strip_chars().str.to_lowercase().str.replace_all(_BETWEEN, "").fill_null("")
    half = text.replace_strict(HALVES, default=None, return_dtype=pl.String)
    problems.add(half.is_null() & (text != ""), header, "half_not_valid")
    return half.fill_null("")


def with_halves_of_kinds(half: pl.Series, kind: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """The halves, where no column tells them, by kinds such as `오전반차` or `연차(오후)`.

    A kind that nobody knows, that says half a day without saying which, that contradicts the column, that lasts hours, or that says
    the leave was cancelled or only asked for, is a problem of its row.
    """
    text = kind.fill_null("")
    meanings = {value: meaning_of(value) for value in text.unique()}
    code = text.replace_strict({k: c for k, (c, _) in meanings.items()}, return_dtype=pl.String)
    told = text.replace_strict({k: h for k, (_, h) in meanings.items()}, return_dtype=pl.String)
    for refusal in ("leave_of_hours", "leave_kind_unknown", "leave_not_granted"):
        problems.add(code == refusal, header, refusal, known=KNOWN_KINDS)
    problems.add((told == "?") & (half == ""), header, "half_not_told")
    told = told.replace("?", "")
    problems.add((told != "") & (half != "") & (told != half), header, "half_not_valid")
    return pl.select(pl.when(half == "").then(told).otherwise(half)).to_series()


def meaning_of(kind: str) -> tuple[str, str]:
    """(why a kind is refused, or empty; the half of the day it names: `am`, `pm`, `?` for one it does not name, or empty). A blank one says nothing."""
    text = " ".join(unicodedata.normalize("NFKC", kind.replace("½", "0.5")).casefold().split())
    if not text:
        return "", ""
    if _STATE.search(text):
        return "leave_not_granted", ""
    if _HOURS.search(text):
        return "leave_of_hours", ""
    am, pm = (re.search(words, text) is not None for words in (_AM, _PM))
    is_half = _HALF.search(text) is not None
    rest = _HALF.sub(" ", re.sub(f"{_AM}|{_PM}", " ", text))
    rest = re.sub(r"\bdays?\b|\btag\b|데이|^\s*일?\s*$|(?<=\s)일(?=[\s()]|$)", " ", rest) if is_half else rest
    if _WORK.search(text.replace("훈련", "")) or not (_is_leave(rest) or (is_half and not _plain(rest))):
        return "leave_kind_unknown", ""
    if not (is_half or am or pm):
        return "", ""
    return "", "?" if am == pm else "am" if am else "pm"


def _is_leave(text: str) -> bool:
    explained = _EXPLAINED.match(text.strip())
    text = _WHOLE.sub(" ", explained[1] if explained else text)
    return _plain(text) in _ALONE or (
        _ENDINGS.search(_words(text)) is not None and not re.search(r"\d", text)
    )


def _plain(text: str) -> str:
    return _MARKS.sub("", text)


def _words(text: str) -> str:
    return _MARKS.sub(" ", text).strip()


def refuse_parts_of_days(
    raw: pl.Series, half: pl.Series, header: str, problems: ProblemRows, *, in_hours: bool
) -> None:
    """Rows whose hours or days of leave (`4`, `4시간`, `04:00`, `0.5`, `0.5일`) are less than whole days and no half that is told."""
    text = raw.fill_null("").str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
    said = {value: _number(value) for value in text.unique() if value}
    whole, half_day = (
        pl.Series(
            [value == "" or _is_whole(said[value], in_hours=in_hours) for value in text], dtype=pl.Boolean
        ),
        pl.Series(
            [value != "" and _is_half(said[value], in_hours=in_hours) for value in text], dtype=pl.Boolean
        ),
    )
    told = half != ""
    problems.add(half_day & ~told, header, "half_not_told")
    problems.add(~whole & ~half_day, header, "leave_of_hours")
    problems.add(whole & told & (text != ""), header, "half_not_valid")


def _number(text: str) -> float | None:
    clock = re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::00)?", text)
    if clock:
        return int(clock[1]) + int(clock[2]) / 60
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)(?:시간|hours?|hrs?|h|일|days?|d)?", text)
    return float(found[1]) if found else None


def _is_whole(n: float | None, *, in_hours: bool) -> bool:
    if n is None or n <= 0:
        return False
    return any(n % day == 0 for day in _WHOLE_DAYS) if in_hours else n == int(n)


def _is_half(n: float | None, *, in_hours: bool) -> bool:
    return n is not None and (_HALF_DAY[0] <= n <= _HALF_DAY[1] if in_hours else n == 0.5)


def refuse_hours_between(
    since: pl.Series, until: pl.Series, half: pl.Series, header: str, problems: ProblemRows
) -> None:
    """Rows from one time to another (Time) that are less than a working day and no half that is told; midnight to midnight says nothing."""

    def hours(first: time | None, last: time | None) -> float | None:
        if first is None or last is None or first == last:
            return None
        return ((last.hour - first.hour) * 60 + last.minute - first.minute) / 60 % 24

    lasted = pl.Series([hours(*both) for both in zip(since, until, strict=True)], dtype=pl.Float64)
    short = (lasted < _WHOLE_DAYS[1]).fill_null(False)
    half_day = lasted.is_between(*_HALF_DAY).fill_null(False) & (half != "")
    problems.add(short & ~half_day, header, "leave_of_hours")
