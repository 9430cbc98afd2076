"""Habits of spreadsheets, SQL and programming in a text that is half a rule → the same in the language; two texts where either can be meant.

A rewriting is itself read and checked like any text: nothing here is offered as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from rules.fields import FIELDS
from rules.language.literals import time_text, usual_currency
from rules.language.text import quote
from rules.language.words import field_meant, key_meant

_TEXTS = re.compile(r'"(?:[^"\n]|"")*"|\'(?:[^\'\n]|\'\')*\'')
_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)?"
_NUMBER = r"[0-9]+(?:,[0-9]{3})*"
_ABSENT = re.compile(
    rf"(?P<not>\bnot\s+|!\s*)?\b(?:(?P<gone>is_?null|is_?blank|blank|is_?empty|empty|is_?missing|missing|is_?na)|(?P<there>exists?|not_?null|not_?empty|not_?na|has_?value))"
    rf"\s*\(\s*(?P<field>{_NAME})\s*\)(?:\s*==?\s*(?P<is>true|false|yes|no|1|0)\b)?",
    re.IGNORECASE,
)
_WHERE = re.compile(
    rf"(?P<before>\b(?:within|in|last)\s+[0-9]+\s*[a-z]+|\bsame\s+{_NAME}(?:\s*,\s*{_NAME})*\s*,\s*(?:day|week|month|quarter|year))"
    rf"\s*(?:,\s*(?:if|when|having|where)\b|\b(?:if|when|having)\b|,)\s*(?P<condition>(?:not\s+)?{_NAME}(?:\s*(?:[<>=!]|in\b|contains\b|is\b)|\s*\)))",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"\bin\s*[(\[]\s*({_NUMBER}(?:\s*[A-Z]{{3}})?)\s*\.\.\.?\s*({_NUMBER}(?:\s*[A-Z]{{3}})?)\s*[)\]]"
)
_CODES = re.compile(r"\b(not\s+)?in\s*\(?\s*\"?([0-9]{4})\"?\s*(?:\.\.\.?|-|~)\s*\"?([0-9]{4})\"?\s*\)?")
_MCC = re.compile(r"(?:\bmerchant\.)?\bmcc\s*$|업종\s?코드\s*$", re.IGNORECASE)
_MODULO = re.compile(
    rf"\b(?P<field>{_NAME})\s+mod\s+(?P<step>{_NUMBER})(?:\s*(?P<currency>[A-Z]{{3}}|원))?\s*(?P<sign>==?|!=|<>)\s*0(?![0-9.,])(?:\s*[A-Z]{{3}}\b)?",
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"\b(?P<field>hour|weekday|시간|요일)\s+(?P<not>not\s+)?in\s*[(\[{]\s*(?P<list>[0-9]+(?:\s*,\s*[0-9]+)+)\s*[)\]}]",
    re.IGNORECASE,
)
_DISTINCT = re.compile(r"\bcount\s+(?:distinct|unique)\s+(?!\()", re.IGNORECASE)
_JOINS = re.compile(r"\b(?:and\s*/\s*or|or\s*/\s*and|and\s+or|or\s+and)\b", re.IGNORECASE)
_COUNTED = re.compile(
    rf"\b(?:count|건수|횟수)\s*\(\s*(?P<what>{_NAME}|\*|1)\s*(?P<close>\)?)\s*(?=(?:same|per|for|by|같은|동일한?)\s)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    rf"\b(?:count|건수|횟수)\s*\(\s*(?:(?:where|if)\s+)?(?P<condition>{_NAME}\s*(?:<=|>=|!=|<>|==|=|<|>|\bcontains\b|\bin\b)\s*[^()]*?)\s*,?\s+(?P<same>(?:same|같은|동일한?)\s[^()]*)\)",
    re.IGNORECASE,
)
#: not receipt_id: a field that is no yes or no is denied where it is missing.
_NOTHING = re.compile(
    rf"(?:\bnot\s+|!\s*)(?P<field>{_NAME})(?=\s*(?:\)|$|(?:and|or)\b|&&|\|\|))", re.IGNORECASE
)
#: like %bar%, without quotation marks.
_WILDCARDS = re.compile(
    r"\b(?P<like>not\s+like|like)\s+(?P<what>%[^\s%\"'()]+%?|[^\s%\"'()]+%)(?=\s|\)|$)", re.IGNORECASE
)
_TODAY = re.compile(
    r"\b(?:today|current_date|current_timestamp|sysdate|getdate|now)\b(?:\s*\(\s*\))?(?=\s*-\s*[^\W\d])",
    re.IGNORECASE,
)
#: 1,000.000: a point that parts thousands, or decimals that no money has.
_MIXED = re.compile(r"(?<![0-9.,])(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+)\.(?P<rest>[0-9]{3})(?![0-9.,])")
#: hour > 10pm: an hour is a whole number, so that "more than 22" begins at 23:00; the clock says what was written.
_CLOCK = re.compile(
    r"(?<![\w.])(?:hour|시간|시각)\s*(?P<sign><=|>=|<|>)\s*(?P<time>(?:오전|오후|밤|저녁|새벽|아침|낮)?\s*[0-9]{1,2}"
    r"(?::[0-9]{2}(?:\s*[ap]\.?m\b\.?)?|\s*[ap]\.?m\b\.?|\s*시(?:\s*[0-9]{1,2}\s*분|\s*반)?))(?![\w:])",
    re.IGNORECASE,
)
#: What of several payments can be counted each once; of the rest every payment has its own.
_KINDS = frozenset(
    {"merchant", "cardholder", "department", "mcc", "brn", "region", "country", "grade", "job_family", "approver", "project", "purpose", "currency", "day"}
)  # fmt: skip
_MOST_CODES = 20


def rewritten(text: str) -> tuple[str, ...]:
    """The texts one of which is meant; nothing where no such habit is in the text."""
    ways = [text]
    ways = [_codes(way) for way in ways]
    for rewrite in (
        _clock,
        _absent,
        _nothing,
        _wildcards,
        _today,
        _where,
        _ranges,
        _modulo,
        _listed,
        _distinct,
        _conditioned,
    ):
        ways = [_outside_texts(way, rewrite) for way in ways]
    ways = [new for way in ways for new in _counted(way)]
    ways = [new for way in ways for new in _mixed(way)]
    ways = [new for way in ways for new in _joined(way)]
    return () if ways == [text] else tuple(dict.fromkeys(ways))


def _outside_texts(text: str, rewrite: Callable[[str], str]) -> str:
    """The text rewritten where it is no text in quotation marks; those come back as they were."""
    kept: list[str] = []

    def hide(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f'"\x00{len(kept) - 1}\x00"'

    hidden = _TEXTS.sub(hide, text)
    return re.sub('"\x00([0-9]+)\x00"', lambda match: kept[int(match[1])], rewrite(hidden))


def _clock(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        time = time_text(match["time"])
        is_hour = time is not None and time.endswith(":00") and match["sign"] in {">=", "<"}
        return match[0] if time is None or is_hour else f"time(transacted_at) {match['sign']} {time}"

    return _CLOCK.sub(said, text)


def _absent(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        is_gone = (match["gone"] is not None) != (match["not"] is not None)
        is_gone ^= (match["is"] or "").lower() in {"false", "no", "0"}
        field = match["field"]
        return f"{field} is {'' if is_gone else 'not '}missing"

    return _ABSENT.sub(said, text)


def _nothing(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        field = field_meant(match["field"], near=False)
        is_value = field is not None and field in FIELDS and FIELDS[field].type != "yes_no"
        return f"{field} is missing" if is_value else match[0]

    return _NOTHING.sub(said, text)


def _wildcards(text: str) -> str:
    return _WILDCARDS.sub(lambda match: f"{match['like']} {quote(match['what'].replace('%', '*'))}", text)


def _today(text: str) -> str:
    return _TODAY.sub("now", text)


def _mixed(text: str) -> tuple[str, ...]:
    """``1,000.000 KRW``: a million, or a thousand; nobody can tell."""
    match = _MIXED.search(text)
    if match is None:
        return (text,)
    ways = (f"{match['whole']},{match['rest']}", match["whole"])
    return tuple(text[: match.start()] + way + text[match.end() :] for way in ways)


def _where(text: str) -> str:
    return _WHERE.sub(lambda match: f"{match['before']} where {match['condition']}", text)


def _ranges(text: str) -> str:
    return _RANGE.sub(r"in \1..\2", text)


def _codes(text: str) -> str:
    """``merchant.mcc in 5812..5814``: codes are texts, which a list names one by one."""
    match = _CODES.search(text)
    if match is None or not _MCC.search(text[: match.start()]):
        return text
    low, high = int(match[2]), int(match[3])
    if not 0 < high - low < _MOST_CODES:
        return text
    listed = ", ".join(f'"{code:04}"' for code in range(low, high + 1))
    return f"{text[: match.start()]}{match[1] or ''}in ({listed}){text[match.end() :]}"


def _modulo(text: str) -> str:
    def said(match: re.Match[str]) -> str:
        currency = (match["currency"] or usual_currency()).replace("원", "KRW").upper()
        step = int(match["step"].replace(",", ""))
        call = f"is_multiple({match['field']}, {step:,} {currency})"
        return call if match["sign"] in {"=", "=="} else f"not {call}"

    return _MODULO.sub(said, text)


def _listed(text: str) -> str:
    """``hour in [22, 23, 0]``: numbers have ranges; what follows one another is one."""

    def said(match: re.Match[str]) -> str:
        numbers = list(dict.fromkeys(int(number) for number in match["list"].split(",")))
        is_hour = match["field"].lower() in {"hour", "시간"}
        field, size = ("hour", 24) if is_hour else ("weekday", 7)
        run = all((two - one) % size == 1 for one, two in pairwise(numbers))
        run = run and (is_hour or numbers == sorted(numbers))
        if run and len(numbers) > 1:
            return f"{field} {match['not'] or ''}in {numbers[0]}..{numbers[-1]}"
        either = " or ".join(f"{field} = {number}" for number in numbers)
        return f"not ({either})" if match["not"] else f"({either})"

    return _HOURS.sub(said, text)


def _distinct(text: str) -> str:
    """``count distinct merchant same … >= 3``: the call in its brackets."""
    match = _DISTINCT.search(text)
    if match is None:
        return text
    head, rest = text[: match.start()], text[match.end() :]
    end = re.search(r"\s*(?:[<>]=?|!?==?)\s*[0-9]", rest)
    if end is None:
        return text
    return f"{head}distinct({rest[: end.start()].strip()}){rest[end.start() :]}"


def _conditioned(text: str) -> str:
    """``count(amount > 100000 same cardholder, day)``: which payments are counted stands behind where."""

    def said(match: re.Match[str]) -> str:
        joined = " and " if re.search(r"\bwhere\b", match["same"]) else " where "
        return f"count({match['same'].strip()}{joined}{match['condition']})"

    return _CONDITION.sub(said, text)


def _counted(text: str) -> list[str]:
    """``count(amount same cardholder …)``: payments are counted, whatever is named before same; shops or people of them may be meant."""
    match = _COUNTED.search(text)
    if match is None:
        return [text]
    head, rest, what = text[: match.start()], text[match.end() :], match["what"]
    if match["close"]:
        end = re.search(r"\s*(?:[<>]=?|!?==?)\s*[0-9]|$", rest)
        assert end is not None
        rest = f"{rest[: end.start()].strip()}){rest[end.start() :]}"
    payments = f"{head}count({rest}"
    key = key_meant(what, near=False)
    field = field_meant(what, near=False)
    kind = key if key in _KINDS else "merchant" if field == "merchant.name" else None
    return [payments] if kind is None else [payments, f"{head}distinct({kind} {rest}"]


def in_either_way(text: str) -> tuple[str, ...]:
    """A sentence with and/or in it, with each of the two; nothing where it has none."""
    ways = _joined(text)
    return tuple(ways) if len(ways) > 1 else ()


def _joined(text: str) -> list[str]:
    """``and or``, ``and/or``: nobody can tell which."""
    match = _JOINS.search(_TEXTS.sub(lambda found: "_" * len(found[0]), text))
    if match is None:
        return [text]
    return [f"{text[: match.start()]}{join}{text[match.end() :]}" for join in ("and", "or")]
