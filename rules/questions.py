"""What a question to the cardholder may name in braces: facts of their own payment, never a threshold."""

from __future__ import annotations

import re

#: `cases/services/request_text.py` fills them in; a question with another one would ask nothing.
FACTS = (
    "merchant",
    "merchant.name",
    "date",
    "time",
    "amount",
    "purpose_code",
    "purpose_text",
    "n_attendees",
    "count",
    "total",
)
FACTS_SHOWN = " ".join(f"{{{name}}}" for name in FACTS)  # as they are written
_BRACE = re.compile(r"\{[^{}]*\}?|\}")


def unknown_facts(question: str) -> list[str]:
    """What stands in braces and is no fact, as it was written."""
    written = [hit.group() for hit in _BRACE.finditer(question)]
    return [one for one in written if one not in {f"{{{name}}}" for name in FACTS}]
