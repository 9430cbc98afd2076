"""`python -m tests.benchmarks features --claims 1000000`: behaviour features against polars windows.

Both sides compute the same 12 window columns on the same made-up claims; the first line is the
whole feature frame of the product, label-derived columns included.
"""

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from fraud.company.calendar import korean_calendar
from fraud.detection.features import BEHAVIOUR_FEATURES, build_features
from rules.window_order import TimeOrder
from rules.windows import DAY_US, WindowIndex
from tests.benchmarks._arguments import count

_YEAR_SECONDS = 365 * 86_400
_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
#: columns both sides compute: (key, days) gives a count, a total and a mean each
_WINDOWS = (("cardholder_id", 1), ("cardholder_id", 7), ("cardholder_id", 30), ("merchant_id", 30))


def main(argv: Sequence[str] | None = None) -> int:
    """Print seconds, peak memory and the ratio between polars windows and the kernel; 0 when they agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks features", description=__doc__)
    parser.add_argument("--claims", type=count, default=1_000_000)
    parser.add_argument("--repeats", type=count, default=3)
    options = parser.parse_args(argv)
    claims, labels = made_up_claims(options.claims)
    calendar = korean_calendar([2025, 2026])

    def behaviour() -> pl.DataFrame:
        return build_features(claims, calendar=calendar, zone="Asia/Seoul")

    def everything() -> pl.DataFrame:
        return build_features(claims, calendar=calendar, zone="Asia/Seoul", labels=labels)

    print(f"{options.claims:,} claims; best of {options.repeats}")
    _report(
        f"{len(BEHAVIOUR_FEATURES)} behaviour features", _best(behaviour, options.repeats), options.claims
    )
    _report("with label-derived features", _best(everything, options.repeats), options.claims)
    print(f"peak resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    kernel, ours = _timed(lambda: windows_by_kernel(claims), options.repeats)
    polars, theirs = _timed(lambda: windows_by_polars(claims), options.repeats)
    _report(f"{len(ours.columns)} window columns by prefix sums", kernel, options.claims)
    _report(f"{len(theirs.columns)} window columns by polars windows", polars, options.claims)
    agree = all(np.allclose(ours[name], theirs[name], equal_nan=True) for name in ours.columns)
    print(f"ratio {polars / kernel:.1f} (goal: at least 3); columns {'agree' if agree else 'DIFFER'}")
    return 0 if agree else 1


def made_up_claims(n: int, seed: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A year of claims of a company with n / 200 cards and n / 50 merchants, one percent of them reviewed."""
    rng = np.random.default_rng(seed)
    # microseconds, so that no two claims fall together: polars windows know no order among equal times
    moments = np.sort(rng.integers(0, _YEAR_SECONDS * 1_000_000, n))
    cardholder = rng.integers(0, max(n // 200, 1), n)
    at = pl.Series(moments).cast(pl.Duration("us"))
    claims = pl.DataFrame(
        {
            "claim_id": np.arange(n),
            "cardholder_id": cardholder,
            "merchant_id": rng.zipf(1.3, n) % max(n // 50, 1),
            "department_id": cardholder % 40,
            "amount_minor": np.exp(rng.normal(10, 1, n)).astype(np.int64),
            "mcc": pl.Series(rng.integers(5000, 5100, n)).cast(pl.String),
        }
    ).with_columns(transacted_at=pl.lit(_BEGIN).cast(pl.Datetime("us", "UTC")) + at, currency=pl.lit("KRW"))
    labels = claims.sample(fraction=0.01, seed=seed).select(
        "claim_id",
        is_misuse=pl.col("claim_id") % 3 == 0,
        known_at=pl.col("transacted_at") + timedelta(days=7),
        weight=pl.lit(1.0),
    )
    return claims, labels


def windows_by_kernel(claims: pl.DataFrame) -> pl.DataFrame:
    """Counts, totals and means strictly before each claim by the product's kernel."""
    at, tie = claims["transacted_at"].dt.epoch("us").to_numpy(), claims["claim_id"].to_numpy()
    amount = claims["amount_minor"].to_numpy()
    order = TimeOrder(at, tie)
    indexes: dict[str, WindowIndex] = {}
    columns = {}
    for key, days in _WINDOWS:
        index = indexes.setdefault(key, WindowIndex([claims[key].to_numpy()], at, tie, order=order))
        start = index.start_within(days * DAY_US)
        columns[f"count_{key}_{days}d"] = index.count(start)
        columns[f"total_{key}_{days}d"] = index.total(amount, start)
        columns[f"mean_{key}_{days}d"] = index.mean(amount, start)
    return pl.DataFrame(columns)


def windows_by_polars(claims: pl.DataFrame) -> pl.DataFrame:
    """The same columns by rolling windows over groups, the claim itself taken out again."""
    columns = []
    amount = pl.col("amount_minor")
    for key, days in _WINDOWS:
        rolling = {"by": "transacted_at", "window_size": f"{days}d", "closed": "both"}
        total = (amount.rolling_sum_by(**rolling) - amount).over(key)
        count = (amount * 0 + 1).rolling_sum_by(**rolling).over(key) - 1
        columns += [
            count.alias(f"count_{key}_{days}d"),
            total.alias(f"total_{key}_{days}d"),
            pl.when(count > 0).then(total / count).fill_null(float("nan")).alias(f"mean_{key}_{days}d"),
        ]
    return claims.select(columns)


def _timed(work: Callable[[], pl.DataFrame], repeats: int) -> tuple[float, pl.DataFrame]:
    best, answer = float("inf"), work()
    for _ in range(repeats):
        begun = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - begun)
    return best, answer


def _best(work: Callable[[], pl.DataFrame], repeats: int) -> float:
    return _timed(work, repeats)[0]


def _report(what: str, seconds: float, n: int) -> None:
    print(f"{what:44s}{seconds:8.2f} s {n / seconds / 1e6:8.2f} M claims/s")
