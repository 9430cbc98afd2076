"""One inbox for whatever waits for a second person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.asked import asked_of
from cases.pages.approval_rows import KIND_WORDS
from cases.pages.approvals import inbox_of
from fraud.web.access import page


@page("cases.approve_decision", "rules.activate_rule", "fraud.promote_version", "fraud.approve_access")
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """What the reader may decide, the oldest first; each leads to the page where it is decided."""
    rows = inbox_of(request.actor)  # type: ignore[attr-defined]
    kind = asked_of(request, "kind").choice("kind", KIND_WORDS)
    counts = {code: sum(row.kind == code for row in rows) for code in KIND_WORDS}
    tabs = [
        {"href": f"?kind={code}", "label": word, "count": counts[code], "is_current": code == kind}
        for code, word in KIND_WORDS.items()
        if counts[code]
    ]
    shown = [row for row in rows if row.kind == kind] if kind in counts else rows
    context = {"rows": shown, "tabs": tabs, "n": len(rows), "is_all": kind not in counts}
    return render(request, "cases/approvals/page.html", context)
