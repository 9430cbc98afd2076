"""Shops, trades and codes that a spoken condition names: ``at Starbucks``, ``업종코드 5813, 7273``, ``가맹점명에 노래방이 포함``."""

from __future__ import annotations

from collections.abc import Sequence

from rules.fields import FIELDS
from rules.language.mending.naming_place import Names
from rules.language.mending.spoken.said import Said
from rules.language.text import quote

#: What stands behind "at" and is no shop's name.
_NO_NAMES = frozenset(
    [
        "dinner",
        "breakfast",
        "supper",
        "church",
        "random",
        "once",
        "least",
        "most",
        "all",
        "first",
        "last",
        "work",
        "home",
        "school",
        "sea",
        "sight",
        "speed",
        "risk",
        "rest",
        "peak",
        "end",
        "start",
        "beginning",
        "any",
        "every",
        "another",
        "airport",
        "station",
        "office",
        "weekend",
        "christmas",
        "easter",
        "dawn",
        "dusk",
        "sunset",
        "sunrise",
        "noon",
        "midnight",
        "full",
        "half",
        "double",
        "whatever",
    ]
)


#: (tokens taken, condition)
Clause = tuple[int, str]


def is_not_behind(token: Said | None) -> bool:
    """Whether a token negates what stands before it, as the Korean words do; the English ones stand before theirs."""
    return token is not None and token.is_word("not") and not token.written.isascii()


def next_token(tokens: Sequence[Said], at: int) -> Said | None:
    return tokens[at] if at < len(tokens) else None


def named(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    """``가맹점명에 노래방이 포함``, ``업종코드 5813, 7273``, ``노래방에서 사용``, ``at Starbucks``."""
    token = tokens[at]
    if token.kind == "place" and is_not_behind(next_token(tokens, at + 1)):
        return 2, f"merchant.name not contains {quote(token.value)}"
    if token.kind == "place":
        return 1, f"merchant.name contains {quote(token.value)}"
    behind = next_token(tokens, at + 1)
    if token.is_word("at") and behind is not None and behind.kind in {"unknown", "text"}:
        after = next_token(tokens, at + 2)
        if behind.value.lower() in _NO_NAMES:
            return None
        if after is not None and after.kind in {"field", "paper"}:
            return None  # at different merchants: no shop's name
        if after is not None and after.kind in {"flag", "unknown"} and behind.written.islower():
            return None  # at almost night: nor is that
        return 2, f"merchant.name contains {_quoted(behind)}"
    if token.kind not in {"field", "paper"} or FIELDS[token.value].type not in {"text", "code"}:
        return None
    return _codes(tokens, at) or _trade(tokens, at) or _contained(tokens, at) or _equal(tokens, at)


def _equal(tokens: Sequence[Said], at: int) -> Clause | None:
    """``currency not KRW``, ``country other than KR``: a word or text for itself."""
    sign, word = next_token(tokens, at + 1), next_token(tokens, at + 2)
    if sign is None or word is None or sign.kind != "compare" or word.kind not in {"unknown", "text"}:
        return None
    return (3, f"{tokens[at].value} {sign.value} {_quoted(word)}") if sign.value in {"=", "!="} else None


def _trade(tokens: Sequence[Said], at: int) -> Clause | None:
    """``업종이 주점``, ``업종이 호텔 또는 모텔``: the trade in words is the line of business, the category's code is digits."""
    place = at + 1
    if (sign := next_token(tokens, place)) is not None and sign.kind == "compare" and sign.value == "=":
        place += 1
    if tokens[at].value != "merchant.mcc" or not _is_trade(next_token(tokens, place)):
        return None
    trades = [tokens[place]]
    while _is_or(next_token(tokens, place + 1)) and _is_trade(next_token(tokens, place + 2)):
        place += 2
        trades.append(tokens[place])
    holds = next_token(tokens, place + 1)
    taken = 1 if holds is not None and holds.is_word("contains") else 0
    said = [quote(word.value) if word.kind == "place" else _quoted(word) for word in trades]
    asked = " or ".join(f"merchant.biz_type contains {trade}" for trade in said)
    is_whole = len(trades) == 1 or (at == 0 and place + 1 + taken == len(tokens))
    return place + 1 + taken - at, asked if is_whole else f"({asked})"


def _is_or(token: Said | None) -> bool:
    return token is not None and (token.kind == "comma" or (token.kind == "join" and token.value == "or"))


def _is_trade(token: Said | None) -> bool:
    return (
        token is not None
        and token.kind in {"unknown", "place", "text"}
        and not any(letter.isascii() for letter in token.value.strip('"'))
    )


def _codes(tokens: Sequence[Said], at: int) -> Clause | None:
    """``mcc 5813``, ``mcc is not 5813``, ``mcc is 5813 or 7273``, ``업종코드 5813, 7273``."""
    if FIELDS[tokens[at].value].type != "code":
        return None
    place, codes, is_other = at + 1, [], False
    if (
        (sign := next_token(tokens, place)) is not None
        and sign.kind == "compare"
        and sign.value in {"=", "!="}
    ):
        place, is_other = place + 1, sign.value == "!="
    while (code := next_token(tokens, place)) is not None and code.kind in {"number", "text"}:
        if code.kind == "number" and not code.value.isdigit():
            return None
        codes.append(quote(code.value) if code.kind == "number" else code.value)
        place += 1
        joining = next_token(tokens, place)
        more = next_token(tokens, place + 1)
        if not (_is_or(joining) and more is not None and more.kind in {"number", "text"}):
            break
        place += 1
    if not codes:
        return None
    at_those = next_token(tokens, place)
    place += at_those is not None and at_those.is_word("to") and at_those.written == "에서"
    field = tokens[at].value
    if len(codes) == 1:
        return place - at, f"{field} {'!=' if is_other else '='} {codes[0]}"
    return place - at, f"{field} {'not in' if is_other else 'in'} ({', '.join(codes)})"


def _contained(tokens: Sequence[Said], at: int) -> Clause | None:
    """A text field, a word of its own and a word for holding it, in either order."""
    rest = tokens[at + 1 : at + 3]
    words = [token for token in rest if token.kind in {"unknown", "text", "place"}]
    holds = [token for token in rest if token.is_word("contains")]
    if len(rest) != 2 or len(words) != 1 or len(holds) != 1:
        return None
    return 3, f"{tokens[at].value} contains {_quoted(words[0])}"


def _quoted(token: Said) -> str:
    if token.kind == "text":
        return token.value
    word = token.written
    for ending in ("이라는", "라는", "이란", "이", "가", "을", "를"):
        if not word.isascii() and word.endswith(ending) and len(word) > len(ending) + 1:
            word = word.removesuffix(ending)
            break
    return quote(word)
