"""What the filters and dialogs of the queue offer to choose from."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit import clock
from audit.actor import Actor
from audit.people import name_of
from audit.permissions import Role, can
from audit.prepared import prepared
from cases.models import BLIND, Case
from cases.pages.queue import OPEN
from cases.pages.queue_filters import hits_shown
from cases.services.tagging import IN_USE_SECONDS, tags_in_use
from fraud.claims.identity import holders_of
from fraud.claims.models import Department, User
from rules.models import Rule

_departments = prepared(
    lambda: Department.objects.order_by("code").values_list("code", "name", "name_en")[:500]
)


def people_to_assign(case: Case | None = None) -> list[tuple[str, str]]:
    """(login, name) of whoever may be given a case; of one case, only who sees its department."""
    rows = list(_people.rows(clock.today()))
    people = {
        login: name_of(User(username=login, last_name=last, first_name=first))
        for login, last, first, _unit in rows
    }
    given: dict[str, set[str]] = {}
    for login, _last, _first, unit in rows:
        if unit:
            given.setdefault(login, set()).add(unit)
    if case is None or not given:
        return list(people.items())
    above = _with_above(case.cardholder.department_id)
    return [(login, name) for login, name in people.items() if login not in given or given[login] & above]


def _with_above(department: int | None) -> set[str]:
    """Codes of a department and of all above it."""
    rows = {
        key: (parent, code) for key, parent, code in Department.objects.values_list("pk", "parent_id", "code")
    }
    found: set[str] = set()
    while department in rows and rows[department][1] not in found:
        found.add(rows[department][1])
        department = rows[department][0]
    return found


@prepared
def _people(today: date) -> QuerySet[User, Any]:
    """A row a department that somebody was given, one with None for who sees all."""
    people = holders_of(Role.REVIEWER, Role.APPROVER, today=today).order_by("last_name", "first_name", "id")
    return people.values_list("username", "last_name", "first_name", "units__code")[:500]


@prepared
def _rules() -> QuerySet[Rule, Any]:
    # Asked a rule, not a case: one open case of each is enough.
    named = Case.objects.filter(pattern=OuterRef("code"), state__in=OPEN)
    of_hits = hits_shown(Case.objects.filter(state__in=OPEN).exclude(BLIND)).values("rule_version__rule")
    rules = Rule.objects.filter(Q(Exists(named)) | Q(pk__in=of_hits)).order_by("code")
    return rules.values_list("code", "name_ko", "name_en")


def choices_of(by: Actor, language: str) -> dict[str, Any]:
    """`departments` (code, name), `rules` (code, name) among the reasons of open cases, `tags` (twice each), and `people` (login, name) to
    assign to. What there is to filter by is at most half a minute old."""
    rows = cache.get_or_set("cases:departments", _departments.rows, IN_USE_SECONDS) or ()
    context: dict[str, Any] = {
        "departments": [(code, (ko if language == "ko" else en) or ko) for code, ko, en in rows],
        "rules": [],
        "tags": [(tag, tag) for tag in tags_in_use()],
        "people": [],
    }
    if can(by, "fraud.view_score"):
        rules = cache.get_or_set("cases:rules-of-open", _rules.rows, IN_USE_SECONDS) or ()
        context["rules"] = [(code, ko if language == "ko" else en) for code, ko, en in rules]
    if can(by, "cases.assign_case"):
        context["people"] = people_to_assign()
    return context
