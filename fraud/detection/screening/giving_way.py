"""A failed night's parts are counted anew when it is taken up again: what other nights have judged meanwhile is theirs."""

from __future__ import annotations

import polars as pl
from django.db import connection

from audit.transactions import after_commit, one_transaction
from fraud.claims.bulk import read_frame
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.screening.frames import forget_frames
from fraud.detection.screening.pending import pending_claims
from fraud.detection.screening.scored_rows import part_rows
from fraud.detection.screening.stages import put_stage, stage_of

#: Claims that the run scored and a later one that ended judged again: nobody asks for the older judgement any more.
_LOST = """
    SELECT s.claim_id FROM fraud_score s WHERE s.run_id = %s AND EXISTS (
        SELECT 1 FROM fraud_score n JOIN fraud_screeningrun r ON r.id = n.run_id
        WHERE n.claim_id = s.claim_id AND n.run_id > s.run_id AND n.claim_version >= s.claim_version AND r.state = 'finished')
"""
_HITS = f"SELECT h.claim_id FROM fraud_rulehit h WHERE h.run_id = %s AND h.claim_id IN ({_LOST})"
_ID = {"claim_id": pl.Int64}


def give_way(run: ScreeningRun) -> int:
    """Leave to other nights what they judged since the run was cut; returns how many claims it looks at less.

    For a run that is taken up again and has opened no case: its waiting parts get smaller, its scores of what was judged again
    go, and nobody stores any more what was in hand when it failed.
    """
    before = run.n_claims
    with one_transaction():
        RunPart.objects.filter(run=run, state=RunPart.State.TAKEN).update(
            state=RunPart.State.WAITING, lease_token="", lease_until=None
        )
        mine = pending_claims(run)
        lost = read_frame(_LOST, [run.pk], schema=_ID)["claim_id"]
        hits = read_frame(_HITS, [run.pk, run.pk], schema=_ID)["claim_id"]
        _forget_lost(run)
        gone = mine.filter(pl.col("claim_id").is_in(lost.implode()))
        left = mine.join(gone, on="claim_id", how="anti")
        for part in RunPart.objects.filter(run=run).order_by("number"):
            _count_anew(part, left, gone, hits)
        run.n_claims = left.height
        run.save(update_fields=["n_claims"])
        prepared = stage_of(run, "prepare")
        if prepared and before != left.height:
            told = {**prepared["counts"], "claims": left.height}
            told["overtaken"] = told.get("overtaken", 0) + before - left.height
            put_stage(run, {**prepared, "counts": told})
        after_commit(forget_frames)
    return before - left.height


def _forget_lost(run: ScreeningRun) -> None:
    with connection.cursor() as cursor:
        for table in ("fraud_rulehit", "fraud_score"):  # hits first: they are found by the scores
            cursor.execute(
                f"DELETE FROM {table} WHERE run_id = %s AND claim_id IN ({_LOST})", [run.pk, run.pk]
            )


def _count_anew(part: RunPart, left: pl.DataFrame, gone: pl.DataFrame, hits: pl.Series) -> None:
    """A part that is stored loses what is gone; one that is not has what is left, and is done where that is nothing."""
    if part.state == RunPart.State.DONE:
        taken = gone["claim_id"][part_rows(gone, part.spec).tolist()]
        if part.n_scored and len(taken):
            n_hits = int(hits.is_in(taken.implode()).sum())
            part.n_claims, part.n_scored = part.n_claims - len(taken), part.n_scored - len(taken)
            part.result = {**part.result, "hits": part.result.get("hits", 0) - n_hits}
    else:
        part.n_claims = len(part_rows(left, part.spec))
        if not part.n_claims:
            part.state = RunPart.State.DONE
    part.save(update_fields=["state", "n_claims", "n_scored", "result"])
