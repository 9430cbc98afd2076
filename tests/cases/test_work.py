"""Work goes to who is there: cases of people away past the deadline, load, what each knows best, what is late and who is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail

from audit.models import AuditEvent
from audit.permissions import Role
from cases.models import Case, Notice, NoticeChoice, OutboxMessage
from cases.services import errors, queue, work, write_offs
from cases.services.company import company_today, present
from cases.services.desks import away_until, desks
from cases.services.escalating import allocate_work
from cases.services.notices import KINDS, choose_notices, unread_count
from cases.services.outbox import send_outbox
from cases.services.telling_staff import send_letters
from fraud.claims.models import Absence, User
from fraud.company.values import current_calendar
from tests.cases.stage import Stage, fresh
from tests.cast import make_department, make_person

pytestmark = pytest.mark.django_db


def away(user: User, first: date, last: date, **fields: Any) -> Absence:
    values = {"kind": "annual", "received_at": present(), **fields}
    return Absence.objects.create(employee_no=user.employee_no, starts_on=first, ends_on=last, **values)


def sweep() -> dict[str, int]:
    return allocate_work(present())


def told(kind: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind=kind).order_by("pk").values_list("user__username", "case__reference")
    return list(rows)


def entries(case: Case, action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(subject=f"case:{case.reference}", action=action).order_by("seq"))


@pytest.mark.parametrize(
    ("starts", "days", "half", "goes"),
    [
        (0, 30, "", True),
        (0, 1, "", False),  # back well before the deadline
        (1, 30, "", False),  # not away yet
        (0, 30, "am", False),  # half a day is no absence
    ],
)
def test_a_case_whose_holder_is_away_past_its_deadline_goes_to_who_is_there(
    stage: Stage, starts: int, days: int, half: str, goes: bool
) -> None:
    case, today = stage.taken(), company_today()
    away(stage.cast.reviewer, today + timedelta(starts), today + timedelta(days), half=half)
    version = fresh(case).version
    assert sweep()["handed_over"] == int(goes)
    assert sweep()["handed_over"] == 0  # once
    now = fresh(case)
    assert (now.assignee_id == stage.cast.reviewer.pk) is not goes
    assert now.version == version + int(goes)
    if goes:
        (entry,) = entries(case, "case.handed_over")
        assert entry.after is not None
        assert entry.after["why"] == "away"
        assert now.assignee is not None
        assert told("assigned") == [(now.assignee.username, case.reference)]
        assert told("handed") == [(stage.cast.reviewer.username, case.reference)]


def test_leave_that_follows_at_once_is_one_absence(stage: Stage) -> None:
    friday = date(2026, 11, 20)
    assert company_today() == friday
    person = stage.cast.reviewer
    away(person, friday, friday)
    away(person, date(2026, 11, 23), date(2026, 11, 27), kind="sick")  # from Monday
    away(person, date(2026, 12, 8), date(2026, 12, 9))
    assert away_until([person.employee_no.lower()], friday) == {"e1001": date(2026, 11, 27)}
    assert away_until(["E9"], friday) == {}


def test_who_gets_it_knows_it_best_then_has_least_is_not_full_and_not_involved(stage: Stage) -> None:
    first, second = stage.cast.other_reviewer, stage.cast.approver
    case = stage.taken()
    by = stage.actor("other_approver")

    def best() -> str:
        found = work.best_of([d for d in desks() if d.user != stage.cast.reviewer], fresh(case))
        return found.user.username if found else ""

    assert best() == first.username
    busy = stage.case()
    queue.assign_case(case=busy, to=first, by=by, expected_version=busy.version)
    assert best() == second.username
    work.set_work_profile(
        user=first,
        most_open=None,
        patterns=[],
        departments=[stage.cast.department.code],
        by=by,
        expected_version=0,
    )
    assert best() == first.username
    work.set_work_profile(
        user=first,
        most_open=1,
        patterns=[],
        departments=[stage.cast.department.code],
        by=by,
        expected_version=1,
    )
    assert best() == second.username
    away(second, company_today(), company_today())
    assert best() == stage.cast.other_approver.username
    units = make_department("D-ELSEWHERE")
    stage.cast.other_approver.units.set([units])
    assert best() == ""  # nobody is left


def test_two_logins_of_one_person_are_one_desk(stage: Stage, client: Any) -> None:
    """What either holds counts for both, by whatever spelling of the number, and the smaller limit holds."""
    first, second, by = stage.cast.other_reviewer, stage.cast.approver, stage.actor("other_approver")
    twin = make_person("yoon.again", Role.REVIEWER, employee_no=first.employee_no.lower() + " ")
    gone = make_person(
        "yoon.before", employee_no=first.employee_no
    )  # a login without roles that still holds one
    alone = [make_person(f"no.number{n}", Role.REVIEWER) for n in range(2)]
    away(stage.cast.other_approver, company_today(), company_today())
    case = stage.taken()
    for to in (first, second):
        busy = stage.case()
        queue.assign_case(case=busy, to=to, by=by, expected_version=busy.version)
    Case.objects.filter(pk=stage.taken().pk).update(assignee=gone)

    def ranked(*people: User) -> str:
        found = work.best_of([desk for desk in desks() if desk.user in people], fresh(case))
        return found.user.username if found else ""

    of_login = {desk.user.username: desk for desk in desks()}
    mine, other = of_login[first.username], of_login[twin.username]
    assert (mine.n_open, other.n_open) == (1, 0)
    assert mine.n_person_open == other.n_person_open == mine.n_person_held == 2
    assert set(other.others) == {first.username, gone.username}
    assert [of_login[one.username].others for one in alone] == [(), ()], (
        "without a number nobody is anybody's double"
    )
    assert ranked(twin, second) == second.username, "who seems to have nothing has two"
    given: dict[str, Any] = {"patterns": [], "departments": [], "by": by, "expected_version": 0}
    work.set_work_profile(user=first, most_open=2, **given)
    assert ranked(twin) == "", "full by what the other login holds, and by its limit"
    client.force_login(stage.cast.approver)
    page = client.get("/workload/").content.decode()
    assert "같은 사람의 다른 계정" in page
    told = {row["username"]: row for row in client.get("/api/v1/workload/").json()["results"]}
    row = told[twin.username]
    assert (row["n_open"], row["n_person_open"], row["is_full"]) == (0, 2, True)
    assert set(row["other_logins"]) == {first.username, gone.username}


def test_a_profile_is_checked_versioned_and_recorded(stage: Stage) -> None:
    lead, person = stage.actor("approver"), stage.cast.reviewer
    given: dict[str, Any] = {"most_open": 5, "patterns": [], "departments": []}
    saved = work.set_work_profile(user=person, **given, by=lead, expected_version=0)
    assert (saved.most_open, saved.version) == (5, 1)
    for wrong, refusal in (
        ({"expected_version": 0}, errors.StaleCase),
        ({"most_open": 0}, errors.TooMany),
        ({"patterns": ["NOPE"]}, errors.ChoiceNotValid),
        ({"departments": ["NOPE"]}, errors.ChoiceNotValid),
        ({"user": stage.cast.clerk}, errors.PersonNotSuitable),
    ):
        with pytest.raises(refusal):
            work.set_work_profile(**{"user": person, **given, "by": lead, "expected_version": 1, **wrong})
    assert AuditEvent.objects.filter(action="work.profile_changed").count() == 1


def test_take_next_begins_with_what_somebody_knows_best(stage: Stage) -> None:
    large, known = stage.case(priority=900), stage.case(priority=100)
    other = make_department("D-KNOWN")
    record = known.cardholder
    record.pk, record.employee_no, record.department = None, "E4711", other
    record.save()
    Case.objects.filter(pk=known.pk).update(cardholder=record)
    work.set_work_profile(
        user=stage.cast.reviewer, most_open=None, patterns=[], departments=[other.code],
        by=stage.actor("approver"), expected_version=0,
    )  # fmt: skip
    taken = [queue.take_next_case(by=stage.actor("reviewer")) for _ in range(2)]
    assert taken == [known, large]


def test_what_waits_goes_to_one_who_may_decide_it_and_has_fewest(stage: Stage) -> None:
    cases = [stage.proposed(by="approver"), stage.proposed(), stage.appealed()]
    sweep()
    got = {reference: name for name, reference in told("approval")}
    assert set(got) == {case.reference for case in cases}
    assert got[cases[0].reference] == stage.cast.other_approver.username  # never to who proposed it
    assert set(got.values()) == {stage.cast.approver.username, stage.cast.other_approver.username}
    n = Notice.objects.count()
    sweep()
    assert Notice.objects.count() == n


def test_clerk_and_approver_hear_of_recoveries_and_write_offs(stage: Stage) -> None:
    case = stage.recovering()
    assert sweep()["waiting_told"] == 1
    assert told("recovery") == [(stage.cast.clerk.username, case.reference)]
    write_offs.request_write_off(
        case=fresh(case),
        reason="퇴사하여 회수할 수 없다.",
        by=stage.actor("clerk"),
        expected_version=fresh(case).version,
    )
    assert sweep()["waiting_told"] == 1
    assert [reference for _name, reference in told("approval")] == [case.reference]


def test_late_goes_to_whose_turn_it_is_then_to_the_leads_each_once(stage: Stage) -> None:
    case = stage.taken()
    assert case.due_on is not None
    calendar = current_calendar()
    steps = {0: (0, 0), 1: (1, 0), 2: (1, 0), 3: (1, 2), 6: (1, 2)}
    for n, (n_late, n_escalated) in steps.items():
        day = calendar.add_business_days(case.due_on, n) if n else case.due_on
        stage.go_to(present() + (day - company_today()))
        Case.objects.filter(pk=case.pk).update(lock_until=None)
        sweep()
        sweep()
        assert (len(told("late")), len(told("escalated"))) == (n_late, n_escalated), n
    assert told("late") == [(stage.cast.reviewer.username, case.reference)]
    found = entries(case, "case.escalated")
    assert [entry.after["level"] for entry in found if entry.after] == [1, 2]


def test_a_late_case_nobody_holds_is_for_the_leads_at_once(stage: Stage) -> None:
    case = stage.case()
    Case.objects.filter(pk=case.pk).update(due_on=company_today() - timedelta(days=4))
    sweep()
    leads = {stage.cast.approver.username, stage.cast.other_approver.username}
    assert {name for name, _reference in told("escalated")} == leads
    assert not told("late")


def test_mail_comes_as_chosen_and_one_letter_a_day_gathers_the_rest(stage: Stage) -> None:
    lead, person = stage.actor("approver"), stage.cast.reviewer
    User.objects.filter(pk=person.pk).update(email="han@example.com", language="en")
    choose_notices(choices={"assigned": "daily", "answer": "never"}, by=stage.actor("reviewer"))
    first, second = stage.case(), stage.case()
    for case in (first, second):
        queue.assign_case(case=case, to=person, by=lead, expected_version=case.version)
    assert not OutboxMessage.objects.filter(recipient="han@example.com").exists()
    assert unread_count(stage.actor("reviewer")) == 2
    early, late = present().replace(hour=22), present() + timedelta(days=1)  # 07:00 and 10:00 in Seoul
    assert send_letters(early) == 0
    stage.go_to(late)
    assert (send_letters(late), send_letters(late)) == (1, 0)
    send_outbox()
    (letter,) = [one for one in mail.outbox if one.to == ["han@example.com"]]
    assert letter.subject == "2 things wait for you"
    assert first.reference in letter.body
    assert second.reference in letter.body
    assert "/notices/" in letter.body
    third = stage.case()
    queue.assign_case(case=third, to=person, by=lead, expected_version=third.version)
    Notice.objects.filter(case=third).update(read_at=present())
    assert send_letters(late) == 0  # read on the page: no letter
    assert not Notice.objects.filter(mail="daily").exists()


def test_a_step_taken_back_takes_its_notice_back(stage: Stage) -> None:
    from cases.services.undo import undo_last_action

    case, by = stage.case(), stage.actor("approver")
    given = queue.assign_case(case=case, to=stage.cast.reviewer, by=by, expected_version=case.version)
    assert told("assigned")
    undo_last_action(case=given, by=by, expected_version=given.version)
    assert not told("assigned")


@pytest.mark.parametrize(
    "choice", [{"approval": "never"}, {"recovery": "daily"}, {"late": "weekly"}, {"x": "daily"}]
)
def test_what_has_to_be_told_cannot_be_turned_off(stage: Stage, choice: dict[str, str]) -> None:
    with pytest.raises(errors.ChoiceNotValid):
        choose_notices(choices=choice, by=stage.actor("approver"))
    assert not NoticeChoice.objects.exists()


def test_pages_show_who_has_what_and_what_one_was_told(stage: Stage, client: Any) -> None:
    case = stage.taken()
    away(stage.cast.reviewer, company_today(), company_today() + timedelta(days=30))
    Case.objects.filter(pk=case.pk).update(due_on=company_today() - timedelta(days=1))
    sweep()
    now = fresh(case)
    assert now.assignee is not None
    client.force_login(stage.cast.approver)
    client.cookies["django_language"] = "en"
    page = client.get("/workload/").content.decode()
    assert f"assignee={now.assignee.username}" in page
    assert "back on" in page
    sent = {"version": "0", "most_open": "7", "departments": stage.cast.department.code}
    assert client.post(f"/workload/{now.assignee.username}/", sent).status_code == 302
    again = client.post(f"/workload/{now.assignee.username}/", sent | {"most_open": "viele"})
    assert (again.status_code, "viele" in again.content.decode()) == (422, True)
    assert client.post(f"/workload/{now.assignee.username}/", sent).status_code == 409
    client.force_login(now.assignee)
    page = client.get("/notices/").content.decode()
    assert f"{case.reference} is yours" in page
    notice = Notice.objects.get(user=now.assignee, kind="assigned")
    assert client.get(f"/notices/{notice.pk}/").headers["Location"] == f"/cases/{case.reference}/"
    assert Notice.objects.get(pk=notice.pk).read_at is not None
    client.post("/notices/choose/", {"assigned": "daily"})
    assert NoticeChoice.objects.get().how == "daily"
    client.force_login(
        stage.cast.other_approver if now.assignee == stage.cast.other_reviewer else stage.cast.reviewer
    )
    assert client.get(f"/notices/{notice.pk}/").status_code == 404


def test_every_kind_reads_in_both_languages(stage: Stage) -> None:
    from django.utils import translation

    from cases.services.notice_words import sentence_of

    case = stage.case()
    for kind in KINDS:
        row = Notice(
            user=stage.cast.reviewer,
            kind=kind,
            key=kind,
            case=case,
            facts={"due_on": "2026-11-20", "to": "윤서준"},
        )
        said = {}
        for language in ("ko", "en"):
            with translation.override(language):
                said[language] = sentence_of(row, language)
        assert case.reference in said["ko"]
        assert said["ko"] != said["en"]
        assert "{" not in said["ko"] + said["en"]
