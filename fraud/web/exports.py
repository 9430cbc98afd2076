"""What exports share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from django.http import FileResponse


def download(
    file: IO[bytes], name: str, content_type: str, headers: Mapping[str, str] | None = None
) -> FileResponse:
    """An open file as an attachment that nobody keeps on the way and no browser guesses about; it is closed once it was sent."""
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    for header, value in {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }.items():
        answer[header] = value
    return answer


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before =, +, -, @, tab and return."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


#: Fewer letters are no reason.
EXPORT_REASON_MIN = 5


def export_reason(text: str) -> str:
    """What somebody wrote an export is for, in one line of at most 300 letters; kept with the export."""
    return " ".join(text.split())[:300]
