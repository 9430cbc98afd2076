"""Spoken values beside what they are compared with → text of the language; pairs of a value and its comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules.fields import FIELDS
from rules.language.literals import money_text, number_of, usual_currency
from rules.language.mending.spoken.said import Said

#: From here on a number counts no months, people or hours.
_NO_COUNT = 1000
VALUES = frozenset({"money", "number", "percent", "count", "people", "time", "duration", "date", "multiple"})


@dataclass
class Pair:
    """A value and how it is compared; ``sign`` is empty where nothing said so."""

    value: Said
    sign: str = ""


def pairs(tokens: Sequence[Said]) -> list[Pair] | None:
    """Every value with the comparison that belongs to it: before it in English, behind it in Korean; None where one is left over.

    A comparison belongs to the value behind it, unless the value before it has none yet and it stands at the end or before another.
    """
    found: list[Pair] = []
    waiting = ""
    for at, token in enumerate(tokens):
        if token.kind in VALUES:
            found.append(Pair(token, waiting))
            waiting = ""
        elif token.kind == "compare":
            if waiting:
                if waiting == "AFTER" or token.value == "=":
                    continue
                if waiting != "=":
                    return None
                waiting = token.value
            elif found and not found[-1].sign and not _leads(tokens, at):
                found[-1].sign = token.value
            else:
                waiting = token.value
    if waiting:
        return None
    return found


def _leads(tokens: Sequence[Said], at: int) -> bool:
    """A sign or an English word belongs to the value behind it: ``3 payments over 100,000``; not ``3 or more 100,000``."""
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    written = tokens[at].written
    is_latin = written.isascii() and not written.startswith(("or ", "and "))
    return is_latin and behind is not None and behind.kind in VALUES


def amount(value: Said) -> str | None:
    """The value as money, in the company's usual currency where none is said."""
    if value.kind == "money":
        return value.value
    number = number_of(value.value) if value.kind == "number" else None
    return None if number is None else money_text(number, usual_currency())


def fitted(value: Said, field: str) -> str | None:
    """The value as what the field holds; None where it is something else."""
    kind = FIELDS[field].type
    if kind == "money":
        return amount(value)
    if kind in {"number", "percent"}:
        if kind == "percent" and value.kind == "percent":
            return value.value
        is_people = value.kind == "people" and FIELDS[field].unit == "people"
        is_count = value.kind == "count" and FIELDS[field].unit in {"claims", "merchants"}
        if value.kind == "number" and FIELDS[field].unit and (number_of(value.value) or 0) >= _NO_COUNT:
            return None  # instalments under 1,000,000: money, whatever stands beside it
        if value.kind == "number" or is_people or is_count:
            return value.value
        if value.kind == "time" and FIELDS[field].unit == "hour" and value.value.endswith(":00"):
            return str(int(value.value[:2]))
        return None
    if kind in {"datetime", "date"} and value.kind == "date":
        return value.value
    return None


def compared(subject: str, found: Sequence[tuple[str, str]]) -> str | None:
    """``subject`` against one or two (sign, text): ``a > 1``, ``a in 1..2``, ``a >= 1 and a < 2``."""
    if len(found) == 1:
        return f"{subject} {found[0][0]} {found[0][1]}"
    signs = [sign for sign, _ in found]
    if len(found) != 2 or {signs[0][0], signs[1][0]} != {"<", ">"}:
        return None
    (low_sign, low), (high_sign, high) = found if signs[0][0] == ">" else (found[1], found[0])
    if (low_sign, high_sign) == (">=", "<="):
        return f"{subject} in {low}..{high}"
    return f"{subject} {low_sign} {low} and {subject} {high_sign} {high}"
