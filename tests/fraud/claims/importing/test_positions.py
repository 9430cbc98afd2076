"""Who was what on a payment's day, as it was known then: dated rows against a plain walk, and what a personnel list changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.actor import Actor
from audit.models import AuditEvent
from fraud.claims.importing.people import import_people
from fraud.claims.importing.positions import begin_positions, place_people
from fraud.claims.models import Cardholder, Claim, Position
from fraud.claims.personnel import personnel_news
from fraud.claims.reading import read_many_claims
from tests.cast import make_cardholder, make_claim, make_department
from tests.draws import draws
from tests.fraud.claims.importing.files import BY, csv_bytes, deliver, row

pytestmark = pytest.mark.django_db

HEAD = "사번,발령일,부서코드,부서명,직급\n"
NOVEMBER = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def told(folder: Path, feed: str, text: str, at: datetime = NOVEMBER) -> int:
    path = folder / f"{feed}.csv"
    path.write_text(text, encoding="utf-8")
    result = import_people(path=path, name=path.name, feed=feed, by=BY, received_at=at)
    assert result.n_rejected == 0, result.rejects
    return result.n_written


def paid_on(day: date, **facts: Any) -> Claim:
    noon = datetime(day.year, day.month, day.day, 3, 0, tzinfo=UTC)  # 12:00 in Seoul
    return make_claim(transacted_at=noon, received_at=noon, **facts)


def grades(known_by: datetime = LATER) -> list[str | None]:
    return read_many_claims(known_by)["grade"].to_list()


def test_a_payment_is_judged_by_the_grade_of_its_day(tmp_path: Path) -> None:
    holder = make_cardholder("E1", grade="대리")
    for day in (date(2026, 6, 30), date(2026, 7, 1), date(2026, 10, 1)):
        paid_on(day, cardholder=holder)
    told(tmp_path, "positions", HEAD + "E1,2026-07-01,,,과장\nE1,2026-10-01,D9,기획,\n")
    assert grades() == ["대리", "과장", "과장"]  # a blank leaves what was before
    assert grades(NOVEMBER - timedelta(days=1)) == ["대리", "대리", "대리"]  # nobody had said so yet
    holder.refresh_from_db()
    assert (holder.grade, holder.department.code) == ("과장", "D9")


def test_the_night_after_a_move_begins_is_still_the_day_before(tmp_path: Path) -> None:
    at = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)  # 1:00 on 1 July in Seoul
    make_claim(cardholder=make_cardholder("E1", grade="대리"), transacted_at=at, received_at=at)
    told(tmp_path, "positions", HEAD + "E1,2026-07-01,,,과장\n")
    assert grades() == ["대리"]


def test_a_personnel_list_that_moves_somebody_keeps_what_was_before(tmp_path: Path) -> None:
    first = datetime(2026, 1, 5, tzinfo=UTC)
    told(tmp_path, "cardholders", "사번,부서코드,직급\nE1,D1,대리\nE2,D1,사원\n", first)
    holder = Cardholder.objects.get(employee_no="E1")
    paid_on(date(2026, 3, 2), cardholder=holder)
    assert Position.objects.count() == 0
    told(tmp_path, "cardholders", "사번,부서코드,직급\nE1,D2,과장\nE2,D1,사원\n")
    paid_on(date(2026, 11, 25), cardholder=holder)
    assert grades() == ["대리", "과장"]
    rows = Position.objects.values_list("employee_no", "starts_on", "department_code", "grade")
    assert list(rows.order_by("starts_on")) == [
        ("E1", date(1900, 1, 1), "D1", "대리"),
        ("E1", date(2026, 11, 20), "D2", "과장"),
    ]
    assert told(tmp_path, "cardholders", "사번,부서코드,직급\nE1,D2,과장\nE2,D1,사원\n", LATER) == 0
    assert Position.objects.count() == 2


def test_a_claim_that_arrives_late_belongs_to_the_department_of_its_day(tmp_path: Path) -> None:
    make_cardholder("E1001", department=make_department("D1"))
    told(tmp_path, "positions", HEAD + "E1001,2026-03-05,D2,구매,\n", datetime(2026, 3, 6, tzinfo=UTC))
    days = {"C-1": "2026-03-04 12:30:00", "C-2": "2026-03-05 12:30:00"}
    deliver(tmp_path, csv_bytes(*(row(claim_id=key, 사용일시=at) for key, at in days.items())))
    assert dict(Claim.objects.values_list("external_id", "department__code")) == {"C-1": "D1", "C-2": "D2"}


def test_a_move_that_has_not_begun_changes_nobody_until_its_day(tmp_path: Path) -> None:
    holder = make_cardholder("E1", grade="대리")
    told(tmp_path, "positions", HEAD + "E1,2026-12-01,,,과장\n")
    holder.refresh_from_db()
    assert holder.grade == "대리"
    assert place_people(date(2026, 12, 1)) == 1
    holder.refresh_from_db()
    assert holder.grade == "과장"
    assert place_people(date(2026, 12, 1)) == 0


def test_the_night_places_people_and_says_so_once(tmp_path: Path) -> None:
    make_cardholder("E1", grade="대리")
    Position.objects.create(employee_no="E1", starts_on=date(2026, 1, 1), grade="과장", received_at=NOVEMBER)
    night = Actor.system("nightly")
    assert (begin_positions(by=night), begin_positions(by=night)) == (1, 0)
    assert Cardholder.objects.get(employee_no="E1").grade == "과장"
    assert AuditEvent.objects.filter(action="people.placed").count() == 1


def test_what_is_said_of_a_move_is_news_of_all_days_since(tmp_path: Path) -> None:
    holder = make_cardholder("E1", grade="대리")
    told(tmp_path, "positions", HEAD + "E1,2026-07-01,,,과장\n")
    news = personnel_news(since=NOVEMBER - timedelta(days=1), until=NOVEMBER)
    assert news.rows() == [(holder.pk, date(2026, 7, 1), date(2999, 12, 31))]


def test_what_a_claim_alone_told_of_somebody_held_before_their_first_dated_row(tmp_path: Path) -> None:
    holder = make_cardholder("E1", grade="대리", is_unassigned=True)
    paid_on(date(2026, 6, 30), cardholder=holder)
    told(tmp_path, "positions", HEAD + "E1,2026-07-01,,,과장\n")
    assert grades() == ["대리"]


@settings(max_examples=draws(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 9), st.sampled_from(["", "G1", "G2", "G3"])), max_size=6
    ),
    st.integers(0, 9),
)
def test_dated_rows_in_any_order_say_what_a_plain_walk_over_them_says(
    tmp_path_factory: Any, said: list[tuple[int, int, str]], known: int
) -> None:
    """(day of the row, hour it was delivered, grade); a later word on the same day replaces the earlier one."""
    Claim.objects.all().delete()
    Position.objects.all().delete()
    Cardholder.objects.filter(employee_no="E1").delete()
    holder = make_cardholder("E1", grade="G0")
    start = date(2026, 5, 1)
    for day in range(7):
        paid_on(start + timedelta(days=day), cardholder=holder)
    folder = tmp_path_factory.mktemp("positions")
    rows: dict[int, str] = {}
    for day, hour, grade in sorted(said, key=lambda each: each[1]):
        on = start + timedelta(days=day)
        told(folder, "positions", f"{HEAD}E1,{on},,,{grade}\n", NOVEMBER + timedelta(hours=hour))
        if hour <= known:
            rows[day] = grade
    expected = []
    for day in range(7):
        held = [rows[on] for on in sorted(rows) if on <= day and rows[on]]
        expected.append(held[-1] if held else "G0")
    at = NOVEMBER + timedelta(hours=known)
    if said and not any(hour <= known for _, hour, _ in said):
        expected = ["G0"] * 7
    assert grades(at) == expected
