"""A text that a person wrote → tree; a text that is none is refused with what its writer should write."""

from __future__ import annotations

from collections.abc import Mapping

from rules.language.check import check
from rules.language.mending.naming import Names
from rules.language.mending.reading import mend
from rules.language.nodes import Expression
from rules.language.parse import parse
from rules.language.problems import RuleNotValid
from rules.language.specs import ParameterSpec, ValueListSpec

#: What no rewording mends: the text as a whole is wrong.
_WHOLE = frozenset(
    {
        "empty",
        "too_long",
        "too_deep",
        "too_many_nodes",
        "too_many_items",
        "control_character",
        "outcome_field",
    }
)
#: Refusals that say better themselves what to write.
_CLEAR = frozenset(
    {
        "two_periods",
        "whole_needs_period",
        "whole_before",
        "ambiguous_comma",
        "dunder",
        "not_ascii",
        "bad_pattern",
    }
)


def read(
    text: str, *, lists: Mapping[str, ValueListSpec], parameters: Mapping[str, ParameterSpec]
) -> Expression:
    """The tree of a text that is a rule with the company's lists and parameters.

    Raises RuleNotValid as ``parse`` and ``check`` do; its problems say what to write at each place, and its ``correction`` is the whole
    rule as it was meant, where that could be told. A correction is always itself a rule; it is offered, never taken.
    """
    try:
        tree = parse(text)
        check(tree, lists=lists, parameters=parameters)
    except RuleNotValid as error:
        raise _mended(text, error, Names(lists, parameters)) from None
    return tree


def _mended(text: str, error: RuleNotValid, names: Names) -> RuleNotValid:
    """The refusal with what would be right; the refusal as it is where nothing better can be said."""
    codes = {problem.code for problem in error.problems}
    if codes & _WHOLE:
        return error
    found = mend(text, names)
    if any(
        problem.code in _CLEAR and (problem.code != "not_ascii" or problem.instead)
        for problem in error.problems
    ):
        return RuleNotValid(error.problems, found.text if error.problems[0].code == "not_ascii" else None)
    return RuleNotValid(found.problems, found.text) if found.problems else error
