"""Conditions of the queue that go beyond a column of a case, by reason, place, person or text; and what their values are called."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from audit.language import current_language
from audit.people import number_key
from audit.people_rows import with_number
from audit.reading import read_once
from audit.typed import whole_number
from cases.models import BLIND, Alert, Case, CaseTag
from fraud.claims.identity import cardholders_of, people_named
from fraud.claims.models import Department, Merchant
from fraud.detection.models import RuleHit
from rules.models import Rule

# Hits of the run that judged the claim. Spelled as either-or: as one COALESCE, Django joins the score inwardly and loses alerts
# that have none.
_JUDGED = Q(claim__alerts__score__run=F("run")) | Q(claim__alerts__score=None, claim__alerts__run=F("run"))


def hits_shown(cases: QuerySet[Case]) -> QuerySet[RuleHit]:
    """The hits that rows of these cases show: on claims that are in them, of the run that judged the claim."""
    return RuleHit.objects.filter(
        _JUDGED, claim__alerts__left_at=None, is_shadow=False, claim__alerts__case__in=cases.values("pk")
    )


def rules_shown(cases: QuerySet[Case]) -> dict[str, set[int]]:
    """Code of a rule → keys of those of the cases that show it among their reasons, as the filter by reason has it."""
    open_to_all = cases.exclude(BLIND)
    hits = hits_shown(open_to_all)
    shown: dict[str, set[int]] = {}
    for code, case_id in hits.values_list("rule_version__rule__code", "claim__alerts__case_id").distinct():
        shown.setdefault(code, set()).add(case_id)
    codes = read_once("codes of rules", lambda: list(Rule.objects.values_list("code", flat=True)))
    known = {code.lower(): code for code in codes}
    for case_id, pattern in open_to_all.values_list("pk", "pattern"):
        if pattern.lower() in known:
            shown.setdefault(known[pattern.lower()], set()).add(case_id)
    return shown


def merchant_condition(value: str) -> Q | None:
    """Cases that hold a claim from there."""
    key = whole_number(value)
    if key is None or not 0 < key < 2**63:
        return None
    return Q(pk__in=Alert.objects.filter(left_at=None, claim__merchant=key).values("case"))


def merchant_named(value: str) -> str:
    """What the merchant with this key is called; the key of one nobody knows."""
    place = Merchant.objects.filter(pk=whole_number(value) or 0).first()
    return place.name if place else value


def rule_named(code: str) -> str:
    """The code with the rule's name, where a rule has it."""
    rule = Rule.objects.filter(code__iexact=code[:40]).first()
    if rule is None:
        return code
    return f"{rule.code} {rule.name_ko if current_language() == 'ko' else rule.name_en}"


def department_named(code: str) -> str:
    """The name of the department, or the code where none has it."""
    found = Department.objects.filter(code=code[:40]).first()
    if found is None:
        return code
    return (found.name_en if current_language() == "en" else "") or found.name


def approver_condition(number: str) -> Q | None:
    """Cases that hold a claim this employee approved."""
    held = with_number(Alert.objects.filter(left_at=None), "claim__approver_no", number)
    return Q(pk__in=held.values("case")) if number_key(number) else None


def person_named(number: str) -> str:
    """What the employee with this number is called; the number of somebody nobody knows."""
    person = cardholders_of(number).first()
    return str(person) if person else number


def tag_condition(name: str) -> Q:
    """Cases with the tag."""
    return Q(pk__in=CaseTag.objects.filter(name=name.lstrip("#").lower()).values("case"))


def reason_condition(code: str) -> Q:
    """Every case that shows the code among its reasons: its leading one, or any hit in the run that judged the claim."""
    hits = RuleHit.objects.filter(
        _JUDGED,
        claim__alerts__left_at=None,
        rule_version__rule__code__iexact=code,
        is_shadow=False,
        claim__alerts__case=OuterRef("pk"),
    )
    return (Q(pattern__iexact=code) | Q(Exists(hits))) & ~BLIND


def text_condition(text: str) -> Q:
    """Cases with this reference, and those whose person or merchant the text finds."""
    places = Merchant.objects.filter(name__icontains=text)
    return found_by(text, people_named(text).values("pk"), places.values("pk"))


def found_by(reference: str, people: Any, places: Any) -> Q:
    """Cases with this reference, and those of people or merchants: keys, or a queryset of them."""
    return Q(reference__iexact=reference) | Q(cardholder_id__in=people) | Q(merchant_id__in=places)
