"""What the model owner has to be told: alarms of this room, and those that the app above adds from what only it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from fraud.detection.model_files import ModelDamaged, damage_of, report_damage
from fraud.detection.models import DriftReport, ModelVersion
from fraud.learning.triggers import STALE_DAYS, learning_state
from fraud.web.tags import number, percent


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something is wrong with what scores: its code, the figures behind it, and which page shows more."""

    code: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    path: str = "/detection/"

    @property
    def words(self) -> tuple[str, str]:
        """Title and sentence in the current language."""
        return _TEXTS[self.code](self.figures)


AlarmSource = Callable[[datetime], list[Alarm]]
_sources: list[AlarmSource] = []


def register_alarms(source: AlarmSource) -> None:
    """Add a function from a moment to alarms; called when the app above starts."""
    if source not in _sources:
        _sources.append(source)


def find_alarms(now: datetime | None = None) -> list[Alarm]:
    """Every alarm that holds at the moment, gravest first: a damaged model, level of the probabilities, rules, novelty, drift, no training."""
    now = now or clock.now()
    return damaged_champion() + [alarm for source in (*_sources, _own) for alarm in source(now)]


def damaged_champion() -> list[Alarm]:
    """The alarm of a version in service whose files are not those that were registered; recorded in its chain once."""
    champion = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()
    if champion is None or not (why := damage_of(champion)):
        return []
    report_damage(champion, ModelDamaged(champion.reference, why))
    stand_in = champion.previous_champion
    while stand_in is not None and damage_of(stand_in):
        stand_in = stand_in.previous_champion
    figures = {
        "reference": champion.reference,
        "why": why,
        "stand_in": stand_in.reference if stand_in else "",
    }
    return [Alarm("damaged", figures, f"/detection/{champion.reference}/")]


def _own(now: datetime) -> list[Alarm]:
    found = []
    champion = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()
    report = (
        DriftReport.objects.filter(model_version=champion).order_by("-run__business_date", "-id").first()
        if champion
        else None
    )
    if report is not None and report.level == "act":  # moved for a second week; one week is only watched
        n_moved = sum(isinstance(one, dict) and one.get("level") == "act" for one in report.psi.values())
        found.append(Alarm("drift", {"n": n_moved}))
    learning = learning_state(now)
    if learning.is_stale:
        found.append(Alarm("stale", {"days": STALE_DAYS, "n": learning.n_outcomes}))
    return found


def _damaged(f: Mapping[str, Any]) -> tuple[str, str]:
    if f["stand_in"]:
        said = _(
            "%(why)s. Nights are scored by %(stand_in)s instead. Bring the files of %(reference)s back from the backup, or go back to the earlier version."
        )
    else:
        said = _(
            "%(why)s. No night can be scored. Bring the files of %(reference)s back from the backup, or train and promote another version."
        )
    return _("The model in service is damaged: %(reference)s") % f, said % f


def _calibration(f: Mapping[str, Any]) -> tuple[str, str]:
    title = _("The probabilities are too low") if f["is_low"] else _("The probabilities are too high")
    if f["high"] is None:
        said = _(
            "In the last %(weeks)s weeks they sum to %(expected)s; at least %(low)s claims are misuse by what was found."
        )
    else:
        said = _(
            "In the last %(weeks)s weeks they sum to %(expected)s; by what was found and the control sample %(low)s to %(high)s claims are misuse."
        )
    values = {
        **f,
        "expected": number(f["expected"], 1),
        "low": number(f["low"], 1),
        "high": number(f["high"], 1),
    }
    return title, said % values


def _useless(f: Mapping[str, Any]) -> tuple[str, str]:
    said = _(
        "Rule %(code)s: at most %(upper)s of the hits that only it finds are misuse, less than alerts are opened for. Consider stopping it."
    )
    return _("A rule finds too little"), said % {"code": f["code"], "upper": percent(f["upper"], 1)}


def _fallen(f: Mapping[str, Any]) -> tuple[str, str]:
    said = _(
        "Rule %(code)s: %(confirmed)s of %(n)s hits of the last %(weeks)s weeks are misuse; before, it was %(earlier)s."
    )
    return _("A rule's precision has fallen"), said % {**f, "earlier": percent(f["earlier"], 1)}


def _novelty(f: Mapping[str, Any]) -> tuple[str, str]:
    said = _("%(confirmed)s of %(n)s alerts on what is unusual turned out to be misuse: at most %(upper)s.")
    return _("The novelty channel finds nothing"), said % {**f, "upper": percent(f["upper"], 1)}


def _drift(f: Mapping[str, Any]) -> tuple[str, str]:
    said = _("For two weeks the claims have lain far from those the model learnt from.")
    return _("The claims have moved"), said


def _stale(f: Mapping[str, Any]) -> tuple[str, str]:
    said = _("Since the last training %(n)s outcomes became known.")
    return _("Nothing was learnt for %(days)s days") % f, said % {"n": number(f["n"])}


_TEXTS: dict[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "damaged": _damaged,
    "calibration": _calibration,
    "rule_useless": _useless,
    "rule_fallen": _fallen,
    "novelty": _novelty,
    "drift": _drift,
    "stale": _stale,
}
