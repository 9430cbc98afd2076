"""Text as rules compare it: one width, one case, one Hangul composition, single blanks."""

from __future__ import annotations

import unicodedata


def normalise(text: str) -> str:
    """NFKC, case folded, blanks collapsed and trimmed. Idempotent on ordinary text; ASCII needs only lower case and blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())
