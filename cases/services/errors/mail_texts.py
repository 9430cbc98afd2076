"""Refusals about the texts of mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.services.errors.base import CaseworkError


class MailTextNotValid(CaseworkError):
    """The text cannot be sent as it is; the sentence says what would be right of which `field`."""

    code, status = "mail_text_not_valid", 422

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__()
        self.field, self.text = field, sentence

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field}


class MailTextMoved(CaseworkError):
    code, status = "mail_text_moved", 409
    text = _("This text has been changed or decided since you opened the page. Look at it again.")


class MailTextWaits(CaseworkError):
    code, status = "mail_text_waits", 409
    text = _("Somebody else's proposal for this text waits. It has to be decided first.")
