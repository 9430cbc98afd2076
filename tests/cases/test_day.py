"""The day of a case: where its moments lie on the axis, what stands among them, and what the picture says in words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Case
from cases.pages.case import claims_of
from cases.pages.day import CaseDays, days_of
from cases.pages.day_axis import DAY, LABEL, label_is_left, levels, share, stretch
from cases.pages.day_picture import day_svg
from cases.pages.related import around
from fraud.claims.models import Absence, Claim, OvertimeApproval, Trip
from fraud.claims.personnel import PersonSpan
from tests.cast import NOW, make_cardholder, make_case, make_claim, make_merchant

ON = date(2026, 11, 19)


@given(st.lists(st.integers(0, DAY - 1), max_size=12))
def test_no_two_labels_of_a_level_cover_each_other(minutes: list[int]) -> None:
    places = levels(minutes)
    assert len(places) == len(minutes)
    spans = [
        (share(m) - LABEL, share(m)) if label_is_left(m) else (share(m), share(m) + LABEL) for m in minutes
    ]
    for one in range(len(minutes)):
        for other in range(one):
            if places[one] == places[other]:
                assert spans[one][1] < spans[other][0] or spans[other][1] < spans[one][0]


def test_marks_far_apart_share_a_level_and_those_close_together_do_not() -> None:
    assert levels([60, 1380]) == [0, 0]
    assert levels([1150, 1160, 1170]) == [0, 1, 2]


@pytest.mark.parametrize(
    ("span", "day", "expected"),
    [
        (PersonSpan("leave", ON, ON), ON, (0, 1440)),
        (PersonSpan("leave", ON, ON, half="am"), ON, (0, 780)),
        (PersonSpan("leave", ON, ON, half="pm"), ON, (780, 1440)),
        (PersonSpan("trip", ON, ON + timedelta(days=2)), ON + timedelta(days=1), (0, 1440)),
        (PersonSpan("trip", ON, ON), ON + timedelta(days=1), None),
        (PersonSpan("overtime", ON, ON, since=time(19), until=time(22, 30)), ON, (1140, 1350)),
        (PersonSpan("overtime", ON, ON, since=time(22), until=time(1)), ON, (1320, 1440)),
        (PersonSpan("overtime", ON, ON, since=time(22), until=time(1)), ON + timedelta(days=1), (0, 60)),
        (PersonSpan("overtime", ON, ON, until=time(20)), ON, (420, 1200)),
    ],
)
def test_part_of_a_day_that_leave_trip_or_overtime_covers(span: Any, day: date, expected: Any) -> None:
    assert stretch(span, day) == expected


pytestmark = pytest.mark.django_db
DINNER = NOW - timedelta(hours=14)  # 20:00 in Seoul the day before


def dinner_case(**fields: Any) -> Case:
    """A case with a dinner; the same day a lunch, a declined attempt and a refund of somebody's lunch elsewhere."""
    person = make_cardholder("E7001")
    place, elsewhere = make_merchant("옛골정육식당"), make_merchant("분식")
    for hours, txn_type, minor in (
        (-8, "purchase", 9_000),
        (-0.5, "decline", 200_000),
        (1, "cancel", -9_000),
    ):
        make_claim(
            cardholder=person,
            merchant=elsewhere,
            txn_type=txn_type,
            amount_minor=minor,
            transacted_at=DINNER + timedelta(hours=hours),
        )
    make_claim(cardholder=person, merchant=elsewhere, transacted_at=DINNER - timedelta(days=2))
    make_claim(cardholder=make_cardholder(), merchant=place, transacted_at=DINNER)
    claim = make_claim(
        cardholder=person, merchant=place, amount_minor=187_000, transacted_at=DINNER, claim_approved_at=NOW
    )
    return make_case(claims=[claim], **fields)


def found_days(case: Case) -> CaseDays:
    rows = claims_of(case)
    return days_of(case, rows, around(case, rows))


def test_the_day_holds_what_the_person_did_that_day_in_order_each_by_its_kind() -> None:
    found = found_days(dinner_case())
    [day] = found.days
    assert day.on == ON
    assert [(f"{one.at:%H:%M}", one.kind, one.amount_minor) for one in day.moments] == [
        ("12:00", "other", 9_000),
        ("19:30", "declined", 200_000),
        ("20:00", "case", 187_000),
        ("21:00", "back", -9_000),
    ]
    assert [one.kind for one in found.moments][-1] == "approval"  # on a later day: in the table


def test_leave_trip_and_overtime_of_the_person_stand_beside_and_replaced_ones_do_not() -> None:
    case = dinner_case()
    known = {"employee_no": "E7001", "received_at": NOW}
    Absence.objects.create(kind="annual", starts_on=ON, ends_on=ON, half="am", **known)
    Absence.objects.create(kind="sick", starts_on=ON, ends_on=ON, superseded_at=NOW, **known)
    Absence.objects.create(kind="sick", starts_on=ON, ends_on=ON, employee_no="E9999", received_at=NOW)
    Trip.objects.create(trip_no="T1", region="부산", starts_on=ON - timedelta(days=1), ends_on=ON, **known)
    OvertimeApproval.objects.create(on=ON, since=time(19), until=time(22), **known)
    with translation.override("en"):
        [day] = found_days(case).days
        assert {(part.kind, part.word, part.start, part.end) for part in day.parts} == {
            ("leave", "annual leave, morning", 0, 780),
            ("trip", "business trip: 부산", 0, 1440),
            ("overtime", "approved overtime 19:00–22:00", 1140, 1320),
        }
        picture = day_svg(day)
    for words in (
        "annual leave, morning",
        "20:00 KRW 187,000",
        "declined",
        "late night",
        "cancelled or refunded",
    ):
        assert words in picture
    assert "style=" not in picture


def test_a_payment_of_which_only_the_day_is_known_is_counted_and_not_placed() -> None:
    case = dinner_case()
    Claim.objects.filter(alerts__case=case).update(has_time=False)
    [day] = found_days(case).days
    assert day.timeless == 1
    assert "case" not in {one.kind for one in day.moments}


def test_of_many_days_the_last_three_are_drawn_and_the_table_has_all() -> None:
    person = make_cardholder("E7002")
    claims = [make_claim(cardholder=person, transacted_at=DINNER - timedelta(days=n)) for n in range(5)]
    found = found_days(make_case(claims=claims))
    assert (found.n_days, len(found.days), len(found.moments)) == (5, 3, 5)
    assert [day.on for day in found.days] == [ON - timedelta(days=n) for n in (2, 1, 0)]


def test_a_moment_lies_on_the_company_day_not_on_the_day_of_utc() -> None:
    at = datetime(2026, 11, 19, 15, 30, tzinfo=timezone.get_fixed_timezone(0))  # half past midnight in Seoul
    found = found_days(make_case(claims=[make_claim(transacted_at=at)]))
    assert [day.on for day in found.days] == [date(2026, 11, 20)]
