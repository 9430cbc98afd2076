"""Steps of a stage that were taken once are put back: the rows they wrote, in the order they wrote them.

Most tests of casework begin with the same three to eight steps in the same company at the same moment, a twentieth to half a second of them.
What they write is the same each time, so that a module takes them once and its later tests get the rows; any doubt takes them for real:
something else was written before, time was moved, a setting or a function is another one, a file or a mail came of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import translation

from cases.models import Case
from cases.services import drafting, reconciliation
from tests import cast, clients

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
#: What a stage's own fixtures replace.
_EXPECTED = {(drafting, "current_settings"), (reconciliation, "read_apart")}


@dataclass
class Opening:
    """How a stage opened: in which module, with which patches, after how many changes of the database."""

    module: str
    patches: pytest.MonkeyPatch
    n_changes: int = field(default_factory=lambda: _changes())
    is_walking: bool = False

    def is_untouched(self) -> bool:
        """Whether nothing has happened on the stage and nothing is other than usual."""
        return (
            not self.is_walking
            and connection.vendor == "sqlite"
            and _changes() == self.n_changes
            and datetime.now(cast.NOW.tzinfo) == cast.NOW
            and [settings._wrapped] == clients.USUAL
            and not connection.execute_wrappers
            and not self.patches._setitem
            and all((place, name) in _EXPECTED for place, name, _ in self.patches._setattr)
        )


@dataclass(frozen=True)
class Steps:
    """What was written, how many rows that changed, how many serial numbers it took, and the case that came of it."""

    writes: list[tuple[str, Any, bool]]
    n_changes: int
    n_serials: int
    case: int


_TAKEN: dict[tuple[object, ...], Steps] = {}


def taken_once(walk: Callable[..., Case]) -> Callable[..., Case]:
    """For a method of `Stage` that walks a new case somewhere."""

    @wraps(walk)
    def walked(stage: Any, **fields: Any) -> Case:
        opening: Opening | None = stage.opening
        if opening is None or not opening.is_untouched() or not all(map(_is_plain, fields.values())):
            return walk(stage, **fields)
        key = (opening.module, walk.__name__, repr(sorted(fields.items())), *_surroundings(stage))
        if key in _TAKEN:
            return _put_back(_TAKEN[key])
        opening.is_walking, serial, before = True, next(cast._serial), _besides()
        try:
            with _written() as writes:
                case = walk(stage, **fields)
        finally:
            opening.is_walking = False
        if _besides() == before and not connection.run_on_commit:
            n_serials = next(cast._serial) - serial
            _TAKEN[key] = Steps(writes, _changes() - opening.n_changes, n_serials, case.pk)
        return case

    return walked


def _put_back(steps: Steps) -> Case:
    """The rows of the steps. Raises AssertionError where they changed more or less than when they were taken."""
    before = _changes()
    with connection.cursor() as cursor:
        for sql, params, is_many in steps.writes:
            (cursor.cursor.executemany if is_many else cursor.cursor.execute)(sql, params)
            if "RETURNING" in sql:
                cursor.fetchall()
    assert _changes() - before == steps.n_changes
    for _ in range(steps.n_serials):
        next(cast._serial)
    return Case.objects.select_related("cardholder__department", "assignee").get(pk=steps.case)


@contextmanager
def _written() -> Iterator[list[tuple[str, Any, bool]]]:
    """Statements that write while the block runs."""
    writes: list[tuple[str, Any, bool]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(_WRITES):
            params = list(params) if many else params
            writes.append((sql, params, many))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield writes


def _surroundings(stage: Any) -> tuple[object, ...]:
    """What the steps read besides the rows that were there: people, the company's settings, the reader's language, the next number of each table."""
    with connection.cursor() as cursor:
        numbers = cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name").fetchall()
    people = [
        sorted((name, str(value)) for name, value in vars(one).items() if name != "_state")
        for one in vars(stage.cast).values()
    ]
    return repr(people), repr(drafting.current_settings()), translation.get_language(), tuple(numbers)


def _besides() -> tuple[object, ...]:
    """What steps could leave outside the database."""
    return len(getattr(mail, "outbox", ())), {path for path in settings.HOME.rglob("*") if path.is_file()}


def _changes() -> int:
    connection.ensure_connection()
    return int(connection.connection.total_changes) if connection.vendor == "sqlite" else -1


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | date)
