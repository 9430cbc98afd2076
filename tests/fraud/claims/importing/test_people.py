"""Personnel feeds: added, updated, never doubled; faults reported; nothing with a resident number."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from audit.actor import Actor
from audit.models import AuditEvent
from fraud.claims.identity import barred_cardholders
from fraud.claims.importing.people import FeedUnknown, import_people
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.models import (
    Absence,
    Cardholder,
    Department,
    OvertimeApproval,
    PreApproval,
    Relative,
    Trip,
    Vehicle,
)
from fraud.company.models import CompanyHoliday
from tests.cast import make_cast
from tests.fraud.claims.importing.files import BY, read_people_here

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraud.claims.importing.people.read_people_apart", read_people_here)


def feed(folder: Path, name: str, text: str):
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    return import_people(path=path, name=path.name, feed=name, by=BY)


def test_a_feed_in_one_date_form_is_taken_whole_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    Cardholder.objects.create(employee_no="E2", is_unassigned=True)
    text = "사번,성명,부서코드,부서명,직급,입사일,퇴사일\nE1,이하나,D1,영업,과장,2020-01-02,\nE2,박둘,D1,영업,대리,2021-03-04,2025-12-31\n"
    first = feed(tmp_path, "cardholders", text)
    assert (first.n_rows, first.n_written, first.n_rejected) == (2, 2, 0)
    two = Cardholder.objects.get(employee_no="E2")
    assert (two.name, two.is_unassigned, two.hired_on, two.left_on) == (
        "박둘",
        False,
        date(2021, 3, 4),
        date(2025, 12, 31),
    )
    assert two.department == Department.objects.get(code="D1", name="영업")
    assert feed(tmp_path, "cardholders", text).n_written == 0
    changed = feed(tmp_path, "cardholders", text.replace("과장", "차장"))
    assert changed.n_written == 1
    assert Cardholder.objects.get(employee_no="E1").grade == "차장"
    assert AuditEvent.objects.filter(action="feed.imported").count() == 3


def test_absences_trips_and_overtime_go_to_their_tables(tmp_path: Path) -> None:
    feed(
        tmp_path,
        "absences",
        "employee_no,kind,starts_on,ends_on,half\nE1,annual,2026-03-02,2026-03-03,\nE1,annual,2026-03-05,2026-03-05,am\n",
    )
    feed(
        tmp_path,
        "trips",
        "trip_no,employee_no,starts_on,ends_on,region,country\nT1,E1,2026-03-02,2026-03-04,부산,KR\n",
    )
    feed(tmp_path, "overtimes", "employee_no,on,until\nE1,2026-03-02,22:30\nE2,2026-03-02,\n")
    assert list(Absence.objects.order_by("starts_on").values_list("starts_on", "half")) == [
        (date(2026, 3, 2), ""),
        (date(2026, 3, 5), "am"),
    ]
    assert Trip.objects.get().region == "부산"
    assert dict(OvertimeApproval.objects.values_list("employee_no", "until")) == {
        "E1": time(22, 30),
        "E2": None,
    }


def test_the_same_days_again_change_nothing_and_others_end_what_was_known(tmp_path: Path) -> None:
    text = "trip_no,employee_no,starts_on,ends_on,region\nT1,E1,2026-03-02,2026-03-04,부산\n"
    assert feed(tmp_path, "trips", text).n_written == 1
    assert feed(tmp_path, "trips", text).n_written == 0
    shorter = "trip_no,employee_no,starts_on,ends_on\nT1,E1,2026-03-02,2026-03-03\n"
    assert feed(tmp_path, "trips", shorter).n_written == 1
    before, now = Trip.objects.order_by("id")
    assert (before.ends_on, before.superseded_at) == (date(2026, 3, 4), now.received_at)
    assert (now.ends_on, now.region, now.superseded_at) == (date(2026, 3, 3), "부산", None)


def test_half_a_day_is_read_in_the_words_people_write_and_never_guessed(tmp_path: Path) -> None:
    written = ["AM", "오전", "pm", "오후 반차", "", "반차", "half"]
    rows = [f"E{n},annual,2026-03-02,2026-03-02,{half}" for n, half in enumerate(written)]
    result = feed(tmp_path, "absences", "employee_no,kind,starts_on,ends_on,half\n" + "\n".join(rows) + "\n")
    stored = dict(Absence.objects.values_list("employee_no", "half"))
    assert stored == {"E0": "am", "E1": "am", "E2": "pm", "E3": "pm", "E4": ""}
    assert [(r["line"], r["code"]) for r in result.rejects.to_dicts()] == [
        (7, "half_not_valid"),
        (8, "half_not_valid"),
    ]


def test_rows_that_cannot_be_read_are_reported_with_their_line(tmp_path: Path) -> None:
    result = feed(
        tmp_path,
        "absences",
        "employee_no,kind,starts_on,ends_on\nE1,annual,2026-03-09,2026-03-02\n,annual,2026-03-02,2026-03-02\nE2,annual,2026-02-30,2026-03-01\n",
    )
    assert [(r["line"], r["code"]) for r in result.rejects.to_dicts()] == [
        (2, "days_not_in_order"),
        (3, "feed_value_missing"),
        (4, "date_not_valid"),
    ]
    assert not Absence.objects.exists()


def test_a_feed_with_a_resident_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileQuarantined):
        feed(tmp_path, "cardholders", "사번,성명,주민번호\nE1,이하나,900101-1234568\n")
    assert not Cardholder.objects.exists()


def test_a_feed_needs_a_known_name_and_its_columns(tmp_path: Path) -> None:
    with pytest.raises(FeedUnknown):
        feed(tmp_path, "holidays", "a\n1\n")
    with pytest.raises(FileQuarantined) as refused:
        feed(tmp_path, "trips", "employee_no,starts_on\nE1,2026-03-02\n")
    assert refused.value.code == "feed_columns_missing"


def test_parquet_feeds_keep_their_types(tmp_path: Path) -> None:
    path = tmp_path / "overtime.parquet"
    pl.DataFrame({"employee_no": ["E1"], "on": [date(2026, 3, 2)], "until": [time(23, 0)]}).write_parquet(
        path
    )
    call_command("import_people", str(path), "--feed", "overtimes", "--json")
    assert OvertimeApproval.objects.get().until == time(23, 0)


def test_relatives_vehicles_and_expenses_approved_before_go_to_their_tables(tmp_path: Path) -> None:
    feed(tmp_path, "relatives", "사번,관계인사번,관계\nE1,E2,배우자\n")
    vehicles = "차량번호,사번,배정일,반납일\n12가3456,E1,2026-01-01,\n12가3456,E2,2026-03-01,2026-04-01\n"
    assert [feed(tmp_path, "vehicles", vehicles).n_written for _ in range(2)] == [2, 0]
    approved = '사전승인번호,사번,시작일,종료일,승인금액,통화\nPA-1,E1,2026-03-02,2026-03-04,"1,200,000",krw\nPA-2,E1,2026-03-02,2026-03-04,많이,KRW\n'
    result = feed(tmp_path, "pre_approvals", approved)
    assert (result.n_written, result.rejects["code"].to_list()) == (1, ["amount_not_valid"])
    assert Relative.objects.get().relative_no == "E2"
    assert [(v.employee_no, v.ends_on) for v in Vehicle.objects.order_by("pk")] == [
        ("E1", None),
        ("E2", date(2026, 4, 1)),
    ]
    assert (PreApproval.objects.get().amount, PreApproval.objects.get().currency) == ("1200000", "KRW")


@pytest.mark.parametrize(("own", "other"), [("E1001", "E2001"), ("E2001", "E1001")])
def test_a_relative_of_the_cardholder_is_barred_whichever_of_the_two_the_row_is_about(
    own: str, other: str, tmp_path: Path
) -> None:
    holder = Cardholder.objects.create(employee_no="E2001")
    reviewer = Actor("jimin.han", employee_no="e-1001")
    assert holder.pk not in barred_cardholders(reviewer)
    feed(tmp_path, "relatives", f"사번,관계인사번\n{own},{other}\n")
    assert holder.pk in barred_cardholders(reviewer)


@pytest.mark.parametrize("feed_name", sorted(FEEDS))
def test_every_feed_has_its_page_and_its_address(feed_name: str, client: Any) -> None:
    cast = make_cast()
    client.force_login(cast.approver)
    page = client.get(reverse("fraud:people-feeds")).content.decode()
    assert f'value="{feed_name}"' in page
    empty = SimpleUploadedFile("people.csv", b"a,b\n1,2\n")
    for address in (reverse("fraud:send-feed"), f"/api/v1/people/{feed_name}/"):
        empty.seek(0)
        answer = client.post(address, {"file": empty, **({"feed": feed_name} if "send" in address else {})})
        assert answer.status_code in (400, 422)
        assert FEEDS[feed_name].keys[0] in answer.content.decode()


def test_a_feed_through_the_page_and_the_interface_tells_what_became_of_its_rows(client: Any) -> None:
    cast = make_cast()
    client.force_login(cast.approver)
    content = "일자,명칭\n2026-11-25,창립기념일\n내일,휴무\n".encode()
    answer = client.post("/api/v1/people/calendar/", {"file": SimpleUploadedFile("days.csv", content)}).json()
    assert (answer["n_rows"], answer["n_written"], answer["n_rejected"]) == (2, 1, 1)
    page = client.post(
        reverse("fraud:send-feed"), {"feed": "calendar", "file": SimpleUploadedFile("days.csv", content)}
    )
    assert (page.status_code, page.context["result"].n_written) == (200, 0)
    client.force_login(cast.reviewer)
    assert client.get(reverse("fraud:people-feeds")).status_code == 403


def test_a_day_that_was_worked_and_is_off_again_by_a_file_has_deadlines_follow_it_anew(
    tmp_path: Path,
) -> None:
    before = datetime(2026, 1, 1, tzinfo=UTC)
    for on, kind in (("2026-11-25", "working"), ("2026-11-26", "company")):
        CompanyHoliday.objects.create(
            on=on, name="창립기념일", kind=kind, added_at=before, deadlines_moved_at=before
        )
    feed(tmp_path, "calendar", "일자,명칭,구분\n2026-11-25,창립기념일,휴무\n2026-11-26,창립기념일,휴무\n")
    again, same = CompanyHoliday.objects.order_by("on")
    assert (again.kind, again.deadlines_moved_at) == ("company", None)
    assert again.added_at > before
    assert (same.deadlines_moved_at, same.added_at) == (before, before)
