"""Whether an offered rule carries every word of a spoken sentence: each number, name, comparison, period and denial must stand in it somewhere.

This reads the sentence and the rule apart from whoever turned the one into the other, and what it cannot place counts as not carried: a word
that only fills the sentence has to be known as such (``words.py``), everything else has to be found again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from rules.fields import FIELDS
from rules.language.literals import number_of
from rules.language.mending.spoken.hearing import said_words
from rules.language.mending.spoken.numerals import in_digits
from rules.language.mending.spoken.said import Said
from rules.language.mending.unsaid.standing import DOWN, PERIOD_LENGTHS, SECONDS, UP, Standing, standing_in
from rules.language.mending.window_text import KEY_OF
from rules.language.problems import Problem

#: Circumstances that are told by something of another name → what stands in the rule then.
_TOLD_BY: Mapping[str, frozenset[str]] = {
    "ABROAD": frozenset({"merchant.country"}),
    "not ABROAD": frozenset({"merchant.country"}),
    "DUPLICATE": frozenset({"count", "amount"}),
    "SPLIT": frozenset({"count", "sum"}),
    "RESTRICTED": frozenset({"merchant.mcc"}),
}
#: Words that fill a sentence, but not beside a single payment: each, again and again.
_OF_SEVERAL = frozenset({"씩", "반복", "반복된", "반복되면"})
#: Words that compare, and say how far back as well.
_BACK = frozenset({"지난", "지나서", "from", "since"})
_ENDS = frozenset({"is_multiple", "is_round_amount"})
#: What one may call otherwise than the rule does.
_OTHERWISE: Mapping[str, frozenset[str]] = {
    "hour": frozenset({"time", "is_night"}),
    "transacted_at": frozenset({"time", "hour", "date", "month", "day_of_month", "year", "day"}),
    "amount": frozenset({"mean_amount_cardholder_30d"}),
    "merchant.mcc": frozenset({"merchant.biz_type"}),
    "n_attendees": frozenset({"per_head"}),
    "weekday": frozenset({"is_business_day"}),
    "merchant.name": frozenset({"merchant.brn", "merchant.ceo_name"}),
}


def not_carried(text: str, rule: str) -> list[tuple[int, int]]:
    """Where the words of a spoken text stand that a rule says nothing of: (start, end) each, in order."""
    found = standing_in(rule)
    lost: list[tuple[int, int]] = []
    for said in dict.fromkeys((text, in_digits(text), in_digits(text, ones=True))):
        tokens = said_words(said)
        left = [one for one in tokens if not _is_carried(one, found)] or _uncounted(tokens, found)
        if not left:
            return []
        lost = [(one.start, one.end) for one in left]
    return lost


#: Tokens that a text half in the language must keep too, whatever else was mended of it.
_NUMBERS = frozenset(
    {"money", "number", "count", "people", "percent", "duration", "time", "date", "multiple"}
)


def numbers_lost(text: str, rule: str, told: Sequence[Problem] = ()) -> list[tuple[int, int]]:
    """Where the numbers, periods and times of any text stand that a rule made of it has not: (start, end) each.

    What ``told`` says to leave out, and what stands in quotation marks, is not asked for.
    """
    found = standing_in(rule)
    left_out = [_span(text, one) for one in told if one.code == "leave_out"]
    lost: list[tuple[int, int]] = []
    for token in said_words(text):
        if token.kind not in _NUMBERS or any(low <= token.start < high for low, high in left_out):
            continue
        digits = "".join(filter(str.isdigit, token.written))
        is_there = digits != "" and Decimal(digits) in found.numbers  # 30m was read as thirty million
        is_there |= digits in {clock.replace("-", "") for clock in found.clocks}  # 20260131
        if not is_there and not _is_carried(token, found) and not _is_rounded(token, found):
            lost.append((token.start, token.end))
    return lost


def _is_rounded(token: Said, found: Standing) -> bool:
    """Half a won is no amount: 1,000.5 KRW stands there as 1,001 KRW."""
    said = number_of(token.value.split(" ")[0]) if token.kind == "money" else None
    return said is not None and any(abs(said - one) < 1 for one in found.numbers)


def _span(text: str, told: Problem) -> tuple[int, int]:
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: told.line - 1]) + told.column - 1
    return start, start + told.length


def _is_carried(token: Said, found: Standing) -> bool:
    if any(_stands_in(token, one) for one in found.texts):
        return True
    if token.kind == "unknown" and token.written in {"starts", "start", "begins"}:
        return "starts" in found.names
    if token.value.startswith("$"):
        return token.value[1:] in found.names
    reader = _READERS.get(token.kind)
    return reader is not None and reader(token, found)


def _stands_in(token: Said, text: str) -> bool:
    """Whether a word is part of a name or text the rule looks for."""
    word = token.written.lower() or token.value.lower()
    if token.kind == "text":
        return token.value[1:-1].lower() in text
    if token.kind not in {"unknown", "place", "field", "paper", "flag"}:
        return False
    bare = word
    for ending in ("에서", "에", "이", "가", "을", "를"):
        bare = bare.removesuffix(ending) if word in bare else bare
    return bare in text if len(bare) > 1 else bare == text


def _empty(token: Said, found: Standing) -> bool:
    return token.written not in _OF_SEVERAL or found.has_window


def _flag(token: Said, found: Standing) -> bool:
    named = _TOLD_BY.get(token.value)
    if named is not None:
        return named <= found.names | found.keys
    if " " not in token.value:
        return token.value in found.names
    return (
        token.value in found.text
        or token.value.replace(" = ", " != ") in found.text
        or _weekday(token, found)
    )


def _weekday(token: Said, found: Standing) -> bool:
    name, _, number = token.value.partition(" = ")
    if name == "weekday":
        return name in found.names and Decimal(number) in found.numbers
    return name.removesuffix(" is not missing") in found.names and "is missing" in found.text


def _number(token: Said, found: Standing) -> bool:
    part, _, parts = token.value.partition("/")
    if parts:  # two thirds: both numbers, of which one need not be written
        return Decimal(parts) in found.numbers and (part == "1" or Decimal(part) in found.numbers)
    said = number_of(token.value.removesuffix("%").split(" ")[0])
    if said is None:
        return False
    if found.names & _ENDS and set(token.written) == {"0"}:
        return True
    ways = {said}
    if token.kind == "percent":
        ways |= {100 + said, 100 - said, said / 100, 1 + said / 100, 1 - said / 100}
    if ways & found.numbers:
        return token.kind != "money" or token.value.rpartition(" ")[2] in found.names
    return said == 1 or (said == 0 and "is missing" in found.names)


def _time(token: Said, found: Standing) -> bool:
    hour = token.value.split(":")[0]
    return token.value in found.clocks or (token.value.endswith(":00") and Decimal(hour) in found.numbers)


def _duration(token: Said, found: Standing) -> bool:
    number, _, unit = token.value.partition(" ")
    said = number_of(number) or Decimal(0)
    if said * SECONDS.get(unit.removesuffix("s"), 0) in found.lengths:
        return True
    digits = "".join(filter(str.isdigit, token.written))
    bare = found.names & {"installments", "business_days_between", "days_to_submit"}
    return bool(bare) and (said in found.numbers or (digits != "" and Decimal(digits) in found.numbers))


def _compare(token: Said, found: Standing) -> bool:
    if token.value in {"=", "!="}:
        return True
    return bool(found.up or found.down)


def _aggregate(token: Said, found: Standing) -> bool:
    if token.value == "sum" and "count" in found.names and "sum" not in found.names:
        return False
    return token.value in found.names or (token.value == "count" and "n_attendees" in found.names)


def _period(token: Said, found: Standing) -> bool:
    return Decimal(PERIOD_LENGTHS[token.value]) in found.lengths


def _field(token: Said, found: Standing) -> bool:
    name = token.value
    if {name, KEY_OF.get(name, name)} & (found.names | found.keys):
        return True
    if FIELDS[name].type == "money" and name == "amount":
        return bool(found.names & {"per_head", "cancel_amount", "pre_approved_amount"}) or found.has_window
    return bool(_OTHERWISE.get(name, frozenset()) & (found.names | found.keys))


def _word(token: Said, found: Standing) -> bool:
    value = token.value
    if value == "per" and found.names & {"weekday", "is_weekend", "is_holiday"}:
        return True  # each friday
    if value in {"same", "per", "two_times", "three_times"}:
        return found.has_window or "contains" in found.names or found.text.startswith("amount")
    if value == "day_or_nothing":
        return "day" in found.keys
    if value == "within":
        return found.has_length or bool(found.up or found.down)
    if value in {"between", "to"}:
        return bool(found.up and found.down)
    if value in {"multiple", "twice", "half"}:
        return bool(found.numbers)
    if value in {"submitted", "late"}:
        return bool(found.names & {"submitted_at", "days_to_submit"})
    if value in {"none", "not", "nor"}:
        return True  # counted below
    if value == "there":
        return "is missing" in found.names
    if value == "contains":
        return "contains" in found.names
    if value == "ends":
        return bool(found.names & _ENDS)
    return value in {"of", "by", "at", "is", "once"}


def _join(token: Said, found: Standing) -> bool:
    return token.value != "or" or found.has_or


def _place(token: Said, found: Standing) -> bool:
    return token.value.lower() in " ".join(found.texts)


_READERS: Mapping[str, Callable[[Said, Standing], bool]] = {
    "empty": _empty, "flag": _flag, "money": _number, "number": _number, "count": _number, "people": _number, "percent": _number, "multiple": _number,
    "time": _time, "date": lambda token, found: token.value in found.clocks, "duration": _duration, "compare": _compare, "aggregate": _aggregate, "period": _period,
    "field": _field, "paper": _field, "word": _word, "join": _join, "place": _place,
    "list": lambda token, found: token.value[1:] in found.names, "sign": lambda token, found: token.value in ",.;:()?~-{}",
}  # fmt: skip


def _uncounted(tokens: list[Said], found: Standing) -> list[Said]:
    """Denials and comparisons of which the rule has fewer than were said."""
    denying = [
        one
        for one in tokens
        if one.is_word("none", "not", "nor") or (one.kind == "compare" and one.value == "!=")
    ]
    signs = _by_themselves(tokens)
    ups = [one for one in signs if one.value in UP or one.value == "AFTER"]
    downs = [one for one in signs if one.value in DOWN]
    flipped = max(0, len(ups) - found.up) + max(0, len(downs) - found.down)
    if found.denials + flipped < len(denying) or (denying and not found.denials and not flipped):
        return denying[-1:]
    if not denying and (len(ups) > found.up or len(downs) > found.down):
        return (ups if len(ups) > found.up else downs)[-1:]
    if len(signs) > found.up + found.down + found.equal:
        return signs[-1:]
    return []


def _by_themselves(tokens: list[Said]) -> list[Said]:
    """The comparisons of a sentence; of two that say one thing (at least 20% above the limit, 20% 이상 많은) the one that tells which way."""
    words = [one for one in tokens if one.kind != "empty" and not one.is_word("of", "by", "is")]
    signs = [one for one in words if one.kind == "compare" and one.written not in _BACK]
    sizes = set()
    for first, second in pairwise(signs):
        between = words[words.index(first) + 1 : words.index(second)]
        around = words[words.index(second) + 1 : words.index(second) + 2]
        is_korean = not between and not second.written.isascii()
        is_english = [one.kind for one in between] == ["percent"]
        is_by = [one.kind for one in between] == ["field"] and [one.kind for one in around] == ["percent"]
        if first.value in UP and (is_korean or is_english):
            sizes.add(first)
        elif second.value in UP and is_by:
            sizes.add(second)
    return [one for one in signs if one not in sizes]
