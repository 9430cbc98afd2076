"""The facts shown beside a reason: the claim's own values and what is usual for the person, the merchant and the peers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

#: Feature -> (column of the claim's own value, column of the baseline it is compared with).
BASELINES: dict[str, tuple[str, str]] = {
    "amount_ratio_self_30d": ("amount", "mean_amount_cardholder_30d"),
    "amount_z_self": ("amount", "mean_amount_cardholder_30d"),
    "amount_ratio_self_max": ("amount", "max_amount_cardholder"),
    "amount_ratio_merchant_90d": ("amount", "mean_amount_merchant_90d"),
    "amount_z_peer": ("amount", "mean_amount_peer"),
    "ratio_to_limit": ("amount", "card.limit"),
}
#: Features named per reason, strongest first.
TOP_FEATURES = 3


def facts_of(row: Mapping[str, Any], effects: Mapping[str, float]) -> dict[str, Any]:
    """``features`` (name -> value, strongest effects first), ``baselines`` (name -> own value, usual value), ``currency``.

    Only JSON values; a missing value stays None, so a sentence can say that it is not known.
    """
    strongest = sorted(effects, key=lambda name: -abs(effects[name]))[:TOP_FEATURES]
    facts: dict[str, Any] = {"features": {name: _plain(row.get(name)) for name in strongest}}
    baselines = {}
    for name in strongest:
        own, usual = BASELINES.get(name, ("", ""))
        if row.get(own) is not None and row.get(usual) is not None:
            baselines[name] = {"value": _plain(row[own]), "usual": _plain(row[usual])}
    if baselines:
        facts["baselines"] = baselines
    if row.get("currency"):
        facts["currency"] = row["currency"]
    return facts


def _plain(value: Any) -> Any:
    """A JSON value: dates as ISO text, not-a-number as None."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float) and value != value:
        return None
    return value
