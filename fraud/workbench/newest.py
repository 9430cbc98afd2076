"""When something last became known that a frame of claims tells: of claims, receipts, outcomes, and people's days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max, Model, QuerySet

from fraud.claims.models import (
    Absence,
    Claim,
    Label,
    OvertimeApproval,
    Position,
    PreApproval,
    Receipt,
    Relative,
    Trip,
    Vehicle,
)

#: Rows that hold from one moment and up to another.
_HELD: tuple[type[Model], ...] = (
    Receipt, Absence, Trip, OvertimeApproval, Position, PreApproval, Relative, Vehicle,
)  # fmt: skip


def newest_known() -> datetime | None:
    """The moment by which everything that was delivered so far is known; None while there are no claims."""
    claims = newest(Claim, "received_at")
    if claims is None:
        return None
    linked = Claim.objects.filter(original_claim_id__gt=0)  # an index answers "above 0"
    told = [claims, newest(linked, "linked_at"), newest(Label, "known_at")]
    for model in _HELD:
        ended = model._default_manager.filter(superseded_at__isnull=False)
        told += [newest(model, "received_at"), newest(ended, "superseded_at")]
    return max(at for at in told if at is not None)


def newest(of: type[Model] | QuerySet[Any], name: str) -> Any:
    """The greatest value of a column: asked alone, an index answers it, and several at once read the whole table."""
    rows = of if isinstance(of, QuerySet) else of._default_manager.all()
    return rows.aggregate(newest=Max(name))["newest"]
