"""Taking, releasing, assigning, setting aside."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audit.models import AuditEvent
from audit.permissions import Role
from cases.models import Case, OutboxMessage
from cases.services import errors, queue
from cases.workflow import State
from tests.cases.stage import Stage, fresh
from tests.cast import NOW, make_cardholder, make_case, make_person, put_case


def last_event(case: Case) -> AuditEvent:
    event = AuditEvent.objects.filter(subject=f"case:{case.reference}").order_by("-seq").first()
    assert event is not None
    return event


def test_taking_assigns_locks_and_is_recorded(stage: Stage) -> None:
    case = stage.case()
    taken = queue.take_case(case=case, by=stage.actor("reviewer"), expected_version=1)
    assert (taken.state, taken.assignee, taken.version) == ("in_review", stage.cast.reviewer, 2)
    assert taken.lock_until == NOW + timedelta(days=4)  # two business days over a weekend
    event = last_event(case)
    assert (event.action, event.actor, event.actor_role) == ("case.taken", "jimin.han", "reviewer")
    assert event.before == {"state": "new", "version": 1}
    assert event.after == {"state": "in_review", "version": 2}


def test_a_case_in_somebodys_hands_cannot_be_taken_and_says_whose(stage: Stage) -> None:
    case = stage.taken()
    with pytest.raises(errors.HeldByOther) as refusal:
        queue.take_case(case=case, by=stage.actor("other_reviewer"), expected_version=case.version)
    assert "지민" in refusal.value.sentence


def test_an_expired_take_passes_to_the_next(stage: Stage) -> None:
    case = stage.taken()
    stage.go_on(days=5)
    taken = queue.take_case(case=case, by=stage.actor("other_reviewer"), expected_version=case.version)
    assert taken.assignee == stage.cast.other_reviewer


def test_take_next_takes_the_most_urgent_and_steps_over_own_and_held_cases(stage: Stage) -> None:
    own = stage.case(priority=900)
    person = stage.cast.cardholder_record
    person.employee_no = stage.cast.reviewer.employee_no
    person.save()
    stage.cast.stranger_record.refresh_from_db()
    from tests.cast import make_case

    urgent = make_case(cardholder=stage.cast.stranger_record, priority=500)
    make_case(cardholder=stage.cast.stranger_record, priority=100)
    taken = queue.take_next_case(by=stage.actor("reviewer"))
    assert taken.pk == urgent.pk
    assert fresh(own).state == State.NEW
    following = queue.take_next_case(by=stage.actor("reviewer"))
    assert following.priority == 100
    with pytest.raises(errors.QueueEmpty):
        queue.take_next_case(by=stage.actor("reviewer"))


def test_releasing_gives_the_case_back_to_the_queue(stage: Stage) -> None:
    case = stage.taken()
    released = queue.release_case(
        case=case, by=stage.actor("reviewer"), expected_version=2, reason="휴가 중입니다"
    )
    assert (released.state, released.assignee, released.lock_until) == ("new", None, None)
    assert last_event(case).reason == "휴가 중입니다"


def test_only_the_holder_or_an_approver_releases(stage: Stage) -> None:
    case = stage.taken()
    with pytest.raises(errors.NotAssigned):
        queue.release_case(case=case, by=stage.actor("other_reviewer"), expected_version=case.version)
    assert (
        queue.release_case(case=case, by=stage.actor("approver"), expected_version=case.version).state
        == "new"
    )


def test_assigning_tells_the_reviewer_once_and_does_not_expire(stage: Stage) -> None:
    case = stage.case()
    assigned = queue.assign_case(
        case=case, to=stage.cast.other_reviewer, by=stage.actor("approver"), expected_version=1
    )
    assert (assigned.state, assigned.assignee, assigned.lock_until) == (
        "in_review",
        stage.cast.other_reviewer,
        None,
    )
    mail = OutboxMessage.objects.get()
    assert mail.recipient == stage.cast.other_reviewer.email
    assert case.reference in mail.subject


def test_a_case_is_not_assigned_to_who_is_involved_or_no_reviewer(stage: Stage) -> None:
    case = stage.case()
    second_login = make_person("dohyun.kim2", Role.REVIEWER, employee_no="E2001")
    why = {stage.cast.auditor: "not_a_reviewer", stage.cast.clerk: "not_a_reviewer", second_login: "involved"}
    for nobody, reason in why.items():
        with pytest.raises(errors.PersonNotSuitable) as refused:
            queue.assign_case(case=case, to=nobody, by=stage.actor("approver"), expected_version=1)
        assert refused.value.why == reason


def test_setting_aside_needs_a_day_and_a_reason(stage: Stage) -> None:
    case = stage.taken()
    by, version = stage.actor("reviewer"), case.version
    today = date(2026, 11, 20)
    for until in (today, today - timedelta(days=1), today + timedelta(days=91)):
        with pytest.raises(errors.SnoozeTooLong):
            queue.snooze_case(case=case, until=until, reason="출장 복귀 후", by=by, expected_version=version)
    with pytest.raises(errors.ReasonTooShort):
        queue.snooze_case(
            case=case, until=today + timedelta(days=5), reason=" ", by=by, expected_version=version
        )
    until = today + timedelta(days=90)
    snoozed = queue.snooze_case(
        case=case, until=until, reason="출장 복귀 후", by=by, expected_version=version
    )
    assert (snoozed.snoozed_until, snoozed.snooze_reason, snoozed.due_on) == (until, "출장 복귀 후", None)
    assert snoozed.state == "in_review"


def test_taking_up_again_starts_the_clock_anew(stage: Stage) -> None:
    case = stage.taken()
    by = stage.actor("reviewer")
    case = queue.snooze_case(
        case=case, until=date(2026, 12, 24), reason="출장 복귀 후", by=by, expected_version=case.version
    )
    stage.go_on(days=10)
    woken = queue.wake_case(case=case, by=by, expected_version=case.version)
    assert woken.snoozed_until is None
    assert woken.due_on == date(2026, 12, 14)  # ten business days from Monday, 30 November
    with pytest.raises(errors.TransitionNotAllowed):
        queue.wake_case(case=woken, by=by, expected_version=woken.version)


def test_a_stale_page_is_refused_with_who_did_what(stage: Stage) -> None:
    case = stage.case()
    queue.take_case(case=case, by=stage.actor("reviewer"), expected_version=1)
    with pytest.raises(errors.StaleCase) as refusal:
        queue.assign_case(
            case=case, to=stage.cast.other_reviewer, by=stage.actor("approver"), expected_version=1
        )
    assert refusal.value.version == 2
    assert [(c["action"], c["actor"], c["version"]) for c in refusal.value.changes] == [
        ("case.taken", "jimin.han", 2)
    ]
    assert fresh(case).assignee == stage.cast.reviewer


def test_a_refused_state_names_what_is_allowed(stage: Stage) -> None:
    case = stage.closed()
    with pytest.raises(errors.TransitionNotAllowed) as refusal:
        queue.take_case(case=case, by=stage.actor("reviewer"), expected_version=case.version)
    assert refusal.value.allowed == ["note", "link", "unlink", "tag"]
    assert refusal.value.state == "closed"


def test_take_next_looks_past_many_cases_one_may_not_take(stage: Stage) -> None:
    """More cases than are read at once are the reviewer's own, set aside, or gone; the last one is theirs to take."""
    reviewer = stage.cast.reviewer
    own = make_cardholder(reviewer.employee_no)
    for number in range(queue._LOOKED_AT_ONCE + 5):
        make_case(cardholder=own, priority=1_000_000 + number)
    put_case(stage.case(), priority=900_000, snoozed_until=date(2099, 1, 1))
    free = make_case(cardholder=stage.cast.cardholder_record, priority=1)
    taken = queue.take_next_case(by=stage.actor("reviewer"))
    assert taken.reference == free.reference
    with pytest.raises(errors.QueueEmpty):
        queue.take_next_case(by=stage.actor("reviewer"))
