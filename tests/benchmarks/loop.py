"""`python -m tests.benchmarks loop --months 12 [--json]`: a year of the demo company from no labels.

Week by week the product's own features, rules, hybrid and alert selection choose what reviewers see, within capacity.
Simulated reviewers decide late and sometimes wrongly; tips arrive; the models are trained again on what became known.
Beside it the status quo: the same rules and a tree run apart, every hit an alert, reviewers taking them in no order. Both
have the same capacity in the same coin: one case is all of a night's alerts of one person at one merchant, and absolute
bans come on top of the budget on both sides.
Recall and precision are over true misuse, which nothing but this file reads. No database.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cases.demo.plan import LEARNING
from fraud.company.calendar import CompanyCalendar
from fraud.demo import DemoCompany, generate_company
from fraud.demo.frames import ZONE, canonical_claims, true_labels
from fraud.detection.features import build_features
from fraud.learning.training import TrainedModel, TrainingConfig, train_hybrid
from rules.engine import evaluate
from tests.benchmarks.loop_nights import Policy, Year, choose
from tests.rules.starter import starter_context, starter_specs

WARM_UP_MONTHS = 2  # history for habits; nobody reviewed it
REVIEW_DELAY_DAYS = (5, 21)
WRONG_RATE = 0.05
TIP_RATE, TIP_DELAY_DAYS = 0.10, 14
_LABELS = {
    "claim_id": pl.Int64,
    "is_misuse": pl.Boolean,
    "known_at": pl.Datetime("us", "UTC"),
    "weight": pl.Float64,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks loop", description=__doc__)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--employees", type=int, default=400)
    parser.add_argument(
        "--capacity", type=float, default=0.03, help="cases reviewers can open, as a share of claims"
    )
    parser.add_argument("--retrain-weeks", type=int, default=4)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--no-beliefs", action="store_true", help="the model alone, for comparison")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    started = time.perf_counter()
    django.setup()
    company = generate_company(
        seed=options.seed,
        employees=options.employees,
        months=options.months + WARM_UP_MONTHS,
        claims_target=options.employees * 7 * (options.months + WARM_UP_MONTHS),
    )
    year = read_year(company, options.seed)
    first, last = int(year.delivered.min()) + 30 * WARM_UP_MONTHS, int(year.delivered.max()) + 1
    per_day = year.mask(first, last).sum() / max(last - first, 1)
    seats = max(2, round(per_day * options.capacity))
    policies = [Policy("hybrid", year.tips), Policy("apart", year.tips)]
    if options.no_beliefs:
        policies[0].name = "hybrid without beliefs"
    for policy in policies:
        run_year(year, policy, first, last, seats, options)
    answer = {
        "claims": int(year.mask(first, last).sum()),
        "misuse": int(year.truth[year.mask(first, last)].sum()),
        "capacity_per_day": seats,
        "seconds": round(time.perf_counter() - started, 1),
        "months": months_of(year, policies, first, last),
    }
    print(json.dumps(answer, indent=1) if options.json else as_text(answer))
    return 0


def read_year(company: DemoCompany, seed: int) -> Year:
    """Claims, truth and hits of the company; who tips and when is drawn once, the same for every policy."""
    claims = canonical_claims(company)
    truth = true_labels(company).to_numpy()
    calendar = CompanyCalendar(holidays=frozenset(company.holidays["on"].to_list()), zone=ZONE)
    specs = starter_specs()
    plain = build_features(claims, calendar=calendar, zone=ZONE)
    outcome = evaluate(plain, specs, context=starter_context(calendar=calendar), targets=None)
    delivered = company.claims["delivered_on"].cast(pl.Int32).to_numpy().astype(np.int64)
    rng = np.random.default_rng(seed)
    tipped = np.flatnonzero(truth & (rng.random(len(truth)) < TIP_RATE))
    tips = labels_of(claims, tipped, truth[tipped], delivered[tipped] + TIP_DELAY_DAYS)
    ids = claims["claim_id"].to_numpy()
    order = np.argsort(ids)
    hits = np.asarray(outcome.hits, dtype=bool)
    return Year(claims, truth, hits, specs, delivered, calendar, tips, (ids[order], order))


def labels_of(
    claims: pl.DataFrame, rows: NDArray[np.int64], misuse: NDArray[np.bool_], known: NDArray[np.int64]
) -> pl.DataFrame:
    """Labels of the claims at positions `rows`, known at 18:00 UTC of days `known` (since 1970)."""
    moments = [datetime.fromtimestamp(int(day) * 86_400 + 64_800, UTC) for day in known]
    return pl.DataFrame(
        {
            "claim_id": claims["claim_id"].to_numpy()[rows],
            "is_misuse": misuse,
            "known_at": pl.Series(moments, dtype=pl.Datetime("us", "UTC")),
            "weight": np.ones(len(rows)),
        },
        schema=_LABELS,
    )


def run_year(
    year: Year, policy: Policy, first: int, last: int, seats: int, options: argparse.Namespace
) -> None:
    """Every week: train again when it is due, score the week's claims, choose, review; labels become known later."""
    rng = np.random.default_rng(options.seed + 1)
    for number, start in enumerate(range(first, last, 7)):
        now = datetime.fromtimestamp(start * 86_400, UTC)
        known = policy.labels.filter(pl.col("known_at") <= now)
        wanted = year.mask(start, min(start + 7, last))
        if not wanted.any():
            continue
        past = year.delivered < start + 7
        frame = build_features(
            year.claims.filter(pl.Series(past)),
            calendar=year.calendar,
            zone=ZONE,
            labels=known,
            targets=wanted[past],
        )
        rows = np.flatnonzero(wanted)
        if policy.model is None or number % options.retrain_weeks == 0:
            policy.model = train(year, policy, frame, rows, known, now)
        alerts, reviewed = choose(year, policy, frame, rows, start, seats, rng)
        policy.frames.append(frame)
        policy.rows.append(rows)
        policy.alerts.append(alerts)
        policy.reviewed.append(reviewed)
        wrong = rng.random(len(reviewed)) < WRONG_RATE
        days = year.delivered[reviewed] + rng.integers(*REVIEW_DELAY_DAYS, len(reviewed))
        policy.labels = pl.concat(
            [policy.labels, labels_of(year.claims, reviewed, year.truth[reviewed] ^ wrong, days)]
        )


def train(
    year: Year,
    policy: Policy,
    frame: pl.DataFrame,
    rows: NDArray[np.int64],
    known: pl.DataFrame,
    now: datetime,
) -> TrainedModel:
    """Train on the claims scored so far, with features as they were when scored; before the first week on its own claims, unlabelled."""
    features = pl.concat(policy.frames) if policy.frames else frame
    positions = np.concatenate(policy.rows) if policy.rows else rows
    cut_off = now if policy.frames else now + timedelta(days=8)
    labels = known if policy.frames else known.clear()
    config = TrainingConfig(**LEARNING) if policy.frames else TrainingConfig(delay_days=0)
    codes, weights = [spec.code for spec in year.specs], [spec.weight for spec in year.specs]
    return train_hybrid(
        features, year.hits[positions], codes, weights, labels, cut_off=cut_off, config=config
    )


def months_of(year: Year, policies: list[Policy], first: int, last: int) -> list[dict[str, Any]]:
    """Per month of 30 days and policy: alerts a day, recall and precision over true misuse, of alerts and of what was reviewed."""
    found = []
    for month, start in enumerate(range(first, last - 14, 30), 1):
        inside = year.mask(start, min(start + 30, last))
        n_misuse, days = int(year.truth[inside].sum()), min(30, last - start)
        row: dict[str, Any] = {"month": month, "misuse": n_misuse}
        for policy in policies:
            alerts = np.concatenate(policy.alerts)
            reviewed = np.concatenate(policy.reviewed)
            alerts, reviewed = alerts[inside[alerts]], reviewed[inside[reviewed]]
            hits = int(year.truth[reviewed].sum())
            row[policy.name] = {
                "alerts_per_day": round(len(alerts) / days, 1),
                "recall": round(hits / n_misuse, 3) if n_misuse else None,
                "precision": round(hits / len(reviewed), 3) if len(reviewed) else None,
                "recall_of_alerts": round(float(year.truth[alerts].sum()) / n_misuse, 3)
                if n_misuse
                else None,
            }
        found.append(row)
    return found


def as_text(answer: dict[str, Any]) -> str:
    """The table for a reader, in Markdown."""
    lines = [
        f"{answer['claims']:,} claims, {answer['misuse']} misuse, capacity {answer['capacity_per_day']} cases a day, {answer['seconds']} s",
        "",
        "| month | misuse | hybrid: alerts a day | recall | precision | apart: alerts a day | recall within capacity | precision | recall if all were read |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in answer["months"]:
        own, apart = (row[name] for name in list(row)[2:])
        cells = [
            row["month"],
            row["misuse"],
            own["alerts_per_day"],
            own["recall"],
            own["precision"],
            apart["alerts_per_day"],
            apart["recall"],
            apart["precision"],
            apart["recall_of_alerts"],
        ]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)
