"""What and and or of a spoken sentence hold together: weekend or holiday over 100,000 asks the amount of both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Kinds of days and hours: of two of them joined by or, what else is said holds for both.
_TIMES = ("is_weekend", "is_night", "is_holiday", "is_business_day", "hour in ", "weekday = ", "weekday in ")
#: Of what kinds of days, and of what hours, conditions ask, however they say it.
_DAYS = ("is_weekend", "is_holiday", "is_business_day", "weekday ")
_HOURS = ("is_night", "hour ", "time(transacted_at)")
_PLACE = "merchant.name contains "
#: What joins two conditions of which nothing was said between them.
BESIDE = "+"


@dataclass(frozen=True)
class Bound:
    """The rule as it is held together; where that can be read in two ways, ``readings`` has both and ``text`` is empty."""

    text: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    text: str
    kind: str  # what it is alike to; empty for nothing
    joins: frozenset[str] = frozenset()  # what its own parts are joined with


def bind(words: Sequence[str]) -> Bound:
    """Conditions, brackets, ``not``, ``and``, ``or`` and ``+`` (nothing was said between) → one text.

    Two of a kind joined by or are one (weekend or holiday). What is only beside another belongs to it where every branch of or asks of the
    same things; elsewhere nobody can tell whether it holds for the other branch too, as with a spoken and beside a spoken or.
    """
    bound, end = _level(list(words), 0)
    assert end == len(words), "brackets are closed before"
    return bound


def _level(words: list[str], at: int) -> tuple[Bound, int]:
    parts: list[_Part] = []
    joins: list[str] = []
    while at < len(words) and words[at] != ")":
        if words[at] in {"and", "or", BESIDE}:
            joins.append(words[at])
            at += 1
            continue
        is_not = words[at] == "not"
        at += is_not
        if words[at] == "(":
            inside, at = _level(words, at + 1)
            if inside.readings:
                return inside, len(words)
            part = _Part(f"({inside.text})", "")
            at += 1
        else:
            part = _Part(words[at], kind_of(words[at]))
            at += 1
        parts.append(_Part(f"not {part.text}", "") if is_not else part)
    return _whole(parts, joins), at


def kind_of(condition: str) -> str:
    """What a condition is alike to: ``place``, ``time`` (kinds of days and hours), ``missing``; empty for nothing and for more than one condition."""
    if " and " in condition or " or " in condition:
        return ""
    if condition.startswith(_PLACE):
        return "place"
    if condition.startswith(_TIMES):
        return "time"
    return "missing" if condition.endswith(" is missing") else ""


def _whole(parts: list[_Part], joins: list[str]) -> Bound:
    if len(set(joins) & {"or"}) != 1 or set(joins) == {"or"}:
        return Bound(_written(parts, ["and" if join == BESIDE else join for join in joins]))
    plain = [_Part(part.text, "") for part in parts], list(joins)
    parts, joins, is_torn = _alike(parts, joins)
    if is_torn or ("and" in joins and "or" in plain[1]):
        return _both(*plain)
    if "or" not in joins:
        return Bound(_written(parts, ["and"] * len(joins)))
    sizes = _sizes(joins)
    if "and" in joins or (max(sizes) > 1 and not _is_parallel(parts, joins)):
        return _both(parts, joins)
    return Bound(_written(parts, ["and" if join == BESIDE else join for join in joins]))


def _alike(parts: Sequence[_Part], joins: Sequence[str]) -> tuple[list[_Part], list[str], bool]:
    """With neighbours of a kind that or joins put together; whether one of them has another of its kind beside it, which it may belong to."""
    found, left = [parts[0]], list[str]()
    is_torn = False
    for at, (join, part) in enumerate(zip(joins, parts[1:], strict=True)):
        if join == "or" and part.kind and part.kind == found[-1].kind:
            before = parts[at - 1].kind if at and joins[at - 1] != "or" else ""
            behind = parts[at + 2].kind if at + 2 < len(parts) and joins[at + 1] != "or" else ""
            is_torn |= part.kind in {before, behind}
            found[-1] = _Part(f"{found[-1].text} or {part.text}", part.kind, frozenset({"or"}))
        else:
            found.append(part)
            left.append(join)
    return found, left, is_torn


def _sizes(joins: Sequence[str]) -> list[int]:
    """How many conditions each branch of or has."""
    sizes = [1]
    for join in joins:
        if join == "or":
            sizes.append(1)
        else:
            sizes[-1] += 1
    return sizes


def _is_parallel(parts: Sequence[_Part], joins: Sequence[str]) -> bool:
    """Whether every branch asks of the same things (weekend over 100,000 or holiday over 200,000), so that none can be meant to share another's."""
    branches = [[_asked_of(parts[0])]]
    for join, part in zip(joins, parts[1:], strict=True):
        if join == "or":
            branches.append([_asked_of(part)])
        else:
            branches[-1].append(_asked_of(part))
    return len({tuple(sorted(one)) for one in branches}) == 1


def _asked_of(part: _Part) -> str:
    """What a condition asks of: a kind of day, an hour, an amount, a number of payments."""
    bare = part.text.lstrip("(").removeprefix("not ").lstrip("(")
    if bare.startswith(_DAYS):
        return "day"
    if bare.startswith(_HOURS):
        return "hour"
    return part.kind or re.split(r"[ (]", bare)[0]


def _both(parts: Sequence[_Part], joins: Sequence[str]) -> Bound:
    """The two readings: and held together first, or held together first."""
    signs = ["and" if join == BESIDE else join for join in joins]
    return Bound("", (_grouped(parts, signs, "and"), _grouped(parts, signs, "or")))


def _grouped(parts: Sequence[_Part], joins: Sequence[str], first: str) -> str:
    groups, outer = [[parts[0]]], list[str]()
    for join, part in zip(joins, parts[1:], strict=True):
        if join == first:
            groups[-1].append(part)
        else:
            groups.append([part])
            outer.append(join)
    texts = []
    for group in groups:
        text = _written(group, [first] * (len(group) - 1))
        texts.append(_Part(f"({text})" if len(group) > 1 else text, ""))
    return _written(texts, outer)


def _written(parts: Sequence[_Part], joins: Sequence[str]) -> str:
    """Parts and what joins them; a part that is held together by or stands in brackets beside an and."""
    is_and = "and" in joins
    texts = [f"({part.text})" if is_and and part.joins else part.text for part in parts]
    written = texts[0]
    for join, text in zip(joins, texts[1:], strict=True):
        written += f" {join} {text}"
    return written


_CALL = re.compile(r"((?:count|sum)\((?:[^()]|\([^()]*\))*)\)")


def bind_counts(words: Sequence[str], together: Mapping[str, tuple[str, ...]]) -> Bound | None:
    """The same where counts were put together with the condition beside them: a condition beside two counts joined by or may be meant of both
    (``하루 3번 이상 또는 하루 합계 50만원 이상인 주말``). None where brackets stand beside such a one."""
    apart = [one for word in words for one in together.get(word, (word,))]
    if len(apart) == len(words) or not bind(apart).readings:
        return bind(words)
    if "(" in words:
        return None
    return Bound("", (_each_with_its_own(words), _counted_alike(apart)))


def _each_with_its_own(words: Sequence[str]) -> str:
    bound = bind(words)
    if bound.readings:
        return bound.readings[0]
    return " ".join(f"({word})" if " and " in _outside(word) and len(words) > 1 else word for word in words)


def _outside(condition: str) -> str:
    return _CALL.sub("", condition)


def _counted_alike(words: Sequence[str]) -> str:
    """Or held together first; what stands beside counts is asked of all that they count."""
    groups, joins = [[words[0]]], list[str]()
    for join, word in zip(words[1::2], words[2::2], strict=True):
        if join == "or":
            groups[-1].append(word)
        else:
            groups.append([word])
            joins.append(join)
    counts = [any(map(_CALL.search, group)) for group in groups]
    either = [" or ".join(group) for group in groups]
    texts = [
        _Part(f"({text})" if len(group) > 1 else text, "") for text, group in zip(either, groups, strict=True)
    ]
    for at, join in enumerate(joins):
        if join == BESIDE and counts[at] != counts[at + 1]:
            count, asked = (at, at + 1) if counts[at] else (at + 1, at)
            texts[count] = _Part(_taking_only(texts[count].text, groups[asked]), "")
    return _written(texts, ["and"] * len(joins))


def _taking_only(counts: str, group: Sequence[str]) -> str:
    """Counts and totals that take only the payments of which one of the conditions holds."""
    either = " or ".join(group)

    def asked(call: re.Match[str]) -> str:
        is_first = " where " not in call[1]
        inside = either if is_first or len(group) == 1 else f"({either})"
        return f"{call[1]}{' where ' if is_first else ' and '}{inside})"

    return _CALL.sub(asked, counts)


def amount_inside(words: Sequence[str]) -> list[str]:
    """``하루 2번 이상 편의점에서 1만원 이하``: the words with the amount asked of every payment that is counted; nothing where it can only be
    asked of the one at hand."""
    counts = [at for at, word in enumerate(words) if re.search(r"\bcount\(", word)]
    amounts = [
        at
        for at, word in enumerate(words)
        if re.match(r"amount (?:[<>=]+|in) ", word) and " and " not in word
    ]
    if len(counts) != 1 or len(amounts) != 1 or abs(amounts[0] - counts[0]) != 2:
        return []
    count, amount = counts[0], amounts[0]
    if words[(count + amount) // 2] != BESIDE or "amount" in words[count]:
        return []
    call, _, rest = words[count].rpartition(")")
    joined = " and " if " where " in call else " where "
    found = list(words)
    found[count] = f"{call}{joined}{words[amount]}){rest}"
    first = count + 1 if amount > count else amount
    del found[first : first + 2]
    return found
