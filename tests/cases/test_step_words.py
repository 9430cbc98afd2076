"""A step that is not open says what is, to the reader and to others; a cardholder is told of their own steps alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import translation

from audit.people import name_of
from cases.models import Case
from cases.services import errors, queue, regrouping, write_offs
from cases.services.step_words import STATE_WORDS, STEP_WORDS
from cases.services.steps import check_step
from cases.workflow import TRANSITIONS, Action, Party, State
from tests.cases.stage import REASON, Stage, fresh

pytestmark = pytest.mark.django_db


def refused(step: Callable[[], object], language: str) -> str:
    with pytest.raises(errors.TransitionNotAllowed) as refusal, translation.override(language):
        step()
    with translation.override(language):
        return refusal.value.sentence


def taking(stage: Stage, case: Case, who: str = "other_reviewer") -> Callable[[], object]:
    return lambda: queue.take_case(case=case, by=stage.actor(who), expected_version=case.version)


def test_every_state_and_every_step_of_a_person_has_its_words() -> None:
    of_people = {row.action for row in TRANSITIONS if set(row.who) - {Party.SYSTEM}}
    services = {Action.DECIDE, Action.END_MERGED}  # what a person's other step leads to
    assert set(STEP_WORDS) == {action.value for action in of_people - services}
    assert set(STATE_WORDS) == {state.value for state in State}


def test_a_refusal_names_the_state_what_the_reader_can_do_and_who_else_can_what(stage: Stage) -> None:
    case = stage.explained()
    said = refused(taking(stage, case), "en")
    assert said.startswith("This cannot be done in a case that is “Explained”. ")
    assert "You can now" not in said  # it is another reviewer's
    assert "propose a decision" in said
    assert "the cardholder: answer" in said
    assert f"{name_of(stage.cast.reviewer)}: ask for an explanation" in said
    mine = refused(taking(stage, case, "reviewer"), "ko")
    assert "지금 하실 수 있는 일: 소명 요청" in mine
    assert "카드 사용자(소명 제출)" in mine


def test_of_a_closed_case_it_says_who_may_reopen_it(stage: Stage) -> None:
    said = refused(taking(stage, stage.closed()), "en")
    assert said == "This cannot be done in a case that is “Closed”. Others can now – an approver: reopen it."


def test_what_a_guard_refuses_is_told_instead_of_the_state(stage: Stage) -> None:
    case, clerk = stage.recovering(), stage.actor("clerk")

    def ask() -> object:
        return write_offs.request_write_off(
            case=case, reason=REASON, by=clerk, expected_version=fresh(case).version
        )

    ask()
    said = refused(ask, "en")
    assert said.startswith("A write-off is asked for already and waits for an approver. You can now: ")
    assert "approve the write-off" in said


@pytest.mark.parametrize(
    ("state", "can"),
    [
        (State.CLOSED, "Nothing waits for you here"),
        (State.RECOVERING, "You can now: consent to a deduction from pay."),
    ],
)
def test_the_cardholder_is_told_of_their_own_steps_and_of_no_state(
    stage: Stage, state: State, can: str
) -> None:
    case = stage.case_in(state)
    by = stage.actor("cardholder")
    with pytest.raises(errors.TransitionNotAllowed) as refusal:
        check_step(case, Action.ACCEPT, by=by, expected_version=fresh(case).version)
    with translation.override("en"):
        assert can in refusal.value.sentence
    assert refusal.value.details == {}


def test_who_has_no_role_for_it_is_told_whose_it_is(stage: Stage) -> None:
    case = stage.recovering()
    with pytest.raises(errors.Refused) as refusal:
        write_offs.request_write_off(
            case=case, reason=REASON, by=stage.actor("reviewer"), expected_version=case.version
        )
    with translation.override("en"):
        assert refusal.value.sentence.endswith("It is done by: Recovery clerk.")


def test_of_a_case_that_was_merged_it_says_where_to_go_on_and_that_the_merge_can_be_taken_back(
    stage: Stage,
) -> None:
    into, other = stage.taken(), stage.taken()
    by = stage.actor("reviewer")
    regrouping.merge_cases(
        case=into,
        other=other,
        reason="같은 출장",
        by=by,
        expected_version=into.version,
        other_version=other.version,
    )
    said = refused(taking(stage, fresh(other)), "en")
    assert said == (
        "The case was merged into another one; what is done next is done there. You can now: take the merge back."
    )
