"""The windows of a large night a piece at a time: features that look back on one thing, or the rules' windows over the same keys.

Each piece rests on what was laid down for all of them and on the run alone, and writes files of its own, so that pieces may be done in
any order, by any processes of the machine, and twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from audit import faults
from fraud.claims.bulk import forget_pages, return_memory
from fraud.claims.labels import history_of
from fraud.company.values import current_calendar
from fraud.detection.features.build import LOOKS, LookBack, without_behind
from fraud.detection.models import ScreeningRun
from fraud.detection.screening.context import windows_frame
from fraud.detection.screening.kept_windows import ASKED, File, Laid, laid_down, put
from fraud.detection.screening.reads import claims_of
from fraud.detection.screening.rulebook import RunRules, rules_of
from fraud.detection.screening.timing import timed
from rules.engine import undelivered
from rules.language.nodes import Window

Piece = dict[str, Any]
#: Looks in the order they are begun in: those that take longest first, so that nobody waits long for the last.
_LONGEST = ("peers", "habits", "links", "merchant", "repetition")


@dataclass
class _Held:
    """What a process holds between two pieces: the claims as features look back on them, or as the rules' windows do."""

    key: str = ""
    laid: Laid | None = None
    looking: LookBack | None = None
    rules: RunRules | None = None
    frame: pl.DataFrame | None = None
    targets: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


_held = _Held()


def pieces_of(run: ScreeningRun, key: str) -> list[Piece]:
    """What is to be worked out: every look of the features, then every group of the rules' windows."""
    looks = sorted(LOOKS, key=lambda name: _LONGEST.index(name) if name in _LONGEST else len(_LONGEST))
    groups = range(len(rules_of(run).window_groups()))
    return [{"key": key, "look": name} for name in looks] + [{"key": key, "group": n} for n in groups]


def work_out(run: ScreeningRun, piece: Piece) -> dict[str, Any]:
    """Work a piece out: the files written, of a group one a window. Raises NothingLaid, OSError."""
    if _held.key != piece["key"] or _held.laid is None:
        forget_piece()
        _held.laid, _held.key = laid_down(run.pk, piece["key"]), piece["key"]
    if "look" in piece:
        return {"files": _look(_held.laid, piece["look"])}
    return {"files": _answers(run, _held.laid, piece["group"])}


def forget_piece() -> None:
    """Let go of what is held between two pieces."""
    if _held.laid is not None:
        _held.key, _held.laid, _held.rules = "", None, None
        _held.looking = _held.frame = None
        return_memory()


def listed(
    run: ScreeningRun, pieces: Sequence[Piece], told: Sequence[dict[str, Any]]
) -> tuple[list[File], list[File]]:
    """(files of features, file or error of each window in the order of `RunRules.windows`) of all pieces."""
    rules = rules_of(run)
    behind: list[File] = []
    answers: dict[Window, File] = {}
    groups = rules.window_groups()
    for piece, done in zip(pieces, told, strict=True):
        if "look" in piece:
            behind += done["files"]
        else:
            answers |= dict(zip(groups[piece["group"]], done["files"], strict=True))
    return behind, [answers[node] for node in rules.windows()]


def _look(laid: Laid, name: str) -> list[File]:
    if _held.looking is None:
        _held.frame = _held.rules = None
        with timed("features"):
            claims = laid.claims()
            targets = claims[ASKED].to_numpy()
            mask = None if targets.all() else targets
            labels = history_of(laid.told())
            _held.looking = LookBack(
                claims, zone=settings.TIME_ZONE, labels=labels, targets=mask, lets_go=True
            )
        forget_pages()
    files: list[File] = []
    with timed("features"):
        for part in _held.looking.at(name):
            files.append(put(laid.folder, f"behind-{name}", part))
            faults.hit("windows.half_written")
    return files


def _answers(run: ScreeningRun, laid: Laid, group: int) -> list[File]:
    with timed("rules"):
        if _held.frame is None or _held.rules is None:
            _held.looking = None
            return_memory()
            _hold_rules(run, laid)
        assert _held.rules is not None
        assert _held.frame is not None
        files: list[File] = []
        windows = _held.rules.window_groups()[group]
        for _node, answer in _held.rules.answer_windows(_held.frame, _held.targets, windows):
            if isinstance(answer, str):
                files.append({"error": answer})
            else:
                files.append(put(laid.folder, "answer", answer.alias("answer").to_frame()))
    return files


def _hold_rules(run: ScreeningRun, laid: Laid) -> None:
    rules, zone, calendar = rules_of(run), settings.TIME_ZONE, current_calendar()
    claims = laid.claims()
    _held.targets = claims[ASKED].to_numpy()
    one = claims_of(run.cut_off_at, claims["claim_id"].filter(claims[ASKED])[:1])
    lacking = undelivered(without_behind(one, calendar=calendar, zone=zone))
    _held.rules = replace(rules, context=replace(rules.context, undelivered=lacking))
    _held.frame = windows_frame(claims, rules.specs, calendar=calendar, zone=zone)
