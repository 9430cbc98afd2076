"""What the forms of people bring, read once."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from audit.asked import not_a_day
from audit.permissions import Role
from audit.typed import day
from fraud.people.inviting import ROLES, Invitation
from fraud.people.refusals import AccessRefused


def read_day(data: QueryDict, name: str) -> date | None:
    """A day, None where the field is empty. Raises AccessRefused for anything else."""
    text = data.get(name, "").strip()
    found = day(text)
    if text and found is None:
        raise AccessRefused("day_not_valid", not_a_day(text), field=name)
    return found


def read_role(text: str, field: str = "role") -> Role:
    """A role. Raises AccessRefused."""
    if text not in set(Role):
        raise AccessRefused("role_unknown", _("Choose a role of the list."), field=field)
    return Role(text)


def read_invitation(data: QueryDict) -> tuple[Invitation, str]:
    """The invitation and its reason. Raises AccessRefused."""
    wanted = Invitation(
        username=data.get("username", "").strip(),
        email=data.get("email", "").strip(),
        employee_no=data.get("employee_no", "").strip(),
        family=data.get("family", "").strip(),
        given=data.get("given", "").strip(),
        language=data.get("language", "ko") if data.get("language") in {"ko", "en"} else "ko",
        roles=tuple(dict.fromkeys(read_role(text, ROLES) for text in data.getlist("role"))),
        starts_on=read_day(data, "starts_on"),
        ends_on=read_day(data, "ends_on"),
        is_new=data.get("is_new") == "1",
    )
    return wanted, data.get("reason", "")
