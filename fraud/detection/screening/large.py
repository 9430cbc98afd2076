"""A large night in two phases: windows of all its claims over few columns, then whole claims a stretch of time after the other.

So what a process holds at once grows with a stretch, not with the night: features, hits and texts of one part, beside what windows
read of everything while they are worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from audit import faults
from fraud.claims.bulk import forget_pages, return_memory
from fraud.claims.received import one_look, received_by
from fraud.claims.segments import advance_segments
from fraud.company.values import current_calendar
from fraud.detection.features import COMPUTED
from fraud.detection.features.build import with_own_facts
from fraud.detection.models import ScreeningRun
from fraud.detection.screening.context import columns_of_past
from fraud.detection.screening.kept_windows import (
    ASKED,
    KeptWindows,
    Rows,
    alone,
    begin,
    folder_of,
    frame_digest,
    keep_pending,
    kept_windows,
    key_of,
    lay_down,
    list_files,
)
from fraud.detection.screening.reads import claims_of, claims_since, past_of
from fraud.detection.screening.rulebook import RunRules, rules_of
from fraud.detection.screening.timing import timed
from fraud.detection.screening.window_pieces import forget_piece, listed, pieces_of, work_out
from fraud.detection.screening.windows import history_start, latest_reached
from rules.engine import Outcome, RuleSpec

#: Claims that are whole in memory at once.
MOST_AT_ONCE = 50_000
_TICK = timedelta(microseconds=1)


class ClaimsMoved(RuntimeError):
    """The claims of a stretch are not those whose windows were worked out."""


class WindowsGone(RuntimeError):
    """Windows that were just worked out are not there, or not as they were written."""


@dataclass(frozen=True)
class Judged:
    """Claims in the order of time with their features, and what the rules say of them."""

    features: pl.DataFrame
    outcome: Outcome
    rules: RunRules


def stretches(moments: pl.Series, largest: int) -> list[tuple[dict[str, Any], int]]:
    """(spec, size) of parts of a night by time: each begins where the last ends, the first and the last have no limit.

    Claims of one moment stay together, however many.
    """
    at, sizes, n = moments.sort(), [], len(moments)
    n_parts = max(-(-n // largest), 1)
    cuts = [at[round(i * n / n_parts)] for i in range(1, n_parts)]
    limits: list[datetime | None] = [None, *dict.fromkeys(cut for cut in cuts if cut > at[0]), None]
    for since, until in pairwise(limits):
        first = 0 if since is None else int(at.search_sorted(since, side="left"))
        last = n if until is None else int(at.search_sorted(until, side="left"))
        spec = {"since": _text(since), "until": _text(until)}
        sizes.append((spec, last - first))
    return sizes


def limits_of(spec: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """The stretch of time a part's spec names."""
    since, until = (datetime.fromisoformat(spec[name]) if spec[name] else None for name in ("since", "until"))
    return since, until


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def is_in_two_phases(specs: Sequence[RuleSpec]) -> bool:
    """Whether windows of these rules can be answered from few columns of every claim."""
    return columns_of_past(specs) is not None


#: Has pieces of a kind done, here and where somebody helps: what came of each, in their order.
Share = Callable[[str, Sequence[dict[str, Any]]], list[dict[str, Any]]]


def windows_of_night(
    run: ScreeningRun, pending: pl.DataFrame, told: pl.DataFrame, share: Share | None = None
) -> KeptWindows:
    """The windows of a run's claims: those kept, or worked out now and kept; pieces of that by whom `share` finds."""
    with one_look():
        key = _key(run, pending, told)
        found = kept_windows(run.pk, key)
        if found is not None:
            return found
        with alone(run.pk):
            found = kept_windows(run.pk, key)
            if found is None:
                _work_out(run, pending, told, key, share)
                found = kept_windows(run.pk, key)
            if (
                found is None and share is not None
            ):  # a piece that was done elsewhere is not as it was written
                _work_out(run, pending, told, key, None)
                found = kept_windows(run.pk, key)
    if found is None:
        raise WindowsGone(
            f"what windows say of the claims of {run.reference} was written and cannot be read back; "
            f"look at the disk of {folder_of(run.pk).parent}, then start the night again"
        )
    return found


def _key(run: ScreeningRun, pending: pl.DataFrame, told: pl.DataFrame) -> str:
    looked_at = frame_digest(pending.select("claim_id", "claim_version"))
    seen = run.cut_off_at.isoformat(), received_by(run.cut_off_at), frame_digest(told)
    days = sorted(current_calendar().holidays)
    return key_of(run.pk, looked_at, *seen, run.rule_set_hash, days, settings.TIME_ZONE, sorted(COMPUTED))


def seen_by(run: ScreeningRun) -> str:
    """What a run's claims rest on: what had been received when it looked for them, and who stepped in since.

    One that was taken up again looks at less: what others judged meanwhile is theirs.
    """
    return f"{run.cut_off_at.isoformat()} {received_by(run.cut_off_at)} {run.version}"


def _work_out(
    run: ScreeningRun, pending: pl.DataFrame, told: pl.DataFrame, key: str, share: Share | None
) -> None:
    faults.hit("features.start")
    columns_made(run, share)
    forget_pages()
    folder = begin(run.pk)
    keep_pending(run.pk, seen_by(run), pending)
    claims = _narrow(run, pending)
    asked = claims.filter(ASKED).select("claim_id", "transacted_at")
    laid = lay_down(folder, key, claims, told)
    del claims
    return_memory()
    pieces = pieces_of(run, key)
    done = [work_out(run, piece) for piece in pieces] if share is None else share("windows", pieces)
    forget_piece()
    laid.forget()
    list_files(folder, key, asked, *listed(run, pieces, done))
    return_memory()


def columns_made(run: ScreeningRun, share: Share | None) -> None:
    """Bring the columns up to the run's cut-off; those of all claims a piece at a time by whom `share` finds."""
    with timed("columns"):
        if share is None:
            advance_segments(run.cut_off_at)
        else:
            advance_segments(run.cut_off_at, lambda jobs: share("columns", jobs))


def _narrow(run: ScreeningRun, pending: pl.DataFrame) -> pl.DataFrame:
    """What windows look at of every claim they reach, by time; ASKED marks the run's own."""
    rules = rules_of(run)
    columns = columns_of_past(rules.specs)
    earliest, latest = pending["transacted_at"].min(), pending["transacted_at"].max()
    assert columns is not None
    assert isinstance(earliest, datetime)
    assert isinstance(latest, datetime)
    with timed("read"):
        until = latest_reached(latest, rules.specs) + _TICK
        since = history_start(earliest, rules.specs)
        claims = past_of(run.cut_off_at, since, until, columns | {"approver_id"})
        return claims.with_columns(pl.col("claim_id").is_in(pending["claim_id"].implode()).alias(ASKED))


def judge_stretch(run: ScreeningRun, kept: KeptWindows, spec: dict[str, Any]) -> Judged:
    """The claims of a part's stretch of time. Raises ClaimsMoved."""
    rows = kept.between(*limits_of(spec))
    asked = kept.claims[rows]
    first, last = asked["transacted_at"].min(), asked["transacted_at"].max()
    with timed("read"), one_look():
        claims = (
            claims_since(run.cut_off_at, first, last + _TICK)
            if isinstance(first, datetime) and isinstance(last, datetime)
            else claims_of(run.cut_off_at, asked["claim_id"])
        )
        claims = claims.filter(pl.col("claim_id").is_in(asked["claim_id"].implode()))
    return _judge(run, kept, rows, claims)


def judge_claims(run: ScreeningRun, kept: KeptWindows, claim_ids: Sequence[int]) -> Judged:
    """Some claims of the run, wherever they are; those it does not look at are left out. Raises ClaimsMoved."""
    rows: NDArray[np.int64] = kept.rows_of(claim_ids)
    return _judge(run, kept, rows, claims_of(run.cut_off_at, kept.claims["claim_id"][rows.tolist()]))


def _judge(run: ScreeningRun, kept: KeptWindows, rows: Rows, claims: pl.DataFrame) -> Judged:
    asked = kept.claims[rows] if isinstance(rows, slice) else kept.claims[rows.tolist()]
    if not claims["claim_id"].equals(asked["claim_id"]):
        raise ClaimsMoved(
            f"{asked.height} claims of {run.reference} were worked out, {claims.height} are there"
        )
    rules = rules_of(run)
    with timed("features"):
        features = with_own_facts(
            claims, kept.behind(rows), calendar=current_calendar(), zone=settings.TIME_ZONE
        )
    with timed("rules"):
        outcome = rules.evaluate(features, None, answers=kept.answers(rows, rules.windows()))
    return Judged(features, outcome, rules)
