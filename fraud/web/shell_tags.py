"""What the shell's template tags do: URLs that keep their filters, the rail, the demo's logins."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.template import Context
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from audit.language import current_language
from audit.people import name_of
from audit.permissions import ROLE_LABELS, Role
from fraud.web.markup import format_html_join
from fraud.web.navigation import RAIL, RailItem, count_at

PAGING = "after"  # the cursor of a list: dropped whenever a filter changes


def querystring(context: Context, **changes: Any) -> str:
    """The page's query with changes: a value sets, None or "" removes, a list sets several.

    The paging cursor is dropped unless it is set itself. Always begins with "?".
    """
    query = context["request"].GET.copy()
    if PAGING not in changes:
        query.pop(PAGING, None)
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        elif isinstance(value, (list, tuple)):
            query.setlist(key, [str(one) for one in value])
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


def without(context: Context, key: str, value: Any) -> str:
    """The page's query without one of a parameter's values, and without the paging cursor: a chip's link."""
    query: QueryDict = context["request"].GET.copy()
    query.pop(PAGING, None)
    query.setlist(key, [one for one in query.getlist(key) if one != str(value)])
    return "?" + query.urlencode()


def hidden_query(context: Context, *skip: str) -> SafeString:
    """Hidden inputs that carry the page's other filters through a GET form."""
    pairs = [
        (key, value)
        for key, values in context["request"].GET.lists()
        if key not in skip and key != PAGING
        for value in values
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@lru_cache(maxsize=64)
def _exists(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


class RailEntry(NamedTuple):
    """What one entry of the rail shows."""

    key: str
    path: str
    label: str | Promise
    is_current: bool
    waiting: int


def rail(context: Context) -> list[RailEntry]:
    """What the rail shows: only what the role may use, with the current one marked."""
    allowed, path = context["allowed"], context["request"].path

    def shown(item: RailItem) -> bool:
        return _exists(item.path) and any(allowed[action.replace(".", "__", 1)] for action in item.actions)

    by = getattr(context["request"], "actor", None)
    return [
        RailEntry(
            key=item.key,
            path=item.path,
            label=item.label,
            is_current=path.startswith((item.path, *item.also)),
            waiting=count_at(item.key, by) if by is not None else 0,
        )
        for item in RAIL
        if shown(item)
    ]


def demo_logins() -> list[dict[str, str]]:
    """One login per role of the demo company, for the sign-in page; nothing outside the demo."""
    if not settings.DEMO:
        return []
    column = 1 if current_language() == "ko" else 0
    found: dict[str, dict[str, str]] = {}
    logins = get_user_model().objects.filter(is_active=True).order_by("pk").prefetch_related("grants")
    for login in logins[:200]:
        for grant in login.grants.all():  # the demo's are without an end
            if grant.ended_at is None and grant.role not in found:
                found[grant.role] = {
                    "role": ROLE_LABELS[Role(grant.role)][column],
                    "username": login.get_username(),
                    "name": name_of(login),
                    "password": getattr(settings, "DEMO_PASSWORD", ""),
                }
    return [found[role.value] for role in Role if role.value in found]
