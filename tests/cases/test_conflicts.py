"""Nobody acts on themselves: every relation, every staff step, whatever the roles; each attempt is kept (ASVS 5: 8.2.2, 8.3.1)."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import actor_of, find_faults
from cases.models import Case, Explanation, ExplanationRequest
from cases.services import by_hand, decisions, errors, notes, queue
from cases.services.conflicts import relations_of
from cases.services.seeing import without_involved
from cases.services.steps import actions_now, check_step
from cases.visibility import hidden_cases, visible_cases
from cases.workflow import TRANSITIONS, Action, Party
from fraud.claims.models import Claim, Relative, User
from tests.cases.stage import LEGITIMATE, Stage, fresh
from tests.cast import NOW, make_cardholder, make_case, make_claim, make_person, take_away

STAFF_ACTIONS = sorted(
    {
        row.action
        for row in TRANSITIONS
        if not set(row.who) & {Party.CARDHOLDER, Party.MANAGER} and set(row.who) != {Party.SYSTEM}
    }
)


def almighty(number: str) -> User:
    """A superuser in every group, with the employee number of somebody involved."""
    person = make_person(f"root.{number}", *Role, employee_no=number)
    person.is_superuser = person.is_staff = True
    person.save()
    return person


def involve(stage: Stage, relation: str) -> tuple[Case, User]:
    """A case and a login that stands in the relation to it."""
    person = almighty("E7777")
    owner = stage.cast.cardholder_record
    claim = make_claim(cardholder=owner)
    if relation == "cardholder":
        owner.employee_no = "e7777 "  # written differently, the same person
        owner.save()
    elif relation == "claim_approver":
        Claim.objects.filter(pk=claim.pk).update(approver_no="E7777")
    elif relation == "attendee":
        Claim.objects.filter(pk=claim.pk).update(
            attendees=[{"name": "이", "org": "A"}, {"employee_no": "E7777"}]
        )
    elif relation == "report":
        make_cardholder("E7777", manager_no=owner.employee_no)
    case = make_case(cardholder=owner, claims=[claim], band="medium")
    if relation == "speaker":
        answer_as(make_person("team.lead", Role.MANAGER, employee_no=" e7777"), case, stage)
    return case, person


def answer_as(login: User, case: Case, stage: Stage) -> None:
    """An answer that somebody gave for the cardholder."""
    request = ExplanationRequest.objects.create(
        reference=f"Q-{case.reference[2:]}-1",
        case=case,
        round_no=1,
        state="answered",
        text="?",
        requested_by=stage.cast.reviewer,
        sent_at=NOW,
        due_on=NOW.date(),
    )
    Explanation.objects.create(
        request=request, text="대신 답합니다.", on_behalf=True, submitted_by=login, submitted_at=NOW
    )


@pytest.mark.parametrize("relation", ["cardholder", "claim_approver", "attendee", "report", "speaker"])
@pytest.mark.parametrize("action", STAFF_ACTIONS)
def test_no_staff_step_is_open_to_who_is_involved(stage: Stage, relation: str, action: Action) -> None:
    case, person = involve(stage, relation)
    by = actor_of(person)
    assert relations_of(by, case).involvement == relation
    with pytest.raises(errors.OwnCase) as refusal:
        check_step(case, action, by=by, expected_version=case.version)
    assert refusal.value.relation == relation
    assert not set(actions_now(case, by)) & set(STAFF_ACTIONS)
    assert not visible_cases(by).filter(pk=case.pk).exists()
    assert without_involved([case], by) == [] or relation in ("cardholder", "report")
    assert hidden_cases(by) == {case.pk}


def test_department_heads_manage_and_their_people_report(stage: Stage) -> None:
    stage.cast.cardholder_record.manager_no = ""
    stage.cast.cardholder_record.save()
    case = stage.case()
    assert relations_of(stage.actor("manager"), case).is_manager
    assert not relations_of(stage.actor("stranger"), case).is_manager
    about_the_manager = make_case(cardholder=make_cardholder("E2000"))
    assert relations_of(stage.actor("cardholder"), about_the_manager).involvement == "report"


@pytest.mark.parametrize(
    "step",
    [
        lambda case, by: queue.take_case(case=case, by=by, expected_version=case.version),
        lambda case, by: notes.add_note(case=case, text="메모입니다", by=by, expected_version=1),
        lambda case, by: queue.assign_case(
            case=case, to=User.objects.get(pk=by.user_id), by=by, expected_version=case.version
        ),
        lambda case, by: decisions.close_legitimate(
            case=case, disposition_reason="cancelled", reason=LEGITIMATE, by=by, expected_version=case.version
        ),
        lambda case, by: by_hand.record_tip(claim=case.alerts.get().claim, text="제보입니다", by=by),
        lambda case, by: by_hand.open_case_by_hand(
            claims=[case.alerts.get().claim], reason=LEGITIMATE, by=by
        ),
    ],
)
def test_the_attempt_changes_nothing_and_is_kept(stage: Stage, step: Any) -> None:
    case, person = involve(stage, "attendee")
    before = fresh(case).version
    with pytest.raises(errors.OwnCase):
        step(case, actor_of(person))
    assert fresh(case).version == before
    kept = AuditEvent.objects.get(action="access.refused")
    assert (kept.actor, kept.after["code"]) == (person.username, "own_case")
    assert find_faults() == []


def test_a_lost_role_is_lost_at_the_next_step(stage: Stage) -> None:
    case = stage.taken()
    take_away(stage.cast.reviewer, Role.REVIEWER)
    person = User.objects.get(pk=stage.cast.reviewer.pk)
    with pytest.raises(errors.Refused):
        queue.release_case(case=case, by=actor_of(person), expected_version=case.version)


def test_a_superuser_without_a_role_may_do_nothing(stage: Stage) -> None:
    person = make_person("root")
    person.is_superuser = True
    person.save()
    case = stage.case()
    with pytest.raises(errors.Refused):
        queue.take_case(case=case, by=actor_of(person), expected_version=1)
    assert actions_now(case, actor_of(person)) == ()


@pytest.mark.parametrize("own_first", [True, False])
def test_a_relative_of_the_cardholder_neither_sees_nor_works_the_case(stage: Stage, own_first: bool) -> None:
    case = stage.taken()
    reviewer, holder = stage.actor("reviewer"), case.cardholder.employee_no
    assert relations_of(reviewer, case).involvement == ""
    pair = (reviewer.employee_no, holder) if own_first else (holder, reviewer.employee_no)
    row = Relative.objects.create(employee_no=pair[0], relative_no=pair[1], received_at=NOW)
    assert relations_of(reviewer, case).involvement == "relative"
    assert not visible_cases(reviewer).filter(pk=case.pk).exists()
    row.superseded_at = NOW
    row.save()
    assert relations_of(reviewer, case).involvement == ""
    assert visible_cases(reviewer).filter(pk=case.pk).exists()
