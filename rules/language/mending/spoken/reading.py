"""A whole spoken text → a rule with what each part of it became; nothing where one word of it is not understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rules.language.mending.naming_place import Names
from rules.language.mending.spoken.binding import BESIDE, Bound, amount_inside, bind
from rules.language.mending.spoken.clauses import clause
from rules.language.mending.spoken.denying import is_unclear
from rules.language.mending.spoken.hearing import heard, is_plural_day
from rules.language.mending.spoken.said import Said
from rules.language.mending.spoken.totals import UNSAID, of_each
from rules.language.mending.spoken.values import VALUES

_FRAME = frozenset({"{", "}", ";", ".", "?"})


#: Words that set a condition apart from all that was said before.
_TURNS = frozenset({"but", "plus"})
_JOINS = frozenset({"and", "or", BESIDE, "("})
_WINDOW = re.compile(r"(?:count|sum)\((?:[\w.]+ )?(same [^()]*?)(?: where [^()]*)?\)")
_PLACE = "merchant.name contains "
_OF_PEOPLE = re.compile(r"attendee|per_head")
_COUNTED = re.compile(r"(?:count|sum)\([^()]*\) [<>=]+ [^()]*$")


@dataclass(frozen=True)
class Part:
    """``text[start:end]`` was said, ``out`` is how the language writes it."""

    start: int
    end: int
    out: str


@dataclass(frozen=True)
class Spoken:
    """The rule, and its conditions in order."""

    text: str
    parts: tuple[Part, ...]
    #: Where it can be read in two ways, both; ``text`` is empty then.
    readings: tuple[str, ...] = ()


def hear(text: str, names: Names, is_rule: Callable[[str], bool]) -> Spoken | None:
    """What a text says as one speaks; None where a word of it is not understood.

    ``is_rule`` tells whether a piece of text is a rule of its own already; such pieces stay as they are.
    """
    line = _read(text, names, is_rule)
    whole = line.whole() if isinstance(line, _Line) else None
    each = of_each(whole.text) if whole is not None and "(" not in text else ()
    return replace(whole, text="", readings=each) if whole is not None and each else whole


def stuck_at(text: str, names: Names, is_rule: Callable[[str], bool]) -> tuple[int, int] | None:
    """The part of a text whose words are known and which says nothing together: (start, end); None where it is all of the text."""
    line = _read(text, names, is_rule)
    if isinstance(line, _Line) or line is None:
        return None
    return line if text[: line[0]].strip() or text[line[1] :].strip() else None


def _read(text: str, names: Names, is_rule: Callable[[str], bool]) -> _Line | tuple[int, int] | None:
    """All conditions of a text; where one is not understood, the place of it; None where the whole is none."""
    tokens = _framed([_signed(token) for token in heard(text)])
    if any(one.is_word("same") and two.kind in {"place", "unknown"} for one, two in pairwise(tokens)):
        return None  # the same restaurant: one shop, or any of the kind?
    line = _Line([], [])
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


@dataclass
class _Line:
    """The rule as far as it is written."""

    words: list[str]
    parts: list[Part]
    depth: int = 0

    def take(self, token: Said, join: str) -> bool:
        """Write a bracket, a join or not; whether it may stand there."""
        is_free = not self.words or self.words[-1] in _JOINS
        if token.kind == "open":
            self.depth += 1
            if not is_free and self.words[-1] != "not":
                return False
            self.words.append("(")
        elif token.kind == "close":
            self.depth -= 1
            self.words.append(")")
            return self.depth >= 0 and not is_free
        elif token.is_word("not"):
            self.words += ["not"] if is_free else [BESIDE, "not"]
        else:
            self.words.append(BESIDE if token.written in _TURNS else join)
            return not is_free
        return True

    def add(self, part: Part) -> None:
        """Write a condition, joined with the one before it where nothing was said between them."""
        if self.words and self.words[-1] not in _JOINS:
            shops = self._shops()
            both = _of_them(self.words[-1], part.out) if not shops else _of_shops(shops, part.out)
            if both and shops:
                begin = len(self.words) - 2 * len(shops) + 1
                del self.words[begin:]
                self.words.append(both)
                self.parts[-len(shops) :] = [Part(self.parts[-len(shops)].start, part.end, both)]
                return
            if both:
                self.words[-1] = both
                self.parts[-1] = Part(self.parts[-1].start, part.end, both)
                return
            self.words.append(BESIDE)
        self.words.append(part.out)
        self.parts.append(part)

    def _shops(self) -> list[str]:
        """The kinds of shops joined by or that were said last; nothing where it is only one."""
        found: list[str] = []
        while len(self.words) > 2 * len(found) and self.words[-2 * len(found) - 1].startswith(_PLACE):
            found.append(self.words[-2 * len(found) - 1])
            if self.words[-2 * len(found) :][:1] != ["or"]:
                break
        return found[::-1] if len(found) > 1 else []

    def whole(self) -> Spoken | None:
        """The rule; None where a bracket is open or a join leads nowhere."""
        if self.depth or not self.parts or self.words[-1] in _JOINS | {"not"}:
            return None
        outs = [part.out for part in self.parts]
        if any(UNSAID in one and "sum(" in one for one in outs) and _OF_PEOPLE.search(" ".join(outs)):
            return None  # 5 attendees, 50,000 in total: of the payment they had
        window = _window_of(outs)
        if window is None:
            return None
        parts = tuple(replace(part, out=_said(part.out, window)) for part in self.parts)
        bound = bind(self.words)
        inside = amount_inside(self.words)
        if inside and not bound.readings:
            bound = Bound("", (bind(inside).text, bound.text))
        readings = tuple(_said(one, window) for one in bound.readings)
        return Spoken(_said(bound.text, window), parts, readings)


def _window_of(conditions: Sequence[str]) -> str | None:
    """What a total that was said without is taken over: what the other total of the sentence is taken over, else 30 days of the cardholder.

    None where it was said with other keys, or there are several it could share: nobody can tell.
    """
    windows = {found for one in conditions for found in _WINDOW.findall(one)}
    said, left = {one for one in windows if UNSAID not in one}, {one for one in windows if UNSAID in one}
    if not said and sum(one.count(UNSAID) for one in conditions) > 1:
        return None  # 두 건 합계: of those two, or of a time nobody named
    if not left or not said:
        return ""
    return said.pop() if len(said) == 1 and left == {f"same cardholder{UNSAID}"} else None


def _said(text: str, window: str) -> str:
    alone = f"same cardholder{UNSAID}"
    return (text.replace(alone, window) if window else text).replace(UNSAID, " within 30 days")


def _framed(tokens: list[Said]) -> list[Said]:
    """Without a full stop at the end and the = that a spreadsheet's cell begins with."""
    while tokens and tokens[-1].value in _FRAME:
        tokens = tokens[:-1]
    is_cell = len(tokens) > 2 and tokens[0].kind == "compare" and tokens[0].written == "="
    return tokens[1:] if is_cell else tokens


def _is_outer_not(tokens: Sequence[Said], at: int) -> bool:
    return tokens[at].is_word("not") and at + 1 < len(tokens) and tokens[at + 1].kind == "open"


def _of_them(before: str, behind: str) -> str | None:
    """``주유소에서 하루 2회`` counts the payments at petrol stations only: the condition stands in the window too."""
    windows = [said for said in (before, behind) if _COUNTED.match(said)]
    if len(windows) != 1 or "(" in (before if windows[0] == behind else behind):
        return None
    condition = before if windows[0] == behind else behind
    if " or " in condition or " and " in condition:
        return None
    call, _, rest = windows[0].partition(")")
    joined = " and " if " where " in call else " where "
    return f"{condition} and {call}{joined}{condition}){rest}"


def _of_shops(shops: Sequence[str], counted: str) -> str | None:
    """``카페 또는 편의점에서 하루 3번``: the payments at either are counted together."""
    if not _COUNTED.match(counted):
        return None
    either = " or ".join(shops)
    call, _, rest = counted.partition(")")
    return (
        f"({either}) and {call} and ({either})){rest}"
        if " where " in call
        else f"({either}) and {call} where {either}){rest}"
    )


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
