"""Spoken tokens → one condition after the other, each with how many tokens it took."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rules.fields import FIELDS
from rules.language.literals import money_text, usual_currency
from rules.language.mending.naming import Names
from rules.language.mending.spoken.comparing import comparison
from rules.language.mending.spoken.hearing import Said
from rules.language.mending.spoken.totals import is_total, total
from rules.language.mending.spoken.values import VALUES
from rules.language.text import quote

_RUN = VALUES | {"field", "paper", "compare", "aggregate", "period"}
_RUN_WORDS = frozenset({"between", "to", "by", "of", "within", "same", "per"})
_DUPLICATE = "count(same cardholder, merchant, amount, day) >= 2"
#: English words for an absence that stand behind what is absent; the others stand before it.
_FOLLOWING = frozenset({"missing", "lacking", "not attached", "is missing", "are missing", "not given"})
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


def clause(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    """The condition that begins at a token; None where something of it is not understood."""
    token = tokens[at]
    if token.is_word("not"):
        leads = token.written.isascii() and at + 1 < len(tokens)
        inner = clause(tokens, at + 1, names) if leads else None
        return None if inner is None else (inner[0] + 1, negated(inner[1]))
    for reader in (_flag, _paper, _lateness, _ending, _named):
        found = reader(tokens, at, names)
        if found is not None:
            return _turned(tokens, at, found)
    said = _run(tokens, at)
    return None if said is None else _turned(tokens, at, said)


def is_not_behind(token: Said | None) -> bool:
    """Whether a token negates what stands before it, as the Korean words do; the English ones stand before theirs."""
    return token is not None and token.is_word("not") and not token.written.isascii()


_FLIPPED = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def _turned(tokens: Sequence[Said], at: int, found: Clause) -> Clause | None:
    """The condition, negated where the word behind it says so; None where a value stands there without its comparison."""
    taken, condition = found
    if not is_not_behind(_next(tokens, at + taken)):
        return found
    run = tokens[at : at + taken]
    is_bare = any(token.kind in VALUES for token in run) and not any(token.kind == "compare" for token in run)
    if is_bare and not re.search(r' = | in \("', condition):
        return None
    words = condition.split(" ")
    if len(words) in {3, 4} and words[1] in _FLIPPED:
        return taken + 1, " ".join([words[0], _FLIPPED[words[1]], *words[2:]])
    return taken + 1, negated(condition)


def negated(condition: str) -> str:
    """``not`` before what is one word or call, brackets around what is more."""
    if re.fullmatch(r"[\w.]+ is not missing", condition):
        return condition.replace(" is not missing", " is missing")
    if condition.startswith("not ") and " and " not in condition and " or " not in condition:
        return condition.removeprefix("not ")
    if " != " in condition and condition.count(" ") == 2:
        return condition.replace(" != ", " = ")
    if " = " in condition and (
        condition.count(" ") == 2 or re.fullmatch(r"[\w.]+ = [0-9,.]+ [A-Z]{3}", condition)
    ):
        return condition.replace(" = ", " != ")
    for sign in (" in @", " in "):
        if sign in condition and condition.count(" ") == 2:
            return condition.replace(sign, f" not{sign}")
    if " not in " in condition and condition.count(" ") == 3:
        return condition.replace(" not in ", " in ")
    if " is missing" in condition:
        return condition.replace(" is missing", " is not missing")
    return f"not {condition}" if " " not in condition else f"not ({condition})"


def _next(tokens: Sequence[Said], at: int) -> Said | None:
    return tokens[at] if at < len(tokens) else None


def _flag(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    token = tokens[at]
    if token.is_word("none") and (flag := _next(tokens, at + 1)) is not None and flag.kind == "flag":
        return 2, negated(_condition(flag.value, names) or "")
    if token.kind != "flag":
        return None
    condition = _condition(token.value, names)
    if condition is None:
        return None
    behind = _next(tokens, at + 1)
    if behind is not None and behind.is_word("not", "none") and not behind.written.isascii():
        return 2, negated(condition)
    return 1, condition


def _condition(meant: str, names: Names) -> str | None:
    """A circumstance as a condition, with the company's own lists and parameters where it has them."""
    lists, parameters = names.lists or {}, names.parameters or {}
    abroad = (
        "merchant.country not in @home_countries" if "home_countries" in lists else 'merchant.country != "KR"'
    )
    home = "merchant.country in @home_countries" if "home_countries" in lists else 'merchant.country = "KR"'
    if meant == "SPLIT":
        day = "same cardholder, merchant, day)"
        limit = "$single_limit"
        return f"count({day} >= 2 and sum(amount {day} > {limit}" if "single_limit" in parameters else None
    if meant == "RESTRICTED":
        return "merchant.mcc in @restricted_mcc" if "restricted_mcc" in lists else None
    return {"ABROAD": abroad, "not ABROAD": home, "DUPLICATE": _DUPLICATE}.get(meant, meant)


def _paper(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    """``영수증 없음``, ``no receipt``, ``without a receipt``."""
    token, behind = tokens[at], _next(tokens, at + 1)
    if behind is None:
        return None
    follows = not behind.written.isascii() or behind.written in _FOLLOWING
    if token.kind in {"paper", "field"} and behind.is_word("none", "there") and follows:
        return 2, f"{token.value} is {'not ' if behind.value == 'there' else ''}missing"
    if token.is_word("none", "there") and behind.kind == "paper":
        return 2, f"{behind.value} is {'not ' if token.value == 'there' else ''}missing"
    return None


def _lateness(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    """``30일 이후 청구``, ``submitted more than 30 days later``."""
    part = []
    for token in tokens[at:]:
        if token.kind not in {"duration", "compare"} and not token.is_word("submitted", "late", "within"):
            break
        part.append(token)
    lengths = [token for token in part if token.kind == "duration"]
    signs = [token.value for token in part if token.kind == "compare"]
    is_late = any(token.is_word("late") for token in part)
    if len(lengths) != 1 or not any(token.is_word("submitted") for token in part) or len(signs) > 1:
        return None
    if not (is_late or signs) or any(token.is_word("within") for token in part):
        return None
    sign = signs[0] if signs else ">"
    if sign == "AFTER" or (sign == ">=" and any(token.written.startswith("이후") for token in part)):
        sign = ">"
    number, _, unit = lengths[0].value.partition(" ")
    if unit.startswith("business"):
        return len(part), f"business_days_between(transacted_at, submitted_at) {sign} {number}"
    return len(part), f"submitted_at - transacted_at {sign} {lengths[0].value}"


def _ending(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    """``amount ends with 000`` → a multiple of 1,000."""
    taken = 1 if tokens[at].kind == "field" and tokens[at].value == "amount" else 0
    sign, digits = _next(tokens, at + taken), _next(tokens, at + taken + 1)
    if sign is None or not sign.is_word("ends") or digits is None or digits.kind != "number":
        return None
    step = Decimal(10) ** len(digits.written)
    said = money_text(step, usual_currency()) if set(digits.written) == {"0"} else None
    return None if said is None else (taken + 2, f"is_multiple(amount, {said})")


def _named(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    """``가맹점명에 노래방이 포함``, ``업종코드 5813, 7273``, ``노래방에서 사용``, ``at Starbucks``."""
    token = tokens[at]
    if token.kind == "place" and is_not_behind(_next(tokens, at + 1)):
        return 2, f"merchant.name not contains {quote(token.value)}"
    if token.kind == "place":
        return 1, f"merchant.name contains {quote(token.value)}"
    behind = _next(tokens, at + 1)
    if token.is_word("at") and behind is not None and behind.kind in {"unknown", "text"}:
        after = _next(tokens, at + 2)
        if behind.value.lower() in _NO_NAMES:
            return None
        if after is not None and after.kind in {"field", "paper"}:
            return None  # at different merchants: no shop's name
        return 2, f"merchant.name contains {_quoted(behind)}"
    if token.kind not in {"field", "paper"} or FIELDS[token.value].type not in {"text", "code"}:
        return None
    return _codes(tokens, at) or _trade(tokens, at) or _contained(tokens, at) or _equal(tokens, at)


def _equal(tokens: Sequence[Said], at: int) -> Clause | None:
    """``currency not KRW``, ``country other than KR``: a word or text for itself."""
    sign, word = _next(tokens, at + 1), _next(tokens, at + 2)
    if sign is None or word is None or sign.kind != "compare" or word.kind not in {"unknown", "text"}:
        return None
    return (3, f"{tokens[at].value} {sign.value} {_quoted(word)}") if sign.value in {"=", "!="} else None


def _trade(tokens: Sequence[Said], at: int) -> Clause | None:
    """``업종이 주점``: the trade in words is the line of business, the category's code is digits."""
    place = at + 1
    if (sign := _next(tokens, place)) is not None and sign.kind == "compare" and sign.value == "=":
        place += 1
    word = _next(tokens, place)
    if tokens[at].value != "merchant.mcc" or word is None or word.kind not in {"unknown", "place", "text"}:
        return None
    if any(letter.isascii() for letter in word.value.strip('"')):
        return None
    holds = _next(tokens, place + 1)
    taken = 1 if holds is not None and holds.is_word("contains") else 0
    said = quote(word.value) if word.kind == "place" else _quoted(word)
    return place + 1 + taken - at, f"merchant.biz_type contains {said}"


def _codes(tokens: Sequence[Said], at: int) -> Clause | None:
    """``mcc 5813``, ``mcc is not 5813``, ``mcc is 5813 or 7273``, ``업종코드 5813, 7273``."""
    if FIELDS[tokens[at].value].type != "code":
        return None
    place, codes, is_other = at + 1, [], False
    if (sign := _next(tokens, place)) is not None and sign.kind == "compare" and sign.value in {"=", "!="}:
        place, is_other = place + 1, sign.value == "!="
    while (code := _next(tokens, place)) is not None and code.kind in {"number", "text"}:
        if code.kind == "number" and not code.value.isdigit():
            return None
        codes.append(quote(code.value) if code.kind == "number" else code.value)
        place += 1
        joining = _next(tokens, place)
        more = _next(tokens, place + 1)
        is_list = joining is not None and (joining.kind == "comma" or joining.value == "or")
        if not (is_list and more is not None and more.kind in {"number", "text"}):
            break
        place += 1
    if not codes:
        return None
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


def _run(tokens: Sequence[Said], at: int) -> Clause | None:
    """The longest run of values, fields and comparisons that is one condition."""
    end = at
    while end < len(tokens) and _belongs(tokens, at, end):
        end += 1
    for stop in range(end, at, -1):
        if stop < end and is_total(tokens[at:end]) and not _begins(tokens[stop]):
            continue  # what was said of several payments is not taken apart
        run = tokens[at:stop]
        said = total(run) if is_total(run) else comparison(run)
        if (
            said is None
            and len(run) == 2
            and run[0].kind == "field"
            and FIELDS[run[0].value].type == "money"
            and is_not_behind(_next(tokens, stop))
        ):
            said = comparison([*run, Said("compare", "=", run[1].end, run[1].end)])  # 금액이 50만원이 아닌
        if said is not None:
            return stop - at, said
    return None


def _begins(token: Said) -> bool:
    return token.kind in {"field", "paper", "aggregate"} or token.is_word("same", "per")


def _belongs(tokens: Sequence[Said], begin: int, at: int) -> bool:
    token = tokens[at]
    if token.kind in _RUN:
        behind = _next(tokens, at + 1)
        return not (token.kind == "paper" and behind is not None and behind.is_word("none", "there"))
    if token.kind == "join" and token.value in {"and", "with"}:  # between 1 and 2
        before = tokens[begin:at]
        is_open = any(one.is_word("between") for one in before)
        behind = _next(tokens, at + 1)
        values = [one for one in before if one.kind in VALUES]
        is_last = any(one.is_word("between") for one in tokens[at : at + 3])
        return (is_open or is_last) and len(values) == 1 and behind is not None and behind.kind in VALUES
    return token.kind == "word" and token.value in _RUN_WORDS
