"""What the filters of the queue and the dialog for assigning offer to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.actor import Actor
from audit.people import name_of
from audit.permissions import Role, can
from audit.prepared import prepared
from audit.services import actor_of
from cases.models import BLIND, Case
from cases.pages.queue import OPEN
from cases.pages.queue_conditions import hits_shown
from cases.services.seeing import assignable_among
from cases.services.tagging import IN_USE_SECONDS, tags_in_use
from fraud.claims.identity import holders_of
from fraud.claims.models import Department
from rules.models import Rule

_departments = prepared(
    lambda: Department.objects.order_by("code").values_list("code", "name", "name_en")[:500]
)


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who works cases: login, name, and how many of the cases asked about a lead may give them."""

    login: str
    name: str
    n: int


def people_to_assign(cases: list[Case]) -> list[Taker]:
    """Whoever may be given at least one of these cases, by name; by the rule that assigning itself asks. A few queries a person."""
    people = holders_of(Role.REVIEWER, Role.APPROVER).order_by("last_name", "first_name", "pk")
    found = (
        Taker(user.get_username(), name_of(user), len(assignable_among(cases, actor_of(user))))
        for user in people
    )
    return [one for one in found if one.n]


@prepared
def _rules() -> QuerySet[Rule, Any]:
    # Asked a rule, not a case: one open case of each is enough.
    named = Case.objects.filter(pattern=OuterRef("code"), state__in=OPEN)
    of_hits = hits_shown(Case.objects.filter(state__in=OPEN).exclude(BLIND)).values("rule_version__rule")
    rules = Rule.objects.filter(Q(Exists(named)) | Q(pk__in=of_hits)).order_by("code")
    return rules.values_list("code", "name_ko", "name_en")


def choices_of(by: Actor, language: str) -> dict[str, Any]:
    """`departments` (code, name), `rules` (code, name) among the reasons of open cases, `tags` (twice each). What there is to filter by is at most half a minute old."""
    rows = cache.get_or_set("cases:departments", _departments.rows, IN_USE_SECONDS) or ()
    context: dict[str, Any] = {
        "departments": [(code, (ko if language == "ko" else en) or ko) for code, ko, en in rows],
        "rules": [],
        "tags": [(tag, tag) for tag in tags_in_use()],
    }
    if can(by, "fraud.view_score"):
        rules = cache.get_or_set("cases:rules-of-open", _rules.rows, IN_USE_SECONDS) or ()
        context["rules"] = [(code, ko if language == "ko" else en) for code, ko, en in rules]
    return context
