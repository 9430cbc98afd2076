"""The people and claims of one person, found by employee number in whatever spelling."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from audit.actor import Actor, Role
from audit.people import number_key
from audit.people_rows import folded, key_of, with_number
from audit.prepared import prepared
from audit.reading import read_once
from fraud.claims.models import Cardholder, Claim, Relative, RoleGrant, User


def lists_number(path: str, number: str) -> tuple[Combinable, str]:
    """An expression over a column of attendees, and the text it contains where the number is among them."""
    name = number_key("employee_no")
    return folded(Cast(F(path), TextField())), f'"{name}":"{number_key(number)}"'


def barred_cardholders(by: Actor) -> set[int]:
    """The cardholders nobody of staff may judge: the person themselves, those they report to, and their relatives. One query."""
    own = number_key(by.employee_no)
    if by.is_system or not own:
        return set()
    return read_once(("barred cardholders", own), lambda: _barred(own))


def _barred(own: str) -> set[int]:
    return set(_barred_rows.rows(own))


@prepared
def _barred_rows(own: str) -> QuerySet[Cardholder, Any]:
    """One question each, put together: PostgreSQL finds each by an index, but reads every employee where they stand joined by OR."""
    rows = with_number(Cardholder.objects.all(), "employee_no", own)
    led_by_name = rows.annotate(other=key_of("manager_no")).values("other")
    led_by_head = rows.filter(department__isnull=False).annotate(other=key_of("department__manager_no"))
    people = Cardholder.objects.order_by().alias(key=key_of("employee_no")).exclude(key="")
    others = (led_by_name, led_by_head.values("other"), *_relatives_of(own))
    found = (people.filter(key__in=other).values_list("pk", flat=True) for other in others)
    return people.filter(key=own).values_list("pk", flat=True).union(*found)


def relatives(one: str, other: str) -> QuerySet[Relative]:
    """What the personnel feed says of two employees being relatives, whichever of them its row is about."""
    one, other = number_key(one), number_key(other)
    if not (one and other):
        return Relative.objects.none()
    rows = Relative.objects.filter(superseded_at=None)
    keyed = rows.alias(about=key_of("employee_no"), named=key_of("relative_no"))
    return keyed.filter(Q(about=one, named=other) | Q(about=other, named=one))


def _relatives_of(key: str) -> tuple[QuerySet[Relative, Any], QuerySet[Relative, Any]]:
    """The numbers of the employee's relatives: those a row about them names, and those whose row names them."""
    rows = Relative.objects.order_by().filter(superseded_at=None)
    named = with_number(rows, "employee_no", key).annotate(other=key_of("relative_no"))
    naming = with_number(rows, "relative_no", key).annotate(other=key_of("employee_no"))
    return named.values("other"), naming.values("other")


def claims_involving(by: Actor, claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Those of the claims the person is involved in: as cardholder, approver or attendee, or as a report of the cardholder."""
    key = number_key(by.employee_no)
    if by.is_system or not key:
        return claims.none()
    return _naming(claims, barred_cardholders(by), key)


def involved_in(by: Actor, claim_ids: Collection[int]) -> frozenset[int]:
    """Those of a few claims the person is involved in, as `claims_involving` has them. One query, once a page."""
    key, asked = number_key(by.employee_no), frozenset(claim_ids)
    if by.is_system or not key or not asked:
        return frozenset()
    return read_once(
        ("claims involving", key, asked),
        lambda: frozenset(_involving.rows(asked, barred_cardholders(by) or {0}, key)),
    )


@prepared
def _involving(claim_ids: Collection[int], barred: Collection[int], key: str) -> QuerySet[Claim, Any]:
    return _naming(Claim.objects.filter(pk__in=claim_ids), barred, key).values_list("pk", flat=True)


def _naming(claims: QuerySet[Claim], barred: Collection[int], key: str) -> QuerySet[Claim]:
    """Claims of barred cardholders, and those that name the employee with this key as approver or guest."""
    attendees, listed = lists_number("attendees", key)
    found = claims.alias(approver_key=key_of("approver_no"), attendees_text=attendees)
    return found.filter(Q(cardholder__in=barred) | Q(approver_key=key) | Q(attendees_text__contains=listed))


def cardholders_of(number: str) -> QuerySet[Cardholder]:
    """The cards' people with this employee number: more than one row where deliveries spelled it differently."""
    return with_number(Cardholder.objects.all(), "employee_no", number)


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
    return with_number(User.objects.filter(is_active=True), "employee_no", number).order_by("id")


def holders_of(*roles: Role, today: date | None = None) -> QuerySet[User]:
    """The active logins that hold one of the roles now, each once."""
    grants = RoleGrant.objects.in_force(today).filter(role__in=[role.value for role in roles])
    return User.objects.filter(is_active=True, pk__in=grants.values("user"))


def people_named(text: str) -> QuerySet[Cardholder]:
    """The cards' people a search finds: the text is in the name, or is the employee number in some spelling."""
    key = number_key(text)
    people = Cardholder.objects.alias(number_key=key_of("employee_no"))
    return (
        people.filter(Q(name__icontains=text) | Q(number_key=key))
        if key
        else people.filter(name__icontains=text)
    )
