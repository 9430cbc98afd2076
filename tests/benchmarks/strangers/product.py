"""The only place where the benchmark calls the product: features, rules, training, scores with beliefs, selection.

Whoever changes how a night works in the product changes it here, and nowhere else in this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection import (
    POPULATION,
    SCORED,
    OpenCase,
    Seats,
    Selection,
    adapted_novelty,
    rare_share,
    select_alerts,
)
from fraud.company.values import CompanyValues
from fraud.detection.features import build_features
from fraud.detection.scoring.beliefs import DAYS, RuleEvidence, with_hope, with_level
from fraud.detection.scoring.hits import Rules
from fraud.detection.scoring.recalibration import Recalibration
from fraud.learning.rounds import training_config
from fraud.learning.training import TrainedModel, train_hybrid
from rules.engine import RuleSpec, evaluate
from rules.language.nodes import field_names
from tests.benchmarks.hit_rows import first_of, with_unproven
from tests.benchmarks.strangers.company import Company
from tests.benchmarks.strangers.rulebook import company_context

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: Nights of claims that say how often a rule hits.
BELIEF_DAYS = DAYS
#: How many nights what got no seat competes again.
WAITING_NIGHTS = CompanyValues().held_back_nights
_OF_CANCELLING = frozenset({"txn_type", "cancelled_at", "cancel_amount"})


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


def seats_of(values: CompanyValues, night: str, likely: tuple[int, int], rare: tuple[int, int]) -> Seats:
    """The night's seats as the product splits them; outcomes of novelty seats by their order: (reviewed, confirmed)."""
    return Seats(
        model=values.model_seats,
        novelty=adapted_novelty(values.novelty_seats, likely[0] + rare[0], likely[1] + rare[1]),
        rare_share=rare_share(likely, rare),
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
) -> TrainedModel:
    """A version trained as the product trains one on request."""
    labels, config = labels.rename({"inclusion": "selection_probability"}), training_config(values)
    return train_hybrid(features, hits, book.codes, book.weights, labels, cut_off=cut_off, config=config)


@dataclass(frozen=True)
class Seen:
    """Claims with their hits of the book (n, rules), and either outcomes (n,) or what the model alone thought of them (n,)."""

    hits: Mask
    values: NDArray[np.float64]


def evidence_of(
    book: Book, recent: Mask, nights: float, live: Seen, past: Seen, alone: Seen
) -> list[RuleEvidence]:
    """What a night knows of each rule.

    `recent` (n, rules): hits of the last nights. `live`: outcomes of claims that the model alone would not have opened; `past`:
    outcomes from before the product; `alone`: what the model alone thought of the last nights' claims.
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
    return [with_level(each, alone.values[alone.hits[:, j]]) for j, each in enumerate(with_hope(evidence))]


def score(
    model: TrainedModel,
    features: pl.DataFrame,
    hits: Mask,
    book: Book,
    evidence: list[RuleEvidence] | None,
    recalibration: Recalibration,
) -> pl.DataFrame:
    """The product's scores; without evidence the rules count by their weights alone."""
    rules = Rules(book.codes, book.weights)
    if evidence is not None:
        beliefs = tuple(each.belief for each in evidence)
        levels = tuple(float("nan") if each.level is None else each.level for each in evidence)
        rules = Rules(book.codes, book.weights, beliefs, levels)
    return model.model.score(features, hits, rules, recalibration)


@dataclass(frozen=True)
class Scored:
    """Claims of a week as the selection takes them; `claim_id` is the position among the company's claims."""

    competing: pl.DataFrame  # columns of SCORED
    population: pl.DataFrame  # columns of POPULATION

    def of(self, rows: Mask) -> Scored:
        """Some of the claims."""
        chosen = pl.Series(rows)
        ids = self.population.filter(chosen)["claim_id"]
        return Scored(
            self.competing.filter(pl.col("claim_id").is_in(ids.implode())), self.population.filter(chosen)
        )


def scored_claims(
    company: Company,
    rows: Ints,
    scores: pl.DataFrame,
    hits: Mask,
    book: Book,
    evidence: list[RuleEvidence] | None,
    threshold: float,
) -> Scored:
    """Claims at positions `rows`: what competes for seats, and every payment that samples are drawn from."""
    claims = company.claims[rows]
    hard = np.array([spec.always_open for spec in book.specs])
    order = np.lexsort((np.array(book.codes), -np.array(book.weights), ~hard))
    lead = first_of(hits, order, book.codes)
    untried = np.array([each.is_untried for each in evidence or []] or [True] * len(book.codes))
    frame = pl.DataFrame(
        {
            "claim_id": rows,
            "cardholder_id": claims["cardholder_id"],
            "merchant_id": claims["merchant_id"],
            "week": claims["transacted_at"].dt.convert_time_zone(company.traits.zone).dt.strftime("%G-W%V"),
            "pattern": lead,
            "is_always_open": (hits & hard).any(axis=1),
            "probability": scores["hybrid_probability"],
            "model_probability": scores["model_probability"],
            "queue_probability": scores["queue_probability"],
            "novelty": scores["novelty"],
            "anomaly_score": scores["anomaly_score"],
            "amount_minor": claims["amount_minor"],
            "n_hits": hits.sum(axis=1),
            "n_untried": hits[:, untried].sum(axis=1),
            "untried": first_of(hits & untried, order, book.codes),
        }
    )
    frame = with_unproven(frame, hits, book.codes, evidence or [], threshold)
    worth = (claims["net_minor"] > 0) | pl.Series((hits & _about_cancelling(book)).any(axis=1))
    return Scored(
        frame.filter(worth).select(pl.col(name).cast(dtype) for name, dtype in SCORED.items()),
        frame.select(pl.col(name).cast(dtype) for name, dtype in POPULATION.items()),
    )


def _about_cancelling(book: Book) -> Mask:
    """Which rules speak of what came back: only they open what was taken back in full."""
    return np.array([bool(set(field_names(spec.expression)) & _OF_CANCELLING) for spec in book.specs])


def select(
    tonight: Scored,
    waiting: Sequence[pl.DataFrame],
    seats: Seats,
    opened: Sequence[OpenCase],
    asked: Mapping[str, int],
) -> Selection:
    """The night's selection: claims held back earlier compete as well, samples are drawn from tonight's alone."""
    competing = pl.concat([tonight.competing, *waiting])
    return select_alerts(competing, seats, opened, population=tonight.population, asked=asked)
