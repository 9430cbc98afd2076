"""The cases of a page of the queue with what their rows show, read as one set of plain rows.

A list of fifty needs no fifty people, places and logins with all their columns: that took three quarters of what reading the page took.
A column that is not listed here is read when it is asked for, one query each.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import accumulate, pairwise
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

from audit.prepared import prepared
from cases.models import Case, CaseTag
from fraud.claims.models import Cardholder, Department, Merchant, User

_CASE = (
    "id", "reference", "version", "state", "source", "pattern", "headline", "disposition", "band", "currency", "expected_loss_minor",
    "priority", "n_claims", "has_news", "drawn_blind", "opened_at", "closed_at", "due_on", "snoozed_until", "snooze_reason",
    "cardholder_id", "merchant_id", "assignee_id", "merged_into_id",
)  # fmt: skip
_PERSON = ("id", "employee_no", "name", "department_id")
_DEPARTMENT = ("id", "name", "name_en")
_PLACE = ("id", "name")
_LOGIN = ("id", "username", "first_name", "last_name")
_PARTS = (
    ("", _CASE),
    ("cardholder__", _PERSON),
    ("cardholder__department__", _DEPARTMENT),
    ("merchant__", _PLACE),
    ("assignee__", _LOGIN),
)
_NAMES = tuple(f"{path}{name}" for path, names in _PARTS for name in names)
_STARTS = tuple(accumulate((len(names) for _path, names in _PARTS), initial=0))
Row = TypeVar("Row", bound=Model)


def read_cases(pks: Collection[int]) -> list[Case]:
    """The cases of these keys in their order, each with `cardholder`, its department, `merchant`, `assignee` and `tag_names`. Two queries."""
    tags: dict[int, list[str]] = {}
    for case_id, name in _tags.rows(pks) if pks else []:
        tags.setdefault(case_id, []).append(name)
    found = {row[0]: _case(row) for row in _rows.rows(pks)} if pks else {}
    for pk, case in found.items():
        case.tag_names = tags.get(pk, [])  # type: ignore[attr-defined]
    return [found[pk] for pk in pks if pk in found]


@prepared
def _rows(pks: Collection[int]) -> QuerySet[Case, Any]:
    return Case.objects.filter(pk__in=pks).values_list(*_NAMES)


@prepared
def _tags(pks: Collection[int]) -> QuerySet[CaseTag, Any]:
    return CaseTag.objects.filter(case__in=pks).values_list("case_id", "name")


def _case(row: tuple[Any, ...]) -> Case:
    of_case, of_person, of_department, of_place, of_login = (row[a:b] for a, b in pairwise(_STARTS))
    case, person = _partial(Case, _CASE, of_case), _partial(Cardholder, _PERSON, of_person)
    person._state.fields_cache["department"] = _or_none(Department, _DEPARTMENT, of_department)
    case._state.fields_cache |= {
        "cardholder": person,
        "merchant": _or_none(Merchant, _PLACE, of_place),
        "assignee": _or_none(User, _LOGIN, of_login),
    }
    return case


def _or_none(model: type[Row], names: tuple[str, ...], values: tuple[Any, ...]) -> Row | None:
    return None if values[0] is None else _partial(model, names, values)


def _partial(model: type[Row], names: tuple[str, ...], values: tuple[Any, ...]) -> Row:
    """The row of a model with these columns alone, as `only()` gives it without walking over all others."""
    made = model.__new__(model)
    made._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(names, values, strict=True))
    return made
