"""HTML put together from parts, each escaped unless it is markup already: what Django's functions of these names do.

A page has some three hundred parts, most of them plain texts, numbers or markup; for these it is known what escaping does. What is anything
else, a translation that is not said yet for instance, goes Django's way.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def escaped(value: Any) -> str:
    """A value as it stands in HTML."""
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return escape(value)
    if kind is int:
        return str(value)
    return conditional_escape(value)


def format_html(pattern: str, *parts: Any, **named: Any) -> SafeString:
    """The pattern with its parts, each escaped."""
    return SafeString(
        pattern.format(*map(escaped, parts), **{name: escaped(one) for name, one in named.items()})
    )


def format_html_join(between: str, pattern: str, rows: Iterable[Iterable[Any]]) -> SafeString:
    """The pattern once for each row of parts, with `between` in between."""
    return SafeString(escaped(between).join(pattern.format(*map(escaped, parts)) for parts in rows))


def address(name: str, *parts: object) -> str:
    """The address of a page: `reverse`, which is asked once for the same."""
    return _address(get_script_prefix(), name, parts)


@lru_cache(maxsize=4096)
def _address(prefix: str, name: str, parts: tuple[object, ...]) -> str:
    return reverse(name, args=parts)
