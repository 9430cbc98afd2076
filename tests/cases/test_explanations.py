"""Asking, extending, answering in time, late and again; what the cardholder is sent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from audit.models import AuditEvent
from cases.models import Case, Explanation, ExplanationRequest, OutboxMessage
from cases.services import drafts, explanation_requests, explanations
from cases.services.clocks import sweep_clocks
from cases.services.errors import (
    AlreadyExtended,
    AmountNotValid,
    CaseworkError,
    ChoiceNotValid,
    DraftMoved,
    DraftSent,
    ExtensionTooLong,
    NotAssigned,
    NotYours,
    ReasonTooShort,
    RoundsExhausted,
    TextTooLong,
    TransitionNotAllowed,
)
from cases.services.outbox import send_outbox
from cases.services.request_text import fill, hit_facts
from cases.services.steps import current_request
from fraud.detection.models import RuleHit
from rules.models import RuleVersion
from tests.cases.stage import Stage, fresh
from tests.cast import make_case, make_claim, make_hit, make_rule_version, make_run


def request_of(case: Case) -> ExplanationRequest:
    request = current_request(case)
    assert request is not None
    return request


def answer(
    stage: Stage, case: Case, by: str = "cardholder", text: str = "거래처 식사였습니다.", **fields: Any
) -> Explanation:
    return explanations.submit_explanation(
        request=request_of(case),
        text=text,
        by=stage.actor(by),
        expected_version=fresh(case).version,
        **fields,
    )


def test_asking_sets_the_deadline_and_mails_after_the_time_to_undo(stage: Stage) -> None:
    case = stage.asked()
    request = request_of(case)
    assert (case.state, case.n_rounds, case.due_on) == ("awaiting_explanation", 1, date(2026, 12, 1))
    assert (request.reference, request.round_no, request.due_on) == (
        f"Q-{case.reference[2:]}-1",
        1,
        date(2026, 12, 1),
    )
    assert send_outbox() == {"sent": 0, "failed": 0, "dead": 0}
    stage.go_on(seconds=20)
    assert send_outbox()["sent"] == 1
    mail = OutboxMessage.objects.get()
    assert mail.recipient == stage.cast.cardholder.email
    assert "12월 1일 (화)" in mail.subject
    assert request.text in mail.body


def test_three_rounds_at_most(stage: Stage) -> None:
    case = stage.explained()
    for further in ("누가 참석했습니까?", "영수증은 어디에 있습니까?"):
        explanation_requests.request_explanation(
            case=case, by=stage.actor("reviewer"), expected_version=case.version, questions=[further]
        )
        answer(stage, fresh(case))
        case = fresh(case)
    assert [r.round_no for r in case.requests.all()] == [1, 2, 3]
    with pytest.raises(RoundsExhausted) as refusal:
        explanation_requests.request_explanation(
            case=case, by=stage.actor("reviewer"), expected_version=case.version
        )
    assert "3" in refusal.value.sentence


def test_a_withdrawn_request_is_no_round_and_cannot_be_answered(stage: Stage) -> None:
    case = stage.asked()
    request = request_of(case)
    explanation_requests.withdraw_request(
        case=case, by=stage.actor("reviewer"), expected_version=case.version, reason="다른 건에서 확인됨"
    )
    case = fresh(case)
    assert (case.state, case.n_rounds) == ("in_review", 0)
    assert OutboxMessage.objects.get().state == "cancelled"  # it had not left yet
    with pytest.raises(TransitionNotAllowed):
        explanations.submit_explanation(
            request=request,
            text="답변입니다",
            by=stage.actor("cardholder"),
            expected_version=fresh(case).version,
        )


def test_a_request_withdrawn_after_it_left_is_called_off_by_mail(stage: Stage) -> None:
    case = stage.asked()
    stage.go_on(minutes=1)
    send_outbox()
    explanation_requests.withdraw_request(
        case=case, by=stage.actor("reviewer"), expected_version=case.version, reason="다른 건에서 확인됨"
    )
    assert sorted(OutboxMessage.objects.values_list("state", flat=True)) == ["sent", "waiting"]


def test_one_extension_of_five_business_days_at_most(stage: Stage) -> None:
    case = stage.asked()
    by = stage.actor("reviewer")
    for days in (0, 6, -1):
        with pytest.raises(ExtensionTooLong):
            explanation_requests.extend_deadline(case=case, days=days, by=by, expected_version=case.version)
    request = explanation_requests.extend_deadline(case=case, days=5, by=by, expected_version=case.version)
    case = fresh(case)
    assert request.due_on == case.due_on == date(2026, 12, 8)
    with pytest.raises(AlreadyExtended):
        explanation_requests.extend_deadline(case=case, days=1, by=by, expected_version=case.version)


def test_the_cardholder_asks_for_more_time_and_the_reviewer_is_told(stage: Stage) -> None:
    case = stage.asked()
    request = explanation_requests.ask_extension(
        request=request_of(case), reason="출장 중입니다", by=stage.actor("cardholder")
    )
    assert (request.extension_reason, request.is_extended) == ("출장 중입니다", False)
    assert OutboxMessage.objects.filter(
        key__startswith="extension.asked", recipient=stage.cast.reviewer.email
    ).exists()


def test_an_answer_moves_the_case_and_keeps_who_said_it(stage: Stage) -> None:
    case = stage.asked()
    said = answer(stage, case, answers={"1": "거래처 두 분과 식사"})
    case = fresh(case)
    assert (case.state, case.due_on) == ("explained", date(2026, 11, 27))
    assert (said.on_behalf, said.is_late, said.answers) == (False, False, {"1": "거래처 두 분과 식사"})
    assert request_of(case).state == "answered"


def test_the_manager_answers_on_behalf_and_it_shows(stage: Stage) -> None:
    assert answer(stage, stage.asked(), by="manager").on_behalf is True


@pytest.mark.parametrize("who", ["stranger", "reviewer", "approver", "auditor", "system_admin", "clerk"])
def test_nobody_else_answers(stage: Stage, who: str) -> None:
    case = stage.asked()
    with pytest.raises(CaseworkError) as refusal:
        answer(stage, case, by=who)
    assert refusal.value.status == 403
    assert fresh(case).state == "awaiting_explanation"


def test_a_second_answer_is_a_further_version(stage: Stage) -> None:
    case = stage.asked()
    answer(stage, case, text="첫 번째 답변입니다.")
    answer(stage, fresh(case), text="두 번째 답변입니다.")
    assert [e.text for e in request_of(case).explanations.all()] == [
        "첫 번째 답변입니다.",
        "두 번째 답변입니다.",
    ]
    assert fresh(case).state == "explained"


def test_silence_is_a_fact_and_a_late_answer_is_taken_and_marked(stage: Stage) -> None:
    case = stage.lapsed()
    assert (case.state, case.disposition) == ("no_response", "")
    assert request_of(case).state == "lapsed"
    stage.go_to(stage_moment(2026, 12, 3))
    said = answer(stage, case)
    assert said.is_late is True
    assert fresh(case).state == "explained"


def stage_moment(year: int, month: int, day: int) -> Any:
    from datetime import UTC, datetime

    return datetime(year, month, day, 1, 0, tzinfo=UTC)


def test_an_answer_after_the_deadline_but_before_the_sweep_is_late_too(stage: Stage) -> None:
    case = stage.asked()
    stage.go_to(stage_moment(2026, 12, 2))
    assert answer(stage, case).is_late is True


def test_no_answer_is_taken_after_the_decision(stage: Stage) -> None:
    case = stage.notified()
    with pytest.raises(TransitionNotAllowed):
        answer(stage, case)


def test_only_the_last_request_can_be_answered(stage: Stage) -> None:
    case = stage.explained()
    first = request_of(case)
    explanation_requests.request_explanation(
        case=case, by=stage.actor("reviewer"), expected_version=case.version, questions=["누가 참석했습니까?"]
    )
    with pytest.raises(TransitionNotAllowed):
        explanations.submit_explanation(
            request=first,
            text="답변입니다",
            by=stage.actor("cardholder"),
            expected_version=fresh(case).version,
        )


OFFERS = [
    (False, 10_000, "needs_admission"),
    (True, 0, "not_positive"),
    (True, -1, "not_positive"),
    (True, 84_001, "above_at_stake"),
]


@pytest.mark.parametrize(("admits", "offered", "why"), OFFERS)
def test_an_offer_needs_an_admission_and_a_sensible_amount(
    stage: Stage, admits: bool, offered: int, why: str
) -> None:
    case = stage.asked()
    with pytest.raises(AmountNotValid) as refusal:
        answer(stage, case, admits=admits, offered_minor=offered)
    assert refusal.value.why == why


def test_admitting_with_an_offer_is_an_answer(stage: Stage) -> None:
    case = stage.asked()
    said = explanations.admit_and_offer(
        request=request_of(case),
        text="개인 결제였습니다.",
        offered_minor=84_000,
        by=stage.actor("cardholder"),
        expected_version=fresh(case).version,
    )
    assert (said.admits, said.offered_minor) == (True, 84_000)
    assert fresh(case).state == "explained"
    assert fresh(case).disposition == ""  # an admission is not a decision


def test_a_draft_is_kept_and_gone_once_sent(stage: Stage) -> None:
    case = stage.asked()
    request = request_of(case)
    drafts.save_draft(request=request, text="아직 쓰는 중", by=stage.actor("cardholder"))
    draft = drafts.draft_of(request, stage.actor("cardholder"))
    assert draft is not None
    assert draft.text == "아직 쓰는 중"
    assert fresh(case).version == case.version
    with pytest.raises(NotYours):
        drafts.save_draft(request=request, text="x", by=stage.actor("stranger"))
    answer(stage, case)
    assert drafts.draft_of(request_of(case), stage.actor("cardholder")) is None


def test_a_save_from_an_older_number_keeps_what_is_there_unless_both_are_wanted(stage: Stage) -> None:
    request, by = request_of(stage.asked()), stage.actor("cardholder")
    first = drafts.save_draft(request=request, by=by, text="전화로 쓴 말", admits=True, offered="1,000")
    assert first.number == 1
    assert (
        drafts.save_draft(request=request, by=by, text="전화로 쓴 말", admits=True, offered="1,000") == first
    )
    with pytest.raises(DraftMoved):
        drafts.save_draft(request=request, by=by, text="책상에서 쓴 말")
    kept = drafts.draft_of(request, by)
    assert kept is not None
    assert (kept.number, kept.text) == (1, "전화로 쓴 말")
    both = drafts.save_draft(request=request, by=by, text="책상에서 쓴 말", offered="2,000", both=True)
    assert (both.number, both.text, both.admits, both.offered) == (
        2,
        "전화로 쓴 말\n\n책상에서 쓴 말",
        True,
        "1,000 / 2,000",
    )
    last = drafts.save_draft(request=request, by=by, text="고친 말", number=2)
    assert (last.number, last.text, last.admits) == (3, "고친 말", False)


def test_a_page_from_before_the_answer_does_not_take_the_next_draft_for_its_own(stage: Stage) -> None:
    case, by = stage.asked(), stage.actor("cardholder")
    before = drafts.save_draft(request=request_of(case), by=by, text="처음 쓴 말").number
    answer(stage, case)
    with pytest.raises(DraftSent):
        drafts.save_draft(request=request_of(case), by=by, text="처음 쓴 말", number=before)
    now = drafts.draft_number(request_of(case), by)
    drafts.save_draft(request=request_of(case), by=by, text="덧붙일 말", number=now)
    with pytest.raises(DraftMoved):
        drafts.save_draft(request=request_of(case), by=by, text="처음 쓴 말", number=before)


@pytest.mark.parametrize(
    ("text", "error"),
    [("", ReasonTooShort), ("   \n\t ", ReasonTooShort), ("​‮", ReasonTooShort), ("가" * 10_001, TextTooLong)],
)
def test_an_answer_needs_words(stage: Stage, text: str, error: type[Exception]) -> None:
    case = stage.asked()
    with pytest.raises(error):
        answer(stage, case, text=text)
    assert Explanation.objects.count() == 0


def test_whoever_answers_a_question_needs_no_words_besides(stage: Stage) -> None:
    case = stage.asked()
    asked = request_of(case)
    asked.questions = [{"id": 1, "text": "누구와 함께했습니까?"}]
    asked.save()
    with pytest.raises(ReasonTooShort):
        answer(stage, case, text="", answers={"1": "  "})
    said = answer(stage, case, text="", answers={"1": "김 부장과 둘이"})
    assert (said.text, said.answers) == ("", {"1": "김 부장과 둘이"})


def test_answers_belong_to_the_questions_asked(stage: Stage) -> None:
    with pytest.raises(ChoiceNotValid):
        answer(stage, stage.asked(), answers={"99": "없는 질문"})


def test_card_and_resident_numbers_are_struck_out_of_what_people_write(stage: Stage) -> None:
    said = answer(stage, stage.asked(), text="카드 4111 1111 1111 1111 로 결제, 주민번호 900101-1234568")
    assert "4111 1111" not in said.text
    assert "1234568" not in said.text
    assert "…1111" in said.text


def test_another_reviewer_does_not_ask(stage: Stage) -> None:
    case = stage.taken()
    with pytest.raises(NotAssigned):
        explanation_requests.request_explanation(
            case=case, by=stage.actor("other_reviewer"), expected_version=case.version
        )


def split_case(stage: Stage) -> Case:
    """Three payments in a row that a rule with a question matched."""
    run = make_run()
    version = RuleVersion.objects.filter(rule__code="A04B").first() or make_rule_version("A04B", weight=2.0)
    version.rule.question_ko = "{date} {merchant}에서 {count}번, 모두 {total}을 결제했습니다. 무엇이었습니까?"
    version.rule.question_en = "You paid {count} times at {merchant} on {date}, {total} in all. What for?"
    version.rule.save()
    claims = [make_claim(cardholder=stage.cast.cardholder_record, amount_minor=380_000) for _ in range(3)]
    for number, claim in enumerate(claims, 1):
        make_hit(
            claim=claim,
            run=run,
            rule_version=version,
            facts={
                "title": {"ko": "단시간 연속 결제"},
                "values": {
                    "count(same cardholder, merchant within 30 minutes)": {"kind": "number", "value": number},
                    "sum(amount same cardholder, merchant within 30 minutes)": {
                        "kind": "money",
                        "value": 380_000 * number,
                    },
                    "$burst_payments": {"kind": "number", "value": 3},
                    "$single_limit": {"kind": "money", "value": 500_000},
                },
            },
        )
    return make_case(claims=claims, band="medium", pattern="A04B")


def test_a_pattern_over_several_payments_asks_once_with_the_most(stage: Stage) -> None:
    text = explanation_requests.preview_request_text(case=split_case(stage))
    assert [q["text"] for q in text.questions] == [
        "11월 19일 (목) 한우마을에서 3번, 모두 1,140,000원을 결제했습니다. 무엇이었습니까?"
    ]
    assert text.text.count("한우마을 380,000원") == 3
    english = explanation_requests.preview_request_text(case=split_case(stage), language="en")
    assert english.questions[0]["text"] == (
        "You paid 3 times at 한우마을 on Thu 19 Nov, KRW 1,140,000 in all. What for?"
    )


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_text_holds_no_rule_score_or_threshold(stage: Stage, language: str) -> None:
    case = split_case(stage)
    text = explanation_requests.preview_request_text(case=case, language=language).text
    for inner in (
        "A04B",
        "단시간 연속",
        "500,000",
        "0.55",
        "점수",
        "score",
        "high",
        "medium",
        "규칙",
        "rule",
        "$",
    ):
        assert inner not in text


def test_a_case_without_rules_asks_the_plain_question(stage: Stage) -> None:
    text = explanation_requests.preview_request_text(case=stage.case(pattern="novelty", source="novelty"))
    assert [q["text"] for q in text.questions] == [
        "11월 19일 (목) 한우마을 결제의 업무 목적과 참석자를 알려 주십시오."
    ]


def test_a_shadow_rule_asks_nothing(stage: Stage) -> None:
    case = split_case(stage)
    RuleHit.objects.update(is_shadow=True)
    assert len(explanation_requests.preview_request_text(case=case).questions) == 1
    assert "3번" not in explanation_requests.preview_request_text(case=case).text


@pytest.mark.parametrize(
    ("template", "facts", "expected"),
    [
        ("{a} und {b.c}", {"a": "1", "b.c": "{d}"}, "1 und {d}"),
        ("{a} {missing}", {"a": "1"}, ""),
        ("", {}, ""),
        ("{a.__class__}", {"a": "1"}, ""),
    ],
)
def test_a_question_is_filled_whole_or_not_at_all(
    template: str, facts: dict[str, str], expected: str
) -> None:
    assert fill(template, facts) == expected


def test_facts_without_windows_give_nothing() -> None:
    assert hit_facts({"amount": 84_000}, "KRW", "ko") == {}
    assert hit_facts(None, "KRW", "ko") == {}
    assert hit_facts({"values": {"count(x)": {"kind": "number", "value": True}}}, "KRW", "ko") == {}


def test_reminders_leave_three_one_and_no_days_before_each_once(stage: Stage) -> None:
    stage.asked()
    stage.tell()
    sent: dict[str, int] = {}
    for day in range(20, 36):
        stage.go_to(stage_moment(2026, 11, 20) + timedelta(days=day - 20))
        for _ in range(2):
            sweep_clocks()
        sent[f"{stage_moment(2026, 11, 20) + timedelta(days=day - 20):%m-%d}"] = OutboxMessage.objects.filter(
            key__startswith="explanation."
        ).count()
    # the request itself, then D-3, D-1 and D before Tuesday 1 December, then the manager on the 2nd
    steps = {day: n for day, n in sent.items() if n != sent.get(previous(day), 1)}
    assert steps == {"11-26": 2, "11-30": 3, "12-01": 4, "12-02": 5}
    overdue = OutboxMessage.objects.get(key__startswith="explanation.overdue")
    assert overdue.recipient == stage.cast.manager.email


def previous(day: str) -> str:
    month, number = (int(part) for part in day.split("-"))
    return f"{date(2026, month, number) - timedelta(days=1):%m-%d}"


def test_an_extension_starts_the_reminders_anew(stage: Stage) -> None:
    case = stage.asked()
    stage.tell()
    stage.go_to(stage_moment(2026, 12, 1))
    sweep_clocks()
    explanation_requests.extend_deadline(
        case=case, days=5, by=stage.actor("reviewer"), expected_version=case.version
    )
    stage.go_to(stage_moment(2026, 12, 8))
    sweep_clocks()
    assert OutboxMessage.objects.filter(key__contains="2026-12-08").count() == 1


def test_more_time_that_was_asked_for_and_not_given_ends_with_the_answer_and_the_case_says_so(
    stage: Stage,
) -> None:
    case = stage.asked()
    request = case.requests.get()
    explanation_requests.ask_extension(request=request, reason="출장 중입니다", by=stage.actor("cardholder"))
    explanations.submit_explanation(
        request=request,
        text="거래처와 저녁을 먹었습니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(case).version,
    )
    events = AuditEvent.objects.filter(subject=f"case:{case.reference}")
    assert events.filter(action="explanation.extension_voided").count() == 1
