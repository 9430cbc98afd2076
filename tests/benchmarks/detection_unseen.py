"""Misuse that nobody has labelled: one kind hidden (G8), and what the detectors say by themselves (G14)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.selection import LIKELY, RARE, SCORED, Seats, adapted_novelty, rare_share, select_alerts
from fraud.detection.detectors.frames import matrix
from fraud.detection.features.catalogue import DETECTOR_FEATURES
from fraud.detection.scoring.model import tails_of
from fraud.learning.evaluation.daily import top_per_day
from fraud.learning.training import TrainingConfig
from fraud.learning.training.rows import microseconds
from fraud.learning.training.train import fit_detectors
from tests.benchmarks.detection_data import DELAY_DAYS, WEEK, Labelled, split_of, with_known
from tests.benchmarks.detection_goals import COST_THRESHOLD, Figure
from tests.benchmarks.detection_rules import RULE_BOOK, with_watch_list, with_watched_hits
from tests.benchmarks.detection_scores import (
    Floats,
    Mask,
    Ranking,
    published_features,
    ranking_of,
    trained_on,
    training_rows_of,
)

#: The kind nobody has labelled: a compromised card that pays five times as much.
HIDDEN = 3
SEATS, NOVELTY = 100, 10
#: The book's split for detectors (Chapter 7): train 11 to 17 July, test 25 to 31 July.
DETECTORS_START = date(2018, 7, 11)
#: The book's autoencoder there; the better of its two detectors in every figure.
_BOOK = {"area under the curve": 0.836, "average precision": 0.180, "card precision at 100": 0.217}


@dataclass(frozen=True)
class Hidden:
    """Test claims of all folds as a version saw them that never heard of the hidden kind."""

    day: NDArray[np.int64]
    scenario: NDArray[np.int64]
    probability: Floats
    scored: pl.DataFrame  # columns of SCORED; claim_id is the position here


def hidden_scores(
    data: Labelled,
    hits: Mask,
    scenario: NDArray[np.int64],
    starts: Sequence[date],
    config: TrainingConfig,
    say: Callable[[str], None],
) -> Hidden:
    """Train each fold without the hidden kind's outcomes, which stay unreviewed, and score its test week."""
    known = data.labels.filter(pl.Series(scenario != HIDDEN))
    rows_of_folds, frames = [], []
    for start in sorted(starts):
        split = split_of(data, start)
        rows = training_rows_of(data, split)
        learnt, asked = with_known(data, rows, known), with_known(data, split.test, known)
        model = trained_on(learnt, with_watched_hits(hits[rows], learnt), known, split, config)
        told = with_watched_hits(hits[split.test], asked)
        frames.append(_as_scored(data, split.test, told, model.score(with_watch_list(asked), told)))
        rows_of_folds.append(split.test)
        say(f"fold {start}: trained without kind {HIDDEN}")
    rows, scored = np.concatenate(rows_of_folds), pl.concat(frames)
    scored = scored.with_columns(claim_id=pl.int_range(scored.height, dtype=pl.Int64))
    return Hidden(data.day[rows], scenario[rows], scored["probability"].to_numpy(), scored)


def _as_scored(data: Labelled, rows: NDArray[np.int64], hits: Mask, scores: pl.DataFrame) -> pl.DataFrame:
    """The claims as a night's selection takes them."""
    claims, codes = data.claims[rows], np.array(list(RULE_BOOK), dtype=object)
    heaviest = np.argsort([-weight for weight, _ in RULE_BOOK.values()], kind="stable")
    lead = np.where(hits.any(axis=1), codes[heaviest][np.argmax(hits[:, heaviest], axis=1)], None)
    frame = {
        "claim_id": claims["claim_id"],
        "cardholder_id": claims["cardholder_id"],
        "merchant_id": claims["merchant_id"],
        "week": claims["transacted_at"].dt.strftime("%G-W%V"),
        "pattern": pl.Series(lead.tolist(), dtype=pl.String),
        "is_always_open": pl.repeat(False, len(rows), eager=True),
        "probability": scores["hybrid_probability"],
        "model_probability": scores["model_probability"],
        "queue_probability": scores["queue_probability"],
        "novelty": scores["novelty"],
        "anomaly_score": scores["anomaly_score"],
        "amount_minor": claims["amount_minor"],
        "unproven": pl.repeat(
            None, len(rows), dtype=pl.String, eager=True
        ),  # the model knows every rule here
    }
    return pl.DataFrame(frame).select(pl.col(name).cast(dtype) for name, dtype in SCORED.items())


def misuse_nobody_labelled(hidden: Hidden) -> list[Figure]:
    """G8: recall of the hidden kind among what a day's seats opened, and what that costs of the known kinds."""
    opened, novel = _opened(hidden)
    is_hidden, is_known = hidden.scenario == HIDDEN, (hidden.scenario > 0) & (hidden.scenario != HIDDEN)
    best = top_per_day(hidden.probability, hidden.day, SEATS)
    loss = float(best[is_known].mean() - opened[is_known].mean())
    found = float((hidden.scenario[novel] > 0).mean()) if novel.any() else 0.0
    return [
        Figure("G8", "hidden kind: recall of what was opened", float(opened[is_hidden].mean()), 0.60, True),
        Figure("G8", "known kinds: recall lost against the best 100", loss, 0.005, False),
        Figure("G8", "precision of novelty seats", found, 0.05, True),
    ]


def _opened(hidden: Hidden) -> tuple[Mask, Mask]:
    """Which claims the days' seats opened, and which of them novelty seats; these follow their outcomes of a week before."""
    opened = np.zeros(len(hidden.day), dtype=bool)
    drawn_by = np.full(len(hidden.day), "", dtype=object)
    for day in np.unique(hidden.day):
        decided = hidden.day <= day - DELAY_DAYS
        outcomes = [_outcomes(hidden, decided & (drawn_by == order)) for order in (LIKELY, RARE)]
        n_novel = adapted_novelty(NOVELTY, *(sum(each) for each in zip(*outcomes, strict=True)))
        share = rare_share(*outcomes)
        seats = Seats(SEATS - NOVELTY, n_novel, 0, COST_THRESHOLD, seed=str(day), rare_share=share)
        for bundle in select_alerts(hidden.scored.filter(pl.Series(hidden.day == day)), seats).bundles:
            opened[bundle.claims] = True
            drawn_by[bundle.claims] = bundle.drawn_by
    return opened, drawn_by != ""


def _outcomes(hidden: Hidden, rows: Mask) -> tuple[int, int]:
    return int(rows.sum()), int((hidden.scenario[rows] > 0).sum())


def detectors_alone(data: Labelled, config: TrainingConfig) -> list[Figure]:
    """G14: the mean tail of the product's detectors, fitted on one week without any label, against the book's best.

    The book's detectors read fifteen columns, among them the share of known misuse at the terminal; the product's read nothing that
    comes from outcomes. So there are two rows: the product as it is, and its detectors on the book's columns.
    """
    split = split_of(data, DETECTORS_START)
    end = split.cut_off - timedelta(days=DELAY_DAYS)
    week = TrainingConfig(
        window_days=WEEK, delay_days=0, detector_rows=config.detector_rows, detectors=config.detectors,
        detector_features=tuple(DETECTOR_FEATURES),
    )  # fmt: skip
    of_book, names = published_features(data.features[split.train])
    moment = data.features[split.train].select("transacted_at")
    columns = moment.with_columns(pl.Series(name, of_book[:, j]) for j, name in enumerate(names))
    asked, _ = published_features(data.features[split.test])
    own = fit_detectors(data.features[split.train], microseconds(end), week)[0]
    books = fit_detectors(columns, microseconds(end), replace(week, detector_features=tuple(names)))[0]
    tails = {
        "detectors alone": tails_of(own, matrix(data.features[split.test], DETECTOR_FEATURES)),
        "on the book's columns": tails_of(books, asked),
    }
    return [
        Figure("G14", f"{which}: {name}", value, target, True)
        for which, of in tails.items()
        for (name, target), value in zip(
            _BOOK.items(), _values(ranking_of(data, split, of.mean(axis=1))), strict=True
        )
    ]


def _values(ranking: Ranking) -> tuple[float, float, float]:
    return ranking.auc, ranking.average_precision, ranking.card_precision
