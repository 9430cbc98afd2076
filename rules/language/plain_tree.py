"""Tree ↔ plain lists that JSON can hold, places in the text included: what was parsed once need not be parsed again.

Unlike the JSON form of the builder, this is no way to write a rule: it is read back as it was written, and only by whoever
knows that it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields
from datetime import date, time
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from rules.language import nodes as n
from rules.language.nodes import Expression, Position

_CLASSES: dict[str, type[n.Node]] = {
    cls.__name__: cls for part in get_args(Expression) for cls in (get_args(part) or (part,))
}
_PARTS = {cls: [part.name for part in fields(cls) if part.name != "position"] for cls in _CLASSES.values()}
#: Values that JSON does not know → how they are written and read.
_WRITTEN: dict[type[Any], tuple[str, Callable[[Any], str], Callable[[str], Any]]] = {
    Decimal: ("decimal", str, Decimal),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
}
_READ = {name: read for name, _, read in _WRITTEN.values()}


class PlainTreeNotValid(ValueError):
    """What was given was not written by `to_plain`."""


def to_plain(tree: Expression) -> list[Any]:
    """`[class, [line, column, length], part, …]`; tuples are `["tuple", …]`, decimals, dates and times `[type, text]`."""
    plain: list[Any] = _plain(tree)
    return plain


def from_plain(plain: object) -> Expression:
    """The tree that was written. Raises PlainTreeNotValid."""
    try:
        tree = _value(plain)
    except (TypeError, ValueError, KeyError, IndexError, ArithmeticError, RecursionError) as error:
        raise PlainTreeNotValid(str(error)) from error
    if type(tree) not in _PARTS:
        raise PlainTreeNotValid("no tree")
    found: Expression = tree
    return found


@cache
def language_hash() -> str:
    """SHA-256 over the source of the language: another program may make another tree of the same text."""
    found = hashlib.sha256()
    folder = files("rules.language")
    for source in sorted((each for each in folder.iterdir() if each.is_file()), key=lambda each: each.name):
        if source.name.endswith((".py", ".lark")):
            found.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return found.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, n.Node):
        place = value.position
        parts = [_plain(getattr(value, name)) for name in _PARTS[type(value)]]
        return [type(value).__name__, [place.line, place.column, place.length], *parts]
    if isinstance(value, tuple):
        return ["tuple", *map(_plain, value)]
    written = _WRITTEN.get(type(value))
    return value if written is None else [written[0], written[1](value)]


def _value(plain: Any) -> Any:
    if not isinstance(plain, list):
        return plain
    kind = plain[0]
    if kind == "tuple":
        return tuple(map(_value, plain[1:]))
    if kind in _READ:
        return _READ[kind](plain[1])
    cls, (line, column, length) = _CLASSES[kind], plain[1]
    values = dict(zip(_PARTS[cls], map(_value, plain[2:]), strict=True))
    return cls(**values, position=Position(line, column, length))
