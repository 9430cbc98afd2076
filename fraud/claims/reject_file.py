"""The rejected rows of a delivery as a CSV file, for page and interface alike."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.http import StreamingHttpResponse

from fraud.claims.importing.texts import sentence
from fraud.claims.models import ClaimFile
from fraud.web.exports import harmless

_HEAD = ("line", "column", "code", "reason", "original")


def rejects_file(file: ClaimFile, language: str) -> StreamingHttpResponse:
    """All of them as a download, streamed."""
    answer = StreamingHttpResponse(reject_lines(file, language), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file.reference}-rejected.csv"'
    return answer


def reject_lines(file: ClaimFile, language: str) -> Iterator[str]:
    """CSV lines of a file's rejected rows, with a byte order mark for spreadsheets."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(_HEAD)
    for reject in file.rejects.iterator(chunk_size=2000):
        text = sentence("row", reject.code, reject.params, language)
        cells = (reject.column, reject.code, text, reject.original)
        yield writer.writerow([reject.line, *(harmless(cell) for cell in cells)])


class _Echo:
    """A writer's target that hands each line back."""

    def write(self, line: str) -> str:
        return line
