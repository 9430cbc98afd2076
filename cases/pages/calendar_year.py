"""The calendar of a year: public days, the company's own, what waits for a second person, and which deadlines a day moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.language import current_language
from audit.models import AuditEvent
from cases.models import Case
from cases.services.company import company_today
from cases.workflow import State
from fraud.company.calendar import country_of_zone, public_names
from fraud.company.holiday_changes import may_decide, waiting_days
from fraud.company.models import CompanyHoliday, HolidayChange
from fraud.company.values import current_calendar
from fraud.web.tags import t2

FIRST_YEAR = 2000
KIND_WORDS: Mapping[str, str | Promise] = {
    "national": pgettext_lazy("day of the calendar", "public holiday of the country"),
    "public": pgettext_lazy("day of the calendar", "public holiday, added"),
    "substitute": pgettext_lazy("day of the calendar", "substitute holiday, added"),
    "company": pgettext_lazy("day of the calendar", "day off of the company"),
    "working": pgettext_lazy("day of the calendar", "the company works"),
}


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day: its name, what it is, whether it is the company's own, and how many open deadlines it moved.

    `is_off`: it is no business day because of it; a holiday on a weekend moves nothing.
    """

    on: date
    name: str
    kind: str
    is_own: bool
    is_off: bool
    n_moved: int
    waits_to_move: bool

    @property
    def word(self) -> str | Promise:
        """The kind in words."""
        return KIND_WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A proposal: what it asks, whether the reader may decide it, and how many open deadlines lie on the day or after it."""

    change: HolidayChange
    word: str | Promise
    may_decide: bool
    n_deadlines: int


def last_year() -> int:
    """The last year whose public days are worked out."""
    return company_today().year + 2


def calendar_year(year: int, by: Actor) -> dict[str, Any]:
    """What the page and the interface show of a year."""
    calendar = current_calendar()
    national = public_names(country_of_zone(settings.TIME_ZONE), year, current_language())
    kept = CompanyHoliday.objects.filter(on__year=year)
    # A public day that was told to us once more is the country's all the same: taking it off would change nothing.
    own = {day.on: day for day in kept if day.kind == CompanyHoliday.Kind.WORKING or day.on not in national}
    today = company_today()
    moved = _moved()
    rows = []
    for on in sorted({*own, *national}):
        day = own.get(on)
        rows.append(
            DayRow(
                on=on,
                name=t2(day, "name") if day else national[on],
                kind=day.kind if day else "national",
                is_own=day is not None,
                is_off=not calendar.is_weekend(on) and calendar.is_holiday(on),
                n_moved=moved[on.isoformat()],
                waits_to_move=bool(
                    day and day.deadlines_moved_at is None and day.kind != "working" and on >= today
                ),
            )
        )
    first, last = date(year, 1, 1), date(year, 12, 31)
    return {
        "year": year,
        "rows": rows,
        "n_business_days": calendar.business_days_between(first - timedelta(days=1), last),
        "n_own": len(own),
        "changes": [
            ChangeRow(row, KIND_WORDS[row.kind], may_decide(row, by), deadlines_from(row.on))
            for row in waiting_days()
        ],
    }


def deadlines_from(on: date) -> int:
    """Open deadlines on a day or after it: those a day off there can move."""
    return Case.objects.exclude(state=State.CLOSED).filter(due_on__gte=on).count()


def _moved() -> Counter[str]:
    """Day → how many deadlines it moved."""
    told = AuditEvent.objects.filter(action="case.deadline_moved").values_list("after", flat=True)
    return Counter(day for after in told.iterator() for day in (after or {}).get("days", []))
