"""The only place where the benchmark calls the product: features, rules, training, scores with beliefs, selection.

Whoever changes how a night works in the product changes it here, and nowhere else in this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection import POPULATION, SCORED, OpenCase, Seats, Selection, adapted_novelty, select_alerts
from fraud.company.values import CompanyValues
from fraud.detection.features import build_features
from fraud.detection.scoring.beliefs import DAYS, RuleEvidence, with_hope, with_level
from fraud.detection.scoring.hits import Rules
from fraud.learning.rounds import training_config
from fraud.learning.training import TrainedModel, train_hybrid
from rules.engine import RuleSpec, evaluate
from tests.benchmarks.strangers.company import Company
from tests.benchmarks.strangers.rulebook import company_context

Mask = NDArray[np.bool_]
#: Nights of claims that say how often a rule hits.
BELIEF_DAYS = DAYS
#: How many nights what got no seat competes again.
WAITING_NIGHTS = CompanyValues().held_back_nights


@dataclass(frozen=True)
class Book:
    """Rules that hold on a night and the columns they have among all hits of the company."""

    specs: Sequence[RuleSpec]
    columns: NDArray[np.int64]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(spec.code for spec in self.specs)

    @property
    def weights(self) -> tuple[float, ...]:
        return tuple(spec.weight for spec in self.specs)


def settings_of(seats: int, control: int | None) -> CompanyValues:
    """The product's settings for that many cases a night; a control sample of a fixed size comes on top of them."""
    return CompanyValues(
        reviewer_minutes_per_day=20 * (seats + (control or 0)),
        minutes_per_case=20,
        control_sample_number=control,
    )


def seats_of(values: CompanyValues, night: str, novelty_outcomes: tuple[int, int]) -> Seats:
    """The night's seats as the product splits them; (reviewed, confirmed) of what novelty seats opened until then."""
    return Seats(
        model=values.model_seats,
        novelty=adapted_novelty(values.novelty_seats, *novelty_outcomes),
        sample=values.control_sample_size,
        threshold=values.alert_threshold,
        seed=night,
        per_rule=values.rule_budget,
        per_person=values.person_budget,
        least=values.least_seats,
    )


def features_of(company: Company, labels: pl.DataFrame, arrived: Mask, targets: Mask | None) -> pl.DataFrame:
    """Features of the wanted claims among those that arrived, with outcomes as known."""
    claims = company.claims.filter(pl.Series(arrived))
    wanted = None if targets is None else targets[arrived]
    return build_features(
        claims, calendar=company.calendar, zone=company.traits.zone, labels=labels, targets=wanted
    )


def hits_of(company: Company, specs: Sequence[RuleSpec]) -> Mask:
    """(claims, rules): which rule every claim of the company meets. Rules look only at earlier claims."""
    plain = build_features(company.claims, calendar=company.calendar, zone=company.traits.zone)
    outcome = evaluate(plain, specs, context=company_context(company))
    if outcome.errors:
        raise ValueError(f"rules of the book do not hold: {outcome.errors}")
    return np.asarray(outcome.hits, dtype=bool)


def train(
    features: pl.DataFrame,
    hits: Mask,
    book: Book,
    labels: pl.DataFrame,
    cut_off: datetime,
    values: CompanyValues,
    max_negatives: int | None = None,
) -> TrainedModel:
    """A version trained as the product trains one on request; `max_negatives` below its own makes it faster."""
    labels = labels.rename({"inclusion": "selection_probability"})
    config = training_config(values)
    if max_negatives is not None:
        config = replace(config, max_negatives=max_negatives)
    return train_hybrid(features, hits, book.codes, book.weights, labels, cut_off=cut_off, config=config)


@dataclass(frozen=True)
class Seen:
    """Claims with their hits of the book (n, rules), and either outcomes (n,) or what the model alone thought of them (n,)."""

    hits: Mask
    values: NDArray[np.float64]


def believed(
    book: Book, recent: Mask, nights: float, live: Seen, past: Seen, scored: Seen
) -> tuple[Rules, Mask]:
    """The rules with what a night knows of each, and which of them too few outcomes are known of (rules,).

    `recent` (n, rules): hits of the last nights. `live`: outcomes of claims that the model alone would not have opened; `past`:
    outcomes from before the product; `scored`: what the model alone thought of the last nights' claims.
    """
    evidence = [
        RuleEvidence(
            code,
            int(recent[:, j].sum()),
            nights,
            float(live.hits[:, j].sum()),
            float(live.values[live.hits[:, j]].sum()),
            float(past.hits[:, j].sum()),
            float(past.values[past.hits[:, j]].sum()),
        )
        for j, code in enumerate(book.codes)
    ]
    known = [with_level(each, scored.values[scored.hits[:, j]]) for j, each in enumerate(with_hope(evidence))]
    levels = tuple(float("nan") if each.level is None else each.level for each in known)
    rules = Rules(book.codes, book.weights, tuple(each.belief for each in known), levels)
    return rules, np.array([each.is_untried for each in known], dtype=bool)


def score(
    model: TrainedModel, features: pl.DataFrame, hits: Mask, book: Book, rules: Rules | None
) -> pl.DataFrame:
    """The product's scores; without beliefs the rules count by their weights alone."""
    return model.model.score(features, hits, rules or Rules(book.codes, book.weights))


def candidates(
    company: Company,
    rows: NDArray[np.int64],
    scores: pl.DataFrame,
    hits: Mask,
    book: Book,
    untried: NDArray[np.bool_],
) -> pl.DataFrame:
    """Claims at positions `rows` as the selection takes them, with `n_hits` and `n_untried`; `claim_id` is the position."""
    claims = company.claims[rows]
    order = np.lexsort(
        (np.array(book.codes), -np.array(book.weights), [not spec.always_open for spec in book.specs])
    )
    first = np.argmax(hits[:, order], axis=1)
    lead = np.where(hits.any(axis=1), np.array(book.codes, dtype=object)[order][first], None)
    hard = np.array([spec.always_open for spec in book.specs])
    local = claims["transacted_at"].dt.convert_time_zone(company.traits.zone)
    return pl.DataFrame(
        {
            "claim_id": rows,
            "cardholder_id": claims["cardholder_id"],
            "merchant_id": claims["merchant_id"],
            "week": local.dt.strftime("%G-W%V"),
            "pattern": pl.Series(lead.tolist(), dtype=pl.String),
            "is_always_open": (hits & hard).any(axis=1),
            "probability": scores["hybrid_probability"],
            "queue_probability": scores["queue_probability"],
            "novelty": scores["novelty"],
            "anomaly_score": scores["anomaly_score"],
            "amount_minor": claims["amount_minor"],
        },
        schema=SCORED,
    ).with_columns(
        n_hits=pl.Series(hits.sum(axis=1), dtype=pl.Int64),
        n_untried=pl.Series(hits[:, untried].sum(axis=1), dtype=pl.Int64),
    )


def select(
    competing: pl.DataFrame, tonight: NDArray[np.int64], seats: Seats, opened: Sequence[OpenCase]
) -> Selection:
    """The night's selection: claims held back earlier compete, the control sample is drawn from tonight's alone."""
    of_tonight = pl.col("claim_id").is_in(tonight.tolist()) & (pl.col("amount_minor") > 0)
    population = competing.filter(of_tonight).select(*POPULATION)
    return select_alerts(competing.select(*SCORED), seats, opened, population=population)
