"""What time does: each thing once, late or twice; and mail that leaves through rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from audit.actor import Actor
from audit.models import AuditEvent
from cases.models import Case, IdempotencyRecord, OutboxMessage
from cases.services import queue
from cases.services.clocks import is_overdue, overdue_cases, sweep_clocks
from cases.services.company import company_today
from cases.services.mails import MAILS, render_mail
from cases.services.notice_defaults import NOTICES
from cases.services.outbox import MAX_ATTEMPTS, cancel_mails, enqueue_mail, send_outbox
from cases.workflow import CLOCK_DAYS, State
from fraud.company.holidays import add_holiday, remove_holiday
from fraud.company.models import CompanyHoliday
from fraud.company.values import current_calendar
from tests.cases.stage import Stage, fresh


def at(month: int, day: int, hour: int = 1) -> datetime:
    return datetime(2026, month, day, hour, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", [s for s in State if s in CLOCK_DAYS and s != State.NEW])
def test_entering_a_state_sets_its_clock_by_the_company_calendar(stage: Stage, state: State) -> None:
    case = stage.case_in(state)
    expected, left, calendar = company_today(case.state_since), CLOCK_DAYS[state], current_calendar()
    while left:  # counted day by day
        expected += timedelta(days=1)
        left -= calendar.is_business_day(expected)
    assert case.due_on == expected


def test_a_company_holiday_moves_the_deadline(stage: Stage) -> None:
    CompanyHoliday.objects.create(on=date(2026, 11, 25), name="창립기념일", kind="company")
    case = stage.asked()
    assert case.due_on == date(2026, 12, 2)


@pytest.mark.parametrize("off", [[25], [25, 26], [28], [20], [10], [1]])
@pytest.mark.parametrize("state", [State.AWAITING_EXPLANATION, State.NOTIFIED, State.RECOVERING])
def test_a_day_off_added_later_moves_what_is_open_by_the_business_days_it_lost_and_tells_the_person(
    stage: Stage, state: State, off: list[int]
) -> None:
    case = stage.case_in(state)
    assert case.due_on is not None
    due, since = case.due_on, company_today(case.state_since)
    stage.go_on(hours=1)
    for day in off:
        add_holiday(on=date(2026, 11, day), name="임시공휴일", kind="public", by=Actor.system("settings"))
    calendar = current_calendar()
    lost = [d for d in (date(2026, 11, day) for day in off) if since < d <= due and d.isoweekday() < 6]
    expected = due
    for _ in lost:  # counted day by day
        expected += timedelta(days=1)
        while not calendar.is_business_day(expected):
            expected += timedelta(days=1)
    for _ in range(2):
        sweep_clocks()
    assert fresh(case).due_on == expected
    moved = AuditEvent.objects.filter(subject=f"case:{case.reference}", action="case.deadline_moved")
    mails = OutboxMessage.objects.filter(key__contains=".moved:").filter(key__contains=case.reference[1:])
    assert moved.count() == mails.count() == bool(lost)
    if state == State.AWAITING_EXPLANATION:
        assert case.requests.get().due_on == expected


def test_a_holiday_known_when_the_deadline_was_set_or_taken_back_later_moves_nothing(stage: Stage) -> None:
    day = add_holiday(on=date(2026, 11, 25), name="창립기념일", by=Actor.system("settings"))
    stage.go_on(hours=1)
    case = stage.asked()
    due = case.due_on
    sweep_clocks()
    remove_holiday(day=day, reason="잘못 등록", by=Actor.system("settings"))
    sweep_clocks()
    assert fresh(case).due_on == due


def test_a_deadline_holds_until_the_end_of_the_companys_day(stage: Stage) -> None:
    case = stage.asked()
    stage.tell()
    stage.go_to(datetime(2026, 12, 1, 14, 59, tzinfo=UTC))  # 23:59 in Seoul
    sweep_clocks()
    assert fresh(case).state == "awaiting_explanation"
    stage.go_to(datetime(2026, 12, 1, 15, 0, tzinfo=UTC))  # midnight in Seoul
    assert sweep_clocks()["lapsed"] == 1
    assert fresh(case).state == "no_response"


def test_a_sweep_that_missed_days_catches_up_with_the_most_urgent_only(stage: Stage) -> None:
    stage.asked()
    stage.tell()
    stage.go_to(at(12, 1))
    assert sweep_clocks()["reminded"] == 1
    assert OutboxMessage.objects.filter(key__startswith="explanation.reminder").count() == 1


def test_lapsing_is_done_by_the_system_and_recorded_as_such(stage: Stage) -> None:
    case = stage.lapsed()
    event = AuditEvent.objects.get(subject=f"case:{case.reference}", action="explanation.lapsed")
    assert (event.actor, event.actor_role) == ("system:clocks", "system")


def test_a_take_that_ran_out_returns_to_the_queue_and_an_assignment_does_not(stage: Stage) -> None:
    taken = stage.taken()
    assigned = queue.assign_case(
        case=stage.case(), to=stage.cast.reviewer, by=stage.actor("approver"), expected_version=1
    )
    stage.go_on(days=5)
    assert sweep_clocks()["released"] == 1
    assert (fresh(taken).state, fresh(taken).assignee) == ("new", None)
    assert fresh(assigned).state == "in_review"
    assert sweep_clocks()["released"] == 0


def test_a_case_set_aside_wakes_on_its_day(stage: Stage) -> None:
    case = stage.taken()
    queue.snooze_case(
        case=case,
        until=date(2026, 11, 30),
        reason="출장",
        by=stage.actor("reviewer"),
        expected_version=case.version,
    )
    stage.go_to(at(11, 29))
    assert sweep_clocks()["woken"] == 0
    stage.go_to(at(11, 30))
    assert sweep_clocks()["woken"] == 1
    woken = fresh(case)
    assert (woken.snoozed_until, woken.assignee, woken.due_on) == (
        None,
        stage.cast.reviewer,
        date(2026, 12, 14),
    )


def test_sweeping_for_a_moment_works_on_that_moment(stage: Stage) -> None:
    case = stage.asked()
    stage.tell()
    done = sweep_clocks(now=at(12, 2))
    assert done["lapsed"] == 1
    assert fresh(case).due_on == date(2026, 12, 7)  # three business days from 2 December


def test_one_failing_case_does_not_hold_up_the_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, good = stage.asked(), stage.asked()
    from cases.services import clocks

    real = clocks.lapse_request

    def lapse(*, request: Any, by: Any) -> bool:
        if request.case_id == broken.pk:
            raise RuntimeError("broken")
        return real(request=request, by=by)

    monkeypatch.setattr(clocks, "lapse_request", lapse)
    stage.tell()
    stage.go_to(at(12, 2))
    assert sweep_clocks()["lapsed"] == 1
    assert (fresh(broken).state, fresh(good).state) == ("awaiting_explanation", "no_response")


def test_answers_to_repeated_requests_are_kept_for_a_week(stage: Stage) -> None:
    IdempotencyRecord.objects.create(key="k", actor="a", body_hash="0" * 64, status=200, answer={})
    stage.go_on(days=7)
    assert sweep_clocks()["forgotten"] == 0
    stage.go_on(seconds=1)
    assert sweep_clocks()["forgotten"] == 1


def test_overdue_is_the_same_in_a_list_and_on_a_case(stage: Stage) -> None:
    on_time, late, closed = stage.case(), stage.case(due_on=date(2026, 11, 19)), stage.closed()
    assert list(Case.objects.filter(overdue_cases()).values_list("pk", flat=True)) == [late.pk]
    assert [is_overdue(case) for case in (on_time, late, closed)] == [False, True, False]


@pytest.fixture
def message(stage: Stage) -> OutboxMessage:
    made = enqueue_mail(key="k:1", to=stage.cast.cardholder, mail="decision.cleared", case=stage.case())
    assert made is not None
    return made


def test_a_mail_leaves_once_however_often_it_is_sent_or_written(stage: Stage, message: OutboxMessage) -> None:
    again = enqueue_mail(key="k:1", to=stage.cast.cardholder, mail="decision.cleared", case=stage.case())
    assert again == message
    assert [send_outbox()["sent"] for _ in range(3)] == [1, 0, 0]
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 1)
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == [stage.cast.cardholder.email]


def test_a_mail_server_that_is_down_is_tried_again_later_and_then_given_up(
    stage: Stage, message: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(self: Any, fail_silently: bool = False) -> None:
        raise ConnectionRefusedError("mail server down")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    waits = []
    for _ in range(MAX_ATTEMPTS):
        before = datetime.now(UTC)
        result = send_outbox()
        message.refresh_from_db()
        waits.append((message.next_attempt_at - before).total_seconds() / 60)
        assert send_outbox() == {"sent": 0, "failed": 0, "dead": 0}
        stage.go_to(message.next_attempt_at)
    assert waits == [2, 4, 8, 16, 32, 64, 128, *([240] * 9)]
    assert sum(waits) > 24 * 60  # an outage of a day loses nothing
    assert (result, message.state) == ({"sent": 0, "failed": 0, "dead": 1}, "dead")
    assert message.attempts == MAX_ATTEMPTS
    assert "ConnectionRefusedError" in message.error


def test_a_sender_that_dies_leaves_the_mail_to_the_next(
    stage: Stage, message: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANCARD_FAULT", "outbox_claimed:raise")
    with pytest.raises(RuntimeError):
        send_outbox()
    monkeypatch.delenv("CLEANCARD_FAULT")
    assert send_outbox()["sent"] == 0
    stage.go_on(minutes=11)
    assert send_outbox()["sent"] == 1


def test_a_mail_taken_back_in_time_does_not_leave(message: OutboxMessage) -> None:
    assert cancel_mails(prefix="k:") == 1
    assert send_outbox()["sent"] == 0
    assert cancel_mails(prefix="k:") == 0


def test_mail_to_a_cardholder_without_an_address_is_kept_as_dead_and_to_nobody_not_at_all(
    stage: Stage,
) -> None:
    stage.cast.stranger_record.email = ""
    stage.cast.stranger.email = ""
    stage.cast.stranger.save()
    kept = enqueue_mail(key="k", to=stage.cast.stranger_record, mail="decision.cleared", case=stage.case())
    assert kept is not None
    assert (kept.state, kept.recipient) == ("dead", "")
    assert enqueue_mail(key="l", to=stage.cast.stranger, mail="decision.cleared", case=stage.case()) is None
    assert enqueue_mail(key="k", to=None, mail="decision.cleared", case=stage.case()) is None


# fmt: off
FACTS = {
    "merchant": "한빛식당",
    "stake_minor": 54_000,
    "due_on": date(2026, 12, 1), "given_on": date(2026, 12, 2), "request": "Q-1", "text": "본문", "amount_minor": 84_000, "clause": "제4조", "message": "안내",
    "disposition": "confirmed_misuse", "result": "reduced",
}
# fmt: on


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", [name for name in MAILS if name not in NOTICES])
def test_every_mail_is_whole_in_both_languages(stage: Stage, name: str, language: str) -> None:
    subject, body = render_mail(name, language, case=stage.case(headline={"x": 1}), **FACTS)
    assert subject
    assert "\n" not in subject
    assert body.endswith("\n")
    assert "{" not in subject + body
    has_korean = any("가" <= sign <= "힣" for sign in subject)
    assert has_korean == (language == "ko")
    for inner in ("A04", "0.55", "medium", "score", "점수"):
        assert inner not in subject + body


def test_a_mail_is_written_in_its_readers_language(stage: Stage) -> None:
    stage.cast.cardholder.language = "en"
    stage.cast.cardholder.save()
    made = enqueue_mail(key="k", to=stage.cast.cardholder_record, mail="decision.cleared", case=stage.case())
    assert made is not None
    assert made.subject.startswith("Your card payment is settled")


def test_lease_of_a_mail_counts_from_when_it_is_taken_however_slow_the_mails_before_it(
    stage: Stage, message: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first mail takes nine minutes; while the second is at the server another sender comes by and leaves it alone."""
    enqueue_mail(key="k:2", to=stage.cast.cardholder, mail="decision.cleared", case=stage.case())
    sent: list[int] = []

    def slow(self: Any, fail_silently: bool = False) -> None:
        sent.append(len(sent))
        stage.go_on(minutes=9)
        if len(sent) == 2:
            assert send_outbox() == {"sent": 0, "failed": 0, "dead": 0}

    monkeypatch.setattr("django.core.mail.EmailMessage.send", slow)
    assert send_outbox()["sent"] == 2
    assert sent == [0, 1]


def test_late_failure_of_one_sender_does_not_undo_what_another_has_sent(
    stage: Stage, message: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(self: Any, fail_silently: bool = False) -> None:
        OutboxMessage.objects.filter(pk=message.pk).update(state="sent", attempts=2)
        raise ConnectionResetError("after a long silence")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", stuck)
    send_outbox()
    message.refresh_from_db()
    assert (message.state, message.error) == ("sent", "")
