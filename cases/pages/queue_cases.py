"""The cases of a page of the queue with what their rows show, read as plain rows (`audit/plain_rows.py`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from audit.plain_rows import PlainRows
from audit.prepared import prepared
from cases.models import Case, CaseTag
from fraud.claims.models import Cardholder, Department, Merchant, User

_CASE = (
    "id", "reference", "version", "state", "source", "pattern", "headline", "disposition", "band", "currency", "expected_loss_minor",
    "priority", "n_claims", "has_news", "drawn_blind", "opened_at", "closed_at", "due_on", "snoozed_until", "snooze_reason",
    "cardholder_id", "merchant_id", "assignee_id", "merged_into_id",
)  # fmt: skip
_ROWS = PlainRows(
    Case,
    _CASE,
    cardholder=(Cardholder, ("id", "employee_no", "name", "department_id")),
    cardholder__department=(Department, ("id", "name", "name_en")),
    merchant=(Merchant, ("id", "name")),
    assignee=(User, ("id", "username", "first_name", "last_name")),
)


def read_cases(pks: Collection[int]) -> list[Case]:
    """The cases of these keys in their order, each with `cardholder`, its department, `merchant`, `assignee` and `tag_names`. Two queries."""
    tags: dict[int, list[str]] = {}
    for case_id, name in _tags.rows(pks) if pks else []:
        tags.setdefault(case_id, []).append(name)
    found = {row[0]: _ROWS.made(row) for row in _rows.rows(pks)} if pks else {}
    for pk, case in found.items():
        case.tag_names = tags.get(pk, [])  # type: ignore[attr-defined]
    return [found[pk] for pk in pks if pk in found]


@prepared
def _rows(pks: Collection[int]) -> QuerySet[Case, Any]:
    return Case.objects.filter(pk__in=pks).values_list(*_ROWS.names)


@prepared
def _tags(pks: Collection[int]) -> QuerySet[CaseTag, Any]:
    return CaseTag.objects.filter(case__in=pks).values_list("case_id", "name")
