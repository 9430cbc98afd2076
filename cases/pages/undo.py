"""The undo that pages offer for the last step."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from cases.models import Case
from cases.services.undo import can_undo

UNDO_KEY = "undo"  # session: what the last step was and on which cases


def remember_undo(request: HttpRequest, references: list[str], action: str) -> None:
    """Offer to take this step back on these cases together."""
    request.session[UNDO_KEY] = {"cases": references, "action": action}


def undo_context(request: HttpRequest) -> dict[str, Any] | None:
    """The undo on offer: only while it would still work. `case` where it was one, `cases` all of them."""
    kept = request.session.get(UNDO_KEY)
    if not kept:
        return None
    found = Case.objects.filter(reference__in=kept.get("cases") or [kept.get("case")])
    cases = [case for case in found.order_by("pk") if can_undo(case, request.actor)]  # type: ignore[attr-defined]
    if not cases:
        request.session.pop(UNDO_KEY, None)
        return None
    return {"case": cases[0], "cases": cases, "action": kept["action"]}
