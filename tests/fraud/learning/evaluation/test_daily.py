"""Seats a day, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.learning.evaluation.daily import at_seats, card_precision_at, top_per_day


def made(n: int = 600, seed: int = 0):
    rng = np.random.default_rng(seed)
    day, card = rng.integers(0, 6, n), rng.integers(0, 40, n)
    y = (card < 6) & (rng.random(n) < 0.3)
    return y, rng.random(n) + y, card, day


def plain_card_precision(y, score, card, day, k):
    """The definition, written as a loop over dictionaries."""
    found, out = set(), []
    for d in sorted(set(day.tolist())):
        best, bad = {}, {}
        for i in range(len(y)):
            if day[i] == d and card[i] not in found:
                best[card[i]] = max(best.get(card[i], -1), score[i])
                bad[card[i]] = bad.get(card[i], False) or bool(y[i])
        top = sorted(best, key=lambda c: -best[c])[:k]
        hits = [c for c in top if bad[c]]
        out.append(len(hits) / k)
        found.update(hits)
    return sum(out) / len(out)


@pytest.mark.parametrize("k", [1, 3, 10, 100])
def test_card_precision_equals_the_definition(k: int) -> None:
    y, score, card, day = made()
    assert card_precision_at(y, score, card, day, k) == pytest.approx(
        plain_card_precision(y, score, card, day, k)
    )


def test_card_precision_drops_a_found_card_from_later_days() -> None:
    y, card, day = np.array([1, 1]), np.array([7, 7]), np.array([0, 1])
    assert card_precision_at(y, [0.9, 0.9], card, day, k=1) == 0.5


@pytest.mark.parametrize("k", [0, 1, 5, 1000])
def test_seats_alert_the_best_of_each_day(k: int) -> None:
    y, score, _, day = made()
    chosen = np.zeros(len(y), dtype=bool)
    for d in np.unique(day):
        rows = np.flatnonzero(day == d)
        chosen[rows[np.argsort(-score[rows])][:k]] = True
    np.testing.assert_array_equal(top_per_day(score, day, k), chosen)
    seats = at_seats(y, score, day, k)
    assert seats.recall == pytest.approx((y & chosen).sum() / y.sum())
    assert seats.n_alerts == chosen.sum()
    if k:
        assert seats.precision == pytest.approx((y & chosen).sum() / chosen.sum())


def test_seats_weigh_audited_claims_by_what_they_stand_for() -> None:
    seats = at_seats([1, 1], [0.9, 0.1], [0, 0], 1, weight=[1, 9])
    assert seats.recall == pytest.approx(0.1)
