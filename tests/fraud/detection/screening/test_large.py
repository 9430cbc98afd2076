"""How a large night is cut by time, and when what is kept of its windows is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.actor import Actor
from fraud.detection.models import ScreeningRun
from fraud.detection.screening import frames, kept_windows, large
from fraud.detection.screening.pending import pending_claims
from fraud.detection.screening.prepare import open_run
from tests.cast import make_cardholder, make_claim, make_merchant
from tests.night_company import add_rules

AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
RULES = {"L01": ("count(same cardholder within 30 days) >= 2", 1.0, False)}


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.integers(1, 20))
def test_stretches_hold_every_claim_once_and_none_is_empty(days: list[int], largest: int) -> None:
    at = pl.Series([AT + timedelta(days=day) for day in days], dtype=pl.Datetime("us", "UTC"))
    parts = large.stretches(at, largest)
    held = []
    for spec, size in parts:
        since, until = large.limits_of(spec)
        inside = [one for one in at if (since is None or one >= since) and (until is None or one < until)]
        assert len(inside) == size > 0
        held += inside
    assert sorted(held) == sorted(at)
    assert parts[0][0]["since"] == parts[-1][0]["until"] == ""
    if len(set(days)) == len(days):
        assert max(size for _, size in parts) <= largest


@pytest.fixture
def run(db: None, settings: Any, tmp_path: Path) -> ScreeningRun:
    settings.NIGHTS_DIR = tmp_path / "nights"
    add_rules(RULES)
    person, place = make_cardholder(), make_merchant()
    for number in range(4):
        at = AT - timedelta(days=number)
        make_claim(
            external_id=f"K{number}", cardholder=person, merchant=place, received_at=AT, transacted_at=at
        )
    by = Actor.system("nightly")
    return open_run(business_date=AT.date(), by=by, cut_off_at=AT + timedelta(hours=1))


def worked_out(run: ScreeningRun, monkeypatch: pytest.MonkeyPatch) -> tuple[kept_windows.KeptWindows, int]:
    """The run's windows, and how often they had to be worked out for it."""
    times, as_it_is = [], large._work_out

    def counting(*args: Any) -> None:
        times.append(1)
        as_it_is(*args)

    monkeypatch.setattr(large, "_work_out", counting)
    kept = large.windows_of_night(run, pending_claims(run), frames.told_labels(run.cut_off_at))
    monkeypatch.undo()
    return kept, len(times)


def test_windows_are_worked_out_once(run: ScreeningRun, monkeypatch: pytest.MonkeyPatch) -> None:
    first, times = worked_out(run, monkeypatch)
    assert (times, first.claims.height) == (1, 4)
    _, times = worked_out(run, monkeypatch)
    assert times == 0


@pytest.mark.parametrize("damage", ["byte", "gone", "list", "folder"])
def test_damaged_windows_are_worked_out_anew(
    damage: str, run: ScreeningRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = worked_out(run, monkeypatch)
    whole = large.judge_claims(run, kept, kept.claims["claim_id"].to_list())
    path = next(kept.folder.glob("behind-pace-*.arrow"))
    if damage == "byte":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "gone":
        path.unlink()
    elif damage == "list":
        (kept.folder / "manifest.json").write_text("[]")
    else:
        kept_windows.forget_windows(run.pk)
    again, times = worked_out(run, monkeypatch)
    assert times == 1
    judged = large.judge_claims(run, again, again.claims["claim_id"].to_list())
    assert judged.features.equals(whole.features)
    assert (judged.outcome.hits == whole.outcome.hits).all()
    assert whole.outcome.hits.any()


def test_claim_stored_late_under_the_cut_off_makes_them_stale(
    run: ScreeningRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = worked_out(run, monkeypatch)
    make_claim(external_id="K9", received_at=AT, transacted_at=AT)
    again, times = worked_out(run, monkeypatch)
    assert (times, again.claims.height) == (1, kept.claims.height + 1)


def test_part_whose_claims_are_not_those_of_its_windows_is_refused(
    run: ScreeningRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = worked_out(run, monkeypatch)
    ScreeningRun.objects.filter(pk=run.pk).update(cut_off_at=AT - timedelta(days=9))
    run.refresh_from_db()
    with pytest.raises(large.ClaimsMoved):
        large.judge_stretch(run, kept, {"since": "", "until": ""})


def test_note_of_a_part_is_believed_only_whole(run: ScreeningRun, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, _ = worked_out(run, monkeypatch)
    rows = pl.DataFrame({"amount": [1, 2]})
    kept.note("part-1", {"failed": {}}, rows)
    told = kept.noted("part-1")
    assert told is not None
    assert told[0] == {"failed": {}}
    assert told[1].equals(rows)
    (kept.folder / "part-1.arrow").write_bytes(b"")
    assert kept.noted("part-1") is None


def test_windows_that_cannot_be_read_back_are_told_in_words(
    run: ScreeningRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "kept_windows", lambda run_id, key: None)
    with pytest.raises(large.WindowsGone, match="cannot be read back"):
        frames.windows_kept(run)
