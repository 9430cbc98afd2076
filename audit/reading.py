"""What a page asks more than once is read once: answers kept while one page is put together, and no longer.

Only where what is asked is not changed: a page that is shown, or the part of a service that refers to what stays (the rules of a book to its lists).
Outside of it every question is asked afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers of this page", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """While it lasts, what `read_once` was told stays as it is; a reading inside another one is part of it."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


Answer = TypeVar("Answer")


def read_once(key: Hashable, read: Callable[[], Answer]) -> Answer:
    """What `read` answers, asked once a page under this key (name the question and all it depends on)."""
    kept = _kept.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    answer: Answer = kept[key]
    return answer
