"""Why a step on somebody's access was not taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from audit.language import current_language
from audit.permissions import ROLE_LABELS, Role

REASON_MIN = 5
REASON_MAX = 500


class AccessRefused(Exception):
    """The step was not taken; `code`, `sentence` and the HTTP `status` say why, `field` which field it is about."""

    details: Mapping[str, Any] = {}

    def __init__(self, code: str, sentence: str, status: int = 422, field: str = "") -> None:
        super().__init__(code)
        self.code, self.sentence, self.status, self.field = code, sentence, status, field


def stale() -> AccessRefused:
    """Somebody else was faster."""
    return AccessRefused(
        "stale_version", _("This person's access has changed since the page was read. Look at it again."), 409
    )


def not_compatible(roles: Iterable[Role]) -> AccessRefused:
    """Duties that control each other."""
    names = ", ".join(role_word(role) for role in sorted(roles))
    sentence = _("One person cannot hold these duties together, under whatever login: %(roles)s.")
    return AccessRefused("roles_not_compatible", sentence % {"roles": names}, field="role")


def needed_reason(text: str) -> str:
    """The reason in one line. Raises AccessRefused for one that says nothing."""
    reason = " ".join(text.split())[:REASON_MAX]
    if len(reason) < REASON_MIN:
        raise AccessRefused("reason_missing", _("Say why, in at least five characters."), field="reason")
    return reason


def role_word(role: Role | str) -> str:
    """What a role is called in the reader's language."""
    english, korean = ROLE_LABELS[Role(role)]
    return korean if current_language() == "ko" else english
