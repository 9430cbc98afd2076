"""Money back and its purchases: the core against a plain loop, for every order of the rows."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.claims.importing.pairing import pair_money_back
from fraud.claims.importing.sides import BACK, SIDES
from tests.draws import draws

START = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)


def claim(claim_id: int, hour: int, minor: int, **more: Any) -> dict[str, Any]:
    at = START + timedelta(hours=hour)
    plain = {"person": 1, "merchant": 1, "code": "", "has_time": True, "currency": "KRW"}
    abroad = {"abroad_minor": None, "abroad_currency": "", "says_all": False}
    shop = {"source": "card", "name": f"shop {more.get('merchant', 1)}", "brn": "", "number": "", "mcc": ""}
    own = {"claim_id": claim_id, "at": at, "day": (at + timedelta(hours=9)).date(), "key": f"k{claim_id:03}"}
    return {**plain, **shop, **abroad, **own, "minor": minor, **more}


def pair(
    back: list[dict[str, Any]], purchases: list[dict[str, Any]], **more: Any
) -> dict[int, tuple[int, int]]:
    pairs = pair_money_back(
        pl.DataFrame([{"own": None, **row} for row in back], schema=BACK),
        pl.DataFrame(purchases, schema=SIDES),
        **more,
    )
    return {money: (purchase, credit) for money, (purchase, credit, _excess) in pairs.items()}


def plainly(back: list[dict[str, Any]], purchases: list[dict[str, Any]]) -> dict[int, tuple[int, int]]:
    """The rule in words, for one currency: codes first, where one fits and then as far as the only one goes; then whole amounts
    at one place; the latest purchase that fits."""
    left = {p["claim_id"]: p["minor"] for p in purchases}
    found: dict[int, tuple[int, int]] = {}
    for with_code in (True, False):
        for b in sorted(back, key=lambda b: (b["at"], b["key"])):
            if bool(b["code"]) != with_code:
                continue
            best = None
            for p in sorted(purchases, key=lambda p: (p["at"], p["key"])):
                if p["person"] != b["person"] or p["at"] > b["at"]:
                    continue
                if (b["day"] - p["day"]).days > 180:
                    continue
                if with_code and (p["code"] != b["code"] or b["minor"] > left[p["claim_id"]]):
                    continue
                if not with_code and (
                    p["merchant"] != b["merchant"] or not b["minor"] == p["minor"] == left[p["claim_id"]]
                ):
                    continue
                best = p["claim_id"]
            if best is not None:
                found[b["claim_id"]] = (best, b["minor"])
                left[best] -= b["minor"]
        for b in sorted(back, key=lambda b: (b["at"], b["key"])):
            if not with_code or not b["code"] or b["claim_id"] in found:
                continue
            named = [
                p["claim_id"]
                for p in purchases
                if (p["person"], p["code"]) == (b["person"], b["code"])
                and p["at"] <= b["at"]
                and (b["day"] - p["day"]).days <= 180
            ]
            if len(named) == 1 and left[named[0]]:
                found[b["claim_id"]] = (named[0], left[named[0]])
                left[named[0]] = 0
    for b in sorted(back, key=lambda b: (b["at"], b["key"])):
        if b["claim_id"] in found or not b["code"]:
            continue
        for p in sorted(purchases, key=lambda p: (p["at"], p["key"]), reverse=True):
            same = (p["person"], p["name"], p["code"]) == (b["person"], b["name"], "")
            near = p["at"] <= b["at"] and (b["day"] - p["day"]).days <= 180
            if same and near and b["minor"] == p["minor"] == left[p["claim_id"]]:
                found[b["claim_id"]] = (p["claim_id"], b["minor"])
                left[p["claim_id"]] = 0
                break
    return found


ROWS = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(0, 24 * 200),
        st.integers(1, 6),
        st.integers(1, 2),
        st.integers(1, 2),
        st.sampled_from(["", "A", "B"]),
    ),
    max_size=14,
)


@settings(max_examples=draws(200), deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_pairs_are_those_of_the_plain_loop_in_every_order(
    rows: list[tuple[bool, int, int, int, int, str]], chance: random.Random
) -> None:
    made = [
        (is_back, claim(n, hour, amount * 1000, person=person, merchant=merchant, code=code))
        for n, (is_back, hour, amount, person, merchant, code) in enumerate(rows, 1)
    ]
    back = [row for is_back, row in made if is_back]
    purchases = [row for is_back, row in made if not is_back]
    expected = plainly(back, purchases)
    chance.shuffle(back)
    chance.shuffle(purchases)
    assert pair(back, purchases) == expected


@settings(max_examples=draws(200), deadline=None)
@given(st.lists(st.integers(1, 9_999), min_size=1, max_size=5), st.integers(1, 2_000_000))
def test_refunds_abroad_that_add_up_to_the_whole_give_back_exactly_the_whole(
    parts: list[int], home: int
) -> None:
    paid = claim(1, 0, home, code="A", abroad_minor=sum(parts), abroad_currency="USD")
    back = [
        claim(n, n, 1, code="A", abroad_minor=part, abroad_currency="USD") for n, part in enumerate(parts, 2)
    ]
    found = pair(back, [paid])
    assert len(found) == len(parts)
    assert sum(credit for _, credit in found.values()) == home


def test_what_a_person_decided_comes_first_and_never_gives_back_more_than_is_left() -> None:
    purchases = [claim(1, 0, 5000, code="A"), claim(2, 1, 3000)]
    back = [claim(3, 5, 4000, code="A"), claim(4, 6, 4000, code="A")]
    assert pair(back, purchases) == {3: (1, 4000), 4: (1, 1000)}
    assert pair(back, purchases, fixed={3: 2}) == {3: (2, 3000), 4: (1, 4000)}
    assert pair(back, purchases, fixed={3: None}) == {4: (1, 4000)}


def test_a_row_that_states_its_own_money_back_belongs_to_itself() -> None:
    purchases = [claim(1, 0, 5000, code="A"), claim(2, 1, 5000, code="A")]
    assert pair([claim(3, 5, 6000, code="A", own=1)], purchases) == {3: (1, 5000)}


def test_money_that_names_the_code_of_a_single_purchase_belongs_to_it_as_far_as_it_goes() -> None:
    smaller = claim(1, 0, 2000, code="A")
    back = [claim(3, 5, 3000, code="A"), claim(4, 6, 1500, code="A")]
    assert pair(back, [smaller]) == {4: (1, 1500), 3: (1, 500)}  # what fits goes first
    assert pair(back, [smaller, claim(2, 1, 100, code="A")]) == {4: (1, 1500)}  # which of the two?
    assert pair(back, [{**smaller, "minor": 1500}]) == {4: (1, 1500)}  # nothing is left for the other one


def test_codes_that_lost_the_zeros_in_front_are_one_code() -> None:
    assert pair([claim(3, 5, 3000, code="123456")], [claim(1, 0, 5000, code="00123456")]) == {3: (1, 3000)}
    assert pair([claim(3, 5, 3000, code="0A1")], [claim(1, 0, 5000, code="A1")]) == {}


def test_a_part_told_again_at_the_rate_of_another_day_counts_once_and_the_rest_still_comes_back() -> None:
    abroad = {"code": "A", "abroad_currency": "USD"}
    paid = claim(1, 0, 140_000, abroad_minor=10_000, **abroad)
    for stated in (69_000, 70_000, 71_500):
        own = claim(2, 1, stated, own=1)
        again = claim(3, 5, 72_000, abroad_minor=5_000, **abroad)
        rest = claim(4, 9, 73_000, abroad_minor=5_000, **abroad)
        assert pair([own, again], [paid]) == {2: (1, stated), 3: (1, 0)}
        assert pair([own, again, rest], [paid])[4] == (1, 140_000 - stated)


@settings(max_examples=draws(200), deadline=None)
@given(
    st.integers(1, 9) | st.none(), st.lists(st.integers(1, 9), max_size=4), st.randoms(use_true_random=False)
)
def test_what_the_own_row_states_and_rows_of_their_own_tell_again_counts_once(
    stated: int | None, rows: list[int], chance: random.Random
) -> None:
    """One purchase of 9: what came back is the larger of what is stated and what the rows add up to, never more than 9."""
    back = [claim(n, n, amount, code="A") for n, amount in enumerate(rows, 2)]
    told = [claim(90, 1, stated, code="A", own=1)] if stated else []
    left, again = 9 - (stated or 0), stated or 0
    credits = {90: stated} if stated else {}
    for row in back:
        more = max(row["minor"] - again, 0)
        if more <= left:
            credits[row["claim_id"]] = more
            again -= min(again, row["minor"])
            left -= more
    for row in back:  # what fits in no way takes what is left, or was told already
        if row["claim_id"] not in credits and (left or again):
            credits[row["claim_id"]] = left
            again -= min(again, row["minor"])
            left = 0
    both = [*told, *back]
    chance.shuffle(both)
    found = pair(both, [claim(1, 0, 9, code="A")])
    assert {claim_id: credit for claim_id, (_, credit) in found.items()} == credits
    assert sum(credits.values()) == min(max(stated or 0, sum(rows)), 9)


def test_a_whole_cancellation_told_again_without_a_code_or_abroad_adds_nothing() -> None:
    paid = claim(1, 0, 5000, code="A", abroad_minor=400, abroad_currency="USD")
    own = claim(2, 1, 5000, own=1)
    assert pair([own, claim(3, 5, 5000)], [claim(1, 0, 5000, code="A")]) == {2: (1, 5000), 3: (1, 0)}
    again = claim(3, 5, 5100, code="A", abroad_minor=400, abroad_currency="USD")
    assert pair([own, again], [paid]) == {2: (1, 5000), 3: (1, 0)}


def test_what_a_corrected_purchase_states_itself_is_not_given_back_twice_by_a_row_beyond_it() -> None:
    smaller = claim(1, 0, 2000, code="A")
    own = claim(2, 1, 1500, own=1)
    assert pair([own, claim(3, 5, 3000, code="A")], [smaller]) == {2: (1, 1500), 3: (1, 500)}


def settled(back: list[dict[str, Any]], purchases: list[dict[str, Any]]) -> dict[int, tuple[int, int, int]]:
    return pair_money_back(
        pl.DataFrame([{"own": None, **row} for row in back], schema=BACK),
        pl.DataFrame(purchases, schema=SIDES),
    )


def test_money_told_at_home_and_abroad_is_compared_with_a_purchase_told_abroad_alone() -> None:
    bought = claim(1, 0, 10_000, code="52000003", currency="USD")
    back = claim(2, 400, 138_200, code="52000003", abroad_minor=10_000, abroad_currency="USD")
    assert settled([back], [bought]) == {2: (1, 10_000, 0)}
    part = claim(3, 400, 55_000, code="52000003", abroad_minor=4_000, abroad_currency="USD")
    assert settled([part], [bought]) == {3: (1, 4_000, 0)}
    other = claim(4, 400, 138_200, code="52000003", abroad_minor=10_000, abroad_currency="EUR")
    assert settled([other], [bought]) == {}


@pytest.mark.parametrize(("minor", "credit"), [(131_900, 135_000), (138_400, 135_000), (134_999, 135_000)])
def test_a_cancellation_told_at_home_only_gives_back_all_of_a_payment_made_abroad(
    minor: int, credit: int
) -> None:
    bought = claim(1, 0, 135_000, code="7", abroad_minor=10_000, abroad_currency="USD")
    assert settled([claim(2, 200, minor, code="7", says_all=True)], [bought]) == {2: (1, credit, 0)}


def test_a_part_of_a_payment_made_abroad_and_a_payment_at_home_are_taken_as_they_are_told() -> None:
    bought = claim(1, 0, 135_000, code="7", abroad_minor=10_000, abroad_currency="USD")
    assert settled([claim(2, 200, 62_000, code="7", says_all=True)], [bought]) == {2: (1, 62_000, 0)}
    assert settled([claim(2, 200, 131_900, code="7")], [bought]) == {2: (1, 131_900, 0)}  # a refund of a part
    at_home = claim(1, 0, 135_000, code="7")
    assert settled([claim(2, 200, 131_900, code="7", says_all=True)], [at_home]) == {2: (1, 131_900, 0)}


def test_what_comes_back_beyond_its_purchase_is_told_as_excess() -> None:
    bought = claim(1, 0, 90_000, code="7")
    back = [claim(2, 2, 60_000, code="7"), claim(3, 3, 60_000, code="7")]
    assert settled(back, [bought]) == {2: (1, 60_000, 0), 3: (1, 30_000, 30_000)}
    more_than_all = claim(4, 2, 120_000, code="7")
    assert settled([more_than_all], [bought]) == {4: (1, 90_000, 30_000)}
    abroad = claim(1, 0, 50_000, code="7", currency="USD")
    rows = [claim(2, 2, 12_050, code="7", currency="USD"), claim(3, 3, 40_000, code="7", currency="USD")]
    assert settled(rows, [abroad]) == {2: (1, 12_050, 0), 3: (1, 37_950, 2_050)}


def test_the_rate_of_another_day_is_no_excess() -> None:
    bought = claim(1, 0, 135_000, code="7", abroad_minor=10_000, abroad_currency="USD")
    assert settled([claim(2, 200, 139_000, code="7")], [bought]) == {2: (1, 135_000, 0)}


def shop(merchant: int, **told: str) -> dict[str, Any]:
    return {"merchant": merchant, "source": "card", "name": "", "brn": "", "number": "", "mcc": "", **told}


@pytest.mark.parametrize(
    ("bought_at", "back_from", "linked"),
    [
        ({"name": "cafe", "mcc": "5814"}, {"name": "cafe"}, True),
        ({"name": "cafe"}, {"name": "cafe", "mcc": "5814"}, True),
        ({"name": "cafe", "brn": "1234567891", "number": "77"}, {"name": "cafe"}, True),
        ({"name": "cafe", "brn": "1234567891", "number": "77"}, {"name": "kafe", "brn": "1234567891"}, True),
        ({"name": "cafe", "number": "77"}, {"name": "kafe", "number": "77"}, True),
        ({"name": "cafe", "number": "77"}, {"name": "kafe", "number": "77", "source": "bank"}, False),
        ({"name": "cafe", "number": "77"}, {"name": "cafe", "number": "78"}, False),
        ({"name": "cafe", "number": "77"}, {"name": "cafe", "number": "78", "source": "bank"}, True),
        ({"name": "cafe", "mcc": "5814"}, {"name": "cafe", "mcc": "5812"}, False),
        ({"name": "cafe", "brn": "1234567891"}, {"name": "cafe", "brn": "9876543210"}, False),
        ({"name": "cafe"}, {"name": "kafe"}, False),
        ({"name": ""}, {"name": ""}, False),
    ],
)
def test_whole_money_back_finds_its_purchase_where_one_row_tells_less_of_the_merchant_and_nothing_differs(
    bought_at: dict[str, str], back_from: dict[str, str], linked: bool
) -> None:
    bought = claim(1, 0, 5000, **shop(1, **bought_at))
    assert pair([claim(2, 5, 5000, **shop(2, **back_from))], [bought]) == ({2: (1, 5000)} if linked else {})
    assert pair([claim(2, 5, 4000, **shop(2, **back_from))], [bought]) == {}


def test_money_back_that_may_be_of_two_merchants_waits_for_a_person() -> None:
    there = [claim(n, n, 5000, **shop(n, name="cafe", mcc=mcc)) for n, mcc in ((1, "5814"), (2, "5812"))]
    assert pair([claim(3, 5, 5000, **shop(3, name="cafe"))], there) == {}
    assert pair([claim(3, 5, 5000, **shop(3, name="cafe", mcc="5812"))], there) == {3: (2, 5000)}
    twice = [claim(n, n, 5000, **shop(1, name="cafe", mcc="5814")) for n in (1, 2)]
    assert pair([claim(3, 5, 5000, **shop(3, name="cafe"))], twice) == {3: (2, 5000)}


def test_a_code_on_one_side_only_is_no_difference_but_two_codes_are() -> None:
    back = claim(2, 5, 5000, code="B")
    assert pair([back], [claim(1, 0, 5000)]) == {2: (1, 5000)}
    assert pair([back], [claim(1, 0, 5000, code="A")]) == {}
