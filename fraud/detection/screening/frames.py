"""A night's features and rule hits: computed once a process and kept while the run lasts; of a large night a part at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import polars as pl
from django.conf import settings

from audit import faults
from fraud.claims.bulk import forget_pages
from fraud.claims.labels import history_of, told_labels
from fraud.claims.received import one_look
from fraud.claims.segments import advance_segments
from fraud.company.values import current_calendar
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.screening.context import columns_of_past, features_and_context
from fraud.detection.screening.kept_windows import KeptWindows, forget_windows, kept_pending
from fraud.detection.screening.large import (
    ClaimsMoved,
    Judged,
    Share,
    judge_claims,
    judge_stretch,
    limits_of,
    seen_by,
    windows_of_night,
)
from fraud.detection.screening.night_frame import NightFrame, Noted, frame_made_of
from fraud.detection.screening.pending import pending_claims
from fraud.detection.screening.population import counted_rows, references_of
from fraud.detection.screening.reads import claims_of, claims_since, past_of_night, with_approvers
from fraud.detection.screening.rulebook import rules_of
from fraud.detection.screening.timing import timed
from fraud.detection.screening.windows import history_start, latest_reached

log = logging.getLogger(__name__)
#: Claims of a run up to which they alone are read whole, and of the others what windows look at.
_FEW = 20_000
_TICK = timedelta(microseconds=1)


_lock = threading.RLock()
_kept: dict[int, NightFrame] = {}
#: Of a large night one part's frame at a time: (run, stretch) → it.
_stretch: dict[tuple[int, str], NightFrame] = {}
_windows: dict[int, KeptWindows] = {}
_pending: dict[int, pl.DataFrame] = {}
#: What had been received when the run looked for its claims; its frame rests on the same look.
_received: dict[int, dict[datetime, list[int]]] = {}
_labels: dict[int, pl.DataFrame] = {}
#: The version of the run when what is kept of it was built: one that was taken up again since may look at fewer claims.
_versions: dict[int, int] = {}


def labels_of(run: ScreeningRun) -> pl.DataFrame:
    """What was known of outcomes by the run's cut-off (`told_labels`), asked once a process."""
    with _lock:
        if run.pk not in _labels:
            _labels.clear()
            _labels[run.pk] = told_labels(run.cut_off_at)
        return _labels[run.pk]


def pending_of(run: ScreeningRun) -> pl.DataFrame:
    """The run's claims (`pending_claims`), asked once a process: the cut into parts and the frame rest on the same ones."""
    with _lock:
        _renew(run)
        if run.pk not in _pending:
            _pending.clear()
            _received.clear()
            counted = _received.setdefault(run.pk, {})
            with timed("pending"), one_look(counted):
                kept = kept_pending(run.pk, lambda: seen_by(run))
                _pending[run.pk] = pending_claims(run) if kept is None else kept
        return _pending[run.pk]


def night_frame(run: ScreeningRun) -> NightFrame:
    """The frame of a run: the one in memory, or built from the claims, labels and rules as of its cut-off."""
    pending, told = pending_of(run), labels_of(run)
    with _lock:
        if run.pk not in _kept:
            _kept.clear()
            with one_look(_received.get(run.pk)):
                _kept[run.pk] = _build(run, pending, told)
        return _kept[run.pk]


def part_frame(run: ScreeningRun, spec: dict[str, Any]) -> NightFrame:
    """A frame that holds at least the claims of a part: the night's, or of a large night those of its stretch of time."""
    with _lock:
        _renew(run)
        if "since" not in spec or run.pk in _kept:
            return night_frame(run)
        name = _name_of(spec)
        if (run.pk, name) not in _stretch:
            _stretch.clear()
            _stretch[run.pk, name] = _build_stretch(run, spec, name)
        return _stretch[run.pk, name]


def frame_of(run: ScreeningRun, claim_ids: Sequence[int]) -> NightFrame:
    """A frame that holds these claims of the run, wherever in the night they are."""
    with _lock:
        _renew(run)
        if run.pk in _kept or not is_cut_by_time(run):
            return night_frame(run)
        _, judged = _judged(run, lambda kept: judge_claims(run, kept, claim_ids))
        return _of_judged(run, judged)


def windows_kept(run: ScreeningRun, share: Share | None = None) -> KeptWindows:
    """The windows of a large night's claims, worked out by the first who asks, pieces of them by whom `share` finds."""
    pending, told = pending_of(run), labels_of(run)
    with _lock:
        if run.pk not in _windows:
            _windows.clear()
            _windows[run.pk] = windows_of_night(run, pending, told, share)
        return _windows[run.pk]


def is_in_memory(run: ScreeningRun) -> bool:
    """Whether this process holds the whole night."""
    with _lock:
        _renew(run)
        return run.pk in _kept


def is_cut_by_time(run: ScreeningRun) -> bool:
    """Whether the run's parts are stretches of time: only a large night's are."""
    return RunPart.objects.filter(run=run, spec__has_key="since").exists()


def noted_of(run: ScreeningRun) -> Noted:
    """What could not be judged, which rules could not run, and the features that are counted for drift: of all the run's claims."""
    with _lock:
        _renew(run)
        if run.pk in _kept or not is_cut_by_time(run):
            frame = night_frame(run)
            return Noted(frame.not_evaluable(), frame.failed_rules(), frame.features)
        kept, told = windows_kept(run), []
        specs = {
            _name_of(spec): spec for spec in RunPart.objects.filter(run=run).values_list("spec", flat=True)
        }
        for name, spec in sorted(specs.items()):
            if kept.noted(name) is None:
                part_frame(run, spec)
            told.append(kept.noted(name) or _noted(run, kept, part_frame(run, spec), spec))
    return _together([one for one, _ in told], pl.concat([rows for _, rows in told]))


def _together(told: Sequence[dict[str, Any]], rows: pl.DataFrame) -> Noted:
    missing: dict[str, dict[str, Any]] = {}
    failed: dict[int, str] = {}
    for one in told:
        failed |= {int(version): error for version, error in one["failed"].items()}
        for code, entry in one["not_evaluable"].items():
            known = missing.setdefault(code, {"n": 0, "missing": []})
            known["n"] += entry["n"]
            known["missing"] = sorted({*known["missing"], *entry["missing"]})
            if "error" in entry:
                known["error"] = entry["error"]
    return Noted(missing, failed, rows)


def _build_stretch(run: ScreeningRun, spec: dict[str, Any], name: str) -> NightFrame:
    kept, judged = _judged(run, lambda kept: judge_stretch(run, kept, spec))
    frame = _of_judged(run, judged)
    forget_pages()
    if kept.noted(name) is None:
        kept.note(name, *_noted(run, kept, frame, spec))
    return frame


def _judged(run: ScreeningRun, judge: Callable[[KeptWindows], Judged]) -> tuple[KeptWindows, Judged]:
    """Windows of the run and what is judged by them; files that went away, or were cut, since they were looked at are made anew once.

    Whoever finds other claims than the windows are of leaves nothing behind that the next attempt would believe.
    """
    kept = windows_kept(run)
    try:
        return kept, judge(kept)
    except ClaimsMoved:
        forget_frames()
        forget_windows(run.pk)
        raise
    except (OSError, pl.exceptions.PolarsError) as error:
        log.warning("screening.windows_gone", extra={"run": run.reference, "why": str(error)})
        _windows.clear()  # what is still whole, or another process has made anew, is found by its digests
        kept = windows_kept(run)
        return kept, judge(kept)


def _noted(
    run: ScreeningRun, kept: KeptWindows, frame: NightFrame, spec: dict[str, Any]
) -> tuple[dict[str, Any], pl.DataFrame]:
    """What `noted_of` needs of a stretch: counts, errors, and the rows of it that are counted."""
    rows = kept.between(*limits_of(spec))
    counted = counted_rows(kept.claims.height)
    inside = counted.filter(counted.is_between(rows.start, rows.stop, closed="left")) - rows.start
    names = [name for name in references_of(run) if name in frame.features.columns]
    told = {"not_evaluable": frame.not_evaluable(), "failed": frame.failed_rules()}
    return told, frame.features.select(names)[inside]


def _of_judged(run: ScreeningRun, judged: Judged) -> NightFrame:
    return frame_made_of(run, pending_of(run), judged.features, judged.outcome, judged.rules)


def _name_of(spec: dict[str, Any]) -> str:
    return f"part-{sha256(repr((spec['since'], spec['until'])).encode()).hexdigest()[:16]}"


def _renew(run: ScreeningRun) -> None:
    """Let go what was built before somebody stepped in: another process may have taken the run up again, and given claims away."""
    if run.version > _versions.get(run.pk, run.version):
        forget_frames()
    _versions[run.pk] = max(run.version, _versions.get(run.pk, 0))


def renew_rules(run: ScreeningRun) -> None:
    """Give the frame in memory what the run knows of its rules by now: a first version is fitted on it before that is pinned."""
    with _lock:
        if run.pk in _kept:
            _kept[run.pk] = replace(_kept[run.pk], rules=rules_of(run))


def forget_stretch() -> None:
    """Free what is held of one part of a large night; whoever asks for it again builds it again."""
    with _lock:
        _stretch.clear()
    forget_pages()


def forget_frames() -> None:
    """Free the memory; the next call builds the frame again."""
    with _lock:
        _kept.clear()
        _stretch.clear()
        _windows.clear()
        _pending.clear()
        _received.clear()
        _labels.clear()


def _build(run: ScreeningRun, pending: pl.DataFrame, told: pl.DataFrame) -> NightFrame:
    faults.hit("features.start")
    earliest, latest = pending["transacted_at"].min(), pending["transacted_at"].max()
    rules = rules_of(run)
    since: datetime | None = run.cut_off_at
    if isinstance(earliest, datetime):
        since = history_start(earliest, rules.specs)
    with timed("columns"):
        advance_segments(run.cut_off_at)
    until = latest_reached(latest, rules.specs) + _TICK if isinstance(latest, datetime) else None
    columns = columns_of_past(rules.specs) if 0 < pending.height <= _FEW else None
    labels, wanted = history_of(told), None
    forget_pages()
    with timed("read"):
        if columns is None:
            claims = claims_since(run.cut_off_at, since, until)
        else:
            claims = past_of_night(run.cut_off_at, since, until, columns)
            wanted = claims_of(run.cut_off_at, pending["claim_id"])
            labels = with_approvers(labels, run.cut_off_at)
        targets = claims["claim_id"].is_in(pending["claim_id"].implode()).to_numpy()
    forget_pages()
    with timed("features"):
        features, context, asked = features_and_context(
            claims,
            targets,
            rules.specs,
            calendar=current_calendar(),
            zone=settings.TIME_ZONE,
            labels=labels,
            wanted=wanted,
            parameters=rules.context.parameters,
            lets_go=True,
        )
    del claims
    with timed("rules"):
        outcome = rules.evaluate(context, asked, features)
    faults.hit("features.built")
    return frame_made_of(run, pending, features, outcome, rules)
