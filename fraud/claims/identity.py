"""Rows of one person, found by employee number in whatever spelling: the database's half of `audit.people`."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower, Replace

from audit.people import number_key
from fraud.claims.models import Cardholder, User

# What `number_key` drops and a delivered number is known to hold; everything else it folds is folded where rows enter.
_DROPPED = (" ", "-", "_", "\u00a0", "\t")


def key_of(path: str) -> Combinable:
    """The number in a column as `number_key` writes it: `Cardholder.objects.alias(key=key_of("employee_no"))`."""
    found: Any = F(path)
    for sign in _DROPPED:
        found = Replace(found, Value(sign), Value(""))
    return Lower(found)


def cardholders_of(number: str) -> QuerySet[Cardholder]:
    """The cards' people with this employee number: more than one row where deliveries spelled it differently."""
    return _with_number(Cardholder.objects.all(), "employee_no", number)


def led_by(number: str) -> QuerySet[Cardholder]:
    """Those who report to the number, by name or as head of their department; never the person themselves."""
    key = number_key(number)
    if not key:
        return Cardholder.objects.none()
    people = Cardholder.objects.alias(
        own_key=key_of("employee_no"),
        manager_key=key_of("manager_no"),
        head_key=key_of("department__manager_no"),
    )
    named, headed = people.filter(manager_key=key), people.filter(head_key=key)
    return (named | headed).exclude(own_key=key)


def logins_of(number: str) -> QuerySet[User]:
    """The active logins of the employee, the oldest first."""
    return _with_number(User.objects.filter(is_active=True), "employee_no", number).order_by("id")


def _with_number(rows: QuerySet[Any], path: str, number: str) -> QuerySet[Any]:
    key = number_key(number)
    return rows.alias(number_key=key_of(path)).filter(number_key=key) if key else rows.none()
