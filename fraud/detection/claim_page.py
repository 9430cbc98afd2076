"""What is known of one claim, as its page shows it: its facts, versions, neighbours, scores and hits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from audit.actor import Actor
from audit.language import current_language
from audit.plain_rows import PlainRows
from audit.prepared import prepared
from fraud.claims.models import Claim, ClaimFacts, ClaimSource, ClaimVersion
from fraud.claims.units import sees_department
from fraud.detection.hit_facts import hit_facts_text
from fraud.detection.models import RuleHit, Score
from fraud.detection.models.screening import pinned
from fraud.detection.suppressing import suppressions_of

_SCORES, _HITS, _VERSIONS, _EACH_SIDE = 10, 60, 20, 4
_NEAR = PlainRows(
    Claim, ("id", "transacted_at", "has_time", "merchant_name", "amount_minor", "currency", "cardholder_id")
)


def find_shown_claim(claim_id: int, by: Actor) -> Claim:
    """The claim with all its facts at hand. Raises Http404 where it does not exist or is of a department they do not see."""
    found = _claims.rows(claim_id) if 0 <= claim_id < 2**63 else []
    if not found or not sees_department(by, found[0].cardholder.department_id):
        raise Http404
    return found[0]


@prepared
def _claims(claim_id: int) -> QuerySet[Claim]:
    with_all = Claim.objects.select_related(
        "cardholder__department", "department", "merchant", "file", "original_claim"
    )
    return with_all.filter(pk=claim_id)


def scores_of(claim: Claim) -> list[Score]:
    """Its newest scores, each with its run and model, the newest first; reasons are of that one."""
    return _scores.rows(claim.pk)


@prepared
def _scores(claim_id: int) -> QuerySet[Score]:
    rows = Score.objects.filter(claim=claim_id).select_related("run__model_version").order_by("-run_id")
    return rows.defer("features", *pinned("run"))[:_SCORES]


def hits_of(claim: Claim) -> list[dict[str, Any]]:
    """The rules that matched in the newest run that looked at the claim, with their facts as rows."""
    hits = _hits.rows(claim.pk)
    newest = hits[0].run_id if hits else None
    open_ones = suppressions_of(claim) if hits else []
    return [
        {
            "hit": hit,
            "rule": hit.rule_version.rule,
            "facts": hit_facts_text(hit.facts, claim.currency, current_language()),
            "suppressions": [row for row in open_ones if row.rule_id == hit.rule_version.rule_id],
        }
        for hit in hits
        if hit.run_id == newest
    ]


@prepared
def _hits(claim_id: int) -> QuerySet[RuleHit]:
    rows = RuleHit.objects.filter(claim=claim_id).select_related("rule_version__rule")
    return rows.order_by("-run_id", "pk")[:_HITS]


def versions_of(claim: Claim) -> list[ClaimFacts]:
    """What was said of the claim, newest first: what holds now and up to twenty versions before it."""
    return [claim, *(_earlier.rows(claim.pk) if claim.version > 1 else [])]


@prepared
def _earlier(claim_id: int) -> QuerySet[ClaimVersion]:
    rows = ClaimVersion.objects.filter(claim=claim_id).select_related("file", "cardholder")
    return rows.order_by("-version")[:_VERSIONS]


def sources_of(claim: Claim) -> list[ClaimSource]:
    """The other feeds that tell of it."""
    return _sources.rows(claim.pk)


@prepared
def _sources(claim_id: int) -> QuerySet[ClaimSource]:
    return ClaimSource.objects.filter(claim=claim_id)


def neighbours_of(claim: Claim) -> list[Claim]:
    """The cardholder's claims just before and after this one."""
    given = claim.cardholder_id, claim.pk, claim.transacted_at
    near = [*reversed(_after.rows(*given)), *_before.rows(*given)]
    return [_NEAR.made(row) for row in near]


@prepared
def _before(cardholder: int, claim_id: int, at: datetime) -> QuerySet[Claim, Any]:
    rows = _others(cardholder, claim_id).filter(transacted_at__lte=at)
    return rows.order_by("-transacted_at", "-pk")[:_EACH_SIDE]


@prepared
def _after(cardholder: int, claim_id: int, at: datetime) -> QuerySet[Claim, Any]:
    rows = _others(cardholder, claim_id).filter(transacted_at__gt=at)
    return rows.order_by("transacted_at", "pk")[:_EACH_SIDE]


def _others(cardholder: int, claim_id: int) -> QuerySet[Claim, Any]:
    return Claim.objects.filter(cardholder=cardholder).exclude(pk=claim_id).values_list(*_NEAR.names)
