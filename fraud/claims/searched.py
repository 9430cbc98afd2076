"""The people and merchants whose name or number a text finds, as keys: a search asks once and looks for everything else by them.

A name is looked for in every row, a number by its index; both in one condition would read every row in seven functions.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from audit.people import number_key
from audit.people_rows import with_number
from audit.prepared import MOST_IN_LIST, prepared
from fraud.claims.models import Cardholder, Merchant

_MOST = MOST_IN_LIST // 2  # what more people or merchants share is asked for without their keys


def people_found(text: str) -> list[int] | None:
    """The keys of the cardholders `people_named` finds, in order; None for too many to list."""
    found, key = _people.rows(text), number_key(text)
    if len(found) > _MOST:
        return None
    return sorted({*found, *(_numbered.rows(key) if key else ())})


def merchants_found(text: str) -> list[int] | None:
    """The keys of the merchants whose name has the text, in order; None for too many to list."""
    found = _places.rows(text)
    return None if len(found) > _MOST else sorted(found)


def merchants_registered(brn: str) -> list[int]:
    """The keys of the merchants with a business number as it is kept, without dashes."""
    return _registered.rows(brn) if brn.isdigit() else []


@prepared
def _people(text: str) -> QuerySet[Cardholder, Any]:
    return Cardholder.objects.filter(name__icontains=text).values_list("pk", flat=True)[: _MOST + 1]


@prepared
def _numbered(key: str) -> QuerySet[Cardholder, Any]:
    return with_number(Cardholder.objects.all(), "employee_no", key).values_list("pk", flat=True)


@prepared
def _places(text: str) -> QuerySet[Merchant, Any]:
    return Merchant.objects.filter(name__icontains=text).values_list("pk", flat=True)[: _MOST + 1]


@prepared
def _registered(brn: str) -> QuerySet[Merchant, Any]:
    return Merchant.objects.filter(brn=brn).values_list("pk", flat=True)
