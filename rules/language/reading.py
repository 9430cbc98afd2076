"""A text that a person wrote → tree; a text that is none is refused with what its writer should write."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rules.fields import FIELDS
from rules.language.certain.telling import tell
from rules.language.check import check
from rules.language.literals import USUAL_CURRENCY
from rules.language.mending.completing import judge
from rules.language.mending.kinds import shop_kind
from rules.language.mending.meanings import could_mean, searched_text
from rules.language.mending.naming import Names
from rules.language.mending.reading import is_sure, mend
from rules.language.mending.sheets import is_formula, without_formula, without_query
from rules.language.mending.spoken import (
    Spoken,
    hear,
    loses_negation,
    not_understood,
    ordered_grade,
    reaches_far,
    stuck_at,
)
from rules.language.mending.spoken.numerals import in_digits
from rules.language.mending.spoken.words import phrases
from rules.language.mending.typos import respelled
from rules.language.mending.unsaid import asked_back
from rules.language.nodes import And, Comparison, Expression, FieldRef, Position, walk
from rules.language.parse import parse
from rules.language.problems import Problem, RuleNotValid, problem
from rules.language.specs import ParameterSpec, ValueListSpec
from rules.language.text import to_text

#: 500,00: nobody can tell whether a digit or a point was meant.
_HALF_NUMBER = re.compile(r"[<>=]\s*([0-9]{1,3}),([0-9]{1,2})(?![0-9,])(?!\s*(?:[A-Z]{3}|원))")
#: Refusals that say what the parser expected, not what to write.
_RIDDLES = frozenset({"unexpected", "unexpected_end", "unknown_field", "sign", "write_value"})
#: Parts of a guess that came to nothing.
_GUESSES = frozenset({"write_join", "write_compare", "window_compare"})
#: The length a window gets where none was said, and what says one.
_ASSUMED = "within 30 days"
_PERIOD_SAID = re.compile(r"30|삼십|한\s?달|개월|월|month|thirty", re.IGNORECASE)
PLAIN_EXAMPLE = 'amount > 500,000 KRW and merchant.name contains "카페"'
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
        raise _with_assumption(text, mended) from None
    return tree


def _with_assumption(text: str, mended: RuleNotValid) -> RuleNotValid:
    """The refusal; where its correction counts 30 days of which nobody spoke, it says so and asks for the period."""
    if mended.correction is None or _ASSUMED not in mended.correction or _PERIOD_SAID.search(text):
        return mended
    last = text.rstrip().rfind(" ") + 1  # behind what else is told, which comes in the order of the text
    asked = _at(text, last, len(text), "assumed_days")
    return RuleNotValid([*mended.problems, asked], mended.correction)


def _mended(text: str, error: RuleNotValid, names: Names) -> RuleNotValid:
    """The refusal with what would be right; the refusal as it is where nothing better can be said."""
    slips = respelled(text)
    if slips:
        return _respelled(text, slips, names)
    codes = {problem.code for problem in error.problems}
    if codes & _WHOLE:
        return error
    searched = searched_text(text)
    if searched is not None:
        return RuleNotValid([_at(text, 0, len(text), "can_write", choices=searched)])
    if is_formula(text):
        return _without_formula(text, names)
    query = without_query(text)
    said = _spoken(query, names) if query is not None else None
    if said is not None and said.text:
        return RuleNotValid([_at(text, 0, len(text), "leave_query", instead=said.text)], said.text)
    grade = ordered_grade(text)
    if grade is not None:
        return RuleNotValid([_at(text, *grade, "grade_order", example=GRADE_EXAMPLE)])
    comma = _HALF_NUMBER.search(text)
    if comma is not None:
        whole, part = comma[1], comma[2]
        others = {"point": f"{whole}.{part}", "thousands": f"{whole},{part:0<3}"}
        return RuleNotValid([_at(text, comma.start(1), comma.end(2), "half_number", **others)])
    meant = asked_back(text) or could_mean(text) or shop_kind(text)
    if meant is not None and meant.rule and not judge(meant.rule, names):
        whole = _at(text, meant.start, meant.end, "write_as", instead=meant.rule)
        return RuleNotValid([whole], meant.rule)
    if meant is not None:
        code = "can_write" if meant.is_one else "could_mean"
        return RuleNotValid([_at(text, meant.start, meant.end, code, choices=meant.choices)])
    found = mend(text, names)
    spoken = _spoken(text, names)
    if spoken is not None and spoken.readings:
        return RuleNotValid([_at(text, 0, len(text), "could_mean", choices=", ".join(spoken.readings))])
    if spoken is not None and _never_hits(spoken.text, names):
        either = " or ".join(part.out for part in spoken.parts)
        if len(spoken.parts) > 1 and not _never_hits(either, names):
            return RuleNotValid([_at(text, 0, len(text), "could_mean", choices=either)])
        spoken = None
    two_ways = _two_ways(text, found.text, spoken)
    if two_ways:
        return RuleNotValid([_at(text, 0, len(text), "could_mean", choices=", ".join(two_ways))])
    is_dated = any(one.code == "write_either_date" for one in found.problems)
    if (
        spoken is not None
        and not is_dated
        and spoken.text != found.text
        and (_is_speech(text) or not is_sure(found))
    ):
        parts = [part for part in spoken.parts if text[part.start : part.end].strip() != part.out]
        told = [_at(text, part.start, part.end, "write_as", instead=part.out) for part in parts]
        whole = _at(text, 0, len(text), "write_as", instead=spoken.text)
        return RuleNotValid(told or [whole], spoken.text)
    if any(
        problem.code in _CLEAR and (problem.code != "not_ascii" or problem.instead)
        for problem in error.problems
    ):
        return RuleNotValid(error.problems, found.text if error.problems[0].code == "not_ascii" else None)
    correction = found.text if is_sure(found) else None
    if correction is not None and (found_unsure := _unsure(text, found.problems, correction)):
        return RuleNotValid(found_unsure)
    contrary = _not_both(text, correction, names) if correction is not None else None
    if contrary is not None:
        return contrary
    is_unplaced = spoken is None and _is_speech(text) and not _is_nearly(text)
    if correction is not None and (is_unplaced or loses_negation(text, correction)):
        correction = None
    problems = found.problems or error.problems
    if correction is None:
        problems = tuple(_in_cells(problem) for problem in problems)
    riddles = {one.code for one in problems} & _RIDDLES or not_understood(text)
    if correction is None and _is_speech(text) and riddles:
        problems = _in_plain_words(text, problems, names)
    return RuleNotValid(problems, correction)


def _respelled(text: str, slips: list[tuple[int, int, str]], names: Names) -> RuleNotValid:
    """The refusal of a text with Korean words misspelt by a letter: those words, and what is said of the text as it was meant."""
    right = text
    for start, end, meant in reversed(slips):
        right = right[:start] + meant + right[end:]
    told = [
        _at(text, start, end, "write_word", instead=meant, word=text[start:end])
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


def _two_ways(text: str, mended: str | None, spoken: Spoken | None) -> list[str]:
    """Two readings of a text half in the language that have the same conditions and hold them together otherwise; nothing where they agree."""
    if mended is None or spoken is None or _is_speech(text):
        return []
    ways = [to_text(parse(spoken.text)), to_text(parse(mended))]
    bare = {re.sub(r"[()]", "", way) for way in ways}
    return ways if len(bare) < len(set(ways)) else []


def _spoken(text: str, names: Names) -> Spoken | None:
    """The rule a text says as one speaks, where it is one."""
    for said in dict.fromkeys((text, in_digits(text), in_digits(text, ones=True))):
        spoken = hear(said, names, lambda part: not judge(part, names))
        if spoken is not None and spoken.readings and not any(judge(one, names) for one in spoken.readings):
            return spoken
        if spoken is not None and spoken.text and not judge(spoken.text, names):
            return None if _told(spoken.text, names) & {"always_hits", "every_payment"} else spoken
    return None


def _never_hits(text: str, names: Names) -> bool:
    """Whether a rule is certain never to hit: nobody meant that."""
    return "never_hits" in _told(text, names)


def _told(text: str, names: Names) -> set[str]:
    told = tell(parse(text), lists=names.lists or {}, parameters=names.parameters or {})
    return {one.code for one in told}


def _unsure(text: str, problems: tuple[Problem, ...], correction: str) -> list[Problem]:
    """What is told in place of a correction that fills in what nobody said: how a number is compared (참석자 1명: exactly, or more?), and
    words in quotation marks that were no name (the cardholder)."""
    tree = parse(correction)
    if any(one.code == "write_compare" for one in problems):
        guessed = [part for part in walk(tree) if isinstance(part, Comparison) and _is_bare_number(part)]
        if isinstance(tree, Comparison) and guessed:
            left, right = to_text(tree.left), to_text(tree.right)
            numbers = re.findall(r"[0-9]+", text)
            if len(numbers) == 1 and right.isdigit():  # 할부 3개월 is three, not ninety days
                (right,) = numbers
            ways = [f"{left} {sign} {right}" for sign in ("=", ">", ">=")]
            return [_at(text, 0, len(text), "could_mean", choices=", ".join(ways))]
        if guessed:
            return list(problems)
    if re.search(r'"(?:the|an?) ', correction, re.IGNORECASE) and not re.search(r"[\"'“‘]", text):
        return list(problems)
    return []


def _is_bare_number(part: Comparison) -> bool:
    """A field that is no money against a literal."""
    field = part.left
    return (
        isinstance(field, FieldRef)
        and FIELDS[field.name].type not in {"money", "text", "code"}
        and part.op == ">"
    )


def _not_both(text: str, correction: str, names: Names) -> RuleNotValid | None:
    """The refusal of a text whose conditions, read word by word, no payment could meet together: either may be meant; None where that is not so."""
    tree = parse(correction)
    if not isinstance(tree, And) or not _never_hits(correction, names):
        return None
    parts = [to_text(part) for part in tree.operands]
    if any(_never_hits(part, names) for part in parts):
        return None  # a value of the wrong form: the warning about it says which
    return RuleNotValid([_at(text, 0, len(text), "could_mean", choices=" or ".join(parts))])


def _is_speech(text: str) -> bool:
    """Whether a text has none of the language's signs and names: words as one speaks."""
    return re.search(r"[=<>()@$＝＜＞≤≥≠]|[a-z]_[a-z]|[a-z]\.[a-z]", text) is None


#: What stands in the language for itself though it has no sign: a test by its word, one field, a window alone.
_NEARLY = re.compile(
    r"\b(?:contains|includes|starts with|like)\s|\bin (?![0-9]+ ?(?:sec|min|h|d|w|mon|y))[0-9\"']|^\s*[\w.]+ (?:is )?(?:not )?between [0-9]|^\s*[\w.]+\s*$|^\s*[\w.]+ [0-9][0-9,]* (?-i:[A-Z]{3})\s*$|^\s*within [0-9]+ [a-z]+\s*$",
    re.IGNORECASE,
)


def _is_nearly(text: str) -> bool:
    """Whether words without a sign are nearly the language, so that mending them word by word places each of them."""
    return _NEARLY.search(text) is not None and not reaches_far(text)


def _without_formula(text: str, names: Names) -> RuleNotValid:
    """A spreadsheet's formula: what its condition is called here."""
    said = without_formula(text)
    found = mend(said, names) if said else None
    if found is None or found.text is None or not is_sure(found):
        whole = _at(text, 0, len(text), "formula", example=PLAIN_EXAMPLE)
        return RuleNotValid([whole])
    plain = to_text(parse(found.text))
    return RuleNotValid([_at(text, 0, len(text), "write_formula", instead=plain)], plain)


def _in_cells(told: Problem) -> Problem:
    """A1 is a cell of a spreadsheet, not a field that is nearly right."""
    name = re.search(r"\b[A-Z]{1,2}[0-9]{1,5}\b", told.message_en)
    if told.code != "unknown_field" or name is None:
        return told
    place = Position(told.line, told.column, len(name[0]))
    return problem(place, "cell", found=name[0], example="amount > 500,000 KRW")


def _is_filler(text: str, told: Problem) -> bool:
    """Whether a word is told a field's name that only fills the sentence: ``payments`` is no amount there."""
    if told.code != "write_field":
        return False
    line = text.splitlines()[told.line - 1] if text else ""
    word = line[told.column - 1 : told.column - 1 + told.length].strip().lower()
    return phrases().get(word, ("", ""))[0] in {"empty", "aggregate"} or word == "number"


def _in_plain_words(text: str, told: tuple[Problem, ...], names: Names) -> tuple[Problem, ...]:
    """What the parser expected next helps nobody who wrote no rule: the words that mean nothing here, and a whole condition, do."""
    kept = [one for one in told if one.code not in _RIDDLES | _GUESSES and not _is_filler(text, one)]
    stuck = stuck_at(text, names, lambda part: not judge(part, names))
    unknown = not_understood(text)[:3]
    if stuck and not unknown:  # every word is known: what a field is called would only lead astray
        kept = [one for one in kept if one.code != "write_field"]
    places = unknown or [stuck or (0, len(text))]
    kept += [_at(text, start, end, "plain_example", example=PLAIN_EXAMPLE) for start, end in places]
    return tuple(kept)


def _at(text: str, start: int, end: int, code: str, *, instead: str = "", **values: str) -> Problem:
    """A message about ``text[start:end]``, without the blanks around it."""
    found = text[start:end]
    start += len(found) - len(found.lstrip())
    before = text[:start]
    place = Position(before.count("\n") + 1, start - before.rfind("\n"), max(len(found.strip()), 1))
    return problem(place, code, instead=instead, **{"found": found.strip(), **values})
