"""The claims: a list over all of them, one claim with everything known about it, and an export."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from audit.actor import Actor
from audit.language import current_language
from audit.paging import Page, capped_count, keyset_page
from audit.permissions import can
from audit.services import record_access
from fraud.claims.identity import claims_involving
from fraud.claims.models import Claim, ClaimFacts
from fraud.claims.panels import blind_claims, claim_panels, scores_hidden_from
from fraud.claims.units import within_units
from fraud.detection.claim_export import claims_file, export_claims_of, with_names
from fraud.detection.claim_filters import ClaimFilters, filter_claims, read_filters
from fraud.detection.hit_facts import hit_facts_text
from fraud.detection.models import RuleHit, Score
from fraud.detection.suppressing import suppressions_of
from fraud.web.access import page
from fraud.web.exports import EXPORT_REASON_MIN, export_reason

PAGE_SIZE = 50


@page("fraud.view_claim")
def claim_list(request: HttpRequest) -> HttpResponse:
    """All current claims, newest first; with `run` those of a run, highest score first."""
    actor = request.actor  # type: ignore[attr-defined]
    may_see_scores = can(actor, "fraud.view_score")
    filters = read_filters(request.GET, may_see_scores=may_see_scores)
    cursor = request.GET.get("after", "")
    by_score = filters.run is not None and may_see_scores
    if by_score:
        found, count = _page_by_score(filters, cursor, actor)
    else:
        rows = filter_claims(filters, actor)
        found = keyset_page(with_names(rows), by="transacted_at", cursor=cursor, size=PAGE_SIZE)
        count = capped_count(rows)
        if filters.band:  # a score that is hidden may not be found by its band either
            hidden = scores_hidden_from(actor, [claim.pk for claim in found.rows])
            found = replace(found, rows=[claim for claim in found.rows if claim.pk not in hidden])
    context = {
        "page": found,
        "count": count,
        "filters": filters,
        "by_score": by_score,
        "scores": _latest_scores(found.rows, filters, actor) if may_see_scores else {},
        "may_see_scores": may_see_scores,
        "txn_types": Claim.TxnType.values,
        "bands": Score.Band.values,
    }
    return render(request, "fraud/claims/list.html", context)


@page("fraud.view_claim")
def claim_page(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim version: its facts, hits, scores with reasons, other versions, and what other apps add."""
    actor = request.actor  # type: ignore[attr-defined]
    claim = get_object_or_404(
        within_units(Claim.objects.all(), actor).select_related(
            "cardholder__department", "department", "merchant", "file", "original_claim"
        ),
        pk=claim_id,
    )
    record_access(
        request=request, subject=f"claim:{claim.pk}", what="claim", employee_no=claim.cardholder.employee_no
    )
    is_own = claims_involving(actor, Claim.objects.filter(pk=claim.pk)).exists()
    is_hidden = bool(blind_claims([claim.pk]))
    may_see_scores = can(actor, "fraud.view_score") and not (is_own or is_hidden)
    scores = (
        list(claim.scores.select_related("run__model_version").order_by("-run_id")[:10])
        if may_see_scores
        else []
    )
    context = {
        "claim": claim,
        # Whether it is a random check, too, is nothing for those it is about.
        "is_hidden": is_hidden and not is_own,
        "may_see_scores": may_see_scores,
        "scores": scores,
        "score": scores[0] if scores else None,
        "hits": hits_of(claim) if may_see_scores else [],
        "versions": _versions_of(claim),
        "panels": claim_panels(claim, actor),
        "neighbours": _neighbours_of(claim),
    }
    return render(request, "fraud/claims/page.html", context)


@require_POST
@page("cases.export_cases")
def export_claims(request: HttpRequest) -> HttpResponseBase:
    """The filtered claims as CSV, with a reason that is kept. Names are masked for everybody but the auditor."""
    reason = export_reason(request.POST.get("reason", ""))
    if len(reason) < EXPORT_REASON_MIN:
        message = _("Say in a few words what the export is for.")
        return render(request, "400.html", {"message": message}, status=400)
    actor = request.actor  # type: ignore[attr-defined]
    filters = read_filters(request.GET, may_see_scores=can(actor, "fraud.view_score"))
    return claims_file(export_claims_of(filters, request.GET.urlencode(), reason=reason, by=actor))


def hits_of(claim: Claim) -> list[dict[str, Any]]:
    """The rules that matched in the newest run that looked at the claim, with their facts as rows."""
    hits = list(
        RuleHit.objects.filter(claim=claim)
        .select_related("rule_version__rule", "run")
        .order_by("-run_id", "pk")[:60]
    )
    newest = hits[0].run_id if hits else None
    open_ones = suppressions_of(claim)
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


def _page_by_score(filters: ClaimFilters, cursor: str, by: Actor) -> tuple[Page, int]:
    """Claims of a run in the order of the queue, paged on (queue probability, id) of the score."""
    scores = within_units(Score.objects.filter(run=filters.run), by, "claim__cardholder__department")
    if filters.band:
        scores = scores.filter(band=filters.band)
    wanted = filter_claims(filters, by)
    narrowed = {"q", "from", "to", "min", "max", "type", "rule", "person", "merchant", "file"}
    if narrowed & {chip["key"] for chip in filters.chips}:
        scores = scores.filter(claim__in=wanted.values("pk"))
    elif by.employee_no:
        scores = scores.exclude(claim__in=claims_involving(by, Claim.objects.all()).values("pk"))
    ordered = scores.select_related("claim__cardholder", "claim__department", "claim__merchant").defer(
        "features", "reasons"
    )
    found = keyset_page(ordered, by="queue_probability", cursor=cursor, size=PAGE_SIZE)
    hidden = scores_hidden_from(by, [score.claim_id for score in found.rows])
    claims = [score.claim for score in found.rows if score.claim_id not in hidden]
    return Page(claims, found.next_cursor, found.is_later), capped_count(scores)


def _latest_scores(claims: list[Claim], filters: ClaimFilters, by: Actor) -> dict[int, Score]:
    """The newest score of each claim of a page, without those that must stay hidden."""
    ids = [claim.pk for claim in claims]
    rows = Score.objects.filter(claim_id__in=ids).only(
        "claim_id", "run_id", "band", "hybrid_probability", "is_calibrated"
    )
    if filters.run:
        rows = rows.filter(run=filters.run)
    hidden = scores_hidden_from(by, ids)
    return {score.claim_id: score for score in rows.order_by("run_id") if score.claim_id not in hidden}


def _versions_of(claim: Claim) -> list[ClaimFacts]:
    """What was said of the claim, newest first: what holds now and up to twenty versions before it."""
    earlier = claim.earlier_versions.select_related("file", "cardholder").order_by("-version")
    return [claim, *earlier[:20]]


def _neighbours_of(claim: Claim) -> list[Claim]:
    """The cardholder's claims just before and after this one."""
    own = (
        Claim.objects.filter(cardholder=claim.cardholder)
        .exclude(pk=claim.pk)
        .only("transacted_at", "has_time", "merchant_name", "amount_minor", "currency", "cardholder_id")
    )
    before = list(own.filter(transacted_at__lte=claim.transacted_at).order_by("-transacted_at", "-pk")[:4])
    after = list(own.filter(transacted_at__gt=claim.transacted_at).order_by("transacted_at", "pk")[:4])
    return [*reversed(after), *before]
