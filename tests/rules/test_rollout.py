"""A rule counts for a share of people first: the same ones every night, others for another rule, and more of them when it is widened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.models import AuditEvent
from rules.exceptions import PageStale, ShareNotGrowing, ShareNotPossible
from rules.rollout import is_inside
from rules.services import activate_version, draft_rule, propose_version, shadow_version
from rules.services.rolling_out import widen_rule
from tests.cast import make_cast

PEOPLE = [f"E{number}" for number in range(4_000)]


def test_the_share_is_about_as_large_as_asked_and_another_one_for_every_rule():
    inside = {code: {one for one in PEOPLE if is_inside(code, one, 0.25)} for code in ("A01", "A02")}
    assert all(900 < len(found) < 1_100 for found in inside.values())
    assert 180 < len(inside["A01"] & inside["A02"]) < 320  # a quarter of a quarter, were they chosen apart


@given(st.text(max_size=10), st.text(max_size=10), st.floats(0, 1), st.floats(0, 1))
def test_whoever_is_inside_stays_inside_when_the_share_grows(code, person, one, other):
    small, large = sorted((one, other))
    assert is_inside(code, person, 1)
    assert not is_inside(code, person, 0)
    assert is_inside(code, person, large) or not is_inside(code, person, small)


@pytest.fixture
def cast(db):
    return make_cast()


def proposed(cast, number=1):
    about = {"name_en": "High", "name_ko": "고액", "question_en": "What for?", "question_ko": "용도는?"}
    by = cast.actor("rule_admin")
    text = f"amount > {number},000 KRW"
    version = draft_rule(code="X01", text=text, by=by, **(about if number == 1 else {}))
    return propose_version(version=version, by=by)


def test_a_new_rule_goes_from_shadow_to_a_share_to_everybody_and_each_step_is_recorded(cast):
    approver = cast.actor("approver")
    version = activate_version(
        version=shadow_version(version=proposed(cast), by=approver), by=approver, percent=10
    )
    assert version.rollout_rate * 100 == 10
    widened = widen_rule(version=version, percent=50, by=approver, seen=version.lock_version)
    with pytest.raises(PageStale):
        widen_rule(version=version, percent=100, by=approver, seen=version.lock_version - 1)
    with pytest.raises(ShareNotGrowing):
        widen_rule(version=widened, percent=50, by=approver)
    widen_rule(version=widened, percent=100, by=approver, seen=widened.lock_version)
    told = AuditEvent.objects.filter(subject="rule:X01").order_by("seq").values_list("action", "after")
    assert [(action, after["share_percent"]) for action, after in told][2:] == [
        ("rule.shadowed", 100),
        ("rule.activated", 10),
        ("rule.widened", 50),
        ("rule.widened", 100),
    ]


def test_a_share_beside_a_version_that_counts_is_refused_and_so_is_one_that_is_none(cast):
    approver = cast.actor("approver")
    activate_version(version=proposed(cast), by=approver)
    second = proposed(cast, number=2)
    for percent in (50, 0, 101):
        with pytest.raises(ShareNotPossible):
            activate_version(version=second, by=approver, percent=percent)
    assert activate_version(version=second, by=approver).rollout_rate == 1
