"""A rule that leaves one person or merchant alone: asked by one, confirmed by another, bounded in time, ended early, by nobody for themselves."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from audit.services import actor_of
from fraud.detection.models import RuleHit, RuleSuppression
from fraud.detection.suppressing import (
    MOST_DAYS,
    confirm_suppression,
    end_suppression,
    in_force,
    pinned_suppressions,
    propose_suppression,
    return_suppression,
    visible_suppressions,
)
from rules.exceptions import PageStale, ReasonNeeded, ValueNotValid, WrongState
from tests.cast import make_cardholder, make_cast, make_claim, make_merchant, make_rule_version, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def rule(cast):
    return make_rule_version("A04").rule


def asked(
    cast, rule, *, by=None, days: int = 30, reason: str = "drives the night shuttle", **whom
) -> RuleSuppression:
    whom = whom or {"cardholder": make_cardholder()}
    until = clock.today() + timedelta(days=days)
    return propose_suppression(
        rule=rule, reason=reason, until=until, by=actor_of(by or cast.rule_admin), **whom
    )


def test_it_holds_once_a_second_person_agrees_and_until_its_last_day(cast, rule):
    row = asked(cast, rule)
    today = clock.today()
    assert not in_force(today)
    confirm_suppression(suppression=row, by=actor_of(cast.approver), seen=1)
    assert [one.pk for one in in_force(today)] == [row.pk]
    assert in_force(today + timedelta(days=30))
    assert not in_force(today + timedelta(days=31))
    told = AuditEvent.objects.filter(subject="rule:A04", action__startswith="suppression.")
    assert [event.action for event in told.order_by("id")] == [
        "suppression.proposed",
        "suppression.confirmed",
    ]


def test_whoever_asked_does_not_agree_and_whoever_may_not_ask_does_not(cast, rule):
    row = asked(cast, rule, by=cast.approver)
    with pytest.raises(NotPermitted):
        confirm_suppression(suppression=row, by=actor_of(cast.approver), seen=1)
    for who in (cast.auditor, cast.model_owner, cast.cardholder):
        with pytest.raises(NotPermitted):
            asked(cast, rule, by=who)
    with pytest.raises(NotPermitted):
        confirm_suppression(suppression=row, by=actor_of(cast.rule_admin), seen=1)


def test_nobody_frees_themselves_of_a_rule(cast, rule):
    own = make_cardholder(employee_no=cast.rule_admin.employee_no)
    with pytest.raises(NotPermitted) as refused:
        asked(cast, rule, cardholder=own)
    assert refused.value.code == "own_case"
    other = make_cardholder(employee_no=cast.approver.employee_no)
    row = asked(cast, rule, cardholder=other)
    with pytest.raises(NotPermitted):
        confirm_suppression(suppression=row, by=actor_of(cast.approver), seen=1)


def test_nobody_frees_a_merchant_they_have_paid_at(cast, rule):
    """Not by asking, not by agreeing, under whatever spelling of their number; somebody who never paid there may."""
    merchant = make_merchant()
    make_claim(cardholder=make_cardholder(employee_no=cast.rule_admin.employee_no), merchant=merchant)
    with pytest.raises(NotPermitted) as refused:
        asked(cast, rule, merchant=merchant)
    assert refused.value.code == "own_case"
    row = asked(cast, rule, merchant=merchant, by=cast.reviewer)
    make_claim(cardholder=make_cardholder(employee_no=cast.approver.employee_no.lower()), merchant=merchant)
    with pytest.raises(NotPermitted):
        confirm_suppression(suppression=row, by=actor_of(cast.approver), seen=1)
    confirm_suppression(suppression=row, by=actor_of(cast.other_approver), seen=1)


@pytest.mark.parametrize("days", [-1, MOST_DAYS + 1])
def test_a_day_that_is_past_or_too_far_is_refused(cast, rule, days):
    with pytest.raises(ValueNotValid):
        asked(cast, rule, days=days)


def test_what_is_missing_or_doubled_is_refused(cast, rule):
    with pytest.raises(ReasonNeeded):
        asked(cast, rule, reason="no")
    with pytest.raises(ValueNotValid):
        asked(cast, rule, cardholder=make_cardholder(), merchant=make_merchant())
    person = make_cardholder()
    asked(cast, rule, cardholder=person)
    with pytest.raises(WrongState):
        asked(cast, rule, cardholder=person)


def test_a_page_that_showed_an_earlier_state_is_refused(cast, rule):
    row = asked(cast, rule)
    with pytest.raises(PageStale):
        confirm_suppression(suppression=row, by=actor_of(cast.approver), seen=7)
    return_suppression(suppression=row, reason="change the rule", by=actor_of(cast.approver), seen=1)
    with pytest.raises(WrongState):
        confirm_suppression(suppression=row, by=actor_of(cast.approver), seen=2)


def test_one_person_ends_it_early_and_it_can_be_asked_for_again(cast, rule):
    place = make_merchant()
    row = asked(cast, rule, merchant=place)
    with pytest.raises(WrongState):
        end_suppression(suppression=row, reason="it is over", by=actor_of(cast.rule_admin), seen=1)
    confirm_suppression(suppression=row, by=actor_of(cast.approver), seen=1)
    end_suppression(suppression=row, reason="it is over", by=actor_of(cast.reviewer), seen=2)
    assert not in_force(clock.today())
    asked(cast, rule, merchant=place)


def test_a_run_pins_every_row_of_a_person_and_the_merchant(cast, rule):
    first, second = make_cardholder(employee_no="E7001"), make_cardholder(employee_no="e-7001")
    place = make_merchant()
    for row in (asked(cast, rule, cardholder=first), asked(cast, rule, merchant=place)):
        confirm_suppression(suppression=row, by=actor_of(cast.approver), seen=1)
    pinned = pinned_suppressions(clock.today())
    assert {(row["cardholder_id"], row["merchant_id"]) for row in pinned} == {
        (first.pk, None),
        (second.pk, None),
        (None, place.pk),
    }


def test_from_a_claim_to_the_inbox_to_the_rules_page(cast, rule, client):
    claim = make_claim(cardholder=make_cardholder())
    version = rule.versions.get()
    RuleHit.objects.create(
        run=make_run(), claim=claim, rule_version=version, is_shadow=True, is_suppressed=True
    )
    until = (clock.today() + timedelta(days=9)).isoformat()
    client.force_login(cast.reviewer)
    answer = client.post(
        reverse("fraud:propose-suppression", args=["A04"]),
        {"claim": claim.pk, "about": "person", "until": until, "reason": "drives the night shuttle"},
    )
    assert answer.headers["Location"] == reverse("fraud:claim", args=[claim.pk])
    page = client.get(reverse("fraud:claim", args=[claim.pk])).content.decode()
    assert "drives the night shuttle" in page
    row = RuleSuppression.objects.get()
    client.force_login(cast.approver)
    assert "drives the night shuttle" in client.get(reverse("cases:approvals")).content.decode()
    step = reverse("fraud:suppression-step", args=[row.pk, "confirm"])
    assert client.post(step, {"seen": "1"}).headers["Location"] == reverse(
        "cases:rule-operation", args=["A04"]
    )
    row.refresh_from_db()
    assert row.state == "active"
    shown = client.get(reverse("cases:rule-operation", args=["A04"])).content.decode()
    assert "drives the night shuttle" in shown
    assert (
        client.post(reverse("fraud:suppression-step", args=[row.pk, "nothing"]), {"seen": "2"}).status_code
        == 404
    )
    client.force_login(cast.auditor)
    assert client.post(step, {"seen": "2"}).status_code == 403


@pytest.mark.parametrize(
    "typed", [{"about": "person", "number": "E999999"}, {"about": "merchant", "number": "1"}, {}]
)
def test_a_number_nobody_has_changes_nothing(cast, rule, client, typed):
    client.force_login(cast.rule_admin)
    until = clock.today().isoformat()
    client.post(
        reverse("fraud:propose-suppression", args=["A04"]),
        {**typed, "until": until, "reason": "a long reason"},
    )
    assert not RuleSuppression.objects.exists()


def test_the_interface_proposes_lists_confirms_and_ends(cast, rule, client):
    make_cardholder(employee_no="E7001")

    def post(path: str, body: dict):
        return client.post(f"/api/v1/rules/{path}", json.dumps(body), content_type="application/json")

    client.force_login(cast.rule_admin)
    body = {"employee_no": "E7001", "reason": "drives the night shuttle", "until": clock.today().isoformat()}
    assert post("A04/suppressions/", {**body, "employee_no": "E999"}).status_code >= 400
    made = post("A04/suppressions/", body)
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    number = made.json()["id"]
    assert post(f"suppressions/{number}/confirm/", {"seen": 1}).status_code == 403
    client.force_login(cast.approver)
    assert post(f"suppressions/{number}/confirm/", {"seen": 9}).status_code == 409
    assert post(f"suppressions/{number}/confirm/", {"seen": 1}).json()["state"] == "active"
    assert client.get("/api/v1/rules/A04/suppressions/").json()["results"][0]["employee_no"] == "E7001"
    assert post(f"suppressions/{number}/end/", {"seen": 2, "reason": "it is over"}).json()["state"] == "ended"
    assert post(f"suppressions/{number}/other/", {"seen": 3}).status_code == 404


def test_a_reviewer_proposes_and_reads_them_through_the_interface_within_their_units(cast, rule, client):
    make_cardholder(employee_no="E7001")
    client.force_login(cast.reviewer)
    body = {"employee_no": "E7001", "reason": "drives the night shuttle", "until": clock.today().isoformat()}
    made = client.post("/api/v1/rules/A04/suppressions/", json.dumps(body), content_type="application/json")
    assert made.status_code == 201
    rows = client.get("/api/v1/rules/A04/suppressions/").json()["results"]
    assert [row["employee_no"] for row in rows] == ["E7001"]
    elsewhere = dataclasses.replace(cast.actor("reviewer"), units=frozenset({"nowhere"}))
    assert visible_suppressions(RuleSuppression.objects.all(), elsewhere) == []
    client.force_login(cast.cardholder)
    assert client.get("/api/v1/rules/A04/suppressions/").status_code == 403
