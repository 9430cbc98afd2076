"""Refusals about webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.services.errors.base import CaseworkError

_TEXTS = {
    "name_taken": _("There is a webhook of that name already. Choose another name."),
    "no_events": _("Choose at least one of the events that are offered."),
    "not_url": _(
        "Write the whole address, such as https://receiver.example.com/cleancard, at most 500 plain characters."
    ),
    "not_a_name": _(
        "No server of names can answer for this host. Write one whose parts between the dots have 1 to 63 letters, digits or hyphens, with no hyphen at either end, and at most 253 characters in all."
    ),
    "number_inside": _(
        "The address holds what looks like a full card or resident number; none is kept. Take it out."
    ),
    "not_https": _("The address has to begin with https://."),
    "user_inside": _(
        "Leave the user name and the password out of the address: the signature says who sends."
    ),
    "not_public": _(
        "The address leads into a private network. Use a public one; the operator of the server can allow networks of the company."
    ),
    "port_not_allowed": _(
        "Nothing is sent to this port. Use 443, or another of those that the operator of the server allows: %(ports)s."
    ),
}


class WebhookNotValid(CaseworkError):
    """What was typed cannot be used; `field` says where, `why` is stable."""

    code, status = "webhook_not_valid", 422

    def __init__(self, why: str, *, field: str, ports: str = "") -> None:
        super().__init__(why=why, ports=ports)
        self.field, self.why = field, why
        self.text = _TEXTS[why]

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "why": self.why}


class WebhookMoved(CaseworkError):
    code, status = "webhook_moved", 409
    text = _("Somebody has changed this since you opened the page. Look at it again.")
