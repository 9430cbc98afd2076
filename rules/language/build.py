"""The parser's callbacks: tokens and parts → nodes, bottom up, so that depth never costs recursion."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time
from decimal import ROUND_UP, Decimal
from typing import Any

from lark import Token, Transformer

from rules.language import nodes as n
from rules.language.names import plain_name
from rules.language.problems import refuse
from rules.money import MoneyNotValid, exponent, is_known_currency, to_minor

_UNITS: dict[str, n.DurationUnit] = {
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "week": "week",
    "business day": "business day",
}


def place(token: Token) -> n.Position:
    """Where a token stands."""
    return n.Position(token.line or 1, token.column or 1, len(token))


def start_of(node: n.Expression) -> n.Position:
    """Where something begins that is more than its first word."""
    return n.Position(node.position.line, node.position.column)


def read_number(text: str, position: n.Position) -> Decimal:
    """``1,000.50`` → Decimal. Raises RuleNotValid beyond 18 digits."""
    digits = text.replace(",", "").strip()
    if len(digits.replace(".", "").lstrip("0")) > 18:
        raise refuse(position, "number_digits")
    return tidy(Decimal(digits))


def tidy(value: Decimal) -> Decimal:
    """The same number in its one spelling: no trailing zeros, no exponent, no minus zero."""
    value = value.normalize()
    if not value:
        return Decimal(0)
    return (
        value.quantize(Decimal(1)) if value == value.to_integral_value() and value.adjusted() < 19 else value
    )


def read_text(token: Token) -> n.TextLiteral:
    """A quoted text; the quotation mark itself is written twice inside."""
    mark = token[0]
    value = token[1:-1].replace(mark * 2, mark)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise refuse(place(token), "control_character")
    return n.TextLiteral(value, position=place(token))


class Builder(Transformer[Token, Any]):
    """One method per grammar alias; each takes the list of parts and gives a node."""

    def start(self, parts: list[Any]) -> n.Expression:
        return parts[0]

    # Conditions

    def any_of(self, parts: list[Any]) -> n.Or:
        return n.Or(tuple(parts), position=start_of(parts[0]))

    def all_of(self, parts: list[Any]) -> n.And:
        return n.And(tuple(parts), position=start_of(parts[0]))

    def negated(self, parts: list[Any]) -> n.Not:
        return n.Not(parts[1], position=place(parts[0]))

    def compared(self, parts: list[Any]) -> n.Expression:
        """``a < b < c`` is read as ``a < b and b < c``."""
        pairs = tuple(
            n.Comparison(_comparison(parts[at + 1]), parts[at], parts[at + 2], position=start_of(parts[at]))
            for at in range(0, len(parts) - 2, 2)
        )
        return pairs[0] if len(pairs) == 1 else n.And(pairs, position=start_of(parts[0]))

    def member(self, parts: list[Any]) -> n.Membership:
        return n.Membership(parts[0], parts[-1], position=start_of(parts[0]))

    def not_member(self, parts: list[Any]) -> n.Not:
        return n.Not(self.member(parts), position=start_of(parts[0]))

    def contains(self, parts: list[Any]) -> n.TextMatch:
        return _text_match("contains", parts)

    def not_contains(self, parts: list[Any]) -> n.Not:
        return n.Not(_text_match("contains", parts), position=start_of(parts[0]))

    def starts_with(self, parts: list[Any]) -> n.TextMatch:
        return _text_match("starts with", parts)

    def not_starts_with(self, parts: list[Any]) -> n.Not:
        return n.Not(_text_match("starts with", parts), position=start_of(parts[0]))

    def like(self, parts: list[Any]) -> n.TextMatch:
        return _text_match("like", parts)

    def not_like(self, parts: list[Any]) -> n.Not:
        return n.Not(_text_match("like", parts), position=start_of(parts[0]))

    def matches(self, parts: list[Any]) -> n.TextMatch:
        return _text_match("matches", parts)

    def not_matches(self, parts: list[Any]) -> n.Not:
        return n.Not(_text_match("matches", parts), position=start_of(parts[0]))

    def similar(self, parts: list[Any]) -> n.TextMatch:
        return _text_match("similar to", parts)

    def not_similar(self, parts: list[Any]) -> n.Not:
        return n.Not(_text_match("similar to", parts), position=start_of(parts[0]))

    def missing(self, parts: list[Any]) -> n.IsMissing:
        return n.IsMissing(parts[0], position=start_of(parts[0]))

    def not_missing(self, parts: list[Any]) -> n.Not:
        return n.Not(self.missing(parts), position=start_of(parts[0]))

    def inline(self, parts: list[Any]) -> n.InlineList:
        values: list[n.Expression] = parts[0]
        return n.InlineList(tuple(dict.fromkeys(values)), position=start_of(values[0]))

    def items(self, parts: list[Any]) -> list[n.Expression]:
        return parts

    def range(self, parts: list[Any]) -> n.Range:
        return n.Range(parts[0], parts[-1], position=start_of(parts[0]))

    # Values

    def arithmetic(self, parts: list[Any]) -> n.Arithmetic:
        left, token, right = parts
        return n.Arithmetic(str(token), left, right, position=start_of(left))  # type: ignore[arg-type]

    def minus(self, parts: list[Any]) -> n.Expression:
        return n.negate(parts[1], n.Position(parts[0].line or 1, parts[0].column or 1))

    def name(self, parts: list[Token]) -> n.Expression:
        name = plain_name(str(parts[0]), place(parts[0]))
        return (
            n.Now(position=place(parts[0])) if name == "now" else n.FieldRef(name, position=place(parts[0]))
        )

    def list_ref(self, parts: list[Token]) -> n.ListRef:
        return n.ListRef(plain_name(parts[0][1:], place(parts[0])), position=place(parts[0]))

    def parameter(self, parts: list[Token]) -> n.ParameterRef:
        return n.ParameterRef(plain_name(parts[0][1:], place(parts[0])), position=place(parts[0]))

    def number(self, parts: list[Token]) -> n.NumberLiteral:
        return n.NumberLiteral(read_number(parts[0], place(parts[0])), position=place(parts[0]))

    def percent(self, parts: list[Token]) -> n.PercentLiteral:
        return n.PercentLiteral(read_number(parts[0][:-1], place(parts[0])), position=place(parts[0]))

    def money(self, parts: list[Token]) -> n.MoneyLiteral:
        token = parts[0]
        currency = token[-3:]
        if not is_known_currency(currency):
            plain = f"{tidy(read_number(token[:-3], place(token)).to_integral_value()):,f} KRW"
            raise refuse(place(token), "bad_currency", found=currency, instead=plain)
        amount = read_number(token[:-3], place(token))
        if exponent(currency) < 3 and re.search(
            r"[.][0-9]{3}\s*$", token[:-3]
        ):  # 500.000 KRW: thousands, as the Germans write
            meant = f"{read_number(token[:-3].replace('.', ''), place(token)):,f} {currency}"
            raise refuse(place(token), "bad_money", found=token, currency=currency, instead=meant)
        try:
            to_minor(amount, currency)
        except MoneyNotValid:
            digits = exponent(currency)
            meant = f"{amount.quantize(Decimal(1).scaleb(-digits), ROUND_UP):,f} {currency}"
            raise refuse(place(token), "bad_money", found=token, currency=currency, instead=meant) from None
        return n.MoneyLiteral(amount, currency, position=place(token))

    def duration(self, parts: list[Token]) -> n.DurationLiteral:
        token = parts[0]
        match = re.fullmatch(r"([0-9.]+)\s*(.+)", token, re.DOTALL)
        assert match is not None
        amount = read_number(match[1], place(token))
        unit = _UNITS[re.sub(r"\s+", " ", match[2]).removesuffix("s")]
        if unit == "business day" and amount != amount.to_integral_value():
            raise refuse(place(token), "bad_duration")
        if amount > 1_000_000_000:
            raise refuse(place(token), "too_large", found=token)
        return n.DurationLiteral(amount, unit, position=place(token))

    def date(self, parts: list[Token]) -> n.DateLiteral:
        try:
            return n.DateLiteral(date.fromisoformat(parts[0]), position=place(parts[0]))
        except ValueError:
            raise refuse(place(parts[0]), "bad_date", found=parts[0]) from None

    def time(self, parts: list[Token]) -> n.TimeLiteral:
        hour, minute = (int(part) for part in parts[0].split(":"))
        if hour > 23 or minute > 59:
            raise refuse(place(parts[0]), "bad_time", found=parts[0])
        return n.TimeLiteral(time(hour, minute), position=place(parts[0]))

    def text(self, parts: list[Token]) -> n.TextLiteral:
        return read_text(parts[0])

    def yes_no(self, parts: list[Token]) -> n.YesNoLiteral:
        return n.YesNoLiteral(parts[0] == "yes", position=place(parts[0]))

    # Functions and windows

    def arguments(self, parts: list[Any]) -> list[n.Expression]:
        return parts

    def call_empty(self, parts: list[Token]) -> n.Call:
        return n.Call(plain_name(str(parts[0]), place(parts[0])), (), position=place(parts[0]))

    def call(self, parts: list[Any]) -> n.Call:
        return n.Call(plain_name(str(parts[0]), place(parts[0])), tuple(parts[1]), position=place(parts[0]))

    def key(self, parts: list[Any]) -> tuple[str, bool, n.Position]:
        return plain_name(str(parts[1]), place(parts[1])), parts[0] is not None, place(parts[1])

    def keys(self, parts: list[Any]) -> list[tuple[str, bool, n.Position]]:
        return parts

    def others(self, parts: list[Token]) -> Token:
        return parts[0]

    def limits(self, parts: list[Any]) -> tuple[Any, Any, str]:
        return parts[1], parts[3], str(parts[4] or "")

    def window(self, parts: list[Any]) -> n.Window:
        name, value, _, keys, limits = parts
        return _window(name, value, [], keys, limits)

    def quantile(self, parts: list[Any]) -> n.Window:
        name, of, value, _, keys, limits = parts
        fraction = self.parameter([of]) if of.type == "PARAMETER" else self.percent([of])
        return _window(name, value, [], keys, limits, fraction)

    def share(self, parts: list[Any]) -> n.Window:
        name, value, part, _, keys, limits = parts
        return _window(name, value, part, keys, limits)


def _text_match(op: n.TextOp, parts: list[Any]) -> n.TextMatch:
    return n.TextMatch(op, parts[0], parts[-1], position=start_of(parts[0]))


def _comparison(token: Token) -> n.ComparisonOp:
    return {"==": "=", "<>": "!="}.get(str(token), str(token))  # type: ignore[return-value]


def _window(
    name: Token,
    value: n.Expression | None,
    part: list[tuple[str, bool, n.Position]],
    keys: list[tuple[str, bool, n.Position]],
    limits: tuple[Any, Any, str],
    fraction: n.PercentLiteral | n.ParameterRef | None = None,
) -> n.Window:
    within, where, ending = limits
    period: n.Period | None = None
    whole = False
    plain: list[str] = []
    for key, is_whole, position in keys:
        if key in n.PERIODS:
            if period is not None or within is not None:
                raise refuse(position, "two_periods", period=period or key)
            period, whole = key, is_whole
        elif is_whole:
            raise refuse(position, "whole_needs_period")
        else:
            plain.append(key)
    if whole and ending:
        raise refuse(place(name), "whole_before" if ending == "before" else "whole_others")
    mode: n.Mode = "whole" if whole else ending  # type: ignore[assignment]
    keys_of: Callable[[list[str]], tuple[str, ...]] = lambda names: tuple(dict.fromkeys(names))  # noqa: E731
    return n.Window(
        plain_name(str(name), place(name)),
        value,
        keys_of(plain),
        period,
        within,
        keys_of([key for key, _, _ in part]),
        where,
        mode,
        fraction,
        position=place(name),
    )
