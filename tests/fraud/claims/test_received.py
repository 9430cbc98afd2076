"""What was received by a moment is counted, once while somebody looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fraud.claims.models import Claim, ClaimVersion
from fraud.claims.received import one_look, received_by
from tests.cast import correct_claim, make_cardholder, make_claim, make_merchant

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


def plainly(moment: datetime) -> list[int]:
    keys = [row.pk for row in Claim.objects.all() if row.received_at <= moment]
    keys += [row.claim_id for row in ClaimVersion.objects.all() if row.received_at <= moment]
    return [len(keys), max(keys, default=0)]


def receive(hour: int, number: int) -> None:
    at = AT + timedelta(hours=hour)
    known = Claim.objects.filter(external_id=f"K{number}").first()
    if known is None:
        person, place = make_cardholder(), make_merchant()
        make_claim(external_id=f"K{number}", cardholder=person, merchant=place, received_at=at)
    else:
        correct_claim(known, amount_minor=known.amount_minor + 1, received_at=at)


def test_versions_and_the_newest_claim_are_told_as_one_by_one_in_any_order_of_asking() -> None:
    for hour, number in ((0, 1), (2, 2), (3, 1), (5, 3), (6, 2)):
        receive(hour, number)
    moments = [AT + timedelta(hours=hour) for hour in (4, 1, 7, 4, 2, -1)]
    assert [received_by(moment) for moment in moments] == [plainly(moment) for moment in moments]
    with one_look():
        assert [received_by(moment) for moment in moments] == [plainly(moment) for moment in moments]


def test_what_comes_late_while_one_looks_is_counted_by_the_next_to_look() -> None:
    receive(0, 1)
    early, late = AT + timedelta(hours=1), AT + timedelta(hours=4)
    with one_look():
        before = received_by(early)
        receive(0, 2)
        receive(3, 3)
        assert received_by(early) == before
        assert received_by(late)[0] == before[0] + 1  # the one since, not the one that came late
    with one_look():
        assert received_by(early) == plainly(early) != before
        assert received_by(late) == plainly(late)


def test_a_look_inside_a_look_is_the_same_one_and_a_run_may_look_again_as_before() -> None:
    receive(0, 1)
    counted: dict[datetime, list[int]] = {}
    with one_look(counted), one_look():
        before = received_by(AT)
    receive(-1, 2)
    with one_look(counted):
        assert received_by(AT) == before
    with one_look():
        assert received_by(AT) == plainly(AT) != before
