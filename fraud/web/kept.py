"""Parts of a page that are put into words once for all they show.

    {% kept name=user|full_name current=path %} … {% endkept %}

The part sees the values it names and nothing else of the page, so what it shows is in its key and no reader meets the words of another;
the language and the token against forged forms are seen to here. In it is no tag that asks the database, the clock or the request.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Hashable
from datetime import date
from itertools import count
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.urls import get_script_prefix
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
#: Stands in a kept part where the reader's own token goes.
_TOKEN: Final = secrets.token_hex(16)
_CSRF: Final = "csrf_token"
Kept = TypeVar("Kept")


class Shelf(Generic[Kept]):
    """The latest texts by key, or other small things, as many as it holds; several threads may use it."""

    def __init__(self, most: int) -> None:
        self._most, self._texts, self._lock = most, OrderedDict[Hashable, Kept](), Lock()

    def get(self, key: Hashable) -> Kept | None:
        """The text of a key, which is then the latest; None where there is none."""
        with self._lock:
            found = self._texts.get(key)
            if found is not None:
                self._texts.move_to_end(key)
            return found

    def put(self, key: Hashable, text: Kept) -> None:
        """Keep a text; the one that was not asked for longest goes."""
        with self._lock:
            self._texts[key] = text
            if len(self._texts) > self._most:
                self._texts.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._texts.clear()

    def __len__(self) -> int:
        return len(self._texts)


#: Some kilobytes each.
parts: Final[Shelf[SafeString]] = Shelf(600)
#: Tests set it: whatever is kept is made anew and held against what was kept.
is_checked = False
_numbers = count()


class KeptNode(template.Node):
    """A part of a page by the values it shows."""

    def __init__(self, nodelist: NodeList, given: dict[str, FilterExpression]) -> None:
        self.nodelist, self.given, self.number = nodelist, given, next(_numbers)

    def render(self, context: Any) -> SafeString:
        given = {name: value.resolve(context) for name, value in self.given.items()}
        key = (self.number, get_language(), get_script_prefix(), tuple(map(frozen, given.values())))
        text = parts.get(key)
        if text is None or is_checked:
            made = self.nodelist.render(context.new({**given, _CSRF: _TOKEN}))
            if text is not None and text != made:
                raise AssertionError(f"a kept part shows more than it names: {made[:500]}")
            text = made
            parts.put(key, text)
        return SafeString(text.replace(_TOKEN, str(context.get(_CSRF, "")))) if _TOKEN in text else text


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept a=value … %} … {% endkept %}`."""
    given = token_kwargs(token.split_contents()[1:], parser)
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, given)


def frozen(value: Any) -> Hashable:
    """A value as part of a key: equal only to what shows the same. Raises TypeError for one that could change while it is kept."""
    if type(value) is str or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return type(value), *map(frozen, value)
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, (str, int, float, date)):
        return type(value), value
    raise TypeError(f"a kept part is given {type(value).__name__}")
