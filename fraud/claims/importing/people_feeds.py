"""The personnel feeds there are: their columns, the headers these are known by, and the tables they go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedColumn:
    """A column of a feed: its headers and kind; `length` is the longest text. `field`: the claim field whose headers it also has."""

    sources: tuple[str, ...]
    kind: str = "text"  # text, day, last_day, clock, half, holiday, decimal, currency
    length: int = 60
    required: bool = False
    field: str = ""

    @property
    def is_day(self) -> bool:
        """Whether its values are calendar days."""
        return self.kind in {"day", "last_day"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's columns and the table they go to. `one_day`: headers of a day that is both of its `days`, the first and the last."""

    table: str
    columns: Mapping[str, FeedColumn]
    keys: tuple[str, ...]
    days: tuple[str, ...] = ()
    one_day: tuple[str, ...] = ()

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


def _day(*sources: str, required: bool = True, kind: str = "day") -> FeedColumn:
    return FeedColumn(sources, kind, required=required)


def _text(*sources: str, length: int = 60, field: str = "") -> FeedColumn:
    return FeedColumn(sources, length=length, field=field)


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
            "hired_on": _day("hired_on", "입사일", "입사일자", "hire date", "start date", required=False),
            "left_on": _day(
                "left_on", "퇴사일", "퇴사일자", "퇴직일", "termination date", required=False, kind="last_day"
            ),
        },
        ("employee_no",),
    ),
    "positions": Feed(
        "fraud_position",
        {
            "employee_no": _EMPLOYEE,
            "starts_on": _day(
                "starts_on",
                "발령일",
                "발령일자",
                "적용일",
                "effective_on",
                "effective date",
                "valid from",
                *_FROM,
            ),
            **_PLACE,
        },
        ("employee_no", "starts_on"),
    ),
    "absences": Feed(
        "fraud_absence",
        {
            "employee_no": _EMPLOYEE,
            "kind": _text(
                "kind",
                "휴가종류",
                "type",
                "근태구분",
                "휴가구분",
                "휴가유형",
                "leave type",
                "absence type",
                length=20,
            ),
            "starts_on": _day(*_FROM, "휴가시작일", "휴가시작일자"),
            "ends_on": _day(*_TO, "휴가종료일", "휴가종료일자"),
            "half": FeedColumn(("half", "반차", "반차구분", "오전/오후", "half day"), "half"),
        },
        ("employee_no", "kind", "starts_on", "half"),
        _DAYS,
        ("휴가일", "휴가일자", "사용일", "일자", "날짜", "date", "leave date", "absence date"),
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
    ),
    "relatives": Feed(
        "fraud_relative",
        {
            "employee_no": _EMPLOYEE,
            "relative_no": FeedColumn(("relative_no", "관계인사번", "친족사번", "가족사번"), required=True),
            "kind": _text("kind", "관계", "relation", length=40),
        },
        ("employee_no", "relative_no"),
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
            "amount": FeedColumn(("amount", "승인금액", "approved_amount", "금액"), "decimal", length=20),
            "currency": FeedColumn(("currency", "통화"), "currency", length=3),
            "purpose": _text("purpose", "목적", "사용목적", length=200),
            "approver_no": _text("approver_no", "승인자사번", "결재자사번"),
        },
        ("approval_no",),
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

#: Kinds of days of the company's calendar; a blank one is the company's own.
HOLIDAYS = {
    "회사휴일": "company",
    "창립기념일": "company",
    "휴무": "company",
    "공휴일": "public",
    "임시공휴일": "public",
    "대체공휴일": "substitute",
    "근무일": "working",
}
HOLIDAY_KINDS = ("company", "public", "substitute", "working")
