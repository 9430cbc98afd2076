"""Joiners: people of the personnel feed without a login, and the login each would get."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from audit import clock
from audit.people_rows import key_of
from audit.permissions import Role
from fraud.claims.models import Cardholder, User
from fraud.people.inviting import Invitation

_STRANGE = re.compile(r"[^a-z0-9._-]+")


def joiners() -> QuerySet[Cardholder]:
    """People at work with a mail address whom no login belongs to; by id, so that the newest rows are the newest people."""
    known = User.objects.exclude(employee_no="").annotate(key=key_of("employee_no")).values("key")
    people = Cardholder.objects.filter(is_unassigned=False).exclude(email="")
    at_work = people.filter(Q(left_on=None) | Q(left_on__gte=clock.today()))
    return at_work.alias(key=key_of("employee_no")).exclude(key__in=known).select_related("department")


def invitation_for(person: Cardholder, role: Role = Role.CARDHOLDER) -> Invitation:
    """The invitation a joiner would get: the name before the at sign, with a number behind it where that is taken."""
    stem = _STRANGE.sub("", person.email.partition("@")[0].lower()).strip("._-") or "login"
    stem = stem[:36] if len(stem) > 1 else f"{stem}{person.pk}"
    taken = set(User.objects.filter(username__istartswith=stem).values_list("username", flat=True))
    lower = {name.lower() for name in taken}
    name = next(one for one in (stem, *(f"{stem}{n}" for n in range(2, 10_000))) if one not in lower)
    return Invitation(
        username=name, email=person.email, employee_no=person.employee_no, given=person.name, roles=(role,)
    )
