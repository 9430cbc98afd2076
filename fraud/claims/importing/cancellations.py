"""Cancellations and refunds find the purchase they take back; those that find none wait on a list.

A purchase answers for at most one cancellation of its full amount and never for more than its amount. By authorisation
code (same cardholder, not later than the cancellation, not smaller) first; then, where there is no code, the latest
purchase of exactly that amount by that cardholder at that merchant within 180 days before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import QuerySet

from fraud.claims.bulk import read_frame
from fraud.claims.models import Claim, ClaimFile

_DAYS = 180
_SCHEMA: dict[str, Any] = {
    "cancel_id": pl.Int64,
    "original_id": pl.Int64,
    "cancel_minor": pl.Int64,
    "original_minor": pl.Int64,
    "taken_minor": pl.Int64,
    "cancelled_at": pl.Datetime("us", "UTC"),
    "used_at": pl.Datetime("us", "UTC"),
}
_PAIRS = """
    SELECT n.id AS cancel_id, o.id AS original_id, -n.amount_minor AS cancel_minor, o.amount_minor AS original_minor,
           coalesce((SELECT -sum(t.amount_minor) FROM fraud_claim t
                     WHERE t.original_claim_id = o.id), 0) AS taken_minor,
           n.transacted_at AS cancelled_at, o.transacted_at AS used_at
    FROM fraud_claim n
    JOIN fraud_claim o ON o.cardholder_id = n.cardholder_id AND o.currency = n.currency
         AND o.amount_minor > 0 AND o.transacted_at <= n.transacted_at AND o.transacted_at >= {earliest}
    WHERE n.amount_minor < 0 AND n.original_claim_id IS NULL AND n.source_system = %s AND n.transacted_at >= %s
      AND {condition}
"""
_BY_CODE = "n.authorization_code <> '' AND o.authorization_code = n.authorization_code AND o.amount_minor >= -n.amount_minor"
_BY_PLACE = "n.authorization_code = '' AND o.merchant_id = n.merchant_id AND o.amount_minor = -n.amount_minor"
_EARLIEST = {
    "sqlite": f"datetime(n.transacted_at, '-{_DAYS} days')",
    "postgresql": f"n.transacted_at - interval '{_DAYS} days'",
}


def link_cancellations(*, source_system: str, since: datetime) -> int:
    """Link what can be linked among the source's cancellations since a moment; returns how many were. Transaction: caller's.

    Called after every import: originals that arrive late find the cancellations that waited for them.
    """
    return sum(_link(condition, source_system, since) for condition in (_BY_CODE, _BY_PLACE))


def _link(condition: str, source_system: str, since: datetime) -> int:
    sql = _PAIRS.format(condition=condition, earliest=_EARLIEST[connection.vendor])
    pairs = read_frame(sql, [source_system, connection.ops.adapt_datetimefield_value(since)], schema=_SCHEMA)
    left: dict[int, int] = {}
    chosen: dict[int, int] = {}
    ordered = pairs.sort(
        "cancelled_at", "cancel_id", "used_at", "original_id", descending=[False, False, True, True]
    )
    for cancel, original, amount, whole, taken, *_ in ordered.iter_rows():
        if cancel in chosen:
            continue
        remaining = left.setdefault(original, whole - taken)
        if amount <= remaining:
            chosen[cancel] = original
            left[original] = remaining - amount
    rows = [Claim(id=cancel, original_claim_id=original) for cancel, original in chosen.items()]
    Claim.objects.bulk_update(rows, ["original_claim"], batch_size=500)
    return len(rows)


def unlinked_cancellations(file: ClaimFile | None = None) -> QuerySet[Claim]:
    """The work list: current cancellations and refunds without their original, newest first."""
    claims = Claim.objects.filter(amount_minor__lt=0, original_claim=None)
    if file is not None:
        claims = claims.filter(file=file)
    return claims.select_related("cardholder", "merchant").order_by("-transacted_at", "-id")
