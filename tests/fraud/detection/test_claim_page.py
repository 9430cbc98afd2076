"""What is known of one claim, asked by kept SQL, against plain querysets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404

from audit import clock
from audit.actor import Actor, Role
from fraud.claims.models import Claim, Department
from fraud.detection.claim_page import find_shown_claim, hits_of, neighbours_of, scores_of, versions_of
from tests.cast import make_cardholder, make_claim, make_hit, make_rule_version, make_run, make_score

pytestmark = pytest.mark.django_db
READER = Actor(username="reader", roles=frozenset({Role.REVIEWER}))


def test_neighbours_are_the_four_before_and_after_of_the_same_person() -> None:
    person, at = make_cardholder("E7100"), clock.now() - timedelta(days=9)
    claims = [make_claim(cardholder=person, transacted_at=at + timedelta(hours=hour)) for hour in range(12)]
    make_claim(cardholder=make_cardholder(), transacted_at=at + timedelta(hours=5))
    for place in (0, 5, 11):
        near = claims[max(place - 4, 0) : place] + claims[place + 1 : place + 5]
        assert neighbours_of(claims[place]) == near[::-1]
    same_moment = make_claim(cardholder=person, transacted_at=claims[5].transacted_at)
    assert same_moment in neighbours_of(claims[5])
    assert claims[5] in neighbours_of(same_moment)


def test_the_newest_run_says_which_rules_matched() -> None:
    claim, old, new = make_claim(), make_run(), make_run()
    for run, code in ((old, "Y01"), (new, "Y02"), (new, "Y03")):
        make_hit(claim=claim, run=run, rule_version=make_rule_version(code))
        make_score(claim=claim, run=run) if code != "Y03" else None
    make_hit(claim=make_claim(), run=new, rule_version=make_rule_version("Y04"))
    assert [found["rule"].code for found in hits_of(claim)] == ["Y02", "Y03"]
    assert [score.run for score in scores_of(claim)] == [new, old]


def test_a_claim_nobody_has_and_one_of_another_department_answer_alike() -> None:
    mine, theirs = (Department.objects.create(code=code, name=code) for code in ("D-1", "D-2"))
    claim = make_claim(cardholder=make_cardholder("E7200", department=mine))
    assert find_shown_claim(claim.pk, READER) == claim
    narrowed = Actor(username="reader", roles=READER.roles, units=frozenset({theirs.code}))
    for key, by in ((claim.pk, narrowed), (claim.pk + 99, READER), (10**30, READER)):
        with pytest.raises(Http404):
            find_shown_claim(key, by)
    inside = Actor(username="reader", roles=READER.roles, units=frozenset({mine.code}))
    assert find_shown_claim(claim.pk, inside) == claim


def test_a_claim_of_one_version_has_one() -> None:
    claim = make_claim()
    assert versions_of(Claim.objects.get(pk=claim.pk)) == [claim]
