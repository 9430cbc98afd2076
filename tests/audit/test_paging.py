"""Keyset paging: every row once, in order, whatever the ties; damaged cursors give the first page."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.paging import (
    Cursor,
    capped_count,
    capped_counts,
    keyset_page,
    listed_page,
    read_cursor,
    read_together,
    read_together_as,
)
from fraud.claims.models import Merchant
from fraud.detection.models import ScreeningRun
from tests.cast import NOW, make_cardholder, make_claim, make_merchant, make_run


@given(
    st.text("abc_1", max_size=20),
    st.one_of(
        st.integers(-(2**63) + 1, 2**63 - 1),
        st.text(max_size=20),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.integers(0, 2**63 - 1),
)
def test_cursor_comes_back_as_it_went(order, value, pk):
    assert read_cursor(Cursor(order, value, pk).as_text()) == Cursor(order, value, pk)


def typed(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


# fmt: off
DAMAGED = [
    "", "x", "%%%", "bnVsbA", "W10", "eyJhIjogMX0", "é", "a" * 500, typed("id", 1), typed("id", 1, "2"), typed("id", True, 1),
    typed("id", 1, True), typed(1, 1, 1), typed("id", None, 1), typed("id", [1], 1), typed("id", 2**63, 1), typed("id", 1, 2**63),
    typed("id", float("nan"), 1), typed("id", float("inf"), 1), typed("id", 1, 1) + ":x:y", typed("id", 1, 1) + "=",
]
# fmt: on


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_cursor_is_no_cursor(text):
    assert read_cursor(text) is None


@pytest.mark.django_db
@pytest.mark.parametrize("ascending", [False, True])
def test_cursor_belongs_to_its_order(ascending):
    for _ in range(3):
        make_run()
    rows = ScreeningRun.objects.all()
    first = keyset_page(rows, by="id", cursor="", size=2, ascending=ascending)
    assert keyset_page(rows, by="id", cursor=first.next_cursor, size=2, ascending=ascending).is_later
    assert not keyset_page(rows, by="reference", cursor=first.next_cursor, size=2).is_later
    ids = sorted((run.pk for run in rows), reverse=not ascending)
    assert [run.pk for run in first.rows] == ids[:2]


@pytest.mark.django_db
def test_pages_show_every_row_once_despite_equal_times():
    person, place = make_cardholder(), make_merchant()
    made = [make_claim(cardholder=person, merchant=place, transacted_at=NOW) for _ in range(7)]
    from fraud.claims.models import Claim

    seen, cursor = [], ""
    for _ in range(10):
        page = keyset_page(Claim.objects.all(), by="transacted_at", cursor=cursor, size=3)
        seen += [claim.pk for claim in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == sorted((claim.pk for claim in made), reverse=True)


@pytest.mark.django_db
def test_page_knows_whether_it_is_the_first():
    for _ in range(3):
        make_run()
    first = keyset_page(ScreeningRun.objects.all(), by="id", cursor="", size=2)
    second = keyset_page(ScreeningRun.objects.all(), by="id", cursor=first.next_cursor, size=2)
    assert not first.is_later
    assert second.is_later
    assert [len(first.rows), len(second.rows), second.next_cursor] == [2, 1, ""]


@pytest.mark.django_db
def test_cursor_of_another_list_gives_the_first_page():
    make_claim()
    from fraud.claims.models import Claim

    page = keyset_page(
        Claim.objects.all(),
        by="transacted_at",
        cursor=Cursor("transacted_at", "not a time", 3).as_text(),
        size=2,
    )
    assert len(page.rows) == 1
    assert not page.is_later


@pytest.mark.django_db
def test_count_stops_at_its_cap():
    for index in range(5):
        make_merchant(f"m{index}")
    assert capped_count(Merchant.objects.all(), cap=3) == 4
    assert capped_count(Merchant.objects.all(), cap=10) == 5


@pytest.mark.django_db
def test_several_lists_are_read_and_counted_in_one_query(django_assert_num_queries):
    for number in range(5):
        make_merchant(name=f"place {number}")
    low = Merchant.objects.filter(name__lte="place 1").order_by("name")
    high, none = Merchant.objects.filter(name__gt="place 1").order_by("-name"), Merchant.objects.none()
    with django_assert_num_queries(1):
        read = read_together([one.values_list("name", "pk")[:2] for one in (low, none, high)])
    assert [[name for name, _pk in rows] for rows in read] == [
        ["place 0", "place 1"], [], ["place 4", "place 3"],
    ]  # fmt: skip
    with django_assert_num_queries(1):
        assert capped_counts([high, none, low], cap=2) == [3, 0, 2]
    assert (capped_counts([]), read_together([none.values_list("pk")])) == ([], [[]])


@pytest.mark.django_db
def test_lists_are_put_into_sql_once_a_key_and_read_every_time(django_assert_num_queries):
    made = []

    def lists_from(text):
        def lists():
            made.append(text)
            rows = Merchant.objects.filter(name__gte=text).order_by("name")
            return [rows.values_list("name")[:3], Merchant.objects.none().values_list("name")]

        return lists

    make_merchant(name="b")
    for text, names in (("a", ["b"]), ("b", ["b"]), ("a", ["b"]), ("c", [])):
        with django_assert_num_queries(1):
            assert read_together_as(("test", text), lists_from(text), 2) == [[(name,) for name in names], []]
    make_merchant(name="d")
    assert read_together_as(("test", "c"), lists_from("c"), 2)[0] == [("d",)]
    assert made == ["a", "b", "c"]


@given(st.integers(0, 300), st.integers(1, 60))
def test_a_list_in_memory_is_paged_without_gap_or_repetition(n: int, size: int) -> None:
    rows, seen, cursor = list(range(n)), [], ""
    for _ in range(n + 1):
        page = listed_page(rows, order="x", cursor=cursor, size=size)
        assert page.is_later == bool(cursor)
        seen += page.rows
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == rows
    assert listed_page(rows, order="y", cursor=Cursor("x", "", 1).as_text(), size=size).is_later is False
