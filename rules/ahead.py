"""Which rules may be told to a cardholder before a claim is filed: those that judge the payment itself and what they filed themselves.

A rule is told only where a version says so, two people agreed to it as to its text, and its rule cites a clause of the policy. All
others stay silent, so that nobody finds a limit by trying amounts step by step.
"""

from __future__ import annotations

from rules.fields import FIELDS
from rules.language import Expression, nodes

#: One of these in a window's keys: what it counts are the person's own claims, or claims of one and the same payment.
_OWN_KEYS = frozenset({"cardholder", "authorization", "receipt"})
#: Fields that compare a payment with what people or merchants usually do: an answer would tell of claims, not of a paragraph.
BEHAVIOUR = frozenset(
    [
        "n_claims_cardholder_1d",
        "n_claims_cardholder_7d",
        "n_claims_cardholder_30d",
        "mean_amount_cardholder_30d",
        "n_claims_same_merchant_1d",
        "n_claims_same_merchant_30d",
        "n_claims_merchant_30d",
        "amount_ratio_self_30d",
        "amount_z_self",
        "amount_ratio_self_max",
        "amount_ratio_merchant_90d",
        "amount_z_peer",
        "mcc_share_peer",
        "is_first_at_merchant",
        "minutes_since_previous",
        "minutes_since_same_merchant",
        "n_same_amount_30d",
        "n_repeated_3d",
        "merchant_seen_days",
        "n_merchants_cardholder_7d",
        "velocity_ratio_cardholder",
        "total_amount_cardholder_1d",
        "total_amount_cardholder_7d",
        "total_amount_cardholder_30d",
        "amount_ratio_usual",
        "max_ratio_usual_14d",
        "n_unusual_amount_14d",
        "n_cardholders_merchant_30d",
        "travel_kmh",
    ]
)


def not_own(tree: Expression, language: str) -> list[str]:
    """What of a rule looks beyond the payment and the person's own claims, in words; empty where it may be told ahead."""
    found: list[str] = []
    for node in nodes.walk(tree):
        if isinstance(node, nodes.FieldRef) and node.name in BEHAVIOUR:
            found.append(FIELDS[node.name].label(language))
        if isinstance(node, nodes.Window) and (
            not _OWN_KEYS & set(node.keys) or node.mode in ("others", "whole")
        ):
            found.append(f"{node.function}(same {', '.join(node.keys)})")
    return list(dict.fromkeys(found))
