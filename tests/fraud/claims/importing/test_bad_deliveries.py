"""What happens around a bad file: what is kept of it, who sent it before, how it is read, and that nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fraud.claims.importing import uploads
from fraud.claims.importing.reading.limits import Limits
from fraud.claims.importing.services import import_claim_file
from fraud.claims.models import Cardholder, Claim, ClaimFile, Department, Merchant
from tests.cases.races import race
from tests.fraud.claims.importing.files import (
    ARRIVED,
    BY,
    assert_accounted,
    codes,
    csv_bytes,
    csv_text,
    deliver,
    profile,
    row,
)
from tests.fraud.claims.importing.workbooks import cells, in_sheet, repacked, sheet

pytestmark = pytest.mark.django_db
CANARY = "4111111111111111"  # the best-known test number


def test_a_mixed_encoding_is_refused_with_its_byte_offset(tmp_path: Path) -> None:
    content = csv_bytes(row())
    file = deliver(tmp_path, content + "C-002,나".encode("cp949"))
    assert file.error is not None
    assert file.error["params"]["offset"] == len(content) + len("C-002,")
    assert file.error["params"]["line"] == 3


def test_a35_a_known_row_is_a_duplicate_and_nothing_changes(tmp_path: Path) -> None:
    deliver(tmp_path, csv_bytes(row()))
    before = list(Claim.objects.values())
    file = deliver(tmp_path, csv_bytes(row(), row(claim_id="C-002")))
    assert (file.n_accepted, file.n_duplicate) == (1, 1)
    assert list(Claim.objects.filter(external_id="C-001").values()) == before
    assert_accounted(file)


def test_a36_changed_content_adds_a_version_and_keeps_the_old_one(tmp_path: Path) -> None:
    deliver(tmp_path, csv_bytes(row()))
    file = deliver(tmp_path, csv_bytes(row(금액="15000")))
    assert (file.n_accepted, file.n_superseding) == (0, 1)
    claim = Claim.objects.get()
    old = claim.earlier_versions.get()
    assert (old.version, old.amount_minor, old.superseded_at) == (1, 12_000, file.received_at)
    assert (claim.version, claim.amount_minor, claim.received_at) == (2, 15_000, file.received_at)
    assert claim.first_received_at == old.received_at
    change = claim.changes.get()
    assert (change.kind, change.from_version, change.to_version, change.file) == ("corrected", 1, 2, file)
    assert_accounted(file)


def test_a47_the_same_content_is_one_file_whoever_sends_it(tmp_path: Path) -> None:
    first = deliver(tmp_path, csv_bytes(row()), name="monday.csv")
    second = deliver(tmp_path, csv_bytes(row()), name="tuesday.csv")
    assert first.pk == second.pk
    assert ClaimFile.objects.count() == Claim.objects.count() == 1


def test_nothing_of_a_quarantined_card_number_is_stored_anywhere(tmp_path: Path) -> None:
    from django.apps import apps

    file = deliver(
        tmp_path, csv_bytes(row(), row(claim_id="C-2", 적요=f"paid with {CANARY}")), name=f"{CANARY}.csv"
    )
    assert file.state == "quarantined"
    for model in apps.get_models():
        for values in model._base_manager.values():
            text = " ".join(str(value) for value in values.values())
            assert CANARY not in text
            assert CANARY[:12] not in text


def test_a_rejected_row_keeps_its_line_column_code_and_original(tmp_path: Path) -> None:
    file = deliver(tmp_path, csv_bytes(row(), row(claim_id="C-002", 금액="viel", 적요="저녁, 회식")))
    (reject,) = file.rejects.all()
    assert (reject.line, reject.column, reject.code) == (3, "금액", "amount_not_valid")
    assert (
        reject.original == csv_text([row(claim_id="C-002", 금액="viel", 적요="저녁, 회식")]).split("\r\n")[1]
    )


def test_merchants_are_the_same_whatever_the_spelling_of_their_form(tmp_path: Path) -> None:
    names = ["(주) 한빛식당", "㈜한빛식당", "주식회사 한빛식당", "한빛  식당"]
    deliver(tmp_path, csv_bytes(*(row(claim_id=f"C-{i}", 가맹점명=name) for i, name in enumerate(names))))
    assert Merchant.objects.count() == 1


def test_a_far_away_cell_costs_neither_time_nor_memory(tmp_path: Path) -> None:
    content = repacked(
        sheet(cells()),
        in_sheet(b"</sheetData>", b'<row r="1048000"><c r="Z1048000"><v>1</v></c></row></sheetData>'),
    )
    file = deliver(tmp_path, content, name="far.xlsx")
    assert (file.error or {}).get("code") == "too_many_rows"


def test_limits_are_the_documented_ones() -> None:
    assert (Limits().field_bytes, Limits().archive_entries, Limits().archive_ratio) == (131_072, 1_000, 100)


def test_an_upload_is_read_in_a_child_process_with_the_same_result(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(csv_bytes(row(), row(claim_id="C-002", 금액="x")))
    file = import_claim_file(
        path=path, name="claims.csv", profile=profile(), by=BY, received_at=ARRIVED, apart=True
    )
    assert (file.state, file.n_accepted, codes(file)) == ("imported", 1, [(3, "amount_not_valid")])


def test_a_reader_that_needs_too_much_memory_is_stopped(tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_MAX_MEGABYTES = 20
    path = tmp_path / "upload"
    path.write_bytes(csv_bytes(row()))
    file = import_claim_file(path=path, name="claims.csv", profile=profile(), by=BY, apart=True)
    assert (file.state, (file.error or {})["code"]) == ("quarantined", "reader_stopped")


def test_a46_nothing_is_left_of_an_upload_that_breaks_off() -> None:
    def parts() -> Iterator[bytes]:
        yield csv_bytes(row())
        raise ConnectionResetError

    used = profile()
    with pytest.raises(ConnectionResetError):
        uploads.receive_upload(parts=parts(), name="march.csv", profile=used, by=BY)
    assert not list(uploads.incoming_folder().iterdir())
    assert not ClaimFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a47_two_people_who_send_it_at_once_get_the_same_file() -> None:
    used = profile()
    content = csv_bytes(*(row(claim_id=f"C-{i}", 사용일시="2026-03-02 12:30:00") for i in range(300)))

    def send(number: int) -> int:
        return uploads.receive_upload(parts=[content], name=f"{number}.csv", profile=used, by=BY).pk

    found = race(send, 2)
    assert len(set(found)) == 1, found
    (file,) = ClaimFile.objects.all()
    assert (file.state, file.n_accepted) == ("imported", 300)
    assert Claim.objects.count() == 300
    assert_accounted(file)


def test_a50_a_person_who_has_left_keeps_claims_and_department(tmp_path: Path) -> None:
    sales = Department.objects.create(code="D1", name="영업")
    Cardholder.objects.create(employee_no="E1001", name="김", department=sales, left_on=date(2026, 1, 31))
    file = deliver(tmp_path, csv_bytes(row()))
    assert (file.n_accepted, codes(file)) == (1, [])
    claim = Claim.objects.get()
    assert (claim.department, claim.cardholder.department, claim.cardholder.is_unassigned) == (
        sales,
        sales,
        False,
    )
