"""The facts shown beside a reason: the claim's own values and what is usual for the person, the merchant and the peers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: Ratio features: the usual value is what the claim's amount was divided by.
RATIOS = frozenset(
    {
        "amount_ratio_self_30d",
        "amount_ratio_self_max",
        "amount_ratio_usual",
        "amount_ratio_merchant_90d",
        "amount_ratio_same_category_180d",
        "amount_ratio_same_merchant_180d",
        "ratio_to_limit",
        "ratio_to_pre_approved",
    }
)
#: Other features -> (column of the claim's own value, column of the usual one).
BASELINES: dict[str, tuple[str, str]] = {
    "amount": ("amount", "mean_amount_cardholder_30d"),
    "log_amount": ("amount", "mean_amount_cardholder_30d"),
    "amount_z_self": ("amount", "mean_amount_cardholder_30d"),
}
_COMPARED = RATIOS | {*BASELINES}
#: Columns that facts look at beside the features they name.
READ = frozenset({"amount", "currency", *(name for pair in BASELINES.values() for name in pair)})
#: Features named per reason, strongest first.
TOP_FEATURES = 3


def facts_of(row: Mapping[str, Any], effects: Mapping[str, float]) -> dict[str, Any]:
    """``features`` (name -> value, strongest effects first, only those that pull the way their sum does), ``baselines`` (name -> own and usual amount in minor units), ``currency``.

    Only JSON values; a missing value stays None, so a sentence can say that it is not known.
    """
    sign = 1.0 if sum(effects.values()) >= 0 else -1.0
    pulling = [name for name in effects if sign * effects[name] > 0] or list(effects)
    strongest = sorted(pulling, key=lambda name: -abs(effects[name]))[:TOP_FEATURES]
    return told_of(strongest, lambda name: plain_value(row.get(name)))


def told_of(names: Sequence[str], value_of: Callable[[str], Any]) -> dict[str, Any]:
    """What `facts_of` says of these features; ``value_of`` gives a claim's plain value of a column, None where it has none."""
    facts: dict[str, Any] = {"features": {name: value_of(name) for name in names}}
    compared = [name for name in names if name in _COMPARED]
    baselines = {name: pair for name in compared if (pair := _baseline(name, value_of)) is not None}
    if baselines:
        facts["baselines"] = baselines
    currency = value_of("currency")
    if currency:
        facts["currency"] = currency
    return facts


def strongest_of(effects: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of effects (n, k): per row the positions of the strongest (n, at most TOP_FEATURES) as `facts_of` chooses them, and how many count."""
    total = np.zeros(len(effects))
    for column in effects.T:  # one after the other, as a plain sum adds
        total += column
    pulls = np.where(total >= 0, 1.0, -1.0)[:, None] * effects > 0
    pulls |= ~pulls.any(axis=1, keepdims=True)
    order = np.argsort(np.where(pulls, -np.abs(effects), np.inf), axis=1, kind="stable")[:, :TOP_FEATURES]
    return order, np.minimum(pulls.sum(axis=1), TOP_FEATURES)


def plain_column(values: pl.Series) -> list[Any]:
    """`plain_value` of each value of a column."""
    if values.dtype.is_float():
        return values.fill_nan(None).to_list()
    plain = values.to_list()
    return [plain_value(value) for value in plain] if values.dtype.is_temporal() else plain


def _baseline(name: str, value_of: Callable[[str], Any]) -> dict[str, int] | None:
    """The claim's own amount and the usual one, or None where there is nothing to compare with."""
    if name in RATIOS:
        own, ratio = value_of("amount"), value_of(name)
        return {"value": int(own), "usual": round(own / ratio)} if own and ratio else None
    own, usual = (value_of(column) for column in BASELINES[name])
    return {"value": int(own), "usual": round(usual)} if own is not None and usual is not None else None


def plain_value(value: Any) -> Any:
    """A JSON value: dates as ISO text, not-a-number as None."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float) and value != value:
        return None
    return value
