"""The claims of a comparison: features as of each claim's own time, and what is known of them by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from django.conf import settings
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from fraud.claims.labels import label_history, labels_known_by
from fraud.company.values import current_calendar, current_settings
from fraud.detection.features import build_features
from fraud.detection.scoring.hits import Rules
from fraud.detection.scoring.hybrid import HybridModel
from fraud.detection.screening.reads import claims_since
from fraud.detection.screening.rulebook import current_rules
from fraud.detection.screening.windows import history_start
from fraud.learning.evaluation.comparison import Window
from fraud.learning.evaluation.segments import amount_bands

Floats = NDArray[np.float64]


class NothingToCompare(ValueError):
    """No claim lies in the window, or none of them has an outcome."""


@dataclass(frozen=True)
class LaterClaims:
    """The claims of a comparison (n): features, hits (n, rules), outcomes and weights in `window`, misuse types.

    `sources`: where the outcomes come from → how many. `source` (n,) of each outcome, empty without one; `amount` (n,) minor units of
    the company's currency, 0 in another; `groups`: further kinds of groups beside those of the window.
    """

    features: pl.DataFrame
    hits: NDArray[np.bool_]
    rules: Rules
    window: Window
    scheme: NDArray[np.str_]
    sources: dict[str, int]
    source: NDArray[np.str_]
    amount: NDArray[np.int64]
    groups: dict[str, NDArray[np.str_]]

    def probability(self, model: HybridModel) -> Floats:
        """Calibrated probabilities (n,) of a model."""
        return model.score(self.features, self.hits, self.rules)["hybrid_probability"].to_numpy()

    def apart(self, model: HybridModel) -> dict[str, Floats]:
        """The model's parts on their own, and rules and tree as two filters that know nothing of each other (0 or 1)."""
        scored = model.score(self.features, self.hits, self.rules)
        parts = {"rules": scored["rule_score"].to_numpy(), "anomaly": scored["anomaly_score"].to_numpy()}
        if scored["tree_probability"].null_count() < scored.height:
            parts["tree"] = scored["tree_probability"].to_numpy()
            parts["either"] = (self.hits.any(axis=1) | (parts["tree"] >= 0.5)).astype(np.float64)
        return parts


def later_claims(*, window_from: datetime, window_to: datetime, known_by: datetime) -> LaterClaims:
    """Claims transacted in [from, to) with features as of their own time and outcomes known by `known_by`.

    Raises NothingToCompare.
    """
    rules = current_rules(known_by)
    claims = claims_since(known_by, history_start(window_from, rules.specs), until=window_to)
    targets = (claims["transacted_at"] >= window_from).to_numpy()
    if not targets.any():
        raise NothingToCompare(_("No claim is younger than both versions yet."))
    features = build_features(
        claims, calendar=current_calendar(), zone=settings.TIME_ZONE, labels=label_history(known_by)
    )
    hits = np.asarray(rules.evaluate(features, targets).hits, dtype=bool)[:, rules.counted]
    features = features.filter(pl.Series(targets))
    known = labels_known_by(known_by).select(
        "claim_id", "is_misuse", "selection_probability", "scheme", "source"
    )
    rows = features.select("claim_id").join(known, on="claim_id", how="left", maintain_order="left")
    if rows["is_misuse"].null_count() == rows.height:
        raise NothingToCompare(_("No claim that is younger than both versions has an outcome yet."))
    day = features["transacted_at"].dt.convert_time_zone(settings.TIME_ZONE).dt.date().cast(pl.Int32)
    window = Window(
        y=rows["is_misuse"].fill_null(False).to_numpy(),
        cardholder=features["cardholder_id"].to_numpy(),
        day=day.to_numpy().astype(np.int64),
        weight=(1.0 / rows["selection_probability"]).fill_null(0.0).to_numpy(),
        segments={
            "department": features["cardholder.department"].fill_null("").to_numpy().astype(str),
            "mcc": features["merchant.mcc"].fill_null("").to_numpy().astype(str),
            "amount": amount_bands(features["amount"].to_numpy()),
        },
    )
    scheme = rows["scheme"].fill_null("").to_numpy().astype(str)
    found = rows["source"].drop_nulls().value_counts(sort=True)
    sources = {str(name): int(n) for name, n in found.iter_rows()}
    return LaterClaims(
        features,
        hits,
        rules.for_score(),
        window,
        scheme,
        sources,
        rows["source"].fill_null("").to_numpy().astype(str),
        _own_money(features),
        _groups(features),
    )


def _own_money(features: pl.DataFrame) -> NDArray[np.int64]:
    """Amounts (n,) in minor units of the company's currency; 0 for other currencies and for money back."""
    own = pl.col("currency") == current_settings().currency
    amount = features.select(
        pl.when(own).then(pl.col("amount").clip(lower_bound=0)).otherwise(0).fill_null(0)
    ).to_series()
    return amount.cast(pl.Int64).to_numpy()


def _groups(features: pl.DataFrame) -> dict[str, NDArray[np.str_]]:
    """Grade, purpose, weekday (1 to 7) and night (yes, no, unknown without a time) of each claim."""
    night = (
        pl.when(pl.col("is_night").is_null())
        .then(pl.lit(""))
        .when(pl.col("is_night"))
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no"))
    )
    columns = {
        "grade": _text(features, "cardholder.grade"),
        "purpose": _text(features, "purpose_code"),
        "weekday": features["weekday"].cast(pl.String).fill_null(""),
        "night": features.select(night).to_series(),
    }
    return {name: values.to_numpy().astype(str) for name, values in columns.items()}


def _text(features: pl.DataFrame, name: str) -> pl.Series:
    """A column as text; empty where the company never delivers it."""
    if name not in features.columns:
        return pl.Series([""] * features.height)
    return features[name].cast(pl.String).fill_null("")
