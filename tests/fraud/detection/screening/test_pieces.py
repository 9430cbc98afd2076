"""What comes before a large night's parts done by several: whoever did a piece, and whatever became of it, the same is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from audit.actor import Actor
from fraud.claims.reading import read_many_claims
from fraud.claims.segment_files import IDENTITY
from fraud.claims.segments import usable_segments
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.screening import frames, large, pieces
from fraud.detection.screening.kept_windows import folder_of, forget_windows
from fraud.detection.screening.leases import LeaseLost, keep, new_token, this_machine
from fraud.detection.screening.prepare import open_run
from fraud.detection.screening.rulebook import rules_of
from tests.cast import make_cardholder, make_claim, make_merchant
from tests.night_company import add_rules

AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
RULES = {
    "L01": ("count(same cardholder within 30 days) >= 2", 1.0, False),
    "L02": ("sum(amount same merchant within 60 days) > 9000 KRW", 1.0, False),
}
NOBODY = f"{{}}.{2**22 + 1}.0.abc"  # a number no process has
Ring = Callable[[ScreeningRun, int], None]


@pytest.fixture
def run(db: None, settings: Any, tmp_path: Path) -> ScreeningRun:
    settings.NIGHTS_DIR, settings.COLUMNS_DIR, settings.COLUMNS_FROM = (
        tmp_path / "nights",
        tmp_path / "columns",
        0,
    )
    frames.forget_frames()
    add_rules(RULES)
    people, place = [make_cardholder(), make_cardholder()], make_merchant()
    for number in range(12):
        make_claim(
            external_id=f"K{number}",
            cardholder=people[number % 2],
            merchant=place,
            amount_minor=4_000 + number,
            received_at=AT,
            transacted_at=AT - timedelta(days=11 * number),
        )
    return open_run(business_date=AT.date(), by=Actor.system("nightly"), cut_off_at=AT + timedelta(hours=1))


def found(
    run: ScreeningRun, ring: Ring | None, *, shared: bool = True
) -> tuple[pl.DataFrame, list[pl.Series], pl.DataFrame]:
    """(features that look back, answers of the rules' windows, what the columns tell) of the run's claims."""
    share = pieces.Sharing(run, lambda: None, ring).out if shared else None
    frames.forget_frames()
    kept = frames.windows_kept(run, share)
    rows = slice(0, kept.claims.height)
    answers = kept.answers(rows, rules_of(run).windows())
    told = read_many_claims(run.cut_off_at, without=IDENTITY)
    behind = kept.behind(rows)
    return behind.select(sorted(behind.columns)), [pl.Series(one) for one in answers.values()], told


def anew(run: ScreeningRun, columns: Path) -> None:
    """As a first night finds it."""
    forget_windows(run.pk)
    for path in columns.glob("*"):
        path.unlink()


def same(one: Any, other: Any) -> bool:
    answers = all(a.equals(b, null_equal=True) for a, b in zip(one[1], other[1], strict=True))
    return bool(one[0].equals(other[0]) and answers and one[2].equals(other[2]))


def helped(run: ScreeningRun, n: int) -> None:
    assert n > 1
    assert pieces.help_prepare(run)


def no_help(run: ScreeningRun, n: int) -> None:
    return None


def left_behind(run: ScreeningRun, n: int) -> None:
    """Somebody took the first two and is gone."""
    first = RunPart.objects.filter(run=run).order_by("number")[:2].values_list("pk", flat=True)
    until = datetime.now(UTC) + timedelta(hours=1)
    RunPart.objects.filter(pk__in=list(first)).update(
        state="taken", lease_token=NOBODY.format(this_machine()), lease_until=until
    )


def told_and_lost(run: ScreeningRun, n: int) -> None:
    """Somebody did all of them, and no file is as it was written."""
    helped(run, n)
    for path in [
        *folder_of(run.pk).glob("behind-*.arrow"),
        *folder_of(run.pk).parent.parent.glob("columns/*.parquet"),
    ]:
        path.write_bytes(path.read_bytes()[:-1])


def told_and_gone(run: ScreeningRun, n: int) -> None:
    helped(run, n)
    for path in [
        *folder_of(run.pk).glob("answer-*.arrow"),
        *folder_of(run.pk).parent.parent.glob("columns/*.parquet"),
    ]:
        path.unlink()


@pytest.mark.parametrize("ring", [None, no_help, helped, left_behind, told_and_lost, told_and_gone])
def test_whoever_did_the_pieces_the_same_is_found(
    ring: Ring | None, run: ScreeningRun, tmp_path: Path
) -> None:
    alone = found(run, None, shared=False)
    assert alone[0].height == 12
    assert len(alone[1]) == 2
    anew(run, tmp_path / "columns")
    assert same(found(run, ring), alone)
    assert usable_segments() is not None
    assert not RunPart.objects.filter(run=run).exists()


def test_helper_that_fails_leaves_the_piece_to_whoever_prepares_the_run(
    run: ScreeningRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = []

    def cannot(run: ScreeningRun, n: int) -> None:
        with monkeypatch.context() as broken:
            broken.setitem(pieces._WORK, "windows", lambda run, job: 1 / 0)
            broken.setitem(pieces._WORK, "columns", lambda run, job: 1 / 0)
            assert not pieces.help_prepare(run)
        errors.extend(
            RunPart.objects.filter(run=run, attempts=1, state="waiting").values_list("error", flat=True)
        )

    assert found(run, cannot)[0].height == 12
    assert {error.partition(":")[0] for error in errors} == {"ZeroDivisionError"}


def test_helper_of_another_machine_or_of_a_paused_run_takes_nothing(run: ScreeningRun) -> None:
    told: list[bool] = []

    def elsewhere(run: ScreeningRun, n: int) -> None:
        rows = RunPart.objects.filter(run=run)
        for row in rows:
            RunPart.objects.filter(pk=row.pk).update(spec={**row.spec, "machine": "other"})
        told.append(pieces.help_prepare(run))
        ScreeningRun.objects.filter(pk=run.pk).update(paused_at=AT)
        for row in rows:
            RunPart.objects.filter(pk=row.pk).update(spec={**row.spec, "machine": this_machine()})
        told.append(pieces.help_prepare(run))
        ScreeningRun.objects.filter(pk=run.pk).update(paused_at=None)

    assert found(run, elsewhere)[0].height == 12
    assert told
    assert not any(told)


def test_piece_that_was_taken_over_is_stored_once(run: ScreeningRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever works on after the lease went to somebody else stores nothing."""
    RunPart.objects.create(
        run=run,
        number=1,
        spec={"piece": "windows", "machine": this_machine(), "job": {"key": "k", "look": "pace"}},
    )
    monkeypatch.setitem(pieces._WORK, "windows", lambda run, job: _taken_over(run))
    assert pieces.help_prepare(run)
    assert RunPart.objects.get(run=run).result == {"files": ["theirs"]}


def _taken_over(run: ScreeningRun) -> dict[str, Any]:
    RunPart.objects.filter(run=run, state="taken").update(
        state="done", lease_token="", result={"files": ["theirs"]}
    )
    return {"files": ["mine"]}


def test_run_that_was_cancelled_meanwhile_is_no_longer_prepared(run: ScreeningRun) -> None:
    token = new_token()
    ScreeningRun.objects.filter(pk=run.pk).update(lease_token=token)

    def cancelled(run: ScreeningRun, n: int) -> None:
        RunPart.objects.filter(run=run).delete()
        ScreeningRun.objects.filter(pk=run.pk).update(lease_token="", state="cancelled")

    sharing = pieces.Sharing(run, lambda: keep(run, token), cancelled)
    with pytest.raises(LeaseLost):
        large.columns_made(run, sharing.out)


def test_whoever_slept_while_another_took_the_run_over_deletes_none_of_its_parts(run: ScreeningRun) -> None:
    mine, theirs = new_token(), new_token()
    ScreeningRun.objects.filter(pk=run.pk).update(lease_token=theirs, state="scoring")
    RunPart.objects.create(run=run, number=1, spec={"of": 1, "bucket": 0}, state="done", n_claims=12)
    with pytest.raises(LeaseLost):
        large.columns_made(run, pieces.Sharing(run, lambda: keep(run, mine), None).out)
    assert RunPart.objects.get(run=run).state == "done"


def test_pieces_of_whoever_took_the_run_over_stay_where_they_are(run: ScreeningRun) -> None:
    token = new_token()
    ScreeningRun.objects.filter(pk=run.pk).update(lease_token=token)

    def taken_over(run: ScreeningRun, n: int) -> None:
        other = new_token()
        ScreeningRun.objects.filter(pk=run.pk).update(lease_token=other)
        pieces.Sharing(run, lambda: keep(run, other), None)._lay("columns", [{}, {}])

    with pytest.raises(LeaseLost):
        large.columns_made(run, pieces.Sharing(run, lambda: keep(run, token), taken_over).out)
    assert RunPart.objects.filter(run=run, state="waiting").count() == 2


def test_other_process_reads_which_claims_a_large_night_looks_at(
    run: ScreeningRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(run, None)
    first = frames.pending_of(run)
    frames.forget_frames()
    monkeypatch.setattr(frames, "pending_claims", lambda run: 1 / 0)
    assert frames.pending_of(run).equals(first)
    monkeypatch.undo()
    frames.forget_frames()
    make_claim(external_id="K99", received_at=AT, transacted_at=AT)  # stored late under the cut-off
    assert frames.pending_of(run).height == first.height + 1
