"""Handing a file out: always as an attachment, never sniffed, never cached, never run."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

from cases.services.evidence_opening import OpenedFile

_SAFE_INLINE = "image/jpeg"  # our own re-encoded previews


def file_answer(opened: OpenedFile, *, inline: bool = False) -> HttpResponse:
    """The file as an attachment (RFC 6266); `inline` only for previews, which we encoded ourselves."""
    response = HttpResponse(opened.content, content_type=opened.content_type)
    is_inline = inline and opened.content_type == _SAFE_INLINE
    plain = (
        opened.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    )
    response["Content-Disposition"] = (
        f"{'inline' if is_inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(opened.name)}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
