"""The rules of a run: pinned as plain data when it opens, and read back by everybody who works on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company import current_calendar
from fraud.models import ScreeningRun
from fraud.scoring.hits import Rules
from rules.engine import Outcome, RuleSpec, evaluate
from rules.models import RuleVersion
from rules.services import RuleSet, active_rule_set, pinned_rule_set


@dataclass(frozen=True)
class RunRules:
    """The pinned rule set with what a run stores about it: version ids and which rules run in shadow."""

    rule_set: RuleSet
    version_ids: NDArray[np.int64]  # (rules,)
    is_shadow: NDArray[np.bool_]  # (rules,)

    @property
    def specs(self) -> list[RuleSpec]:
        return list(self.rule_set.specs)

    @cached_property
    def counted(self) -> NDArray[np.int64]:
        """Columns of the hit matrix that count in the score: shadow rules are only watched."""
        return np.flatnonzero(~self.is_shadow)

    def for_score(self) -> Rules:
        """Codes and expert weights of the counted rules, in the order of `counted`."""
        chosen = [self.specs[i] for i in self.counted]
        return Rules(tuple(spec.code for spec in chosen), tuple(spec.weight for spec in chosen))

    def evaluate(self, frame: pl.DataFrame, targets: NDArray[np.bool_]) -> Outcome:
        """All rules over the frame; hits of the target rows."""
        return evaluate(frame, self.specs, context=self.rule_set.context(current_calendar()), targets=targets)


def pin_rules() -> dict[str, Any]:
    """The active and shadow rules as plain JSON with the hash of their content: {"hash", …}."""
    return active_rule_set().to_json()


def rules_of(run: ScreeningRun) -> RunRules:
    """The rules a run pinned, whatever has been activated since."""
    rule_set = pinned_rule_set(run.rule_set)
    rows = RuleVersion.objects.filter(rule__code__in=[spec.code for spec in rule_set.specs])
    ids = {(row.rule.code, row.number): row.pk for row in rows.select_related("rule")}
    version_ids = np.array([ids[spec.code, spec.version] for spec in rule_set.specs], dtype=np.int64)
    return RunRules(rule_set, version_ids, np.array([s.is_shadow for s in rule_set.specs], dtype=bool))
