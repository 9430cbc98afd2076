"""`python -m tests.benchmarks loop --months 12 [--json]`: a year of the demo company from no labels.

Week by week the product's own features, rules, beliefs, hybrid and alert selection choose what reviewers see, within capacity;
what got no seat competes again, alerts join open cases.
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
from tests.benchmarks._outcomes import with_outcomes
from tests.benchmarks.loop_nights import REVIEW, TIP, Policy, Year, choose
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
    "selection_probability": pl.Float64,
    "source": pl.String,
    "channel": pl.String,
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
    from fraud.company.values import CompanyValues  # needs Django's apps

    company = generate_company(
        seed=options.seed,
        employees=options.employees,
        months=options.months + WARM_UP_MONTHS,
        claims_target=options.employees * 7 * (options.months + WARM_UP_MONTHS),
    )
    year = read_year(company, options.seed)
    first, last = int(year.delivered.min()) + 30 * WARM_UP_MONTHS, int(year.delivered.max()) + 1
    seats = seats_of_year(year, first, last, options.capacity)
    values = CompanyValues(reviewer_minutes_per_day=20 * seats, minutes_per_case=20)
    names = "hybrid without beliefs" if options.no_beliefs else "hybrid", "apart"
    policies = [Policy(name, year.tips, values) for name in names]
    for policy in policies:
        run_year(year, policy, first, last, options)
    answer = {
        "claims": int(year.mask(first, last).sum()),
        "misuse": int(year.truth[year.mask(first, last)].sum()),
        "capacity_per_day": seats,
        "seconds": round(time.perf_counter() - started, 1),
        "year": {policy.name: figures_of(year, policy, first, last) for policy in policies},
        "seats_free": round(float(np.mean(policies[0].seats_free)), 2),
        "channels": channels_of(year, policies[0]),
        "schemes": schemes_of(year, policies[0], first, last),
        "months": months_of(year, policies, first, last),
    }
    print(json.dumps(answer, indent=1) if options.json else as_text(answer))
    return 0


def seats_of_year(year: Year, first: int, last: int, capacity: float) -> int:
    """Cases a day that reviewers can open."""
    return max(2, round(year.mask(first, last).sum() / max(last - first, 1) * capacity))


def read_year(company: DemoCompany, seed: int) -> Year:
    """Claims, truth and hits of the company; who tips and when is drawn once, the same for every policy."""
    claims = canonical_claims(company)
    truth = true_labels(company).to_numpy()
    scheme = company.claims.join(company.truth, on="external_id", how="left", maintain_order="left")["scheme"]
    calendar = CompanyCalendar(holidays=frozenset(company.holidays["on"].to_list()), zone=ZONE)
    specs = starter_specs()
    plain = build_features(claims, calendar=calendar, zone=ZONE)
    outcome = evaluate(plain, specs, context=starter_context(calendar=calendar), targets=None)
    delivered = company.claims["delivered_on"].cast(pl.Int32).to_numpy().astype(np.int64)
    rng = np.random.default_rng(seed)
    tipped = np.flatnonzero(truth & (rng.random(len(truth)) < TIP_RATE))
    tips = labels_of(claims, tipped, truth[tipped], delivered[tipped] + TIP_DELAY_DAYS, source=TIP)
    ids = claims["claim_id"].to_numpy()
    order = np.argsort(ids)
    hits = np.asarray(outcome.hits, dtype=bool)
    schemes = scheme.to_numpy()
    return Year(claims, plain, truth, schemes, hits, specs, delivered, tips, (ids[order], order))


def labels_of(
    claims: pl.DataFrame,
    rows: NDArray[np.int64],
    misuse: NDArray[np.bool_],
    known: NDArray[np.int64],
    *,
    source: str = REVIEW,
    chances: Sequence[float] | float = 1.0,
    channels: Sequence[str] | str = "",
) -> pl.DataFrame:
    """Labels of the claims at positions `rows`, known at 18:00 UTC of days `known` (since 1970)."""
    moments = [datetime.fromtimestamp(int(day) * 86_400 + 64_800, UTC) for day in known]
    return pl.DataFrame(
        {
            "claim_id": claims["claim_id"].to_numpy()[rows],
            "is_misuse": misuse,
            "known_at": pl.Series(moments, dtype=pl.Datetime("us", "UTC")),
            "weight": np.ones(len(rows)),
            "selection_probability": np.broadcast_to(np.asarray(chances, dtype=np.float64), len(rows)),
            "source": [source] * len(rows),
            "channel": np.broadcast_to(np.asarray(channels, dtype=object), len(rows)).tolist(),
        },
        schema=_LABELS,
    )


def run_year(year: Year, policy: Policy, first: int, last: int, options: argparse.Namespace) -> None:
    """Every week: train again when it is due, score the week's claims, choose, review; labels become known later."""
    rng = np.random.default_rng(options.seed + 1)
    for number, start in enumerate(range(first, last, 7)):
        now = datetime.fromtimestamp(start * 86_400, UTC)
        known = policy.labels.filter(pl.col("known_at") <= now)
        wanted = year.mask(start, min(start + 7, last))
        if not wanted.any():
            continue
        rows = np.flatnonzero(wanted)
        frame = with_outcomes(year.claims, year.features, rows, known, ZONE)
        if policy.model is None or number % options.retrain_weeks == 0:
            policy.model = train(year, policy, frame, rows, known, now)
        alerts, reviewed, nights = choose(year, policy, frame, rows, start, rng)
        policy.frames.append(frame)
        policy.rows.append(rows)
        policy.alerts.append(alerts)
        policy.reviewed.append(reviewed)
        wrong = rng.random(len(reviewed)) < WRONG_RATE
        days = nights + rng.integers(*REVIEW_DELAY_DAYS, len(reviewed))
        outcomes = labels_of(
            year.claims,
            reviewed,
            year.truth[reviewed] ^ wrong,
            days,
            chances=[policy.chances.get(at, 1.0) for at in reviewed.tolist()],
            channels=[policy.channels.get(at, "") for at in reviewed.tolist()],
        )
        policy.labels = pl.concat([policy.labels, outcomes])


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
    """Per month of 30 days and policy: the figures of what was delivered in it."""
    found = []
    for month, start in enumerate(range(first, last - 14, 30), 1):
        end = min(start + 30, last)
        row: dict[str, Any] = {"month": month, "misuse": int(year.truth[year.mask(start, end)].sum())}
        found.append(row | {policy.name: figures_of(year, policy, start, end) for policy in policies})
    return found


def figures_of(year: Year, policy: Policy, start: int, end: int) -> dict[str, float | None]:
    """Alerts a day, recall and precision over true misuse, of alerts and of what was reviewed, of claims delivered on days [start, end)."""
    inside = year.mask(start, end)
    n_misuse = int(year.truth[inside].sum())
    alerts, reviewed = np.concatenate(policy.alerts), np.concatenate(policy.reviewed)
    alerts, reviewed = alerts[inside[alerts]], reviewed[inside[reviewed]]
    hits, raised = int(year.truth[reviewed].sum()), int(year.truth[alerts].sum())
    return {
        "alerts_per_day": round(len(alerts) / (end - start), 1),
        "recall": round(hits / n_misuse, 3) if n_misuse else None,
        "precision": round(hits / len(reviewed), 3) if len(reviewed) else None,
        "recall_of_alerts": round(raised / n_misuse, 3) if n_misuse else None,
    }


def channels_of(year: Year, policy: Policy) -> dict[str, list[int]]:
    """Channel → alerts and misuse among them."""
    found: dict[str, list[int]] = {}
    for position, channel in policy.channels.items():
        counted = found.setdefault(channel, [0, 0])
        counted[0] += 1
        counted[1] += int(year.truth[position])
    return dict(sorted(found.items()))


def schemes_of(year: Year, policy: Policy, first: int, last: int) -> list[dict[str, Any]]:
    """Scheme by scheme: claims, the share opened, the share that any rule hits, and the median probability of what was missed."""
    inside, opened = year.mask(first, last) & year.truth, np.zeros(len(year.truth), dtype=bool)
    opened[np.concatenate(policy.alerts)] = True
    ids, found = year.claims["claim_id"].to_numpy(), []
    for code in sorted({code for code in year.scheme[inside].tolist() if code}):
        there = inside & (year.scheme == code)
        missed = [policy.given.get(claim, np.nan) for claim in ids[there & ~opened].tolist()]
        known = [p for p in missed if not np.isnan(p)]
        found.append(
            {
                "scheme": code,
                "claims": int(there.sum()),
                "recall": round(float(opened[there].mean()), 2),
                "hit_by_a_rule": round(float(year.hits[there].any(axis=1).mean()), 2),
                "missed_at": round(float(np.median(known)), 4) if known else None,
            }
        )
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
    whole, apart = answer["year"].values()
    channels = ", ".join(f"{name} {n[1]} of {n[0]}" for name, n in answer["channels"].items())
    lines += [
        "",
        f"the year: {whole['alerts_per_day']} alerts a day, recall {whole['recall']}, precision {whole['precision']}; apart: "
        f"{apart['alerts_per_day']} a day, recall {apart['recall']} within capacity, {apart['recall_of_alerts']} if all were read",
        f"misuse by channel: {channels}; seats free a night {answer['seats_free']}",
        "",
        "| scheme | claims | recall | hit by a rule | probability of the missed, median |",
        "|---|---|---|---|---|",
    ]
    for of in answer["schemes"]:
        lines.append("| " + " | ".join(str(value) for value in of.values()) + " |")
    return "\n".join(lines)
