"""What is read for the guards of a step: only what they need, and for each the same as when everything is read."""

from __future__ import annotations

import pytest

from cases.services import write_offs
from cases.services.standing import facts_of
from cases.workflow import TRANSITIONS, Guard, failed_guards
from tests.cases.stage import REASON, Stage, fresh


@pytest.mark.parametrize(
    "name", ["case", "taken", "asked", "lapsed", "explained", "proposed", "notified", "recovering", "closed"]
)
def test_a_step_sees_of_the_case_what_its_guards_ask_for(stage: Stage, name: str) -> None:
    case = getattr(stage, name)()
    stage.go_on(days=200)
    if name == "recovering":
        write_offs.request_write_off(
            case=case, reason=REASON, by=stage.actor("clerk"), expected_version=case.version
        )
        case = fresh(case)
    whole = facts_of(case)
    assert whole == facts_of(case, tuple(Guard))
    for row in TRANSITIONS:
        assert failed_guards(row, facts_of(case, row.guards)) == failed_guards(row, whole), row


def test_the_guards_are_told_apart_by_what_is_read(stage: Stage) -> None:
    """So that the comparison above could fail: an open sum, a passed deadline and a hearing are there."""
    assert facts_of(stage.recovering()).outstanding_minor > 0
    asked = stage.asked()
    stage.go_on(days=200)
    assert facts_of(asked).deadline_passed
    assert facts_of(stage.explained()).is_heard
