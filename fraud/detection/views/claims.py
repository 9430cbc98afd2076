"""The claims: a list over all of them, one claim with everything known about it, and an export."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from audit.actor import Actor
from audit.paging import Page, capped_count, keyset_page
from audit.permissions import can
from audit.services import record_access
from fraud.claims.identity import claims_involving, involved_in
from fraud.claims.models import Claim
from fraud.claims.panels import blind_claims, claim_panels, scores_hidden_from
from fraud.claims.units import within_units
from fraud.detection.claim_export import claims_file, export_claims_of
from fraud.detection.claim_filters import ClaimFilters, filter_claims, read_filters
from fraud.detection.claim_page import (
    find_shown_claim,
    hits_of,
    neighbours_of,
    scores_of,
    sources_of,
    versions_of,
)
from fraud.detection.claim_rows import read_claims, scores_to_show
from fraud.detection.models import Score
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
        keys = rows.values_list("transacted_at", "pk", named=True)
        found = keyset_page(keys, by="transacted_at", cursor=cursor, size=PAGE_SIZE)
        count = capped_count(rows)
        listed = [row.pk for row in found.rows]
        if filters.band:  # a score that is hidden may not be found by its band either
            hidden = scores_hidden_from(actor, listed)
            listed = [pk for pk in listed if pk not in hidden]
        found = replace(found, rows=read_claims(listed))
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
    claim = find_shown_claim(claim_id, actor)
    record_access(
        request=request, subject=f"claim:{claim.pk}", what="claim", employee_no=claim.cardholder.employee_no
    )
    is_own = bool(involved_in(actor, [claim.pk]))
    is_hidden = bool(blind_claims([claim.pk]))
    may_see_scores = can(actor, "fraud.view_score") and not (is_own or is_hidden)
    scores = scores_of(claim) if may_see_scores else []
    context = {
        "claim": claim,
        # Whether it is a random check, too, is nothing for those it is about.
        "is_hidden": is_hidden and not is_own,
        "may_see_scores": may_see_scores,
        "scores": scores,
        "score": scores[0] if scores else None,
        "hits": hits_of(claim) if may_see_scores else [],
        "versions": versions_of(claim),
        "sources": sources_of(claim),
        "panels": claim_panels(claim, actor),
        "neighbours": neighbours_of(claim),
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
    keys = scores.values_list("queue_probability", "pk", "claim_id", named=True)
    found = keyset_page(keys, by="queue_probability", cursor=cursor, size=PAGE_SIZE)
    hidden = scores_hidden_from(by, [row.claim_id for row in found.rows])
    claims = read_claims([row.claim_id for row in found.rows if row.claim_id not in hidden])
    return replace(found, rows=claims), capped_count(scores)


def _latest_scores(claims: list[Claim], filters: ClaimFilters, by: Actor) -> dict[int, Score]:
    """The newest score of each claim of a page, without those that must stay hidden."""
    ids = [claim.pk for claim in claims]
    hidden = scores_hidden_from(by, ids)
    shown = [pk for pk in ids if pk not in hidden]
    rows = scores_to_show(shown, filters.run.pk if filters.run else None)
    return {score.claim_id: score for score in rows}
