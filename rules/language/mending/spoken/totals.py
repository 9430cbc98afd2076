"""Several payments as one speaks of them → a window: 같은 가맹점에서 하루 3회, total per month above 1,000,000."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rules.fields import FIELDS, KEYS
from rules.language.literals import number_of
from rules.language.mending.spoken.proportions import is_multiple, of_share, share_of
from rules.language.mending.spoken.said import Said
from rules.language.mending.spoken.values import Pair, amount, pairs
from rules.language.mending.window_text import KEY_OF

#: Stands where the length of a total was not said: the whole sentence tells it.
UNSAID = " within ?"
#: Keys that already say whose claims are meant.
_SINGLE = frozenset({"one", "a single", "single", "1개", "한"})
_WHOSE = frozenset({"cardholder", "department", "approver", "job_family", "grade", "receipt"})

_OF_EACH = re.compile(r"count\(same [^()]*? where (amount [<>]=? [0-9,.]+ [A-Z]{3})\b")


@dataclass
class _Heard:
    keys: list[str] = field(default_factory=list)
    value: str = ""
    of: str = ""
    period: str = ""
    length: str = ""
    is_grouped: bool = False  # per merchant: exactly these keys
    bound: str = ""  # the limit of the card, where a total is held against it
    is_literal: bool = False  # count same merchant …: nearly the language itself


def is_total(run: Sequence[Said]) -> bool:
    """Whether a run of tokens speaks of several payments."""
    kinds = {token.kind for token in run}
    totals = any(token.kind == "aggregate" and token.value != "mean" for token in run)
    grouped = any(token.is_word("same", "per") for token in run)
    if "count" in kinds and any(token.value == "mean" for token in run):
        return False  # 3 times the average
    if any(
        is_multiple(one) and two.kind == "field" and FIELDS[two.value].type == "money"
        for one, two in pairwise(run)
    ):
        return False  # 3 times the limit
    is_of_bound = "period" in kinds and any(token.value == "card.limit" for token in run)
    if "multiple" in kinds and not is_of_bound and not any(token.value == "sum" for token in run):
        return False
    return bool(kinds & {"count", "period"}) or totals or grouped


def total(run: Sequence[Said]) -> str | None:
    """The condition of a run that speaks of several payments; None where it is not whole or not understood."""
    found, rest = _gather(run)
    if found is not None and found.bound:
        return _against_bound(found, run, rest)
    said = pairs(rest) if found is not None else None
    if found is None or said is None:
        return None
    if any(token.is_word("per") for token in run) and not (found.keys or found.period):
        return None  # 50,000 each: of whom was not said
    counts = [one for one in said if one.value.kind == "count" or _is_plain_count(one, found)]
    amounts = [one for one in said if one not in counts]
    if any(_is_no_sum(one) for one in amounts):
        return None
    if any(amount(one.value) is None for one in amounts) or len(counts) > 2 or len(amounts) > 1:
        return None
    name = found.of or ("count" if counts else "sum")
    if name != "count" and (counts or not amounts):
        return None
    if name == "count" and (not counts or len({one.sign for one in counts}) != len(counts)):
        return None
    if name == "count" and amounts and not amounts[0].sign:
        return None  # of 100,000: exactly, or at least?
    if len(counts) > 1 and not all(one.sign for one in counts):
        return None  # 1회 10만원 초과 월 3회 이상
    one = _one_payment(run, found, counts, amounts)
    if one is not None:
        return one or None
    limits = counts if name == "count" else amounts
    where = ""
    if name == "count" and amounts:
        where = f"amount {_plain(amounts[0].sign)} {amount(amounts[0].value)}"
    call = _call(name, found, where)
    if call is None:
        return None
    if name == "count" and not limits[0].sign and limits[0].value.kind == "number":
        return None  # number of payments 10: exactly, or at least?
    if name == "sum" and not limits[0].sign:
        return None  # how it compares was not said
    texts = [one.value.value if name == "count" else amount(one.value) for one in limits]
    parts = [f"{call} {_plain(one.sign) or '>='} {text}" for one, text in zip(limits, texts, strict=True)]
    return " and ".join(parts)


def _is_no_sum(one: Pair) -> bool:
    """A bare small number, or exactly so much: a count or a code, hardly a total of money."""
    number = number_of(one.value.value) if one.value.kind == "number" else None
    return one.sign == "=" or (number is not None and number < 1000)


def _one_payment(
    run: Sequence[Said], found: _Heard, counts: Sequence[Pair], amounts: Sequence[Pair]
) -> str | None:
    """``1회 100만원 초과``, ``a single payment over 1,000,000``: the amount of one payment; empty where it is said of a time as well."""
    is_single = any(token.is_word("same") and token.written in _SINGLE for token in run) and not found.keys
    is_once = len(counts) == 1 and counts[0].value.value == "1" and not counts[0].sign
    if len(amounts) != 1 or not (is_once or (is_single and not counts)):
        return None
    text = amount(amounts[0].value)
    is_whole = not (found.of or found.period or found.length or found.keys) and bool(amounts[0].sign)
    return f"amount {_plain(amounts[0].sign)} {text}" if is_whole else ""


def of_each(rule: str) -> tuple[str, ...]:
    """``3 payments over 100,000 in a day``: the amount of those that are counted, or of this payment as well; empty where no such amount is asked."""
    found = _OF_EACH.search(rule)
    if found is None or rule.count(found[1]) > 1:
        return ()
    return (f"{found[1]} and {f'({rule})' if ' or ' in rule else rule}", rule)


def _against_bound(found: _Heard, run: Sequence[Said], rest: Sequence[Said]) -> str | None:
    """``하루 합계가 한도를 초과``, ``월 합계가 한도의 80% 초과``, ``monthly total 20% above the limit``."""
    signs = [token for token in rest if token.kind == "compare"]
    shares = [token for token in rest if token.kind in {"percent", "multiple"} or is_multiple(token)]
    is_total = found.of == "sum" or (not found.of and found.value and found.period)
    if not is_total or not signs or len(shares) > 1 or len(rest) > len(signs) + len(shares):
        return None
    call = _call("sum", found, "")
    if call is None or (not shares and len(signs) > 1):
        return None
    if not shares:
        return f"{call} {_plain(signs[0].value)} {found.bound}"
    base = next(token for token in run if token.value == found.bound)
    said = share_of(run, base, shares[0], signs)
    return None if said is None else f"{call} {said[0]} {of_share(said[1], found.bound)}"


def average(run: Sequence[Said], taken: Sequence[Said]) -> str | None:
    """``mean(amount same cardholder within 30 days)`` of what a run says about an average besides the tokens taken."""
    found, rest = _gather([token for token in run if token not in taken])
    if found is None or any(token.kind != "compare" for token in rest):
        return None
    found.of = "mean"
    return _call("mean", found, "")


def _plain(sign: str) -> str:
    return ">" if sign == "AFTER" else sign


def _is_plain_count(one: Pair, found: _Heard) -> bool:
    return one.value.kind == "number" and found.of == "count"


def _gather(run: Sequence[Said]) -> tuple[_Heard | None, list[Said]]:
    """What the run says of whose claims, how far back and what of them; the values and comparisons that are left."""
    found, rest = _Heard(), []
    role = ""
    for at, token in enumerate(run):
        if token.is_word("same", "per", "by"):
            role = token.value
            found.is_literal |= bool(at) and role == "same" and run[at - 1].written == "count"
        elif token.kind in {"field", "paper"}:
            if not role and found.of == "count" and run[at - 1].written.endswith(" of"):
                return None, []  # number of merchants: how many different ones, not how many payments
            if not _keep_field(found, token, role):
                return None, []
            role = role if at + 1 < len(run) and run[at + 1].kind == "field" and role else ""
        elif token.kind == "aggregate":
            if found.of and found.of != token.value:
                return None, []
            found.of = token.value
        elif token.kind == "period":
            if found.period not in {"", token.value}:
                return None, []
            found.period, role = token.value, ""
        elif token.kind == "duration":
            if found.length:
                return None, []
            found.length = token.value
        elif token.is_word("within", "of", "to", "at") or (token.is_word("by") and found.bound):
            continue
        elif token.kind in {"compare", "money", "number", "count", "percent", "multiple"}:
            rest.append(token)
            role = ""
        else:
            return None, []
    return found, rest


def _keep_field(found: _Heard, token: Said, role: str) -> bool:
    is_money = FIELDS[token.value].type == "money"
    if token.value == "card.limit" and not found.bound:
        found.bound = token.value
        return True
    if is_money and not role:
        if found.value or token.value == "per_head":  # a total of shares is nobody's
            return False
        found.value = token.value
        return True
    key = KEY_OF.get(token.value, token.value)
    if key == "day":
        found.period = "day"
        return True
    if key not in KEYS and FIELDS[token.value].type not in {"code", "text", "yes_no"}:
        return False
    if role in {"per", "by"}:
        found.is_grouped = True
    if key not in found.keys:
        found.keys.append(key)
    return True


def _call(name: str, found: _Heard, where: str) -> str | None:
    if found.period and found.length:
        return None
    keys = list(found.keys)
    if not keys or not (found.is_grouped or found.is_literal or _WHOSE & set(keys)):
        keys = ["cardholder", *keys]
    if found.period:
        keys.append(found.period)
    value = "" if name == "count" else (found.value or "amount") + " "
    unsaid = " within 30 days" if name == "mean" else UNSAID
    length = "" if found.period else f" within {found.length}" if found.length else unsaid
    return f"{name}({value}same {', '.join(keys)}{length}{f' where {where}' if where else ''})"
