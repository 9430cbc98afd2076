"""Drift of a week: figures against a plain computation, nothing judged before a week, and only what lasts asks for action."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from fraud.detection.drift import Reference
from fraud.detection.models import DriftReport, ModelVersion, ScreeningRun
from fraud.detection.screening.population import PopulationShift, population_shift

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 2)
LEARNT = np.random.default_rng(0).normal(size=20_000)


@pytest.fixture
def version() -> ModelVersion:
    card = {
        "drift": {"log_amount": Reference.of(LEARNT).to_json(), "weekday": Reference.of(LEARNT).to_json()}
    }
    return ModelVersion.objects.create(
        reference="M-1", stage="champion", folder="M-1", sha256="0" * 64, created_by="x", card=card
    )


def night(version: ModelVersion, on: date, values: np.ndarray | pl.DataFrame) -> PopulationShift:
    """One night's report, stored as the night stores it."""
    if isinstance(values, np.ndarray):
        values = pl.DataFrame({"log_amount": values, "weekday": values})
    now = datetime.now(UTC)
    run = ScreeningRun.objects.create(
        reference=f"R-{on}",
        business_date=on,
        cut_off_at=now,
        started_at=now,
        started_by="x",
        model_version=version,
    )
    found = population_shift(run, values)
    assert found is not None
    DriftReport.objects.create(
        run=run,
        model_version=version,
        n_claims=found.n_claims,
        n_nights=found.n_nights,
        is_whole_week=found.is_whole_week,
        psi=found.features,
        level=found.level,
    )
    return found


def nights(version: ModelVersion, first: int, last: int, moved_by: float) -> list[PopulationShift]:
    """Nights of days first..last after the Monday, whose claims have moved by so many standard deviations."""
    return [
        night(version, MONDAY + timedelta(days=d), np.random.default_rng(d).normal(moved_by, 1, 400))
        for d in range(first, last + 1)
    ]


def plain_psi(values: np.ndarray) -> float:
    """PSI by counting with a loop: deciles of what was learnt, half a row more in every bin."""
    edges = np.quantile(LEARNT, [k / 10 for k in range(1, 10)])
    bins = len(edges) + 2  # the last one holds missing values

    def shares(x: np.ndarray) -> list[float]:
        counted = [0.5] * bins
        for value in x:
            counted[sum(value > edge for edge in edges)] += 1
        return [c / sum(counted) for c in counted]

    return sum((q - p) * math.log(q / p) for p, q in zip(shares(LEARNT), shares(values), strict=True))


def test_figure_is_that_of_the_last_seven_nights_together(version: ModelVersion) -> None:
    found = nights(version, 0, 8, 0.3)[-1]
    week = np.concatenate([np.random.default_rng(d).normal(0.3, 1, 400) for d in range(2, 9)])
    assert found.features["log_amount"]["psi"] == pytest.approx(plain_psi(week), abs=1e-4)
    assert (found.n_claims, found.n_nights) == (2800, 7)


def test_single_night_is_not_judged_however_far_it_lies(version: ModelVersion) -> None:
    found = nights(version, 0, 5, 2.0)
    assert {one.level for one in found} == {"calm"}
    assert not any(one.is_whole_week for one in found)
    assert found[-1].features["log_amount"]["psi"] > 1


def test_strong_shift_warns_in_its_first_week_and_asks_for_action_in_its_second(
    version: ModelVersion,
) -> None:
    nights(version, 0, 6, 0.0)
    moved = nights(version, 7, 20, 1.5)
    assert moved[6].level == "warn"
    assert moved[13].level == "act"


def test_slight_shift_is_told_only_when_it_lasts(version: ModelVersion) -> None:
    found = nights(version, 0, 13, 0.4)
    assert found[6].features["log_amount"]["level"] == "warn"
    assert found[6].level == "calm"
    assert found[13].level == "warn"


def test_shift_that_passes_is_calm_again(version: ModelVersion) -> None:
    nights(version, 0, 6, 0.0)
    nights(version, 7, 13, 1.5)
    assert nights(version, 14, 20, 0.0)[-1].level == "calm"


def test_weekday_is_never_a_shift(version: ModelVersion) -> None:
    assert set(nights(version, 0, 0, 3.0)[0].features) == {"log_amount"}


def test_another_versions_nights_do_not_count(version: ModelVersion) -> None:
    nights(version, 0, 6, 0.0)
    ModelVersion.objects.filter(pk=version.pk).update(stage="archived")
    other = ModelVersion.objects.create(
        reference="M-2", stage="champion", folder="M-2", sha256="0" * 64, created_by="x", card=version.card
    )
    found = nights(other, 7, 7, 1.5)[0]
    assert (found.n_nights, found.is_whole_week, found.level) == (1, False, "calm")


def test_what_grows_by_itself_keeps_its_figure_and_is_never_a_shift(version: ModelVersion) -> None:
    """An orchard hires nobody: days since hired grow by one a day, outcomes become known, the first use of a merchant lies further back."""
    names = ["days_since_hired", "merchant_seen_days", "n_known_labels_approver_90d", "mcc_share_peer"]
    version.card = {"drift": {name: Reference.of(LEARNT).to_json() for name in ["log_amount", *names]}}
    version.save()
    found = []
    for day in range(21):
        rng = np.random.default_rng(day)
        grown = dict.fromkeys(names, rng.normal(9.0, 1, 400))
        found.append(
            night(
                version,
                MONDAY + timedelta(days=day),
                pl.DataFrame({"log_amount": rng.normal(size=400)} | grown),
            )
        )
    assert {one.level for one in found} == {"calm"}
    assert {found[-1].features[name]["level"] for name in names} == {"calm"}
    assert all(found[-1].features[name]["psi"] > 1 for name in names)
