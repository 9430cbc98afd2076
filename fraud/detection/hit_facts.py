"""The facts behind a rule hit in words: what was measured and which limit it met."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from math import ceil
from typing import Any

from rules.facts import hit_sentence
from rules.fields import FIELDS
from rules.language import RuleNotValid, nodes, parse
from rules.money import format_money

# `median(amount same department …)`: a window; what it measures comes first.
_WINDOW = re.compile(r"^[a-z_]+\(")
_COUNTING = ("count(", "sum(", "distinct(")
_PERIOD_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
_UNIT_DAYS = {
    "second": 1 / 86_400,
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1,
    "week": 7,
    "business day": 1.5,
}


def hit_facts_text(facts: Mapping[str, Any] | None, currency: str, language: str) -> str:
    """One line such as `금액 471,900원; 단건 한도 500,000원`; empty where the night kept no facts.

    Stored facts are {"title", "values"}; a plain mapping of field to value is read as well (money in minor units of
    `currency`).
    """
    if not facts:
        return ""
    values = facts.get("values")
    if isinstance(values, Mapping):
        return _sentence(json.dumps(values, sort_keys=False), language)
    return "; ".join(
        f"{_label(name, language)} {_plain(name, value, currency, language)}"
        for name, value in facts.items()
        if name != "title" and value is not None
    )


def hit_facts_brief(facts: Mapping[str, Any] | None, currency: str, language: str) -> str:
    """The same cut to what was measured first and the amount that was the limit, for one line."""
    values = (facts or {}).get("values")
    if isinstance(values, Mapping):
        return _sentence(json.dumps(values, sort_keys=False), language, is_brief=True)
    return hit_facts_text(facts, currency, language)


def fact_names(facts: Mapping[str, Any] | None) -> list[str]:
    """The fields a hit measured, windows by what they aggregate; thresholds and context left out."""
    values = (facts or {}).get("values", facts or {})
    names = [
        name
        for name, fact in values.items()
        if not name.startswith("$")
        and name != "title"
        and not (isinstance(fact, Mapping) and fact.get("is_context"))
    ]
    return [_WINDOW.sub("", name) for name in names]


@lru_cache(maxsize=2048)
def _sentence(values: str, language: str, *, is_brief: bool = False) -> str:
    """Remembered: naming a window means parsing it, and a case page shows the same facts many times."""
    return hit_sentence(json.loads(values), language, is_brief=is_brief)


def _label(name: str, language: str) -> str:
    field = FIELDS.get(name)
    return field.label(language) if field else name


def _plain(name: str, value: Any, currency: str, language: str) -> str:
    field = FIELDS.get(name)
    if isinstance(value, bool):
        return {True: ("yes", "예"), False: ("no", "아니요")}[value][language == "ko"]
    if field and field.type == "money" and isinstance(value, (int, float)):
        return format_money(round(value), currency, language)
    return f"{value:,}" if isinstance(value, int) else str(value)


def counted_in(facts: Mapping[str, Any] | None) -> tuple[float, ...]:
    """What the hit's windows counted and added up, in their order: of two hits of one rule the larger saw more of what happened."""
    values = (facts or {}).get("values")
    if not isinstance(values, Mapping):
        return ()
    told = (
        fact.get("value")
        for name, fact in values.items()
        if name.startswith(_COUNTING) and isinstance(fact, Mapping)
    )
    return tuple(
        float(value) for value in told if isinstance(value, int | float) and not isinstance(value, bool)
    )


def window_days(facts: Mapping[str, Any] | None, keys: Collection[str]) -> int:
    """The days the hit's longest window over these keys looks back (1 for "on one day"), 0 where it has none.

    `window_days(facts, {"cardholder", "merchant"})`: over how many days payments at one merchant were counted together.
    """
    values = (facts or {}).get("values")
    names = [name for name in values if _WINDOW.match(name)] if isinstance(values, Mapping) else []
    return max((_days(name, frozenset(keys)) for name in names), default=0)


@lru_cache(maxsize=2048)
def _days(name: str, keys: frozenset[str]) -> int:
    try:
        node = parse(name)
    except RuleNotValid:
        return 0
    if not isinstance(node, nodes.Window) or not keys <= set(node.keys):
        return 0
    if node.period is not None:
        return _PERIOD_DAYS[node.period]
    if isinstance(node.within, nodes.DurationLiteral):
        return max(1, ceil(float(node.within.amount) * _UNIT_DAYS[node.within.unit]))
    return 0
