"""Words that stand once for several things, or between the parts of one: 주말도 공휴일도 아닌, neither … nor, 일주일에 택시 10번."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rules.language.mending.spoken.said import Said
from rules.language.mending.spoken.values import VALUES

_BACK = frozenset({"period", "duration"})
_ASIDE = frozenset({"flag", "place"})
_DENIED = frozenset({"flag", "paper"})
_RUN_WORDS = frozenset({"within", "same", "per"})
#: What is said of people or shops at the end, where all was said of them before: 사업자번호가 없는 가맹점.
_WHOSE = frozenset({"merchant.name", "cardholder.employee_no"})


def regrouped(tokens: Sequence[Said]) -> tuple[list[Said], bool]:
    """The tokens with each thing said by itself, and whether any of them was moved."""
    found = _without_whose(_without_commas(list(tokens)))
    found = _each_denied(found)
    return _set_before(found)


def _without_commas(tokens: list[Said]) -> list[Said]:
    """``over 100,000, and at night``, ``by former employees``: the comma before a join and by before a circumstance say nothing."""
    said = [
        one
        for one, behind in pairwise(tokens)
        if not (
            (one.value == "," and behind.kind == "join")
            or (one.is_word("by", "per") and one.written and behind.kind == "flag")
        )
    ]
    return said + tokens[-1:]


def _without_whose(tokens: list[Said]) -> list[Said]:
    last, before = tokens[-1] if tokens else None, tokens[-2] if len(tokens) > 1 else None
    is_whose = (
        last is not None and last.kind == "field" and last.value in _WHOSE and not last.written.isascii()
    )
    is_said = before is not None and before.is_word("none", "there", "not") and len(tokens) > 2
    return tokens[:-1] if is_whose and is_said else tokens


def _each_denied(tokens: list[Said]) -> list[Said]:
    """``주말도 공휴일도 아닌``, ``영수증과 사전승인이 모두 없는``, ``neither … nor``: each of them is denied."""
    found: list[Said] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.is_word("nor"):
            found += [_word(token, "join", "and"), _word(token, "word", "not")]
        elif (listed := _listed(tokens, at)) > 1:
            things = [one for one in tokens[at : at + 2 * listed] if one.kind in _DENIED][:listed]
            denial = tokens[at + _size(tokens, at, listed)]
            for thing in things:
                found += [_word(denial, "join", "and")] if thing is not things[0] else []
                found += [thing, denial]
            at += _size(tokens, at, listed)
        else:
            found.append(token)
        at += 1
    return found


def _listed(tokens: Sequence[Said], at: int) -> int:
    """How many things are denied together from here on; 0 where it is none of these lists."""
    things, end = 0, at
    while end < len(tokens) and tokens[end].kind in _DENIED:
        things += 1
        is_also = tokens[end].written.endswith("도")
        is_with = end + 1 < len(tokens) and tokens[end + 1].kind == "join" and tokens[end + 1].value == "with"
        end += 1 + (is_with and tokens[end].kind == "paper")
        if not (is_also or is_with):
            break
    if (
        end >= len(tokens)
        or things < 2
        or not tokens[end].is_word("none", "not")
        or tokens[end].written.isascii()
    ):
        return 0
    kinds = {one.kind for one in tokens[at:end] if one.kind in _DENIED}
    return (
        things
        if len(kinds) == 1 and (kinds == {"paper"} or all(_is_also(one) for one in tokens[at:end]))
        else 0
    )


def _is_also(token: Said) -> bool:
    return token.written.endswith("도")


def _size(tokens: Sequence[Said], at: int, listed: int) -> int:
    end, seen = at, 0
    while seen < listed:
        seen += tokens[end].kind in _DENIED
        end += 1
    return end - at


def _word(at: Said, kind: str, value: str) -> Said:
    return replace(at, kind=kind, value=value)


def _set_before(tokens: list[Said]) -> tuple[list[Said], bool]:
    """``일주일에 택시 10번 초과``, ``5 or more taxi rides in a week``: a kind of shop or day between the parts of a total stands before them."""
    found = list(tokens)
    is_moved = False
    for at in range(1, len(found) - 1):
        if found[at].kind not in _ASIDE or _is_denied(found, at):
            continue
        start = at
        while start and (
            found[start - 1].kind in VALUES | {"compare", "period", "aggregate"}
            or found[start - 1].is_word(*_RUN_WORDS)
        ):
            start -= 1
        before, behind = found[start:at], found[at + 1]
        if not before or (start and found[start - 1].kind not in {"join", "comma", "open"}):
            continue
        has_value = any(one.kind in VALUES - {"duration"} for one in before)
        is_back = any(one.kind in _BACK for one in before)
        goes_on = behind.kind in _BACK or behind.is_word("within", "per")
        if (
            is_back
            and not has_value
            and (behind.kind in {"count", "money", "aggregate", "number"} or behind.value == "amount")
        ) or (has_value and not is_back and goes_on):
            found[start : at + 1] = [found[at], *before]
            is_moved = True
    return found, is_moved


def _is_denied(tokens: Sequence[Said], at: int) -> bool:
    return tokens[at - 1].is_word("not", "none") or tokens[at + 1].is_word("not", "none", "contains")
