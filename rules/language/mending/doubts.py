"""Doubts about a correction that was found: what it fills in though nobody said it, what it could mean as well, what it could never hit."""

from __future__ import annotations

import re

from rules.fields import FIELDS
from rules.language.certain.telling import tell
from rules.language.mending.completing import judge
from rules.language.mending.meanings import Meanings
from rules.language.mending.naming_place import Names
from rules.language.mending.spoken import Spoken, reaches_far
from rules.language.mending.spoken.clauses import negated
from rules.language.mending.unsaid.parts import is_denied
from rules.language.nodes import And, Comparison, FieldRef, TextMatch, walk
from rules.language.parse import parse
from rules.language.problems import Problem, RuleNotValid, told_at
from rules.language.text import to_text

#: That a condition denies something; that something is missing, or not, is the thing itself.
_DENIES = re.compile(r"\bnot\b(?! missing)|!=")


def two_ways(text: str, mended: str | None, spoken: Spoken | None) -> list[str]:
    """Two readings of a text half in the language that have the same conditions and hold them together otherwise; nothing where they agree."""
    if mended is None or spoken is None or is_speech(text):
        return []
    ways = [to_text(parse(spoken.text)), to_text(parse(mended))]
    bare = {re.sub(r"[()]", "", way) for way in ways}
    return ways if len(bare) < len(set(ways)) else []


def to_copy(text: str, meant: Meanings, names: Names) -> list[str]:
    """The conditions a question tells, of those that may be copied: each is one by itself, and denies what the text denies of its part."""
    ways = _apart(meant.choices)
    if meant.code:
        return ways  # what stands instead of something a rule does not see
    is_whole = not text[: meant.start].strip() and not text[meant.end :].strip()
    if not is_whole and not meant.is_denied_within and is_denied(text, meant.start, meant.end):
        ways = [way if _DENIES.search(re.sub(r'"[^"]*"', "", way)) else negated(way) for way in ways]
    return [way for way in ways if not judge(way, names)]


def _apart(choices: str) -> list[str]:
    """The conditions of a question, which commas part; those inside brackets and texts belong to one."""
    found, depth, is_text = [""], 0, False
    for at, letter in enumerate(choices):
        is_text ^= letter == '"'
        depth += {"(": 1, ")": -1}.get(letter, 0) * (not is_text)
        if letter == "," and not depth and not is_text and choices[at + 1 : at + 2] == " ":
            found.append("")
        else:
            found[-1] += letter
    return [one.strip() for one in found]


def never_hits(text: str, names: Names) -> bool:
    """Whether a rule is certain never to hit: nobody meant that."""
    return "never_hits" in warned_of(text, names)


def warned_of(text: str, names: Names) -> set[str]:
    told = tell(parse(text), lists=names.lists or {}, parameters=names.parameters or {})
    return {one.code for one in told}


def unsure(text: str, problems: tuple[Problem, ...], correction: str) -> list[Problem]:
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
            return [told_at(text, 0, len(text), "could_mean", choices=", ".join(ways))]
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


def not_both(text: str, correction: str, names: Names) -> RuleNotValid | None:
    """The refusal of a text whose conditions, read word by word, no payment could meet together: either may be meant; None where that is not so."""
    tree = parse(correction)
    if not isinstance(tree, And) or not never_hits(correction, names):
        return None
    parts = [to_text(part) for part in tree.operands]
    if any(never_hits(part, names) for part in parts):
        return None  # a value of the wrong form: the warning about it says which
    return RuleNotValid([told_at(text, 0, len(text), "could_mean", choices=" or ".join(parts))])


def is_at_two_shops(rule: str) -> bool:
    """Whether a rule asks for two names of a shop at once, which are parts of one name, or of two shops."""
    tree = parse(rule)
    parts = tree.operands if isinstance(tree, And) else ()
    named = [one for one in parts if isinstance(one, TextMatch) and one.operand == FieldRef("merchant.name")]
    return len({to_text(one.pattern) for one in named}) > 1


def is_speech(text: str) -> bool:
    """Whether a text has none of the language's signs and names: words as one speaks."""
    return re.search(r"[=<>()@$＝＜＞≤≥≠]|[a-z]_[a-z]|[a-z]\.[a-z]", text) is None


#: What stands in the language for itself though it has no sign: a test by its word, one field, a window alone.
_NEARLY = re.compile(
    r"\b(?:contains|includes|starts with|like)\s|\bin (?![0-9]+ ?(?:sec|min|h|d|w|mon|y))[0-9\"']|^\s*[\w.]+ (?:is )?(?:not )?between [0-9]|^\s*[\w.]+\s*$|^\s*[\w.]+ [0-9][0-9,]* (?-i:[A-Z]{3})\s*$|^\s*within [0-9]+ [a-z]+\s*$",
    re.IGNORECASE,
)


def is_nearly(text: str) -> bool:
    """Whether words without a sign are nearly the language, so that mending them word by word places each of them."""
    return _NEARLY.search(text) is not None and not reaches_far(text)
