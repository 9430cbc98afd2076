"""What a night knows of its claims once they are judged: features, hits, and how the rules went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.models import ScreeningRun
from fraud.detection.screening.rulebook import RunRules
from rules.engine import Outcome


@dataclass(frozen=True)
class Noted:
    """What of a whole night its end needs: what could not be judged by rule code, errors by rule version, features that are counted."""

    not_evaluable: dict[str, dict[str, Any]]
    failed_rules: dict[int, str]
    features: pl.DataFrame


@dataclass(frozen=True)
class NightFrame:
    """Claims of the run in time order: feature frame (n rows), hits (n, rules), and how the rules went."""

    run_id: int
    features: pl.DataFrame
    versions: pl.DataFrame  # claim_id, claim_version: the facts that are judged
    hits: NDArray[np.bool_]  # those that count
    muted: NDArray[np.bool_]  # (n, rules): those of suppressed rules, stored and marked
    outside: NDArray[
        np.bool_
    ]  # (n, rules): those outside the share a rule counts for, stored as if in shadow
    rules: RunRules
    outcome: Outcome

    def rows_of(self, claim_ids: list[int]) -> list[int]:
        """Positions of claims; those the run does not look at are left out."""
        wanted = pl.DataFrame({"claim_id": claim_ids}, schema={"claim_id": pl.Int64})
        at = self.features.select("claim_id").with_row_index("row")
        return wanted.join(at, on="claim_id", how="inner", maintain_order="left")["row"].to_list()

    def versions_of(self, claim_ids: pl.Series) -> pl.Series:
        """`claim_version` of each claim, in their order."""
        known = claim_ids.to_frame().join(self.versions, on="claim_id", how="left", maintain_order="left")
        return known["claim_version"]

    def not_evaluable(self) -> dict[str, dict[str, object]]:
        """Rule code → {"n": claims it could not judge, "missing": fields, "error": …}; only rules with such claims."""
        found: dict[str, dict[str, object]] = {}
        for j, (spec, (n, missing)) in enumerate(
            zip(self.rules.specs, self.outcome.not_evaluable, strict=True)
        ):
            if n:
                found[spec.code] = {"n": int(n), "missing": sorted(missing)}
            if j in self.outcome.errors:
                found[spec.code] = {"n": int(n), "missing": [], "error": self.outcome.errors[j]}
        return found

    def failed_rules(self) -> dict[int, str]:
        """Rule version id → why it could not run at all."""
        return {int(self.rules.version_ids[j]): error for j, error in self.outcome.errors.items()}


def frame_made_of(
    run: ScreeningRun, pending: pl.DataFrame, features: pl.DataFrame, outcome: Outcome, rules: RunRules
) -> NightFrame:
    """The night of the run's claims: hits of suppressed rules, and those outside a rule's share of people, stand apart from those that count."""
    versions = pending.select("claim_id", "claim_version")
    hits = np.asarray(outcome.hits, dtype=bool)
    muted = hits & rules.suppressed(features) if rules.suppressions else np.zeros_like(hits)
    outside = hits & ~muted
    outside = outside & rules.outside(features) if min(rules.rates, default=1) < 1 else np.zeros_like(hits)
    return NightFrame(run.pk, features, versions, hits & ~muted & ~outside, muted, outside, rules, outcome)
