"""The undo that pages offer for the last step."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from cases.models import Case
from cases.services.undo import can_undo

UNDO_KEY = "undo"  # session: what the last step was and on which case


def undo_context(request: HttpRequest) -> dict[str, Any] | None:
    """The undo on offer: only while it would still work."""
    kept = request.session.get(UNDO_KEY)
    if not kept:
        return None
    case = Case.objects.filter(reference=kept["case"]).first()
    if case is None or not can_undo(case, request.actor):  # type: ignore[attr-defined]
        request.session.pop(UNDO_KEY, None)
        return None
    return {"case": case, "action": kept["action"]}
