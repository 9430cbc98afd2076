"""The Fraud Detection Handbook's simulated transactions as claims, and the book's train/delay/test folds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.calendar import CompanyCalendar
from fraud.detection.features import build_features
from tests.benchmarks._outcomes import with_outcomes

ZONE = "UTC"
CURRENCY = "USD"
DELAY_DAYS = 7
WEEK = 7
#: training weeks of the published test folds, and of the validation folds that settings are chosen on
TEST_STARTS = tuple(date(2018, *day) for day in ((7, 25), (8, 1), (8, 8), (8, 15)))
VALIDATION_STARTS = tuple(date(2018, *day) for day in ((6, 20), (6, 27), (7, 4), (7, 11)))
_MOMENT = pl.Datetime("us", "UTC")
_COLUMNS = ("TRANSACTION_ID", "TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT", "TX_FRAUD")


class NotOfThatForm(ValueError):
    """The file is no Handbook file, or does not reach over a wanted fold; the text says what is missing."""


@dataclass(frozen=True)
class Labelled:
    """Claims with their features and the whole truth; `day` counts local days from the first claim's."""

    claims: pl.DataFrame
    labels: pl.DataFrame
    features: pl.DataFrame
    is_misuse: NDArray[np.bool_]
    cardholder: NDArray[np.int64]
    day: NDArray[np.int64]
    first_day: date


@dataclass(frozen=True)
class Split:
    """Row numbers of one fold. `cut_off`: when the test week begins; nothing known later may be used."""

    start: date
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    cut_off: datetime


def read_claims(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Canonical claims and labels of a Handbook file; an outcome is known DELAY_DAYS after the payment.

    The scenario column is dropped at once: it says how the misuse was made and is never an input.
    """
    table = _read_table(path)
    at = pl.col("TX_DATETIME").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    key = _number(table, "TRANSACTION_ID").alias("claim_id")
    claims = table.select(
        key,
        cardholder_id=_number(table, "CUSTOMER_ID"),
        merchant_id=_number(table, "TERMINAL_ID"),
        transacted_at=at,
        has_time=pl.lit(True),
        amount_minor=(pl.col("TX_AMOUNT") * 100).round().cast(pl.Int64),
        currency=pl.lit(CURRENCY),
        txn_type=pl.lit("purchase"),
    )
    known_at = (at + timedelta(days=DELAY_DAYS)).cast(_MOMENT)
    labels = table.select(key, is_misuse=pl.col("TX_FRAUD") == 1, known_at=known_at, weight=pl.lit(1.0))
    return claims, labels


def _read_table(path: Path) -> pl.DataFrame:
    """The file's rows in order of their ids. Raises NotOfThatForm."""
    table = pl.read_csv(path, try_parse_dates=True) if path.suffix == ".csv" else pl.read_parquet(path)
    if missing := [name for name in _COLUMNS if name not in table.columns]:
        raise NotOfThatForm(f"{path} has no {', '.join(missing)}; a Handbook file has {', '.join(_COLUMNS)}")
    return table.drop("TX_FRAUD_SCENARIO", strict=False).sort("TX_DATETIME", "TRANSACTION_ID")


def _number(table: pl.DataFrame, name: str) -> pl.Expr:
    """A column as whole numbers; texts that are none get numbers of their own."""
    if table[name].cast(pl.Int64, strict=False).null_count():
        return pl.col(name).cast(pl.String).rank("dense").cast(pl.Int64)
    return pl.col(name).cast(pl.Int64)


def labelled_claims(path: Path) -> Labelled:
    """Everything of a Handbook file, through the product's own features."""
    claims, labels = read_claims(path)
    calendar = CompanyCalendar(zone=ZONE)
    features = build_features(claims, calendar=calendar, zone=ZONE, labels=labels)
    days = claims["transacted_at"].dt.date()
    first_day = days.min()
    return Labelled(
        claims=claims,
        labels=labels,
        features=features,
        is_misuse=labels["is_misuse"].to_numpy(),
        cardholder=claims["cardholder_id"].to_numpy(),
        day=(days - pl.Series([first_day])).dt.total_days().to_numpy(),
        first_day=first_day,
    )


def split_of(data: Labelled, start: date) -> Split:
    """The book's fold: a week of training, a week of delay, a week of test.

    From each test day the cards already known as misused are left out: those of the training week
    and those whose misuse became known by the evening before.
    """
    begin = (start - data.first_day).days
    last = data.first_day + timedelta(days=int(data.day.max()))
    if begin < 0 or start + timedelta(days=3 * WEEK - 1) > last:
        raise NotOfThatForm(
            f"a fold from {start} needs claims from {start} to {start + timedelta(days=3 * WEEK - 1)}; "
            f"the file has {data.first_day} to {last}"
        )
    train = np.flatnonzero((data.day >= begin) & (data.day < begin + WEEK))
    first_test = begin + WEEK + DELAY_DAYS
    known = set(data.cardholder[train][data.is_misuse[train]].tolist())
    test = []
    for day in range(first_test, first_test + WEEK):
        became_known = (data.day == day - DELAY_DAYS - 1) & data.is_misuse
        known |= set(data.cardholder[became_known].tolist())
        rows = np.flatnonzero(data.day == day)
        test.append(rows[~np.isin(data.cardholder[rows], list(known))])
    cut_off = datetime.combine(start + timedelta(days=WEEK + DELAY_DAYS), time(), UTC)
    return Split(start, train, np.concatenate(test), cut_off)


def with_known(data: Labelled, rows: NDArray[np.int64], labels: pl.DataFrame) -> pl.DataFrame:
    """Features of these rows where only `labels` are ever known: the label history is computed again, the rest stays."""
    return with_outcomes(data.claims, data.features, rows, labels, ZONE)


def scenarios_of(path: Path) -> NDArray[np.int64]:
    """How each misuse was made (0: genuine), in the order of the claims: only to hide one kind, and to count what was found of it."""
    table = pl.read_csv(path, try_parse_dates=True) if path.suffix == ".csv" else pl.read_parquet(path)
    if "TX_FRAUD_SCENARIO" not in table.columns:
        raise NotOfThatForm(f"{path} has no TX_FRAUD_SCENARIO, which says which kind of misuse to hide (G8)")
    return table.sort("TX_DATETIME", "TRANSACTION_ID")["TX_FRAUD_SCENARIO"].cast(pl.Int64).to_numpy()
