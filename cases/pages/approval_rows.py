"""One line of the inbox of approvals, whatever its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from audit.people import Login, name_of
from cases.pages.changes import Fact

MOST = 100  # of a kind: beyond it the kind's own page has the rest


@dataclass(frozen=True, slots=True)
class Waiting:
    """One proposal: its kind, what it is about and where it is decided, who proposed it, when and why, and what it changes."""

    kind: str
    title: str
    href: str
    by: str
    at: datetime | None
    reason: str = ""
    changes: tuple[Fact, ...] = ()
    by_cardholder: bool = False  # an objection of the person it is about, no proposal

    @property
    def kind_word(self) -> str | Promise:
        """The kind in words."""
        return KIND_WORDS[self.kind]


KIND_WORDS: Mapping[str, str | Promise] = {
    "decision": pgettext_lazy("approval", "Decision"),
    "appeal": pgettext_lazy("approval", "Appeal"),
    "write_off": pgettext_lazy("approval", "Write-off"),
    "rule": pgettext_lazy("approval", "Rule"),
    "retirement": pgettext_lazy("approval", "Stopping a rule"),
    "value": pgettext_lazy("approval", "List or parameter"),
    "policy": pgettext_lazy("approval", "Card policy"),
    "wording": pgettext_lazy("approval", "Words of a rule, group, list or parameter"),
    "book": pgettext_lazy("approval", "Rule book"),
    "settings": pgettext_lazy("approval", "Settings"),
    "version": pgettext_lazy("approval", "Model version"),
    "exemption": pgettext_lazy("approval", "Exemption of a column"),
    "suppression": pgettext_lazy("approval", "Suppression of a rule"),
    "webhook": pgettext_lazy("approval", "Webhook"),
    "calendar": pgettext_lazy("approval", "Calendar"),
    "mail_text": pgettext_lazy("approval", "Text of a mail"),
    "access": pgettext_lazy("approval", "Access"),
}


def proposer_name(person: Login | None) -> str:
    """Who proposed it, in words; None is the system."""
    return name_of(person) or _("the system")
