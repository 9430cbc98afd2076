"""What the filters and dialogs of the queue offer to choose from."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.actor import Actor
from audit.permissions import Role, can
from audit.prepared import prepared
from cases.models import BLIND, Case
from cases.pages.queue import OPEN
from cases.pages.queue_filters import hits_shown
from cases.services.tagging import tags_in_use
from fraud.claims.identity import holders_of
from fraud.claims.models import Department
from rules.models import Rule

_departments = prepared(
    lambda: Department.objects.order_by("code").values_list("code", "name", "name_en")[:500]
)


@prepared
def _rules() -> QuerySet[Rule, Any]:
    # Asked a rule, not a case: one open case of each is enough.
    named = Case.objects.filter(pattern=OuterRef("code"), state__in=OPEN)
    of_hits = hits_shown(Case.objects.filter(state__in=OPEN).exclude(BLIND)).values("rule_version__rule")
    rules = Rule.objects.filter(Q(Exists(named)) | Q(pk__in=of_hits)).order_by("code")
    return rules.values_list("code", "name_ko", "name_en")


def choices_of(by: Actor, language: str) -> dict[str, Any]:
    """`departments` (code, name), `rules` (code, name) among the reasons of open cases, `tags`, and `people` to assign to."""
    name = "name" if language == "ko" else "name_en"
    rows = _departments.rows()
    context: dict[str, Any] = {
        "departments": [(code, (en if name == "name_en" else ko) or ko) for code, ko, en in rows],
        "rules": [],
        "tags": tags_in_use(),
        "people": [],
    }
    if can(by, "fraud.view_score"):
        context["rules"] = [(code, ko if language == "ko" else en) for code, ko, en in _rules.rows()]
    if can(by, "cases.assign_case"):
        people = holders_of(Role.REVIEWER, Role.APPROVER)
        context["people"] = people.order_by("last_name", "first_name", "id")[:200]
    return context
