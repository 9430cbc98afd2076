"""What other nights have judged of a night that failed, was overtaken and is taken up again: theirs, not its own any more.

A claim is judged once a version, by the night that reaches it first. A later night had all claims that the failed one had not
scored. While a night works no other one scores (`cases/services/nights_due.py`), so that the answer holds until it ends.
"""

from __future__ import annotations

import polars as pl

from fraud.claims.bulk import read_frame
from fraud.claims.reading import known_claims
from fraud.detection.models import ScreeningRun

_OWN = """
    SELECT c.id AS claim_id, c.version AS claim_version, c.cardholder_id, c.transacted_at FROM {claims}
    JOIN fraud_score o ON o.claim_id = c.id WHERE o.run_id = %s
"""
_JUDGED_LATER = """
    SELECT s.claim_id, MAX(s.claim_version) AS judged FROM fraud_score s WHERE s.run_id > %s
    AND NOT EXISTS (SELECT 1 FROM fraud_score o WHERE o.run_id = %s AND o.claim_id = s.claim_id) GROUP BY s.claim_id
"""


def was_taken_up(run: ScreeningRun) -> bool:
    """Whether somebody stepped in since the run was begun: no other one can have got ahead of it before."""
    return run.version > 0


def of_run_alone(run: ScreeningRun, found: pl.DataFrame) -> pl.DataFrame:
    """Claims a run was to look at (columns of `pending_claims`), without what a later one judged; what it scored itself stays."""
    if not was_taken_up(run):
        return found
    claims, known = known_claims(run.cut_off_at)
    own = read_frame(_OWN.format(claims=claims), [*known, run.pk], schema=dict(found.schema))
    later = read_frame(_JUDGED_LATER, [run.pk, run.pk], schema={"claim_id": pl.Int64, "judged": pl.Int64})
    is_left = pl.col("judged").is_null() | (pl.col("judged") < pl.col("claim_version"))
    left = found.join(later, on="claim_id", how="left").filter(is_left).drop("judged")
    return pl.concat([left, own]).unique("claim_id")
