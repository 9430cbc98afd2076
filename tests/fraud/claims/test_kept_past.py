"""The past that a night leaves for the next gives what a reading of everything gives, whatever changed since, and is believed only while it may be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fraud.claims import kept_past
from fraud.claims.columns import CLAIM_SCHEMA, PERSONNEL, RECEIPTS
from fraud.claims.listed import write_list
from fraud.claims.models import Claim, Position
from fraud.claims.reading import read_many_claims
from fraud.claims.segments import advance_segments
from tests.cast import correct_claim, make_cardholder, make_claim, make_department, make_merchant
from tests.draws import draws

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
COLUMNS = {
    *("claim_id", "cardholder_id", "merchant_id", "department_id", "department_code", "grade", "mcc"),
    *("transacted_at", "has_time", "amount_minor", "net_minor", "currency", "txn_type"),
    *("authorization_code", "purpose_code", "approver_id"),
}
WITHOUT = {*CLAIM_SCHEMA, *PERSONNEL, *RECEIPTS} - COLUMNS


@pytest.fixture(autouse=True)
def small(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Columns from the first claim on, and a past that is brought up to date however much of it changed."""
    settings.COLUMNS_FROM, settings.COLUMNS_DIR = 0, tmp_path / "columns"
    monkeypatch.setattr(kept_past, "_MOST", 0)
    return tmp_path / "columns"


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens inside is undone, and what was kept with it."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)
        for path in Path(settings.COLUMNS_DIR).glob("*"):
            path.unlink()


def past_at(known_by: datetime, since: datetime, until: datetime | None = None) -> pl.DataFrame:
    """What a night reads, which has to be what is read of everything."""
    advance_segments(known_by)
    limits = {"since": since, "until": until}
    found = kept_past.read_past(known_by, since, until, WITHOUT)
    whole = read_many_claims(known_by, without=WITHOUT, coded=True, **limits)  # type: ignore[arg-type]
    assert_frame_equal(in_words(found), in_words(whole), check_exact=True)
    return found


def in_words(claims: pl.DataFrame) -> pl.DataFrame:
    return claims.with_columns(pl.col(pl.Categorical).cast(pl.String), pl.col(pl.Int32).cast(pl.Int64))


def kept() -> dict[str, Any]:
    return dict(json.loads((Path(settings.COLUMNS_DIR) / "past.json").read_text()))


STEP = st.tuples(
    *(st.integers(0, 7), st.integers(0, 30), st.integers(1, 5), st.integers(-400, 3), st.integers(0, 4))
)
NIGHT = st.tuples(st.integers(0, 31), st.integers(100, 420))


@hypothesis_settings(max_examples=draws(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=1, max_size=14), nights=st.lists(NIGHT, min_size=2, max_size=5))
def test_whatever_changed_when_a_night_reads_what_it_reads_without_what_was_kept(
    steps: list[tuple[int, int, int, int, int]], nights: list[tuple[int, int]]
) -> None:
    """Claims, corrections and money back come on time and late; people move, are promoted, and merchants get another kind; nights of any
    order and length lie between them."""
    happens = [(step[1], 0, step) for step in steps] + [(hour, 1, days) for hour, days in nights]
    with taken_back():
        departments = [make_department(code) for code in ("SALES", "LABS")]
        people = [make_cardholder(f"E{i}", department=departments[0], grade="G1") for i in range(3)]
        places = [make_merchant(mcc="5812"), make_merchant(name="Taxi", mcc="4121")]
        for hour, is_night, what in sorted(happens, key=lambda one: one[:2]):
            if not is_night:
                change(what, departments, people, places)
                continue
            at = AT + timedelta(hours=hour)
            past_at(at, at - timedelta(days=what), at if what % 2 else None)
        last = AT + timedelta(hours=40)
        past_at(last, last - timedelta(days=420), last)


def change(step: Any, departments: list[Any], people: list[Any], places: list[Any]) -> None:
    """Something that the past tells of becomes known at an hour; every fifth delivery hours after it was received."""
    number, hour, amount, days, way = step
    at = AT + timedelta(hours=hour - 6 * (amount == 5))
    if number == 6:  # told of people and places without a time
        people[way % 3].department = departments[amount % 2]
        people[way % 3].save()
        places[amount % 2].mcc = f"58{way}{amount}"
        places[amount % 2].save()
        return
    if number == 7:
        employee, on = people[way % 3].employee_no, date(2026, 3, 1) + timedelta(days=days)
        Position.objects.update_or_create(
            employee_no=employee, starts_on=on, defaults={"grade": f"G{amount}", "received_at": at}
        )
        return
    facts: dict[str, Any] = {
        "cardholder": people[way % 3],
        "merchant": places[way % 2],
        "department": None if way == 4 else departments[way % 2],
        "amount_minor": amount * 10_000,
        "txn_type": "cancel" if number == 5 else "purchase",
        "transacted_at": AT + timedelta(days=days, hours=way),
        "authorization_code": f"A{amount}",
        "approver_no": people[(way + 1) % 3].employee_no if way else "",
        "received_at": at,
    }
    known = Claim.objects.filter(external_id=f"K{number}").first()
    claim = correct_claim(known, **facts) if known else make_claim(external_id=f"K{number}", **facts)
    purchase = Claim.objects.filter(txn_type="purchase").order_by("id").first()
    if number == 5 and purchase:
        Claim.objects.filter(pk=claim.pk).update(original_claim=purchase, linked_at=at)


def some_claims(n: int, **facts: Any) -> list[Claim]:
    person, place = make_cardholder(), make_merchant()
    return [
        make_claim(
            cardholder=person,
            merchant=place,
            transacted_at=AT - timedelta(days=30 * i),
            received_at=AT,
            **facts,
        )
        for i in range(n)
    ]


def test_only_what_changed_is_read_and_only_blocks_in_which_it_lies_are_written_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claims = some_claims(10)
    past_at(AT, AT - timedelta(days=400))
    before, since = kept(), AT - timedelta(days=400)
    correct_claim(claims[0], received_at=AT + timedelta(hours=1), amount_minor=77_000)
    asked: list[Any] = []

    def watched(*args: Any, **more: Any) -> pl.DataFrame:
        asked.append(more)
        return read_many_claims(*args, **more)

    monkeypatch.setattr(kept_past, "read_many_claims", watched)
    at = AT + timedelta(hours=2)
    past_at(at, since)
    assert [one["of"].to_list() for one in asked] == [[claims[0].pk]]
    assert kept()["known_by"] == at.isoformat()
    anew = {name for name, one in kept()["files"].items() if before["files"].get(name) != one}
    assert len(anew) == 1
    files = {one["name"] for one in kept()["files"].values()}
    assert {path.name for path in Path(settings.COLUMNS_DIR).glob("past-*")} == files


def test_where_much_changed_everything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_past, "_MOST", 8)
    some_claims(3)
    past_at(AT, AT - timedelta(days=400))
    later = AT + timedelta(hours=1)
    make_claim(cardholder=make_cardholder(), merchant=make_merchant(), received_at=later, transacted_at=AT)
    assert past_at(AT + timedelta(hours=2), AT - timedelta(days=400)).height == 4


@pytest.mark.parametrize(
    "harm", ["bytes", "gone", "list", "a block that is not listed", "program", "late", "none of the columns"]
)
def test_past_that_cannot_be_believed_is_read_anew(harm: str, small: Path) -> None:
    claims = some_claims(4)
    past_at(AT, AT - timedelta(days=400))
    block = small / next(one["name"] for one in kept()["files"].values() if one["is_block"])
    if harm == "bytes":
        told = bytearray(block.read_bytes())
        told[len(told) // 2] ^= 1
        block.write_bytes(told)
    elif harm == "gone":
        block.unlink()
    elif harm == "list":
        (small / "past.json").write_text("{")
    elif harm == "program":
        write_list(small / "past.json", kept() | {"program": "another"})
    elif harm == "a block that is not listed":
        told = kept()
        del told["files"][next(name for name, one in told["files"].items() if one["is_block"])]
        (small / "past.json").write_text(json.dumps(told))
    elif harm == "late":  # stored after the night that should have known it
        correct_claim(claims[1], received_at=AT - timedelta(hours=1), amount_minor=5)
    else:
        (small / "manifest.json").unlink()
    assert past_at(AT + timedelta(hours=2), AT - timedelta(days=400)).height == 4


def test_night_of_an_earlier_cut_off_leaves_what_a_later_one_kept() -> None:
    some_claims(4)
    past_at(AT + timedelta(hours=5), AT - timedelta(days=400))
    before = kept()
    past_at(AT + timedelta(hours=1), AT - timedelta(days=400))
    assert kept() == before
