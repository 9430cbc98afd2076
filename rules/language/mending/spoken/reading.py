"""A whole spoken text → a rule with what each part of it became; nothing where one word of it is not understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from rules.language.mending.naming_place import Names
from rules.language.mending.spoken.binding import BESIDE
from rules.language.mending.spoken.clauses import clause
from rules.language.mending.spoken.denying import is_unclear
from rules.language.mending.spoken.hearing import heard, is_plural_day
from rules.language.mending.spoken.line import Line, Part, Spoken
from rules.language.mending.spoken.regrouping import regrouped
from rules.language.mending.spoken.said import Said
from rules.language.mending.spoken.totals import of_each
from rules.language.mending.spoken.values import VALUES

_FRAME = frozenset({"{", "}", ";", ".", "?"})


def hear(text: str, names: Names, is_rule: Callable[[str], bool]) -> Spoken | None:
    """What a text says as one speaks; None where a word of it is not understood.

    ``is_rule`` tells whether a piece of text is a rule of its own already; such pieces stay as they are.
    """
    line = _read(text, names, is_rule)
    whole = line.whole() if isinstance(line, Line) else None
    if whole is not None and whole.text and isinstance(line, Line) and line.is_moved:
        whole = replace(whole, parts=(Part(0, len(text), whole.text),))
    each = of_each(whole.text) if whole is not None and "(" not in text else ()
    return replace(whole, text="", readings=each) if whole is not None and each else whole


def stuck_at(text: str, names: Names, is_rule: Callable[[str], bool]) -> tuple[int, int] | None:
    """The part of a text whose words are known and which says nothing together: (start, end); None where it is all of the text."""
    line = _read(text, names, is_rule)
    if isinstance(line, Line) or line is None:
        return None
    return line if text[: line[0]].strip() or text[line[1] :].strip() else None


def _read(text: str, names: Names, is_rule: Callable[[str], bool]) -> Line | tuple[int, int] | None:
    """All conditions of a text; where one is not understood, the place of it; None where the whole is none."""
    tokens, is_moved = regrouped(_framed([_signed(token) for token in heard(text)]))
    if any(one.is_word("same") and two.kind in {"place", "unknown"} for one, two in pairwise(tokens)):
        return None  # the same restaurant: one shop, or any of the kind?
    line = Line([], [], is_moved=is_moved)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind in {"open", "close", "join", "comma"} or _is_outer_not(tokens, at):
            join = _join(tokens, at)
            if not line.take(token, BESIDE if token.kind == "comma" and join == "and" else join):
                return None
            at += 1
            continue
        found = (
            None
            if _lacks_subject(tokens, at)
            else _as_it_is(text, tokens, at, is_rule) or clause(tokens, at, names)
        )
        if found is None:
            return _until_next(tokens, at)
        taken, condition = found
        end = at + taken
        is_either = end < len(tokens) and tokens[end].kind in {"join", "comma"} and _join(tokens, end) == "or"
        if is_unclear(tokens, at, taken, is_either=is_either):
            return None
        if " and " in condition and _joins_or(tokens, at, taken):
            condition = f"({condition})"
        line.add(Part(token.start, tokens[at + taken - 1].end, condition))
        at += taken
    return line


def _until_next(tokens: Sequence[Said], at: int) -> tuple[int, int]:
    """From a token to the next one that joins or closes."""
    end = at
    while end + 1 < len(tokens) and tokens[end + 1].kind not in {"join", "comma", "close"}:
        end += 1
    return tokens[at].start, tokens[end].end


def _framed(tokens: list[Said]) -> list[Said]:
    """Without a full stop at the end and the = that a spreadsheet's cell begins with."""
    while tokens and tokens[-1].value in _FRAME:
        tokens = tokens[:-1]
    is_cell = len(tokens) > 2 and tokens[0].kind == "compare" and tokens[0].written == "="
    return tokens[1:] if is_cell else tokens


def _is_outer_not(tokens: Sequence[Said], at: int) -> bool:
    return tokens[at].is_word("not") and at + 1 < len(tokens) and tokens[at + 1].kind == "open"


def _lacks_subject(tokens: Sequence[Said], at: int) -> bool:
    """``amount = 100,000 or 200,000``: what the second value is compared with was said before."""
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    is_alone = behind is None or behind.kind in {"join", "comma", "close"}
    return bool(at) and tokens[at - 1].kind in {"join", "comma"} and tokens[at].kind in VALUES and is_alone


def _signed(token: Said) -> Said:
    kind = {"(": "open", ")": "close", ",": "comma"}.get(token.value)
    if kind is None or token.kind == "text":
        return token
    return Said(kind, token.value, token.start, token.end, token.written)


def _as_it_is(
    text: str, tokens: Sequence[Said], at: int, is_rule: Callable[[str], bool]
) -> tuple[int, str] | None:
    """A condition that is right already, up to the next word that joins."""
    end = at
    while end < len(tokens) and tokens[end].kind not in {"join", "close"}:
        end += 1
    if end == at:
        return None
    written = text[tokens[at].start : tokens[end - 1].end]
    return (end - at, written) if is_rule(written) else None


def _joins_or(tokens: Sequence[Said], at: int, taken: int) -> bool:
    around = [*tokens[max(at - 1, 0) : at], *tokens[at + taken : at + taken + 1]]
    return any(token.kind == "join" and token.value != "and" for token in around)


def _join(tokens: Sequence[Said], at: int) -> str:
    """and, or; between two days or kinds of days 와 and a comma mean either."""
    token = tokens[at]
    before, behind = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    days = [one for one in (before, behind) if one is not None and _is_day(one)]
    if token.value == "or":
        return "or"
    if before is not None and behind is not None and before.kind == behind.kind == "place":
        return "or"  # a payment is at one shop: cafes, convenience stores
    if len(days) == 2:
        both_weekdays = all(one.value.startswith("weekday =") for one in days)
        if (
            both_weekdays
            or token.kind == "comma"
            or token.value == "with"
            or token.written == "및"
            or all(map(is_plural_day, days))
        ):
            return "or"
    return "and"


def _is_day(token: Said) -> bool:
    return token.kind == "flag" and (
        token.value.startswith("weekday =") or token.value in {"is_weekend", "is_holiday"}
    )


def not_understood(text: str) -> list[tuple[int, int]]:
    """Where the words stand that mean nothing here: (start, end) each."""
    return [(token.start, token.end) for token in heard(text) if token.kind == "unknown"]
