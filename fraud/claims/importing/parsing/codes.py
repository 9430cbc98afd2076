"""Currencies, whole numbers, yes/no, known values, card numbers, category codes and registration numbers."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping

import polars as pl

from fraud.claims.importing.parsing.problem_rows import ProblemRows
from rules.currencies import currencies_of_sign, currency_named

_YES = ("y", "yes", "true", "t", "1", "예", "네", "o", "여")
_NO = ("n", "no", "false", "f", "0", "아니오", "아니요", "x", "부")
#: What people write between the words of a value: "Partial Cancel", "partial_cancel", "부분 취소".
_BETWEEN = r"[\s_\-]+"
_DIGITS = re.compile(r"[0-9]+")
#: A card number of which only the last digits are shown.
MASKED = r"^[\dXx*•●]{0,8}[-\s]?[\dXx*•●-]*[Xx*•●]{2,}[\dXx*•●\s-]*\d{3,4}$"
_BRN_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def parse_currency(
    raw: pl.Series | None,
    height: int,
    default: str,
    aliases: Mapping[str, str],
    header: str,
    problems: ProblemRows,
) -> pl.Series:
    """ISO codes; blank becomes the default, an alias of the profile or a currency's name or sign its code, anything unknown is refused."""
    if raw is None:
        return pl.repeat(default or None, height, dtype=pl.String, eager=True)
    known = {alias.strip().upper(): code for alias, code in aliases.items()}
    text = raw.str.strip_chars().str.normalize("NFKC").str.to_uppercase()
    codes: dict[str, str] = {}
    for value in text.unique().drop_nulls().to_list():
        if code := known.get(value) or currency_named(value, default):
            codes[value] = code
    result = text.replace_strict(codes, default=None, return_dtype=pl.String)
    blank = text.is_null() | (text == "")
    for value in text.filter(~blank & result.is_null()).unique().to_list():
        if several := currencies_of_sign(value):
            problems.add(text == value, header, "currency_open", sign=value, codes=", ".join(several))
    problems.add(~blank & result.is_null(), header, "currency_unknown")
    problems.notes.add("currency_alias", int(((result != raw) & ~blank).sum()))
    return result.set(blank, default or None)


def parse_numbers(raw: pl.Series, header: str, problems: ProblemRows, *, lenient: bool) -> pl.Series:
    """Whole numbers below a thousand million, also `1.0` and full-width; `lenient` leaves what is none empty (``일시불``), with a note."""
    text = raw.str.normalize("NFKC").str.strip_chars().str.replace(r"^([0-9]+)\.0+$", "${1}")
    whole = text.str.contains(r"^[0-9]{1,9}$")
    numbers = text.set(~whole.fill_null(False), None).cast(pl.Int64, strict=False)
    unread = text.is_not_null() & (text != "") & ~whole
    if lenient:
        problems.notes.add("installments_unreadable", int(unread.sum()), column=header)
    else:
        problems.add(unread, header, "number_not_valid")
    return numbers


def parse_yes_no(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """True and false from the usual words; anything else is refused."""
    text = raw.str.strip_chars().str.to_lowercase()
    words = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
    result = text.replace_strict(words, default=None, return_dtype=pl.Boolean)
    problems.add(result.is_null() & text.is_not_null() & (text != ""), header, "yes_no_not_valid")
    return result


def parse_choice(
    raw: pl.Series, values: Mapping[str, str], allowed: tuple[str, ...], header: str, problems: ProblemRows
) -> pl.Series:
    """Our own values, after the profile's mapping of delivered ones; unknown ones are refused."""
    known = {choice_key(value): value for value in allowed}
    known |= {choice_key(key): value for key, value in values.items()}
    lower = raw.str.normalize("NFKC").str.to_lowercase().str.strip_chars()
    alone = lower.str.replace_all(_BETWEEN, "")
    text = pl.select(
        pl.when(alone == "").then(lower).otherwise(alone)
    ).to_series()  # "-" is a word of its own
    result = text.replace_strict(known, default=None, return_dtype=pl.String)
    unread = result.is_null() & text.is_not_null() & (text != "")
    problems.add(unread, header, "choice_unknown", known=", ".join([*values, *allowed])[:300])
    return result


def choice_key(text: str) -> str:
    """A word as it is compared: without case, width, and what people write between its parts."""
    lower = unicodedata.normalize("NFKC", text).lower().strip()
    return re.sub(_BETWEEN, "", lower) or lower


def parse_labels(
    raw: pl.Series, misuse: tuple[str, ...], legitimate: tuple[str, ...], problems: ProblemRows
) -> pl.Series:
    """True for misuse, false for legitimate, null where no outcome is known; other words are noted, and no outcome."""
    text = raw.str.strip_chars().str.to_lowercase()
    words = {word.lower(): True for word in misuse} | {word.lower(): False for word in legitimate}
    result = text.replace_strict(words, default=None, return_dtype=pl.Boolean)
    unknown = result.is_null() & (text != "").fill_null(False)
    known = ", ".join([*misuse, *legitimate])[:200]
    problems.notes.add("label_unknown", int(unknown.sum()), column=raw.name.strip(), known=known)
    return result


def parse_cards(raw: pl.Series, key: bytes, problems: ProblemRows) -> tuple[pl.Series, pl.Series]:
    """(token, last four digits). Full numbers were refused before; of a masked one only the last four digits stay.

    The token is an HMAC of what identifies the card in the delivery, so that equal cards stay equal and nothing can
    be read back.
    """
    tokens: dict[str, str] = {}
    lasts: dict[str, str] = {}
    masked: list[str] = []
    for value in raw.unique().drop_nulls().to_list():
        identity, last4 = _card_identity(value)
        if identity:
            tokens[value] = hmac.new(key, identity.encode(), hashlib.sha256).hexdigest()
            lasts[value] = last4
            if not identity.startswith(("last4:", "token:")):
                masked.append(value)
    problems.notes.add("card_masked", int(raw.is_in(masked).sum()) if masked else 0)
    return (
        raw.replace_strict(tokens, default=None, return_dtype=pl.String),
        raw.replace_strict(lasts, default=None, return_dtype=pl.String),
    )


def _card_identity(value: str) -> tuple[str, str]:
    """What a delivered card text identifies the card by, and its last four digits where they can be seen."""
    text = re.sub(r"[\s\-]", "", value).upper()
    masked = re.search(r"[*X•#]", text) is not None
    if not masked:
        if re.fullmatch(r"[0-9]{4}", text):
            return f"last4:{text}", text
        return (f"token:{text}", "") if text else ("", "")
    groups = _DIGITS.findall(text)
    tail = re.search(r"[0-9]{4}$", text)
    last4 = tail.group(0) if tail else ""
    lead = groups[0] if groups and text.startswith(groups[0]) else ""
    if not lead and last4:
        return f"last4:{last4}", last4
    return (f"masked:{'*'.join(groups)}", last4) if groups else ("", "")


def parse_mcc(raw: pl.Series, problems: ProblemRows) -> pl.Series:
    """Four-digit merchant category codes; a lost leading zero is restored, what is no code is left empty."""
    text = raw.str.strip_chars()
    given = text.is_not_null() & (text != "")
    short = text.str.contains(r"^[0-9]{1,3}$")
    good = text.str.contains(r"^[0-9]{4}$") | short
    problems.notes.add("mcc_padded", int(short.sum()))
    problems.notes.add("mcc_unreadable", int((given & ~good).sum()))
    return text.set(~good.fill_null(False), None).str.zfill(4)


def parse_brn(raw: pl.Series, problems: ProblemRows) -> pl.Series:
    """Ten digits of Korean business registration numbers whose check digit is right; others are left empty."""
    good: dict[str, str] = {}
    values = raw.str.strip_chars()
    for value in values.unique().drop_nulls().to_list():
        digits = re.sub(r"[\s\-]", "", value)
        if re.fullmatch(r"[0-9]{10}", digits) and brn_is_right(digits):
            good[value] = digits
    result = values.replace_strict(good, default=None, return_dtype=pl.String)
    given = values.is_not_null() & (values != "")
    problems.notes.add("brn_unreadable", int((given & result.is_null()).sum()))
    return result


def brn_is_right(digits: str) -> bool:
    """Whether the last of ten digits is the check digit of a Korean business registration number."""
    total = sum(int(d) * w for d, w in zip(digits, _BRN_WEIGHTS, strict=False)) + int(digits[8]) * 5 // 10
    return (10 - total % 10) % 10 == int(digits[9])
