"""When to learn again without being asked, and when to tell the model owner that nobody does.

A challenger only ever watches: training one changes nothing until two people promote it. So it is trained when there is a reason,
and the reasons are told on the overview.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit import clock
from fraud.claims.models import Label
from fraud.detection.models import DriftReport, ModelVersion
from rules.models import RuleVersion

#: A week without learning is enough where anything became known in it; that many outcomes are enough at any time.
WEEK, MANY_OUTCOMES = timedelta(days=7), 50
#: However many reasons there are, no sooner than this: outcomes of a version's own nights take days to come.
LEAST_APART = timedelta(days=2)
#: So long without a training is an alarm.
STALE_DAYS = 60


@dataclass(frozen=True, slots=True)
class Trigger:
    """A reason to train, by its code: week, outcomes, rule, drift; with how many outcomes or rules it counts."""

    code: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Learning:
    """Where learning stands: when a version was trained last, outcomes known since, reasons to train, and whether it is overdue."""

    trained_at: datetime | None
    n_outcomes: int
    triggers: tuple[Trigger, ...]
    is_stale: bool

    @property
    def is_due(self) -> bool:
        return bool(self.triggers)


def learning_state(now: datetime | None = None) -> Learning:
    """Ask what became known since the last training; the same answer for page, command and task."""
    now = now or clock.now()
    last = ModelVersion.objects.order_by("-pk").first()
    if last is None:
        return Learning(None, 0, (), False)
    since = last.label_cut_off_at or last.created_at
    n_outcomes = _outcomes_since(since, now)
    is_stale = now - last.created_at > timedelta(days=STALE_DAYS)
    if now - last.created_at < LEAST_APART or not n_outcomes:
        return Learning(last.created_at, n_outcomes, (), is_stale)
    asked: tuple[tuple[Callable[[], int], str], ...] = (
        (lambda: int(now - last.created_at >= WEEK), "week"),
        (lambda: n_outcomes if n_outcomes >= MANY_OUTCOMES else 0, "outcomes"),
        (lambda: _rules_since(last.created_at, now), "rule"),
        (_drifted, "drift"),
    )
    found = tuple(Trigger(code, count) for ask, code in asked if (count := ask()))
    return Learning(last.created_at, n_outcomes, found, is_stale)


def _outcomes_since(since: datetime, now: datetime) -> int:
    known = Label.objects.filter(known_at__gt=since, known_at__lte=now, is_misuse__isnull=False)
    return known.values("claim_id").distinct().count()


def _rules_since(since: datetime, now: datetime) -> int:
    return RuleVersion.objects.filter(
        state=RuleVersion.State.ACTIVE, activated_at__gt=since, activated_at__lte=now
    ).count()


def _drifted() -> int:
    """Whether the champion's last week has moved so far that something must be done."""
    champion = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()
    report = (
        DriftReport.objects.filter(model_version=champion).order_by("-run__business_date", "-id").first()
        if champion
        else None
    )
    return int(report is not None and report.level == "act")
