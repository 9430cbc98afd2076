"""Whose cases and claims somebody sees: those of the departments they were given, and of what is below them. None given: all.

It narrows what staff see of others, on top of their role; the side of a cardholder or manager is not touched by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from audit.actor import Actor
from fraud.claims.models import Department

Row = TypeVar("Row", bound=Model)


def seen_departments(by: Actor) -> frozenset[int] | None:
    """Keys of the departments the actor was given and of all below them; None where they see every department. At most one query."""
    if by.is_system or not by.units:
        return None
    return with_below(Department.objects.values_list("pk", "parent_id", "code"), by.units)


def given_departments(by: Actor) -> list[Department]:
    """The departments the actor was given, by code; empty where they see all."""
    return list(Department.objects.filter(code__in=by.units).order_by("code")) if by.units else []


def with_below(rows: Iterable[tuple[int, int | None, str]], codes: Collection[str]) -> frozenset[int]:
    """Keys of the departments with these codes and of all below them; `rows` are (key, key of the one above, code)."""
    below: dict[int | None, list[int]] = {}
    waiting: list[int] = []
    for key, parent, code in rows:
        below.setdefault(parent, []).append(key)
        if code in codes:
            waiting.append(key)
    found: set[int] = set()
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += below.get(key, [])
    return frozenset(found)


def within_units(rows: QuerySet[Row], by: Actor, path: str = "cardholder__department") -> QuerySet[Row]:
    """Those of the rows whose department (at `path`) the actor sees; rows of nobody's department only where all are seen."""
    return within_departments(rows, seen_departments(by), path)


def within_departments(
    rows: QuerySet[Row], seen: Collection[int] | None, path: str = "cardholder__department"
) -> QuerySet[Row]:
    """Those of the rows whose department is among these keys; all of them where `seen` is None."""
    return rows if seen is None else rows.filter(**{f"{path}__in": seen})


def outside_units(by: Actor, path: str = "cardholder__department") -> Q | None:
    """The condition of rows that `within_units` leaves out; None where nothing is."""
    seen = seen_departments(by)
    return None if seen is None else ~Q(**{f"{path}__in": seen}) | Q(**{path: None})


def sees_department(by: Actor, department_id: int | None) -> bool:
    """Whether a row of this department is among those the actor sees."""
    seen = seen_departments(by)
    return seen is None or department_id in seen
