"""Spoken tokens → one condition after the other, each with how many tokens it took."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rules.fields import FIELDS
from rules.language.literals import money_text, usual_currency
from rules.language.mending.naming_place import Names
from rules.language.mending.spoken.comparing import comparison
from rules.language.mending.spoken.named import Clause, is_not_behind, named, next_token
from rules.language.mending.spoken.said import Said
from rules.language.mending.spoken.totals import is_total, total
from rules.language.mending.spoken.values import VALUES

_RUN = VALUES | {"field", "paper", "compare", "aggregate", "period"}
_RUN_WORDS = frozenset({"between", "to", "by", "of", "within", "same", "per"})
#: What a duplicate is, where nothing else is said.
DUPLICATE = "count(same cardholder, merchant, amount, day) >= 2"
#: English words for an absence that stand behind what is absent; the others stand before it.
_FOLLOWING = frozenset({"missing", "lacking", "not attached", "is missing", "are missing", "not given"})


def clause(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    """The condition that begins at a token; None where something of it is not understood."""
    token = tokens[at]
    if token.is_word("not"):
        leads = token.written.isascii() and at + 1 < len(tokens)
        inner = clause(tokens, at + 1, names) if leads else None
        return None if inner is None else (inner[0] + 1, negated(inner[1]))
    for reader in (_flag, _paper, _lateness, _ending, named):
        found = reader(tokens, at, names)
        if found is not None:
            return _turned(tokens, at, found)
    said = _run(tokens, at)
    return None if said is None else _turned(tokens, at, said)


_FLIPPED = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def _turned(tokens: Sequence[Said], at: int, found: Clause) -> Clause | None:
    """The condition, negated where the word behind it says so; None where a value stands there without its comparison."""
    taken, condition = found
    if not is_not_behind(next_token(tokens, at + taken)):
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
    is_held = condition.startswith("(") and condition.find(")") == len(condition) - 1
    return f"not {condition}" if " " not in condition or is_held else f"not ({condition})"


def _flag(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    token = tokens[at]
    if token.is_word("none") and (flag := next_token(tokens, at + 1)) is not None and flag.kind == "flag":
        return 2, negated(_condition(flag.value, names) or "")
    if token.kind != "flag":
        return None
    condition = _condition(token.value, names)
    if condition is None:
        return None
    behind = next_token(tokens, at + 1)
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
    return {"ABROAD": abroad, "not ABROAD": home, "DUPLICATE": DUPLICATE}.get(meant, meant)


def _paper(tokens: Sequence[Said], at: int, names: Names) -> Clause | None:
    """``영수증 없음``, ``no receipt``, ``without a receipt``."""
    token, behind = tokens[at], next_token(tokens, at + 1)
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
    signs = list(dict.fromkeys(token.value for token in part if token.kind == "compare"))
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
    sign, digits = next_token(tokens, at + taken), next_token(tokens, at + taken + 1)
    if sign is None or not sign.is_word("ends") or digits is None or digits.kind != "number":
        return None
    step = Decimal(10) ** len(digits.written)
    said = money_text(step, usual_currency()) if set(digits.written) == {"0"} else None
    return None if said is None else (taken + 2, f"is_multiple(amount, {said})")


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
            and is_not_behind(next_token(tokens, stop))
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
        behind = next_token(tokens, at + 1)
        return not (token.kind == "paper" and behind is not None and behind.is_word("none", "there"))
    if token.kind == "join" and token.value in {"and", "with"}:  # between 1 and 2
        before = tokens[begin:at]
        is_open = any(one.is_word("between") for one in before)
        behind = next_token(tokens, at + 1)
        values = [one for one in before if one.kind in VALUES]
        is_last = any(one.is_word("between") for one in tokens[at : at + 3])
        return (is_open or is_last) and len(values) == 1 and behind is not None and behind.kind in VALUES
    return token.kind == "word" and token.value in _RUN_WORDS
