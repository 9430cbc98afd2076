"""Training: point in time, deterministic, useful with many labels, few and none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from fraud.company.calendar import CompanyCalendar
from fraud.detection.features import build_features
from fraud.detection.scoring import HybridModel
from fraud.learning.evaluation.metrics import average_precision, calibration_ratio
from fraud.learning.training import TrainingConfig, train_hybrid
from fraud.learning.training.process import TrainingFailed, train_in_process
from tests.fraud.made_claims import CODES, CUT_OFF, DAYS, START, WEIGHTS, made_claims, quick_config, trained


def train(made, labels=None, cut_off=CUT_OFF, **config):
    labels = made.labels if labels is None else labels
    return train_hybrid(
        made.features, made.hits, CODES, WEIGHTS, labels, cut_off=cut_off, config=quick_config(**config)
    )


def test_labels_known_after_the_cut_off_change_nothing() -> None:
    made = made_claims(2500)
    cut = START + timedelta(days=60)
    later = pl.col("known_at") > cut
    without = made.labels.filter(~later)
    turned = made.labels.with_columns(
        is_misuse=pl.when(later).then(~pl.col("is_misuse")).otherwise(pl.col("is_misuse"))
    )
    assert len(without) < len(turned)
    scores = [
        train(made, labels, cut).model.score(made.features, made.hits)
        for labels in (made.labels, without, turned)
    ]
    assert scores[0].equals(scores[1])
    assert scores[0].equals(scores[2])


def test_claims_after_the_cut_off_change_nothing() -> None:
    made = made_claims(2500)
    cut = START + timedelta(days=60)
    before = (made.features["transacted_at"] < cut).to_numpy()
    whole = train(made, cut_off=cut).model
    part = train_hybrid(
        made.features.filter(before),
        made.hits[before],
        CODES,
        WEIGHTS,
        made.labels,
        cut_off=cut,
        config=quick_config(),
    ).model
    assert whole.score(made.features, made.hits).equals(part.score(made.features, made.hits))


def test_training_twice_gives_the_same_model() -> None:
    made, out = trained()
    again = train(made).model
    assert again.score(made.features, made.hits).equals(out.model.score(made.features, made.hits))


@pytest.mark.parametrize("n_labels", [0, 300, None])
def test_hybrid_ranks_later_misuse_far_above_chance(n_labels) -> None:
    _, out = trained(n_labels)
    later = made_claims(4000, seed=9)
    score = out.model.score(later.features, later.hits)
    assert average_precision(later.y, score["z"]) > 10 * later.y.mean()


def test_hybrid_probabilities_fit_later_claims() -> None:
    _, out = trained()
    later = made_claims(20_000, seed=9)
    p = out.model.score(later.features, later.hits)["hybrid_probability"]
    assert out.model.is_calibrated
    assert calibration_ratio(later.y, p) == pytest.approx(1, abs=0.3)


def test_one_confirmed_case_is_enough_to_train_and_claims_no_percentage() -> None:
    made = made_claims(1500)
    first = int(np.flatnonzero(made.y)[0])
    labels = made.labels.filter(
        (pl.col("claim_id") == first)
        | (pl.col("claim_id").is_between(first + 1, first + 20) & ~pl.col("is_misuse"))
    )
    out = train(made, labels)
    assert out.model.n_confirmed == 1
    assert out.model.trees is not None
    assert not out.model.is_calibrated
    assert out.report.shares["expert"] == pytest.approx(30 / 31)


def test_misuse_alone_without_anything_genuine_leaves_the_expert_formula() -> None:
    made = made_claims(1500)
    out = train(made, made.labels.filter(pl.col("is_misuse")), unreviewed_weight=None)
    assert out.model.trees is None
    assert out.report.shares == {"trees": 0.0, "stack": 0.0, "expert": 1.0}


def test_training_without_any_rule_works() -> None:
    made = made_claims(1500)
    none = np.zeros((1500, 0), dtype=bool)
    out = train_hybrid(made.features, none, (), (), made.labels, cut_off=CUT_OFF, config=quick_config())
    assert out.model.score(made.features, none)["rule_score"].max() == 0


def test_model_card_states_data_counts_versions_and_metrics() -> None:
    _, out = trained()
    card = json.loads(json.dumps(out.report.card()))
    assert card["counts"]["confirmed"] == out.model.n_confirmed
    assert (
        card["counts"]["rows"]
        == card["counts"]["confirmed"] + card["counts"]["reviewed_genuine"] + card["counts"]["unreviewed"]
    )
    assert card["rules"] == dict(zip(CODES, WEIGHTS, strict=True))
    assert {"python", "xgboost", "scikit-learn", "pyod"} <= set(card["versions"])
    assert 0 < card["out_of_fold"]["average_precision"] <= 1
    assert TrainingConfig.from_json(card["config"]) == quick_config()
    assert card["cut_off"] == CUT_OFF.isoformat()


def test_training_in_a_process_of_its_own_gives_the_same_scores(tmp_path) -> None:
    made, out = trained()
    files = train_in_process(
        made.features,
        made.hits,
        CODES,
        WEIGHTS,
        made.labels,
        cut_off=CUT_OFF,
        out_folder=tmp_path / "m",
        config=quick_config(),
    )
    opened = HybridModel.load(files.folder, files.manifest)
    difference = opened.score(made.features, made.hits)["z"] - out.model.score(made.features, made.hits)["z"]
    assert difference.abs().max() < 1e-9
    assert files.card["counts"] == out.report.counts


def test_failed_training_process_says_why(tmp_path) -> None:
    made = made_claims(50)
    with pytest.raises(TrainingFailed, match="NothingToTrainOn"):
        train_in_process(
            made.features,
            made.hits,
            CODES,
            WEIGHTS,
            made.labels,
            cut_off=START,
            out_folder=tmp_path / "m",
            config=quick_config(),
        )


def test_a_kind_nobody_has_labelled_is_unusual_though_the_trees_call_it_genuine() -> None:
    made = made_claims()
    odd = np.flatnonzero(~made.y & (np.arange(len(made.y)) % 100 == 7))
    is_odd = pl.Series(np.isin(np.arange(len(made.y)), odd))
    far = {"f5": 7.0, "f4": -7.0, "hour": 3}
    changed = [
        pl.when(is_odd).then(value).otherwise(name).alias(name).cast(made.features.schema[name])
        for name, value in far.items()
    ]
    made = replace(made, features=made.features.with_columns(changed))
    scores = train(made).model.score(made.features, made.hits)
    others = np.setdiff1d(np.flatnonzero(~made.y), odd)
    tree = scores["tree_probability"].to_numpy()
    assert np.median(tree[odd]) < 0.5 * np.median(tree[made.y])
    novelty = scores["anomaly_score"].to_numpy()
    assert np.median(novelty[odd]) > np.quantile(novelty[others], 0.95)


def test_trees_read_personnel_facts_of_a_company_that_delivers_them() -> None:
    rng, n = np.random.default_rng(3), 3000
    at = np.sort(rng.integers(0, DAYS * 86_400_000_000, n)) + int(START.timestamp()) * 1_000_000
    away, facts = rng.random(n) < 0.06, {}
    facts["on_leave"], facts["on_trip"] = away, away & (rng.random(n) < 0.3)
    claims = pl.DataFrame(
        {
            "claim_id": np.arange(n),
            "cardholder_id": rng.integers(0, 60, n),
            "merchant_id": rng.integers(0, 80, n),
        }
        | {"transacted_at": pl.Series(at).cast(pl.Datetime("us", "UTC")), "has_time": True, "currency": "KRW"}
        | {"amount_minor": rng.integers(5, 80, n) * 1000, "txn_type": "purchase", **facts}
    )
    misuse = pl.Series(facts["on_leave"] & ~facts["on_trip"])  # neither fact says so by itself
    labels = claims.select(
        "claim_id", known_at=pl.col("transacted_at") + timedelta(days=7), is_misuse=misuse, weight=pl.lit(1.0)
    )
    found = build_features(claims, calendar=CompanyCalendar(zone="UTC"), zone="UTC", labels=labels)
    config = replace(quick_config(), tree_features=None, detector_features=None, concepts=None)
    hits = np.zeros((n, 0), dtype=bool)
    model = train_hybrid(
        found, hits, [], [], labels, cut_off=CUT_OFF - timedelta(days=20), config=config
    ).model
    later = np.flatnonzero(at >= int((CUT_OFF - timedelta(days=20)).timestamp()) * 1_000_000)
    p = model.score(found[later], hits[later])["tree_probability"].to_numpy()
    assert average_precision(misuse.to_numpy()[later], p) > 0.9
