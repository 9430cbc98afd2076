"""The rules of a run: pinned as plain data when it opens, and read back by everybody who works on it.

The pin holds the text of every rule version with the lists and parameters it refers to, so that a restart, a worker or a
later question "why was this hit" sees exactly the rule book of that night, whatever has been activated since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from audit import clock
from audit.people import number_key
from fraud.company.values import current_calendar
from fraud.detection.models import ScreeningRun
from fraud.detection.scoring.beliefs import RuleEvidence
from fraud.detection.scoring.hits import Rules
from fraud.detection.screening.kept_trees import keep_trees, tree_of
from fraud.detection.suppressing import pinned_suppressions
from rules.engine import (
    Answer,
    Context,
    Outcome,
    ParameterSpec,
    ParameterValue,
    RuleSpec,
    ValueListSpec,
    answer_windows,
    evaluate,
    why_not,
    windows_asked,
    windows_by_keys,
)
from rules.language.nodes import Window
from rules.models import Parameter, RuleVersion, ValueList
from rules.rollout import is_inside

_STATES = (RuleVersion.State.ACTIVE, RuleVersion.State.SHADOW)


@dataclass(frozen=True)
class RunRules:
    """Parsed rules in the order of the pin, what each is stored as, and the context they are evaluated in."""

    specs: tuple[RuleSpec, ...]
    version_ids: NDArray[np.int64]  # (rules,)
    is_shadow: NDArray[np.bool_]  # (rules,)
    context: Context
    evidence: Mapping[int, RuleEvidence] = field(
        default_factory=dict
    )  # by rule version; empty outside a night
    suppressions: tuple[Mapping[str, Any], ...] = ()  # code, and whom it leaves alone
    rates: tuple[float, ...] = ()  # share of the cardholders each counts for; empty: all of them

    @cached_property
    def counted(self) -> NDArray[np.int64]:
        """Columns of the hit matrix that count in the score: shadow rules are only watched."""
        return np.flatnonzero(~self.is_shadow)

    def for_score(self) -> Rules:
        """Codes, expert weights and beliefs of the counted rules, in the order of `counted`."""
        chosen = [self.specs[i] for i in self.counted]
        codes, weights = tuple(spec.code for spec in chosen), tuple(spec.weight for spec in chosen)
        versions = self.version_ids[self.counted].tolist()
        known = [self.evidence[version] for version in versions] if self.evidence else []
        levels = tuple(float("nan") if each.level is None else each.level for each in known)
        return Rules(codes, weights, tuple(each.belief for each in known), levels)

    def suppressed(self, features: pl.DataFrame) -> NDArray[np.bool_]:
        """Which rules leave which claims alone: (claims, rules), of a frame with cardholder_id and merchant_id."""
        muted = np.zeros((features.height, len(self.specs)), dtype=bool)
        for row in self.suppressions:
            name = "cardholder_id" if row["cardholder_id"] is not None else "merchant_id"
            alone = (features[name] == row[name]).fill_null(False).to_numpy()
            for j, spec in enumerate(self.specs):
                if spec.code == row["code"]:
                    muted[:, j] |= alone
        return muted

    def outside(self, features: pl.DataFrame) -> NDArray[np.bool_]:
        """Which claims lie outside the share of cardholders that a rule counts for: (claims, rules). A person with several cards is one person."""
        found = np.zeros((features.height, len(self.specs)), dtype=bool)
        for j, (spec, rate) in enumerate(zip(self.specs, self.rates, strict=False)):
            if rate < 1:
                found[:, j] = outside_share(spec.code, rate, features)
        return found

    def evaluate(
        self,
        frame: pl.DataFrame,
        targets: NDArray[np.bool_] | None,
        whole: pl.DataFrame | None = None,
        answers: Mapping[Window, Answer] | None = None,
    ) -> Outcome:
        """All rules over the frame; hits of the target rows, which are `whole` where the frame has not all columns.

        With `answers` of the rows' windows none is computed.
        """
        return evaluate(
            frame, self.specs, context=self.context, targets=targets, whole=whole, answers=answers
        )

    def answer_windows(
        self, frame: pl.DataFrame, targets: NDArray[np.bool_], windows: Sequence[Window]
    ) -> Iterator[tuple[Window, Answer]]:
        """These windows of the rules for the targets, of a frame that has what windows look at."""
        return answer_windows(frame, windows, context=self.context, targets=targets)

    def window_groups(self) -> list[list[Window]]:
        """`windows` in groups that look at the same keys, so that one index serves each."""
        return list(windows_by_keys(self.windows()))

    def windows(self) -> list[Window]:
        """Every different window of the rules that can run, in one order."""
        return windows_asked([spec for spec in self.specs if why_not(spec, self.context) is None])


def pin_rules() -> dict[str, Any]:
    """Active and shadow rules, lists and parameters as plain JSON, with the hash of all of it under "hash"."""
    versions = RuleVersion.objects.filter(state__in=_STATES).select_related("rule")
    today = clock.today()
    content = {
        "rules": [_rule(row) for row in versions.order_by("rule__code", "number")],
        "lists": {
            row.name: {"kind": row.kind, "values": row.values_on(today)}
            for row in ValueList.objects.order_by("name")
        },
        "parameters": {
            row.name: {"kind": row.kind, "values": [_value(value) for value in row.values.order_by("pk")]}
            for row in Parameter.objects.prefetch_related("values").order_by("name")
        },
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    pin = {"hash": hashlib.sha256(text.encode()).hexdigest(), **content}
    # The book is the same book while it leaves somebody alone, so its hash is.
    suppressions = pinned_suppressions(today)
    return {**pin, "suppressions": suppressions} if suppressions else pin


def rules_of(run: ScreeningRun) -> RunRules:
    """The rules a run pinned, with what it knew of each."""
    rules = unpin(run.rule_set, now=run.cut_off_at)
    known = {int(version): RuleEvidence.from_json(row) for version, row in run.rule_evidence.items()}
    return replace(rules, evidence=known)


def current_rules(now: datetime) -> RunRules:
    """The rules as they are now, for training."""
    return unpin(pin_rules(), now=now)


def unpin(pin: dict[str, Any], *, now: datetime) -> RunRules:
    """Parse a pin. A code that is both active and in shadow is told apart by its version."""
    rows = pin.get("rules", [])
    specs = tuple(
        RuleSpec(row["code"], row["number"], tree_of(row["text"]), row["weight"], row["always_open"])
        for row in rows
    )
    keep_trees()
    context = Context(
        lists={
            name: ValueListSpec(name, row["kind"], frozenset(row["values"]))
            for name, row in pin.get("lists", {}).items()
        },
        parameters={
            name: ParameterSpec(name, row["kind"], tuple(_read_value(value) for value in row["values"]))
            for name, row in pin.get("parameters", {}).items()
        },
        calendar=current_calendar(),
        zone=settings.TIME_ZONE,
        now=now,
    )
    return RunRules(
        specs,
        np.array([row["id"] for row in rows], dtype=np.int64),
        np.array([row["shadow"] for row in rows], dtype=bool),
        context,
        suppressions=tuple(pin.get("suppressions", [])),
        rates=tuple(float(row.get("rate", 1)) for row in rows),
    )


def outside_share(code: str, rate: float, features: pl.DataFrame) -> NDArray[np.bool_]:
    """Claims (n,) of people for whom a rule that counts for a share of the cardholders does not count; of a frame with cardholder_id."""
    people = _people_of(features)
    inside = {one: is_inside(code, one, rate) for one in people.unique().drop_nulls().to_list()}
    return np.array([not inside.get(one, False) for one in people.to_list()], dtype=bool)


def _people_of(features: pl.DataFrame) -> pl.Series:
    """Per claim its person: the employee number in one spelling, or the card's holder where there is none."""
    holders = "#" + features["cardholder_id"].cast(pl.String)
    if "cardholder.employee_no" not in features.columns:
        return holders
    numbers = features["cardholder.employee_no"].cast(pl.String)
    keys = {one: number_key(one) for one in numbers.unique().drop_nulls().to_list()}
    return pl.Series([keys.get(one) or holder for one, holder in zip(numbers, holders, strict=True)])


def _rule(row: RuleVersion) -> dict[str, Any]:
    pinned = {
        "id": row.pk,
        "code": row.rule.code,
        "number": row.number,
        "text": row.text,
        "weight": row.weight,
        "always_open": row.is_always_open,
        "shadow": row.state == RuleVersion.State.SHADOW,
    }
    is_shared = row.state == RuleVersion.State.ACTIVE and row.rollout_rate < 1
    return {**pinned, "rate": str(row.rollout_rate)} if is_shared else pinned


def _value(row: Any) -> dict[str, Any]:
    scope = {name: getattr(row, name) for name in ("currency", "grade", "purpose_code", "department_code")}
    until = row.valid_to.isoformat() if row.valid_to else None
    return {"value": row.value, "valid_from": row.valid_from.isoformat(), "valid_to": until, **scope}


def _read_value(stored: dict[str, Any]) -> ParameterValue:
    number = Decimal(stored["value"])
    value = int(number) if number == number.to_integral_value() else number
    until = date.fromisoformat(stored["valid_to"]) if stored["valid_to"] else None
    scope = {name: stored[name] for name in ("currency", "grade", "purpose_code", "department_code")}
    return ParameterValue(value, date.fromisoformat(stored["valid_from"]), until, **scope)
