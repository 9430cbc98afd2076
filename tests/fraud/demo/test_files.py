"""The demo company's files: every delivered claim in exactly one history or night file, the truth in its own."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from fraud.demo.files import history_files, night_days, night_file, write_csv, write_truth


def test_history_and_nights_deliver_every_claim_and_changed_ones_again(company):
    *_, before, first, last = night_days(company, 3)
    assert before < first < last == company.claims["delivered_on"].max()
    history = pl.concat(frame for _, frame in history_files(company, before))
    nights = [night_file(company, day, previous)[1] for previous, day in pairwise((before, first, last))]
    delivered = [*history["external_id"], *(i for night in nights for i in night["external_id"])]
    assert set(delivered) == set(company.claims["external_id"])
    assert history["external_id"].is_unique().all()
    twice = len(delivered) - len(set(delivered))
    assert 0 <= twice < 30


def test_history_files_are_named_after_their_quarter(company):
    days = night_days(company, 1)
    names = [name for name, _ in history_files(company, days[0])]
    assert names == ["claims_2026q1.csv"]
    assert night_file(company, days[0], days[0])[0] == "claims_20260331.csv"


def test_written_files_are_complete_and_equal_when_written_again(company, tmp_path):
    name, frame = night_file(company, *reversed(night_days(company, 2)))
    first = write_csv(frame, tmp_path / "one" / name).read_bytes()
    assert first == write_csv(frame, tmp_path / "two" / name).read_bytes()
    read = pl.read_csv(tmp_path / "one" / name, infer_schema=False)
    assert read.height == frame.height
    assert read["amount"].cast(pl.Int64).to_list() == frame["amount"].to_list()
    assert not list(tmp_path.rglob("*.part"))


def test_truth_names_claims_schemes_and_amounts(company, tmp_path):
    frame = pl.read_parquet(write_truth(company, tmp_path / "demo"))
    assert {"external_id", "scheme", "amount"} <= set(frame.columns)
    assert frame.height == company.truth.height
