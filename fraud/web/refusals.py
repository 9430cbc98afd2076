"""What somebody is told who may not do something: one sentence for pages and interface alike."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from audit.permissions import NotPermitted
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
    return own or _("Your roles do not include this. Nothing was changed.")


def number_seen(request: HttpRequest, field: str = "seen") -> int:
    """The version a form was made on; -1, which nothing has, where that is missing or no number."""
    number = whole_number(request.POST.get(field, ""))
    return -1 if number is None else number


def stray_filters(query: QueryDict, known: Collection[str]) -> list[str]:
    """A sentence for each name in an address that the list has no filter of: it was not looked at."""
    stray = [name for name in query if name not in known]
    return [_("This list has no filter “%(name)s”; it was left out.") % {"name": name[:30]} for name in stray]
