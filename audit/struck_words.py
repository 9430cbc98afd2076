"""Numbers that were struck out of a text, in words: for people who read a letter, not a log."""

from __future__ import annotations

import re

from django.utils import translation
from django.utils.translation import pgettext

#: What `audit.redaction.redact` leaves in their place.
_MARK = re.compile(r"\[card …(?P<last>[0-9]{4})\]|\[resident number\]")


def in_words(text: str, language: str) -> str:
    """The text in `ko` or `en` with each mark as a reader would say it: `카드(끝자리 1234)`, `a card ending in 1234`."""
    if not _MARK.search(text):
        return text
    with translation.override(language):
        return _MARK.sub(_said, text)


def _said(found: re.Match[str]) -> str:
    if found["last"]:
        return pgettext("struck out", "a card ending in %(last)s") % {"last": found["last"]}
    return pgettext("struck out", "a resident registration number, left out")
