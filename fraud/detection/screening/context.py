"""The frame rules are evaluated on: full features for the claims in question, and of their history what windows look at.

On an ordinary night a few thousand claims stand before a year of history. Behaviour is computed for those few alone; the
history keeps its own facts, which is all that windows of the rule language read, unless a rule's window asks for a computed
behaviour of earlier claims. Then everything is computed.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.calendar import CompanyCalendar
from fraud.detection.features import COMPUTED, build_features
from fraud.detection.features.claim import claim_features
from fraud.detection.features.columns import KEYS, take_columns
from fraud.detection.features.moments import moment_features
from rules.engine import RuleSpec
from rules.language import nodes
from rules.language.plain_windows import key_columns

#: What tells claims, moments and money apart, and what a parameter's value may depend on.
_ALWAYS = (
    *KEYS,
    *("transacted_at", "has_time", "business_date", "currency", "txn_type"),
    *("cardholder.grade", "cardholder.department", "purpose_code"),
)
#: Share of claims in question over which computing everything costs no more.
_MOST = 0.5


def features_and_context(
    claims: pl.DataFrame,
    targets: NDArray[np.bool_],
    specs: Iterable[RuleSpec],
    *,
    calendar: CompanyCalendar,
    zone: str,
    labels: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, NDArray[np.bool_]]:
    """(features of the targets, frame for the rules, mask of the targets in it); targets keep their order by time and id.

    `claims` must be ordered by (transacted_at, claim_id).
    """
    if not targets.any() or targets.mean() > _MOST or windows_read_behaviour(specs):
        frame = build_features(claims, calendar=calendar, zone=zone, labels=labels)
        return frame if targets.all() else frame.filter(pl.Series(targets)), frame, targets
    own = build_features(claims, calendar=calendar, zone=zone, labels=labels, targets=targets)
    past = take_columns(claims.filter(pl.Series(~targets)), zone)
    read = names_windows_read(specs)
    if read - set(past.columns):
        past = past.hstack(moment_features(past, calendar, zone)).hstack(claim_features(past, zone))
    past = past.select(name for name in past.columns if name in own.columns and name in read)
    frame = pl.concat([past, own], how="diagonal_relaxed").sort("transacted_at", "claim_id")
    return own, frame, frame["claim_id"].is_in(own["claim_id"].implode()).to_numpy()


def names_windows_read(specs: Iterable[RuleSpec]) -> frozenset[str]:
    """Columns of earlier claims that some window of the rules looks at, and those by which every window knows them."""
    found = set(_ALWAYS)
    for spec in specs:
        for node in nodes.walk(spec.expression):
            if isinstance(node, nodes.Window):
                found |= {*nodes.field_names(node), *key_columns(node.keys)}
    return frozenset(found)


def windows_read_behaviour(specs: Iterable[RuleSpec]) -> bool:
    """Whether a window of some rule looks at a computed behaviour of the claims inside it."""
    plain = _names_without_history()
    for spec in specs:
        for node in nodes.walk(spec.expression):
            if isinstance(node, nodes.Window):
                read = {name for name in nodes.field_names(node) if name in COMPUTED}
                if read - plain:
                    return True
    return False


def _names_without_history() -> frozenset[str]:
    """Computed features that look at one claim alone."""
    empty = pl.DataFrame(
        schema={
            "claim_id": pl.Int64,
            "cardholder_id": pl.Int64,
            "merchant_id": pl.Int64,
            "amount_minor": pl.Int64,
            "transacted_at": pl.Datetime("us", "UTC"),
        }
    )
    frame = take_columns(empty, "UTC")
    calendar = CompanyCalendar()
    alone = moment_features(frame, calendar, "UTC").columns + claim_features(frame, "UTC").columns
    return frozenset([*alone, *frame.columns])
