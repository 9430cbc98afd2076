"""Personnel files as departments export them: other separators, encodings, titles, words for nothing; halves of days never guessed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from fraud.claims.importing.bounded import Bounds
from fraud.claims.importing.people import FeedResult, import_people
from fraud.claims.importing.people_apart import read_people_apart
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_reading import read_people
from fraud.claims.importing.people_uploads import receive_feed
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence
from fraud.claims.models import Absence, Cardholder, Vehicle
from tests.fraud.claims.importing.files import BY, workbook_bytes
from tests.fraud.claims.importing.workbooks import in_sheet, repacked

pytestmark = pytest.mark.django_db
LIST = "employee_no;name;department_code;hired_on;left_on\nE1;Jörg Müller;D1;02.03.2020;\nE2;Zoë;D2;15.04.2021;\n"


def delivered(folder: Path, feed: str, content: bytes, name: str = "list.csv") -> FeedResult:
    path = folder / name
    path.write_bytes(content)
    return import_people(path=path, name=name, feed=feed, by=BY)


def codes(result: FeedResult) -> list[tuple[int, str]]:
    return [(row["line"], row["code"]) for row in result.rejects.to_dicts()]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_a_list_is_read_in_the_separator_and_encoding_it_comes_in(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    result = delivered(tmp_path, "cardholders", LIST.replace(";", separator).encode(encoding))
    assert (result.n_written, result.n_rejected) == (2, 0)
    one = Cardholder.objects.get(employee_no="E1")
    assert (one.name, one.hired_on) == ("Jörg Müller", date(2020, 3, 2))  # 15.04. leaves one order


def test_days_that_could_be_months_are_refused_and_nothing_is_guessed(tmp_path: Path) -> None:
    result = delivered(tmp_path, "cardholders", LIST.replace("15.04", "05.04").encode())
    assert codes(result) == [(2, "date_ambiguous"), (3, "date_ambiguous")]


def test_a_korean_list_below_a_merged_title_is_read(tmp_path: Path) -> None:
    rows = [
        ["인사 명부 (2026.11.01 기준)"],
        ["사번", "성명", "부서명", "직위", "입사일자", "퇴직일"],
        ["E1", "홍길동", "영업1팀", "과장", datetime(2020, 3, 2), "9999-12-31"],
        ["E2", "김부장", "영업1팀", "부장", datetime(2010, 1, 4), datetime(2026, 10, 31)],
    ]
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:F1"/></mergeCells>'
    content = repacked(workbook_bytes(rows), in_sheet(b"</sheetData>", merged))
    result = delivered(tmp_path, "cardholders", content, "명부.xlsx")
    assert (result.n_written, result.n_rejected) == (2, 0)
    people = Cardholder.objects.order_by("employee_no").values_list("department__name", "grade", "left_on")
    assert list(people) == [("영업1팀", "과장", None), ("영업1팀", "부장", date(2026, 10, 31))]


@pytest.mark.parametrize(
    "nothing", ["", "-", "N/A", "0000-00-00", "00000000", "없음", "9999-12-31", "2999.12.31"]
)
def test_no_last_day_is_read_in_the_words_systems_have_for_it(tmp_path: Path, nothing: str) -> None:
    text = f"사번,성명,입사일,퇴사일\nE1,이하나,2020-01-02,{nothing}\n"
    assert delivered(tmp_path, "cardholders", text.encode()).n_rejected == 0
    assert Cardholder.objects.get(employee_no="E1").left_on is None


def test_a_first_day_is_needed_whatever_stands_for_none(tmp_path: Path) -> None:
    text = "차량번호,사번,배정일,반납일\n12가3456,E1,-,\n12가3457,E1,2026-01-02,9999-12-31\n"
    assert codes(delivered(tmp_path, "vehicles", text.encode())) == [(2, "date_not_valid")]
    assert Vehicle.objects.get().ends_on is None


def test_one_day_of_leave_may_have_one_column(tmp_path: Path) -> None:
    text = "사번,휴가구분,휴가일,반차구분\nE1,연차,2026-10-05,종일\nE2,반차,2026-10-06,오전\n"
    assert delivered(tmp_path, "absences", text.encode("cp949")).n_rejected == 0
    stored = Absence.objects.order_by("employee_no").values_list("starts_on", "ends_on", "half")
    assert list(stored) == [
        (date(2026, 10, 5), date(2026, 10, 5), ""),
        (date(2026, 10, 6), date(2026, 10, 6), "am"),
    ]


@pytest.mark.parametrize(
    ("kind", "half", "becomes"),
    [
        ("오전반차", "", "am"),
        ("반차(오후)", "", "pm"),
        ("오후 반차", "pm", "pm"),
        ("Half day AM", "", "am"),
        ("연차", "", ""),
        ("반차", "오전", "am"),
        ("반차", "", "half_not_told"),
        ("오전반차", "pm", "half_not_valid"),
        ("반반차", "", "leave_of_hours"),
        ("반반차", "am", "leave_of_hours"),
        ("외출", "", "leave_of_hours"),
    ],
)
def test_half_a_day_named_by_the_kind_of_leave_is_never_a_whole_one(
    tmp_path: Path, kind: str, half: str, becomes: str
) -> None:
    """An unknown code is refused with what it is; it never becomes a value."""
    text = f"사번,휴가종류,시작일,종료일,반차\nE1,{kind},2026-10-05,2026-10-05,{half}\n"
    result = delivered(tmp_path, "absences", text.encode())
    stored = list(Absence.objects.values_list("half", flat=True))
    assert (stored or [codes(result)[0][1]]) == [becomes]


def test_a_list_without_what_it_needs_is_told_the_names_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(FileQuarantined) as refusal:
        delivered(tmp_path, "absences", "사번,휴가종류\nE1,연차\n".encode())
    said = sentence("file", refusal.value.code, refusal.value.params, "ko")
    assert "starts_on / 시작일" in said
    assert "가져오기 설정" not in said


def test_a_department_without_a_code_is_the_one_of_that_name(tmp_path: Path) -> None:
    delivered(tmp_path, "cardholders", "사번,부서코드,부서명\nE1,D1,영업\n".encode())
    delivered(tmp_path, "cardholders", "사번,성명,소속\nE2,박둘,영업\nE3,최셋,구매\n".encode())
    placed = Cardholder.objects.order_by("employee_no").values_list("department__code", flat=True)
    assert list(placed) == ["D1", "D1", "구매"]


def test_a_file_read_in_a_process_of_its_own_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(LIST.replace("E2;Zoë", ";Zoë").encode("cp1252"))
    how = {"zone": "Asia/Seoul", "delimiter": ","}
    apart = read_people_apart(path, "cardholders", **how, bounds=Bounds(seconds=60))
    here = read_people(path, FEEDS["cardholders"], **how)
    for one in "rows", "ended", "rejects":
        assert getattr(apart, one).equals(getattr(here, one))
    assert (apart.notes, apart.n_unapproved) == (here.notes, here.n_unapproved)
    assert apart.rows.height == apart.rejects.height == 1


def test_an_upload_that_needs_too_much_is_stopped_and_told(tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_MAX_MEGABYTES = 1
    with pytest.raises(FileQuarantined) as refusal:
        receive_feed(parts=[LIST.encode()], name="list.csv", feed="cardholders", by=BY)
    assert refusal.value.code == "reader_stopped"
    assert not Cardholder.objects.exists()
