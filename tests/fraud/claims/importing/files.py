"""Small claim files for the importer's tests, and what importing one gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from audit.actor import Actor
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_reading import FeedRead, read_people
from fraud.claims.importing.profiles import get_profile
from fraud.claims.importing.services import import_claim_file
from fraud.claims.models import ClaimFile, ImportProfile

BY = Actor.system("tests")
ARRIVED = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
HEADER = ["claim_id", "사번", "카드번호", "사용일시", "금액", "통화", "가맹점명", "승인번호", "적요"]
#: One good row, by header.
GOOD = dict(
    zip(
        HEADER,
        [
            "C-001",
            "E1001",
            "****-1234",
            "2026-03-02 12:30:00",
            "12000",
            "KRW",
            "한빛식당",
            "30012345",
            "점심",
        ],
        strict=True,
    )
)


def row(**changes: str) -> dict[str, str]:
    """A good row with some values changed; names are headers."""
    return {**GOOD, **changes}


def csv_text(rows: Sequence[Mapping[str, str]], header: Sequence[str] = HEADER, delimiter: str = ",") -> str:
    """Rows as CSV with Windows line ends."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header, delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def csv_bytes(*rows: Mapping[str, str], encoding: str = "utf-8") -> bytes:
    return csv_text(rows).encode(encoding)


def workbook_bytes(rows: Sequence[Sequence[Any]], **options: Any) -> bytes:
    """An XLSX of these cells; dates become date cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = book.add_worksheet("claims")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for r, cells in enumerate(rows):
        for c, value in enumerate(cells):
            if isinstance(value, datetime):
                sheet.write_datetime(r, c, value, day)
            elif isinstance(value, str):
                sheet.write_string(r, c, value)
            elif value is not None:
                sheet.write_number(r, c, value)
    book.close()
    return out.getvalue()


def profile(**changes: Any) -> ImportProfile:
    """The generic profile, or a copy of it with other settings."""
    generic = get_profile("generic")
    if not changes:
        return generic
    spec = {**generic.spec, **changes}
    name = f"test-{abs(hash(repr(sorted(spec.items())))) % 10**10}"
    made, _ = ImportProfile.objects.get_or_create(name=name, defaults={"spec": spec})
    return made


def deliver(
    folder: Path,
    content: bytes,
    *,
    name: str = "claims.csv",
    used: ImportProfile | None = None,
    **options: Any,
) -> ClaimFile:
    """Write the content to a file and import it."""
    path = folder / "delivered"
    path.write_bytes(content)
    options.setdefault("received_at", ARRIVED)
    return import_claim_file(path=path, name=name, profile=used or profile(), by=BY, **options)


def assert_accounted(file: ClaimFile) -> None:
    """Every row has one outcome, and the amounts of every currency add up."""
    assert file.n_rows == file.n_accepted + file.n_duplicate + file.n_superseding + file.n_rejected
    assert file.n_rejected == file.rejects.count()
    for sums in file.totals.values():
        assert sums["read"] == sums["accepted"] + sums["duplicate"] + sums["superseding"] + sums["rejected"]


def codes(file: ClaimFile) -> list[tuple[int, str]]:
    """(line, code) of every rejected row."""
    return list(file.rejects.values_list("line", "code"))


def noted(file: ClaimFile) -> set[str]:
    return {note["code"] for note in file.notes}


def read_people_here(path: Path, feed: str, *, bounds: object, **how: Any) -> FeedRead:
    """In place of `read_people_apart`, which has tests of its own: a process for every file would take long."""
    return read_people(path, FEEDS[feed], **how)
