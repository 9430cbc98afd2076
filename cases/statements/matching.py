"""Which open recovery an entry belongs to: proposals with a confidence and the reasons for it. Pure; nothing is posted here.

Every sign that speaks for a recovery has a weight; how they add up says how sure the proposal is. Money alone never makes one likely, and
where two recoveries fit about equally nobody is more than possible.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from audit.people import number_key
from cases.statements.entries import Entry

CASE = re.compile(r"\bC-[0-9]{4}-[0-9]{6}\b", re.ASCII | re.IGNORECASE)
_BROKEN = re.compile(r"C-?[0-9]{4}-?[0-9]{6}(?![0-9])", re.IGNORECASE)
HIGH, MEDIUM, LOW = "high", "medium", "low"
_HIGH, _MEDIUM, _LEAST = 70, 40, 20
_CLOSE = 10  # points that tell two proposals apart
_AROUND = timedelta(days=7)
MOST = 3
#: Sign → weight.
# fmt: off
WEIGHTS: Mapping[str, int] = {
    "case": 60, "case_broken": 45, "employee_no": 45, "account": 30, "name": 25,
    "outstanding": 25, "instalment": 25, "usual": 10, "due": 5, "above": -15,
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Open:
    """A recovery that waits for money, minor units of its currency: `parts` are the instalments still open (day, amount), `ends` the ends of the
    accounts its person paid from before, `usual` the amounts that came before."""

    case: str
    currency: str
    outstanding_minor: int
    name: str = ""
    employee_no: str = ""
    parts: Sequence[tuple[date, int]] = ()
    ends: frozenset[str] = frozenset()
    usual: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A recovery an entry may belong to; `reasons` are (sign, values), `amount_minor` is what would be posted there."""

    case: str
    points: int
    confidence: str  # high, medium, low
    reasons: Sequence[tuple[str, Mapping[str, Any]]] = field(default_factory=tuple)
    amount_minor: int = 0


def cases_named(text: str) -> set[str]:
    """The case numbers a text names, in capitals."""
    return {found.upper() for found in CASE.findall(text)}


def propose(entry: Entry, opens: Iterable[Open], *, left_minor: int | None = None) -> list[Proposal]:
    """At most three proposals, the likeliest first. `left_minor`: what of the entry is still to be placed (default: all)."""
    left = abs(entry.minor) if left_minor is None else left_minor
    words = _Words(entry)
    found = [
        made
        for each in opens
        if each.currency == entry.currency and (made := _judge(entry, left, each, words))
    ]
    found.sort(key=lambda made: (-made.points, made.case))
    if len(found) > 1 and found[0].points - found[1].points < _CLOSE:
        alike = [made for made in found if found[0].points - made.points < _CLOSE]
        others = ("alike", {"n": len(alike)})
        found = [
            replace(made, confidence=LOW, reasons=(*made.reasons, others)) if made in alike else made
            for made in found
        ]
    return found[:MOST]


class _Words:
    """What an entry says, in the forms it is compared in."""

    def __init__(self, entry: Entry) -> None:
        self.text = _folded(f"{entry.text} {entry.payer}")
        self.squeezed = re.sub(r"\s+", "", self.text)
        self.tokens = set(re.split(r"[^\w]+", self.text))
        self.cases = cases_named(entry.text)
        plain = re.sub(r"\s+", "", entry.text).upper()
        self.broken = {re.sub(r"[^0-9]", "", found) for found in _BROKEN.findall(plain)}
        self.numbers = {number_key(token) for token in re.split(r"[\s,;:/()]+", entry.text) if len(token) > 2}

    def name(self, name: str) -> bool:
        """Whether the text has a person's name: Korean names as one word, others by every part of theirs."""
        folded = _folded(name)
        if not folded or len(folded) < 2:
            return False
        if re.search(r"[가-힣]", folded):
            joined = re.sub(r"\s+", "", folded)
            return joined in self.tokens or (len(joined) > 2 and joined in self.squeezed)
        parts = [part for part in re.split(r"[^\w]+", folded) if len(part) > 1]
        return bool(parts) and all(part in self.tokens for part in parts)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _judge(entry: Entry, left: int, each: Open, words: _Words) -> Proposal | None:
    """The proposal of one recovery; None where too little speaks for it."""
    reasons = [*_of_person(entry, each, words), *_of_money(entry, left, each)]
    points = sum(WEIGHTS[sign] for sign, _ in reasons)
    if points < _LEAST:
        return None
    confidence = HIGH if points >= _HIGH else MEDIUM if points >= _MEDIUM else LOW
    return Proposal(each.case, points, confidence, tuple(reasons), min(left, each.outstanding_minor))


def _of_person(entry: Entry, each: Open, words: _Words) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if each.case.upper() in words.cases:
        found.append(("case", {}))
    elif re.sub(r"[^0-9]", "", each.case) in words.broken:
        found.append(("case_broken", {}))
    number = number_key(each.employee_no)
    if number and (number_key(entry.employee_no) == number or (len(number) > 2 and number in words.numbers)):
        found.append(("employee_no", {"number": each.employee_no}))
    if each.name and words.name(each.name):
        found.append(("name", {"name": each.name}))
    if entry.payer_end and entry.payer_end in each.ends:
        found.append(("account", {"end": entry.payer_end}))
    return found


def _of_money(entry: Entry, left: int, each: Open) -> list[tuple[str, dict[str, Any]]]:
    alike = [on for on, minor in each.parts if minor == left]
    part = min(alike, key=lambda on: abs(entry.booked_on - on), default=None)
    found: list[tuple[str, dict[str, Any]]] = []
    if left == each.outstanding_minor:
        found.append(("outstanding", {}))
    elif part is not None:
        found.append(("instalment", {"on": part.isoformat()}))
        if abs(entry.booked_on - part) <= _AROUND:
            found.append(("due", {}))
    elif left in each.usual:
        found.append(("usual", {}))
    elif left > each.outstanding_minor:
        found.append(("above", {"open_minor": each.outstanding_minor}))
    return found
