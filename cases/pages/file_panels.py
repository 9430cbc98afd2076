"""What a delivery's page says of cases: which of them it changed, for those who may see them."""

from __future__ import annotations

from django.template.loader import render_to_string

from audit.actor import Actor
from audit.language import current_language
from audit.models import AuditEvent
from audit.permissions import can
from cases.services.claim_changes import ACTION, changed_pairs
from cases.visibility import visible_cases
from fraud.claims.models import ClaimChange, ClaimFile
from fraud.claims.panels import register_file_panel

MAX_SHOWN = 30


def cases_of_file(file: ClaimFile, by: Actor) -> str:
    """The cases that followed what this delivery changed of their claims, each with what its chain keeps of it."""
    if not can(by, "cases.view_case"):
        return ""
    changed = ClaimChange.objects.filter(file=file).values("claim")
    found = visible_cases(by).filter(alerts__claim__in=changed).distinct().order_by("-id")
    cases = {f"case:{case.reference}": case for case in found[:MAX_SHOWN]}
    rows = []
    events = AuditEvent.objects.filter(subject__in=cases, action=ACTION).order_by("subject", "pk")
    for event in events:
        told = event.after or {}
        if told.get("file") == file.reference:
            facts = changed_pairs(told, current_language())
            rows.append(
                {
                    "case": cases[event.subject],
                    "claim": told["claim"],
                    "facts": facts,
                    "has_left": told.get("has_left"),
                }
            )
    if not rows:
        return ""
    more = max(found.count() - MAX_SHOWN, 0)
    return render_to_string("cases/case/_file_panel.html", {"rows": rows, "n_more": more})


register_file_panel(cases_of_file)
