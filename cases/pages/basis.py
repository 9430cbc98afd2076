"""What a reason of a case can be checked against: its links on the case page, and the payments or outcomes behind one.

As the run knew it. Outcomes of the reader's own payments are left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.actor import Actor
from audit.people import same_number
from cases.models import Case
from cases.pages.case import ClaimRow, claims_of, fact_url
from cases.pages.outcome_rows import newest_cases
from fraud.claims.models import Claim
from fraud.claims.units import outside_units
from fraud.detection.basis import Basis, basis_of, has_basis
from fraud.detection.hit_facts import hit_facts_text
from fraud.detection.models import RuleHit, ScreeningRun
from fraud.detection.scoring.reasons import feature_text
from fraud.web.tags import current_language

MAX_SHOWN = 200


@dataclass(frozen=True)
class Check:
    """A link from a reason to what it was measured on; `text` is the fact in words."""

    text: str
    url: str


@dataclass(frozen=True)
class BasisRow:
    """A payment behind a fact; `is_misuse` and `known_at` where the fact is about outcomes."""

    claim: Claim
    is_this: bool
    is_misuse: bool | None = None
    known_at: datetime | None = None
    case: Case | None = None


@dataclass(frozen=True)
class BasisPage:
    """The rows behind a fact, newest first, at most 200; `n` all of them, `n_hidden` those that concern the reader, `n_outside` those of departments they do not see."""

    fact: str
    claim: Claim
    run: ScreeningRun
    rows: list[BasisRow]
    n: int
    n_hidden: int
    n_outside: int
    is_outcomes: bool
    is_too_much: bool


def checks_of_hit(case: Case, hit: RuleHit, claim: Claim) -> list[Check]:
    """A link for each window a hit was measured on."""
    values = (hit.facts or {}).get("values") or {}
    return [
        Check(
            hit_facts_text({"values": {name: fact}}, claim.currency, current_language()),
            fact_url(case, claim, name),
        )
        for name, fact in values.items()
        if has_basis(name) and not fact.get("is_context")
    ]


def checks_of_reason(case: Case, reason: Mapping[str, Any], claim: Claim) -> list[Check]:
    """A link for each number of a model's reason that rests on other payments or on outcomes."""
    facts = reason.get("facts") or {}
    found = []
    for name, value in (facts.get("features") or {}).items():
        if value and has_basis(name) and (text := feature_text(name, value, facts, current_language())):
            found.append(Check(text, fact_url(case, claim, name)))
    return found


def basis_page(case: Case, claim_id: int, name: str, by: Actor) -> BasisPage | None:
    """What stands behind a stored fact of a claim of the case; None where the case has no such claim or fact."""
    row = next((row for row in claims_of(case) if row.claim.pk == claim_id), None)
    run, text = _where(row, name) if row else (None, "")
    if row is None or run is None:
        return None
    return _filled(basis_of(name, row.claim, run), text, row.claim, run, by)


def _where(row: ClaimRow, name: str) -> tuple[ScreeningRun | None, str]:
    """The run that measured the fact, and the fact in words."""
    for hit in row.hits:
        fact = ((hit.facts or {}).get("values") or {}).get(name)
        if fact is not None:
            return hit.run, hit_facts_text({"values": {name: fact}}, row.claim.currency, current_language())
    for reason in (row.score.reasons if row.score else None) or []:
        facts = reason.get("facts") or {}
        value = (facts.get("features") or {}).get(name)
        if value is not None and row.score is not None:
            return row.score.run, feature_text(name, value, facts, current_language())
    return None, ""


def _filled(basis: Basis, text: str, own: Claim, run: ScreeningRun, by: Actor) -> BasisPage:
    shown = list(basis.claim_ids[::-1][:MAX_SHOWN])
    claims = Claim.objects.select_related("merchant", "cardholder").in_bulk(shown)
    outside = outside_units(by)
    unseen = (
        set()
        if outside is None
        else set(Claim.objects.filter(outside, pk__in=shown).values_list("pk", flat=True))
    )
    hidden = {
        pk
        for pk, claim in claims.items()
        if pk not in unseen
        and basis.outcomes
        and by.employee_no
        and same_number(by.employee_no, claim.cardholder.employee_no)
    }
    cases = newest_cases([pk for pk in shown if basis.outcomes and pk not in hidden], by)
    rows = [
        _row(claims[pk], own, basis.outcomes.get(pk), cases.get(pk))
        for pk in shown
        if pk in claims and pk not in hidden | unseen
    ]
    return BasisPage(
        text,
        own,
        run,
        rows,
        len(basis.claim_ids),
        len(hidden),
        len(unseen),
        bool(basis.outcomes),
        basis.is_too_much,
    )


def _row(claim: Claim, own: Claim, outcome: tuple[bool, datetime] | None, case: Case | None) -> BasisRow:
    is_misuse, known_at = outcome if outcome else (None, None)
    return BasisRow(claim, claim.pk == own.pk, is_misuse, known_at, case)
