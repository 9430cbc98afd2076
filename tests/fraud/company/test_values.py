"""Company settings: what holds, and their change by two people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from fraud.company.changing import activate_settings, propose_settings, return_settings
from fraud.company.thresholds import CostMatrix
from fraud.company.values import DEFAULTS, SettingsNotValid, current_settings, from_json, to_json

RULES = Actor(username="rules", roles=frozenset({Role.RULE_ADMIN}))
LEAD = Actor(username="lead", roles=frozenset({Role.APPROVER}))


def test_cost_threshold_is_five_per_cent_for_the_standard_matrix() -> None:
    assert CostMatrix().threshold() == pytest.approx(0.05)
    assert DEFAULTS.alert_threshold == pytest.approx(0.05)


def test_seats_of_a_day_add_up_to_the_capacity() -> None:
    assert DEFAULTS.capacity_per_day == 60
    assert (DEFAULTS.novelty_seats, DEFAULTS.control_sample_size, DEFAULTS.model_seats) == (6, 3, 51)


@pytest.mark.parametrize(
    ("cases_a_day", "checks", "share", "novelty"),
    [
        (4, None, 0.1, 1),
        (35, 30, 0.1, 1),
        (100, 30, 0.1, 7),
        (4, None, 0.0, 0),
        (1, None, 0.1, 0),
        (30, 30, 0.1, 0),
    ],
)
def test_unusual_claims_get_their_share_of_what_random_checks_leave(
    cases_a_day: int, checks: int | None, share: float, novelty: int
) -> None:
    values = replace(
        DEFAULTS,
        reviewer_minutes_per_day=cases_a_day * DEFAULTS.minutes_per_case,
        control_sample_number=checks,
        novelty_share=share,
    )
    assert values.novelty_seats == novelty
    assert values.novelty_seats + values.control_sample_size + values.model_seats == cases_a_day


def test_values_survive_their_json() -> None:
    assert from_json(to_json(DEFAULTS)) == DEFAULTS
    assert from_json({"gone": 1, "minutes_per_case": 5}).minutes_per_case == 5


@pytest.mark.django_db
def test_proposed_settings_hold_only_after_a_second_person() -> None:
    row = propose_settings(changes={"novelty_share": 0.2}, note="more unusual claims", by=RULES)
    assert current_settings() == DEFAULTS
    activate_settings(number=row.number, by=LEAD)
    assert current_settings().novelty_share == 0.2
    entries = AuditEvent.objects.filter(subject="config").order_by("seq")
    assert [e.action for e in entries] == ["settings.proposed", "settings.changed"]
    assert entries[1].before == {"novelty_share": 0.1}
    assert entries[1].after == {"number": 1, "novelty_share": 0.2}


@pytest.mark.django_db
def test_proposer_does_not_activate_the_own_proposal() -> None:
    both = Actor(username="both", roles=frozenset({Role.RULE_ADMIN, Role.APPROVER}))
    row = propose_settings(changes={"novelty_share": 0.2}, note="seats for the new", by=both)
    with pytest.raises(NotPermitted) as refused:
        activate_settings(number=row.number, by=both)
    assert refused.value.code == "own_proposal"
    assert current_settings() == DEFAULTS


@pytest.mark.django_db
def test_settings_are_not_proposed_without_saying_why() -> None:
    with pytest.raises(SettingsNotValid) as refused:
        propose_settings(changes={"four_eyes_share": 1.0}, note="  no", by=RULES)
    assert set(refused.value.problems) == {"note"}


@pytest.mark.django_db
def test_returned_proposal_cannot_be_activated() -> None:
    row = propose_settings(changes={"novelty_share": 0.2}, note="seats for the new", by=RULES)
    return_settings(number=row.number, by=LEAD, reason="not now")
    with pytest.raises(type(row).DoesNotExist):
        activate_settings(number=row.number, by=LEAD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"novelty_share": 1.5}, "novelty_share"),
        ({"novelty_share": 0.6, "control_sample_share": 0.5}, "novelty_share"),
        ({"minutes_per_case": 0}, "minutes_per_case"),
        ({"threshold_policy": "guess"}, "threshold_policy"),
        ({"band_medium": 0.5, "band_high": 0.3}, "band_high"),
        ({"costs": {"tp": 5, "fp": 5, "fn": 1, "tn": 0}}, "costs"),
        ({"colour": "blue"}, "colour"),
        ({"novelty_share": "much"}, "novelty_share"),
    ],
)
def test_unusable_settings_are_refused_by_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(SettingsNotValid) as refused:
        propose_settings(changes=changes, note="", by=RULES)
    assert field in refused.value.problems


@pytest.mark.django_db
def test_cardholder_proposes_nothing() -> None:
    with pytest.raises(NotPermitted):
        propose_settings(changes={}, note="", by=Actor(username="x", roles=frozenset({Role.CARDHOLDER})))
