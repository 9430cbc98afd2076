"""`python -m tests.benchmarks alarms [--years 400] [--json]`: how often the model owner is alarmed for nothing.

Made-up years in which everything is as it should be: probabilities mean what they say, no rule's precision changes, novelty seats find as much
as is asked of them. Every week the product's own bounds are asked; an alarm that holds for some weeks on end is one. No database.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import django
import numpy as np
import polars as pl
from numpy.random import Generator

from fraud.company.calendar import CompanyCalendar
from fraud.detection.drift import Reference, overall, shift
from fraud.detection.features import TREE_FEATURES, build_features, grows_by_itself
from fraud.detection.intervals import clopper_pearson
from fraud.learning.evaluation.intervals import counted_by_lot

WEEKS_A_YEAR = 52
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
#: What says which days a week had: the report leaves it out.
CALENDAR = frozenset({"weekday", "is_weekend", "is_holiday", "is_business_day", "days_to_month_end"})
#: A middling company: claims a night, and how the log-odds of their probabilities lie (about .7 % misuse, some five over .05 a night).
CLAIMS, CENTRE, SPREAD = 600, -6.2, 1.5
NIGHTS_A_WEEK, THRESHOLD = 7, 0.05
#: Rules of the company: outcomes a week of each, and the share of misuse among them.
RULES, OUTCOMES_A_WEEK, PRECISIONS = 40, 3.0, (0.05, 0.5)
NOVELTY_A_WEEK, NOVELTY_PRECISION = 7, 0.05


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks alarms", description=__doc__)
    parser.add_argument("--years", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    django.setup()
    cases: dict[str, Callable[[Generator], Sequence[bool]]] = {
        "level of the probabilities, 3 random checks a night": lambda rng: level_weeks(rng, 3),
        "level of the probabilities, 30 random checks a night": lambda rng: level_weeks(rng, 30),
        f"a rule's precision has fallen, any of {RULES} rules": fallen_weeks,
        "a rule finds too little, one whose hits are misuse in 5 %": lambda rng: useless_weeks(rng, 0.05),
        "a rule finds too little, one whose hits are misuse in 10 %": lambda rng: useless_weeks(rng, 0.10),
        "novelty finds nothing, though it finds 5 %": novelty_weeks,
    }
    found = {name: told(weeks, options.years) for name, weeks in cases.items()}
    # a company's claims and all features of them are made for each of these years: fewer of them
    found["the claims have moved"] = told(drift_weeks, min(options.years, 20))
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print("| alarm, while all is well | a year | years with one |\n|---|---|---|")
    for name, of in found.items():
        print(f"| {name} | {of['a_year']:.2f} | {of['years']:.1%} |")
    return 0


def told(weeks: Callable[[Generator], Sequence[bool]], years: int) -> dict[str, float]:
    """Alarms a year, each counted when it begins, and the share of years that have one."""
    begun = []
    for year in range(years):
        holds = np.asarray(weeks(np.random.default_rng(year)), dtype=bool)
        begun.append(int((holds & ~np.concatenate([[False], holds[:-1]])).sum()))
    return {"a_year": float(np.mean(begun)), "years": float(np.mean(np.array(begun) > 0))}


def level_weeks(rng: Generator, checks: int) -> list[bool]:
    """Whether the level of honest probabilities is an alarm, week by week of a second year."""
    from cases.services.alarms import TOO_HIGH, TOO_LOW, WEEKS

    past = [_week(rng, checks) for _ in range(WEEKS + WEEKS_A_YEAR)]
    answers = []
    for week in range(WEEKS, len(past)):
        opened, n_rest, drawn, finds, expected = np.sum(past[week - WEEKS : week], axis=0)
        weight = n_rest / max(drawn, 1)
        _, bounds = counted_by_lot([1.0] * int(opened) + [weight] * int(finds), max(weight, 1.0))
        answers.append(expected < TOO_LOW * bounds.low or expected > TOO_HIGH * bounds.high)
    return answers


def _week(rng: Generator, checks: int) -> tuple[float, ...]:
    """Of a week: misuse among opened claims, claims not opened, checks drawn by equal chances, misuse found by them, sum of probabilities."""
    p = 1 / (1 + np.exp(-rng.normal(CENTRE, SPREAD, CLAIMS * NIGHTS_A_WEEK)))
    truth, rest = rng.random(len(p)) < p, p <= THRESHOLD
    drawn = rng.choice(np.flatnonzero(rest), checks * NIGHTS_A_WEEK, replace=False)
    return (
        float(truth[~rest].sum()),
        float(rest.sum()),
        float(len(drawn)),
        float(truth[drawn].sum()),
        float(p.sum()),
    )


def fallen_weeks(rng: Generator) -> list[bool]:
    """Whether any rule of constant precision counts as fallen."""
    from cases.services.alarms import RULE_WEEKS, has_fallen

    n = rng.poisson(OUTCOMES_A_WEEK, (RULES, WEEKS_A_YEAR + 26))
    confirmed = rng.binomial(n, rng.uniform(*PRECISIONS, RULES)[:, None])
    answers = []
    for week in range(26, n.shape[1]):
        recent, before = slice(week - RULE_WEEKS, week), slice(0, week - RULE_WEEKS)
        counts = [of[:, when].sum(axis=1).tolist() for when in (recent, before) for of in (confirmed, n)]
        answers.append(any(has_fallen(*of_rule) for of_rule in zip(*counts, strict=True)))
    return answers


def useless_weeks(rng: Generator, precision: float) -> list[bool]:
    """Whether the bound of a rule lies under the threshold, by all of its outcomes so far."""
    n = np.cumsum(rng.poisson(OUTCOMES_A_WEEK, WEEKS_A_YEAR))
    confirmed = np.searchsorted(np.flatnonzero(rng.random(int(n[-1])) < precision), n)
    return [
        clopper_pearson(k, each).high < THRESHOLD
        for k, each in zip(confirmed.tolist(), n.tolist(), strict=True)
    ]


def novelty_weeks(rng: Generator) -> list[bool]:
    """Whether novelty seats that find what is asked of them count as finding nothing."""
    from cases.services.alarms import NOVEL_ENOUGH, NOVEL_LEAST, WEEKS

    confirmed = rng.binomial(NOVELTY_A_WEEK, NOVELTY_PRECISION, WEEKS + WEEKS_A_YEAR)
    n = WEEKS * NOVELTY_A_WEEK
    sums = [int(confirmed[week - WEEKS : week].sum()) for week in range(WEEKS, len(confirmed))]
    return [n >= NOVEL_ENOUGH and clopper_pearson(k, n).high < NOVEL_LEAST for k in sums]


def drift_weeks(rng: Generator, *, weeks: int = WEEKS_A_YEAR, factor: float = 1.0) -> list[bool]:
    """Whether the claims of a company where nothing changes count as moved, week by week after eight months that were learnt from.

    `factor`: what amounts are multiplied by from the first of these weeks on.
    """
    learnt, n_days = 240, 240 + 7 * weeks
    claims = _steady_company(rng, n_days, learnt, factor)
    features = build_features(claims, calendar=CompanyCalendar(), zone="UTC")
    day = (features["transacted_at"] - BEGIN).dt.total_days().to_numpy()
    names = [name for name in TREE_FEATURES if name in features.columns and not grows_by_itself(name)]
    names = [name for name in names if name not in CALENDAR]
    columns = {name: features[name].cast(pl.Float64).to_numpy() for name in names}
    references = {name: Reference.of(values[day < learnt]) for name, values in columns.items()}
    levels: dict[str, str] = {}
    answers = []
    for first in range(learnt, n_days, 7):
        week = (day >= first) & (day < first + 7)
        found = {name: shift(one, columns[name][week]) for name, one in references.items()}
        answers.append(overall(found, levels) == "act")
        levels = {name: one.level for name, one in found.items()}
    return answers


def _steady_company(rng: Generator, days: int, moved_from: int, factor: float) -> pl.DataFrame:
    """Claims of 200 people with habits that never change: 60 a day at places and prices of their own, delivered by nobody new."""
    n, people, places = 60 * days, 200, 120
    who, day = rng.integers(0, people, n), rng.integers(0, days, n)
    habits = rng.integers(0, places, (people, 6))
    where = habits[who, rng.choice(6, n, p=[0.4, 0.2, 0.15, 0.1, 0.1, 0.05])]
    price = np.exp(9.5 + 0.3 * rng.normal(size=places))[where] * np.exp(0.4 * rng.normal(size=n))
    price *= np.where(day >= moved_from, factor, 1.0)
    hour = np.clip(rng.normal(13, 3, n), 0, 23).astype(int)
    at = [
        BEGIN + timedelta(days=int(d), hours=int(h), minutes=int(m))
        for d, h, m in zip(day, hour, rng.integers(0, 60, n), strict=True)
    ]
    mcc = np.array(["5812", "5411", "4121", "5541", "7011"])[where % 5]
    frame = {
        "cardholder_id": who + 1,
        "merchant_id": where + 1,
        "department_id": who // 25 + 1,
        "transacted_at": at,
        "mcc": mcc,
    }
    made = pl.DataFrame(frame | {"amount_minor": np.rint(price / 100).astype(np.int64) * 100})
    plain = {"has_time": True, "currency": "KRW", "txn_type": "purchase"}
    made = made.with_columns(pl.lit(value).alias(name) for name, value in plain.items())
    made = made.with_columns(pl.col("transacted_at").cast(pl.Datetime("us", "UTC"))).sort("transacted_at")
    return made.with_row_index("claim_id", offset=1).cast({"claim_id": pl.Int64})
