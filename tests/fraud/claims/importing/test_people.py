"""Personnel feeds: added, updated, never doubled; faults reported; nothing with a resident number."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command

from audit.models import AuditEvent
from fraud.claims.importing.people import FeedUnknown, import_people
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.models import Absence, Cardholder, Department, OvertimeApproval, Trip
from tests.fraud.claims.importing.files import BY

pytestmark = pytest.mark.django_db


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
        (2, "date_not_valid"),
        (3, "value_missing"),
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
    assert refused.value.code == "columns_missing"


def test_parquet_feeds_keep_their_types(tmp_path: Path) -> None:
    path = tmp_path / "overtime.parquet"
    pl.DataFrame({"employee_no": ["E1"], "on": [date(2026, 3, 2)], "until": [time(23, 0)]}).write_parquet(
        path
    )
    call_command("import_people", str(path), "--feed", "overtimes", "--json")
    assert OvertimeApproval.objects.get().until == time(23, 0)
