"""Long reckonings beside the request that asks for them: a page waits a moment, then says that it is being worked on and asks again.

A worker of the web server that reckons for half a minute answers nobody meanwhile. What comes out is handed over once and not kept: whoever
asks anew gets what is known then. What has a `Form` is worked out once for all processes, and kept for minutes (`shared_answers`).
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from django.db import connection, connections

from fraud.web.shared_answers import answer_name, seconds_of_work, worked_out

T = TypeVar("T")
#: Seconds a request waits itself: what is quick comes with the page.
PATIENCE = 1.5
#: Seconds after which a reckoning nobody came back for is forgotten, and how many may be under way or wait to be fetched.
FORGOTTEN_AFTER = 600
_MOST = 16


@dataclass
class _Work:
    future: Future[Any] = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Form(Generic[T]):
    """How a result is written as plain JSON for other processes, and read again."""

    write: Callable[[T], Any]
    read: Callable[[Any], T]


@dataclass(frozen=True)
class Waiting:
    """Not done yet; `seconds` that it has been worked on."""

    seconds: int


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came out."""

    result: T


_works: dict[Hashable, _Work] = {}
_lock = threading.Lock()


def beside(key: Hashable, work: Callable[[], T], form: Form[T] | None = None) -> Done[T] | Waiting:
    """What `work` returns once it is there, else `Waiting`; the same `key` (with everything the answer depends on, the reader too) joins what is
    under way. Raises what the work raises.

    With a `form` the key is a tuple of plain JSON that holds the state of what the answer is read from too: the answer is worked out once for
    all processes, whichever of them is asked.

    Within a transaction, which another thread cannot see into, and where too much is under way, it is worked out at once.
    """
    if connection.in_atomic_block:
        return Done(work())
    name = answer_name(key) if form is not None else ""
    whole = partial(_shared, name, work, form) if form is not None else work
    with _lock:
        _forget()
        held = _works.get(key)
        if held is None and len(_works) < _MOST:
            held = _works[key] = _Work()
            run = contextvars.copy_context().run  # the reader's language
            threading.Thread(target=run, args=(_run, held, whole), name="beside", daemon=True).start()
    if held is None:
        return Done(whole())
    try:
        result = held.future.result(timeout=PATIENCE)
    except TimeoutError:
        if not held.future.done():
            return Waiting(seconds_of_work(name) if name else round(time.monotonic() - held.since))
        result = held.future.result()
    finally:
        if held.future.done():
            with _lock:
                if _works.get(key) is held:
                    del _works[key]
    return Done(result)


def _shared(name: str, work: Callable[[], T], form: Form[T]) -> T:
    return form.read(worked_out(name, lambda: form.write(work())))


def _run(held: _Work, work: Callable[[], Any]) -> None:
    try:
        held.future.set_result(work())
    except Exception as error:  # it is raised where the result is fetched
        held.future.set_exception(error)
    finally:
        connections.close_all()


def _forget() -> None:
    now = time.monotonic()
    for key in [key for key, held in _works.items() if now - held.since > FORGOTTEN_AFTER]:
        del _works[key]
