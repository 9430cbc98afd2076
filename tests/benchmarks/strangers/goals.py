"""What is asked of the product at strange companies, and whether it holds."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.strangers.figures import middle

BASELINES = ("rules", "tree", "union", "tree_top")
_CONTROL_A_NIGHT, _CONTROL_NIGHTS = 30, 60
#: Figures that must nowhere be below the best baseline's, and whether more is better.
_NOWHERE_BELOW = {
    "ap": ("AP", 1),
    "recall_at_seats": ("recall at seats", 1),
    "recall": ("recall of decisions", 1),
    "cost": ("cost per 1,000", -1),
}

Company = dict[str, Any]


@dataclass(frozen=True)
class Goal:
    """A figure, what it should be, and `holds`, `missed` or why it cannot be said."""

    what: str
    value: float | None
    asked: str
    verdict: str


def goals_of(companies: Sequence[Company], options: Namespace) -> list[Goal]:
    """The goals over all companies of a run."""
    recall = _ratio(companies, "recall", ("union",))
    alerts = _ratio(companies, "alerts_a_night", ("union",))
    cost = _ratio(companies, "cost", ("tree", "tree_top"))
    new = middle([_figure(c, "product", "recall_new") for c in companies])
    seats = middle([c["seats"]["taken"] for c in companies])
    found = [
        _goal("median: recall of decisions / union's", recall, "≥ 1.5", lambda x: x >= 1.5),
        _goal("median: alerts / union's", alerts, "≤ .5", lambda x: x <= 0.5),
        _goal("median: cost / simple tree's, the cheaper of its two", cost, "≤ .65", lambda x: x <= 0.65),
        _goal("median: recall of new schemes", new, "≥ .40", lambda x: x >= 0.40),
        _goal("median: seats used", seats, "≥ .60", lambda x: x >= 0.60),
        _calibrated(companies, options),
    ]
    if options.useless_rules:
        more = middle([c["useless_rules"]["cost_more"] for c in companies])
        what = f"median: cost that {options.useless_rules} useless rules add"
        found.append(_goal(what, more, "≤ 60", lambda x: x <= 60))
        waiting = sum(c["useless_rules"]["condemned"] - c["useless_rules"]["proposed"] for c in companies)
        what = "useless rules under their bound that are not proposed for retirement"
        found.append(_goal(what, float(waiting), "0", lambda x: x == 0))
    if options.hide_schemes:
        hidden = [of for c in companies for of in c["hidden"]]
        seats, finds = (sum(of[name] for of in hidden) for name in ("novelty", "novelty_misuse"))
        what = f"precision of {seats} novelty seats, one scheme hidden ({len(hidden)} in turn)"
        found.append(_goal(what, round(finds / seats, 4) if seats else None, "≥ .05", lambda x: x >= 0.05))
    if options.control:
        found.append(control_goal(companies))
    for name, (words, sign) in _NOWHERE_BELOW.items():
        gaps = [gap for c in companies if (gap := _gap(c, name, sign)) is not None]
        what = f"worst: {words}, better than the best baseline by"
        found.append(_goal(what, min(gaps, default=None), "≥ 0", lambda x: x >= 0))
    return found


def control_goal(companies: Sequence[Company]) -> Goal:
    """All companies together: single ones find too little in it to be compared."""
    finds, uniform = (
        sum(c["seats"]["control"][name] or 0 for c in companies) for name in ("finds", "uniform")
    )
    what = f"finds of the control sample ({finds}) against equal chances ({uniform:.1f})"
    return _goal(what, round(finds / uniform, 2) if uniform else None, "≥ 2", lambda x: x >= 2)


def _figure(each: Company, way: str, name: str) -> float | None:
    value: float | None = each["ways"][way][name][0]
    return value


def _ratio(companies: Sequence[Company], name: str, against: Sequence[str]) -> float | None:
    """Median of the product's figure over the least of the others'."""
    found = []
    for each in companies:
        own, others = _figure(each, "product", name), [_figure(each, way, name) for way in against]
        least = min((other for other in others if other is not None), default=None)
        found.append(own / least if own is not None and least else None)
    return middle(found)


def _gap(each: Company, name: str, sign: int) -> float | None:
    """How much better the product is than the best baseline."""
    own = _figure(each, "product", name)
    others = [value for way in BASELINES if (value := _figure(each, way, name)) is not None]
    if own is None or not others:
        return None
    return round(sign * own - max(sign * value for value in others), 4)


def _goal(what: str, value: float | None, asked: str, holds: Callable[[float], bool]) -> Goal:
    if value is None:
        return Goal(what, None, asked, "no figure")
    return Goal(what, value, asked, "holds" if holds(value) else "missed")


def _calibrated(companies: Sequence[Company], options: Namespace) -> Goal:
    """Asked for only where a control sample of 30 a night ran for 60 nights."""
    value = middle([c["calibration"]["ratio"] for c in companies])
    goal = _goal("median: probabilities / truth", value, "within .8 to 1.2", lambda x: 0.8 <= x <= 1.2)
    if (options.control or 0) >= _CONTROL_A_NIGHT and options.nights >= _CONTROL_NIGHTS:
        return goal
    asked = f"{goal.asked}, with --control {_CONTROL_A_NIGHT}"
    return Goal(goal.what, value, asked, f"{goal.verdict}, without that sample")
