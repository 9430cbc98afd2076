"""Nights that promise too much learn it from their outcomes, each night from what was known at its cut-off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fraud.detection.models import Score, ScreeningRun
from fraud.detection.scoring.recalibration import Recalibration, learnt_from
from tests.cases.test_rule_beliefs import NEW, decide, misuse, night
from tests.night_company import add_rules
from tests.night_model import ready_company

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    ready_company(settings, tmp_path, 1500)
    add_rules({"N01": NEW})


def learnt_night(number: int) -> ScreeningRun:
    """A night whose scores count as those of trees: the version under test has learnt from no outcome."""
    run = night(number)
    Score.objects.filter(run=run).update(tree_probability=0.01)
    return run


def given(run, claims) -> np.ndarray:
    """What the run gave these claims, its own recalibration taken back by hand."""
    known = Recalibration.from_json(run.recalibration)
    p = np.array([Score.objects.get(run=run, claim=claim).hybrid_probability for claim in claims])
    centre = np.log(0.05 / 0.95)
    x = np.log(p / (1 - p)) - centre - known.shift
    z = centre + np.where(x > 0, x / known.slope, x / known.low_slope)
    return 1 / (1 + np.exp(-z))


def test_a_night_is_set_right_by_outcomes_of_earlier_nights_as_they_gave_them() -> None:
    first = [misuse(each, 0) for each in range(9)]
    run = learnt_night(0)
    assert run.recalibration == learnt_from(np.zeros(0), np.zeros(0)).to_json()  # the prior
    earlier = run.recalibration["shift"]
    decide(first, 1, is_misuse=False)
    second = [misuse(each, 1) for each in range(9)]
    again = learnt_night(1)
    assert again.recalibration == learnt_from(given(run, first), np.zeros(9)).to_json()
    assert again.recalibration["shift"] < earlier
    decide(second, 2, is_misuse=False)
    misuse(3, 2)
    third = night(2)
    both = np.concatenate([given(run, first), given(again, second)])
    expected = learnt_from(both, np.zeros(18))
    found = Recalibration.from_json(third.recalibration)
    assert [found.shift, found.slope, found.low_slope] == pytest.approx(
        [expected.shift, expected.slope, expected.low_slope], abs=1e-4
    )
    assert (found.reviewed, found.confirmed) == (18, 0)


def test_outcomes_known_after_the_cut_off_and_tips_say_nothing_of_it() -> None:
    first = [misuse(each, 0) for each in range(4)]
    run = learnt_night(0)
    decide(first[:2], 5, is_misuse=True)
    misuse(9, 1)
    assert night(1).recalibration["reviewed"] == 0
    from fraud.claims.models import Label

    decide(first[2:], 1, is_misuse=True)
    Label.objects.filter(claim__in=first[2:]).update(source=Label.Source.TIP)
    misuse(8, 2)
    assert night(2).recalibration["reviewed"] == 0
    assert run.recalibration["reviewed"] == 0


def test_a_version_that_has_learnt_from_no_outcome_teaches_nothing_of_probabilities() -> None:
    first = [misuse(each, 0) for each in range(4)]
    night(0)
    decide(first, 1, is_misuse=True)
    misuse(9, 1)
    assert night(1).recalibration["reviewed"] == 0
