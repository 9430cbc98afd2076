"""What was answered is not asked again, and what means the same is asked once, naming the payments."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Case
from cases.services import explanation_requests, explanations
from cases.services.queue import take_case
from rules.models import RuleVersion
from tests.cases.stage import Stage, fresh
from tests.cast import make_case, make_claim, make_hit, make_rule_version, make_run

GUESTS = (
    "{date} {merchant}에서 결제한 {amount} 식사의 참석자를 모두 알려 주십시오.",
    "Please name everybody at the meal of {amount} at {merchant} on {date}.",
)
ONE_DAY = (
    "{date}에 {merchant}에서 {count}건, 모두 {total}을 결제하셨습니다. 나누신 이유를 알려 주십시오.",
    "You made {count} payments at {merchant} on {date}, {total} in all. Why was it not one payment?",
)
TWO_DAYS = (
    "{date}까지 이틀 동안 {merchant}에서 {count}건, 모두 {total}을 결제하셨습니다. 나누신 이유를 알려 주십시오.",
    "You made {count} payments at {merchant} within two days up to {date}, {total} in all. Why was it not one payment?",
)
OFTEN = (
    "이번 달 {merchant}을(를) {count}회 이용하셨습니다. 자주 이용하시는 이유를 알려 주십시오.",
    "You used {merchant} {count} times. Why so often?",
)
THIS_ONE = (
    "{merchant}을(를) {count}회 이용하셨습니다. 이 업체를 이용하시는 이유를 알려 주십시오.",
    "You have used {merchant} {count} times. Why this shop?",
)
AMOUNTS = (365_000, 358_000, 333_000)


def version_of(code: str, question: tuple[str, str], weight: float) -> RuleVersion:
    version = make_rule_version(code, weight=weight)
    version.rule.question_ko, version.rule.question_en = question
    version.rule.save()
    return version


def counted(n: int, total: int) -> dict[str, Any]:
    return {
        "values": {
            "count(same cardholder, merchant within 1 day)": {"kind": "number", "value": n},
            "sum(amount same cardholder, merchant within 1 day)": {"kind": "money", "value": total},
        }
    }


def dinner(stage: Stage) -> Case:
    """Three card slips of one dinner, which two rules call a split and one asks the guests of."""
    run = make_run()
    claims = [make_claim(cardholder=stage.cast.cardholder_record, amount_minor=amount) for amount in AMOUNTS]
    for code, question, weight, size in (
        ("A04", ONE_DAY, 3.0, 3),
        ("A04C", TWO_DAYS, 2.5, 3),
        ("M08", THIS_ONE, 2.2, 7),
        ("A05", OFTEN, 2.1, 7),
        ("A02", GUESTS, 2.0, 0),
    ):
        version = version_of(code, question, weight)
        for claim in claims:
            facts = counted(size, 1_056_000) if size else {"values": {}}
            make_hit(claim=claim, run=run, rule_version=version, facts=facts)
    return make_case(claims=claims, band="medium", pattern="A04")


def asked_now(case: Case, language: str = "ko") -> list[str]:
    rendered = explanation_requests.preview_request_text(case=case, language=language)
    return [one["text"] for one in rendered.questions]


def test_one_letter_asks_each_meaning_once_and_names_the_payments(stage: Stage) -> None:
    case = dinner(stage)
    assert asked_now(case) == [
        "11월 19일 (목)에 한우마을에서 3건, 모두 1,056,000원을 결제하셨습니다. 나누신 이유를 알려 주십시오.",
        "한우마을을 7회 이용하셨습니다. 이 업체를 이용하시는 이유를 알려 주십시오.",
        "11월 19일 (목) 한우마을에서 결제한 365,000원, 358,000원, 333,000원 식사의 참석자를 모두 알려 주십시오.",
    ]
    english = asked_now(case, "en")
    assert english[2] == (
        "Please name everybody at the meal of KRW 365,000, KRW 358,000 and KRW 333,000 at 한우마을 on Thu 19 Nov."
    )
    assert len(english) == 3


def answered(stage: Stage, case: Case, *, answers: dict[str, str], text: str, language: str = "ko") -> Case:
    by = stage.actor("reviewer")
    case = take_case(case=case, by=by, expected_version=case.version)
    explanation_requests.request_explanation(
        case=case, by=by, expected_version=case.version, language=language
    )
    case = fresh(case)
    explanations.submit_explanation(
        request=case.requests.get(),
        text=text,
        answers=answers,
        by=stage.actor("cardholder"),
        expected_version=case.version,
    )
    return fresh(case)


@pytest.mark.parametrize("asked_in", ["ko", "en"])
@pytest.mark.parametrize("asks_in", ["ko", "en"])
def test_a_letter_answered_as_a_whole_asks_nothing_again_in_either_language(
    stage: Stage, asked_in: str, asks_in: str
) -> None:
    case = answered(stage, dinner(stage), answers={}, text="회식이었고 자리를 옮겼습니다.", language=asked_in)
    assert asked_now(case, asks_in) == []


def test_a_question_left_open_beside_answered_ones_is_asked_again_alone(stage: Stage) -> None:
    case = dinner(stage)
    guests = asked_now(case)[2]
    case = answered(stage, case, answers={"1": "나누어 냈습니다.", "2": "가깝습니다.", "3": ""}, text="")
    assert asked_now(case) == [guests]


def test_what_was_asked_slip_by_slip_and_answered_stays_answered(stage: Stage) -> None:
    case = dinner(stage)
    single = "11월 19일 (목) 한우마을에서 결제한 {} 식사의 참석자를 모두 알려 주십시오."
    by = stage.actor("reviewer")
    case = take_case(case=case, by=by, expected_version=case.version)
    explanation_requests.request_explanation(
        case=case,
        by=by,
        expected_version=case.version,
        questions=[single.format("365,000원"), single.format("358,000원")],
    )
    case = fresh(case)
    explanations.submit_explanation(
        request=case.requests.get(),
        answers={"1": "김 부장과 둘이", "2": "같은 자리"},
        by=stage.actor("cardholder"),
        expected_version=case.version,
    )
    assert asked_now(fresh(case))[-1] == single.format("333,000원")


def test_payments_of_two_days_at_one_merchant_stay_two_questions(stage: Stage) -> None:
    run, version = make_run(), version_of("A04", ONE_DAY, 3.0)
    early = make_claim(cardholder=stage.cast.cardholder_record, amount_minor=100_000)
    late = make_claim(cardholder=stage.cast.cardholder_record, amount_minor=100_000)
    late.transacted_at = early.transacted_at.replace(day=early.transacted_at.day - 1)
    late.save()
    for claim, n in ((early, 2), (late, 3)):
        make_hit(claim=claim, run=run, rule_version=version, facts=counted(n, n * 100_000))
    case = make_case(claims=[early, late], band="medium", pattern="A04")
    assert [text.split("에서 ")[1][:2] for text in asked_now(case)] == ["2건", "3건"]
