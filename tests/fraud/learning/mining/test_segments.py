"""The paths of a segment: their text hits what they count, on later claims they never saw, and together they tell every claim once."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from fraud.learning.mining.segments import Segment, segment_paths, split_in_time
from rules.engine import Context, PlainCalendar, RuleSpec, evaluate
from rules.language import parse
from tests.fraud.learning.mining.made import COUNTED, block

CONTEXT = Context(lists={}, parameters={}, calendar=PlainCalendar(frozenset()), zone="Asia/Seoul")


def told(n: int = 900, *, gaps: float = 0.0, depth: int = 2, segment: Segment | None = None):
    whole = block(n, 3, gaps=gaps, reviewed=0.6)
    return whole, segment_paths(whole, segment or Segment(), currency="KRW", depth=depth, seed=0)


def test_the_likeliest_path_is_the_scheme_and_its_counts_are_those_of_its_text() -> None:
    whole, found = told()
    older, newer = split_in_time(whole)
    known = whole.reviewed
    assert known[older].sum() == pytest.approx(2 / 3 * known.sum(), abs=1)
    rules = [RuleSpec(str(at), 1, parse(row["path"])) for at, row in enumerate(found["paths"])]
    hits = np.asarray(evaluate(whole.features, rules, context=CONTEXT).hits)
    for row, hit in zip(found["paths"], hits.T, strict=True):
        for name, part in (("learnt", older), ("later", newer)):
            counts = row[name]
            assert counts["hits"] == (hit & part).sum()
            assert counts["reviewed"] == (hit & part & known).sum()
            assert counts["misuse"] == (hit & part & known & whole.misuse).sum()
    best = found["paths"][0]
    assert '"5813"' in best["path"]
    assert COUNTED in best["path"]
    assert best["later"]["precision"] == 1.0
    assert 0 < best["later"]["low"] < best["later"]["high"] <= 1.0
    assert hits.sum(axis=1).max() == 1
    outside = whole.features.filter(pl.Series(hits.sum(axis=1) == 0))
    assert found["n_outside"] == outside.height > 0
    assert set(outside["merchant.mcc"].to_list()) == {""}  # a blank category is missing


def test_claims_without_a_value_that_is_asked_for_are_told_apart() -> None:
    whole, found = told(gaps=0.3)
    counted = sum(row[part]["hits"] for row in found["paths"] for part in ("learnt", "later"))
    assert counted + found["n_outside"] == len(whole)
    assert found["n_outside"] > 0


def test_a_draft_holds_the_segments_own_conditions_but_no_month_that_is_past() -> None:
    segment = Segment("D1", "", 100_000, None, "KRW", date(2026, 3, 1))
    _, found = told(segment=segment)
    for row in found["paths"]:
        assert row["text"].startswith('cardholder.department = "D1" and amount >= 100,000 KRW')
        assert "month" not in row["text"]
    assert Segment.read(segment.to_json()) == segment


def test_a_segment_is_the_rows_that_meet_all_of_it() -> None:
    frame = block(500, 5).features.with_columns(pl.lit("D1").alias("cardholder.department"))
    segment = Segment("D1", "5813", 100_000, 500_000, "KRW", date(2026, 3, 1))
    rows = segment.rows(frame, "Asia/Seoul")
    plain = [
        row["merchant.mcc"] == "5813"
        and row["currency"] == "KRW"
        and 100_000 <= (row["amount"] or 0) <= 500_000
        and (row["transacted_at"].hour + 9) // 24 + row["transacted_at"].toordinal()
        < date(2026, 4, 1).toordinal()
        for row in frame.iter_rows(named=True)
    ]
    assert rows.tolist() == plain
    assert 0 < rows.sum() < len(rows)
    assert Segment().rows(frame, "Asia/Seoul").all()
    assert not Segment("D2").rows(frame, "Asia/Seoul").any()


def test_nothing_is_cut_where_too_little_or_only_one_kind_of_outcome_is_known() -> None:
    assert told(20)[1]["paths"] == []
    genuine = block(300, 1)
    calm = type(genuine)(genuine.features, np.zeros(300, bool), genuine.reviewed, genuine.bundle, 30.0)
    assert segment_paths(calm, Segment(), currency="KRW", depth=2, seed=0)["paths"] == []
