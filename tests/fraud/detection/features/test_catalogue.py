"""The catalogue, the feature frame and the rule vocabulary say the same."""

import numpy as np
import polars as pl
import pytest

from fraud.detection.detectors.errors import FeaturesMissing
from fraud.detection.detectors.frames import matrix
from fraud.detection.features import (
    COMPUTED,
    DETECTOR_FEATURES,
    FEATURES,
    LABEL_FEATURES,
    TREE_FEATURES,
    ClaimFrameNotValid,
)
from rules.engine import undelivered
from rules.fields import FIELDS, KEYS
from tests.fraud.detection.features.claim_frames import claim, features_of, frame_of


def test_frame_has_every_catalogue_column_with_its_type() -> None:
    frame = features_of(frame_of(claim(1, 0), claim(2, 1)))
    for feature in FEATURES:
        assert frame.schema[feature.name] == feature.dtype, feature.name


def test_frame_has_every_column_a_rule_can_name() -> None:
    frame = features_of(frame_of(claim(1, 0)))
    names = [*FIELDS, *(column for columns in KEYS.values() for column in columns)]
    assert [name for name in names if name not in frame.columns] == []


def test_no_rule_can_name_what_only_a_review_found_out() -> None:
    assert [feature.name for feature in LABEL_FEATURES if feature.name in FIELDS] == []
    assert not set(DETECTOR_FEATURES) & {feature.name for feature in LABEL_FEATURES}


def test_every_feature_has_words_in_both_languages() -> None:
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)
    for texts in ([feature.ko for feature in FEATURES], [feature.en for feature in FEATURES]):
        assert all(texts)
        assert len(set(texts)) == len(texts)
    assert all(any("가" <= letter <= "힣" for letter in feature.ko) for feature in FEATURES)


def test_frame_needs_only_the_key_columns() -> None:
    full = frame_of(claim(1, 0), claim(2, 1))
    few = full.select("claim_id", "cardholder_id", "merchant_id", "transacted_at", "amount_minor")
    frame = features_of(few)
    assert frame["amount_ratio_self_30d"].to_list() == [None, 1.0]
    assert frame["amount_z_peer"].null_count() == 2
    assert frame["merchant.name"].null_count() == 2
    assert "merchant.name" in undelivered(frame)
    assert "merchant.mcc" not in undelivered(features_of(full))
    with pytest.raises(ClaimFrameNotValid, match="merchant_id, amount_minor"):
        features_of(few.drop("merchant_id", "amount_minor"))


def test_empty_claim_frame_gives_an_empty_feature_frame() -> None:
    frame = features_of(frame_of(claim(1, 0)).clear())
    assert frame.height == 0
    assert set(COMPUTED) <= set(frame.columns)


def test_matrix_turns_missing_into_nan_and_keeps_the_order_of_names() -> None:
    frame = features_of(frame_of(claim(1, 0), claim(2, 1)))
    table = matrix(frame, ["is_first_at_merchant", "amount", "amount_ratio_self_30d"])
    assert table.dtype == np.float32
    np.testing.assert_array_equal(table, np.array([[1, 10_000, np.nan], [0, 10_000, 1]], dtype=np.float32))
    assert matrix(frame, TREE_FEATURES).shape == (2, len(TREE_FEATURES))


def test_matrix_names_the_columns_it_misses() -> None:
    with pytest.raises(FeaturesMissing, match="no_such, nor_this"):
        matrix(pl.DataFrame({"amount": [1]}), ["amount", "no_such", "nor_this"])
