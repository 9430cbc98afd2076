"""Which claims a run looks at, as of its cut-off: the same answer however often it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from django.db import connection

from fraud.claims.bulk import read_frame
from fraud.claims.reading import IDENTITY, read_many_claims
from fraud.detection.features import HISTORY_DAYS
from fraud.detection.models import ScreeningRun

#: A version counts from its receipt until the next one's: what arrives after the cut-off changes nothing.
_CURRENT = (
    "c.received_at <= %s AND (c.is_current OR EXISTS ("
    "SELECT 1 FROM fraud_claim n WHERE n.supersedes_id = c.id AND n.received_at > %s))"
)
_PENDING = f"""
    SELECT c.id AS claim_id, c.cardholder_id, c.transacted_at FROM fraud_claim c
    WHERE NOT c.is_history AND {_CURRENT}
      AND NOT EXISTS (SELECT 1 FROM fraud_score s WHERE s.claim_id = c.id AND s.run_id < %s)
"""
_PENDING_SCHEMA = {"claim_id": pl.Int64, "cardholder_id": pl.Int64, "transacted_at": pl.Datetime("us", "UTC")}


def db_time(moment: datetime) -> object:
    """A moment as a parameter of raw SQL on either database."""
    return connection.ops.adapt_datetimefield_value(moment)


def pending_claims(run: ScreeningRun) -> pl.DataFrame:
    """`claim_id, cardholder_id, transacted_at` of the run's claims, by claim_id.

    Current at the cut-off, no history, and never scored by an earlier run in this version; a claim that arrived late is
    therefore simply among the next night's.
    """
    at = db_time(run.cut_off_at)
    return read_frame(_PENDING, [at, at, run.pk], schema=_PENDING_SCHEMA).sort("claim_id")


def claims_since(cut_off: datetime, since: datetime | None, until: datetime | None = None) -> pl.DataFrame:
    """The canonical frame of everything current at the cut-off and transacted from `since` (to `until`, exclusive)."""
    at = db_time(cut_off)
    where, params = _CURRENT, [at, at]
    if since is not None:
        where, params = f"{where} AND c.transacted_at >= %s", [*params, db_time(since)]
    if until is not None:
        where, params = f"{where} AND c.transacted_at < %s", [*params, db_time(until)]
    return read_many_claims(where, params, without=IDENTITY)


def history_start(earliest: datetime) -> datetime:
    """How far back claims reach any feature of a claim transacted at `earliest`."""
    return earliest - timedelta(days=HISTORY_DAYS)


def bucket_sizes(cardholders: np.ndarray, largest: int) -> list[int]:
    """Claims per bucket `cardholder_id % n`, with the least n that leaves no bucket above `largest`.

    A single person with more than `largest` claims stays whole: n stops at twice what even buckets would need.
    """
    least = max(-(-len(cardholders) // largest), 1)
    sizes = np.zeros(0, dtype=np.int64)
    for n in range(least, 2 * least + 1):
        sizes = np.bincount(cardholders % n, minlength=n)
        if sizes.max(initial=0) <= largest:
            break
    return [int(size) for size in sizes]
