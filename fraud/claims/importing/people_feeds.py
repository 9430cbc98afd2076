"""The personnel feeds there are: their columns, the headers these are known by, and the tables they go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedColumn:
    """A column of a feed: its headers and kind; `length` is the longest text."""

    sources: tuple[str, ...]
    kind: str = "text"  # text, day, clock, half
    length: int = 60
    required: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's columns and the table they go to."""

    table: str
    columns: Mapping[str, FeedColumn]
    keys: tuple[str, ...]

    @property
    def is_of_days(self) -> bool:
        """Whether its rows say something of somebody's days, and so keep both times."""
        return self.table not in {"fraud_cardholder", "fraud_companyholiday"}


_EMPLOYEE = FeedColumn(("employee_no", "emp_no", "사번", "사원번호"), required=True)
_REGION = ("region", "place", "지역", "출장지")
FEEDS: dict[str, Feed] = {
    "cardholders": Feed(
        "fraud_cardholder",
        {
            "employee_no": _EMPLOYEE,
            "name": FeedColumn(("name", "employee_name", "성명"), length=120),
            "department_code": FeedColumn(("department_code", "dept_code", "부서코드"), length=40),
            "department_name": FeedColumn(("department_name", "dept_name", "부서명"), length=120),
            "grade": FeedColumn(("grade", "직급"), length=40),
            "job_family": FeedColumn(("job_family", "직군"), length=40),
            "manager_no": FeedColumn(("manager_no", "상급자사번"), length=40),
            "workplace_region": FeedColumn(("workplace_region", "근무지"), length=60),
            "email": FeedColumn(("email", "이메일"), length=254),
            "hired_on": FeedColumn(("hired_on", "입사일"), "day"),
            "left_on": FeedColumn(("left_on", "퇴사일"), "day"),
        },
        ("employee_no",),
    ),
    "absences": Feed(
        "fraud_absence",
        {
            "employee_no": _EMPLOYEE,
            "kind": FeedColumn(("kind", "type", "휴가종류", "근태구분"), length=20),
            "starts_on": FeedColumn(("starts_on", "from", "시작일"), "day", required=True),
            "ends_on": FeedColumn(("ends_on", "to", "종료일"), "day", required=True),
            "half": FeedColumn(("half", "반차"), "half"),
        },
        ("employee_no", "kind", "starts_on", "half"),
    ),
    "trips": Feed(
        "fraud_trip",
        {
            "trip_no": FeedColumn(("trip_no", "trip_id", "출장번호"), length=40, required=True),
            "employee_no": _EMPLOYEE,
            "starts_on": FeedColumn(("starts_on", "from", "시작일"), "day", required=True),
            "ends_on": FeedColumn(("ends_on", "to", "종료일"), "day", required=True),
            "region": FeedColumn(_REGION, length=60),
            "country": FeedColumn(("country", "국가"), length=2),
        },
        ("trip_no",),
    ),
    "overtimes": Feed(
        "fraud_overtimeapproval",
        {
            "employee_no": _EMPLOYEE,
            "on": FeedColumn(("on", "date", "일자"), "day", required=True),
            "since": FeedColumn(("since", "시작시각"), "clock"),
            "until": FeedColumn(("until", "종료시각"), "clock"),
        },
        ("employee_no", "on"),
    ),
    "calendar": Feed(
        "fraud_companyholiday",
        {
            "on": FeedColumn(("on", "date", "일자", "날짜", "휴일"), "day", required=True),
            "name": FeedColumn(("name", "휴일명", "명칭", "이름"), length=80, required=True),
            "kind": FeedColumn(("kind", "type", "구분"), "holiday", length=20),
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

#: Ways to write half a day of leave; whatever else stands there is no half.
HALVES = {
    "am": "am",
    "a": "am",
    "오전": "am",
    "오전반차": "am",
    "pm": "pm",
    "p": "pm",
    "오후": "pm",
    "오후반차": "pm",
}
