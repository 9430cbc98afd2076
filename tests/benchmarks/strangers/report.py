"""The figures of all companies for a reader: a table each, the median and worst of all, and the goals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.benchmarks.strangers.figures import middle, worst
from tests.benchmarks.strangers.goals import Goal, goals_of

WAYS = {
    "product": "product",
    "ranking": "its ranking, every claim over the threshold",
    "rules": "old rules",
    "tree": "simple tree",
    "union": "either of the two",
    "tree_top": "simple tree, best of the seats",
}
FIGURES = {
    "ap": "AP",
    "recall_at_seats": "recall at seats",
    "recall": "recall",
    "precision": "precision",
    "alerts_a_night": "a night",
    "cost": "cost per 1,000",
    "recall_new": "new schemes",
}
_HIGHER_IS_WORSE = {"cost", "alerts_a_night"}


def summary_of(companies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Median and worst of every figure over the companies."""
    ways: dict[str, Any] = {}
    for way in WAYS:
        ways[way] = {}
        for figure in FIGURES:
            values = [each["ways"][way][figure][0] for each in companies]
            ways[way][figure] = {
                "median": middle(values),
                "worst": worst(values, max if figure in _HIGHER_IS_WORSE else min),
            }
    others = {
        "calibration": middle([each["calibration"]["ratio"] for each in companies]),
        "calibration_reviewed": middle([each["calibration"]["ratio_reviewed"] for each in companies]),
        "seats_taken": middle([each["seats"]["taken"] for each in companies]),
        "channels": _channels(companies),
    }
    return {"ways": ways, **others}


def _channels(companies: Sequence[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Alerts and misuse among them by channel, over all companies."""
    found: dict[str, dict[str, int]] = {}
    for each in companies:
        for name, counted in each["seats"]["channels"].items():
            sums = found.setdefault(name, {"alerts": 0, "misuse": 0})
            for key in sums:
                sums[key] += counted[key]
    return dict(sorted(found.items()))


def _channels_text(channels: dict[str, dict[str, int]]) -> str:
    return ", ".join(f"{name} {of['misuse']} of {of['alerts']}" for name, of in channels.items())


def company_text(each: dict[str, Any], *, schemes: bool) -> str:
    """One company: who it is, a table of ways, calibration and seats."""
    about, calibration, seats = each["company"], each["calibration"], each["seats"]
    lines = [
        "",
        f"## seed {each['seed']}: {about['trade']}, {about['currency']}, {about['employees']:,} people, {about['claims']:,} claims, "
        f"{about['misuse_rate']:.2%} misuse",
        f"{about['outcomes_known']} outcomes known at the cut-off, {about['confirmed']} confirmed; {about['schemes']} schemes, new: "
        f"{', '.join(about['new_schemes'])}; not delivered: {', '.join(about['fields_missing']) or 'nothing'}",
        f"tested: {about['tested_claims']:,} claims, {about['tested_misuse']} misuse ({about['tested_misuse_new']} of new schemes), "
        f"{seats['a_night']} seats a night",
        "",
        "| | " + " | ".join(FIGURES.values()) + " |",
        "|---" * (len(FIGURES) + 1) + "|",
    ]
    for way, name in WAYS.items():
        lines.append(
            f"| {name} | " + " | ".join(_cell(each["ways"][way][figure]) for figure in FIGURES) + " |"
        )
    lines += [
        "",
        f"probabilities sum to {_n(calibration['sum'])} where {_n(calibration['misuse'])} are misuse (ratio {_n(calibration['ratio'])}); "
        f"among reviewed {_n(calibration['ratio_reviewed'])}; control sample estimates {_n(calibration['control_estimate'])}",
        f"seats used {_n(seats['taken'])}; waiting a night {_n(seats['waiting_a_night'])}; "
        + _channels_text(seats["channels"]),
    ]
    if (useless := each["useless_rules"])["rules"]:
        lines.append(
            f"{useless['rules']} useless rules: cost per 1,000 {useless['cost_more']:+.0f}; upper bound under the threshold: "
            f"{useless['condemned']}, proposed for retirement: {useless['proposed']}; median bound {_n(useless['upper'])}"
        )
    lines += [
        f"without outcomes and rules of {of['code']} ({of['claims']} claims, {of['opened']} opened): novelty seats found "
        f"{of['novelty_misuse']} of {of['novelty']}, {of['novelty_hidden']} of them of that scheme"
        for of in each["hidden"]
    ]
    return "\n".join(lines + (_schemes_text(each) if schemes else []))


def _schemes_text(each: dict[str, Any]) -> list[str]:
    lines = ["", "| scheme | claims | " + " | ".join(WAYS.values()) + " |", "|---" * (len(WAYS) + 2) + "|"]
    for row in each["schemes"]:
        name = row["code"] + (" (new)" if row["is_new"] else "")
        lines.append(f"| {name} | {row['claims']} | " + " | ".join(_n(row[way]) for way in WAYS) + " |")
    return lines


def summary_text(summary: dict[str, Any], n: int) -> str:
    """Median and worst over the companies."""
    lines = [
        "",
        f"## {n} companies: median (worst)",
        "",
        "| | " + " | ".join(FIGURES.values()) + " |",
        "|---" * (len(FIGURES) + 1) + "|",
    ]
    for way, name in WAYS.items():
        cells = [f"{_n(v['median'])} ({_n(v['worst'])})" for v in summary["ways"][way].values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        f"probabilities against truth {_n(summary['calibration'])}, among reviewed {_n(summary['calibration_reviewed'])}; seats used "
        f"{_n(summary['seats_taken'])}; {_channels_text(summary['channels'])}",
    ]
    return "\n".join(lines)


def goals_text(companies: Sequence[dict[str, Any]], options: Any) -> str:
    """The goals and whether they hold."""
    found: list[Goal] = goals_of(companies, options)
    lines = ["", "| goal | measured | asked for | |", "|---|---|---|---|"]
    return "\n".join(
        lines + [f"| {goal.what} | {_n(goal.value)} | {goal.asked} | {goal.verdict} |" for goal in found]
    )


def _cell(triple: list[float | None]) -> str:
    value, low, high = triple
    return _n(value) if low is None else f"{_n(value)} [{_n(low)}, {_n(high)}]"


def _n(value: float | None) -> str:
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
