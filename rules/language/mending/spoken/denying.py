"""What a text denies: whether that is kept in its correction, and how far a spoken negation reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.language.mending.spoken.named import is_not_behind
from rules.language.mending.spoken.said import Said

#: English words that leave out all that is listed behind them.
_LEAVING_OUT = frozenset(
    {
        "except",
        "excluding",
        "other than",
        "outside",
        "outside of",
        "without",
        "apart from",
        "aside from",
        "save for",
        "barring",
    }
)
#: ``everything but``: words that leave out what stands behind their *but*.
_ALL_BUT = re.compile(r"(?:all|any|every)\w*(?: \w+)? but")
#: Endings that close a condition and go on to the next: 없고.
_GOING_ON = ("고", "며", "면서", "데")
#: Korean words that leave out what stands before them.
_LEFT_OUT = frozenset({"제외", "제외한", "제외하고", "빼고", "말고", "외", "외의"})
_NOUNS = frozenset({"flag", "place"})


def is_unclear(tokens: Sequence[Said], at: int, taken: int, *, is_either: bool) -> bool:
    """Whether a negation may reach beyond its own condition: 주말이나 공휴일이 아닌, not on weekends or holidays.

    ``is_either`` tells whether what follows is joined with or.
    """
    first, last = tokens[at], tokens[at + taken - 1]
    before, behind = tokens[at - 1] if at else None, tokens[at + taken] if at + taken < len(tokens) else None
    if taken > 1 and is_not_behind(last):
        if last.written == "아니면" and behind is not None:  # 주말 아니면 공휴일: either
            return True
        if before is None:
            return False
        if _takes_along(before, last):
            return True
        is_list = before.kind in _NOUNS and first.kind in _NOUNS and taken == 2
        is_and = before.kind == "join" and before.value == "and" and before.written != "및"
        return is_list or (before.kind in {"join", "comma"} and not is_and)
    if not first.is_word("not", "none") or not first.written.isascii() or behind is None:
        return False
    if behind.kind not in {"join", "comma", "close"} and _leaves_more(tokens, at, taken):
        return True
    after = tokens[at + taken + 1] if at + taken + 1 < len(tokens) else None
    is_listed = after is not None and after.kind in {*_NOUNS, "number", "text"}
    if behind.kind == "comma":
        return is_listed
    if behind.kind != "join":
        return False
    if _leaves_out(first) and is_listed:
        return True
    is_or = behind.value == "or" and tokens[at + taken - 1].kind in _NOUNS
    if is_or and after is not None and after.kind in _NOUNS:
        return True  # not on weekends or holidays over 100,000: neither of them
    if after is not None and after.is_word("not", "none"):
        return False  # no receipt or no purpose: each is denied by itself
    return (is_either or behind.value == "with") and not any(
        token.kind == "compare" for token in tokens[at + taken + 1 : at + taken + 3]
    )


def _takes_along(before: Said, last: Said) -> bool:
    """영수증 없는 주말 결제 제외: what stands before without a join is left out together with it, or asked besides."""
    if (
        before.kind in {"join", "comma", "open"}
        or is_not_behind(before)
        or before.written.endswith(_GOING_ON)
    ):
        return False
    if last.written in _LEFT_OUT:
        return not before.written.removesuffix("주중").endswith(("에", "에서", "중", "중에"))
    return before.is_word("none", "there")


def _leaves_more(tokens: Sequence[Said], at: int, taken: int) -> bool:
    """Not on weekends at night, except weekends over 100,000: how much of what follows is denied."""
    first, behind = tokens[at], tokens[at + taken]
    if first.written != "without" and _leaves_out(first):
        return True
    is_noun = tokens[at + 1].kind in _NOUNS and tokens[at + taken - 1].kind in _NOUNS
    return first.is_word("not") and is_noun and (behind.kind in _NOUNS or _are_hours(tokens, at + taken))


def _leaves_out(token: Said) -> bool:
    return token.written in _LEAVING_OUT or _ALL_BUT.fullmatch(token.written) is not None


def _are_hours(tokens: Sequence[Said], at: int) -> bool:
    """Between 9 am and 6 pm, after 6 pm: hours of that day, or hours that are asked besides."""
    return any(token.kind == "time" for token in tokens[at : at + 2])


_NEGATING = re.compile(
    r"아니|아닌|아님|제외|빼고|말고|않|이외|외의|없|미포함|\b안\s|\b못\s|\b(?:not|no|never|except|without|unless|nor|neither)\b|n['’]t\b|\bexclud|\b(?:other than|apart from|aside from|save for|barring)\b|\b(?:all|any|every)\w*(?: \w+)? but\b",
    re.IGNORECASE,
)
_BOUNDS = re.compile(
    r"\b(?:no|not)\s*(?:[<>]=?|(?:more|less|fewer|greater|over|above|under|below)\b)|!\s*[<>]", re.IGNORECASE
)
_NEGATED = re.compile(r"\bnot\b|!=|<>|\bmissing\b|= no\b|\b(?:by others|before)\b")


def denies(text: str) -> bool:
    """Whether a text denies something, besides bounds such as ``not more than``."""
    return _NEGATING.search(_BOUNDS.sub("", re.sub(r'"[^"]*"', "", text))) is not None


def reaches_far(text: str) -> bool:
    """Whether what a text denies may be more than one thing: a list stands in it, or it is said in Korean, where the verb comes last."""
    return denies(text) and re.search(r",|\bor\b|[가-힣]", text) is not None


def loses_negation(text: str, correction: str) -> bool:
    """Whether something is denied in a text and nothing in its correction."""
    return denies(text) and _NEGATED.search(correction) is None
