"""A spoken rule as far as it is written: its conditions, what joins them, and which payments its counts and totals take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rules.language.mending.spoken.binding import BESIDE, Bound, amount_inside, bind, bind_counts, kind_of
from rules.language.mending.spoken.clauses import DUPLICATE
from rules.language.mending.spoken.said import Said
from rules.language.mending.spoken.totals import UNSAID

#: Words that set a condition apart from all that was said before.
_TURNS = frozenset({"but", "plus"})


_JOINS = frozenset({"and", "or", BESIDE, "("})


_WINDOW = re.compile(r"(?:count|sum)\((?:[\w.]+ )?(same [^()]*?)(?: where [^()]*)?\)")


_SHARED_KEYS = frozenset({"merchant", "mcc", "amount", "department", "region", "brn", "purpose", "project"})


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


@dataclass
class Line:
    """The rule as far as it is written."""

    words: list[str]
    parts: list[Part]
    depth: int = 0
    #: whether parts stand elsewhere than they were said
    is_moved: bool = False
    #: a count with the condition beside it → both as they were said, and what joined them
    together: dict[str, tuple[str, ...]] = field(default_factory=dict)

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
            listed = self._listed()
            both = _of_them(self.words[-1], part.out) if not listed else _of_either(listed, part.out)
            if both:
                n_words, n_parts = (2 * len(listed) - 1, len(listed)) if listed else (1, 1)
                self.together[both] = (*self.words[-n_words:], BESIDE, part.out)
                self.words[-n_words:] = [both]
                self.parts[-n_parts:] = [Part(self.parts[-n_parts].start, part.end, both)]
                self._take_before()
                return
            self.words.append(BESIDE)
        self.words.append(part.out)
        self.parts.append(part)

    def _take_before(self) -> None:
        """``심야 택시를 한 달에 10번``: what stands before a condition that a count has taken, with nothing between them, is asked of it as well."""
        while len(self.words) > 2 and self.words[-2] == BESIDE and not self.words[-3].startswith(")"):
            first, taken = self.words[-3], self.words[-1]
            if _WINDOW.search(first) or " or " in first or " and " in first or first in _JOINS:
                return
            call, _, rest = taken.rpartition(")")
            both = f"{first} and {call} and {first}){rest}"
            self.together[both] = (first, BESIDE, *self.together[taken])
            self.words[-3:] = [both]
            self.parts[-2:] = [Part(self.parts[-2].start, self.parts[-1].end, both)]

    def _listed(self) -> list[str]:
        """The kinds of shops, or of days and hours, joined by or that were said last; nothing where it is only one."""
        found: list[str] = []
        kind = kind_of(self.words[-1])
        while kind and len(self.words) > 2 * len(found) and kind_of(self.words[-2 * len(found) - 1]) == kind:
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
        if _shares_keys(outs):
            return None  # 같은 가맹점 하루 2번 또는 한 달 10번: at that merchant too?
        window = _window_of(outs)
        if window is None:
            return None
        parts = tuple(replace(part, out=_said(part.out, window)) for part in self.parts)
        bound = bind_counts(self.words, self.together)
        if bound is None:
            return None
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


def _shares_keys(conditions: Sequence[str]) -> bool:
    """Whether a later count or total lacks a key that the one before it has: it may be meant there too."""
    said = [
        set(re.sub(r" within .*", "", one.removeprefix("same ")).split(", ")) & _SHARED_KEYS
        for one in _windows([one for one in conditions if one != DUPLICATE])
    ]
    return any(before - behind for before, behind in pairwise(said))


def _windows(conditions: Sequence[str]) -> list[str]:
    return [found for one in conditions for found in _WINDOW.findall(one) if UNSAID not in found]


def _said(text: str, window: str) -> str:
    alone = f"same cardholder{UNSAID}"
    return (text.replace(alone, window) if window else text).replace(UNSAID, " within 30 days")


#: Days of a month or quarter, as a condition of each payment.
_EDGE = re.compile(r"(?:month|day_of_month)\(|weekday = [1-7] and day_of_month\(")


def _of_them(before: str, behind: str) -> str | None:
    """``주유소에서 하루 2회`` counts the payments at petrol stations only: the condition stands in the window too."""
    windows = [said for said in (before, behind) if _COUNTED.match(said)]
    if len(windows) != 1:
        return None
    condition = before if windows[0] == behind else behind
    if not _EDGE.match(condition) and any(sign in condition for sign in ("(", " or ", " and ")):
        return None
    call, _, rest = windows[0].partition(")")
    joined = " and " if " where " in call else " where "
    return f"{condition} and {call}{joined}{condition}){rest}"


def _of_either(listed: Sequence[str], counted: str) -> str | None:
    """``카페 또는 편의점에서 하루 3번``: the payments at either are counted together."""
    if not _COUNTED.match(counted):
        return None
    either = " or ".join(listed)
    call, _, rest = counted.partition(")")
    return (
        f"({either}) and {call} and ({either})){rest}"
        if " where " in call
        else f"({either}) and {call} where {either}){rest}"
    )
