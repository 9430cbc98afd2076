"""What is believed of a rule by itself: the plain formula, and a score that follows it without losing its reasons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.detection.scoring import Rules
from fraud.detection.scoring.beliefs import (
    RuleEvidence,
    best_of_hits,
    hope_of,
    level_of,
    odds_kept,
    prior_of,
    with_hope,
    with_level,
)
from fraud.detection.scoring.calibration import Calibrator
from fraud.detection.scoring.hits import HitsNotMatching
from tests.fraud.made_claims import CODES, WEIGHTS, trained

every_amount_of_labels = pytest.mark.parametrize("n_labels", [0, 300, None], ids=["none", "few", "all"])
BELIEFS = (0.02, 0.30, 0.12)


def test_a_narrow_rule_is_worth_looking_at_and_a_broad_one_is_not() -> None:
    assert [round(prior_of(n), 3) for n in (0, 0.1, 1, 2, 5, 10, 50)] == [
        0.3,
        0.3,
        0.3,
        0.25,
        0.1,
        0.05,
        0.01,
    ]


@given(st.integers(0, 5_000), st.floats(0.5, 60), st.integers(0, 200), st.data())
def test_belief_is_a_share_between_prior_and_outcomes(hits: int, nights: float, reviewed: int, data) -> None:
    confirmed = data.draw(st.integers(0, reviewed))
    evidence = RuleEvidence("R", hits, nights, reviewed, confirmed)
    prior = min(0.30, 0.5 / (hits / nights)) if hits else 0.30
    assert evidence.belief == pytest.approx((5 * 0.5 * prior + confirmed) / (5 + reviewed))
    if reviewed:
        low, high = sorted([0.5 * prior, confirmed / reviewed])
        assert low - 1e-12 <= evidence.belief <= high + 1e-12
    assert RuleEvidence.from_json(evidence.to_json()) == evidence


def test_weight_follows_the_outcomes_within_twenty_of_them() -> None:
    [good] = with_hope([RuleEvidence("R", 28, 28, 20, 8)])  # true precision .4
    [useless] = with_hope([RuleEvidence("R", 28, 28, 20, 0)])
    assert good.belief == pytest.approx(0.4, abs=0.05)
    assert useless.belief < 0.07


def test_outcomes_from_before_count_half_and_confirmed_ones_less() -> None:
    evidence = RuleEvidence("R", 28, 28, past_reviewed=40, past_confirmed=20)
    assert evidence.belief == pytest.approx((5 * 0.5 * 0.3 + 0.15 * 20) / (5 + 0.5 * 40))


def test_what_other_rules_found_makes_new_ones_more_or_less_hopeful() -> None:
    quiet = [RuleEvidence(f"R{i}", 28, 28, 50, 0) for i in range(3)]
    lucky = [RuleEvidence(f"R{i}", 28, 28, 50, 25) for i in range(3)]
    new = RuleEvidence("NEW", 28, 28)
    assert hope_of([new]) == 0.5
    # ten outcomes of each count, of which three were promised to be misuse; nothing found takes no hope from others
    assert hope_of([*quiet, new]) == 0.5 > 2.5 / (5 + 3 * 3)
    assert hope_of(quiet[:1]) == 0.5
    assert hope_of(lucky) == pytest.approx((2.5 + 3 * 5) / (5 + 3 * 3))
    assert with_hope([*quiet, new])[3].belief == pytest.approx(0.3 * 0.5)
    assert with_hope([*lucky, new])[3].belief == pytest.approx(0.3 * hope_of(lucky))


@given(st.integers(10, 5_000), st.floats(0.1, 200))
def test_however_often_one_useless_rule_is_looked_at_it_says_no_more_of_others_than_ten_outcomes(
    reviewed: int, a_night: float
) -> None:
    useless = RuleEvidence("NOISE", round(28 * a_night), 28, reviewed, 0)
    ten = RuleEvidence("NOISE", round(28 * a_night), 28, 10, 0)
    assert hope_of([useless]) == pytest.approx(hope_of([ten]))


def test_beside_many_useless_rules_a_narrow_new_one_still_opens_after_nine_genuine_outcomes() -> None:
    """A clinic's forty starter rules found nothing in hundreds of reviews; a rule of true precision .4 is new."""
    useless = [RuleEvidence(f"R{i}", 28 * 5, 28, 60, 0) for i in range(40)]
    after = [with_hope([*useless, RuleEvidence("NEW", 28, 28, n, 0)])[-1].belief for n in range(11)]
    assert all(belief > 0.05 for belief in after[:10])
    assert after[10] <= 0.05
    assert 0.6**10 < 0.01  # so that hardly any falls silent by bad luck


def test_a_rule_is_proven_by_one_confirmed_hit_here_or_by_several_from_before() -> None:
    assert RuleEvidence("NEW", 28, 28).is_unproven
    assert RuleEvidence("R", 28, 28, 30, 0).is_unproven
    assert not RuleEvidence("R", 28, 28, 30, 1).is_unproven
    assert not RuleEvidence("R", 28, 28, 0.5, 0.5).is_unproven  # one of an earlier version
    assert RuleEvidence("R", 28, 28, past_reviewed=9, past_confirmed=3).is_unproven
    assert not RuleEvidence("R", 28, 28, past_reviewed=9, past_confirmed=4).is_unproven


def test_past_outcomes_make_a_rule_known_but_only_reviews_here_make_it_one_to_give_up() -> None:
    assert RuleEvidence("R", 28, 28, 4).is_untried
    assert not RuleEvidence("R", 28, 28, 5).is_untried
    noise = RuleEvidence("NOISE", 560, 28, past_reviewed=70, past_confirmed=1)
    assert (noise.is_untried, noise.is_judged) == (False, False)
    assert RuleEvidence("R", 28, 28, 5).is_judged


def test_of_many_hits_before_the_first_night_the_quantiles_of_their_odds_are_kept() -> None:
    alone = np.random.default_rng(1).beta(1, 60, 5_000)
    kept = RuleEvidence("R", 28, 28, tried_odds=odds_kept(alone))
    assert len(kept.tried_odds) == 20
    assert with_level(kept, np.zeros(0)).level == pytest.approx(level_of(kept.belief, alone), abs=0.1)
    assert with_level(kept, alone[:20]).level == pytest.approx(level_of(kept.belief, alone[:20]), abs=1e-6)
    assert odds_kept(np.array([0.5, 0.1])) == pytest.approx((-2.1972, 0.0))


@given(st.floats(0.01, 0.6), st.lists(st.floats(0.0001, 0.9), min_size=1, max_size=30))
def test_among_a_rules_hits_the_model_tells_the_likelier_and_their_mean_is_the_belief(
    q: float, alone
) -> None:
    alone = np.array(alone)
    level = level_of(q, alone)
    p, column = best_of_hits(np.ones((len(alone), 1), dtype=bool), alone, (q,), (level,))
    assert p.mean() == pytest.approx(q, rel=1e-6)
    order = np.argsort(alone, kind="stable")
    assert (np.diff(p[order]) >= -1e-12).all()
    assert not column.any()


def test_without_a_score_yet_every_hit_is_believed_alike() -> None:
    evidence = with_level(RuleEvidence("R", 28, 28), np.zeros(0))
    assert evidence.level is None
    p, _ = best_of_hits(np.ones((3, 1), dtype=bool), np.array([0.001, 0.01, 0.2]), (0.3,), (float("nan"),))
    np.testing.assert_allclose(p, 0.3)
    assert RuleEvidence.from_json(evidence.to_json()) == evidence


@every_amount_of_labels
def test_a_belief_lifts_the_probability_to_itself_and_never_lowers_it(n_labels) -> None:
    made, out = trained(n_labels)
    alone = out.model.score(made.features, made.hits)
    scored = out.model.score(made.features, made.hits, Rules(CODES, WEIGHTS, BELIEFS))
    p, q = alone["hybrid_probability"].to_numpy(), (made.hits * np.array(BELIEFS)).max(axis=1)
    np.testing.assert_allclose(scored["hybrid_probability"], np.maximum(p, q), atol=1e-9)
    np.testing.assert_allclose(scored["model_probability"], p, atol=1e-12)
    assert (q > p).any()
    assert (q < p).any()


@every_amount_of_labels
def test_reasons_of_a_lifted_claim_still_sum_to_its_z_and_the_rule_carries_the_lift(n_labels) -> None:
    made, out = trained(n_labels)
    rules = Rules(CODES, WEIGHTS, BELIEFS)
    plain, scored = (
        out.model.score(made.features, made.hits),
        out.model.score(made.features, made.hits, rules),
    )
    lift = scored["z"].to_numpy() - plain["z"].to_numpy()
    rows = np.flatnonzero(lift > 1e-6)[:30].tolist()
    assert rows
    before = out.model.explain(made.features, made.hits, rows)
    for row, parts, old in zip(
        rows, out.model.explain(made.features, made.hits, rows, rules), before, strict=True
    ):
        assert sum(c.value for c in parts) == pytest.approx(scored["z"][row], abs=1e-4)
        best = CODES[int(np.argmax(made.hits[row] * np.array(BELIEFS)))]
        gained = {c.code: c.value for c in parts if c.source == "rule"}
        without = {c.code: c.value for c in old if c.source == "rule"}
        assert gained[best] - without[best] == pytest.approx(lift[row], abs=1e-6)


@every_amount_of_labels
def test_a_lifted_claim_scores_alone_as_in_a_batch(n_labels) -> None:
    made, out = trained(n_labels)
    rules = Rules(CODES, WEIGHTS, BELIEFS)
    whole = out.model.score(made.features, made.hits, rules)
    for i in range(0, 300, 23):
        alone = out.model.score(made.features[i : i + 1], made.hits[i : i + 1], rules)
        np.testing.assert_allclose(
            alone.drop("band").to_numpy(), whole[i : i + 1].drop("band").to_numpy(), atol=1e-9
        )


@pytest.mark.parametrize("n", [10, 100, 5_000])
def test_z_of_a_probability_is_what_the_calibration_undoes(n: int) -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(-4, 2, n * 10)
    y = (rng.random(len(z)) < 1 / (1 + np.exp(-z - 0.5))).astype(float)
    calibrator = Calibrator.fit(z, y, np.ones(len(z)))
    along = calibrator.probability(np.linspace(z.min(), z.max(), 2_000))
    assert (np.diff(along) >= 0).all()
    inside = calibrator.probability(np.quantile(z, [0.1, 0.5, 0.9]))
    np.testing.assert_allclose(calibrator.probability(calibrator.z_of(inside)), inside, atol=1e-9)


def test_beliefs_are_one_a_rule_or_none() -> None:
    with pytest.raises(HitsNotMatching):
        Rules(CODES, WEIGHTS, (0.1,))
