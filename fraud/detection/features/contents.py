"""What a claim says beside its own amount: who attended, the amount in the original currency and its rate, the amount's first digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import log10
from typing import Any

import polars as pl

from rules.money import exponent, is_known_currency

#: vocabulary name → (columns of the claim frame it is made of, type)
CONTENTS: Mapping[str, tuple[tuple[str, ...], pl.DataType]] = {
    "original_amount": (("original_minor", "original_currency"), pl.Float64()),
    "fx_rate": (("original_minor", "original_currency"), pl.Float64()),
    "first_digit": ((), pl.Int32()),
    "first_digit_share": ((), pl.Float64()),
    "n_external_attendees": (("attendees",), pl.Int32()),
    "attendee_names": (("attendees",), pl.String()),
    "attendee_orgs": (("attendees",), pl.String()),
    "attendee_org_types": (("attendees",), pl.String()),
}
_ATTENDEE_SCHEMA = {name: CONTENTS[name][1] for name in list(CONTENTS)[4:]}


def absent_contents(claims: pl.DataFrame) -> list[str]:
    """Names of which the claim frame lacks a column: they are all null there, and rules that ask for them say so."""
    return [name for name, (needs, _) in CONTENTS.items() if not set(needs) <= set(claims.columns)]


def content_columns(claims: pl.DataFrame) -> list[pl.Series]:
    """One series per name of CONTENTS, null where the claim does not say it.

    `original_amount` is in major units of its own currency, `fx_rate` billed major units per unit of it. Attendees are told as
    one text each, names sorted, so that the same guests make the same text whatever their order. `first_digit_share` is what
    Benford's law expects of the first digit.
    """
    absent = set(absent_contents(claims))
    found = {**_foreign(claims, absent), **_digits(claims), **_attendees(claims, absent)}
    return [found[name].cast(dtype).alias(name) for name, (_, dtype) in CONTENTS.items()]


def _foreign(claims: pl.DataFrame, absent: set[str]) -> dict[str, pl.Series]:
    if absent & {"original_amount", "fx_rate"}:
        return dict.fromkeys(("original_amount", "fx_rate"), _nothing(claims))
    original = claims["original_minor"].cast(pl.Float64) / _units(claims["original_currency"])
    billed = claims["amount_minor"].cast(pl.Float64)
    if "currency" not in claims.columns:
        return {"original_amount": original, "fx_rate": _nothing(claims)}
    rate = billed / _units(claims["currency"]) / original
    return {
        "original_amount": original,
        "fx_rate": pl.select(pl.when(rate.is_finite()).then(rate)).to_series(),
    }


def _units(currencies: pl.Series) -> pl.Series:
    """Minor units in a major one; null for what is no currency."""
    known = {
        code: 10.0 ** exponent(code) for code in currencies.unique().drop_nulls() if is_known_currency(code)
    }
    return currencies.cast(pl.String).replace_strict(known, default=None, return_dtype=pl.Float64)


def _digits(claims: pl.DataFrame) -> dict[str, pl.Series]:
    first = claims["amount_minor"].cast(pl.Int64).abs().cast(pl.String).str.slice(0, 1)
    digit = first.replace("0", None).cast(pl.Int32)
    share = digit.replace_strict(
        {d: log10(1 + 1 / d) for d in range(1, 10)}, default=None, return_dtype=pl.Float64
    )
    return {"first_digit": digit, "first_digit_share": share}


def _attendees(claims: pl.DataFrame, absent: set[str]) -> dict[str, pl.Series]:
    if absent & set(_ATTENDEE_SCHEMA):
        return dict.fromkeys(_ATTENDEE_SCHEMA, _nothing(claims))
    column = claims.select(pl.col("attendees").cast(pl.String))
    lists = column["attendees"].unique().drop_nulls().to_list()
    read = pl.DataFrame([_one_list(text) for text in lists], schema=_ATTENDEE_SCHEMA, orient="row")
    told = column.join(
        read.with_columns(attendees=pl.Series(lists, dtype=pl.String)),
        on="attendees",
        how="left",
        maintain_order="left",
    )
    return {name: told[name] for name in _ATTENDEE_SCHEMA}


def _one_list(text: str) -> tuple[int | None, str | None, str | None, str | None]:
    """(how many from outside, names, organisations, kinds of organisations) of one list of attendees."""
    try:
        people = json.loads(text)
    except ValueError:
        return None, None, None, None
    people = [person for person in people if isinstance(person, dict)] if isinstance(people, list) else []
    if not people:
        return None, None, None, None
    outside = sum(not _said(person, "employee_no") for person in people)
    return outside, *(_joined(people, name) for name in ("name", "org", "org_type"))  # type: ignore[return-value]


def _said(person: dict[str, Any], name: str) -> str:
    return str(person.get(name) or "").strip()


def _joined(people: list[dict[str, Any]], name: str) -> str | None:
    words = sorted({_said(person, name) for person in people} - {""})
    return ", ".join(words) or None


def _nothing(claims: pl.DataFrame) -> pl.Series:
    return pl.repeat(None, claims.height, dtype=pl.Null, eager=True)
