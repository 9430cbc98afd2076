"""A transaction around a whole module or walk that is undone at its end, as pytest-django's is around one test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


def undone_block() -> Any:
    """An atomic block in which durable services may run: it stands for the empty database they would find."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    return block


@contextmanager
def undone_at_the_end() -> Iterator[None]:
    """What happens in the block leaves nothing behind."""
    with undone_block():
        yield
        transaction.set_rollback(True)
