"""In which forms the dates and amounts of a table are written, by the values of the columns that hold them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from fraud.claims.importing.parsing.formats import ISO, compile_form, format_clashes
from fraud.claims.importing.parsing.readings import EITHER_WAY, one_reading, read_somehow
from rules.currencies import CURRENCY_SIGNS, sign_in
from rules.money import exponent

#: Days as people write them, the likeliest first; each also with a time behind it.
_DAYS = (
    "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y년 %m월 %d일", "%Y. %m. %d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y",
    "%d-%m-%Y", "%m-%d-%Y", "%y.%m.%d", "%y/%m/%d", "%d/%m/%y", "%m/%d/%y", "%y%m%d",
)  # fmt: skip
_TIMES = ("", " %H:%M:%S", " %H:%M")
_COMPACT_TIMES = ("", "%H%M%S", " %H%M%S", " %H:%M:%S", " %H:%M")
#: Signs that say nothing alone: too many currencies have them.
_OPEN_SIGNS = frozenset({"$", "元", "kr"})
_COMMA_DECIMAL = re.compile(r"^[^,]*\d,\d{1,2}\D*$|^\D*\d{1,3}(\.\d{3})+(,\d+)?\D*$")
_OTHER = {".": ",", ",": "."}
_NEGATIVE = re.compile(r"^\s*[-−△▲(]|[-−]\s*$")


@dataclass(frozen=True, slots=True)
class DateForms:
    """Forms the profile is to name; `is_open` where a column leaves several orders of day and month.

    `proof` is a value that can be read in no other order, where the order had to be found out; `example` one that can.
    """

    forms: tuple[str, ...]
    is_open: bool = False
    proof: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class AmountForms:
    """How amounts are written; `currency` is empty where no mark names one, `has_fractions` where pence stand behind them, were it zeros."""

    decimal: str = "."
    thousands: str = ","
    zero_decimals: bool = False
    invert_sign: bool = False
    currency: str = ""
    has_fractions: bool = False
    is_mixed: bool = False  # no decimal sign reads all of them
    is_open: bool = False  # 1.250 throughout: one and a quarter, or one thousand two hundred and fifty
    is_whole: bool = False  # money without decimals: commas stand between thousands
    n_negative: int = 0
    example: str = ""  # a value that shows the decimal sign, or that leaves it open


def all_forms() -> tuple[str, ...]:
    """Every form of a day that can be chosen, `iso` first."""
    return (ISO, *_DAYS)


def with_times(day: str) -> tuple[str, ...]:
    """A form of a day with the times that may stand behind it."""
    if day == ISO:
        return (ISO,)
    return tuple(day + time for time in (_COMPACT_TIMES if day in {"%Y%m%d", "%y%m%d"} else _TIMES))


def widened(forms: Sequence[str], columns: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """A profile's forms, and behind them those that days of a column have that it reads hardly any of: last month's form need not be this month's."""
    kept = list(forms)
    for values in columns:
        texts = _dates_among(sorted({unicodedata.normalize("NFKC", value.strip()) for value in values}))
        column = pl.Series(texts, dtype=pl.String)
        read = pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
        for form in kept:
            read = read | column.str.contains(compile_form(form).pattern)
        if texts and int(read.sum()) < 0.5 * len(texts):
            kept += [form for form in guess_dates([texts]).forms if not format_clashes([*kept, form])]
    return tuple(dict.fromkeys(kept))


def guess_dates(columns: Iterable[Sequence[str]]) -> DateForms:
    """The forms of all date columns together; one that could be read in two orders is left open."""
    forms: list[str] = []
    is_open = False
    proof = example = ""
    for values in columns:
        texts = sorted({unicodedata.normalize("NFKC", value.strip()) for value in values if value.strip()})
        texts = _dates_among(texts) or texts
        if not texts:
            continue
        found = _forms_of(texts)
        is_open = is_open or not found
        turning = [text for text in texts if re.match(EITHER_WAY, text)]
        if found and turning:
            proof = proof or next((text for text in turning if one_reading([text])), "")
        elif turning:
            example = example or turning[0]
        forms += [form for form in found if form not in forms]
    kept: list[str] = []
    for form in forms or [ISO]:
        if format_clashes([*kept, form]):
            is_open = True
        else:
            kept.append(form)
    return DateForms(tuple(kept), is_open, proof, example)


def _dates_among(texts: list[str]) -> list[str]:
    """Those that are dates in some order: a total, a note, N/A or a day that no month has says nothing about the order."""
    if not texts:
        return []
    column = pl.Series(texts, dtype=pl.String)
    found = read_somehow(column)
    for day in all_forms():
        for form in with_times(day):
            found = found | (
                column.str.contains(compile_form(form).pattern) & ~column.str.contains(EITHER_WAY)
            )
    return column.filter(found).to_list()


def _forms_of(texts: list[str]) -> list[str]:
    """The forms the texts of one column have: most are read by one day's form; none where two orders read them all."""
    column = pl.Series(texts, dtype=pl.String)
    if column.str.contains(EITHER_WAY).sum() >= 0.9 * len(texts):
        return _used(column, [form.text for form in one_reading(texts)])
    best: list[str] = []
    most = 0
    for day in all_forms():
        forms = _used(column, with_times(day))
        taken = pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
        for form in forms:
            taken = taken | column.str.contains(compile_form(form).pattern)
        if int(taken.sum()) > most:
            best, most = forms, int(taken.sum())
    return best if most >= 0.5 * len(texts) else []


def _used(column: pl.Series, forms: Sequence[str]) -> list[str]:
    return [form for form in forms if column.str.contains(compile_form(form).pattern).any()]


def guess_amounts(values: Sequence[str], currency: str) -> AmountForms:
    """How the amounts of one column are written; `currency` is the one they are in where no mark says another.

    Where every amount can be read with either decimal sign and the readings differ, the form is left open.
    """
    texts = [unicodedata.normalize("NFKC", value.strip()) for value in values if value.strip()]
    signs = {sign_in(text) for text in texts} - {""}
    marks = {CURRENCY_SIGNS[sign][0] for sign in signs - _OPEN_SIGNS}
    named = marks.pop() if len(marks) == 1 else ""
    code = named or currency
    decimal, is_open, example = _decimal_sign(texts, exponent(code) if code else 2)
    if not is_open and not example and code and exponent(code) == 0:  # pence: it is other money
        decimal, is_open, example = _decimal_sign(texts, 2)
    is_mixed = not is_open and not example and any(re.search(r"[.,]\d", text) for text in texts)
    fractions = [m[1] for text in texts if (m := re.search(rf"[{decimal}](\d{{1,2}})\D*$", text))]
    zeros = (
        bool(code) and exponent(code) == 0 and bool(fractions) and all(not f.strip("0") for f in fractions)
    )
    negative = sum(bool(_NEGATIVE.search(text)) for text in texts)
    return AmountForms(
        decimal=decimal,
        thousands="." if decimal == "," else ",",
        # 1.250 beside 2.5 is one and a quarter: three decimals that end in zero are to be taken.
        zero_decimals=zeros
        or (bool(example) and any(re.search(rf"[{decimal}]\d{{3,}}\D*$", t) for t in texts)),
        invert_sign=len(texts) >= 3 and negative > 0.8 * len(texts),
        currency=named,
        # 45.00 and 1,200.00 throughout: money that is written with pence, though none stand there.
        has_fractions=any(f.strip("0") for f in fractions)
        or (bool(texts) and [len(f) for f in fractions] == [2] * len(texts)),
        is_mixed=is_mixed,
        is_whole=bool(code) and exponent(code) == 0 and not any("." in text for text in texts),
        is_open=is_open,
        n_negative=negative,
        example=example,
    )


def _decimal_sign(texts: Sequence[str], places: int) -> tuple[str, bool, str]:
    """(decimal sign, whether it stays open, the value that shows it), by the one sign with which all amounts can be read."""
    numbers = {text: re.sub(r"[^\d.,]", "", text).rstrip(".,") for text in texts}
    turning = [text for text, number in numbers.items() if "." in number or "," in number]
    point, comma = (all(_readable(numbers[text], sign, places) for text in turning) for sign in ".,")
    if not turning:
        return ".", False, ""
    if point != comma:
        sign = "." if point else ","
        return sign, False, next((t for t in turning if not _readable(numbers[t], _OTHER[sign], places)), "")
    commas = sum(bool(_COMMA_DECIMAL.match(text)) for text in turning)
    sign = "," if commas * 2 > len(turning) else "."
    if not point:  # neither reads all of them: what is refused says so
        return sign, False, ""
    # Money without decimals takes commas in threes for what they are.
    plain = places == 0 and not any("." in numbers[text] for text in turning)
    return ("." if plain else sign), not plain, turning[0]


def amount_readings(text: str) -> list[tuple[str, Decimal]]:
    """(decimal sign, the amount it then is) for both signs; the sign of the amount is left away."""
    number = re.sub(r"[^\d.,]", "", unicodedata.normalize("NFKC", text)).rstrip(".,")
    return [
        (sign, Decimal(number.replace(_OTHER[sign], "").replace(sign, ".")))
        for sign in (".", ",")
        if _readable(number, sign, len(number))
    ]


def _readable(number: str, decimal: str, places: int) -> bool:
    """True where the number can be written so: thousands in threes, no more decimals than the currency has but for zeros."""
    other = re.escape(_OTHER[decimal])
    match = re.fullmatch(rf"(?:\d{{1,3}}(?:{other}\d{{3}})+|\d*)(?:{re.escape(decimal)}(\d+))?", number)
    return match is not None and not (match[1] or "")[max(places, 0) :].strip("0")
