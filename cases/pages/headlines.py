"""What happened in a case, in one sentence of the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.prepared import prepared
from cases.models import Case
from fraud.detection.sentences import headline_reason
from rules.models import Rule


def rule_names(codes: Collection[str], language: str) -> dict[str, str]:
    """Names of rules by code, one query for a whole page."""
    rows = _rule_names.rows(set(codes)) if codes else []
    return {code: ko if language == "ko" else en for code, ko, en in rows}


@prepared
def _rule_names(codes: Collection[str]) -> QuerySet[Rule, Any]:
    return Rule.objects.filter(code__in=codes).values_list("code", "name_ko", "name_en")


def headline(case: Case, language: str, names: Mapping[str, str]) -> str:
    """`3 payments at 한우마을: Split payment`. `names` are the rule names of the page.

    A case whose claims have left it keeps what it was about, and says where they are now.
    """
    said = _about(case, language, names)
    if not case.n_claims and case.merged_into is not None:
        return _("%(what)s (merged into %(case)s)") % {"what": said, "case": case.merged_into.reference}
    return said


def _about(case: Case, language: str, names: Mapping[str, str]) -> str:
    place = case.merchant.name if case.merchant else None
    n = case.n_told or 1
    why = None if case.is_blind else _why(case, language, names)
    return _sentence(get_language(), place, n, why)


@lru_cache(maxsize=4096)
def _sentence(_language: str | None, place: str | None, n: int, why: str | None) -> str:
    """`3 payments at 한우마을: Split payment`; of a random check no reason is told. Remembered: a list is shown again and again."""
    if place is None:
        place = _("several merchants")
    if n == 1:
        where = _("payment at %(place)s") % {"place": place}
    else:
        where = _("%(n)d payments at %(place)s") % {"n": n, "place": place}
    if why is None:
        why = _("random check")
    said = f"{where}: {why}" if why else where
    return said[0].upper() + said[1:]


def _why(case: Case, language: str, names: Mapping[str, str]) -> str:
    reason = case.headline or {}
    code = str(reason.get("code") or case.pattern)
    if code in names:
        return names[code]
    return headline_reason(reason, language) if reason.get("facts") else ""


def headline_with(case: Case, language: str, rules: Iterable[Rule]) -> str:
    """The headline of one case whose matched rules are at hand; the rule it is named after is looked up where it is not among them."""
    names = {rule.code: rule.name_ko if language == "ko" else rule.name_en for rule in rules}
    reason = case.headline or {}
    code = str(reason.get("code") or case.pattern)
    if code not in names and not case.is_blind and reason.get("kind", "rule") == "rule":
        names |= rule_names([code], language)
    return headline(case, language, names)
