"""`python -m tests.benchmarks demo`: what the hybrid finds in the demo company, measured against the truth.

Trained on the simulated outcomes known at the cut-off, scored on what was delivered afterwards; no database.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from cases.demo.plan import LEARNING
from fraud.company.calendar import CompanyCalendar
from fraud.demo import DemoCompany, generate_company
from fraud.demo.frames import ZONE, canonical_claims, known_labels, true_labels
from fraud.detection.features import build_features
from fraud.learning.evaluation.metrics import average_precision, roc_auc
from fraud.learning.training import TrainingConfig, train_hybrid
from rules.engine import evaluate
from tests.rules.starter import starter_context, starter_specs

THRESHOLD = 0.05


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks demo", description=__doc__)
    parser.add_argument("--claims", type=int, default=250_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--days", type=int, default=9, help="days before the end that are scored")
    options = parser.parse_args(argv)
    started = time.perf_counter()
    company = generate_company(
        claims_target=options.claims, employees=max(40, options.claims // 125), seed=options.seed
    )
    n = company.claims.height
    print(
        f"{n:,} claims in {time.perf_counter() - started:.1f} s, {company.truth.height / n:.2%} misuse, "
        f"{company.outcomes.height:,} outcomes, {company.outcomes['is_misuse'].sum()} of them misuse"
    )
    measure(company, options.days)
    return 0


def measure(company: DemoCompany, days: int) -> None:
    """Train up to `days` before the end, score the rest, compare with the truth."""
    claims, labels, truth = canonical_claims(company), known_labels(company), true_labels(company).to_numpy()
    calendar = CompanyCalendar(holidays=frozenset(company.holidays["on"].to_list()), zone=ZONE)
    features = build_features(claims, calendar=calendar, zone=ZONE, labels=labels)
    specs = starter_specs()
    hits = np.asarray(
        evaluate(features, specs, context=starter_context(calendar=calendar), targets=None).hits, dtype=bool
    )
    end = datetime.combine(company.options.end + timedelta(days=1), datetime.min.time(), UTC)
    cut_off = end - timedelta(days=days, hours=9)  # midnight in Korea
    is_past = (company.claims["delivered_on"] < company.options.end - timedelta(days=days - 1)).to_numpy()
    is_later = ~is_past & (claims["amount_minor"] > 0).to_numpy()
    started = time.perf_counter()
    trained = train_hybrid(
        features.filter(pl.Series(is_past)),
        hits[is_past],
        [s.code for s in specs],
        [s.weight for s in specs],
        labels.filter(pl.col("known_at") <= cut_off),
        cut_off=cut_off,
        config=TrainingConfig(**LEARNING),
    )
    card = trained.report.card()
    print(
        f"trained in {time.perf_counter() - started:.1f} s, calibration {card['calibration']}, {card['counts']}"
    )
    scores = trained.model.score(features.filter(pl.Series(is_later)), hits[is_later])
    report(scores, truth[is_later], days)


def report(scores: pl.DataFrame, truth: np.ndarray, days: int) -> None:
    """Figures of the scored days."""
    p = scores["hybrid_probability"].to_numpy()
    alerts = p > THRESHOLD
    print(f"{len(p):,} claims in {days} days, {truth.sum()} misuse; mean probability {p.mean():.4f}")
    print(
        f"above {THRESHOLD}: {alerts.sum()} claims, precision {truth[alerts].mean():.2f}, "
        f"recall {truth[alerts].sum() / truth.sum():.2f}"
    )
    for name in ("hybrid_probability", "tree_probability", "anomaly_score", "rule_score"):
        value = scores[name].to_numpy()
        print(
            f"{name}: average precision {average_precision(truth, value):.3f}, AUC {roc_auc(truth, value):.3f}"
        )
