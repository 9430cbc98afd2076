"""What a proposer or a judge writes to the cardholder: read by whoever approves it, by staff afterwards, and by its reader."""

from __future__ import annotations

import pytest

from cases.dispositions import Disposition
from cases.services import decisions, errors, explanation_requests, explanations, write_offs
from cases.services.mail_texts import current_text, propose_text
from cases.workflow import State
from tests.cases.stage import AMOUNT, REASON, Stage, fresh
from tests.cases.test_views_my_changes import client_of
from tests.cast import NOW, make_rule_version

TOLD = "식사 한도까지는 인정되었습니다."


def proposed(stage: Stage, amount: int = 34_000):
    case = stage.explained()
    decisions.propose_decision(
        case=case,
        disposition=Disposition.CONFIRMED_MISUSE,
        reason=REASON,
        by=stage.actor("reviewer"),
        expected_version=case.version,
        amount_minor=amount,
        message=TOLD,
    )
    return fresh(case)


def approved(stage: Stage):
    case = proposed(stage)
    decisions.approve_decision(
        case=case,
        content_hash=case.decisions.get().content_hash,
        by=stage.actor("approver"),
        expected_version=case.version,
    )
    return fresh(case)


def test_whoever_approves_reads_the_words_they_approve(stage: Stage) -> None:
    case = proposed(stage)
    approver = client_of(stage, "approver")
    page = approver.get(f"/cases/{case.reference}/").content.decode()
    assert TOLD in page.split('id="actions"')[1].split("/do/approve/")[0]
    assert TOLD in approver.get("/approvals/").content.decode()


def test_the_words_stay_readable_for_staff_and_reach_the_cardholders_page(stage: Stage) -> None:
    case = approved(stage)
    assert case.state == State.NOTIFIED
    assert TOLD in client_of(stage, "reviewer").get(f"/cases/{case.reference}/").content.decode()
    page = client_of(stage, "cardholder").get(f"/my/{case.reference}/").content.decode()
    assert TOLD in page
    assert "The company accepts part of it as business use" in page
    assert "does not accept this payment" not in page


def test_the_words_of_an_appeals_judge_reach_the_cardholder_once(stage: Stage) -> None:
    case = stage.appealed()
    stage.decide_appeal(case, "reduced", amount_minor=10_000, message="절반은 인정되었습니다.")
    page = client_of(stage, "cardholder").get(f"/my/{case.reference}/").content.decode()
    assert page.count("절반은 인정되었습니다.") == 1


@pytest.mark.parametrize(
    ("language", "brought", "objected"),
    [("ko", "카드 사용자, 이의신청", "오남용 확인"), ("en", "cardholder, appeals", "Confirmed misuse")],
)
def test_an_appeal_in_the_inbox_says_what_it_objects_to_and_that_its_cardholder_brought_it(
    stage: Stage, language: str, brought: str, objected: str
) -> None:
    case = stage.appealed()
    page = client_of(stage, "other_approver", language).get("/approvals/")
    (row,) = page.context["rows"]
    assert (row.kind, row.by) == ("appeal", str(case.cardholder))
    outcome, amount = row.changes
    assert outcome.after == objected
    assert f"{AMOUNT:,}" in amount.after
    assert brought in page.content.decode()
    assert "상신" not in page.content.decode().split("<tbody data-list>")[1].split("</tbody>")[0]


def test_what_is_still_to_be_repaid_stands_by_itself_with_its_due_date(stage: Stage) -> None:
    case = stage.recovering()
    client = client_of(stage, "cardholder")
    page = client.get("/my/")
    assert [one.pk for one in page.context["owed"]] == [case.pk]
    body = page.content.decode()
    assert "Earlier" not in body
    owed = body.split("Still to repay")[1].split("</section>")[0]
    assert "until" in owed
    assert f"{case.due_on.day} " in owed.split("until")[1][:60]
    assert f"{AMOUNT:,}" in owed
    stage.post(case, AMOUNT)
    after = client.get("/my/")
    assert after.context["owed"] == []
    assert "Still to repay" not in after.content.decode()


def test_a_write_off_in_the_inbox_says_since_when_it_waits(stage: Stage) -> None:
    case = stage.recovering()
    write_offs.request_write_off(
        case=case, reason=REASON, by=stage.actor("clerk"), expected_version=case.version
    )
    (row,) = client_of(stage, "approver").get("/approvals/").context["rows"]
    assert (row.kind, row.at) == ("write_off", NOW)


@pytest.mark.parametrize(("language", "labels"), [("ko", ["제목", "본문"]), ("en", ["Subject", "Text"])])
def test_a_mail_text_in_the_inbox_is_labelled_as_a_mail(
    stage: Stage, language: str, labels: list[str]
) -> None:
    subject, body = current_text("explanation.received", "ko")
    propose_text(
        mail="explanation.received",
        language="ko",
        subject=f"{subject} 안내",
        body=f"{body}\n감사합니다.",
        reason=REASON,
        by=stage.actor("system_admin"),
        expected_number=0,
    )
    (row,) = client_of(stage, "approver", language).get("/approvals/?kind=mail_text").context["rows"]
    assert [change.name for change in row.changes] == labels


def test_chips_name_departments_and_rules_and_a_day_that_is_none_is_named(stage: Stage) -> None:
    make_rule_version(code="A04")
    reviewer = client_of(stage, "reviewer", "ko")
    department = stage.cast.department
    page = reviewer.get(f"/queue/?department={department.code}&rule=a04&opened_from=2026-13-01")
    chips = {chip["key"]: chip["text"] for chip in page.context["filters"].chips}
    assert chips["department"] == department.name
    assert chips["rule"].startswith("A04 ")
    assert "“2026-13-01”: 날짜가" in page.content.decode()


def test_a_further_letter_thanks_for_the_answer_and_asks_nothing_that_was_answered(stage: Stage) -> None:
    case = stage.asked()
    first = case.requests.get()
    kept = {str(question["id"]): "회의 뒤 저녁이었습니다." for question in first.questions}
    explanations.submit_explanation(
        request=first, text="", answers=kept, by=stage.actor("cardholder"), expected_version=case.version
    )
    case = fresh(case)
    rendered = explanation_requests.preview_request_text(case=case)
    assert rendered.questions == []
    assert "답변은 잘 받았습니다" in rendered.text
    ask = {"case": case, "by": stage.actor("reviewer"), "expected_version": case.version}
    for text in ("", rendered.text.replace("\n", "\r\n")):
        with pytest.raises(errors.NothingToAsk):
            explanation_requests.request_explanation(**ask, text=text)
    asked = explanation_requests.request_explanation(
        **ask, text=rendered.text, questions=["누가 참석했습니까?"]
    )
    assert [question["text"] for question in asked.questions] == ["누가 참석했습니까?"]


def test_after_many_were_asked_the_list_is_the_one_they_were_chosen_in(stage: Stage) -> None:
    reviewer = client_of(stage, "reviewer", "ko")
    cases = [stage.taken() for _n in range(2)]
    rows = [f"{case.reference}@{case.version}" for case in cases]
    asked = reviewer.post("/queue/do/ask/", {"case": rows, "query": "?view=mine&after=zz&band=high"})
    assert asked["Location"] == "/queue/?view=mine&band=high"
    versions = [f"{case.reference}@{fresh(case).version}" for case in cases]
    undone = reviewer.post("/queue/undo/", {"case": versions, "next": "/queue/?view=mine"}, follow=True)
    assert undone.redirect_chain[0][0] == "/queue/?view=mine"
    assert "2건의 마지막 조치를 되돌림" in undone.content.decode()
