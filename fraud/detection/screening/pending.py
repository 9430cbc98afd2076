"""Which claims a run looks at, as of its cut-off: the same answer however often it is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from django.conf import settings

from fraud.claims.bulk import read_frame
from fraud.claims.reading import db_time, known_claims
from fraud.claims.received import one_look
from fraud.detection.models import ScreeningRun
from fraud.detection.screening.news import judged_again
from fraud.detection.screening.overtaken import of_run_alone
from fraud.detection.screening.settled import note_received, settled_until

_PENDING = """
    SELECT c.id AS claim_id, c.version AS claim_version, c.cardholder_id, c.transacted_at FROM {claims}
    WHERE {since}NOT c.is_history AND NOT EXISTS (
        SELECT 1 FROM fraud_score s WHERE s.claim_id = c.id AND s.claim_version = c.version AND s.run_id < %s)
"""
#: A look back takes history, and leaves alone what has an outcome already.
_PAST = """
    SELECT c.id AS claim_id, c.version AS claim_version, c.cardholder_id, c.transacted_at FROM {claims}
    WHERE c.is_history AND c.transacted_at >= %s AND c.transacted_at < %s
    AND NOT EXISTS (SELECT 1 FROM fraud_label l WHERE l.claim_id = c.id AND l.known_at <= %s)
    AND NOT EXISTS (
        SELECT 1 FROM fraud_score s WHERE s.claim_id = c.id AND s.claim_version = c.version AND s.run_id < %s)
"""
_WEEK = timedelta(days=7)
_PENDING_SCHEMA: dict[str, Any] = {
    "claim_id": pl.Int64,
    "claim_version": pl.Int64,
    "cardholder_id": pl.Int64,
    "transacted_at": pl.Datetime("us", "UTC"),
}


def pending_claims(run: ScreeningRun) -> pl.DataFrame:
    """`claim_id, claim_version, cardholder_id, transacted_at` of the run's claims, by claim_id.

    A look back's are the history of its week. A night's are current at the cut-off and no history: those never scored by an earlier run in this version, and those scored before
    into whose windows something came that became known since. One that was taken up again leaves out what a later run judged (`overtaken`).
    """
    if run.source == ScreeningRun.LOOK_BACK:
        return of_run_alone(run, _paid_in_week(run)).sort("claim_id")
    with one_look():  # what comes late under an earlier cut-off from here on is in no note of this run
        settled = settled_until(run)
        note_received(run)
        return _pending(run, settled)


def _paid_in_week(run: ScreeningRun) -> pl.DataFrame:
    """The history paid in the seven days up to the run's business date, without what somebody has judged."""
    end = datetime.combine(run.business_date + timedelta(days=1), clock(0), ZoneInfo(settings.TIME_ZONE))
    claims, known = known_claims(run.cut_off_at)
    limits = [db_time((end - _WEEK).astimezone(UTC)), db_time(end.astimezone(UTC)), db_time(run.cut_off_at)]
    return read_frame(_PAST.format(claims=claims), [*known, *limits, run.pk], schema=_PENDING_SCHEMA)


def _pending(run: ScreeningRun, settled: datetime | None) -> pl.DataFrame:
    claims, known = known_claims(run.cut_off_at)
    since, after = ("c.received_at > %s AND ", [db_time(settled)]) if settled else ("", [])
    sql = _PENDING.format(claims=claims, since=since)
    new = read_frame(sql, [*known, *after, run.pk], schema=_PENDING_SCHEMA)
    found = pl.concat([new, judged_again(run)]).unique("claim_id")
    return of_run_alone(run, found).sort("claim_id")


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
