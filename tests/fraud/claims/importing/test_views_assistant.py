"""The mapping assistant: a stranger's file is looked at, corrected, saved as a profile and imported, and nothing is kept that must not be."""

from __future__ import annotations

import json
import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from fraud.claims.importing import services, trying, waiting
from fraud.claims.importing.drafts import find_draft
from fraud.claims.importing.field_labels import FIELD_LABELS
from fraud.claims.importing.fields import FIELDS
from fraud.claims.importing.guessing.columns import Guess
from fraud.claims.importing.guessing.texts import level_text, why_text
from fraud.claims.importing.laid_aside import forget_laid_aside
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.staging import StagedFile, stage
from fraud.claims.importing.summary import refused_name
from fraud.claims.importing.uploads import incoming_folder
from fraud.claims.models import Cardholder, Claim, ClaimFile, ImportProfile
from tests.cast import Cast, make_cast
from tests.fraud.claims.importing.files import read_people_here, workbook_bytes
from tests.fraud.claims.importing.guessing.test_guess import CARD, LEDGER, table
from tests.fraud.claims.importing.workbooks import in_sheet, repacked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]
ADDRESS = "/files/assistant/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading apart is tested with the sandbox; a process for every look would take long."""

    def stage_here(
        *, path: Path, spec: dict, bounds: object, going_on: object = None, **more: Any
    ) -> StagedFile:
        checked = read_spec(spec)
        return stage(lambda: open_table(path, checked), spec=checked, **more)

    monkeypatch.setattr("fraud.claims.importing.people.read_people_apart", read_people_here)
    monkeypatch.setattr(waiting, "ask_child", lambda _module, task, _bounds: waiting.answer_to(task))
    monkeypatch.setattr(trying, "stage_apart", stage_here)
    monkeypatch.setattr(services, "stage_apart", stage_here)


def signed_in(client: Client, user: object) -> Client:
    client.force_login(user)  # type: ignore[arg-type]
    client.cookies["django_language"] = "en"
    return client


def send(client: Client, content: bytes, form: dict[str, str] | None = None, file_name: str = "november.csv"):
    return client.post(ADDRESS, {"file": SimpleUploadedFile(file_name, content), **(form or {})})


def form_of(page: str) -> dict[str, str]:
    """What a browser would send back: hidden fields, chosen options, ticked boxes."""
    form = dict(
        re.findall(
            r'<input type="hidden" name="(draft|seen|based|chosen|was_\w+|sheet|header_row)" value="([^"]*)"',
            page,
        )
    )
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        first = re.search(r'<option(?: value="([^"]*)")?>([^<]*)', options)
        option = chosen or first
        assert option is not None
        form[name] = option[1] if option[1] is not None else option[2]
    form |= dict(re.findall(r'<input id="(currency)"[^>]* value="([^"]*)"', page))
    return form | dict.fromkeys(re.findall(r'type="checkbox" name="(\w+)" value="1" checked', page), "1")


def column(page: str, header: str) -> str:
    """The form's name of a column's choice."""
    found = re.search(rf'<select name="(c\d+)" aria-label="{header}"', page)
    assert found is not None
    return found[1]


def kept() -> list[Path]:
    return list(incoming_folder().iterdir())


def test_a_strangers_file_is_looked_at_saved_and_imported_in_two_steps(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    page = send(client, table(CARD, "\t", "cp949")).content.decode()
    assert "3 rows: 3 would be taken, 0 repeat another row, 0 would be rejected." in page
    assert "5,500" in page
    assert "2026-11-03 21:05" in page
    assert not Claim.objects.exists()
    answer = client.post(ADDRESS, form_of(page) | {"name": "our-card", "import": "1"}, follow=True)
    file = ClaimFile.objects.get()
    assert answer.redirect_chain == [(f"/files/{file.reference}/", 302)]
    assert (file.state, file.n_accepted, file.profile.name) == ("imported", 3, "our-card")
    assert sorted(Claim.objects.values_list("amount_minor", flat=True)) == [-12_000, 5_500, 12_000]
    assert kept() == []


def test_the_next_file_of_the_kind_needs_nothing_but_a_look(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    page = send(client, table(LEDGER, ";", "cp1252")).content.decode()
    client.post(ADDRESS, form_of(page) | {"name": "ledger", "save": "1"})
    assert kept() == []
    later = [LEDGER[0], [*LEDGER[1][:6], "Neue Buchhandlung", "7,00", "EUR", "Buch"]]
    again = send(client, table(later, ";", "cp1252"), file_name="december.csv").content.decode()
    assert "A profile fits" in again
    client.post(ADDRESS, form_of(again) | {"use": "1"})
    assert ClaimFile.objects.get().profile.name == "ledger"
    assert Claim.objects.get().amount_minor == 700


def test_every_choice_can_be_changed_and_is_shown_again(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    page = send(client, table(CARD)).content.decode()
    form = form_of(page) | {
        column(page, "비고"): "extra",
        column(page, "이용자명"): "",
        "invert": "1",
        "again": "1",
    }
    changed = client.post(ADDRESS, form).content.decode()
    assert "-12,000" in changed
    assert '<span class="tag success">sure</span> chosen' in changed
    client.post(ADDRESS, form_of(changed) | {"name": "turned", "save": "1"})
    spec = ImportProfile.objects.get(name="turned").spec
    assert spec["amounts"]["invert_sign"] is True
    assert spec["extra"] == {"비고": ["비고"]}
    assert "이용자명" not in json.dumps(spec["columns"], ensure_ascii=False)


def test_another_layout_is_guessed_anew(client: Client, cast: Cast) -> None:
    signed_in(client, cast.approver)
    rows = [
        ["Report of the month", "made by hand"],
        ["Date", "Shop", "Amount"],
        ["2026-11-05", "Paper shop", "1200"],
    ]
    page = send(client, table(rows)).content.decode()
    assert form_of(page)["header_row"] == "2"
    wrong = client.post(ADDRESS, form_of(page) | {"header_row": "1"}).content.decode()
    assert "Report of the month" in wrong
    assert "Still needed" in wrong


def test_what_no_column_gives_is_asked_for_by_name(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    rows = [
        ["Date", "Shop name", "Total"],
        ["2026-11-05", "Paper shop", "1200"],
        ["2026-11-06", "Tea shop", "3400"],
    ]
    page = send(client, table(rows)).content.decode()
    assert "Still needed" in page
    assert "Employee number" in page
    refused = client.post(ADDRESS, form_of(page) | {"name": "x", "save": "1"}).content.decode()
    assert "Still needed" in refused
    assert not ImportProfile.objects.filter(name="x").exists()


OPEN = [
    ["Employee ID", "Date", "Merchant", "Amount", "Currency"],
    ["E1", "03/04/2026", "Harbor Hotel", "1.250", "USD"],
    ["E2", "05/06/2026", "Corner Cafe", "2.500", "USD"],
]


def test_what_can_be_read_in_two_ways_is_asked_and_not_saved_before_the_answer(
    client: Client, cast: Cast
) -> None:
    signed_in(client, cast.system_admin)
    page = send(client, table(OPEN)).content.decode()
    assert "1.250 is 1.25<" in page
    assert "1.250 is 1,250<" in page
    assert "would be taken" not in page
    client.post(ADDRESS, form_of(page) | {"name": "open", "save": "1"})
    assert not ImportProfile.objects.filter(name="open").exists()
    page = client.post(ADDRESS, form_of(page) | {"decimal_sign": "."}).content.decode()
    assert "03/04/2026 is 2026-04-03" in page
    assert "03/04/2026 is 2026-03-04" in page
    client.post(ADDRESS, form_of(page) | {"name": "open", "save": "1"})
    assert not ImportProfile.objects.filter(name="open").exists()
    page = client.post(ADDRESS, form_of(page) | {"date_order": "%m/%d/%Y"}).content.decode()
    assert "2 rows: 2 would be taken" in page
    client.post(ADDRESS, form_of(page) | {"name": "open", "import": "1"})
    assert sorted(Claim.objects.values_list("amount_minor", flat=True)) == [125, 250]
    assert ImportProfile.objects.get(name="open").spec["dates"]["formats"][0] == "%m/%d/%Y"


def test_dates_that_a_later_row_settles_are_not_asked_about(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    many = [["E1", f"0{n % 9 + 1}/05/2026", f"Shop {n}", f"{n}.50", "USD"] for n in range(600)]
    last = ["E1", "25/05/2026", "Shop", "1.50", "USD"]
    page = send(client, table([OPEN[0], *many, last])).content.decode()
    assert "Day or month first?" not in page
    assert "601 rows: 601 would be taken" in page


def test_a_fitting_profile_that_was_changed_is_not_used_as_if_it_said_so(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    page = send(client, table(CARD)).content.decode()
    assert "A profile fits" in page
    changed = client.post(ADDRESS, form_of(page) | {"invert": "1", "use": "1"})
    assert changed.status_code == 200
    assert "You have changed what the profile" in changed.content.decode()
    assert not ClaimFile.objects.exists()


def test_a_profile_can_be_begun_with_or_left(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    page = send(client, table(CARD)).content.decode()
    without = client.post(ADDRESS, form_of(page) | {"profile": "-"}).content.decode()
    assert "A profile fits" not in without
    assert form_of(without)["profile"] == "-"
    again = client.post(ADDRESS, form_of(without) | {"again": "1"}).content.decode()
    assert form_of(again)["profile"] == "-"
    back = client.post(ADDRESS, form_of(again) | {"profile": form_of(page)["profile"]}).content.decode()
    assert "A profile fits" in back


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["사번", "성명", "입사일"], ["E1", "김도현", "2020-01-02"]], "This looks like a list of employees (입사일)"),
        ([["Date", "Description", "Debit", "Credit", "Balance"], ["2026-01-02", "x", "1", "", "5"]], "This looks like a bank statement (Balance)"),
        ([OPEN[0]], "The file names its columns, but has no row below them."),
    ],
)  # fmt: skip
def test_what_holds_no_claims_is_called_what_it_is(
    client: Client, cast: Cast, rows: list[list[str]], sentence: str
) -> None:
    assert sentence in send(signed_in(client, cast.system_admin), table(rows)).content.decode()


def test_a_list_of_people_is_taken_from_where_it_was_looked_at(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    page = send(
        client, table([["사번", "성명", "입사일"], ["E9001", "김도현", "2020-01-02"]])
    ).content.decode()
    assert "Import as: People" in page
    assert '<input type="hidden" name="feed" value="cardholders">' in page
    form = form_of(page)
    taken = client.post("/files/people/send/", {"feed": "cardholders", "draft": form["draft"]})
    assert taken.status_code == 200
    assert Cardholder.objects.get(employee_no="E9001").name == "김도현"
    assert kept() == []
    assert (
        client.post("/files/people/send/", {"feed": "cardholders", "draft": form["draft"]}).status_code == 422
    )


def test_a_payrolls_workbook_below_a_merged_title_is_called_what_it_is(client: Client, cast: Cast) -> None:
    rows = [["2026년 11월 급여 공제"], ["사번", "성명", "부서", "기본급", "환수공제"], ["E1", "김", "영업", "3500000", "50000"]]  # fmt: skip
    merged = in_sheet(
        b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:E1"/></mergeCells>'
    )
    content = repacked(workbook_bytes(rows), merged)
    page = send(signed_in(client, cast.system_admin), content, file_name="payroll.xlsx").content.decode()
    assert "payroll&#x27;s list of deductions" in page
    assert "are merged" not in page


def test_kinds_and_modes_stand_in_words_in_the_preview(client: Client, cast: Cast) -> None:
    rows = [["거래일", "사번", "가맹점", "금액", "거래구분", "정기결제"], ["2026-11-02", "E1", "한빛식당", "12000", "승인취소", "Y"]]  # fmt: skip
    page = send(signed_in(client, cast.system_admin), table(rows)).content.decode()
    assert ">Cancellation</td>" in page
    assert ">cancel</td>" not in page
    assert ">yes</td>" in page


@pytest.mark.parametrize("rows", [CARD, [row[:2] + row[5:] for row in CARD]], ids=["complete", "lacking"])
def test_a_file_with_a_card_number_is_refused_and_not_kept(
    client: Client, cast: Cast, rows: list[list[str]]
) -> None:
    signed_in(client, cast.system_admin)
    content = table([*rows, [*rows[-1][:-1], "4111111111111111"]])
    page = send(client, content).content.decode()
    assert "A full card number was found" in page
    assert "4111111111111111" not in page
    assert kept() == []


def test_rows_with_such_numbers_are_left_out_when_asked_and_the_file_is_still_not_kept(
    client: Client, cast: Cast
) -> None:
    signed_in(client, cast.system_admin)
    content = table([*CARD, [*CARD[1][:4], "30000009", *CARD[1][5:-1], "4111111111111111"]])
    page = send(client, content).content.decode()
    looked = send(client, content, form_of(page) | {"leave_out": "1"})
    assert "3 would be taken" in looked.content.decode()
    assert kept() == []
    sent = send(
        client,
        content,
        form_of(looked.content.decode()) | {"leave_out": "1", "name": "lenient", "import": "1"},
    )
    assert sent.status_code == 302
    assert (ClaimFile.objects.get().n_accepted, ClaimFile.objects.get().n_rejected) == (3, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp949"])
def test_a_file_whose_rows_are_taken_without_a_value_is_not_kept_and_can_still_be_imported(
    client: Client, cast: Cast, encoding: str
) -> None:
    signed_in(client, cast.system_admin)
    content = table([*CARD, [*CARD[1][:4], "30000009", *CARD[1][5:-1], "900101-1234569"]], ",", encoding)
    page = send(client, content).content.decode()
    assert "4 would be taken" in page
    assert "It was not kept, because it holds numbers that must not be stored." in page
    assert "One stands here: 비고, 5." in page
    assert kept() == []
    sent = send(client, content, form_of(page) | {"name": "without", "import": "1"})
    assert sent.status_code == 302
    assert (ClaimFile.objects.get().n_accepted, ClaimFile.objects.get().n_rejected) == (4, 0)
    assert kept() == []


def test_a_kept_file_is_looked_at_again_when_it_is_laid_out_otherwise(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answer = waiting.answer_to
    monkeypatch.setattr(
        waiting, "ask_child", lambda _m, task, _b: asked.append(task["encoding"]) or answer(task)
    )
    signed_in(client, cast.system_admin)
    page = send(client, table(CARD)).content.decode()
    client.post(ADDRESS, form_of(page) | {"again": "1"})
    assert asked == ["utf-8"]
    client.post(ADDRESS, form_of(page) | {"header_row": "2"})
    assert asked == ["utf-8", "utf-8"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Give the profile a short name"), ("a/b", "Give the profile a short name"), ("generic", "There is a profile “generic” already")],
)  # fmt: skip
def test_a_name_that_cannot_be_says_what_would_be_right(
    client: Client, cast: Cast, name: str, sentence: str
) -> None:
    signed_in(client, cast.system_admin)
    page = send(client, table(CARD)).content.decode()
    refused = client.post(ADDRESS, form_of(page) | {"name": name, "import": "1"})
    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert not ClaimFile.objects.exists()


def test_a_kept_file_is_one_persons_and_ends_after_an_hour(client: Client, cast: Cast) -> None:
    signed_in(client, cast.system_admin)
    page = send(client, table(CARD)).content.decode()
    (path,) = kept()
    signed_in(client, cast.approver)
    assert client.post(ADDRESS, form_of(page)).status_code == 422
    os.utime(path, (0, 0))
    send(client, table(LEDGER, ";"))
    assert path not in kept()
    (path,) = kept()
    assert (forget_laid_aside(), kept()) == (0, [path])
    os.utime(path, (0, 0))
    assert (forget_laid_aside(), kept()) == (1, [])


def test_only_who_may_import_uses_it_and_only_who_may_change_profiles_saves(
    client: Client, cast: Cast
) -> None:
    assert signed_in(client, cast.reviewer).get(ADDRESS).status_code == 403
    page = send(signed_in(client, cast.approver), table(CARD)).content.decode()
    refused = client.post(ADDRESS, form_of(page) | {"name": "mine", "save": "1"})
    assert "Only a system administrator saves profiles" in refused.content.decode()
    assert not ImportProfile.objects.filter(name="mine").exists()
    assert find_draft("forged", cast.approver) is None  # type: ignore[arg-type]


def test_what_is_no_table_is_refused_in_words(client: Client, cast: Cast) -> None:
    answer = send(signed_in(client, cast.approver), b"%PDF-1.7")
    assert answer.status_code == 422
    assert "This is a document" in answer.content.decode()
    assert kept() == []


def test_every_field_has_a_label_and_every_reason_words_in_both_languages() -> None:
    assert set(FIELD_LABELS) == set(FIELDS)
    for language in ("ko", "en"):
        assert why_text("content", {"shape": "date"}, language)
        assert why_text("former", {"profile": "bank"}, language).count("bank") == 1
        assert level_text(Guess("x", "amount", 0.7, "name").level, language)


# The command -------------------------------------------------------------------------------------------------------


def test_the_command_says_the_same_as_one_json_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "card.csv"
    path.write_bytes(table(CARD, ";", "cp949"))
    call_command("profile", str(path), "--json", "--save", "card-feed", "--column", "비고=project_code")
    data = json.loads(capsys.readouterr().out)
    assert data["layout"] == {"encoding": "cp949", "separator": ";", "header_row": 1, "sheet": ""}
    assert (data["trial"]["n_rows"], data["trial"]["n_taken"], len(data["trial"]["rows"])) == (3, 3, 3)
    assert data["spec"]["columns"]["project_code"] == ["비고"]
    assert ImportProfile.objects.get(name="card-feed").spec["columns"]["amount"][-2] == "승인금액"


def test_the_command_refuses_a_column_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "card.csv"
    path.write_bytes(table(CARD))
    with pytest.raises(CommandError, match="‘Nope’ 열이 없습니다"):
        call_command("profile", str(path), "--column", "Nope=amount")


def test_a_file_named_by_a_card_number_is_not_looked_at_and_not_kept(client: Client, cast: Cast) -> None:
    name = "4111-1111-1111-1111.csv"
    page = send(signed_in(client, cast.system_admin), table(CARD, "\t", "cp949"), file_name=name)
    with override("en"):
        assert refused_name(name) in unescape(page.content.decode())
    assert "4111-1111" not in page.content.decode()
    assert kept() == []
