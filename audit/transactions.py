"""One transaction a service, and what happens once it holds.

A change and its entry stand or fall together, and "done" must mean done: the outermost service is durable, so that
nothing around it can take back what it has already answered. A service called by another is a part of its transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import InterfaceError, OperationalError, connection, transaction

log = logging.getLogger(__name__)
Step = Callable[[], object]
_waiting: ContextVar[list[Step] | None] = ContextVar("waiting", default=None)  # None: no service is under way


@contextmanager
def one_transaction() -> Iterator[None]:
    """All of the block or nothing of it; as a context and as a decorator (`@one_transaction()`).

    Raises RuntimeError inside a transaction that no service opened: whoever opened it could undo what was answered.
    """
    if _waiting.get() is not None:
        with transaction.atomic():
            yield
        return
    steps: list[Step] = []
    token = _waiting.set(steps)
    try:
        with transaction.atomic(durable=True):
            yield
    finally:
        _waiting.reset(token)
    for step in steps:
        _do(step)


def was_cut_off(error: Exception) -> bool:
    """Whether the database went away; False for what it refused, and for every other error."""
    return isinstance(error, (OperationalError, InterfaceError)) and not connection.is_usable()


def after_commit(step: Step) -> None:
    """Do this once the outermost service's transaction holds, never if it does not; at once where none is under way.

    Its fault is logged and undoes nothing.
    """
    steps = _waiting.get()
    if steps is None:
        _do(step)
    else:
        steps.append(step)


def _do(step: Step) -> None:
    try:
        step()
    except Exception:
        log.exception("after_commit.failed")
