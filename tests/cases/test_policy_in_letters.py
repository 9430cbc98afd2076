"""A clause of the policy is edited: it stands in the next letter, and letters sent before keep their words."""

from __future__ import annotations

from typing import Any

import pytest

from audit import clock
from cases.models import Case
from cases.services import explanation_requests
from cases.services.request_text import has_own_questions
from cases.services.steps import current_request
from rules.models import PolicyParagraph, Rule
from rules.services.policy import confirm_policy, policy_version, propose_policy
from tests.cases.stage import Stage
from tests.cast import make_claim, make_hit, make_rule_version, make_run

pytestmark = pytest.mark.django_db
TEXTS = {
    "title_ko": "식사",
    "title_en": "Meals",
    "text_ko": "참석자를 모두 적는다.",
    "text_en": "Name everybody.",
}


@pytest.fixture
def rule() -> Rule:
    version = make_rule_version("A02")
    version.rule.policy_clause, version.rule.policy_clause_en = "규정 제4조 2항 식대", "Policy §4.2 Food"
    version.rule.question_ko, version.rule.question_en = "누가 참석했습니까?", "Who took part?"
    version.rule.save()
    return version.rule


def case_of(stage: Stage, rule: Rule) -> Case:
    run, claim = make_run(), make_claim(cardholder=stage.cast.cardholder_record)
    make_hit(run=run, claim=claim, rule_version=rule.versions.get())
    return stage.asked(claims=[claim], run=run, pattern="A02")


def edit(stage: Stage, **texts: Any) -> None:
    change = propose_policy(
        paragraphs=[{"number": "4.2", **TEXTS, **texts}],
        valid_from=clock.today(),
        reason="the board decided",
        by=stage.actor("rule_admin"),
        seen=policy_version(["4.2"]),
    )
    confirm_policy(change=change, by=stage.actor("approver"))


def letter(case: Case) -> str:
    request = current_request(case)
    assert request is not None
    return request.text


def test_an_edited_clause_stands_in_the_next_letter_and_not_in_those_sent_before(
    stage: Stage, rule: Rule
) -> None:
    edit(stage)
    before = case_of(stage, rule)
    sent = letter(before)
    assert "- 규정 제4조 2항 식사: 참석자를 모두 적는다." in sent
    edit(stage, title_ko="식사·다과", text_ko="참석자의 이름과\n소속을 적는다.")
    after = letter(case_of(stage, rule))
    assert "- 규정 제4조 2항 식사·다과: 참석자의 이름과 소속을 적는다." in after
    assert "참석자를 모두 적는다." not in after
    assert letter(before) == sent
    assert not has_own_questions(explanation_requests.preview_request_text(case=before).text)


def test_a_letter_in_english_quotes_the_english_text(stage: Stage, rule: Rule) -> None:
    edit(stage)
    case = case_of(stage, rule)
    told = explanation_requests.preview_request_text(case=case, language="en").text
    assert "What the card policy says about it:\n- Policy §4.2 Meals: Name everybody." in told


def test_a_shipped_example_is_quoted_to_nobody(stage: Stage, rule: Rule) -> None:
    PolicyParagraph.objects.create(number="4.2", **TEXTS, valid_from="2000-01-01")
    assert "카드 규정" not in letter(case_of(stage, rule))


def test_a_reviewer_is_offered_the_clause_as_the_policy_names_it_today(
    stage: Stage, rule: Rule, client: Any
) -> None:
    case = case_of(stage, rule)
    client.force_login(stage.cast.reviewer)
    assert "규정 제4조 2항 식대" in client.get(f"/cases/{case.reference}/").content.decode()
    edit(stage)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert "규정 제4조 2항 식사" in page
    assert "규정 제4조 2항 식대" not in page


def speak(stage: Stage, language: str) -> None:
    type(stage.cast.cardholder).objects.filter(pk=stage.cast.cardholder.pk).update(language=language)


def test_a_cardholder_reads_what_was_adopted_and_nothing_that_is_only_an_example(
    stage: Stage, rule: Rule, client: Any
) -> None:
    PolicyParagraph.objects.create(
        number="5.1",
        valid_from=clock.today(),
        title_ko="예시",
        title_en="Example",
        text_ko="예시",
        text_en="Example",
    )
    case = case_of(stage, rule)
    client.force_login(stage.cast.cardholder)
    own = client.get(f"/my/{case.reference}/").content.decode()
    assert "/my/policy/" not in own
    speak(stage, "en")
    empty = client.get("/my/policy/").content.decode()
    assert "No policy has been adopted here yet" in empty
    edit(stage)
    assert "/my/policy/" in client.get(f"/my/{case.reference}/").content.decode()
    for language, words in (
        ("ko", ("제4조 2항 식사", "참석자를 모두 적는다.")),
        ("en", ("§4.2 Meals", "Name everybody.")),
    ):
        speak(stage, language)
        page = client.get("/my/policy/").content.decode()
        assert all(word in page for word in words), language
        assert "Example" not in page
        assert "A02" not in page
    client.force_login(stage.cast.auditor)
    assert client.get("/my/policy/").status_code == 403
