"""What exported tables share."""

from __future__ import annotations


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before =, +, -, @, tab and return."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


#: Fewer letters are no reason.
EXPORT_REASON_MIN = 5


def export_reason(text: str) -> str:
    """What somebody wrote an export is for, in one line of at most 300 letters; kept with the export."""
    return " ".join(text.split())[:300]
