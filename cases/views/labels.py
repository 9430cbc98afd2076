"""The page of labels and its export, for the model owner and the auditor."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.exports import csv_response
from audit.paging import capped_count, keyset_page
from cases.pages.labels import (
    EXPORT_HEAD,
    PAGE_SIZE,
    VERDICT_WORDS,
    export_labels,
    label_rows,
    label_tables,
    labels_that_hold,
    read_label_filters,
    shown_labels,
)
from fraud.claims.outcomes.words import SOURCE_WORDS
from fraud.web.access import page
from fraud.web.exports import EXPORT_REASON_MIN, export_reason
from fraud.web.tables import csv_answer


@page("fraud.view_labels")
@require_GET
def labels(request: HttpRequest) -> HttpResponseBase:
    """What is known, how far judgements agree, and the list; nothing the reader is involved in."""
    by = request.actor
    filters = read_label_filters(request.GET)
    known = labels_that_hold(by)
    tables = label_tables(known, by)
    if (answer := csv_answer(request, list(tables.values()))) is not None:
        return answer
    rows = label_rows(filters, by)
    found = keyset_page(rows, by="known_at", cursor=request.GET.get("after", ""), size=PAGE_SIZE)
    context = {
        "filters": filters,
        "page": found,
        "rows": shown_labels(found.rows, frozenset(known["label_id"])),
        "count": capped_count(rows),
        "tables": tables,
        "sources": SOURCE_WORDS,
        "verdicts": VERDICT_WORDS,
        "n_known": known.height,
        "n_misuse": int(known["is_misuse"].sum()),
    }
    return render(request, "cases/labels/page.html", context)


@page("fraud.view_labels")
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered labels as CSV, with a reason that is kept."""
    reason, by = export_reason(request.POST.get("reason", "")), request.actor
    if len(reason) < EXPORT_REASON_MIN:
        message = _("Say in a few words what the export is for.")
        return render(request, "400.html", {"message": message}, status=400)
    lines = export_labels(read_label_filters(request.GET), request.GET.urlencode(), reason=reason, by=by)
    return csv_response("labels", EXPORT_HEAD, lines)
