"""A card or resident number in a column's header costs the file what it costs in a cell, at every door, and no answer tells it back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from cases.statements.entries import StatementNotValid
from cases.statements.tables import TableSpec, read_table
from fraud.claims.importing import services, trying, waiting
from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.profiles import get_profile
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.rows import import_rows
from fraud.claims.importing.staging import StagedFile, stage
from fraud.claims.importing.uploads import incoming_folder
from fraud.claims.models import Cardholder, Claim, ClaimFile, Label
from fraud.claims.outcomes.reading import read_file
from tests.cast import make_cast
from tests.fraud.claims.importing.files import BY, HEADER, csv_text, deliver, read_people_here, row
from tests.fraud.claims.importing.test_waiting import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]
#: How it is refused, in the two languages.
NUMBERS = {
    "4539148800343849": ("A full card number was found", "카드 번호 전체가 있습니다"),
    "851204-1221831": ("A resident registration number was found", "주민등록번호가 있습니다"),
}
_PLACE = ("the name of column “", "열 이름 “")
PEOPLE = "employee_no,name,department_code,{}\nE1,Kim,D1,x\n"
OUTCOMES = "claim,outcome,source,decided_at,{}\nA-1,misuse,audit,2026-01-02,x\n"
either = pytest.mark.parametrize("number", NUMBERS)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def stage_here(
        *, path: Path, spec: dict, bounds: object, going_on: object = None, **more: Any
    ) -> StagedFile:
        checked = read_spec(spec)
        return stage(lambda: open_table(path, checked), spec=checked, **more)

    monkeypatch.setattr("fraud.claims.importing.people.read_people_apart", read_people_here)
    monkeypatch.setattr(waiting, "ask_child", lambda _module, task, _bounds: waiting.answer_to(task))
    monkeypatch.setattr(trying, "stage_apart", stage_here)
    monkeypatch.setattr(services, "stage_apart", stage_here)


def claims(number: str) -> bytes:
    return csv_text([row() | {f"memo {number}": "x"}], [*HEADER, f"memo {number}"]).encode()


def held(*texts: str, number: str) -> None:
    """The same refusal as for a cell, and the number nowhere."""
    for text in texts:
        assert any(
            f"{said}({place}" in text.replace(" (", "(")
            for said, place in zip(NUMBERS[number], _PLACE, strict=True)
        ), text
        assert number not in text


@either
def test_a_claim_file_is_refused_whichever_way_it_comes(number: str, tmp_path: Path) -> None:
    file = deliver(tmp_path, claims(number))
    assert (file.state, file.error["code"]) == (
        "quarantined",
        "card_number" if "-" not in number else "resident_number",
    )
    assert number not in str(file.error)
    sent = import_rows(rows=[{**row(), f"memo {number}": "x"}], profile=get_profile("generic"), by=BY)
    assert (sent.file.state, sent.file.error["code"]) == ("quarantined", file.error["code"])
    waits = tmp_path / "in"
    waits.mkdir()
    (waits / "claims.csv").write_bytes(claims(number).replace(b"C-001", b"C-009"))
    out = io.StringIO()
    call_command("import_folder", waits, settled=0, stdout=out)
    held(out.getvalue(), number=number)
    assert [path.parent.name for path in waits.glob("*/*")] == ["refused"]
    with pytest.raises(CommandError) as refused:
        call_command("profile", str(tmp_path / "delivered"))
    held(str(refused.value), number=number)
    assert not Claim.objects.exists()
    assert not ClaimFile.objects.exclude(state="quarantined").exists()


@either
def test_a_personnel_file_is_refused_by_command_page_and_interface(
    number: str, tmp_path: Path, client: Client
) -> None:
    admin = make_cast().system_admin
    before = Cardholder.objects.count()
    text = PEOPLE.format(f"x {number}")
    (tmp_path / "people.csv").write_text(text)
    with pytest.raises(CommandError) as refused:
        call_command("import_people", str(tmp_path / "people.csv"), feed="cardholders")
    client.force_login(admin)
    client.cookies["django_language"] = "en"
    sent = {"feed": "cardholders", "file": SimpleUploadedFile("people.csv", text.encode())}
    page = client.post("/files/people/send/", sent)
    api = APIClient()
    api.force_login(admin)
    answer = api.post(
        "/api/v1/people/cardholders/",
        {"file": SimpleUploadedFile("people.csv", text.encode())},
        format="multipart",
        HTTP_ACCEPT_LANGUAGE="en",
    )
    assert (page.status_code, answer.status_code) == (422, 400)
    held(str(refused.value), page.content.decode(), answer.content.decode(), number=number)
    assert Cardholder.objects.count() == before


@either
def test_the_assistant_the_outcomes_and_the_statements_refuse_it_too(
    number: str, tmp_path: Path, client: Client
) -> None:
    client.force_login(make_cast().system_admin)
    client.cookies["django_language"] = "en"
    page = client.post("/files/assistant/", {"file": SimpleUploadedFile("november.csv", claims(number))})
    assert page.status_code == 422
    held(page.content.decode(), number=number)
    assert list(incoming_folder().iterdir()) == []
    path = tmp_path / "found.csv"
    path.write_text(OUTCOMES.format(f"x {number}"))
    with pytest.raises(FileQuarantined) as refused:
        read_file(path=path, name="found.csv", schemes=())
    assert number not in str(refused.value.params)
    path.write_text(f"date,credit,memo {number}\n2026-01-02,1000,x\n")
    with pytest.raises(StatementNotValid) as not_valid:
        read_table(path, TableSpec(), currency="KRW", zone="Asia/Seoul")
    assert not_valid.value.params["reason"] == refused.value.code
    assert not Label.objects.exists()


def test_what_was_noticed_and_why_a_file_was_refused_name_no_number(tmp_path: Path) -> None:
    """The name of a sheet nobody reads is told in a note."""
    number = next(iter(NUMBERS))
    notes = Notes()
    notes.add("sheets_ignored", 1, sheets=f"old {number}")
    assert notes.as_json()[0]["params"] == {"sheets": "old [card …3849]", "n": 1}
    assert FileQuarantined("sheet_missing", sheets=number).params == {"sheets": "[card …3849]"}
    file = deliver(tmp_path, book(fill=lambda made: made.add_worksheet(f"old {number}")), name="claims.xlsx")
    assert file.state == "imported"
    assert number not in str(file.notes)
    assert any("3849" in str(note) for note in file.notes)
