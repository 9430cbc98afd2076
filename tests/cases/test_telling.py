"""Nobody's clock runs before they were told; mail that does not leave is seen, sent again, and somebody hears of it."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent
from audit.services import find_faults
from cases.models import Case, OutboxMessage
from cases.services import errors
from cases.services.clocks import sweep_clocks
from cases.services.company import company_today
from cases.services.dead_mail import send_again, stuck_mails, tell_otherwise
from cases.services.explanation_requests import preview_request_text
from cases.services.night import let_time_pass
from cases.services.outbox import send_outbox
from cases.services.request_text import RequestText
from cases.visibility import find_mail
from cases.workflow import CLOCK_DAYS, State
from fraud.company.values import current_calendar
from tests.cases.api.conftest import Caller, call
from tests.cases.stage import Stage, fresh
from tests.draws import draws

__all__ = ["call"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`server.is_down = True`: no mail leaves."""

    class Server:
        is_down = False

    found, real = Server(), mail.EmailMessage.send

    def send(self: Any, fail_silently: bool = False) -> int:
        if found.is_down:
            raise ConnectionRefusedError("mail server down")
        return int(real(self, fail_silently))

    monkeypatch.setattr(mail.EmailMessage, "send", send)
    return found


def hours(stage: Stage, n: int) -> None:
    """The sweep comes by every half hour."""
    for _ in range(2 * n):
        stage.go_on(minutes=30)
        let_time_pass()


def counted_from(day: date, state: State) -> date:
    """The day so many business days after, counted one by one."""
    calendar, left = current_calendar(), CLOCK_DAYS[state]
    while left:
        day += timedelta(days=1)
        left -= calendar.is_business_day(day)
    return day


def test_an_outage_of_two_hours_loses_no_request_and_moves_no_deadline(stage: Stage, server: Any) -> None:
    server.is_down = True
    case = stage.asked()
    due = case.due_on
    hours(stage, 2)
    server.is_down = False
    hours(stage, 5)
    (asked,) = OutboxMessage.objects.filter(key__startswith="explanation.requested", case=case)
    assert (asked.state, fresh(case).due_on) == ("sent", due)


@given(days=st.integers(0, 12))
@settings(max_examples=draws(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_deadline_counts_from_the_day_the_mail_left(stage: Stage, server: Any, days: int) -> None:
    server.is_down = True
    case = stage.asked()
    for _ in range(days):
        stage.go_on(days=1)
        let_time_pass()
    assert fresh(case).state == "awaiting_explanation"
    server.is_down = False
    for message in stuck_mails().filter(case=case):
        send_again(message=message, by=stage.actor("approver"))
    OutboxMessage.objects.filter(case=case, state="waiting").update(next_attempt_at="2020-01-01T00:00:00Z")
    let_time_pass()
    sweep_clocks()
    told = counted_from(company_today(), State.AWAITING_EXPLANATION)
    assert (fresh(case).due_on, case.requests.get().due_on) == (told, told)
    stage.go_on(days=(told - company_today()).days)
    let_time_pass()
    assert fresh(case).state == "awaiting_explanation"
    stage.go_on(days=1)
    let_time_pass()
    assert fresh(case).state == "no_response"
    assert find_faults() == []


def test_silence_to_a_decision_that_never_arrived_is_no_silence(stage: Stage, server: Any) -> None:
    server.is_down = True
    case = stage.notified()
    stage.go_on(days=40)
    let_time_pass()
    assert fresh(case).state == "notified"
    server.is_down = False
    for message in OutboxMessage.objects.filter(case=case, state__in=["waiting", "dead"]):
        send_again(message=message, by=stage.actor("approver"))
    let_time_pass()
    assert sweep_clocks()["counted"] == 1
    assert sweep_clocks()["counted"] == 0
    assert fresh(case).due_on == counted_from(company_today(), State.NOTIFIED)
    assert (
        AuditEvent.objects.filter(action="case.deadline_counted", subject=f"case:{case.reference}").count()
        == 1
    )


def without_address(stage: Stage) -> None:
    stage.cast.cardholder.email = stage.cast.cardholder_record.email = ""
    stage.cast.cardholder.save()
    stage.cast.cardholder_record.save()


def test_who_asks_somebody_without_an_address_is_told_so_before(
    stage: Stage, client: Client, call: Any
) -> None:
    without_address(stage)
    case = stage.taken()
    preview: RequestText = preview_request_text(case=case)
    assert not preview.has_address
    client.force_login(stage.cast.reviewer)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("cases:request-text", args=[case.reference])).content.decode()
    assert "No mail address of 김도현 is known" in page
    caller: Caller = call("reviewer")
    assert caller.get(f"cases/{case.reference}/request-text/").json()["has_address"] is False


def test_no_clock_runs_for_somebody_without_an_address_until_they_have_one(stage: Stage) -> None:
    without_address(stage)
    case = stage.asked()
    stage.go_on(days=30)
    let_time_pass()
    assert fresh(case).state == "awaiting_explanation"
    (row,) = stuck_mails().filter(case=case)
    with pytest.raises(errors.NoAddress):
        send_again(message=row, by=stage.actor("approver"))
    stage.cast.cardholder_record.email = "dohyun@company-a.example"
    stage.cast.cardholder_record.save()
    mail.outbox.clear()
    assert let_time_pass()["mail_addressed"] == 1
    assert [one.to for one in mail.outbox if "소명" in one.subject or "explain" in one.subject] == [
        ["dohyun@company-a.example"]
    ]
    sweep_clocks()
    assert fresh(case).due_on == counted_from(company_today(), State.AWAITING_EXPLANATION)


def dead(stage: Stage, server: Any) -> Case:
    """A case whose request was given up."""
    server.is_down = True
    case = stage.asked()
    OutboxMessage.objects.filter(case=case).update(attempts=15, next_attempt_at="2020-01-01T00:00:00Z")
    assert send_outbox()["dead"] >= 1
    return case


def test_dead_mail_is_seen_and_sent_again_from_the_page(stage: Stage, server: Any, client: Client) -> None:
    case = dead(stage, server)
    client.force_login(stage.cast.approver)
    client.cookies["django_language"] = "en"
    page = client.get("/mail/").content.decode()
    assert case.reference in page
    assert "given up" in page
    assert "A request for an explanation" in page
    row = stuck_mails().get(case=case)
    server.is_down = False
    mail.outbox.clear()
    assert client.post(f"/mail/{row.pk}/send-again/").status_code == 302
    let_time_pass()
    assert len([one for one in mail.outbox if case.reference[2:] in one.body]) == 1
    assert client.post(f"/mail/{row.pk}/send-again/").status_code == 404
    assert AuditEvent.objects.get(action="mail.sent_again").after == {"mail": row.key}


def test_somebody_told_another_way_has_their_whole_time_from_then_on(
    stage: Stage, server: Any, client: Client
) -> None:
    case = dead(stage, server)
    stage.go_on(days=20)
    client.force_login(stage.cast.approver)
    row = stuck_mails().get(case=case)
    assert client.post(f"/mail/{row.pk}/told/", {"reason": " "}).status_code == 422
    assert client.post(f"/mail/{row.pk}/told/", {"reason": "전화로 알림"}).status_code == 302
    sweep_clocks()
    assert fresh(case).due_on == counted_from(company_today(), State.AWAITING_EXPLANATION)
    assert not stuck_mails().filter(pk=row.pk).exists()


def test_mail_about_somebodys_own_case_does_not_exist_for_them(
    stage: Stage, server: Any, client: Client
) -> None:
    case = dead(stage, server)
    row = stuck_mails().get(case=case)
    approver = stage.cast.approver
    approver.employee_no = case.cardholder.employee_no
    approver.save()
    client.force_login(approver)
    assert case.reference not in client.get("/mail/").content.decode()
    assert client.post(f"/mail/{row.pk}/send-again/").status_code == 404
    client.force_login(stage.cast.system_admin)
    page = client.get("/mail/").content.decode()
    assert case.reference not in page  # who sees no cases sees none here


def test_the_administrators_hear_of_dead_mail_once_a_day(stage: Stage, server: Any) -> None:
    dead(stage, server)
    server.is_down = False
    mail.outbox.clear()
    for _ in range(3):
        let_time_pass()
    told = [one for one in mail.outbox if one.to == [stage.cast.system_admin.email]]
    assert len(told) == 1
    stage.go_on(days=1)
    for _ in range(2):
        let_time_pass()
    assert len([one for one in mail.outbox if one.to == [stage.cast.system_admin.email]]) == 2


def test_the_command_lists_and_sends_again(stage: Stage, server: Any) -> None:
    case = dead(stage, server)
    row = stuck_mails().get(case=case)
    printed = StringIO()
    call_command("mails", stdout=printed)
    assert row.key in printed.getvalue()
    with pytest.raises(CommandError, match="nobody:1"):
        call_command("mails", "--send-again", "nobody:1")
    call_command("mails", "--send-again", row.key, stdout=printed)
    server.is_down = False
    let_time_pass()
    row.refresh_from_db()
    assert row.state == "sent"


def test_the_interface_lists_sends_again_and_takes_told(stage: Stage, server: Any, call: Any) -> None:
    case = dead(stage, server)
    approver: Caller = call("approver")
    (told,) = [one for one in approver.get("mail/").json()["results"] if one["case"] == case.reference]
    assert (told["is_dead"], told["holds_clock"]) == (True, True)
    number = told["number"]
    assert approver.send(f"mail/{number}/told/", {"reason": "전화"}).json()["state"] == "cancelled"
    assert approver.send(f"mail/{number}/send-again/").status_code == 404
    assert call("reviewer").get("mail/").status_code == 403


def test_a_mail_that_left_meanwhile_is_not_given_up(stage: Stage, server: Any) -> None:
    case = dead(stage, server)
    seen = find_mail(stuck_mails().get(case=case).pk, stage.actor("approver"), trying="cases.resend_mail")
    OutboxMessage.objects.filter(pk=seen.pk).update(state="sent")
    with pytest.raises(errors.MailMoved):
        tell_otherwise(message=seen, reason="전화", by=stage.actor("approver"))
