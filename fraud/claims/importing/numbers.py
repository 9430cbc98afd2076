"""One employee under one number, however a file spells it: `AB-1`, `ab1` and full-width `ＡＢ１` are one person."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from audit.people import number_key
from fraud.claims.bulk import read_frame


def spelled_as_known(numbers: Iterable[str]) -> dict[str, str]:
    """Number → the spelling its employee is known by, or will be: the stored one, else the first of `numbers`.

    A number that is stored in exactly that spelling stays; one that names nobody (`number_key` empty) is itself.
    """
    wanted = list(dict.fromkeys(numbers))
    stored = read_frame(
        "SELECT employee_no FROM fraud_cardholder ORDER BY id", schema={"employee_no": pl.String}
    )["employee_no"].to_list()
    exact = set(stored)
    by_key: dict[str, str] = {}
    for number in [*stored, *wanted]:
        by_key.setdefault(number_key(number), number)
    return {
        number: number if number in exact or not number_key(number) else by_key[number_key(number)]
        for number in wanted
    }
