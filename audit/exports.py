"""CSV for people who open it in a spreadsheet: no cell can become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils import timezone

from audit import clock

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """Text that a spreadsheet would read as a formula gets an apostrophe in front; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime):  # by the company's clock, as everywhere else, with its distance from UTC
        value = (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Generator[str]:
    """Lines of a CSV file with a byte order mark, so that spreadsheets read the Korean in it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([safe_cell(cell) for cell in header])
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([safe_cell(cell) for cell in row])
        yield buffer.getvalue()


def dated_name(stem: str, ending: str, at: datetime | None = None) -> str:
    """`ledger-20261130-1448.csv`: a list is told apart from that of another hour; `at` is the moment it stands for, else the present."""
    local = timezone.localtime(at or clock.present())
    return f"{stem}-{local:%Y%m%d-%H%M}.{ending}"


def csv_response(stem: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """The rows as a download, streamed; the moment they stand for is in its name."""
    name = dated_name(stem, "csv")
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
