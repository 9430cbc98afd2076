"""The rule language: typed, three-valued, point in time. One tree; text, JSON, sentences, a polars plan and a per-claim reading of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.language.check import check
from rules.language.json_form import from_json, to_json
from rules.language.nodes import Expression, field_names
from rules.language.parse import parse
from rules.language.problems import Problem, RuleNotValid
from rules.language.sentence import to_sentence
from rules.language.specs import Context, ParameterSpec, ParameterValue, PlainCalendar, ValueListSpec
from rules.language.text import to_text

if TYPE_CHECKING:
    from rules.language.reading import read

__all__ = [
    "Context",
    "Expression",
    "ParameterSpec",
    "ParameterValue",
    "PlainCalendar",
    "Problem",
    "RuleNotValid",
    "ValueListSpec",
    "check",
    "field_names",
    "from_json",
    "parse",
    "read",
    "to_json",
    "to_sentence",
    "to_text",
]


def __getattr__(name: str) -> Any:
    """`read` understands what people type and knows many words for it; whoever judges claims has no need of them, and starts sooner without."""
    if name == "read":
        from rules.language.reading import read

        return read
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
