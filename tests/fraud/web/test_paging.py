"""Keyset paging: every row once, in order, whatever the ties; damaged cursors give the first page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.claims.models import Merchant
from fraud.detection.models import ScreeningRun
from fraud.web.paging import capped_count, decode_cursor, encode_cursor, keyset_page
from tests.cast import NOW, make_cardholder, make_claim, make_merchant, make_run


@given(st.lists(st.one_of(st.integers(-(2**60), 2**60), st.text(max_size=20)), min_size=1, max_size=3))
def test_cursor_comes_back_as_it_went(values):
    assert decode_cursor(encode_cursor(*values), len(values)) == values


@pytest.mark.parametrize("text", ["", "x", "%%%", "bnVsbA", "W10", "eyJhIjogMX0", encode_cursor(1), "é"])
def test_damaged_cursor_is_no_cursor(text):
    assert decode_cursor(text, 2) is None


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

    page = keyset_page(Claim.objects.all(), by="transacted_at", cursor=encode_cursor("not a time", 3), size=2)
    assert len(page.rows) == 1
    assert not page.is_later


@pytest.mark.django_db
def test_count_stops_at_its_cap():
    for index in range(5):
        make_merchant(f"m{index}")
    assert capped_count(Merchant.objects.all(), cap=3) == 4
    assert capped_count(Merchant.objects.all(), cap=10) == 5
