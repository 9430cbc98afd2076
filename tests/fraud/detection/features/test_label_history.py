"""Label-derived features against hand-made cases and a plain loop over the labels."""

import math
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.detection.features.events import Events, Questions
from tests.draws import draws
from tests.fraud.detection.features.claim_frames import (
    claim,
    features_of,
    frame_of,
    histories,
    label,
    labels_of,
)


def _last(claims: list[dict[str, Any]], *labels: dict[str, Any]) -> dict[str, Any]:
    return features_of(frame_of(*claims), labels_of(*labels)).row(-1, named=True)


def test_a_label_counts_from_the_moment_it_is_known() -> None:
    first, second = claim(1, 0), claim(2, 48)
    for known, expected in ((47, 1), (48, 1), (48.01, 0)):
        row = _last([first, second], label(1, known))
        assert row["n_known_misuse_merchant_7d"] == expected
        assert row["n_known_misuse_cardholder_28d"] == expected


def test_windows_are_about_when_the_label_became_known() -> None:
    claims = [claim(1, 0), claim(2, 24 * 60)]
    row = _last(claims, label(1, 24 * 50))
    assert row["n_known_misuse_merchant_7d"] == 0
    assert row["n_known_misuse_merchant_14d"] == 1
    assert row["days_since_known_misuse_merchant"] == 60.0


def test_rate_is_misuse_among_known_outcomes_only() -> None:
    claims = [claim(k, k, cardholder_id=k) for k in range(1, 5)] + [claim(9, 48, cardholder_id=9)]
    row = _last(claims, label(1, 30), label(2, 30, False), label(3, 30, False), label(4, 100))
    assert row["n_known_labels_merchant_28d"] == 3
    assert row["known_misuse_rate_merchant_28d"] == pytest.approx(1 / 3)
    assert row["n_known_misuse_cardholder_28d"] == 0
    assert row["known_misuse_rate_cardholder_28d"] is None


def test_a_corrected_label_stops_counting() -> None:
    claims = [claim(1, 0), claim(2, 48), claim(3, 96)]
    features = features_of(frame_of(*claims), labels_of(label(1, 24), label(1, 72, False)))
    assert features["n_known_misuse_cardholder_90d"].to_list() == [0, 1, 0]
    assert features["known_misuse_rate_cardholder_90d"].to_list() == [None, 1.0, 0.0]


def test_a_withdrawn_label_stops_counting() -> None:
    claims = [claim(1, 0), claim(2, 48), claim(3, 96)]
    withdrawn = labels_of(label(1, 24), label(1, 72) | {"is_misuse": None})
    assert features_of(frame_of(*claims), withdrawn)["n_known_misuse_cardholder_90d"].to_list() == [0, 1, 0]


def test_runs_tell_how_the_latest_known_outcomes_went() -> None:
    claims = [claim(k, 24 * k, cardholder_id=k) for k in range(1, 5)] + [claim(9, 24 * 20, cardholder_id=9)]
    outcomes = [label(1, 200, False), label(2, 201), label(3, 202), label(4, 203)]
    row = _last(claims, *outcomes)
    assert row["n_misuse_run_merchant"] == 3
    assert row["n_clean_run_merchant"] == 0
    assert row["days_since_misuse_run_began_merchant"] == 18.0
    assert row["days_since_known_label_merchant"] == 16.0
    ended = _last(claims, *outcomes[:3], label(4, 203, False))
    assert ended["n_misuse_run_merchant"] == 0
    assert ended["n_clean_run_merchant"] == 1
    assert ended["days_since_misuse_run_began_merchant"] is None
    assert ended["days_since_known_misuse_merchant"] == 17.0


def test_labels_bring_the_keys_of_claims_that_are_no_longer_in_the_frame() -> None:
    claims = frame_of(claim(2, 48))
    old = labels_of(label(1, 24)).with_columns(
        cardholder_id=pl.lit(1, dtype=pl.Int64),
        merchant_id=pl.lit(1, dtype=pl.Int64),
        transacted_at=claims["transacted_at"] - timedelta(days=100),
    )
    row = features_of(claims, old).row(0, named=True)
    assert row["n_known_misuse_merchant_7d"] == 1
    assert row["days_since_known_misuse_cardholder"] == 100.0
    assert features_of(claims, labels_of(label(1, 24)))["n_known_misuse_merchant_7d"].to_list() == [0]


def test_without_labels_nothing_is_known() -> None:
    claims = frame_of(claim(1, 0), claim(2, 1))
    unlabelled = features_of(claims)
    assert unlabelled["n_known_misuse_merchant_28d"].to_list() == [0, 0]
    assert unlabelled["known_misuse_rate_merchant_28d"].to_list() == [None, None]
    assert unlabelled.equals(features_of(claims, labels_of()))


@settings(max_examples=draws(30), deadline=None)
@given(case=histories())
def test_counts_equal_a_plain_loop(case: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    claims, labels = case
    merchant = dict(claims.select("claim_id", "merchant_id").iter_rows())
    got = features_of(claims, labels)["n_known_misuse_merchant_7d"].to_list()
    for row, count in zip(claims.to_dicts(), got, strict=True):
        known: dict[int, list[tuple[Any, bool]]] = {}
        for claim_id, is_misuse, known_at, _ in labels.iter_rows():
            if known_at <= row["transacted_at"] and merchant[claim_id] == row["merchant_id"]:
                known.setdefault(claim_id, []).append((known_at, is_misuse))
        in_force = [max(outcomes) for outcomes in known.values()]
        week = row["transacted_at"] - timedelta(days=7)
        assert count == sum(is_misuse and known_at > week for known_at, is_misuse in in_force)


_event = st.tuples(st.integers(-1, 3), st.integers(0, 50), st.integers(0, 30), st.booleans())


@settings(max_examples=draws(50), deadline=None)
@given(
    events=st.lists(_event, max_size=20),
    asked=st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 60)), min_size=1, max_size=15),
    duration=st.integers(1, 40),
    scale=st.sampled_from([1, 10**6, 10**17]),
)
def test_events_in_force_equal_a_plain_loop(
    events: list[tuple[int, int, int, bool]], asked: list[tuple[int, int]], duration: int, scale: int
) -> None:
    keys, begins, lengths, chosen = (
        np.array([event[k] for event in events], dtype=np.int64) for k in range(4)
    )
    history = Events(keys, begins * scale, (begins + lengths) * scale, until_us=60 * scale)
    questions = Questions(history, np.array([a[0] for a in asked]), np.array([a[1] for a in asked]) * scale)
    alive, known = [], []
    for key, at in asked:
        mine = [(b, b + n, bool(c)) for k, b, n, c in events if k == key and key >= 0 and b <= at]
        known.append(len(mine))
        alive.append(sum(c and at < min(end, b + duration) for b, end, c in mine))
    assert questions.known().tolist() == known
    assert questions.alive(duration * scale, where=chosen.astype(np.bool_)).tolist() == alive
    latest = questions.latest()
    for (key, at), place in zip(asked, latest, strict=True):
        mine = [event[1] for event in events if event[0] == key and key >= 0 and event[1] <= at]
        found = -math.inf if place < 0 else int(begins[history.rows[place]])
        assert found == max(mine, default=-math.inf)
