"""The facts shown beside a reason: the claim's own values and what is usual for the person, the merchant and the peers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

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
#: Features named per reason, strongest first.
TOP_FEATURES = 3


def facts_of(row: Mapping[str, Any], effects: Mapping[str, float]) -> dict[str, Any]:
    """``features`` (name -> value, strongest effects first, only those that pull the way their sum does), ``baselines`` (name -> own and usual amount in minor units), ``currency``.

    Only JSON values; a missing value stays None, so a sentence can say that it is not known.
    """
    sign = 1.0 if sum(effects.values()) >= 0 else -1.0
    pulling = [name for name in effects if sign * effects[name] > 0] or list(effects)
    strongest = sorted(pulling, key=lambda name: -abs(effects[name]))[:TOP_FEATURES]
    facts: dict[str, Any] = {"features": {name: _plain(row.get(name)) for name in strongest}}
    baselines = {name: pair for name in strongest if (pair := _baseline(row, name)) is not None}
    if baselines:
        facts["baselines"] = baselines
    if row.get("currency"):
        facts["currency"] = row["currency"]
    return facts


def _baseline(row: Mapping[str, Any], name: str) -> dict[str, int] | None:
    """The claim's own amount and the usual one, or None where there is nothing to compare with."""
    if name in RATIOS:
        own, ratio = _plain(row.get("amount")), _plain(row.get(name))
        return {"value": int(own), "usual": round(own / ratio)} if own and ratio else None
    columns = BASELINES.get(name)
    if columns is None:
        return None
    own, usual = (_plain(row.get(column)) for column in columns)
    return {"value": int(own), "usual": round(usual)} if own is not None and usual is not None else None


def _plain(value: Any) -> Any:
    """A JSON value: dates as ISO text, not-a-number as None."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float) and value != value:
        return None
    return value
