"""Hits of a benchmark's claims as the selection reads them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection import HITS, lifted_by_unproven
from fraud.detection.scoring.beliefs import RuleEvidence

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def with_unproven(
    claims: pl.DataFrame, hits: Mask, codes: Sequence[str], evidence: list[RuleEvidence], threshold: float
) -> pl.DataFrame:
    """The claims with the column `unproven` of SCORED; hits (n, rules) of these claims, row by row."""
    row, column = np.nonzero(hits)
    ids = claims["claim_id"].to_numpy()[row]
    each = pl.DataFrame(
        {"claim_id": ids, "code": np.array(codes, dtype=object)[column].tolist()}, schema=HITS
    )
    lifted = lifted_by_unproven(claims, each, evidence, threshold)
    return claims.join(lifted, on="claim_id", how="left", maintain_order="left")


def first_of(hits: Mask, order: Ints, codes: Sequence[str]) -> pl.Series:
    """The code of the first rule of the order that each claim meets, null without one."""
    first = np.argmax(hits[:, order], axis=1)
    found = np.where(hits.any(axis=1), np.array(codes, dtype=object)[order][first], None)
    return pl.Series(found.tolist(), dtype=pl.String)
