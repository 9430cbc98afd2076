"""The demo company's files as they would be delivered: claim files by quarter and by night, and the truth apart."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from fraud.demo.company import DemoCompany

TRUTH_FILE = "truth.parquet"


def night_days(company: DemoCompany, nights: int) -> list[date]:
    """The last `nights` working days on which claims were delivered, oldest first."""
    holidays = set(company.holidays["on"])
    days = sorted({d for d in company.claims["delivered_on"] if d.weekday() < 5 and d not in holidays})
    return days[-nights:] if nights else []


def history_files(company: DemoCompany, until: date) -> Iterator[tuple[str, pl.DataFrame]]:
    """(file name, rows) per quarter of delivery, up to `until`, as known on that day."""
    quarter = pl.format("{}q{}", pl.col("delivered_on").dt.year(), pl.col("delivered_on").dt.quarter()).alias(
        "quarter"
    )
    frame = company.claim_file(None, until, keep_day=True).with_columns(quarter)
    for (name,), part in frame.group_by("quarter", maintain_order=True):
        yield f"claims_{name}.csv", part.drop("quarter", "delivered_on")


def night_file(company: DemoCompany, day: date, previous: date) -> tuple[str, pl.DataFrame]:
    """(file name, rows) of what was delivered after `previous` and up to `day`, changed earlier claims included."""
    return f"claims_{day:%Y%m%d}.csv", company.claim_file(previous, day)


def write_csv(frame: pl.DataFrame, path: Path) -> Path:
    """Write once and whole: a file that is there is complete. Returns `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    incoming = path.with_suffix(".part")
    frame.write_csv(incoming)
    os.replace(incoming, path)
    return path


def write_truth(company: DemoCompany, folder: Path) -> Path:
    """Write which claims are misuse, for tests and benchmarks; nothing in the product reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TRUTH_FILE
    company.truth.write_parquet(path)
    return path
