"""The simulated night against plain sums: one worker is the sum of its costs, and nothing is faster than what bounds it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.scaling import Costs, largest_night, main, ordinary_night, simulate, useful_workers

PLAIN = Costs(part_s=0, wal_bytes=0)


def test_one_worker_takes_the_sum_of_all_costs() -> None:
    night = simulate(1_000_000, 1, PLAIN, hands=1)
    a_claim = 5.0 + 2.2 + 35.4 + 13.2 + 12.7 + 10.4
    assert night.seconds == pytest.approx(a_claim + 1_000 * 0.008)


@given(workers=st.integers(1, 40), hands=st.integers(1, 8), claims=st.integers(1, 3_000_000))
def test_more_workers_never_take_longer_and_nothing_beats_its_bounds(
    workers: int, hands: int, claims: int
) -> None:
    one, many = simulate(claims, 1, PLAIN, hands=hands), simulate(claims, workers, PLAIN, hands=hands)
    assert many.seconds <= one.seconds + 1e-9
    assert many.parts + 1e-9 >= claims * 10.4e-6 / hands
    assert many.parts + 1e-9 >= claims * 25.9e-6 / workers
    assert many.frame == one.frame == pytest.approx(claims * 35.4e-6)


def test_a_frame_that_is_computed_once_lets_more_workers_help() -> None:
    shared = Costs(is_shared=True)
    assert useful_workers(10_000_000, shared, hands=8) > useful_workers(10_000_000, Costs(), hands=8)


def test_the_largest_night_fills_the_memory() -> None:
    new = largest_night(64, Costs())
    assert ordinary_night(new, Costs())["memory_gb"] == pytest.approx(64, abs=0.1)


def test_a_cost_measured_elsewhere_takes_the_place_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    given_ = ["--claims", "100000", "--workers", "1", "--set", "frame_us=0", "score_us=0", "--json"]
    assert main(given_) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["costs"]["frame_us"], found["nights"][0]["frame"]) == (0, 0)
    with pytest.raises(SystemExit):
        main(["--set", "speed=1"])
