"""The company's calendar: a day counts once a second person agreed, deadlines follow, and the page shows a year."""

from __future__ import annotations

from datetime import date

import pytest

from audit.models import AuditEvent
from audit.permissions import NotPermitted
from cases.models import Case
from cases.pages.calendar_year import calendar_year
from cases.services.postponing import move_deadlines
from fraud.company.holiday_changes import HolidayMoved, confirm_day, propose_day, return_day, waiting_days
from fraud.company.holidays import HolidayNotValid
from fraud.company.models import CompanyHoliday
from fraud.company.values import current_calendar
from tests.cases.stage import Stage

pytestmark = pytest.mark.django_db
DAY, WHY = date(2026, 11, 25), "창립기념일로 정했습니다"


def proposed(stage: Stage, on: date = DAY, **more: object):
    values = {"name": "창립기념일", "reason": WHY, **more}
    return propose_day(on=on, by=stage.actor("system_admin"), **values)


def test_a_day_counts_once_a_second_person_agreed(stage: Stage) -> None:
    row = proposed(stage)
    assert current_calendar().is_business_day(DAY)
    confirm_day(number=row.pk, by=stage.actor("approver"))
    assert not current_calendar().is_business_day(DAY)
    assert not current_calendar().is_business_day(date(2026, 12, 25))  # the public ones stay
    told = AuditEvent.objects.filter(action__startswith="holiday.").order_by("pk")
    assert [entry.action for entry in told] == ["holiday.proposed", "holiday.added"]


def test_nobody_agrees_to_their_own_and_no_one_else_may(stage: Stage) -> None:
    row = proposed(stage)
    for who in ("system_admin", "reviewer", "auditor"):
        with pytest.raises(NotPermitted):
            confirm_day(number=row.pk, by=stage.actor(who))
    with pytest.raises(NotPermitted):
        propose_day(on=DAY, name="x", reason=WHY, by=stage.actor("approver"))


def test_taking_a_day_off_is_a_proposal_too(stage: Stage) -> None:
    confirm_day(number=proposed(stage).pk, by=stage.actor("approver"))
    row = proposed(stage, is_removal=True, reason="창립일이 바뀌었습니다")
    assert CompanyHoliday.objects.filter(on=DAY).exists()
    confirm_day(number=row.pk, by=stage.actor("approver"))
    assert not CompanyHoliday.objects.exists()
    assert AuditEvent.objects.get(action="holiday.removed").after == {"reason": "창립일이 바뀌었습니다"}
    with pytest.raises(HolidayMoved):
        proposed(stage, is_removal=True)


@pytest.mark.parametrize(
    ("more", "field"), [({"name": " "}, "name"), ({"kind": "party"}, "kind"), ({"reason": "네"}, "reason")]
)
def test_what_is_wrong_is_said_of_its_field(stage: Stage, more: dict[str, str], field: str) -> None:
    with pytest.raises(HolidayNotValid) as refused:
        proposed(stage, **more)
    assert refused.value.field == field
    assert waiting_days() == []


def test_one_change_of_a_day_waits_at_a_time_and_is_decided_once(stage: Stage) -> None:
    row = proposed(stage)
    with pytest.raises(HolidayNotValid):
        proposed(stage, name="다른 이름")
    return_day(number=row.pk, reason="그날은 일합니다", by=stage.actor("approver"))
    with pytest.raises(HolidayMoved):
        confirm_day(number=row.pk, by=stage.actor("approver"))
    assert CompanyHoliday.objects.count() == 0


def test_the_year_says_what_a_day_moved(stage: Stage) -> None:
    case = stage.asked()
    due = Case.objects.get(pk=case.pk).due_on
    stage.go_on(minutes=5)
    row = proposed(stage)
    waits = calendar_year(2026, stage.actor("approver"))["changes"][0]
    assert (waits.n_deadlines, waits.may_decide) == (1, True)
    before = calendar_year(2026, stage.actor("approver"))["n_business_days"]
    confirm_day(number=row.pk, by=stage.actor("approver"))
    stage.go_on(minutes=5)
    move_deadlines()
    year = calendar_year(2026, stage.actor("auditor"))
    days = {row.on: row for row in year["rows"]}
    moved = Case.objects.get(pk=case.pk).due_on != due
    assert (days[DAY].n_moved, days[DAY].is_off) == (int(moved), True)
    assert moved
    assert year["n_business_days"] == before - 1
    assert days[date(2026, 12, 25)].kind == "national"


def test_page_and_interface_propose_and_decide_alike(stage: Stage, client) -> None:
    client.force_login(stage.cast.system_admin)
    form = {"on": "2026-11-25", "name": "창립기념일", "kind": "company", "reason": WHY}
    for wrong in ({"on": "25.11."}, {"name": " "}, {"reason": "네"}):
        answer = client.post("/calendar/", {**form, **wrong})
        assert answer.status_code == 422
        assert WHY in answer.content.decode() or "reason" in wrong
    assert client.post("/calendar/", form).status_code == 302
    told = client.get("/api/v1/calendar/?year=2026").json()
    number = told["waiting"][0]["number"]
    json = "application/json"
    again = client.post(
        "/api/v1/calendar/", {"on": "2026-11-25", "name": "x", "reason": WHY}, content_type=json
    )
    assert again.status_code == 400
    client.force_login(stage.cast.approver)
    assert "창립기념일" in client.get("/calendar/?year=2026").content.decode()
    done = client.post(f"/api/v1/calendar/changes/{number}/approve/", {}, content_type=json)
    assert done.json()["state"] == "applied"
    assert client.post(f"/calendar/changes/{number}/approve/").status_code == 409
    assert client.get("/api/v1/calendar/?year=1880").status_code == 400
    client.force_login(stage.cast.cardholder)
    assert client.get("/calendar/").status_code == 403
