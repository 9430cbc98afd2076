"""What is asked of the product at strange companies, and whether it holds."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.strangers.figures import middle

BASELINES = ("rules", "tree", "union", "tree_top")
_CONTROL_A_NIGHT, _CONTROL_NIGHTS = 30, 60


@dataclass(frozen=True)
class Goal:
    """A figure, what it should be, and `holds`, `missed` or why it cannot be said."""

    what: str
    value: float | None
    asked: str
    verdict: str


def goals_of(companies: Sequence[dict[str, Any]], options: Namespace) -> list[Goal]:
    """The goals over all companies of a run."""

    def figure(each: dict[str, Any], way: str, name: str) -> float | None:
        value: float | None = each["ways"][way][name][0]
        return value

    def ratio(name: str, against: str) -> float | None:
        pairs = [(figure(c, "product", name), figure(c, against, name)) for c in companies]
        return middle([own / other for own, other in pairs if own is not None and other])

    def least(name: str, sign: float) -> float | None:
        gaps = [_gap(c, name, sign, figure) for c in companies]
        known = [gap for gap in gaps if gap is not None]
        return min(known) if known else None

    found = [
        _goal("median: recall of decisions / union's", ratio("recall", "union"), "≥ 1.5", lambda x: x >= 1.5),
        _goal("median: alerts / union's", ratio("alerts_a_night", "union"), "≤ .5", lambda x: x <= 0.5),
        _goal("median: cost / simple tree's", ratio("cost", "tree"), "≤ .65", lambda x: x <= 0.65),
        _goal(
            "median: recall of new schemes",
            middle([figure(c, "product", "recall_new") for c in companies]),
            "≥ .40",
            lambda x: x >= 0.40,
        ),
        _goal(
            "median: seats used",
            middle([c["seats"]["taken"] for c in companies]),
            "≥ .60",
            lambda x: x >= 0.60,
        ),
        _calibrated(companies, options),
    ]
    for name, words, sign in (
        ("ap", "AP", 1),
        ("recall_at_seats", "recall at seats", 1),
        ("recall", "recall of decisions", 1),
        ("cost", "cost", -1),
    ):
        found.append(
            _goal(
                f"worst: {words}, better than the best baseline by",
                least(name, sign),
                "≥ 0",
                lambda x: x >= 0,
            )
        )
    return found


def _gap(each: dict[str, Any], name: str, sign: float, figure: Callable[..., float | None]) -> float | None:
    """How much better the product is than the best baseline."""
    own = figure(each, "product", name)
    others = [value for way in BASELINES if (value := figure(each, way, name)) is not None]
    if own is None or not others:
        return None
    return round(sign * own - max(sign * value for value in others), 4)


def _goal(what: str, value: float | None, asked: str, holds: Callable[[float], bool]) -> Goal:
    if value is None:
        return Goal(what, None, asked, "no figure")
    return Goal(what, value, asked, "holds" if holds(value) else "missed")


def _calibrated(companies: Sequence[dict[str, Any]], options: Namespace) -> Goal:
    """Asked for only where a control sample of 30 a night ran for 60 nights."""
    value = middle([c["calibration"]["ratio"] for c in companies])
    goal = _goal("median: probabilities / truth", value, "within .8 to 1.25", lambda x: 0.8 <= x <= 1.25)
    if (options.control or 0) >= _CONTROL_A_NIGHT and options.nights >= _CONTROL_NIGHTS:
        return goal
    return Goal(
        goal.what,
        value,
        "within .8 to 1.25 with a control sample of 30 a night for 60 nights",
        f"{goal.verdict}, without that sample",
    )
