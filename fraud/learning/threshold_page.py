"""The threshold page: what was typed, what each way of drawing the line would mean, and what of it is proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from audit.asked import not_one_of
from audit.typed import decimal_number, whole_number
from fraud.company.changing import settings_version
from fraud.company.setting_table import POLICIES
from fraud.company.setting_words import named_problems
from fraud.company.thresholds import CostMatrix
from fraud.company.values import THRESHOLD_POLICIES, CompanyValues, SettingsNotValid, current_settings
from fraud.detection.models import ModelVersion
from fraud.learning.model_card_page import why_ranks
from fraud.learning.threshold_figures import (
    HIGHEST,
    LOWEST,
    Distribution,
    ThresholdPoint,
    at_threshold,
    doing_nothing,
    lowest_cost,
    recent_scores,
    threshold_by,
    threshold_curve,
)
from fraud.web.charts import Axis, Mark, Series, lines
from fraud.web.tables import Column, Table, counted, one_digit, share
from rules.money import to_decimal

COST_FIELDS = ("tp", "fp", "fn", "tn")
MINUTES = ("reviewer_minutes_per_day", "minutes_per_case")
#: What may be tried: lowest and highest of each field.
RANGES: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(COST_FIELDS, (0, 1e6)),
    "threshold": (LOWEST, HIGHEST),
}
MINUTE_DIGITS = 6
#: Fields of the page that settings call otherwise.
_SETTING_OF = {"policy": "threshold_policy", **{name: f"costs.{name}" for name in COST_FIELDS}}


def named_unread(typed: Any) -> list[tuple[Any, str]]:
    """`unread` with the fields as people call them."""
    return named_problems({_SETTING_OF.get(name, name): said for name, said in unread(typed).items()})


@dataclass(frozen=True)
class Tried:
    """What the page shows: the settings as typed, the way chosen, and where each way draws the line (None: no scores yet)."""

    values: CompanyValues
    policy: str
    fixed: float
    scores: Distribution
    lines: Mapping[str, float | None]

    @property
    def threshold(self) -> float:
        """Where the chosen way draws the line; what holds where it cannot say."""
        found = self.lines[self.policy]
        return self.values.alert_threshold if found is None else found


def unread(typed: Any) -> dict[str, str]:
    """Field → what would be right, for everything typed that is no number of its range: the page says it beside what holds instead, the
    interface refuses it, and neither proposes it.
    """
    found: dict[str, str] = {}
    for name, (low, high) in RANGES.items():
        text = (typed.get(name) or "").strip()
        number = decimal_number(text)
        if text and number is None:
            found[name] = _("Write numbers only, such as 0.05 or 100.")
        elif number is not None and not low <= number <= high:
            said = _("Give a number from %(low)s to %(high)s.")
            found[name] = said % {"low": f"{low:g}", "high": f"{high:,.12g}"}
    for name in MINUTES:
        text = (typed.get(name) or "").strip()
        if text and whole_number(text, MINUTE_DIGITS, minimum=1) is None:
            most = 10**MINUTE_DIGITS - 1
            found[name] = _("Give a whole number from 1 to %(n)s.") % {"n": f"{most:,}"}
    policy = typed.get("policy") or ""
    if policy and policy not in THRESHOLD_POLICIES:
        found["policy"] = not_one_of(policy, [str(POLICIES[name]) for name in THRESHOLD_POLICIES])
    return found


def read_tried(typed: Any) -> Tried:
    """The settings that hold with what was typed over them; what cannot be read (`unread`) falls back to what holds."""
    held = current_settings()
    costs = {name: _number(typed.get(name), getattr(held.costs, name), *RANGES[name]) for name in COST_FIELDS}
    minutes: dict[str, Any] = {
        name: whole_number((typed.get(name) or "").strip(), MINUTE_DIGITS, minimum=1) or getattr(held, name)
        for name in MINUTES
    }
    values = replace(held, costs=CostMatrix(**costs), **minutes)
    fixed = _number(typed.get("threshold"), held.alert_threshold, *RANGES["threshold"])
    scores = recent_scores(currency=held.currency)
    found = {name: threshold_by(name, scores, values, fixed) for name in THRESHOLD_POLICIES}
    return Tried(values, chosen_policy(typed.get("policy", ""), held.threshold_policy), fixed, scores, found)


def chosen_policy(typed: str, held: str) -> str:
    """How the threshold is set: as chosen, else as it is now. Costs alone change no policy."""
    return typed if typed in THRESHOLD_POLICIES else held


def _number(text: str | None, otherwise: float, low: float, high: float) -> float:
    """A finite number inside the range, else what holds."""
    typed = decimal_number((text or "").strip())
    return otherwise if typed is None or not low <= typed <= high else float(typed)


def threshold_context(tried: Tried) -> dict[str, Any]:
    """Figures of the chosen line, of what holds and of doing nothing; the ways side by side; charts with their tables."""
    held, scores, cost = current_settings(), tried.scores, tried.values.costs
    point, best = at_threshold(scores, tried.threshold, cost), lowest_cost(scores, cost)
    curve = threshold_curve(scores, cost, [tried.threshold, best.threshold])
    ways = _ways(tried, point, held)
    return {
        "values": tried.values,
        "cost": cost,
        "policy": tried.policy,
        "fixed": tried.fixed,
        "ways": [(name, words, tried.lines[name]) for name, words in POLICIES.items()],
        "tried": point,
        "hours": point.hours(tried.values.minutes_per_case),
        "hours_there": tried.values.reviewer_minutes_per_day / 60,
        "is_beyond_capacity": point.alerts > tried.values.capacity_per_day,
        "now": at_threshold(scores, held.alert_threshold, cost),  # what is compared is counted by one matrix
        "nothing": doing_nothing(scores, cost),
        "best": best if scores.n_claims else None,
        "is_best_nothing": best.threshold > 1,
        "formula": cost.threshold(),
        "scores": scores,
        "why_ranks": _why_ranks(scores),
        "seen": settings_version(),
        "cost_chart": _cost_chart(curve, tried.threshold) if scores.n_claims and scores.is_calibrated else "",
        "load_chart": _load_chart(
            curve, tried.threshold, tried.values.capacity_per_day, is_calibrated=scores.is_calibrated
        )
        if scores.n_claims
        else "",
        "ways_table": ways,
        "curve_table": _table(
            "threshold-curve", [(None, each) for each in curve], tried.values, shows=scores.is_calibrated
        ),
    }


def _why_ranks(scores: Distribution) -> str:
    """Why nothing is expected by sums; empty where it is."""
    if scores.is_calibrated:
        return ""
    if not scores.n_claims:
        return _("No night has scored claims lately.")
    return why_ranks(ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()) or _(
        "The last night was scored by a version that only ranks; the next night is scored by the one in service now."
    )


def _ways(tried: Tried, point: ThresholdPoint, held: CompanyValues) -> Table:
    cost = tried.values.costs
    rows: list[tuple[Any, ThresholdPoint]] = [
        (words, at_threshold(tried.scores, line, cost))
        for name, words in POLICIES.items()
        if (line := tried.lines[name]) is not None
    ]
    marked = [index for index, (words, _p) in enumerate(rows) if words == POLICIES[tried.policy]]
    rows.append((_("What holds now"), at_threshold(tried.scores, held.alert_threshold, cost)))
    rows.append((_("Doing nothing"), doing_nothing(tried.scores, cost)))
    return _table("threshold-ways", rows, tried.values, marked, shows=tried.scores.is_calibrated)


def _table(
    name: str,
    rows: Sequence[tuple[Any, ThresholdPoint]],
    values: CompanyValues,
    marked: Sequence[int] = (),
    *,
    shows: bool,
) -> Table:
    unit = values.currency
    named = [Column("way", _("Drawn"))] if any(words for words, _point in rows) else []
    columns = [
        *named,
        Column("threshold", _("Threshold"), share),
        Column("cost", _("Cost per 1,000 claims"), one_digit),
        Column("alerts", _("Alerts a night"), one_digit),
        Column("hours", _("Reviewers’ hours a night"), one_digit),
        Column("found", _("Misuse found a night"), one_digit),
        Column("precision", _("Precision"), share),
        Column("recall", _("Recall"), share),
        Column("f1", "F1", share),
        Column("money_found", _("Found a night, %(unit)s") % {"unit": unit}, counted),
        Column("money_missed", _("Missed a night, %(unit)s") % {"unit": unit}, counted),
    ]
    return Table(name, columns, [_row(words, each, values, shows) for words, each in rows], marked=marked)


#: What is expected by the probabilities: of ranks nothing can be summed.
_EXPECTED = ("found", "precision", "recall", "f1", "money_found", "money_missed", "cost")


def _row(words: Any, point: ThresholdPoint, values: CompanyValues, shows: bool) -> dict[str, Any]:
    is_nothing = point.threshold == float("inf")
    row = {
        "way": words,
        "threshold": None if is_nothing else point.threshold,
        "alerts": point.alerts,
        "hours": point.hours(values.minutes_per_case),
        "found": point.found,
        "precision": None if is_nothing else point.precision,
        "recall": point.recall,
        "f1": point.f1,
        "money_found": _major(point.money_found, values.currency),
        "money_missed": _major(point.money_missed, values.currency),
        "cost": point.cost_per_1000,
    }
    return row if shows else {**row, **dict.fromkeys(_EXPECTED)}


def _major(minor: int | None, currency: str) -> float | None:
    return None if minor is None else float(to_decimal(minor, currency))


def _cost_chart(curve: Sequence[ThresholdPoint], tried: float) -> str:
    xs = [point.threshold for point in curve]
    series = [Series(_("Cost per 1,000 claims"), [p.cost_per_1000 for p in curve], xs, has_area=True)]
    return lines(
        series,
        label=_("Cost by threshold"),
        x=Axis(_("Threshold")),
        y=Axis(low=0),
        marks=[Mark(_("chosen"), x=tried)] if tried <= max(xs) else [],
    )


def _load_chart(curve: Sequence[ThresholdPoint], tried: float, capacity: int, *, is_calibrated: bool) -> str:
    xs = [point.threshold for point in curve]
    series = [Series(_("Alerts a night"), [p.alerts for p in curve], xs)]
    if is_calibrated:
        series.append(Series(_("Misuse expected among them"), [p.found for p in curve], xs, color="c5"))
    marks = [Mark(_("chosen"), x=tried)] if tried <= max(xs) else []
    marks.append(Mark(_("capacity"), y=capacity))
    return lines(
        series, label=_("Alerts a night by threshold"), x=Axis(_("Threshold")), y=Axis(low=0), marks=marks
    )


def proposed_changes(typed: Any) -> dict[str, Any]:
    """What differs from the settings that hold. Raises SettingsNotValid."""
    if problems := unread(typed):
        raise SettingsNotValid({_SETTING_OF.get(name, name): said for name, said in problems.items()})
    held = current_settings()
    costs = {name: _given(typed.get(name), getattr(held.costs, name)) for name in COST_FIELDS}
    policy = chosen_policy(typed.get("policy", ""), held.threshold_policy)
    changes: dict[str, Any] = {"costs": costs, "threshold_policy": policy}
    for name in MINUTES:
        if number := whole_number((typed.get(name) or "").strip(), MINUTE_DIGITS):
            changes[name] = number
    if policy == "fixed" and typed.get("threshold"):
        changes["fixed_threshold"] = _given(typed["threshold"], held.fixed_threshold)
    elif policy in ("f1", "capacity"):
        changes["fixed_threshold"] = _measured(policy, typed)
    before = asdict(held)
    changed = {name: value for name, value in changes.items() if before.get(name) != value}
    if not changed:
        raise SettingsNotValid({"threshold": _("This is what holds already; change something first.")})
    return changed


def _measured(policy: str, typed: Any) -> float:
    """The line as the page shows it: found on the scores of the last nights, and kept as a number."""
    found = read_tried(typed).lines[policy]
    if found is None:
        raise SettingsNotValid(
            {"threshold": _("There are no scores yet to find it on; choose “By the cost matrix” or “Fixed”.")}
        )
    return round(found, 6)


def _given(text: str | None, otherwise: float) -> float:
    """The number of a field, or what holds where it was left empty."""
    typed = decimal_number((text or "").strip())
    return otherwise if typed is None else float(typed)
