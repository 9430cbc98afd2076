"""What the cardholder's page says and takes once the payments of the case have changed, and what the reviewer reads of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEvent
from cases.models import Appeal, Case, Consent, OutboxMessage, Recovery
from cases.pages.figures import appeals_judged
from cases.pages.timeline import timeline_of
from cases.services import appeals, write_offs
from cases.services.following import follow_changes
from cases.workflow import State
from tests.cases.stage import Stage, fresh
from tests.cast import NOW, correct_claim


def client_of(stage: Stage, name: str, language: str = "en") -> Client:
    person = getattr(stage.cast, name)
    type(person).objects.filter(pk=person.pk).update(language=language)
    client = Client(headers={"Accept-Language": language})
    client.force_login(person)
    return client


def corrected(stage: Stage, case: Case, **facts: Any) -> None:
    """A delivery says other facts of the case's payment."""
    stage.go_on(minutes=1)
    correct_claim(case.alerts.get().claim, received_at=NOW + timedelta(minutes=1), **facts)
    follow_changes()


def page_of(client: Client, case: Case, step: str = "") -> str:
    """The page of the case, or where the answer or the appeal is read back the page of that."""
    at = {"answer": "?step=check", "appeal": "?step=appeal"}.get(step, "")
    return client.get(f"/my/{case.reference}/{at}").content.decode()


def version_on(page: str) -> str:
    return page.split('name="version" value="')[1].split('"')[0]


def test_an_amount_that_was_never_shown_is_not_accepted(stage: Stage) -> None:
    case = stage.notified(amount=80_000)
    person = client_of(stage, "cardholder")
    corrected(stage, case, amount_minor=20_000)
    old = page_of(person, case)
    assert "20,000" in old
    corrected(stage, case, amount_minor=79_000)
    refused = person.post(f"/my/{case.reference}/accept/", {"version": version_on(old)})
    shown = refused.content.decode()
    assert refused.status_code == 409
    assert "79,000" in shown
    assert (fresh(case).state, Recovery.objects.count()) == ("notified", 0)
    assert person.post(f"/my/{case.reference}/accept/", {}).status_code == 409  # a page that showed nothing
    taken = person.post(f"/my/{case.reference}/accept/", {"version": version_on(shown)}, follow=True)
    assert "79,000" in str(next(iter(taken.context["messages"])))


@pytest.mark.parametrize(
    ("state", "step", "typed", "told"),
    [
        (State.NOTIFIED, "appeal", {"text": "There are new facts."}, "84,000"),
        (State.RECOVERING, "consent", {"monthly_amount": "9,000", "agree": "on"}, "9,000"),
        (
            State.AWAITING_EXPLANATION,
            "answer",
            {"text": "It was personal.", "admits": "on", "offered": "5,000"},
            "5,000",
        ),
    ],
)
def test_every_step_that_binds_is_refused_on_an_old_page_and_names_its_sum(
    stage: Stage, state: State, step: str, typed: dict[str, str], told: str
) -> None:
    case = stage.case_in(state)
    person = client_of(stage, "cardholder")
    old = version_on(page_of(person, case, step))
    corrected(stage, case, amount_minor=90_000)
    address = f"/my/{case.reference}/{step}/"
    refused = person.post(address, {**typed, "version": old})
    assert refused.status_code == 409
    assert fresh(case).state == state
    assert not Appeal.objects.exists()
    assert not Consent.objects.exists()
    for words in typed.values():
        assert words == "on" or words in refused.content.decode()
    again = {**typed, "version": version_on(page_of(person, case, step)), "number": "1"}
    taken = person.post(address, again, follow=True)
    assert told in str(next(iter(taken.context["messages"])))


def test_a_letter_shows_what_changed_since_it_was_written(stage: Stage) -> None:
    case = stage.asked()
    person = client_of(stage, "cardholder")
    assert "Changed since this letter" not in page_of(person, case)
    corrected(stage, case, amount_minor=8_400)
    page = page_of(person, case)
    assert "Changed since this letter" in page
    assert "84,000" in page.split("Changed since this letter")[1].split("</ul>")[0]
    reference = case.requests.get().reference
    (change,) = person.get(f"/api/v1/my/requests/{reference}/").json()["changes"]
    assert [fact["name"] for fact in change["facts"]] == ["amount"]
    assert ("84,000" in change["facts"][0]["before"], "8,400" in change["facts"][0]["after"]) == (True, True)


def left(stage: Stage, case: Case) -> None:
    """A delivery says that the payment is somebody else's."""
    corrected(stage, case, cardholder_id=stage.cast.stranger_record.pk)


@pytest.mark.parametrize(
    "state", [State.AWAITING_EXPLANATION, State.EXPLAINED, State.NOTIFIED, State.APPEALED, State.RECOVERING]
)
def test_a_case_whose_payments_are_somebody_else_s_says_so_on_the_page(stage: Stage, state: State) -> None:
    case = stage.case_in(state)
    person = client_of(stage, "cardholder")
    left(stage, case)
    assert fresh(case).state == "closed"
    page = page_of(person, case)
    assert "turned out not to be yours" in page
    assert case.requests.get().text[:40] not in page  # the letter with its deadline
    assert "이수아" not in page
    mail = OutboxMessage.objects.get(key__startswith=f"case.not_theirs:{case.reference}")
    assert mail.body.strip() in page
    assert person.get(f"/api/v1/my/notices/{case.reference}/").json()["ended"] == mail.body.strip()
    assert "본인의 것이 아닌 것으로" in page_of(client_of(stage, "cardholder", "ko"), case)


def test_an_open_appeal_ends_with_the_case_and_counts_as_judged_by_nobody(stage: Stage) -> None:
    case = stage.appealed()
    left(stage, case)
    appeal = case.appeals.get()
    assert (appeal.result, appeal.decided_by) == ("void", None)
    assert "Your appeal has ended with it." in page_of(client_of(stage, "cardholder"), case)
    mail = OutboxMessage.objects.get(key__startswith=f"case.not_theirs:{case.reference}")
    assert "이의신청도 함께 종료되었습니다." in mail.body
    assert not appeals_judged(NOW.date() - timedelta(days=30)).exists()


def test_the_judge_of_an_appeal_sees_what_is_due_now(stage: Stage) -> None:
    case = stage.appealed()
    corrected(stage, case, amount_minor=20_000)
    page = client_of(stage, "other_approver").get(f"/cases/{case.reference}/").content.decode()
    assert "20,000" in page.split("to repay now:")[1][:200]


def said(case: Case, action: str) -> list[str]:
    return [entry.reason for entry in timeline_of(case) if getattr(entry.thing, "action", "") == action]


def test_the_timeline_names_the_sums_of_postings_and_a_write_off(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 30_000)
    by = {"clerk": stage.actor("clerk"), "approver": stage.actor("approver")}
    write_offs.request_write_off(
        case=case, reason="퇴사하여 받을 수 없습니다.", by=by["clerk"], expected_version=fresh(case).version
    )
    write_offs.approve_write_off(
        case=case, amount_minor=54_000, by=by["approver"], expected_version=fresh(case).version
    )
    for action, sum_said in [
        ("recovery.posted", "30,000"),
        ("recovery.write_off_requested", "54,000"),
        ("recovery.write_off_approved", "54,000"),
    ]:
        assert [sum_said in line for line in said(case, action)] == [True], action


def test_a_change_of_the_attendees_tells_how_many_and_keeps_no_name(stage: Stage) -> None:
    """The entry is kept for ever; who they are stands on the claim."""
    case = stage.explained()
    corrected(stage, case, attendees=[{"name": "홍길동", "org": "A사"}], n_attendees=1)
    corrected(stage, case, attendees=[{"name": "임꺽정", "org": "A사"}])
    first, second = sorted(said(case, "case.claim_changed"), key=lambda line: "다른 사람" in line)
    assert "참석 인원" in first or "→ 1" in first
    assert "1명(다른 사람)" in second
    kept = str(
        list(AuditEvent.objects.filter(subject=f"case:{case.reference}").values_list("after", flat=True))
    )
    assert "홍길동" not in kept
    assert "임꺽정" not in kept


def test_the_keys_of_the_case_pages_are_not_offered_to_a_cardholder(stage: Stage) -> None:
    case = stage.asked()
    assert 'id="keys"' not in page_of(client_of(stage, "cardholder"), case)
    assert 'id="keys"' in client_of(stage, "reviewer").get(f"/cases/{case.reference}/").content.decode()


def test_the_person_s_own_steps_need_the_version_that_was_seen(stage: Stage) -> None:
    from cases.services import errors

    case = stage.notified()
    with pytest.raises(errors.StaleCase):
        appeals.accept_notice(case=case, by=stage.actor("cardholder"), expected_version=None)
    with pytest.raises(errors.StaleCase):
        appeals.accept_notice(case=case, by=stage.actor("cardholder"), expected_version=case.version + 1)


def test_what_is_being_reviewed_stands_apart_from_what_ended(client, stage):
    case = stage.explained()
    client.force_login(stage.cast.cardholder)
    client.cookies["django_language"] = "en"
    page = client.get("/my/").content.decode()
    assert page.index("<h2>Being reviewed</h2>") < page.index(f"/my/{case.reference}/")
    assert "<h2>Earlier</h2>" not in page
    stage.notified()
    assert "answer by" in client.get("/my/").content.decode()  # it is to be answered by then, not repaid
