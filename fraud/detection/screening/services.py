"""Screening: everything a night needs below the cases, by name."""

from fraud.detection.screening.control import (
    CasesOpened,
    RunEnded,
    RunMoved,
    call_off,
    hold,
    let_go_on,
    lock_run,
)
from fraud.detection.screening.explain import explain_claims
from fraud.detection.screening.finish import finish_run, finish_scoring, n_stored
from fraud.detection.screening.frames import forget_frames, labels_of, night_frame
from fraud.detection.screening.giving_way import give_way
from fraud.detection.screening.leases import (
    MAX_ATTEMPTS,
    LeaseLost,
    ends_its_leases,
    is_free,
    keep,
    new_token,
    release,
    take,
)
from fraud.detection.screening.order import CUT, ahead_of, under_way
from fraud.detection.screening.pace import Pace, pace_of
from fraud.detection.screening.pieces import Ring, help_prepare
from fraud.detection.screening.prepare import RunBusy, open_run, prepare_run
from fraud.detection.screening.rulebook import rules_of
from fraud.detection.screening.score import next_part, score_part
from fraud.detection.screening.stages import put_stage, stage, stage_of

__all__ = [
    "CUT",
    "MAX_ATTEMPTS",
    "CasesOpened",
    "LeaseLost",
    "Pace",
    "Ring",
    "RunBusy",
    "RunEnded",
    "RunMoved",
    "ahead_of",
    "call_off",
    "ends_its_leases",
    "explain_claims",
    "finish_run",
    "finish_scoring",
    "forget_frames",
    "give_way",
    "help_prepare",
    "hold",
    "is_free",
    "keep",
    "labels_of",
    "let_go_on",
    "lock_run",
    "n_stored",
    "new_token",
    "next_part",
    "night_frame",
    "open_run",
    "pace_of",
    "prepare_run",
    "put_stage",
    "release",
    "rules_of",
    "score_part",
    "stage",
    "stage_of",
    "take",
    "under_way",
]
