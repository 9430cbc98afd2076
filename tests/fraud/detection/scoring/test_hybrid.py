"""The hybrid score: equal to the formula, to itself in any batch, and to the sum of its reasons."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fraud.detection.detectors import FeaturesMissing, matrix
from fraud.detection.scoring import HitsNotMatching, HybridModel, Rules
from fraud.detection.scoring.recalibration import Recalibration
from tests.fraud.made_claims import CODES, NAMES, WEIGHTS, trained

every_amount_of_labels = pytest.mark.parametrize("n_labels", [0, 300, None], ids=["none", "few", "all"])


def logit(p):
    return np.log(p / (1 - p))


@every_amount_of_labels
def test_hybrid_z_equals_the_formula_computed_plainly(n_labels) -> None:
    made, out = trained(n_labels)
    model, few = out.model, slice(0, 50)
    frame, hits = made.features[few], made.hits[few]
    score = model.score(frame, hits)
    u = np.stack([d.tail(matrix(frame, NAMES)) for d in model.detectors.values()], axis=1)
    A = u.mean(axis=1)
    expected = -6 + 0.8 * (hits @ np.array(WEIGHTS)) + A
    n = model.n_confirmed
    if n:
        block = np.concatenate([matrix(frame, NAMES), hits, u], axis=1).astype(np.float32)
        b = 1 / (1 + np.exp(-model.trees.margin(block)))
        learned = logit(b)
        if model.stack:
            s, x = model.stack, model.base_trees.margin(matrix(frame, NAMES))
            c = s.intercept + s.tree * x + hits @ s.rules + u @ s.detectors + s.mean_tail * A
            learned = (logit(b) + c) / 2
        expected = (n * learned + 30 * expected) / (n + 30)
    np.testing.assert_allclose(score["z"], expected, atol=1e-5)
    p = score["hybrid_probability"].to_numpy()
    p_n = 0.05 * np.clip(A - 1.5, 0, 3) / 3
    np.testing.assert_allclose(score["queue_probability"], 1 - (1 - p) * (1 - p_n), atol=1e-12)


@every_amount_of_labels
def test_hybrid_contributions_sum_to_the_stored_z(n_labels) -> None:
    made, out = trained(n_labels)
    z = out.model.score(made.features, made.hits)["z"].to_numpy()
    rows = [int(i) for i in np.argsort(-z)[:40]] + list(range(40))
    for row, parts in zip(rows, out.model.explain(made.features, made.hits, rows), strict=True):
        assert sum(c.value for c in parts) == pytest.approx(z[row], abs=1e-4)


@every_amount_of_labels
def test_hybrid_scores_a_claim_alone_as_in_a_batch_and_after_loading(n_labels, tmp_path) -> None:
    made, out = trained(n_labels)
    whole = out.model.score(made.features, made.hits)
    manifest = out.model.save(tmp_path)
    assert out.model.score(made.features[:64], made.hits[:64]).equals(whole[:64])
    opened = HybridModel.load(tmp_path, manifest)
    assert opened.score(made.features, made.hits).equals(whole)
    for i in range(0, 300, 17):
        alone = opened.score(made.features[i : i + 1], made.hits[i : i + 1])
        np.testing.assert_allclose(
            alone.drop("band").to_numpy(), whole[i : i + 1].drop("band").to_numpy(), atol=1e-9
        )


def test_hybrid_scores_the_same_with_two_threads(monkeypatch) -> None:
    made, out = trained()
    one = out.model.score(made.features, made.hits)
    monkeypatch.setattr("fraud.detection.scoring.threads.CHUNK_ROWS", 500)
    monkeypatch.setattr("fraud.detection.scoring.threads.over_chunks.__defaults__", None)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert out.model.score(made.features, made.hits).equals(one)


def test_hybrid_without_a_label_ranks_by_rules_and_anomalies_and_claims_no_percentage() -> None:
    made, out = trained(0)
    score = out.model.score(made.features, made.hits)
    assert not out.model.is_calibrated
    assert score["tree_probability"].null_count() == len(score)
    hit, free = made.hits[:, :2].all(axis=1), ~made.hits.any(axis=1)
    assert score["z"].to_numpy()[hit].min() > score["z"].to_numpy()[free].max()


@pytest.mark.parametrize(("n_labels", "is_calibrated"), [(None, True), (400, False)])
def test_hybrid_recalibration_moves_what_trees_have_learnt_and_nothing_else(
    n_labels: int | None, is_calibrated: bool
) -> None:
    halved = Recalibration(shift=-0.7, slope=1.2, low_slope=1.2)
    made, out = trained(n_labels)
    assert out.model.is_calibrated == is_calibrated
    plain = out.model.score(made.features, made.hits)
    moved = out.model.score(made.features, made.hits, recalibration=halved)
    np.testing.assert_allclose(
        logit(moved["hybrid_probability"].to_numpy()),
        logit(0.05) - 0.7 + 1.2 * (logit(plain["hybrid_probability"].to_numpy()) - logit(0.05)),
        atol=1e-6,
    )
    same = ["z", "model_probability", "rule_score", "tree_probability", "anomaly_score", "novelty"]
    assert moved.select(same).equals(plain.select(same))


def test_hybrid_recalibration_leaves_a_version_without_trees_as_it_is() -> None:
    made, out = trained(0)
    halved = Recalibration(shift=-0.7, slope=1.2, low_slope=1.2)
    plain, moved = (out.model.score(made.features, made.hits, recalibration=r) for r in (None, halved))
    assert moved.equals(plain)


def test_hybrid_columns_lie_between_zero_and_one() -> None:
    made, out = trained()
    score = out.model.score(made.features, made.hits)
    for name in (
        "rule_score",
        "tree_probability",
        "anomaly_score",
        "novelty",
        "hybrid_probability",
        "queue_probability",
    ):
        assert score[name].is_between(0, 1).all(), name
    assert set(score["band"].unique()) <= {"low", "medium", "high"}


def test_hybrid_rule_the_model_never_saw_counts_by_its_expert_weight_alone() -> None:
    made, out = trained(0)
    few = made.features[:20]
    rules = Rules((*CODES, "NEW"), (*WEIGHTS, 5.0))
    off = np.concatenate([made.hits[:20], np.zeros((20, 1), dtype=bool)], axis=1)
    on = off.copy()
    on[:, 3] = True
    difference = out.model.score(few, on, rules)["z"] - out.model.score(few, off, rules)["z"]
    np.testing.assert_allclose(difference, 0.8 * 5.0, atol=1e-9)
    reasons = out.model.explain(few, on, [0], rules)[0]
    assert [c.value for c in reasons if c.code == "NEW"] == pytest.approx([4.0])


def test_hybrid_takes_rules_in_any_order_and_without_the_retired_ones() -> None:
    made, out = trained()
    z = out.model.score(made.features, made.hits)["z"]
    turned = out.model.score(made.features, made.hits[:, ::-1], Rules(CODES[::-1], WEIGHTS[::-1]))["z"]
    np.testing.assert_allclose(z, turned, atol=1e-12)
    fewer = out.model.score(made.features, made.hits[:, :2], Rules(CODES[:2], WEIGHTS[:2]))["z"]
    silent = ~made.hits[:, 2]
    np.testing.assert_allclose(z.to_numpy()[silent], fewer.to_numpy()[silent], atol=1e-12)


def test_hybrid_says_which_column_or_shape_is_wrong() -> None:
    made, out = trained(0)
    with pytest.raises(FeaturesMissing, match="hour"):
        out.model.score(made.features.drop("hour"), made.hits)
    with pytest.raises(HitsNotMatching, match=r"expected \(4000, 3\)"):
        out.model.score(made.features, made.hits[:, :1])


def test_hybrid_of_no_claims_is_an_empty_frame_with_all_columns() -> None:
    made, out = trained()
    empty = out.model.score(made.features[:0], made.hits[:0])
    assert empty.height == 0
    assert empty.columns == out.model.score(made.features[:2], made.hits[:2]).columns


def test_hybrid_reasons_carry_the_claims_own_values_and_the_usual_ones() -> None:
    made, out = trained()
    z = out.model.score(made.features, made.hits)["z"].to_numpy()
    row = int(np.argmax(z))
    parts = {(c.source, c.code): c for c in out.model.explain(made.features, made.hits, [row])[0]}
    habit, claim = parts["tree", "habit"], made.features.row(row, named=True)
    assert habit.facts["features"]["amount_ratio_self_30d"] == pytest.approx(claim["amount_ratio_self_30d"])
    assert habit.facts["baselines"]["amount_ratio_self_30d"]["usual"] == pytest.approx(30_000, rel=1e-3)
    assert habit.facts["currency"] == "KRW"
    assert {code for source, code in parts if source == "rule"} == {
        c for c, h in zip(CODES, made.hits[row], strict=True) if h
    }


def test_hybrid_novelty_reasons_name_the_value_that_never_occurred() -> None:
    made, out = trained(0)
    strange = made.features[:1].with_columns(hour=pl.lit(3), amount=pl.lit(20_000))
    reasons = out.model.novelty_reasons(strange, [0])[0]
    assert reasons[0].code == "hour"
    assert reasons[0].source == "novelty"
    assert reasons[0].value > 3
