"""The export of claims: the filtered ones as CSV, with a reason that is kept; for page and interface alike."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from audit import clock
from audit.actor import Actor
from audit.keeping import kept_query
from audit.permissions import Role, require
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.models import Claim
from fraud.claims.named import mask
from fraud.detection.claim_filters import ClaimFilters, filter_claims
from fraud.web.exports import harmless
from rules.money import to_decimal

MAX_EXPORT = 100_000
_EXPORT_HEAD = [
    "external_id",
    "transacted_at",
    "employee_no",
    "name",
    "department",
    "merchant",
    "mcc",
    "amount",
    "currency",
    "type",
    "purpose_code",
    "purpose",
]


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        return value


@one_transaction()
def export_claims_of(filters: ClaimFilters, query: str, *, reason: str, by: Actor) -> Iterator[str]:
    """Lines of the claims the filters leave, at most 100,000; the entry keeps the reason and the `query` they came from. Names are masked
    for everybody but the auditor. Raises NotPermitted."""
    require(by, "cases.export_cases")
    rows = filter_claims(filters, by).order_by("-transacted_at", "-pk")
    record(
        action="claims.exported", by=by, subject="config", reason=reason, after={"query": kept_query(query)}
    )
    return export_lines(with_names(rows)[:MAX_EXPORT], is_masked=Role.AUDITOR not in by.roles)


def claims_file(lines: Iterator[str]) -> StreamingHttpResponse:
    """The lines as a download, streamed."""
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="claims-{clock.today():%Y%m%d}.csv"'
    return answer


def export_lines(rows: QuerySet[Claim], *, is_masked: bool) -> Iterator[str]:
    """CSV lines with a byte order mark for spreadsheets; no cell can start a formula."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(_EXPORT_HEAD)
    for claim in rows.iterator(chunk_size=2000):
        local = timezone.localtime(claim.transacted_at)
        name = claim.cardholder.name
        cells = [
            claim.external_id,
            f"{local:%Y-%m-%d %H:%M}" if claim.has_time else f"{local:%Y-%m-%d}",
            claim.cardholder.employee_no,
            mask(name) if is_masked else name,
            claim.department.code if claim.department else "",
            claim.merchant_name,
            claim.merchant.mcc,
            str(to_decimal(claim.amount_minor, claim.currency)),
            claim.currency,
            claim.txn_type,
            claim.purpose_code,
            claim.purpose_text,
        ]
        yield writer.writerow([cell if index == 7 else harmless(cell) for index, cell in enumerate(cells)])


def with_names(rows: QuerySet[Claim]) -> QuerySet[Claim]:
    """With all that a list or a line tells."""
    return rows.select_related("cardholder", "department", "merchant").defer("attendees", "extra")
