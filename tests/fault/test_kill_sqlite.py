"""The night in process on SQLite, killed at every named point and started again."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests.fault.rig import Company, sql_rows

# fmt: off
POINTS = (
    "features.built", "prepare.parts", "prepare.done", "part.taken", "part.written", "part.done", "part.written:kill:3",
    "open.part_explained", "open.explained", "open.written", "finish.recorded",
)
# fmt: on


def test_undisturbed_night_is_whole(undisturbed: dict[str, list[Any]]) -> None:
    ((_, state, claims, scored, hits, alerts, cases, _held),) = undisturbed["run"]
    assert (state, claims, scored) == ("finished", 700, 700)
    assert (len(undisturbed["scores"]), len(undisturbed["hits"])) == (700, hits)
    assert (len(undisturbed["alerts"]), len(undisturbed["cases"])) == (alerts, cases)
    assert cases > 20


@pytest.mark.parametrize("point", POINTS)
def test_killed_night_finishes_with_the_same_result(
    point: str, lite_company: Company, undisturbed: dict[str, list[Any]]
) -> None:
    fault = point if ":" in point else f"{point}:kill"
    killed = lite_company.nightly(CLEANCARD_FAULT=fault)
    assert killed["status"] == -signal.SIGKILL, killed["output"]
    again = lite_company.nightly()
    assert again["status"] == 0, again["output"]
    assert lite_company.left() == undisturbed


@pytest.mark.parametrize(
    "point", ["settled.written", "columns.written", "columns.listed", "past.written", "past.listed"]
)
def test_night_killed_while_it_keeps_something_for_the_next_one_ends_as_one_that_kept_nothing(
    point: str, lite_company: Company, undisturbed: dict[str, list[Any]]
) -> None:
    killed = lite_company.nightly(CLEANCARD_FAULT=f"{point}:kill", COLUMNS_FROM="0")
    assert killed["status"] == -signal.SIGKILL, killed["output"]
    again = lite_company.nightly(COLUMNS_FROM="0")
    assert again["status"] == 0, again["output"]
    assert lite_company.left() == undisturbed
    assert (lite_company.home / "columns" / "manifest.json").exists()


@pytest.mark.parametrize(
    "point",
    [
        "windows.half_written:kill:5",
        "windows.written:kill",
        "windows.listed:kill",
        "part.explained:kill:2",
        "part.written:kill:2",
        "open.part_explained:kill",
    ],
)
def test_large_night_killed_at_any_of_its_points_ends_as_one_that_was_not_large(
    point: str, lite_company: Company, undisturbed: dict[str, list[Any]]
) -> None:
    killed = lite_company.nightly(CLEANCARD_FAULT=point, LARGE_NIGHT="100")
    assert killed["status"] == -signal.SIGKILL, killed["output"]
    assert list((lite_company.home / "nights").glob("*/pending-*.arrow"))
    again = lite_company.nightly(LARGE_NIGHT="100")
    assert again["status"] == 0, again["output"]
    assert lite_company.left() == undisturbed
    assert not list((lite_company.home / "nights").glob("*/*"))


@pytest.mark.parametrize(
    "point",
    [
        "pieces.laid:kill",
        "pieces.laid:kill:2",
        "piece.taken:kill:3",
        "piece.worked:kill:4",
        "piece.done:kill:10",
    ],
)
def test_large_night_killed_over_a_piece_ends_as_one_that_was_not_large(
    point: str, lite_company: Company, undisturbed: dict[str, list[Any]]
) -> None:
    large = {"LARGE_NIGHT": "100", "COLUMNS_FROM": "0"}
    killed = lite_company.nightly(CLEANCARD_FAULT=point, **large)
    assert killed["status"] == -signal.SIGKILL, killed["output"]
    assert sql_rows(lite_company, "SELECT count(*) FROM fraud_runpart")[0][0] > 0
    assert list((lite_company.home / "leases").iterdir())  # nobody could take them away
    again = lite_company.nightly(**large)
    assert again["status"] == 0, again["output"]
    assert not list((lite_company.home / "leases").iterdir())
    assert lite_company.left() == undisturbed
    assert not list((lite_company.home / "nights").glob("*/*"))


def test_night_killed_at_every_part_still_ends_whole(
    lite_company: Company, undisturbed: dict[str, list[Any]]
) -> None:
    deaths = 0
    for _ in range(20):
        done = lite_company.nightly(CLEANCARD_FAULT="part.done:kill")
        if done["status"] == 0:
            break
        assert done["status"] == -signal.SIGKILL, done["output"]
        deaths += 1
    assert deaths >= 4
    assert lite_company.left() == undisturbed


def test_audit_chain_is_whole_after_a_kill(lite_company: Company) -> None:
    lite_company.nightly(CLEANCARD_FAULT="open.written:kill")
    assert lite_company.nightly()["status"] == 0
    verified = lite_company.manage("verify_audit")
    assert verified["status"] == 0, verified["output"]


def without_control(left: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What is left, its audit entries without their place in the chain and without those of pausing and resuming."""
    control = {"run.paused", "run.resumed"}
    entries = [(subject, action) for subject, _, action in left["audit"] if action not in control]
    return {**left, "audit": entries}


def half_done(company: Company) -> None:
    """A night of which the first part is stored and nobody works any more."""
    assert company.nightly(CLEANCARD_FAULT="part.done:kill")["status"] == -signal.SIGKILL


def test_paused_night_keeps_what_is_done_and_ends_as_an_undisturbed_one(
    lite_company: Company, undisturbed: dict[str, list[Any]]
) -> None:
    half_done(lite_company)
    for step in ("pause", "resume"):
        killed = lite_company.manage("nightly", f"--{step}", CLEANCARD_FAULT=f"{step}.written:kill")
        assert killed["status"] == -signal.SIGKILL, killed["output"]
        if step == "resume":
            break
        assert sql_rows(lite_company, "SELECT paused_at, version FROM fraud_screeningrun") == [(None, 0)]
        assert lite_company.manage("nightly", "--pause")["status"] == 0
        kept = lite_company.left()["scores"]
        assert 0 < len(kept) < 700
        waited = lite_company.nightly()
        assert (waited["status"], lite_company.left()["scores"]) == (0, kept)
        assert "일시 중지" in waited["output"]
        assert "일시 중지" in lite_company.manage("nightly", "--watch")["output"]
    gone_on = lite_company.manage("nightly", "--resume")
    assert gone_on["status"] == 0, gone_on["output"]
    assert without_control(lite_company.left()) == without_control(undisturbed)


@pytest.mark.parametrize("point", ["cancel.parts", "cancel.written"])
def test_night_whose_cancelling_is_killed_was_never_cancelled(
    point: str, lite_company: Company, undisturbed: dict[str, list[Any]]
) -> None:
    half_done(lite_company)
    killed = lite_company.manage("nightly", "--cancel", CLEANCARD_FAULT=f"{point}:kill")
    assert killed["status"] == -signal.SIGKILL, killed["output"]
    assert lite_company.nightly()["status"] == 0
    assert lite_company.left() == undisturbed


def test_cancelled_night_loses_no_claim(lite_company: Company, undisturbed: dict[str, list[Any]]) -> None:
    half_done(lite_company)
    cancelled = lite_company.manage("nightly", "--cancel")
    assert (cancelled["status"], lite_company.left()["scores"]) == (0, []), cancelled["output"]
    again = lite_company.nightly()
    assert "끝났습니다(취소됨)" in again["output"]
    assert lite_company.left()["scores"] == []
    assert lite_company.manage("nightly", "--date", "2026-05-05")["status"] == 0
    left = lite_company.left()
    assert [(row[1], row[3]) for row in left["run"]] == [("cancelled", 0), ("finished", 700)]
    assert (left["scores"], left["hits"]) == (undisturbed["scores"], undisturbed["hits"])
    assert lite_company.manage("verify_audit")["status"] == 0
