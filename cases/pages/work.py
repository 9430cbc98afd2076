"""What the lead's page shows: who is there, who has what, what is late and who was told, what nobody can take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from audit.actor import Actor
from cases.models import Case, Notice
from cases.services.clocks import overdue_cases
from cases.services.company import company_today
from cases.services.desks import WORKED, Desk, desks
from cases.services.seeing import cases_of_others, without_involved
from cases.services.work import FOLLOWERS, days_late, stranded_among
from cases.workflow import State
from fraud.claims.models import Department
from fraud.company.values import current_calendar
from rules.models import Rule

MAX_LATE = 50


@dataclass(frozen=True, slots=True)
class LateCase:
    """A late case, by how many business days, whether its holder is away past it, and who was told."""

    case: Case
    n_days: int
    is_stranded: bool
    told: list[str]


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A desk with how many approvals were given to it and not looked at, and how its load compares with the fullest."""

    desk: Desk
    n_approvals: int
    back_on: date | None


def work_page(by: Actor, language: str) -> dict[str, Any]:
    """`rows` (who has what), `late`, `n_unassigned`, `most` (of the fullest desk), and what profiles can choose from."""
    people = desks()
    name = f"name_{language}"
    return {
        "rows": desk_rows(people),
        "states": WORKED,
        "most": max((desk.n_open for desk in people), default=0),
        "late": late_cases(by, people),
        "n_unassigned": unassigned_count(by),
        "rules": list(Rule.objects.order_by("code").values_list("code", name)),
        "departments": _departments(language),
    }


def desk_rows(people: list[Desk]) -> list[DeskRow]:
    """Each desk with the approvals given to it and not looked at, and when who is away is back."""
    given = list(Notice.objects.filter(kind="approval", read_at=None).values_list("user_id", flat=True))
    calendar = current_calendar()
    return [
        DeskRow(
            desk,
            given.count(desk.user.pk),
            calendar.add_business_days(desk.away_until, 1) if desk.away_until else None,
        )
        for desk in people
    ]


def unassigned_count(by: Actor) -> int:
    """New cases that nobody has taken."""
    return cases_of_others(by).filter(state=State.NEW, assignee=None).count()


def late_cases(by: Actor, people: list[Desk]) -> list[LateCase]:
    """Cases past their deadline, the longest first, with who was told; at most `MAX_LATE`."""
    today = company_today()
    late = (
        cases_of_others(by).filter(overdue_cases(today)).select_related("cardholder__department", "assignee")
    )
    cases = without_involved(list(late.order_by("due_on", "pk")[:MAX_LATE]), by)
    stranded = stranded_among(cases, desks(*FOLLOWERS))
    told: dict[int, list[str]] = {}
    notices = Notice.objects.filter(case__in=cases, kind__in=("late", "escalated")).select_related("user")
    names = {desk.user.pk: desk.name for desk in people}
    for notice in notices.order_by("pk"):
        if notice.key.startswith(f"late:{notice.case.reference}:"):
            told.setdefault(notice.case_id, []).append(names.get(notice.user_id, str(notice.user)))
    return [
        LateCase(
            case, days_late(case, today), case.pk in stranded, list(dict.fromkeys(told.get(case.pk, [])))
        )
        for case in cases
    ]


def _departments(language: str) -> list[tuple[str, str]]:
    rows = Department.objects.order_by("code").values_list("code", "name", "name_en")[:500]
    return [(code, (en if language == "en" else ko) or ko) for code, ko, en in rows]
