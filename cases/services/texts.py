"""What people type, made safe to keep: trimmed, normalised, without control and direction-override characters."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from audit.keeping import kept, keyed
from audit.language import current_language
from cases.services.errors import ReasonTooShort, TextTooLong
from rules.money import format_money

REASON_MIN = 10  # characters of an own reason for a decision
NOTE_MIN = 2
TEXT_MAX = 4000
SHORT_MAX = 300

_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def clean_text(text: str, *, minimum: int = NOTE_MIN, maximum: int = TEXT_MAX, field: str = "text") -> str:
    """The text in NFC, trimmed, line ends as `\\n`, control and bidirectional characters removed, card
    and resident numbers struck out.

    Raises ReasonTooShort when fewer than `minimum` characters remain and TextTooLong above `maximum`.
    """
    return _fitting(str(kept(_plain(text))), minimum, maximum, field)


def clean_key(text: str, *, maximum: int = SHORT_MAX, minimum: int = 0, field: str = "text") -> str:
    """As clean_line, for what something is known by: two texts with different numbers stay two, the same one stays the same."""
    plain = _fitting(_plain(" ".join(text.split())), minimum, maximum, field)
    return keyed(plain, maximum)


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _UNWANTED.sub("", plain).strip()


def _fitting(plain: str, minimum: int, maximum: int, field: str) -> str:
    if len(plain) < minimum:
        raise ReasonTooShort(n=minimum, field=field)
    if len(plain) > maximum:
        raise TextTooLong(n=maximum, field=field)
    return plain


def clean_line(text: str, *, maximum: int = SHORT_MAX, minimum: int = 0, field: str = "text") -> str:
    """As clean_text, on one line."""
    return clean_text(" ".join(text.split()), minimum=minimum, maximum=maximum, field=field)


def digest_of(text: str) -> str:
    """SHA-256 of words that are kept beside the chain: the entry proves them while they are there, and holds when they are erased."""
    return hashlib.sha256(text.encode()).hexdigest()


def clean_reason(text: str) -> str:
    """The own reason of a decision: at least REASON_MIN characters that are not all the same."""
    plain = clean_text(text, minimum=REASON_MIN, field="reason")
    if len(set(plain) - {" "}) < 3:
        raise ReasonTooShort(n=REASON_MIN)
    return plain


def shown_money(minor: int, currency: str) -> str:
    """Money in the active language, for sentences."""
    return format_money(minor, currency, current_language())
