"""The rule book of the Handbook data in the product's rule language, weights written before any result was seen."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.calendar import CompanyCalendar
from rules.engine import Context, RuleSpec, evaluate
from rules.language import parse
from tests.benchmarks.detection_data import ZONE

#: rules may not read labels; a merchant with two confirmed cases in 28 days is put on a watch list, as a clerk would do
WATCHED = "watched"
_WATCHED_FROM = 2

#: code -> (weight, text)
RULE_BOOK: dict[str, tuple[float, str]] = {
    "R1": (5, "amount > 200 USD"),
    "R2": (3, "amount_ratio_self_30d > 3 and amount > 60 USD"),
    "R3": (2, "hour in 0..6 and amount > 120 USD"),
    "R4": (2, "is_weekend and amount > 150 USD"),
    "R5": (1, "count(same cardholder within 1 days) >= 12"),
    "R6": (4, f'merchant.status = "{WATCHED}"'),
    "R7": (
        1,
        "count(same cardholder, merchant, day) >= 2 and sum(amount same cardholder, merchant, day) > 200 USD",
    ),
    "R8": (3, "is_first_at_merchant and amount_ratio_self_30d > 4"),
}


def rule_specs() -> list[RuleSpec]:
    """The rule book as rule versions."""
    return [
        RuleSpec(code=code, version=1, expression=parse(text), weight=weight, always_open=False)
        for code, (weight, text) in RULE_BOOK.items()
    ]


def with_watch_list(features: pl.DataFrame) -> pl.DataFrame:
    """The feature frame with `merchant.status` as it stood at each claim's time."""
    watched = pl.col("n_known_misuse_merchant_28d") >= _WATCHED_FROM
    return features.with_columns(pl.when(watched).then(pl.lit(WATCHED)).alias("merchant.status"))


def rule_hits(features: pl.DataFrame) -> NDArray[np.bool_]:
    """Hits (claims, rules) over the whole frame."""
    context = Context(lists={}, parameters={}, calendar=CompanyCalendar(zone=ZONE), zone=ZONE)
    outcome = evaluate(with_watch_list(features), rule_specs(), context=context, targets=None)
    if outcome.errors:
        raise RuntimeError(f"rules that could not run: {outcome.errors}")
    return outcome.hits


def with_watched_hits(hits: NDArray[np.bool_], features: pl.DataFrame) -> NDArray[np.bool_]:
    """The hits (n, rules) of other outcomes than the whole truth: only the watch list of the frame's own label history differs."""
    found = hits.copy()
    found[:, list(RULE_BOOK).index("R6")] = features["n_known_misuse_merchant_28d"] >= _WATCHED_FROM
    return found
