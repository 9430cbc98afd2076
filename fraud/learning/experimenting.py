"""Experiments as rows: started by a page or a command, done by a process of its own, cancelled by anybody who may start them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted, can
from audit.services import record
from audit.transactions import one_transaction
from audit.typed import decimal_number, whole_number
from fraud.detection.models import ModelVersion
from fraud.learning.experiment_words import METHODS, refusal
from fraud.learning.mining.mine import STEPS as MINING_STEPS
from fraud.learning.models import Experiment
from fraud.learning.segment_asked import read_segment, weeks_back_to
from fraud.learning.training.stages import STEPS as TRAINING_STEPS
from rules.models import Rule

Kind, State = Experiment.Kind, Experiment.State
#: Rules are looked for, and versions trained, at pages of their own.
QUESTIONS = (Kind.METHODS.value, Kind.AUTOENCODER.value, Kind.SURROGATE.value)
WEEKS, MOST_WEEKS = 12, 52
LAYERS = "24-5-24"
MOST_LAYERS, WIDEST = 7, 256
#: A process that gave no sign of life for so long is gone.
LOST_AFTER = timedelta(minutes=15)


class ExperimentNotValid(ValueError):
    """The experiment cannot be started as asked; `problems` names each field with a sentence saying what would be right."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class Asked:
    """An experiment as it was asked for, checked: kind, weeks of later claims to test on, and the kind's own options.

    `cut_off`: up to when it learns, in place of the weeks.
    """

    kind: str
    weeks: int
    options: dict[str, Any]
    cut_off: datetime | None = None


def read_asked(kind: str, typed: Mapping[str, Any]) -> Asked:
    """What a form or a command asks for. `methods` is a list, everything else text. Raises ExperimentNotValid."""
    problems: dict[str, str] = {}
    weeks = whole_number(str(typed.get("weeks") or WEEKS), 3, minimum=1, maximum=MOST_WEEKS)
    if weeks is None:
        problems["weeks"] = _("Give a whole number of weeks from 1 to %(most)s.") % {"most": MOST_WEEKS}
    options: dict[str, Any] = {}
    if kind == Kind.METHODS:
        options = {"methods": _methods(typed, problems), "ratio": _ratio(typed, problems)}
    elif kind == Kind.AUTOENCODER:
        options = {"layers": _layers(str(typed.get("layers") or LAYERS), problems)}
    elif kind == Kind.SURROGATE:
        options = {"depth": _depth(typed, problems), "version": _version(typed, problems)}
    elif kind == Kind.MINING:
        options = {"depth": _depth(typed, problems, usual=3), "without": _without(typed, problems)}
        if str(typed.get("in_segment") or "") in ("1", "True"):
            segment = read_segment(typed, problems)
            options = {"depth": options["depth"], "segment": segment.to_json()}
            weeks = weeks_back_to(segment.month, problems) if segment.month else weeks
    else:
        problems["kind"] = _("Choose one of: %(kinds)s.") % {"kinds": ", ".join([*QUESTIONS, Kind.MINING])}
    if problems or weeks is None:
        raise ExperimentNotValid(problems)
    return Asked(kind, weeks, options)


def _methods(typed: Mapping[str, Any], problems: dict[str, str]) -> list[str]:
    """The chosen methods in their usual order; trees as they are come first always, for the others are held against them."""
    given = [str(name) for name in typed.get("methods") or METHODS]
    unknown = sorted(set(given) - set(METHODS))
    if unknown:
        problems["methods"] = _("There is no method %(name)s; there are: %(known)s.") % {
            "name": ", ".join(unknown),
            "known": ", ".join(METHODS),
        }
    return [name for name in METHODS if name in given or name == "none"]


def _ratio(typed: Mapping[str, Any], problems: dict[str, str]) -> float:
    ratio = decimal_number(str(typed.get("ratio") or "0.1").strip())
    if ratio is None or not 0 < ratio <= 1:
        problems["ratio"] = _(
            "Give the misuse per genuine claim as a number above 0 and at most 1, such as 0.1."
        )
        return 0.1
    return float(ratio)


def _layers(text: str, problems: dict[str, str]) -> list[int]:
    """`24-5-24` → [24, 5, 24]."""
    widths = [whole_number(part.strip(), 3, minimum=1, maximum=WIDEST) for part in text.split("-")]
    known = [width for width in widths if width is not None]
    if len(known) != len(widths) or len(known) > MOST_LAYERS:
        problems["layers"] = _(
            "Write the widths of 1 to %(most)s layers with hyphens, each from 1 to %(widest)s, such as 24-5-24."
        ) % {"most": MOST_LAYERS, "widest": WIDEST}
    return known


def _depth(typed: Mapping[str, Any], problems: dict[str, str], *, usual: int = 4) -> int:
    depth = whole_number(str(typed.get("depth") or usual), 1, minimum=1, maximum=4)
    if depth is None:
        problems["depth"] = _("Give a depth from 1 to 4.")
    return depth or usual


def _without(typed: Mapping[str, Any], problems: dict[str, str]) -> list[str]:
    """Codes of rules that the search does without, as if the company had never written them."""
    codes = sorted({code.upper() for code in str(typed.get("without") or "").replace(",", " ").split()})
    unknown = sorted(set(codes) - set(Rule.objects.filter(code__in=codes).values_list("code", flat=True)))
    if unknown:
        problems["without"] = _(
            "There is no rule %(codes)s; give codes such as A01, separated by commas."
        ) % {"codes": ", ".join(unknown)}
    return codes


def _version(typed: Mapping[str, Any], problems: dict[str, str]) -> str:
    wanted = str(typed.get("version") or "")
    rows = ModelVersion.objects.filter(reference=wanted) if wanted else _champions()
    found = rows.values_list("reference", flat=True).first()
    if found is None:
        problems["version"] = _("There is no such model version; the first night makes one.")
    return found or ""


def _champions() -> models.QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION)


@one_transaction()
def start_experiment(*, asked: Asked, by: Actor) -> Experiment:
    """A row that waits for its process. One at a time: they share the machine with the nights.

    Raises NotPermitted and ExperimentNotValid while another one waits or runs.
    """
    require_start(by, asked.kind)
    settle_lost()
    other = Experiment.objects.filter(state__in=[State.WAITING, State.RUNNING]).first()
    if other is not None:
        raise ExperimentNotValid({"kind": _not_over(other)})
    now = clock.now()
    try:
        with transaction.atomic():  # the key refuses whoever asked at the same moment
            experiment = Experiment.objects.create(
                kind=asked.kind,
                cut_off_at=asked.cut_off or now - timedelta(weeks=asked.weeks),
                options=asked.options,
                n_steps=_n_steps(asked),
                started_by=by.username,
                beat_at=now,
            )
    except IntegrityError as error:
        said = _("Another one was started at the same moment; wait for it or cancel it.")
        raise ExperimentNotValid({"kind": said}) from error
    options = dict(asked.options)
    record(
        action=f"{stem(asked.kind)}.started",
        by=by,
        subject=f"experiment:{experiment.pk}",
        reason=options.pop("reason", ""),
        after={"kind": asked.kind, "cut_off_at": experiment.cut_off_at.isoformat(), **options},
    )
    return experiment


def stem(kind: str) -> str:
    """What entries of the audit log about a kind begin with."""
    return "training" if kind == Kind.TRAINING else "experiment"


def _not_over(other: Experiment) -> str:
    if other.kind == Kind.TRAINING:
        return _("Training %(n)s is not over yet; wait for it or cancel it.") % {"n": other.pk}
    return _("Experiment %(n)s is not over yet; wait for it or cancel it.") % {"n": other.pk}


def _n_steps(asked: Asked) -> int:
    steps = {Kind.MINING: MINING_STEPS, Kind.TRAINING: TRAINING_STEPS}
    return len(steps.get(Kind(asked.kind)) or asked.options.get("methods") or [""])


def may_start(by: Actor, kind: str) -> bool:
    """Whether somebody may start and cancel experiments of a kind: rules are looked for by those who write them, too."""
    return can(by, "fraud.train_model") or (kind == Kind.MINING and can(by, "rules.draft_rule"))


def require_start(by: Actor, kind: str) -> None:
    """Raises NotPermitted."""
    if not may_start(by, kind):
        raise NotPermitted("rules.draft_rule" if kind == Kind.MINING else "fraud.train_model")


def start_process(experiment: Experiment) -> None:
    """Do a waiting experiment in a process of its own, which outlives the request."""
    manage = Path(settings.BASE_DIR) / "manage.py"
    subprocess.Popen(  # noqa: S603 - our own interpreter, script and a number
        [sys.executable, str(manage), "experiment", "--run", str(experiment.pk)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@one_transaction()
def cancel_experiment(*, experiment: Experiment, by: Actor) -> bool:
    """End an experiment that waits or runs; its process notices within seconds, what it finished is kept. False where it is over.

    Raises NotPermitted.
    """
    require_start(by, experiment.kind)
    if not end(experiment, State.CANCELLED):
        return False
    record(
        action=f"{stem(experiment.kind)}.cancelled",
        by=by,
        subject=f"experiment:{experiment.pk}",
        after={"n_done": experiment.n_done, "n_steps": experiment.n_steps},
    )
    return True


def end(experiment: Experiment, state: Experiment.State, error: str = "") -> bool:
    """Move a waiting or running experiment to its last state; False where somebody else did before."""
    moved = Experiment.objects.filter(pk=experiment.pk, state__in=[State.WAITING, State.RUNNING]).update(
        state=state, error=error, doing="", finished_at=clock.now()
    )
    experiment.refresh_from_db()
    return moved == 1


def settle_lost() -> None:
    """Experiments whose process died without a word are failed, so that another one may start."""
    lost = Experiment.objects.filter(
        state__in=[State.WAITING, State.RUNNING], beat_at__lt=clock.now() - LOST_AFTER
    )
    for experiment in lost:
        with one_transaction():
            message = refusal("lost")
            if end(experiment, State.FAILED, message):
                record(
                    action=f"{stem(experiment.kind)}.failed",
                    by=Actor.system("training"),
                    subject=f"experiment:{experiment.pk}",
                    reason=message,
                )
