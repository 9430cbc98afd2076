"""A text that a person wrote → tree; a text that is none is refused with what its writer should write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rules.language.check import check
from rules.language.literals import USUAL_CURRENCY
from rules.language.mending.alone import alone
from rules.language.mending.asking import asked, heard_rule, is_unread, named_first, with_edges
from rules.language.mending.code_ranges import codes_asked
from rules.language.mending.completing import judge
from rules.language.mending.doubts import (
    is_at_two_shops,
    is_nearly,
    is_speech,
    never_hits,
    not_both,
    two_ways,
    unsure,
)
from rules.language.mending.habits import in_either_way, rewritten
from rules.language.mending.kinds import category_asked, shop_kind, trade_of
from rules.language.mending.meanings import could_mean, searched_text
from rules.language.mending.naming_place import Names
from rules.language.mending.plain_words import PLAIN_EXAMPLE, RIDDLES, in_cells, in_plain_words
from rules.language.mending.reading import is_sure, mend
from rules.language.mending.sheets import is_formula, without_formula, without_query
from rules.language.mending.spoken import loses_negation, not_understood, ordered_grade
from rules.language.mending.spoken.edges import without_edges
from rules.language.mending.spoken.plainly import said_plainly
from rules.language.mending.trades import named_codes, words_by_name
from rules.language.mending.typos import respelled
from rules.language.mending.unsaid import asked_back, not_carried, numbers_lost, office_word, part_asked
from rules.language.nodes import Expression
from rules.language.parse import parse
from rules.language.problems import Problem, RuleNotValid, told_at
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.text import to_text

#: 500,00: nobody can tell whether a digit or a point was meant.
_HALF_NUMBER = re.compile(r"[<>=]\s*([0-9]{1,3}),([0-9]{1,2})(?![0-9,])(?!\s*(?:[A-Z]{3}|원))")
#: The length a window gets where none was said, and what says one.
_ASSUMED = "within 30 days"
_PERIOD_SAID = re.compile(r"30|삼십|한\s?달|개월|월|month|thirty", re.IGNORECASE)
GRADE_EXAMPLE = 'cardholder.grade in ("과장", "차장")'
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
    text: str,
    *,
    lists: Mapping[str, ValueListSpec],
    parameters: Mapping[str, ParameterSpec],
    currency: str = "KRW",
) -> Expression:
    """The tree of a text that is a rule with the company's lists and parameters.

    ``currency`` is meant in a correction where an amount names none.

    Raises RuleNotValid as ``parse`` and ``check`` do; its problems say what to write at each place, and its ``correction`` is the whole
    rule as it was meant, where that could be told. A correction is always itself a rule; it is offered, never taken.
    """
    try:
        tree = parse(text)
        check(tree, lists=lists, parameters=parameters)
    except RuleNotValid as error:
        usual = USUAL_CURRENCY.set(currency)
        try:
            mended = _mended(text, error, Names(lists, parameters))
        finally:
            USUAL_CURRENCY.reset(usual)
        raise _with_trades(text, _with_assumption(text, mended)) from None
    return tree


def _with_assumption(text: str, mended: RuleNotValid) -> RuleNotValid:
    """The refusal; where its correction counts 30 days of which nobody spoke, it says so and asks for the period."""
    if mended.correction is None or _ASSUMED not in mended.correction or _PERIOD_SAID.search(text):
        return mended
    last = text.rstrip().rfind(" ") + 1  # behind what else is told, which comes in the order of the text
    asked = told_at(text, last, len(text), "assumed_days")
    return RuleNotValid([*mended.problems, asked], mended.correction)


def _with_trades(text: str, mended: RuleNotValid) -> RuleNotValid:
    """The refusal; where its correction looks for a trade in the shop's name (골프, taxi), it says what it is as a category."""
    told = []
    for word in words_by_name(mended.correction or ""):
        code, at = trade_of(word), text.lower().find(word.lower())
        if (
            code
            and at >= 0
            and not re.search(r"[\"'“‘]|이름|가맹점명|상호|포함|\bnames?\b|contain", text, re.IGNORECASE)
        ):
            named = {"en": named_codes(code, "en"), "ko": named_codes(code, "ko")}
            told.append(
                told_at(text, at, at + len(word), "trade_by_name", choices=category_asked(code), **named)
            )
    return RuleNotValid([*mended.problems, *told], mended.correction) if told else mended


def _mended(text: str, error: RuleNotValid, names: Names) -> RuleNotValid:
    """The refusal with what would be right; the refusal as it is where nothing better can be said."""
    slips = respelled(text)
    if slips:
        return _respelled(text, slips, names)
    codes = {problem.code for problem in error.problems}
    if codes & _WHOLE:
        return error
    named = alone(text, names)
    if named is not None:
        return RuleNotValid([named])
    searched = searched_text(text)
    if searched is not None:
        return RuleNotValid([told_at(text, 0, len(text), "can_write", choices=searched)])
    if is_formula(text):
        return _without_formula(text, names)
    plain = _said_plainly(text, names)
    if plain is not None:
        return plain
    habits = _of_habits(text, names)
    if habits is not None:
        return habits
    either = _either_way(text, names) if is_speech(text) else []
    if either:
        return RuleNotValid([told_at(text, 0, len(text), "could_mean", choices=", ".join(either))])
    query = without_query(text)
    said = heard_rule(query, names) if query is not None else None
    if said is not None and said.text:
        return RuleNotValid([told_at(text, 0, len(text), "leave_query", instead=said.text)], said.text)
    grade = ordered_grade(text)
    if grade is not None:
        return RuleNotValid([told_at(text, *grade, "grade_order", example=GRADE_EXAMPLE)])
    comma = _HALF_NUMBER.search(text)
    if comma is not None:
        whole, part = comma[1], comma[2]
        others = {"point": f"{whole}.{part}", "thousands": f"{whole},{part:0<3}"}
        return RuleNotValid([told_at(text, comma.start(1), comma.end(2), "half_number", **others)])
    open_text = without_edges(text)
    term = office_word(open_text)
    if term is not None and is_unread(text, names):
        return asked(text, term, names)
    meant = codes_asked(open_text) or part_asked(open_text) or asked_back(open_text) or could_mean(open_text)
    meant = meant or shop_kind(open_text, names.lists, by_itself=is_unread(text, names))
    if meant is not None and meant.rule and not judge(meant.rule, names):
        whole = told_at(text, meant.start, meant.end, "write_as", instead=meant.rule)
        return RuleNotValid([whole], meant.rule)
    if meant is not None:
        return asked(text, meant, names)
    found = mend(text, names)
    spoken = heard_rule(text, names)
    unsaid = [one for way in spoken.readings for one in not_carried(text, way)] if spoken is not None else []
    if spoken is not None and spoken.readings and not (unsaid and is_speech(text)):
        return RuleNotValid([told_at(text, 0, len(text), "could_mean", choices=", ".join(spoken.readings))])
    if spoken is not None and spoken.text and never_hits(spoken.text, names):
        one_of = " or ".join(part.out for part in spoken.parts)
        if len(spoken.parts) > 1 and not never_hits(one_of, names):
            return RuleNotValid([told_at(text, 0, len(text), "could_mean", choices=one_of)])
        spoken = None
    lost: list[tuple[int, int]] = []
    if spoken is not None and spoken.readings:
        lost, spoken = sorted(set(unsaid)), None
    if spoken is not None and is_speech(text):
        lost = not_carried(text, spoken.text)
        if not lost and is_at_two_shops(spoken.text):
            lost = [(0, len(text))]
        spoken = None if lost else spoken
    ways = two_ways(text, found.text, spoken)
    if ways:
        return RuleNotValid([told_at(text, 0, len(text), "could_mean", choices=", ".join(ways))])
    is_dated = any(one.code == "write_either_date" for one in found.problems)
    if (
        spoken is not None
        and not is_dated
        and spoken.text != found.text
        and (is_speech(text) or not is_sure(found))
    ):
        parts = [part for part in spoken.parts if text[part.start : part.end].strip() != part.out]
        told = [told_at(text, part.start, part.end, "write_as", instead=part.out) for part in parts]
        whole = told_at(text, 0, len(text), "write_as", instead=spoken.text)
        return RuleNotValid(told or [whole], spoken.text)
    if any(
        problem.code in _CLEAR and (problem.code != "not_ascii" or problem.instead)
        for problem in error.problems
    ):
        return RuleNotValid(error.problems, found.text if error.problems[0].code == "not_ascii" else None)
    correction = found.text if is_sure(found) else None
    if correction is not None and (found_unsure := unsure(text, found.problems, correction)):
        return RuleNotValid(found_unsure)
    contrary = not_both(text, correction, names) if correction is not None else None
    if contrary is not None:
        return contrary
    is_unplaced = spoken is None and is_speech(text) and not is_nearly(text)
    if correction is not None and (is_unplaced or loses_negation(text, correction)):
        correction = None
    if correction is not None and (left := _left_out(text, correction, found.problems)):
        lost, correction = left, None
    problems = found.problems or error.problems
    if correction is None:
        problems = tuple(in_cells(problem) for problem in problems)
    if correction is None and lost:
        return RuleNotValid(
            [told_at(text, start, end, "plain_example", example=PLAIN_EXAMPLE) for start, end in lost[:3]]
        )
    if correction is None and is_speech(text):
        problems = with_edges(text, problems)
    first = named_first(text, names) if correction is None and is_speech(text) else None
    if first is not None:
        return first
    riddles = {one.code for one in problems} & RIDDLES or not_understood(text)
    if correction is None and is_speech(text) and riddles:
        problems = in_plain_words(text, problems, names)
    return RuleNotValid(problems, correction)


def _said_plainly(text: str, names: Names) -> RuleNotValid | None:
    """What is told of a sentence in the words the readers know; None where it is said in them, or is a riddle then too."""
    said = said_plainly(text) if is_speech(text) else text
    refused = judge(said, names) if said != text else ()
    if not refused:
        return None
    again = _mended(said, RuleNotValid(refused), names)
    if again.correction is not None:
        whole = told_at(text, 0, len(text), "write_as", instead=again.correction)
        return RuleNotValid([whole], again.correction)
    if {one.code for one in again.problems} & {"plain_example", "foreign_word", *RIDDLES}:
        return None
    length = max(len(text.strip()), 1)
    return RuleNotValid([replace(one, line=1, column=1, length=length) for one in again.problems])


def _left_out(text: str, rule: str, told: Sequence[Problem]) -> list[tuple[int, int]]:
    """What a mended text says that its rule does not: words of a sentence, numbers and periods of any text."""
    return (not_carried(text, rule) if is_speech(text) else []) or numbers_lost(text, rule, told)


def _of_habits(text: str, names: Names) -> RuleNotValid | None:
    """What a text with habits of other tools says in the language: the rule, or every one it can be; None where it is none then."""
    ways = [] if is_speech(text) and "[" not in text else [_whole(way, names) for way in rewritten(text)]
    if not ways or None in ways:
        return None
    rules = list(dict.fromkeys(way for way in ways if way is not None))
    if len(rules) == 1:
        return RuleNotValid([told_at(text, 0, len(text), "write_as", instead=rules[0])], rules[0])
    return RuleNotValid([told_at(text, 0, len(text), "could_mean", choices=", ".join(rules))])


def _either_way(text: str, names: Names) -> list[str]:
    """``weekend and/or night``: the rules of both; nothing where one is none."""
    found = []
    for way in in_either_way(text):
        spoken = heard_rule(way, names)
        for rule in (spoken.readings or (spoken.text,)) if spoken is not None else ("",):
            if not rule or not_carried(way, rule):
                return []
            found.append(rule)
    return list(dict.fromkeys(found))


def _whole(text: str, names: Names) -> str | None:
    """The rule that a text is or is surely meant to be, with every number of it."""
    found = mend(text, names)
    if found.text is None or not is_sure(found) or numbers_lost(text, found.text):
        return None
    return None if unsure(text, found.problems, found.text) else found.text


def _respelled(text: str, slips: list[tuple[int, int, str]], names: Names) -> RuleNotValid:
    """The refusal of a text with Korean words misspelt by a letter: those words, and what is said of the text as it was meant."""
    right = text
    for start, end, meant in reversed(slips):
        right = right[:start] + meant + right[end:]
    told = [
        told_at(text, start, end, "write_word", instead=meant, word=text[start:end])
        for start, end, meant in slips
    ]
    try:
        tree = parse(right)
        refused = judge(right, names)
        again = RuleNotValid(refused) if refused else None
    except RuleNotValid as error:
        again = error
        tree = None
    if again is None and tree is not None:
        return RuleNotValid(told, right)
    assert again is not None
    meant_again = _mended(right, again, names)
    if len(right) == len(text):  # else what is told of it stands elsewhere
        told += meant_again.problems
    return RuleNotValid(told, meant_again.correction)


def _without_formula(text: str, names: Names) -> RuleNotValid:
    """A spreadsheet's formula: what its condition is called here."""
    said = without_formula(text)
    found = mend(said, names) if said else None
    if found is None or found.text is None or not is_sure(found):
        whole = told_at(text, 0, len(text), "formula", example=PLAIN_EXAMPLE)
        return RuleNotValid([whole])
    plain = to_text(parse(found.text))
    return RuleNotValid([told_at(text, 0, len(text), "write_formula", instead=plain)], plain)
