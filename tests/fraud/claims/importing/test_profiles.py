"""Import profiles: what cannot work is refused when it is saved; constants, codes and states are what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from audit.actor import Actor, Role
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from audit.redaction import find_card_numbers
from fraud.claims.importing.exemptions import approve_exemption, propose_exemption, return_exemption
from fraud.claims.importing.people import import_people
from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profiles import save_profile
from fraud.claims.importing.texts import sentence
from fraud.claims.models import Absence, Cardholder, Claim, ColumnExemption, ImportProfile, Label
from fraud.project.environment import database
from rules.exceptions import ReasonNeeded, WrongState
from tests.cast import make_person
from tests.fraud.claims.importing.files import (
    BY,
    HEADER,
    codes,
    csv_bytes,
    csv_text,
    deliver,
    noted,
    profile,
    row,
)

pytestmark = pytest.mark.django_db


def changed(**more: Any) -> dict[str, Any]:
    return {**profile().spec, **more}


@pytest.mark.parametrize("field", ["external_id", "transacted_at", "amount"])
@pytest.mark.parametrize("how", ["absent", "empty", "not required"])
def test_a_profile_without_what_every_claim_needs_is_not_saved(field: str, how: str) -> None:
    columns = dict(profile().spec["columns"])
    spec = changed(columns=columns)
    if how == "absent":
        del columns[field]
    elif how == "empty":
        columns[field] = []
    else:
        needed = ["external_id", "employee_no", "transacted_at", "amount", "merchant_name"]
        spec["required"] = [name for name in needed if name != field]
    with pytest.raises(ProfileNotValid) as refused:
        save_profile(name="ours", spec=spec, by=BY)
    assert [params for *_, params in refused.value.problems] == [{"field": field}]


def test_a_constant_fills_blank_cells_and_absent_columns_and_nothing_else(tmp_path: Path) -> None:
    columns = {
        **profile().spec["columns"],
        "purpose_text": {"from": ["적요"], "constant": "미기재"},
        "grade": {"from": ["직급"], "constant": "사원"},
        "amount": {"from": ["금액"], "constant": "7"},
    }
    used = save_profile(name="ours", spec=changed(columns=columns), by=BY)
    file = deliver(tmp_path, csv_bytes(row(적요=""), row(claim_id="C-2", 금액="")), used=used)
    assert codes(file) == []
    assert list(Claim.objects.order_by("external_id").values_list("purpose_text", "amount_minor")) == [
        ("미기재", 12000),
        ("점심", 7),
    ]
    assert Cardholder.objects.get().grade == "사원"


def test_a_month_of_which_no_row_could_be_taken_says_so(tmp_path: Path) -> None:
    file = deliver(tmp_path, csv_bytes(row(통화="?"), row(claim_id="C-2", 금액="x")))
    assert (file.state, file.n_rejected) == ("rejected", 2)
    assert deliver(tmp_path, csv_bytes(row(통화="?"), row(claim_id="C-2", 금액="x"))).pk == file.pk


def test_the_command_says_that_a_file_was_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(csv_bytes(row()))
    answers = []
    for _ in range(2):
        call_command("import_claims", str(path), "--json")
        answers.append(json.loads(capsys.readouterr().out)["is_known"])
    assert answers == [False, True]


def test_an_outcome_is_known_by_the_words_that_files_of_outcomes_use(tmp_path: Path) -> None:
    words = ["misuse", "Legitimate", "오남용", "정상", "fraud", "in order"]
    rows = [row(claim_id=f"C-{n}", outcome=word) for n, word in enumerate(words)]
    lines = [",".join(rows[0])] + [",".join(r.values()) for r in rows]
    file = deliver(tmp_path, "\n".join(lines).encode())
    known = dict(Label.objects.values_list("claim__external_id", "is_misuse"))
    assert known == {f"C-{n}": n % 2 == 0 for n in range(6)}
    assert not [note for note in file.notes if note["code"] == "label_unknown"]


def test_an_outcome_nobody_knows_is_no_outcome_and_is_noted(tmp_path: Path) -> None:
    rows = [row(claim_id=f"C-{n}", outcome=word) for n, word in enumerate(["1", "0", "검토중", ""])]
    lines = [",".join(rows[0])] + [",".join(r.values()) for r in rows]
    file = deliver(tmp_path, "\n".join(lines).encode())
    assert sorted(Label.objects.values_list("is_misuse", flat=True)) == [False, True]
    assert [note["params"]["n"] for note in file.notes if note["code"] == "label_unknown"] == [1]


@pytest.mark.parametrize("empty", ["", '""', "  ", '" "'])
def test_an_empty_date_is_empty_however_it_is_written(empty: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"사번,성명,입사일,퇴사일\nE1,이하나,2020-01-02,{empty}\n", encoding="utf-8")
    result = import_people(path=path, name=path.name, feed="cardholders", by=BY)
    assert (result.n_rejected, Cardholder.objects.get().left_on) == (0, None)


@pytest.mark.parametrize(
    ("word", "half"),
    [("AM", "am"), ("오전", "am"), ("오후반차", "pm"), ("p.m.", "pm"), ("반차", None), ("0.5", None)],
)
def test_a_word_for_half_a_day_is_that_half_or_refused(word: str, half: str | None, tmp_path: Path) -> None:
    path = tmp_path / "absences.csv"
    path.write_text(
        f"사번,휴가종류,시작일,종료일,반차\nE1,연차,2026-11-02,2026-11-02,{word}\n", encoding="utf-8"
    )
    result = import_people(path=path, name=path.name, feed="absences", by=BY)
    assert (result.n_rejected, list(Absence.objects.values_list("half", flat=True))) == (
        (0, [half]) if half else (1, [])
    )


@pytest.mark.parametrize(
    ("url", "engine", "name"),
    [
        ("", "sqlite3", "/home/x/cleancard.sqlite3"),
        ("sqlite:///data/my.sqlite3", "sqlite3", "data/my.sqlite3"),
        ("sqlite:////var/my.sqlite3", "sqlite3", "/var/my.sqlite3"),
        ("sqlite://", "sqlite3", "/home/x/cleancard.sqlite3"),
        ("postgresql://u:p%40@h:5/db", "postgresql", "db"),
        ("postgres://u@h/db", "postgresql", "db"),
    ],
)
def test_an_address_of_a_database_is_read_as_what_it_says(url: str, engine: str, name: str) -> None:
    found = database(url, Path("/home/x"))
    assert (str(found["ENGINE"]).rsplit(".", 1)[1], str(found["NAME"])) == (engine, name)


@pytest.mark.parametrize("url", ["mysql://u@h/db", "cleancard.sqlite3", "oracle://h"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        database(url, Path("/home/x"))


def test_a_suspected_number_costs_its_value_and_the_note_says_where(tmp_path: Path) -> None:
    file = deliver(tmp_path, csv_bytes(row(적요="등록 200315-3123450"), row(claim_id="C-2")))
    assert (codes(file), file.n_accepted) == ([], 2)
    (note,) = [note["params"] for note in file.notes if note["code"] == "value_withheld"]
    assert (note["column"], note["lines"]) == ("적요", "2")
    assert "3123450" not in json.dumps(file.notes)
    assert Claim.objects.get(external_id="C-001").purpose_text == ""


@pytest.mark.parametrize(
    ("sensitive", "state"),
    [("quarantine", "quarantined"), ("reject_row", "imported"), ("withhold", "imported")],
)
def test_a_card_number_costs_what_the_profile_says(sensitive: str, state: str, tmp_path: Path) -> None:
    rows = [
        row(적요="4111-1111-1111-1111"),
        row(claim_id="C-2"),
        row(claim_id="C-3", 가맹점명="4111111111111111"),
    ]
    file = deliver(tmp_path, csv_bytes(*rows), used=profile(sensitive=sensitive))
    lost = {"quarantine": [], "reject_row": [(2, "card_number_in_row"), (4, "card_number_in_row")]}
    assert file.state == state
    assert codes(file) == lost.get(sensitive, [(4, "card_number_in_row")])
    assert ("value_withheld" in noted(file)) == (sensitive == "withhold")
    kept = " ".join(file.rejects.values_list("original", flat=True)).replace("[card …1111]", "")
    assert "1111" not in kept


@pytest.mark.parametrize("sensitive", ["quarantine", "reject_row", "withhold"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_column_of_full_numbers_that_is_mapped_to_the_card_loses_no_row(
    sensitive: str, language: str, tmp_path: Path
) -> None:
    """It is told before any row is read, with the column to map instead where there is one."""
    full = [
        f"411111111111{n:04}" for n in range(1000, 9999) if any(find_card_numbers(f"411111111111{n:04}"))
    ][:4]
    rows = [row(claim_id=f"C-{n}", 카드번호=number) for n, number in enumerate(full)]
    file = deliver(tmp_path, csv_bytes(*rows), used=profile(sensitive=sensitive))
    assert (file.state, file.n_accepted, file.rejects.count()) == ("quarantined", 0, 0)
    assert file.error == {"code": "card_column_full", "params": {"column": "카드번호", "n": 4}}
    shown = [{**one, "가린번호": f"4111-****-****-{n:04}"} for n, one in enumerate(rows)]
    content = csv_text(shown, [*HEADER, "가린번호"]).encode()
    refused = deliver(tmp_path, content, used=profile(sensitive=sensitive))
    said = sentence("file", refused.error["code"], refused.error["params"], language)
    assert "가린번호" in said
    assert "카드번호" in said
    assert not any(number in json.dumps(refused.error) for number in full)


def test_a_few_full_numbers_among_masked_ones_cost_their_rows_only(tmp_path: Path) -> None:
    rows = [row(claim_id=f"C-{n}") for n in range(8)] + [row(claim_id="C-9", 카드번호="4111111111111111")]
    file = deliver(tmp_path, csv_bytes(*rows), used=profile(sensitive="reject_row"))
    assert (file.state, codes(file)) == ("imported", [(10, "card_number_in_row")])


# Columns without card or resident numbers ---------------------------------------------------------------------------

ADMIN = Actor(username="admin", roles=frozenset({Role.SYSTEM_ADMIN}), employee_no="E1")
APPROVER = Actor(username="approver", roles=frozenset({Role.APPROVER}), employee_no="E2")
CARD_LIKE, RESIDENT_LIKE = "4111111111111111", "9001011234568"


def test_an_agreed_column_frees_the_refused_file_from_both_kinds_of_number(tmp_path: Path) -> None:
    used = save_profile(name="ours", spec=profile().spec, by=ADMIN)
    content = csv_bytes(row(승인번호=CARD_LIKE), row(claim_id="C-2", 승인번호=RESIDENT_LIKE))
    refused = deliver(tmp_path, content, used=used)
    assert refused.error["code"] == "card_number"
    proposed = propose_exemption(profile=used, column="승인번호", reason="gateway numbers", by=ADMIN)
    used.refresh_from_db()
    assert deliver(tmp_path, content, used=used).error["code"] == "card_number"
    approve_exemption(exemption=proposed, by=APPROVER)
    used.refresh_from_db()
    read = deliver(tmp_path, content, used=used)
    assert (read.state, read.n_accepted) == ("imported", 2)
    told = AuditEvent.objects.filter(action__startswith="exemption.").values_list("action", "reason")
    assert set(told) == {("exemption.proposed", "gateway numbers"), ("exemption.approved", "gateway numbers")}


def test_nobody_exempts_a_column_alone_or_without_a_reason() -> None:
    used = save_profile(name="ours", spec=profile().spec, by=ADMIN)
    with pytest.raises(ProfileNotValid) as refused:
        save_profile(name="ours", spec=changed(not_card_columns=["승인번호"]), by=ADMIN)
    assert refused.value.problems[0][1] == "exempted_alone"
    with pytest.raises(ReasonNeeded):
        propose_exemption(profile=used, column="승인번호", reason=" ", by=ADMIN)
    row_ = propose_exemption(profile=used, column="승인번호", reason="gateway numbers", by=ADMIN)
    both = Actor(username="admin2", roles=frozenset({Role.APPROVER}), employee_no="E1")
    make_person("admin", Role.SYSTEM_ADMIN, employee_no="E1")
    row_.proposed_by = make_person("admin3", Role.SYSTEM_ADMIN, employee_no="E1")
    row_.save()
    for step in (
        lambda: approve_exemption(exemption=row_, by=both),
        lambda: approve_exemption(exemption=row_, by=ADMIN),
    ):
        with pytest.raises(NotPermitted):
            step()
    return_exemption(exemption=row_, reason="show me one", by=APPROVER)
    with pytest.raises(WrongState):
        approve_exemption(exemption=row_, by=APPROVER)


def test_the_page_proposes_and_decides(client: Client) -> None:
    client.force_login(make_person("admin", Role.SYSTEM_ADMIN, employee_no="E1"))
    page = "/files/profiles/generic/"
    client.get(page)
    client.post(f"{page}exemptions/", {"column": "주문번호", "reason": "order numbers"})
    row_ = ColumnExemption.objects.get()
    assert "order numbers" in client.get(page).content.decode()
    assert client.post(f"{page}exemptions/{row_.pk}/approve/").status_code == 403
    client.force_login(make_person("approver", Role.APPROVER, employee_no="E2"))
    assert f"exemptions/{row_.pk}/approve/" in client.get(page).content.decode()
    assert client.post(f"{page}exemptions/{row_.pk}/approve/").status_code == 302
    assert ImportProfile.objects.get(name="generic").spec["not_card_columns"] == ["주문번호"]
