"""What is proposed: found on older claims, held on later ones, worth its hits and its conditions; nothing where nothing holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fraud.company.thresholds import CostMatrix
from fraud.detection.intervals import wilson
from fraud.learning.mining.choosing import Counts, MiningSettings, break_even, chosen, proven
from fraud.learning.mining.files import read_block, write_block
from fraud.learning.mining.mine import STEPS, mine, mining, texts, told
from fraud.learning.mining.terms import Comparison, Term, rows_of
from tests.fraud.learning.mining.made import COUNTED, block

COST = CostMatrix(tp=5, fp=5, fn=100, tn=0)
SETTINGS = MiningSettings(n_trees=15)
MANY = (Term(COUNTED, Comparison.ABOVE, 4, is_whole=True),)
AT_A_BAR = (*MANY, Term("merchant.mcc", Comparison.IS, word="5813"))


def test_the_rule_behind_the_misses_is_found_and_proposed_first():
    mined = mine(block(1500, 1), block(1500, 2), currency="KRW", cost=COST, settings=SETTINGS)
    assert set(texts(mined)[0].split(" and ")) == {f"{COUNTED} >= 5", 'merchant.mcc = "5813"'}
    assert mined.n_paths >= mined.n_promising >= mined.n_proven >= len(mined.candidates) == 1


def test_what_does_not_hold_on_later_claims_is_not_proposed():
    later = block(1500, 2)
    moved = replace(later, misuse=np.roll(later.misuse, 7), reviewed=np.ones(1500, dtype=bool))
    assert not mine(block(1500, 1), moved, currency="KRW", cost=COST, settings=SETTINGS).candidates


@pytest.mark.parametrize("empty", ["learn", "check"])
def test_without_misuse_on_either_side_nothing_is_proposed(empty):
    blocks = {"learn": block(200, 1), "check": block(200, 2)}
    blocks[empty] = replace(blocks[empty], misuse=np.zeros(200, dtype=bool))
    assert not mine(**blocks, currency="KRW", cost=COST, settings=SETTINGS).candidates


def test_a_further_condition_has_to_save_its_price():
    check = block(1500, 2)
    hits = {path: rows_of(path, check.features) for path in (MANY, AT_A_BAR)}
    at_a_bar, many = (hits[path] for path in (AT_A_BAR, MANY))
    spared = int((many & ~check.misuse).sum())
    assert (at_a_bar == check.misuse).all()
    assert spared > 100
    for price, best in ((0.0, AT_A_BAR), (5.0 * spared + 1, MANY)):
        found = chosen(hits, check, COST, replace(SETTINGS, price=price))
        assert [path for path, _gain in found] == [best]


def test_gain_is_what_new_finds_save_less_new_hits_and_conditions():
    check = block(1500, 2)
    (_path, gain), *_rest = chosen({AT_A_BAR: rows_of(AT_A_BAR, check.features)}, check, COST, SETTINGS)
    assert gain == 95 * check.misuse.sum() - 20 * 2


def test_claims_nobody_looked_at_count_as_genuine_at_a_fifth_of_their_number():
    counts = Counts(hits=30, reviewed=10, misuse=4, bundles=12, days=6.0)
    z = 1.6448536269514722
    assert counts.lower == pytest.approx(wilson(4, 10, z).low)
    assert counts.lower_of_all == pytest.approx(wilson(4, 14, z).low)
    told_as = counts.to_json()
    assert (told_as["precision"], told_as["cases_a_night"]) == (0.4, 2.0)
    assert told_as["low"] < counts.lower


def test_a_path_whose_hits_nobody_looked_at_is_not_proven_by_a_handful_of_finds():
    check = block(1500, 2, reviewed=0.0)
    assert not proven(
        [MANY], replace(check, misuse=check.misuse & (np.arange(1500) % 20 == 0)), COST, SETTINGS
    )
    assert proven([AT_A_BAR], check, COST, SETTINGS)


def test_break_even_is_where_a_look_costs_what_it_saves():
    assert break_even(COST) == pytest.approx(0.05)


def test_the_latest_claims_play_no_part_and_are_told_with_the_claims_caught():
    check, latest = block(1500, 2), block(1500, 3)
    mined = mine(block(1500, 1), check, currency="KRW", cost=COST, settings=SETTINGS)
    answer = told(mined, check, latest, COST)
    (row,) = answer["candidates"]
    missed = latest.features["claim_id"].to_numpy()[latest.misuse].tolist()
    assert row["caught"] == missed[::-1][:50]
    assert row["for_nothing"] == []
    assert row["latest"]["misuse"] == answer["n_missed"] == len(missed)
    assert answer["cost_before"] == 100 * len(missed)
    assert answer["cost_after"] == 5 * len(missed)
    empty = replace(latest, misuse=np.zeros(1500, dtype=bool))
    assert told(mined, check, empty, COST)["candidates"][0]["text"] == row["text"]


def test_steps_are_told_as_they_begin():
    steps = mining(block(300, 1), block(300, 2), currency="KRW", cost=COST, settings=SETTINGS)
    assert [*steps] == list(STEPS[:-1])


def test_a_block_comes_back_from_its_file_as_it_was(tmp_path):
    before = block(50, 4, gaps=0.3, reviewed=0.5)
    write_block(tmp_path, "learn", before)
    after = read_block(tmp_path, "learn")
    for name in ("misuse", "reviewed", "bundle"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    assert after.days == before.days
    assert after.features["amount"].to_list() == before.features["amount"].to_list()
    assert "cardholder_id" not in after.features.columns
