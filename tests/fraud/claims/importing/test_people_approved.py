"""Personnel rows that were not granted are no facts; kinds, states and hours nobody knows are refused, and unused columns are named."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from fraud.claims.importing.parsing.leaves import meaning_of
from fraud.claims.importing.people import FeedResult, import_people
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence
from fraud.claims.models import Absence, Cardholder, OvertimeApproval, PreApproval, Relative, Trip
from fraud.company.models import CompanyHoliday
from tests.cast import make_cast
from tests.fraud.claims.importing.files import BY, read_people_here


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraud.claims.importing.people.read_people_apart", read_people_here)


def delivered(folder: Path, feed: str, text: str) -> FeedResult:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return import_people(path=path, name=path.name, feed=feed, by=BY)


def codes(result: FeedResult) -> list[tuple[int, str]]:
    return [(row["line"], row["code"]) for row in result.rejects.to_dicts()]


WHOLE = (
    "연차|월차|병가|공가|경조휴가|경조휴가(결혼)|병가(독감)|출산휴가|육아휴직|대체휴무|예비군훈련|리프레시휴가|연차 1일|연차(종일)|annual|Annual leave|sick|"
    "Sick leave|unpaid leave|leave of absence|PTO|paid time off|parental|Urlaub|休暇|ｐｔｏ|"
)
HALF = {
    "am": "오전반차|반차(오전)|연차(오전)|오전연차|AM반차|Half-day AM|annual leave (morning)|Urlaub Vormittag|0.5일(오전)",
    "pm": "오후반차|연차(오후)|연차-오후|반차 PM|Annual leave (half day PM)|하프데이 오후",
    "?": "반차|반일|반휴|하프데이|0.5|0.5일|연차0.5|연차(0.5)|½ 연차|1/2 연차|half day|반일연차|반차(오전/오후)",
}
REFUSED = {
    "leave_of_hours": "반반차|시간차|연차2시간|연차(4시간)|PTO 4h|외출|조퇴|지각|연차(일부)|연차 0.25|quarter day|8시간|early leave",
    "leave_not_granted": "취소|휴가취소|반려|신청반려|연차(신청중)|연차 취소|연차(승인대기)|leave cancelled|annual (pending)|leave request",
    "leave_kind_unknown": (
        "오전|AM|Vormittag|재택|재택근무|출장|외근|교육|해외연수|휴일근무|대체근무|육아기단축근무|연차(반)|연차(재택)|연차(4)|연차 1.5일|미사용연차|"
        "연차수당|no leave|work from home|training leave|01|A|기타|other|#N/A"
    ),
}


def test_kinds_of_leave_that_are_known_are_whole_days_or_the_half_they_name() -> None:
    assert {kind: meaning_of(kind) for kind in WHOLE.split("|")} == dict.fromkeys(WHOLE.split("|"), ("", ""))
    for half, kinds in HALF.items():
        assert {kind: meaning_of(kind) for kind in kinds.split("|")} == dict.fromkeys(
            kinds.split("|"), ("", half)
        )


@pytest.mark.parametrize("code", REFUSED)
def test_a_kind_that_is_no_leave_or_not_granted_or_of_hours_is_never_a_day(code: str) -> None:
    kinds = REFUSED[code].split("|")
    assert {kind: meaning_of(kind)[0] for kind in kinds} == dict.fromkeys(kinds, code)


@given(
    st.text("가나연차반오전 ()0.5/amh일-", max_size=12),
    st.sampled_from(["취소", "반려", "시간", "재택", "4h", "신청중"]),
    st.sampled_from(["연차", "annual leave"]),
)
def test_a_word_that_takes_something_back_is_never_read_over(text: str, word: str, leave: str) -> None:
    assert meaning_of(f"{leave} {word} {text}")[0]
    assert meaning_of(f"{text} {word}{leave}")[0]


@pytest.mark.django_db
def test_a_refused_kind_says_what_is_known_in_both_languages(tmp_path: Path) -> None:
    rows = "E1,재택근무,2026-11-02,2026-11-02\nE2,연차(신청중),2026-11-02,2026-11-02\nE3,연차,2026-11-02,2026-11-02\nE4,반차,2026-11-02,2026-11-02\n"
    result = delivered(tmp_path, "absences", "사번,휴가종류,시작일,종료일\n" + rows)
    assert codes(result) == [(2, "leave_kind_unknown"), (3, "leave_not_granted"), (5, "half_not_told")]
    assert list(Absence.objects.values_list("employee_no", flat=True)) == ["E3"]
    for language in "en", "ko":
        assert "연차, 월차, 병가" in sentence(
            "row", "leave_kind_unknown", {"known": "연차, 월차, 병가"}, language
        )


LEAVE = "사번,휴가종류,시작일,종료일,결재상태\n"


@pytest.mark.django_db
def test_leave_that_was_rejected_cancelled_or_only_asked_for_is_not_stored_and_counted_apart(
    tmp_path: Path,
) -> None:
    states = ["승인", "결재완료", "반려", "취소", "신청중", "approved", "Rejected", "N", "", "글쎄"]
    rows = [f"E{n},연차,2026-11-02,2026-11-02,{state}" for n, state in enumerate(states)]
    result = delivered(tmp_path, "absences", LEAVE + "\n".join(rows) + "\n")
    assert set(Absence.objects.values_list("employee_no", flat=True)) == {"E0", "E1", "E5"}
    assert (result.n_rows, result.n_written, result.n_unapproved) == (10, 3, 5)
    assert codes(result) == [(10, "feed_value_missing"), (11, "state_unknown")]


@pytest.mark.django_db
def test_leave_that_was_known_ends_when_it_is_delivered_as_cancelled(tmp_path: Path) -> None:
    row = "E1,연차,2026-11-02,2026-11-02,"
    delivered(tmp_path, "absences", LEAVE + row + "승인\nE2,연차,2026-11-02,2026-11-02,승인\n")
    asked = delivered(tmp_path, "absences", LEAVE + row + "취소신청\n")
    assert (asked.n_unapproved, asked.n_ended) == (1, 0)  # it is still granted
    gone = delivered(tmp_path, "absences", LEAVE + row + "취소\n")
    assert (gone.n_unapproved, gone.n_ended, gone.n_rejected) == (1, 1, 0)
    assert list(Absence.objects.filter(superseded_at=None).values_list("employee_no", flat=True)) == ["E2"]
    assert delivered(tmp_path, "absences", LEAVE + row + "취소\n").n_ended == 0
    both = delivered(tmp_path, "absences", LEAVE + row + "취소\n" + row + "승인\n")  # asked for anew
    assert (both.n_written, both.n_ended) == (1, 0)
    again = delivered(tmp_path, "absences", LEAVE + row + "승인\n" + row + "취소\n")
    assert (again.n_written, again.n_ended) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("feed", "model", "text"),
    [
        ("trips", Trip, "출장번호,사번,시작일,종료일,상태\nT1,E1,2026-11-02,2026-11-03,취소\nT2,E1,2026-11-05,2026-11-06,반려\nT3,E1,2026-11-05,2026-11-06,승인\n"),
        ("overtimes", OvertimeApproval, "사번,일자,시작시각,종료시각,승인여부\nE1,2026-11-04,18:00,22:00,반려\nE1,2026-11-05,18:00,22:00,N\nE1,2026-11-06,18:00,22:00,Y\n"),
        ("pre_approvals", PreApproval, "사전승인번호,사번,시작일,종료일,승인금액,통화,결재상태\nP1,E1,2026-11-02,2026-11-03,300000,KRW,반려\nP2,E1,2026-11-02,2026-11-03,300000,KRW,결재중\nP3,E1,2026-11-02,2026-11-03,300000,KRW,승인\n"),
        ("absences", Absence, "사번,휴가종류,시작일,종료일,취소여부,취소일\nE1,연차,2026-11-02,2026-11-02,Y,\nE2,연차,2026-11-02,2026-11-02,N,2026-11-01\nE3,연차,2026-11-02,2026-11-02,N,-\n"),
        ("absences", Absence, "사번,휴가종류,시작일,종료일,결재상태,상태\nE1,연차,2026-11-02,2026-11-02,승인,취소\nE2,연차,2026-11-02,2026-11-02,반려,정상\nE3,연차,2026-11-02,2026-11-02,승인,정상\n"),
    ],
)  # fmt: skip
def test_only_what_was_approved_excuses_or_accuses(feed: str, model: Any, text: str, tmp_path: Path) -> None:
    result = delivered(tmp_path, feed, text)
    assert (result.n_written, result.n_unapproved, result.n_rejected) == (1, 2, 0)
    assert model.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "values", "becomes"),
    [
        ("시간", "8", ""), ("시간", "16시간", ""), ("시간", "", ""), ("시간", "4", "half_not_told"), ("시간", "2", "leave_of_hours"),
        ("시간", "02:00", "leave_of_hours"), ("hours", "7.5", ""), ("시간", "몇", "leave_of_hours"), ("휴가일수", "1", ""), ("휴가일수", "0.5", "half_not_told"),
        ("휴가일수", "0.5일", "half_not_told"), ("휴가일수", "0.25", "leave_of_hours"), ("휴가일수", "2.0", ""), ("반차,시간", "오전,4", "am"),
        ("반차,시간", "오전,8", "half_not_valid"), ("반차,휴가일수", "오후,0.5", "pm"), ("시작시간,종료시간", "09:00,13:00", "leave_of_hours"),
        ("시작시간,종료시간", "09:00,18:00", ""), ("반차,시작시간,종료시간", "am,09:00,13:00", "am"),
    ],
)  # fmt: skip
def test_leave_of_some_hours_is_no_day_whichever_column_says_so(
    columns: str, values: str, becomes: str, tmp_path: Path
) -> None:
    text = f"사번,휴가종류,시작일,종료일,{columns}\nE1,연차,2026-11-02,2026-11-02,{values}\n"
    result = delivered(tmp_path, "absences", text)
    stored = list(Absence.objects.values_list("half", flat=True))
    assert (stored or [codes(result)[0][1]]) == [becomes]


@pytest.mark.django_db
def test_times_behind_the_days_of_a_leave_are_not_read_over(tmp_path: Path) -> None:
    spans = [
        "2026-11-02 09:00,2026-11-02 13:00",
        "2026-11-02 09:00,2026-11-02 18:00",
        "2026-11-02 00:00,2026-11-02 00:00",
        "2026-11-02 09:00,2026-11-03 10:00",
    ]
    rows = "".join(f"E{n},연차,{span}\n" for n, span in enumerate(spans))
    assert codes(delivered(tmp_path, "absences", "사번,휴가종류,시작일,종료일\n" + rows)) == [
        (2, "leave_of_hours")
    ]


@pytest.mark.django_db
def test_half_a_day_over_several_days_is_refused(tmp_path: Path) -> None:
    text = "사번,휴가종류,시작일,종료일,반차\nE1,연차,2026-11-20,2026-11-23,PM\nE2,연차,2026-11-20,2026-11-20,PM\n"
    assert codes(delivered(tmp_path, "absences", text)) == [(2, "half_of_days")]


@pytest.mark.django_db
def test_columns_that_nothing_takes_are_named_by_command_page_and_interface(
    tmp_path: Path, client: Any, capsys: Any
) -> None:
    text = "사번,휴가종류,시작일,종료일,결재상태,비고\nE1,연차,2026-11-02,2026-11-02,반려,x\n"
    path = tmp_path / "list.csv"
    path.write_text(text)
    call_command("import_people", str(path), "--feed", "absences")
    assert "비고" in (said := capsys.readouterr().out)
    assert "미승인으로 반영하지 않음: 1개" in said
    client.force_login(make_cast().approver)
    answer = client.post(
        "/api/v1/people/absences/", {"file": SimpleUploadedFile("a.csv", text.encode())}
    ).json()
    assert (answer["n_unapproved"], answer["n_ended"], answer["n_written"]) == (1, 0, 0)
    assert any("비고" in note for note in answer["notes"])
    page = client.post(
        reverse("fraud:send-feed"), {"feed": "absences", "file": SimpleUploadedFile("a.csv", text.encode())}
    )
    assert any("비고" in note for note in page.context["notes"])
    assert "취소·반려·결재 중인 행. 이미 등록된 0건은 적용 종료" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("feed", "text", "code"),
    [
        ("cardholders", "사번,성명,부서명,휴가구분,시작일,종료일\nE1,하나,영업,연차,2026-11-02,2026-11-02\n", "feed_of_other_kind"),
        ("cardholders", "사번,비고\nE1,x\n", "feed_tells_nothing"),
        ("absences", "사번,출장지,시작일,종료일\nE1,부산,2026-11-02,2026-11-02\n", "feed_of_other_kind"),
        ("absences", "사번,일자,시작시각,종료시각\nE1,2026-11-02,18:00,22:00\n", "feed_tells_nothing"),
        ("overtimes", "사번,일자,휴가구분\nE1,2026-11-02,연차\n", "feed_of_other_kind"),
        ("positions", "사번,부서명,휴가구분,시작일,종료일\nE1,영업,연차,2026-11-02,2026-11-02\n", "feed_of_other_kind"),
    ],
)  # fmt: skip
def test_a_list_of_another_kind_is_told_apart_and_nobody_joins_by_it(
    feed: str, text: str, code: str, tmp_path: Path
) -> None:
    with pytest.raises(FileQuarantined) as refusal:
        delivered(tmp_path, feed, text)
    assert refusal.value.code == code
    assert not Cardholder.objects.exists()
    assert not Absence.objects.exists()


@pytest.mark.django_db
def test_lists_of_people_and_of_moves_may_tell_each_others_columns(tmp_path: Path) -> None:
    people = "사번,성명,부서명,발령일\nE1,하나,영업,2026-01-02\n"
    assert delivered(tmp_path, "cardholders", people).n_rejected == 0
    moves = "사번,시작일,부서명,상급자사번\nE1,2026-03-02,구매,E2\n"
    assert delivered(tmp_path, "positions", moves).n_written


@pytest.mark.django_db
def test_the_page_names_the_list_it_looks_like(client: Any) -> None:
    client.force_login(make_cast().approver)
    file = SimpleUploadedFile("a.csv", "사번,성명,휴가구분,시작일\nE1,하나,연차,2026-11-02\n".encode())
    answer = client.post(reverse("fraud:send-feed"), {"feed": "cardholders", "file": file})
    assert answer.status_code == 422
    assert "다른 종류의 목록으로 보입니다(휴가: 휴가구분)" in answer.content.decode()


@pytest.mark.django_db
def test_nobody_is_their_own_relative(tmp_path: Path) -> None:
    result = delivered(tmp_path, "relatives", "사번,관계인사번\nE1,E1\n00123,123\nE1,E2\n")
    assert codes(result) == [(2, "relative_is_self"), (3, "relative_is_self")]
    assert Relative.objects.get().relative_no == "E2"


@pytest.mark.django_db
def test_an_amount_approved_before_is_money_of_its_currency(tmp_path: Path) -> None:
    given = [
        ("300.5", "KRW"),
        ('"300,000"', "원"),
        ("₩300000", ""),
        ("US$12.50", ""),
        ("$300", "USD"),
        ("₩300", "XX1"),
        ("-5", "KRW"),
        ("300", ""),
        ("300.5", "원화"),
        ("", "KRW"),
    ]
    rows = "".join(
        f"P{n},E1,2026-11-01,2026-11-05,{amount},{currency}\n" for n, (amount, currency) in enumerate(given)
    )
    result = delivered(tmp_path, "pre_approvals", "사전승인번호,사번,시작일,종료일,승인금액,통화\n" + rows)
    assert codes(result) == [
        (2, "amount_scale"),
        (7, "currency_unknown"),
        (8, "amount_not_valid"),
        (10, "amount_scale"),
    ]
    stored = {p.approval_no: (p.amount, p.currency) for p in PreApproval.objects.all()}
    assert stored == {
        "P1": ("300000", "KRW"), "P2": ("300000", "KRW"), "P3": ("12.50", "USD"), "P4": ("300.00", "USD"), "P7": ("300", ""), "P9": ("", "KRW"),
    }  # fmt: skip


@pytest.mark.django_db
def test_days_of_the_company_are_known_by_the_words_people_write(tmp_path: Path) -> None:
    kinds = ["회사", "company", "근무일", "임시공휴일", "대체휴일", "Public holiday", "", "반휴일"]
    rows = "".join(f"2026-11-{n + 2:02},날 {n},{kind}\n" for n, kind in enumerate(kinds))
    result = delivered(tmp_path, "calendar", "날짜,명칭,구분\n" + rows)
    assert codes(result) == [(9, "choice_unknown")]
    assert list(CompanyHoliday.objects.order_by("on").values_list("kind", flat=True)) == [
        "company", "company", "working", "public", "substitute", "public", "company",
    ]  # fmt: skip
    assert CompanyHoliday.objects.order_by("on")[0].on == date(2026, 11, 2)


@pytest.mark.django_db
def test_an_error_of_a_spreadsheet_is_nobodys_department(tmp_path: Path) -> None:
    result = delivered(tmp_path, "cardholders", "사번,성명,부서명\nE1,하나,#N/A\n#REF!,둘,영업\n")
    assert codes(result) == [(3, "cell_error")]
    assert Cardholder.objects.get().department is None
    assert "cell_errors_left_empty" in {note["code"] for note in result.notes}
