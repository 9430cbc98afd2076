"""Context of every page: the actor, what the rail shows, theme and language."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from audit.permissions import can
from audit.services import actor_of


def shell(request: HttpRequest) -> dict[str, Any]:
    if not hasattr(request, "user"):
        return {}
    actor = getattr(request, "actor", None) or actor_of(request)
    return {
        "actor": actor,
        "theme": request.COOKIES.get("theme") or getattr(request.user, "theme", "system"),
        "is_demo": settings.DEMO,
        "allowed": _Allowed(actor),
        "has_narrow_rail": request.COOKIES.get("rail") == "collapsed",
        # What a page may say; a name that is nowhere costs a template as much as ten others.
        "search_text": "",
        "summary": "",
        "swap": False,
    }


class _Allowed:
    """`allowed.cases__view_case` in a template: whether the actor may do it at all."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def __getitem__(self, name: str) -> bool:
        return can(self._actor, name.replace("__", ".", 1))
