"""Which claims a run looks at, as of its cut-off: the same answer however often it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from fraud.claims.bulk import read_frame
from fraud.claims.reading import IDENTITY, db_time, known_claims, read_many_claims
from fraud.detection.features import HISTORY_DAYS
from fraud.detection.models import RunPart, ScreeningRun

_PENDING = """
    SELECT c.id AS claim_id, c.version AS claim_version, c.cardholder_id, c.transacted_at FROM {claims}
    WHERE NOT c.is_history AND NOT EXISTS (
        SELECT 1 FROM fraud_score s WHERE s.claim_id = c.id AND s.claim_version = c.version AND s.run_id < %s)
"""
_PENDING_SCHEMA: dict[str, Any] = {
    "claim_id": pl.Int64,
    "claim_version": pl.Int64,
    "cardholder_id": pl.Int64,
    "transacted_at": pl.Datetime("us", "UTC"),
}


#: What became known after the run that last looked: delivered rows, and the earlier versions and purchases they change.
_NEWS = """
    SELECT c.cardholder_id, c.merchant_id, c.transacted_at FROM {claims}
    WHERE c.received_at > %s
    UNION ALL SELECT v.cardholder_id, v.merchant_id, v.transacted_at FROM fraud_claimversion v
    WHERE v.superseded_at > %s AND v.superseded_at <= %s
    UNION ALL SELECT k.cardholder_id, k.merchant_id, k.transacted_at FROM fraud_claimchange g
    JOIN fraud_claim k ON k.id = g.claim_id WHERE g.at > %s AND g.at <= %s
"""
_NEWS_SCHEMA: dict[str, Any] = {
    "cardholder_id": pl.Int64,
    "merchant_id": pl.Int64,
    "transacted_at": pl.Datetime("us", "UTC"),
}
#: Claims judged before in the version that is known now, from a moment on.
_JUDGED = """
    SELECT c.id AS claim_id, c.version AS claim_version, c.cardholder_id, c.merchant_id, c.transacted_at
    FROM {claims} WHERE c.transacted_at >= %s AND NOT c.is_history AND EXISTS (
        SELECT 1 FROM fraud_score s WHERE s.claim_id = c.id AND s.claim_version = c.version AND s.run_id < %s)
"""
_JUDGED_SCHEMA: dict[str, Any] = {
    "claim_id": pl.Int64,
    "claim_version": pl.Int64,
    "cardholder_id": pl.Int64,
    "merchant_id": pl.Int64,
    "transacted_at": pl.Datetime("us", "UTC"),
}


def pending_claims(run: ScreeningRun) -> pl.DataFrame:
    """`claim_id, claim_version, cardholder_id, transacted_at` of the run's claims, by claim_id.

    Current at the cut-off and no history: those never scored by an earlier run in this version, and those scored before
    into whose windows something came that became known since.
    """
    claims, known = known_claims(run.cut_off_at)
    sql = _PENDING.format(claims=claims)
    new = read_frame(sql, [*known, run.pk], schema=_PENDING_SCHEMA)
    return pl.concat([new, _judged_again(run)]).unique("claim_id").sort("claim_id")


def _judged_again(run: ScreeningRun) -> pl.DataFrame:
    """Claims scored before that share a cardholder or merchant with something at or before them that became known since."""
    news = _news(run)
    earliest = news["transacted_at"].min()
    claims, known = known_claims(run.cut_off_at)
    if earliest is None:
        return pl.DataFrame(schema=_PENDING_SCHEMA)
    sql = _JUDGED.format(claims=claims)
    judged = read_frame(sql, [*known, db_time(earliest), run.pk], schema=_JUDGED_SCHEMA)  # type: ignore[arg-type]
    found = [_behind(judged, news, key) for key in ("cardholder_id", "merchant_id")]
    return pl.concat(found).unique("claim_id").select(*_PENDING_SCHEMA)


def _news(run: ScreeningRun) -> pl.DataFrame:
    """What became known between the cut-off of the last run that scored everything and this one's: `_NEWS_SCHEMA`."""
    whole = ScreeningRun.objects.filter(pk__lt=run.pk, state=ScreeningRun.State.FINISHED)
    whole = whole.exclude(parts__state=RunPart.State.QUARANTINED)
    last = whole.order_by("-cut_off_at").values_list("cut_off_at", flat=True).first()
    if last is None:
        return pl.DataFrame(schema=_NEWS_SCHEMA)
    since, until = db_time(last), db_time(run.cut_off_at)
    claims, known = known_claims(run.cut_off_at)
    sql = _NEWS.format(claims=claims)
    return read_frame(sql, [*known, since, since, until, since, until], schema=_NEWS_SCHEMA)


def _behind(judged: pl.DataFrame, news: pl.DataFrame, key: str) -> pl.DataFrame:
    """Judged claims with a piece of news of the same key at or before them, no further back than windows reach."""
    latest = news.select(key, transacted_at="transacted_at", at="transacted_at").sort("transacted_at")
    found = judged.sort("transacted_at").join_asof(
        latest, on="transacted_at", by=key, tolerance=timedelta(days=HISTORY_DAYS), check_sortedness=False
    )
    return found.filter(pl.col("at").is_not_null()).select(judged.columns)


def claims_since(cut_off: datetime, since: datetime | None, until: datetime | None = None) -> pl.DataFrame:
    """The canonical frame of everything current at the cut-off and transacted from `since` (to `until`, exclusive)."""
    limits: list[tuple[str, object]] = []
    if since is not None:
        limits.append(("c.transacted_at >= %s", db_time(since)))
    if until is not None:
        limits.append(("c.transacted_at < %s", db_time(until)))
    where = " AND ".join(condition for condition, _ in limits) or "1 = 1"
    return read_many_claims(cut_off, where, [value for _, value in limits], without=IDENTITY)


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
