"""Claims are read as they were known at a moment, as a plain walk over claims and their versions tells it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraud.claims.importing.cancellations import link_people
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_storing import store_people
from fraud.claims.models import (
    Absence,
    Cardholder,
    Claim,
    ClaimVersion,
    Department,
    Merchant,
    MoneyBackChoice,
    OvertimeApproval,
    Trip,
)
from fraud.claims.reading import read_many_claims
from fraud.claims.stretches import SLICE_DAYS
from tests.cast import correct_claim, make_cardholder, make_claim, make_department, make_merchant
from tests.draws import draws
from tests.night_company import START, add_claims, add_people

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)  # 23:30 in Seoul
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def read(
    known_by: datetime = LATER, where: str = "", params: tuple[object, ...] = (), **more: Any
) -> pl.DataFrame:
    return read_many_claims(known_by, where, params, **more)


def claim_at(**changes: object) -> Claim:
    holder, _ = Cardholder.objects.get_or_create(
        employee_no="E1", defaults={"grade": "G3", "hired_on": date(2020, 1, 2)}
    )
    merchant, _ = Merchant.objects.get_or_create(key="n:cafe", defaults={"name": "카페", "mcc": "5814"})
    values = {"cardholder": holder, "merchant": merchant, "received_at": AT, "transacted_at": AT}
    return make_claim(**{**values, "amount_minor": 12_000, "purpose_code": "", **changes})  # type: ignore[arg-type]


def plainly(known_by: datetime) -> list[tuple[int, int, str]]:
    """(claim, amount, merchant's name) of what was known, in order of time and id."""
    found = []
    for claim in Claim.objects.all():
        rows = [*ClaimVersion.objects.filter(claim=claim).order_by("version"), claim]
        known = [row for row in rows if row.received_at <= known_by]
        if known:
            held = known[-1]
            found.append((held.transacted_at, claim.pk, held.amount_minor, held.merchant_name))
    return [(pk, amount, name) for _, pk, amount, name in sorted(found)]


def told(known_by: datetime) -> list[tuple[int, int, str]]:
    return read(known_by).select("claim_id", "amount_minor", "merchant_name").rows()


@settings(max_examples=draws(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(1, 9), st.integers(-3, 3)), max_size=12
    ),
    st.lists(st.integers(0, 21), min_size=1, max_size=4),
)
def test_claims_are_read_as_known_at_any_moment(
    steps: list[tuple[int, int, int, int]], moments: list[int]
) -> None:
    """Each step delivers one of four claims at an hour: first as a new claim, then as its correction."""
    Claim.objects.all().update(original_claim=None)
    for model in (ClaimVersion,):
        model.objects.all().delete()
    for claim in Claim.objects.all():
        claim.changes.all().delete()
    Claim.objects.all().delete()
    for number, hour, amount, days in sorted(steps, key=lambda step: step[1]):
        known = Claim.objects.filter(external_id=f"K{number}").first()
        facts = {
            "amount_minor": amount * 100,
            "merchant_name": f"shop {amount}",
            "transacted_at": AT + timedelta(days=days),
            "received_at": AT + timedelta(hours=hour),
        }
        if known is None:
            claim_at(external_id=f"K{number}", **facts)
        else:
            correct_claim(known, **facts)  # type: ignore[arg-type]
    for hour in moments:
        at = AT + timedelta(hours=hour)
        assert told(at) == plainly(at)


def test_conditions_and_left_out_columns_narrow_what_is_read() -> None:
    add_people()
    add_claims(500)
    assert read().height == 500
    few = read(LATER, "c.amount_minor > %s", (50_000,), without={"external_id"})
    assert 0 < few.height < 500
    assert few.equals(read().filter(pl.col("amount_minor") > 50_000).drop("external_id"))


def test_a_purchase_tells_of_its_cancellation_whichever_row_stated_it() -> None:
    person, place = make_cardholder("E-ONE"), make_merchant("Paris")
    whole = make_claim(cardholder=person, merchant=place, received_at=AT, transacted_at=AT)
    later = AT + timedelta(days=2)
    make_claim(
        cardholder=person,
        merchant=place,
        amount_minor=-30_000,
        txn_type="partial_cancel",
        original_claim=whole,
        received_at=later,
        transacted_at=later,
    )
    columns = ("net_minor", "cancel_minor", "cancelled_at")
    before = read(AT).filter(pl.col("claim_id") == whole.pk).select(columns).row(0)
    after = read(later).filter(pl.col("claim_id") == whole.pk).select(columns).row(0)
    assert (before, after) == ((84_000, None, None), (54_000, 30_000, later))


def test_departments_countries_and_approvers_are_found_by_one_rule() -> None:
    home, other = make_department("H"), make_department("O")
    boss = make_cardholder("E-BOSS", department=home)
    person = make_cardholder("E-ONE", department=home)
    lonely = make_cardholder("E-LONE", department=None)
    abroad = make_merchant("Paris", country="FR")
    make_claim(cardholder=person, merchant=abroad, department=other, country="", approver_no=boss.employee_no)
    make_claim(cardholder=person, merchant=abroad, department=None, country="US", approver_no="unknown")
    make_claim(cardholder=lonely, merchant=abroad, department=None, country="", approver_no="")
    frame = read()
    found = {tuple(row) for row in frame.select("department_code", "country", "approver_id").iter_rows()}
    assert found == {("O", "FR", boss.pk), ("H", "US", None), (None, "FR", None)}


def test_claims_on_the_edge_of_a_slice_are_read_once() -> None:
    person, place = make_cardholder("E-ONE"), make_merchant("Paris")
    for days in (0, SLICE_DAYS, 2 * SLICE_DAYS):
        for microseconds in (-1, 0, 1):
            at = START + timedelta(days=days, microseconds=microseconds)
            make_claim(cardholder=person, merchant=place, transacted_at=at)
    assert read().height == 9


def test_no_claims_are_an_empty_frame() -> None:
    assert read().is_empty()


def test_claims_come_in_time_order_with_people_and_places() -> None:
    department = Department.objects.create(code="D1", name="영업")
    Cardholder.objects.create(employee_no="A9")
    late = claim_at(transacted_at=AT + timedelta(days=1), department=department, approver_no="A9")
    early = claim_at(amount_minor=-500, has_time=False)
    frame = read()
    assert frame["claim_id"].to_list() == [early.id, late.id]
    assert frame["amount_minor"].to_list() == [-500, 12_000]
    assert frame["department_code"].to_list() == [None, "D1"]
    assert frame["approver_id"].null_count() == 1
    assert frame["mcc"].to_list() == ["5814", "5814"]
    assert frame["has_time"].to_list() == [False, True]
    assert frame["transacted_at"].to_list() == [early.transacted_at, late.transacted_at]
    assert frame["hired_on"].to_list() == [date(2020, 1, 2)] * 2
    assert frame["purpose_code"].null_count() == 2


def test_personnel_columns_are_unknown_until_their_feed_is_delivered() -> None:
    claim_at()
    frame = read()
    assert frame.select("on_leave", "on_trip", "has_overtime").row(0) == (None, None, None)


def test_personnel_columns_use_the_day_in_the_company_zone() -> None:
    day = date(2026, 3, 2)
    Absence.objects.create(received_at=AT, employee_no="E1", kind="annual", starts_on=day, ends_on=day)
    Trip.objects.create(received_at=AT, trip_no="T", employee_no="E2", starts_on=day, ends_on=day)
    OvertimeApproval.objects.create(received_at=AT, employee_no="E1", on=day, until=time(2))
    claim_at()  # 2 March 23:30 in Seoul
    claim_at(transacted_at=AT + timedelta(hours=2))  # 3 March 01:30: the evening before counts as overtime
    claim_at(transacted_at=AT + timedelta(hours=12))  # 3 March 11:30
    frame = read(zone="Asia/Seoul")
    assert frame["on_leave"].to_list() == [True, True, False]  # a night belongs to the day before
    assert frame["on_trip"].to_list() == [False, False, False]
    assert frame["has_overtime"].to_list() == [True, True, False]


def test_overtime_counts_from_and_until_its_times_also_past_midnight() -> None:
    OvertimeApproval.objects.create(
        received_at=AT, employee_no="E1", on=date(2026, 3, 2), since=time(19), until=time(0, 30)
    )
    evening = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 18:00 in Seoul
    for minutes in (59, 60, 389, 391, 24 * 60 - 1):
        claim_at(transacted_at=evening + timedelta(minutes=minutes))
    claim_at(transacted_at=datetime(2026, 3, 1, 15, 0, tzinfo=UTC), has_time=False)  # 2 March
    found = dict(read(zone="Asia/Seoul").select("transacted_at", "has_overtime").iter_rows())
    assert [found[at] for at in sorted(found)] == [True, False, True, True, False, False]


def test_what_is_left_of_a_purchase_follows_what_came_back_by_then() -> None:
    purchase = claim_at()
    back = claim_at(amount_minor=-5_000, txn_type="partial_cancel", received_at=AT + timedelta(days=2))
    Claim.objects.filter(pk=back.pk).update(original_claim=purchase, linked_at=back.received_at)
    declined = claim_at(txn_type="decline")
    for days, left in ((1, 12_000), (2, 7_000)):
        net = dict(read(AT + timedelta(days=days)).select("claim_id", "net_minor").iter_rows())
        assert (net[purchase.pk], net[declined.pk], net.get(back.pk, 0)) == (left, 0, 0)


def test_half_a_day_of_leave_counts_only_in_that_half() -> None:
    day = date(2026, 3, 2)
    Absence.objects.create(
        received_at=AT, employee_no="E1", kind="annual", starts_on=day, ends_on=day, half="am"
    )
    claim_at(transacted_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC))  # 10:00
    claim_at(transacted_at=datetime(2026, 3, 2, 5, 0, tzinfo=UTC))  # 14:00
    claim_at(transacted_at=datetime(2026, 3, 2, 6, 0, tzinfo=UTC), has_time=False)
    assert read(zone="Asia/Seoul")["on_leave"].to_list() == [True, False, False]


def test_money_back_counts_from_when_it_was_known_to_belong_to_its_purchase_and_as_long() -> None:
    one, other = claim_at(), claim_at(transacted_at=AT + timedelta(minutes=5))
    back = claim_at(
        amount_minor=-5_000,
        txn_type="refund",
        transacted_at=AT + timedelta(hours=1),
        received_at=AT + timedelta(days=1),
    )
    decisions = {2: (one.pk, "linked"), 4: (None, "apart"), 6: (other.pk, "linked")}
    for day, (purchase, kind) in decisions.items():
        MoneyBackChoice.objects.update_or_create(
            claim=back,
            defaults={
                "kind": kind,
                "purchase_id": purchase,
                "decided_by": "u",
                "decided_at": AT + timedelta(days=day),
            },
        )
        link_people([back.cardholder_id], file=None, at=AT + timedelta(days=day))
    for day in range(1, 8):
        left = dict(read(AT + timedelta(days=day)).select("claim_id", "net_minor").iter_rows())
        belongs = decisions[max(decided for decided in decisions if decided <= day)][0] if day > 1 else None
        assert [left[one.pk], left[other.pk]] == [
            12_000 - 5_000 * (belongs == one.pk),
            12_000 - 5_000 * (belongs == other.pk),
        ]


def test_leave_told_late_is_not_known_before_and_a_changed_one_holds_until_it_changed() -> None:
    day = date(2026, 3, 2)
    claim_at()
    row = {"employee_no": "E1", "kind": "annual", "starts_on": day}
    for days, ends in ((3, day), (5, day + timedelta(days=1))):
        frame = pl.DataFrame([{**row, "ends_on": ends}])
        store_people(FEEDS["absences"], frame, at=AT + timedelta(days=days))
    claim_at(transacted_at=AT + timedelta(hours=12))  # the next morning
    told = {
        days: read(AT + timedelta(days=days), zone="Asia/Seoul")["on_leave"].to_list() for days in (2, 3, 5)
    }
    assert told == {2: [None, None], 3: [True, False], 5: [True, True]}
