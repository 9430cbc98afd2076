"""What each feature says, and when it says anything against a claim. Pure."""

from __future__ import annotations

import re

from fraud.detection.scoring.feature_texts import FEATURES, OUTCOMES, WHO, ZERO

_OUTCOME = re.compile(rf"^({'|'.join(OUTCOMES)})_({'|'.join(WHO)})(?:_(\d+)d)?$")

_MONTH = 30.0
#: Values that speak for suspicion, from … to; a feature not named here always does, a count from 1, a sum above 0.
# fmt: off
TELLING: dict[str, tuple[float, float]] = {
    "ratio_to_limit": (0.5, float("inf")),
    "ratio_to_pre_approved": (1.0, float("inf")),
    "weekday": (6, 7),
    "is_business_day": (2, 2),  # never: most days are
    "days_to_submit": (7, float("inf")),
    "days_since_hired": (0, 365),
    "n_claims_cardholder_1d": (3, float("inf")),
    "n_claims_cardholder_7d": (10, float("inf")),
    "n_claims_cardholder_30d": (30, float("inf")),
    "n_merchants_cardholder_7d": (5, float("inf")),
    "velocity_ratio_cardholder": (2, float("inf")),
    "minutes_since_previous": (0, 120),
    "amount_ratio_self_30d": (1.2, float("inf")),
    "amount_ratio_usual": (1.2, float("inf")),
    "amount_ratio_self_max": (0.5, float("inf")),
    "amount_ratio_merchant_90d": (1.2, float("inf")),
    "amount_z_self": (1.5, float("inf")),
    "amount_z_peer": (1.5, float("inf")),
    "max_ratio_usual_14d": (2, float("inf")),
    "n_claims_merchant_30d": (0, 2),
    "n_cardholders_merchant_30d": (1, 2),
    "merchant_seen_days": (0, 90),
    "merchant_age_days": (0, 365),
    "minutes_since_same_merchant": (0, _MONTH * 1440),
    "mcc_share_peer": (0, 0.05),
    "n_trailing_zeros": (3, float("inf")),
    "ratio_to_next_round": (0.95, 1),
    "per_head_to_next_round": (0.95, 1),
    "service_share": (0.15, float("inf")),
    "n_letters_purpose": (0, 4),
    "has_receipt": (2, 2),  # never: that something is in order says nothing
    "has_pre_approval": (2, 2),
    "has_overtime": (2, 2),
    "is_recurring": (2, 2),
    "on_trip": (2, 2),
    "days_to_approve": (0, 0.001),
    "days_to_month_end": (0, 3),
    "day_part_share_120d": (0, 0.05),
    "weekend_share_120d": (0, 0.05),
    "n_claims_same_category_1d": (2, float("inf")),
    "n_claims_same_category_28d": (4, float("inf")),
    "amount_ratio_same_category_180d": (1.2, float("inf")),
    "same_category_share_180d": (0, 0.05),
    "days_since_same_category": (0, 1),
    "category_surprise_28d": (1, float("inf")),
    "purpose_category_share_180d": (0, 0.05),
    "own_share_merchant_180d": (0.5, 1),
    "same_merchant_share_90d": (0.3, 1),
    "amount_ratio_same_merchant_180d": (1.2, float("inf")),
    "price_shift_merchant_30d": (1.2, float("inf")),
    "round_share_cardholder_120d": (0.3, 1),
    "round_share_merchant_180d": (0.3, 1),
    "installments": (2, float("inf")),
    "known_misuse_rate": (0.2, 1),
    "days_since_known_label": (-1, -1),  # never: that somebody was reviewed speaks neither for nor against
    "n_known_labels": (-1, -1),
    "n_clean_run": (-1, -1),
}
# fmt: on

#: Features that say the same thing in other words: only the strongest is told.
_SAME: dict[str, str] = {
    "log_amount": "amount",
    "mean_amount_cardholder_30d": "amount",
    "amount_ratio_self_30d": "amount",
    "n_misuse_run": "n_known_misuse",
    "days_since_misuse_run_began": "days_since_known_misuse",
    "is_night": "hour",
    "is_weekend": "weekday",
    "is_round_amount": "n_trailing_zeros",
    "per_head_to_next_round": "ratio_to_next_round",
    "n_claims_same_category_28d": "category_surprise_28d",
    "n_claims_merchant_30d": "merchant_seen_days",
}
#: What is known of the person, the place or the company's past, not of the payment: background, never the headline of a case.
_BACKGROUND = frozenset(
    {
        "ratio_to_limit",
        "days_since_hired",
        "n_claims_cardholder_7d",
        "n_claims_cardholder_30d",
        "n_merchants_cardholder_7d",
        "total_amount_cardholder_7d",
        "total_amount_cardholder_30d",
        "mean_amount_cardholder_30d",
        "max_ratio_usual_14d",
        "n_unusual_amount_14d",
        "n_claims_merchant_30d",
        "n_cardholders_merchant_30d",
        "merchant_seen_days",
        "merchant_age_days",
        "n_letters_purpose",
        "has_receipt",
        "has_pre_approval",
        "has_overtime",
        "days_to_approve",
        "days_to_month_end",
        "day_part_share_120d",
        "weekend_share_120d",
        "same_category_share_180d",
        "category_surprise_28d",
        "own_share_merchant_180d",
        "same_merchant_share_90d",
        "price_shift_merchant_30d",
        "round_share_cardholder_120d",
        "round_share_merchant_180d",
        "n_attendees",
        "is_recurring",
        "is_business_day",
    }
)
#: The claim's amount against one's own habit, in whatever measure: one such sentence is enough among the unusual.
OWN_AMOUNT = frozenset(
    {
        "amount",
        "log_amount",
        "amount_ratio_self_30d",
        "amount_ratio_usual",
        "amount_ratio_self_max",
        "amount_z_self",
        "amount_ratio_same_category_180d",
        "amount_ratio_same_merchant_180d",
    }
)


def words_of(name: str, lang: str) -> str:
    """The sentence pattern of a feature, with who and window filled in where it is about outcomes; empty where it has none."""
    outcome = _OUTCOME.match(name)
    if outcome is None:
        return FEATURES.get(name, {}).get(lang, "")
    kind, who, days = outcome.groups()
    return OUTCOMES[kind][lang].replace("{who}", WHO[who][lang]).replace("{days}", days or "")


def root(name: str) -> str:
    """The feature without subject and window: `n_known_misuse_merchant_90d` → `n_known_misuse`."""
    outcome = _OUTCOME.match(name)
    return outcome[1] if outcome else name


def meaning(name: str) -> str:
    """What a feature is about: features of one meaning are told once."""
    outcome = _OUTCOME.match(name)
    same = _SAME.get(root(name), root(name))
    return f"{same} {outcome[2]}" if outcome else same


def speaks(name: str, value: float) -> bool:
    """Whether this value of a feature says anything for suspicion."""
    if root(name) not in TELLING:
        return not is_of_nothing(name, value)
    low, high = TELLING[root(name)]
    return low <= value <= high


def is_of_nothing(name: str, value: float) -> bool:
    """Whether it counts or adds up nothing and has no words for that: no fact to tell a payment by."""
    return name.startswith(("n_", "total_amount_")) and value <= 0 and name not in ZERO


def is_of_payment(name: str) -> bool:
    """Whether a feature describes the payment itself, and not what was known of its person or place before."""
    return name not in _BACKGROUND and _OUTCOME.match(name) is None
