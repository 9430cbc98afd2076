"""What surrounds a case: payments behind the facts, and who else pays at its merchants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.actor import Actor
from cases.models import Case
from cases.pages.case import claims_of
from cases.pages.related import MAX_AROUND, around, surroundings
from fraud.claims.models import Claim, Label
from fraud.detection.hit_facts import window_days
from tests.cast import (
    NOW,
    make_cardholder,
    make_case,
    make_cast,
    make_claim,
    make_hit,
    make_merchant,
    make_rule_version,
    make_run,
)

READER = Actor("reader", employee_no="E8888")
pytestmark = pytest.mark.django_db

ON_ONE_DAY = "sum(amount same cardholder, merchant, day where amount > 0)"
DINNER = NOW - timedelta(hours=14)


def split_case(name: str = ON_ONE_DAY, **fields: Any) -> Case:
    """A case with the last of three payments at one merchant; the earlier two were screened before."""
    person, place = make_cardholder("E7001"), make_merchant("옛골정육식당")
    for minutes, amount in ((3, 187_000), (1, 179_000)):
        make_claim(
            cardholder=person,
            merchant=place,
            amount_minor=amount,
            transacted_at=DINNER - timedelta(minutes=minutes),
        )
    claim = make_claim(cardholder=person, merchant=place, amount_minor=179_000, transacted_at=DINNER)
    run = make_run()
    facts = {"values": {name: {"kind": "money", "value": 545_000, "currency": "KRW"}}}
    make_hit(claim=claim, run=run, rule_version=make_rule_version(), facts=facts)
    return make_case(claims=[claim], run=run, **fields)


def found_around(case: Case) -> Any:
    return around(case, claims_of(case))


def test_earlier_parts_of_a_split_payment_are_shown_with_their_sum():
    found = found_around(split_case())
    assert [claim.amount_minor for claim in found.behind] == [187_000, 179_000]
    assert (found.days, found.n_together, found.together_minor) == (1, 3, 545_000)
    assert found.that_day == []


def test_other_payments_of_the_day_stand_apart_and_other_days_do_not_count():
    case = split_case()
    lunch = make_claim(
        cardholder=case.cardholder, merchant=make_merchant("분식"), transacted_at=DINNER - timedelta(hours=6)
    )
    make_claim(cardholder=case.cardholder, merchant=case.merchant, transacted_at=DINNER - timedelta(days=2))
    make_claim(cardholder=make_cardholder(), merchant=case.merchant, transacted_at=DINNER)
    make_claim(
        cardholder=case.cardholder,
        merchant=case.merchant,
        transacted_at=DINNER,
        txn_type=Claim.TxnType.DECLINE,
    )
    found = found_around(case)
    assert len(found.behind) == 2
    assert [claim.pk for claim in found.that_day] == [lunch.pk]


def test_rules_time_decides_how_far_back_payments_are_shown():
    case = split_case("count(same cardholder, merchant within 10 days)")
    make_claim(cardholder=case.cardholder, merchant=case.merchant, transacted_at=DINNER - timedelta(days=8))
    make_claim(cardholder=case.cardholder, merchant=case.merchant, transacted_at=DINNER - timedelta(days=12))
    assert len(found_around(case).behind) == 3


def test_random_check_does_not_tell_by_its_context_which_rule_it_hit():
    case = split_case(drawn_blind=True)
    found = found_around(case)
    assert (found.behind, found.days) == ([], 0)
    assert len(found.that_day) == 2  # the same payments, as those of that day


def test_long_context_is_cut_and_says_so():
    case = split_case()
    for minutes in range(MAX_AROUND + 5):
        make_claim(
            cardholder=case.cardholder,
            merchant=case.merchant,
            transacted_at=DINNER - timedelta(minutes=4 + minutes),
        )
    found = found_around(case)
    assert found.is_cut
    assert len(found.behind) == MAX_AROUND
    assert found.n_together == MAX_AROUND + 8


@pytest.mark.parametrize(
    ("name", "days"),
    [
        (ON_ONE_DAY, 1),
        ("count(same cardholder, merchant within 30 minutes where amount > 0)", 1),
        ("count(same cardholder, merchant, month)", 31),
        ("count(same cardholder within 30 days)", 0),
        ("amount", 0),
        ("count(no such thing", 0),
    ],
)
def test_window_counts_where_person_and_merchant_are_both_its_keys(name, days):
    facts = {"values": {name: {"kind": "number", "value": 2}}}
    assert window_days(facts, {"cardholder", "merchant"}) == days
    assert window_days(None, {"cardholder"}) == 0


def test_visitors_of_the_merchant_come_with_what_reviews_found():
    case = split_case()
    other = make_cardholder("E7002")
    claims = [
        make_claim(cardholder=other, merchant=case.merchant, transacted_at=timezone.now() - timedelta(days=n))
        for n in range(1, 5)
    ]
    for claim, verdicts in zip(claims, ([True], [False], [True, None]), strict=False):
        for number, verdict in enumerate(verdicts):
            Label.objects.create(
                claim=claim,
                is_misuse=verdict,
                source="review",
                known_at=NOW + timedelta(days=number),
                labelled_by="x",
            )
    found = surroundings(case, claims_of(case), READER)
    assert [(one.cardholder.employee_no, one.n, one.n_misuse, one.n_clean) for one in found.visitors] == [
        ("E7002", 4, 1, 1),
        ("E7001", 3, 0, 0),
    ]


def test_outcomes_of_the_reader_and_their_manager_stay_hidden_from_the_reader():
    case = split_case()
    claim = case.alerts.get().claim
    Label.objects.create(claim=claim, is_misuse=True, source="tip", known_at=NOW, labelled_by="x")
    number = case.cardholder.employee_no
    for by, seen in ((READER, 1), (Actor("own", employee_no=number.lower()), 0)):
        found = surroundings(case, claims_of(case), by).visitors
        assert sum(one.n_misuse for one in found) == seen


def test_outcomes_of_visitors_stay_hidden_in_a_random_check():
    case = split_case(drawn_blind=True)
    claim = case.alerts.get().claim
    Label.objects.create(claim=claim, is_misuse=True, source="tip", known_at=NOW, labelled_by="x")
    assert {one.n_misuse for one in surroundings(case, claims_of(case), READER).visitors} == {0}


def test_like_merchants_approvers_and_attendees_are_named():
    case = split_case()
    approver = make_cardholder("E7009")
    Claim.objects.filter(alerts__case=case).update(
        approver_no="E7009",
        attendees=[
            {"name": "홍길동", "org": "가온상사"},
            {"name": "홍길동", "org": "가온상사"},
            {"name": "", "org": "", "employee_no": "E7010"},
        ],
    )
    make_claim(cardholder=case.cardholder, merchant=make_merchant("다른 식당"), transacted_at=NOW)
    make_claim(cardholder=case.cardholder, merchant=make_merchant("주유소", mcc="5541"), transacted_at=NOW)
    found = surroundings(case, claims_of(case), READER)
    assert [one["merchant__name"] for one in found.merchants] == ["다른 식당"]
    assert found.approvers == [approver]
    assert [person["name"] for person in found.attendees] == ["홍길동", "E7010"]


def test_context_needs_one_query_and_the_tab_few_whatever_their_number(django_assert_num_queries):
    case = split_case()
    Claim.objects.filter(alerts__case=case).update(approver_no=make_cardholder().employee_no)
    for number in range(30):
        make_claim(cardholder=make_cardholder(), merchant=case.merchant, transacted_at=NOW)
        make_claim(
            cardholder=case.cardholder,
            merchant=make_merchant(f"식당 {number}"),
            transacted_at=DINNER - timedelta(minutes=number),
        )
    rows = claims_of(case)
    with django_assert_num_queries(1):
        around(case, rows)
    with django_assert_num_queries(6):  # one of them asks whose outcomes the reader must not see
        surroundings(case, rows, READER)


def test_page_marks_them_as_context(client):
    case = split_case()
    client.force_login(make_cast().reviewer)
    client.cookies["django_language"] = "en"
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert "context, not part of the case" in page
    assert "3 payments together with this case" in page
    assert "KRW 545,000" in page
    tab = client.get(f"/cases/{case.reference}/?tab=related").content.decode()
    assert "Who else pays here" in tab
