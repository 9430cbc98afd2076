"""What somebody is told who may not do something: one sentence for pages and interface alike."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from audit.language import current_language
from audit.permissions import ROLE_LABELS, NotPermitted, roles_for
from audit.typed import whole_number


def refusal_sentence(error: NotPermitted) -> str:
    """Why not, for the person who tried: the refusal's own sentence where it has one."""
    own: str = getattr(error, "sentence", "")
    if not own and error.code == "own_proposal":
        return _(
            "You made this proposal, or its earlier step, yourself: somebody else has to decide it. Nothing was changed."
        )
    if not own and error.code == "own_roles":
        return _("This is about your own access: somebody else has to do it. Nothing was changed.")
    return own or said_of_roles(error.action)


def said_of_roles(action: str) -> str:
    """That one's roles do not include an action, and which do."""
    column = 1 if current_language() == "ko" else 0
    roles = ", ".join(ROLE_LABELS[role][column] for role in roles_for(action))
    if not roles:
        return _("Your roles do not include this. Nothing was changed.")
    return _("Your roles do not include this, and nothing was changed. It is done by: %(roles)s.") % {
        "roles": roles
    }


def number_seen(request: HttpRequest, field: str = "seen") -> int:
    """The version a form was made on; -1, which nothing has, where that is missing or no number."""
    number = whole_number(request.POST.get(field, ""))
    return -1 if number is None else number
