"""The personnel feeds there are: their columns, the headers these are known by, and the tables they go to.

Some columns are read and never stored: they say whether a row was granted, or how long a leave lasts (`checks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FeedColumn:
    """A column of a feed: its headers and kind; `length` is the longest text. `field`: the claim field whose headers it also has."""

    sources: tuple[str, ...]
    kind: str = "text"  # text, day, last_day, clock, half, holiday, amount, currency; checks: state, cancelled, cancelled_on, hours, days
    length: int = 60
    required: bool = False
    field: str = ""

    @property
    def is_day(self) -> bool:
        """Whether its values are calendar days."""
        return self.kind in {"day", "last_day"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's columns and the table they go to. `one_day`: headers of a day that is both of its `days`, the first and the last.

    `checks`: columns that say whether and for how long a row holds. `needs`: columns of which it must have one. `own`: headers that only such a list has.
    """

    table: str
    columns: Mapping[str, FeedColumn]
    keys: tuple[str, ...]
    days: tuple[str, ...] = ()
    one_day: tuple[str, ...] = ()
    checks: Mapping[str, FeedColumn] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def is_of_days(self) -> bool:
        """Whether its rows say something of somebody's days, and so keep both times."""
        return self.table not in {"fraud_cardholder", "fraud_companyholiday"}


_EMPLOYEE = FeedColumn(("employee_no", "사번", "emp_no", "사원번호"), required=True, field="employee_no")
# fmt: off
_FROM = ("starts_on", "시작일", "from", "시작일자", "시작", "개시일", "start date", "start", "begin")
_TO = ("ends_on", "종료일", "to", "종료일자", "종료", "만료일", "end date", "end")
# fmt: on
_DAYS = ("starts_on", "ends_on")
_HIRED = ("hired_on", "입사일", "입사일자", "hire date")
_LEFT = ("left_on", "퇴사일", "퇴사일자", "퇴직일", "termination date")
_EFFECTIVE = ("발령일", "발령일자", "적용일", "effective_on", "effective date", "valid from")


def _day(*sources: str, required: bool = True, kind: str = "day") -> FeedColumn:
    return FeedColumn(sources, kind, required=required)


def _text(*sources: str, length: int = 60, field: str = "") -> FeedColumn:
    return FeedColumn(sources, length=length, field=field)


# fmt: off
_GRANTED = {
    "state": FeedColumn(("결재상태", "결재여부", "결재결과", "승인여부", "승인상태", "승인결과", "상태", "진행상태", "처리상태", "신청상태", "휴가상태", "출장상태", "확정여부", "approval status", "approval state", "approval", "approved", "status", "state", "request status"), "state"),
    "cancelled": FeedColumn(("취소여부", "취소구분", "반려여부", "is cancelled", "cancelled", "canceled", "rejected"), "cancelled"),
    "cancelled_on": FeedColumn(("취소일", "취소일자", "취소일시", "반려일", "반려일자", "철회일", "cancelled on", "cancelled at", "cancellation date"), "cancelled_on"),
}
#: How long a leave lasts, where it may be less than its days.
_LASTS = {
    "since": FeedColumn(("시작시각", "시작시간", "휴가시작시간", "휴가시작시각", "start time", "from time"), "clock"),
    "until": FeedColumn(("종료시각", "종료시간", "휴가종료시간", "휴가종료시각", "end time", "to time"), "clock"),
    "hours": FeedColumn(("시간", "시간수", "휴가시간", "사용시간", "신청시간", "차감시간", "hours", "leave hours", "number of hours"), "hours"),
    "n_days": FeedColumn(("휴가일수", "연차일수", "사용일수", "신청일수", "차감일수", "일수", "days", "leave days", "number of days", "days taken"), "days"),
}
_LEAVE_KIND = ("휴가종류", "근태구분", "휴가구분", "휴가유형", "leave type", "absence type")
_LEAVE_DAY = ("휴가일", "휴가일자", "leave date", "absence date")
# fmt: on
#: What somebody is at work: as the personnel list says it now, or dated.
_PLACE = {
    "department_code": _text("department_code", "부서코드", "dept_code", length=40, field="department_code"),
    "department_name": _text(
        "department_name",
        "부서명",
        "dept_name",
        "발령부서",
        "발령부서명",
        length=120,
        field="department_name",
    ),
    "grade": _text("grade", "직급", "발령직급", length=40, field="grade"),
    "job_family": _text("job_family", "직군", length=40, field="job_family"),
    "manager_no": _text("manager_no", "상급자사번", "상사사번", "manager id", "supervisor id", length=40),
    "workplace_region": _text("workplace_region", "근무지", length=60, field="workplace_region"),
}
#: Columns of the table of positions that a personnel list tells as well.
PLACE = tuple(name for name in _PLACE if name != "department_name")
FEEDS: dict[str, Feed] = {
    "cardholders": Feed(
        "fraud_cardholder",
        {
            "employee_no": _EMPLOYEE,
            "name": _text("name", "성명", "employee_name", length=120, field="employee_name"),
            **_PLACE,
            "email": _text("email", "이메일", "e-mail", "메일", length=254),
            "hired_on": _day(*_HIRED, "start date", required=False),
            "left_on": _day(*_LEFT, required=False, kind="last_day"),
        },
        ("employee_no",),
        needs=("name", *_PLACE, "email", "hired_on", "left_on"),
        own=(*_HIRED, *_LEFT),
    ),
    "positions": Feed(
        "fraud_position",
        {"employee_no": _EMPLOYEE, "starts_on": _day("starts_on", *_EFFECTIVE, *_FROM), **_PLACE},
        ("employee_no", "starts_on"),
        needs=tuple(_PLACE),
        own=_EFFECTIVE,
    ),
    "absences": Feed(
        "fraud_absence",
        {
            "employee_no": _EMPLOYEE,
            "kind": _text("kind", "휴가종류", "type", *_LEAVE_KIND[1:], length=20),
            "starts_on": _day(*_FROM, "휴가시작일", "휴가시작일자"),
            "ends_on": _day(*_TO, "휴가종료일", "휴가종료일자"),
            "half": FeedColumn(("half", "반차", "반차구분", "오전/오후", "half day"), "half"),
        },
        ("employee_no", "kind", "starts_on", "half"),
        _DAYS,
        (*_LEAVE_DAY, "사용일", "일자", "날짜", "date"),
        checks=_GRANTED | _LASTS,
        needs=("kind", "half"),
        own=(
            *_LEAVE_KIND,
            *_LEAVE_DAY,
            "휴가시작일",
            "휴가시작일자",
            "반차",
            "반차구분",
            "휴가일수",
            "연차일수",
        ),
    ),
    "trips": Feed(
        "fraud_trip",
        {
            "trip_no": FeedColumn(("trip_no", "출장번호", "trip_id"), length=40, required=True),
            "employee_no": _EMPLOYEE,
            "starts_on": _day(*_FROM, "출장시작일", "출발일", "trip start"),
            "ends_on": _day(*_TO, "출장종료일", "복귀일", "trip end"),
            "region": _text("region", "지역", "place", "출장지", "destination"),
            "country": _text("country", "국가", length=2),
        },
        ("trip_no",),
        _DAYS,
        ("출장일", "출장일자"),
        checks=_GRANTED,
        own=("trip_no", "출장번호", "trip_id", "출장지", "출장시작일"),
    ),
    "overtimes": Feed(
        "fraud_overtimeapproval",
        {
            "employee_no": _EMPLOYEE,
            "on": _day("on", "일자", "date", "근무일", "근무일자"),
            "since": FeedColumn(("since", "시작시각", "시작시간", "from", "overtime start"), "clock"),
            "until": FeedColumn(("until", "종료시각", "종료시간", "to", "overtime end"), "clock"),
        },
        ("employee_no", "on"),
        checks=_GRANTED,
        own=("연장근무", "초과근무", "overtime start", "overtime end"),
    ),
    "relatives": Feed(
        "fraud_relative",
        {
            "employee_no": _EMPLOYEE,
            "relative_no": FeedColumn(("relative_no", "관계인사번", "친족사번", "가족사번"), required=True),
            "kind": _text("kind", "관계", "relation", length=40),
        },
        ("employee_no", "relative_no"),
        own=("relative_no", "관계인사번", "친족사번", "가족사번"),
    ),
    "vehicles": Feed(
        "fraud_vehicle",
        {
            "plate_no": FeedColumn(("plate_no", "차량번호", "license_plate"), length=40, required=True),
            "employee_no": _EMPLOYEE,
            "starts_on": _day("starts_on", "배정일", "배정일자", *_FROM[1:]),
            "ends_on": _day("ends_on", "반납일", "반납일자", *_TO[1:], required=False, kind="last_day"),
            "fuel": _text("fuel", "유종", length=20),
        },
        ("plate_no", "employee_no", "starts_on"),
        own=("plate_no", "차량번호", "license_plate"),
    ),
    "pre_approvals": Feed(
        "fraud_preapproval",
        {
            "approval_no": FeedColumn(
                ("approval_no", "사전승인번호", "pre_approval_id", "품의번호"), length=40, required=True
            ),
            "employee_no": _EMPLOYEE,
            "starts_on": _day(*_FROM, "승인일"),
            "ends_on": _day(*_TO, "유효일"),
            "amount": FeedColumn(("amount", "승인금액", "approved_amount", "금액"), "amount", length=20),
            "currency": FeedColumn(("currency", "통화"), "currency", length=3),
            "purpose": _text("purpose", "목적", "사용목적", length=200),
            "approver_no": _text("approver_no", "승인자사번", "결재자사번"),
        },
        ("approval_no",),
        checks=_GRANTED,
        own=("사전승인번호", "pre_approval_id", "승인금액", "approved_amount", "유효일"),
    ),
    "calendar": Feed(
        "fraud_companyholiday",
        {
            "on": _day("on", "일자", "date", "날짜", "휴일"),
            "name": FeedColumn(("name", "휴일명", "명칭", "이름"), length=80, required=True),
            "kind": FeedColumn(("kind", "구분", "type"), "holiday", length=20),
        },
        ("on",),
    ),
}

#: Kinds of days of the company's calendar, without spaces; a blank one is the company's own.
HOLIDAYS = {
    **dict.fromkeys(
        ("회사", "회사휴일", "회사휴무", "회사지정", "회사지정휴일", "사내휴일", "자체휴일", "자체휴무", "전사휴일", "전사휴무", "지정휴일", "약정휴일",
         "창립기념일", "휴무", "휴무일", "company holiday", "company day", "company day off"), "company"),
    **dict.fromkeys(
        ("공휴일", "법정공휴일", "법정휴일", "국경일", "임시공휴일", "명절", "public holiday", "national holiday", "bank holiday", "statutory holiday"), "public"),
    **dict.fromkeys(("대체공휴일", "대체휴일", "substitute holiday"), "substitute"),
    **dict.fromkeys(("근무일", "근무", "정상근무", "대체근무일", "휴일근무일", "working day", "workday"), "working"),
}  # fmt: skip
HOLIDAY_KINDS = ("company", "public", "substitute", "working")
