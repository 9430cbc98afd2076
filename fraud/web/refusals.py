"""What somebody is told who may not do something: one sentence for pages and interface alike."""

from __future__ import annotations

from django.utils.translation import gettext as _

from audit.permissions import NotPermitted


def refusal_sentence(error: NotPermitted) -> str:
    """Why not, for the person who tried: the refusal's own sentence where it has one."""
    own: str = getattr(error, "sentence", "")
    return own or _("Your roles do not include this. Nothing was changed.")
