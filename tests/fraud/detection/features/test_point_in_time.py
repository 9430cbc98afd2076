"""A feature of a claim never depends on what came later, nor on the batch it is computed in."""

from datetime import timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fraud.detection.features import HISTORY_DAYS
from tests.draws import draws
from tests.fraud.detection.features.claim_frames import claim, features_of, frame_of, histories

Case = tuple[pl.DataFrame, pl.DataFrame]


def _row(features: pl.DataFrame, claim_id: int) -> pl.DataFrame:
    return features.filter(pl.col("claim_id") == claim_id)


@settings(max_examples=draws(25), deadline=None)
@given(case=histories(), data=st.data())
def test_later_claims_and_later_known_labels_change_nothing(case: Case, data: st.DataObject) -> None:
    claims, labels = case
    claim_id = data.draw(st.sampled_from(claims["claim_id"].to_list()))
    at = claims.filter(pl.col("claim_id") == claim_id)["transacted_at"][0]
    is_later = (pl.col("transacted_at") > at) | (
        (pl.col("transacted_at") == at) & (pl.col("claim_id") > claim_id)
    )
    earlier_claims = claims.filter(~is_later)
    earlier_labels = labels.filter(
        pl.col("known_at") <= at, pl.col("claim_id").is_in(earlier_claims["claim_id"].implode())
    )
    with_future = _row(features_of(claims, labels), claim_id)
    without_future = _row(features_of(earlier_claims, earlier_labels), claim_id)
    assert_frame_equal(with_future, without_future, check_exact=True)


@settings(max_examples=draws(25), deadline=None)
@given(case=histories(), data=st.data())
def test_targets_and_row_order_do_not_change_values(case: Case, data: st.DataObject) -> None:
    claims, labels = case
    shuffle = data.draw(st.permutations(range(len(claims))))
    wanted = np.array(data.draw(st.lists(st.booleans(), min_size=len(claims), max_size=len(claims))))
    whole = features_of(claims, labels)
    shuffled = claims[shuffle]
    only_targets = features_of(shuffled, labels, targets=wanted[shuffle])
    expected = whole[shuffle].filter(pl.Series(wanted[shuffle]))
    assert_frame_equal(only_targets, expected, check_exact=True)
    let_go = claims[shuffle]
    again = features_of(let_go, labels, targets=wanted[shuffle], lets_go=True)
    assert_frame_equal(again, expected, check_exact=True)
    assert not let_go.columns


@settings(max_examples=draws(10), deadline=None)
@given(case=histories())
def test_claims_of_other_people_at_other_merchants_change_nothing(case: Case) -> None:
    claims, labels = case
    strangers = claims.with_columns(
        claim_id=pl.col("claim_id") + 1000,
        cardholder_id=pl.col("cardholder_id") + 1000,
        merchant_id=pl.col("merchant_id") + 1000,
        department_id=pl.col("department_id") + 1000,
    )
    together = features_of(pl.concat([strangers, claims]), labels)
    alone = features_of(claims, labels)
    assert_frame_equal(together.tail(len(claims)), alone, check_exact=True)


def test_history_days_reach_every_feature() -> None:
    rng = np.random.default_rng(5)
    n = 3_000
    rows = [
        claim(
            place,
            float(hours),
            cardholder_id=int(rng.integers(4)),
            merchant_id=int(rng.integers(6)),
            amount_minor=int(rng.lognormal(9, 1.2)),
            mcc=str(5000 + rng.integers(3)),
        )
        for place, hours in enumerate(np.sort(rng.integers(0, 24 * 900, n)))
    ]
    claims = frame_of(*rows)
    labels = claims.sample(200, seed=1).select(
        "claim_id",
        "cardholder_id",
        "merchant_id",
        "transacted_at",
        is_misuse=pl.col("claim_id") % 2 == 0,
        known_at=pl.col("transacted_at") + timedelta(days=10),
    )
    tonight = np.arange(n) >= n - 40
    since = claims["transacted_at"][n - 40] - timedelta(days=HISTORY_DAYS)
    enough = (claims["transacted_at"] >= since).to_numpy()
    short = features_of(claims.filter(pl.Series(enough)), labels, targets=tonight[enough])
    assert_frame_equal(short, features_of(claims, labels).tail(40), check_exact=True)
    assert short["n_unusual_amount_14d"].sum() > 0
