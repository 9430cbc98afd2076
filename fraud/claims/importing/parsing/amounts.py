"""Amounts as exact integers in minor units; whatever could be read in two ways is refused."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import polars as pl

from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.profile import Amounts
from rules.currencies import CURRENCY_SIGNS, currency_named
from rules.money import exponent

_PLAIN = r"^-?[0-9]{1,13}$"
_SCIENTIFIC = r"^[-+(]?\s*[0-9][0-9.,]*[eE][-+]?[0-9]+\)?$"
_SIGNS = "|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_MARK = rf"(?:{_SIGNS}|[A-Z]{{3}})"
#: Thousands that stand between spaces or apostrophes, whatever the decimal sign: nothing else is written so.
_SPACED = r"[1-9][0-9]{0,2}(?:(?: [0-9]{3})+|(?:['’][0-9]{3})+)"
#: The side of the account: credit, debit; Haben, Soll.
_SIDE = r"[CcDd][Rr]\.?"
#: sign or bracket, mark, sign or bracket, digits, unit, sign, closing bracket or side of the account, unit
_PARTS = (
    rf"^(?P<before>[-−–+△▲(]|{_SIDE}\s?)?\s*(?P<mark>{_MARK})?\s*(?P<inner>[-−–+△▲(])?\s*"
    rf"(?P<body>[0-9][0-9., '’]*[0-9]|[0-9][.,]?|\.[0-9]+)\s*(?P<unit>{_MARK})?\s*(?P<after>\)|[-−–+]|{_SIDE}|[HhSs])?"
    rf"\s*(?P<end>{_MARK})?$"
)
_NAMES = ("mark", "inner", "unit", "after", "end")
_MINUS = ("-", "−", "–", "△", "▲", "(", ")", "CR", "H")
_ANY_MARK = re.compile(_MARK)
#: What leaves an amount empty that its row can do without, and the note that says so.
_LEFT_EMPTY = {"amount_scale": "amount_left_empty", "amount_currency_mark": "amount_sign_left_empty"}
_MAX_DIGITS = 13


def parse_amounts(
    raw: pl.Series,
    currency: pl.Series,
    style: Amounts,
    header: str,
    problems: ProblemRows,
    *,
    exact_zeros: bool,
) -> pl.Series:
    """Minor units (Int64) of the texts in `raw`, each in the row's `currency`; null where missing or refused.

    `exact_zeros`: zeros at the end count as no decimals (tables of typed cells), but where three digits could be thousands. A refused amount has no value.
    """
    own = ProblemRows(len(raw), problems.notes)
    minor = _minor_units(raw, currency, style, header, own, exact_zeros=exact_zeros)
    problems.merge(own)
    return minor.set(pl.Series(~own.good), None)


def parse_optional_amounts(
    raw: pl.Series,
    currency: pl.Series,
    style: Amounts,
    header: str,
    problems: ProblemRows,
    *,
    exact_zeros: bool,
) -> pl.Series:
    """`parse_amounts` for what a row can do without: more decimals than the currency has, or the sign of another one, leave it empty, with a note."""
    own = ProblemRows(len(raw), problems.notes)
    minor = parse_amounts(raw, currency, style, header, own, exact_zeros=exact_zeros)
    for code, note in _LEFT_EMPTY.items():
        empty = np.isin(own.first, [n for n, kind in enumerate(own.kinds) if kind[1] == code])
        problems.notes.add(note, int(empty.sum()), column=header)
        own.first[empty] = 0
    problems.merge(own)
    return minor


def named_by_marks(raw: pl.Series) -> pl.Series:
    """The code of the one currency whose sign, name or code stands beside each amount; null where none or an open one (`$`) does."""
    found = {text: _marked(text) for text in raw.drop_nulls().unique()}
    return raw.replace_strict(found, default=None, return_dtype=pl.String).replace("", None)


def _marked(text: str) -> str:
    marks = _ANY_MARK.findall(unicodedata.normalize("NFKC", text))
    codes = {currency_named(mark) for mark in marks}
    return codes.pop() if len(codes) == 1 else ""


def _minor_units(
    raw: pl.Series,
    currency: pl.Series,
    style: Amounts,
    header: str,
    problems: ProblemRows,
    *,
    exact_zeros: bool,
) -> pl.Series:
    digits = _exponents(currency)
    if raw.drop_nulls().str.contains(_PLAIN).all() and (digits.drop_nulls() == 0).all():
        minor = raw.cast(pl.Int64, strict=False)
        problems.add(raw.str.contains(r"^-0+$"), header, "amount_negative_zero")
        return _finish(minor, style, header, problems)
    text = _plain_width(raw, header, problems)
    parts = _split(text)
    _check_marks(parts, currency, header, problems)
    whole, fraction = _whole_and_fraction(parts.get_column("body"), style)
    _refuse_shapes(text, parts, whole, style, header, problems)
    fraction = _fit_fraction(
        fraction, digits, currency, header, problems, zeros=style.zero_decimals, exact=exact_zeros
    )
    problems.add(whole.str.len_chars() > _MAX_DIGITS, header, "amount_too_large")
    scale = digits.replace_strict({n: 10**n for n in range(5)}, default=None, return_dtype=pl.Int64)
    minor = whole.cast(pl.Int64, strict=False) * scale + fraction.cast(pl.Int64, strict=False).fill_null(0)
    negative = _is_negative(parts)
    problems.add(negative & (minor == 0), header, "amount_negative_zero")
    minor = pl.select(pl.when(negative).then(-minor).otherwise(minor).alias(raw.name)).to_series()
    return _finish(minor, style, header, problems)


def _finish(minor: pl.Series, style: Amounts, header: str, problems: ProblemRows) -> pl.Series:
    if style.invert_sign:
        minor = -minor
    problems.notes.add("amount_extreme", int((minor.abs() >= style.extreme).sum()), column=header)
    return minor


def _exponents(currency: pl.Series) -> pl.Series:
    codes = [code for code in currency.unique().to_list() if code]
    return currency.replace_strict(
        {code: exponent(code) for code in codes}, default=None, return_dtype=pl.Int64
    )


def _plain_width(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """Full-width digits and signs as ASCII, noted; digits of other scripts stay and are refused later."""
    unusual = raw.str.contains(r"[^\x00-\x7f]")
    if not unusual.any():
        return raw
    plain = raw.str.normalize("NFKC")
    wide = raw.str.contains(r"[０-９．，（）－＋]")
    problems.notes.add("full_width", int(wide.sum()), column=header)
    return plain


def _split(text: pl.Series) -> pl.DataFrame:
    """Sign, mark and digits; most files have plain numbers only, which need no pattern with groups."""
    simple = text.str.contains(r"^-?[0-9][0-9.,]*$").fill_null(True)
    plain = pl.DataFrame(
        {"before": text.str.starts_with("-"), "body": text.str.strip_prefix("-")}
    ).with_columns(
        pl.when("before").then(pl.lit("-")).alias("before"),
        *(pl.lit(None, pl.String).alias(name) for name in _NAMES),
    )
    if simple.all():
        return plain
    marked = text.str.extract_groups(_PARTS).struct.unnest().select(plain.columns)
    marked = marked.with_columns(pl.all().replace("", None))
    marked = marked.with_columns(
        pl.col("before", "after").str.strip_chars().str.to_uppercase().str.strip_suffix(".")
    )
    choose = pl.Series("simple", simple)
    both = pl.concat([plain, marked.rename(lambda name: f"{name}_"), choose.to_frame()], how="horizontal")
    return both.select(
        pl.when("simple").then(pl.col(c)).otherwise(pl.col(f"{c}_")).alias(c) for c in plain.columns
    )


def _is_negative(parts: pl.DataFrame) -> pl.Series:
    signs = pl.any_horizontal(pl.col(name).is_in(_MINUS) for name in ("before", "inner", "after"))
    return parts.select(signs.fill_null(False).alias("n")).to_series()


def _check_marks(parts: pl.DataFrame, currency: pl.Series, header: str, problems: ProblemRows) -> None:
    signs = parts.select("mark", "unit", "end").unique()
    marks = {mark for row in signs.rows() for mark in row if mark}
    for mark in sorted(marks):
        allowed = list(CURRENCY_SIGNS.get(mark, (mark,)))
        has = parts.select(
            pl.any_horizontal((pl.col(name) == mark).fill_null(False) for name in ("mark", "unit", "end"))
        ).to_series()
        # What the currency is, is not known everywhere: such a row has that problem, or no value.
        wrong = has & currency.is_not_null() & ~currency.is_in(allowed).fill_null(False)
        for code in currency.filter(wrong).unique().to_list():
            problems.add(wrong & (currency == code), header, "amount_currency_mark", mark=mark, currency=code)


def _whole_and_fraction(body: pl.Series, style: Amounts) -> tuple[pl.Series, pl.Series]:
    """Digits before and after the decimal sign; null where the digits are not grouped as the profile says."""
    decimal, group = re.escape(style.decimal), re.escape(style.thousands)
    grouping = rf"|[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+|{_SPACED}" if style.thousands else ""
    pattern = rf"^([0-9]+{grouping})?(?:{decimal}([0-9]+))?$"
    if body.str.contains(r"^[0-9]+$").fill_null(True).all():
        return body, pl.repeat(None, len(body), dtype=pl.String, eager=True)
    found = body.str.extract_groups(pattern).struct.unnest()
    whole, fraction = found.get_columns()
    if style.thousands:
        whole = whole.str.replace_all(style.thousands, "", literal=True).str.replace_all("[ '’]", "")
    only_fraction = (whole.is_null() | (whole == "")) & fraction.is_not_null() & (fraction != "")
    return whole.set(only_fraction.fill_null(False), "0"), fraction


def _refuse_shapes(
    text: pl.Series, parts: pl.DataFrame, whole: pl.Series, style: Amounts, header: str, problems: ProblemRows
) -> None:
    given = text.is_not_null()
    opened = pl.any_horizontal((pl.col(name) == "(").fill_null(False) for name in ("before", "inner"))
    closed = (pl.col("after") == ")").fill_null(False)
    side = pl.col("after").is_not_null() & ~closed
    signs = sum(
        e.cast(pl.Int8) for e in (pl.col("before").is_not_null(), pl.col("inner").is_not_null(), side)
    )
    units = pl.col("unit").is_not_null() & pl.col("end").is_not_null()
    marks = parts.select(brackets=opened != closed, twice=(signs > 1) | units)
    brackets, twice = marks.get_columns()
    unread = given & (whole.is_null() | (whole == ""))
    problems.add(given & text.str.contains(_SCIENTIFIC), header, "amount_scientific")
    other = (
        r"^[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?$"
        if style.decimal == "."
        else r"^[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$"
    )
    either = r"^[0-9]+,[0-9]+$" if style.decimal == "." else r"^[0-9]+\.[0-9]+$"
    body = parts.get_column("body")
    problems.add(unread & (body.str.contains(other) | body.str.contains(either)), header, "amount_ambiguous")
    problems.add(unread | brackets | twice, header, "amount_not_valid")


def _fit_fraction(
    fraction: pl.Series,
    digits: pl.Series,
    currency: pl.Series,
    header: str,
    problems: ProblemRows,
    *,
    zeros: bool,
    exact: bool,
) -> pl.Series:
    """The fraction as exactly the currency's digits, as text; more digits are refused, never rounded.

    `zeros`: those at the end say nothing. `exact`: neither do those of a table of typed cells, where a number shows none: what has three
    digits there is text, and could be thousands.
    """
    if fraction.null_count() == len(fraction):
        return fraction
    # 12500.00 is 12,500 in every currency; three zeros could be thousands.
    nothing = fraction.str.contains("^0+$") & (fraction.str.len_chars() != 3)
    short = fraction.str.strip_chars_end("0")
    told = short.set((fraction.str.len_chars() == 3).fill_null(False), None) if exact else None
    if zeros:
        fraction = short
    elif told is not None:
        fraction = pl.select(pl.coalesce(told, fraction)).to_series()
    else:
        fraction = fraction.set(nothing.fill_null(False), "")
    length = fraction.str.len_chars()
    many = (length > digits) & (length > 0)
    problems.add(many & (length == 3) & (digits < 3), header, "amount_ambiguous")
    for code in currency.filter(many.fill_null(False)).drop_nulls().unique().to_list():
        problems.add(many & (currency == code), header, "amount_scale", currency=code, digits=exponent(code))
    kept = fraction.set(many.fill_null(False), None)
    frame = pl.DataFrame({"fraction": kept, "digits": digits})
    padded = pl.concat_str(pl.col("fraction"), pl.lit("0000")).str.slice(0, pl.col("digits"))
    return frame.select(padded.replace("", "0")).to_series()
