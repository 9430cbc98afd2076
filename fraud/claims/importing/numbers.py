"""One employee under one number, however a file spells it: `AB-1`, `ab1` and full-width `ＡＢ１` are one person, and so are `123` and `00123`
where the company's own form leaves no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from audit.people import number_key
from fraud.claims.bulk import read_frame


def spelled_as_known(numbers: Iterable[str]) -> dict[str, str]:
    """Number → the spelling its employee is known by, or will be: the stored one, else the first of `numbers`.

    A number that is stored in exactly that spelling stays; one that names nobody (`number_key` empty) is itself. Zeros that a
    spreadsheet took away from the front, or a system added, are looked through where only one employee can be meant.
    """
    wanted = list(dict.fromkeys(numbers))
    stored = read_frame(
        "SELECT employee_no FROM fraud_cardholder ORDER BY id", schema={"employee_no": pl.String}
    )["employee_no"].to_list()
    return match_numbers(wanted, stored)


def match_numbers(wanted: Sequence[str], stored: Sequence[str]) -> dict[str, str]:
    """`spelled_as_known` for `wanted` numbers beside `stored` ones, the first known first."""
    exact = set(stored)
    by_key: dict[str, str] = {}
    for number in [*stored, *wanted]:
        by_key.setdefault(number_key(number), number)
    known = _by_digits(stored)
    delivered = _by_digits([*stored, *wanted])
    form = _form([*stored, *wanted])
    result = {}
    for number in wanted:
        key = number_key(number)
        if number in exact or not key:
            result[number] = number
            continue
        spelled = by_key[key]
        if spelled not in exact and key.isdigit():
            digits = key.lstrip("0")
            only = known.get(digits, set()) or {n for n in delivered[digits] if len(number_key(n)) == form}
            spelled = min(only) if len(only) == 1 else spelled
        result[number] = spelled
    return result


def _by_digits(numbers: Iterable[str]) -> dict[str, set[str]]:
    """Digits without the zeros in front → the spellings there are, one a key."""
    found: dict[str, dict[str, str]] = {}
    for number in numbers:
        key = number_key(number)
        if key.isdigit():
            found.setdefault(key.lstrip("0"), {}).setdefault(key, number)
    return {digits: set(keys.values()) for digits, keys in found.items()}


def _form(numbers: Iterable[str]) -> int:
    """How many digits the company's numbers have that begin with a zero; 0 where these differ, so that nothing is told by it."""
    lengths = {len(key) for key in map(number_key, numbers) if key.isdigit() and key.startswith("0")}
    return lengths.pop() if len(lengths) == 1 else 0


def examples_of_matches(spellings: Mapping[str, str], most: int = 3) -> tuple[int, str]:
    """(how many numbers were read as another one, a few of them as `123 → 00123`)."""
    pairs = [(a, b) for a, b in spellings.items() if number_key(a) != number_key(b)]
    return len(pairs), ", ".join(f"{a} → {b}" for a, b in pairs[:most]) + (" …" if len(pairs) > most else "")
