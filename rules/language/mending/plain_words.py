"""Refusals that say what the parser expected → what one writes instead, in plain words."""

from __future__ import annotations

import re

from rules.language.mending.completing import judge
from rules.language.mending.naming_place import Names
from rules.language.mending.spoken import not_understood, stuck_at
from rules.language.mending.spoken.words import phrases
from rules.language.mending.unsaid.amounts import bare_number_asked
from rules.language.nodes import Position
from rules.language.problems import Problem, problem, told_at

#: Refusals that say what the parser expected, not what to write.
RIDDLES = frozenset({"unexpected", "unexpected_end", "unknown_field", "sign", "write_value"})


#: Parts of a guess that came to nothing.
_GUESSES = frozenset({"write_join", "write_compare", "window_compare"})


PLAIN_EXAMPLE = 'amount > 500,000 KRW and merchant.name contains "카페"'


def in_cells(told: Problem) -> Problem:
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


def in_plain_words(text: str, told: tuple[Problem, ...], names: Names) -> tuple[Problem, ...]:
    """What the parser expected next helps nobody who wrote no rule: the words that mean nothing here, and a whole condition, do."""
    kept = [one for one in told if one.code not in RIDDLES | _GUESSES and not _is_filler(text, one)]
    stuck = stuck_at(text, names, lambda part: not judge(part, names))
    unknown = not_understood(text)[:3]
    if stuck and not unknown:  # every word is known: what a field is called would only lead astray
        kept = [one for one in kept if one.code != "write_field"]
    places = unknown or [stuck or (0, len(text))]
    return (*kept, *(_unread(text, start, end) for start, end in places))


def _unread(text: str, start: int, end: int) -> Problem:
    """What is told of a part that is not read: of a mere number that is compared what it may be a number of, else a whole condition."""
    bare = bare_number_asked(text[start:end])
    if bare is not None:
        return told_at(text, start, end, "could_mean", choices=bare.choices)
    return told_at(text, start, end, "plain_example", example=PLAIN_EXAMPLE)
