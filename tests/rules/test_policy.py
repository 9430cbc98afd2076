"""The card policy: numbered paragraphs with dates, two persons, examples that are nobody's policy, and how rules cite them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from rules.citing import cited_number, in_order, number_words, with_title
from rules.exceptions import (
    PageStale,
    ProposalStale,
    QuestionMissing,
    ReasonNeeded,
    ValueNotValid,
    WrongState,
)
from rules.models import PolicyParagraph, Rule
from rules.services import drafts, install_starter_rules
from rules.services.paragraphs import clause_words, policy_on, quoted
from rules.services.policy import (
    confirm_policy,
    examples,
    policy_version,
    propose_adoption,
    propose_policy,
    return_policy,
)
from rules.starter import GALLERY
from rules.starter_policy import STARTER_POLICY
from tests.cast import Cast, make_cast

MEALS = {
    "number": "4.2",
    "title_ko": "식대",
    "title_en": "Meals and drinks",
    "text_ko": "식대는 1인당 한도를 지킨다.",
    "text_en": "Meals keep to the limit per head.",
}


def test_every_shipped_rule_cites_a_paragraph_that_is_shipped_under_the_same_title() -> None:
    shipped = {one.number: one for one in STARTER_POLICY}
    assert len(shipped) == len(STARTER_POLICY)
    for rule in GALLERY.values():
        number = cited_number(rule.clause_en)
        assert number == cited_number(rule.clause_ko)
        assert rule.clause_en.endswith(f"§{number} {shipped[number].title_en}"), rule.code
        assert rule.clause_ko.endswith(f"{number_words(number, 'ko')} {shipped[number].title_ko}"), rule.code


def test_a_shipped_paragraph_is_korean_and_english_and_names_no_amount() -> None:
    for one in STARTER_POLICY:
        assert re.search("[가-힣]", one.title_ko + one.text_ko)
        assert not re.search("[가-힣]", one.title_en + one.text_en)
        assert not re.search(r"\d{3}|만\s?원", one.text_ko + one.text_en)
        assert max(len(one.title_ko), len(one.title_en)) <= 80


@given(st.integers(1, 99), st.integers(1, 99), st.sampled_from(["", "Travel policy ", "여비규정 "]))
def test_a_number_is_read_as_it_is_cited_in_both_languages(article: int, paragraph: int, name: str) -> None:
    number = f"{article}.{paragraph}"
    for language in ("ko", "en"):
        cited = name + number_words(number, language)
        assert cited_number(f"{cited} Meals") == number
        assert with_title(f"{cited} Meals", "Trips") == f"{cited} Trips"
    assert in_order(number) == (article, paragraph)


@pytest.mark.parametrize("clause", ["", "취업규칙 제12조", "§4", "$4.2", "§4.2.1", "Article 4.2"])
def test_what_names_no_paragraph_cites_none(clause: str) -> None:
    assert cited_number(clause) == ""
    assert with_title(clause, "Trips") == clause


@pytest.fixture
def cast(db: Any) -> Cast:
    return make_cast()


def agreed(cast: Cast, **text: Any) -> None:
    days = text.pop("in_days", 0)
    change = propose_policy(
        paragraphs=[{**MEALS, **text}],
        valid_from=clock.today() + timedelta(days=days),
        reason="as decided",
        by=cast.actor("rule_admin"),
    )
    confirm_policy(change=change, by=cast.actor("approver"))


def test_a_text_holds_from_its_day_and_the_one_before_until_then(cast: Cast) -> None:
    agreed(cast)
    agreed(cast, text_ko="식대는 참석자를 모두 적는다.", in_days=10)
    today = clock.today()
    assert policy_on(today)["4.2"].text_ko == MEALS["text_ko"]
    assert policy_on(today + timedelta(days=9))["4.2"].text_ko == MEALS["text_ko"]
    assert policy_on(today + timedelta(days=10))["4.2"].text_ko == "식대는 참석자를 모두 적는다."
    assert "4.2" not in policy_on(today - timedelta(days=1))


def test_paragraphs_stand_in_the_order_of_their_numbers(cast: Cast) -> None:
    for number in ("4.10", "4.9", "10.1", "2.1"):
        agreed(cast, number=number)
    assert list(policy_on()) == ["2.1", "4.9", "4.10", "10.1"]


def test_a_paragraph_that_was_taken_out_is_cited_and_quoted_no_more(cast: Cast) -> None:
    rule = Rule.objects.create(
        code="A02",
        name_en="a",
        name_ko="가",
        policy_clause="규정 제4조 2항 식사",
        policy_clause_en="Policy §4.2 Food",
    )
    agreed(cast)
    assert clause_words(rule, "ko", policy_on()) == "규정 제4조 2항 식대"
    assert clause_words(rule, "en", policy_on()) == "Policy §4.2 Meals and drinks"
    assert quoted([rule, rule], "en", policy_on()) == [
        "Policy §4.2 Meals and drinks: Meals keep to the limit per head."
    ]
    change = propose_policy(
        paragraphs=[{"number": "4.2", "is_removed": True}],
        valid_from=clock.today(),
        reason="not needed",
        by=cast.actor("rule_admin"),
    )
    confirm_policy(change=change, by=cast.actor("approver"))
    assert policy_on() == {}
    assert clause_words(rule, "ko", policy_on()) == "규정 제4조 2항 식사"
    assert quoted([rule], "ko", policy_on()) == []


def test_what_is_shipped_is_an_example_that_nobody_quotes_until_it_is_adopted(cast: Cast) -> None:
    done = install_starter_rules(by=Actor.system("install"))
    assert done.paragraphs == len(STARTER_POLICY) == len(examples())
    assert install_starter_rules(by=Actor.system("install")).paragraphs == 0
    rule = Rule.objects.get(code="A02")
    assert quoted([rule], "ko", policy_on()) == []
    change = propose_adoption(valid_from=clock.today(), reason="it is ours", by=cast.actor("rule_admin"))
    assert len(examples()) == len(STARTER_POLICY)
    confirm_policy(change=change, by=cast.actor("approver"))
    assert examples() == []
    assert quoted([rule], "ko", policy_on())[0].startswith("법인카드 관리규정 제4조 2항 식사: ")
    with pytest.raises(ValueNotValid):
        propose_adoption(valid_from=clock.today(), reason="once more", by=cast.actor("rule_admin"))


def test_an_installation_never_brings_back_an_example_over_the_companys_own_text(cast: Cast) -> None:
    agreed(cast)
    assert install_starter_rules(by=Actor.system("install")).paragraphs == len(STARTER_POLICY) - 1
    assert policy_on()["4.2"].title_ko == "식대"


def propose(cast: Cast, **more: Any) -> Any:
    given = {
        "paragraphs": [MEALS],
        "valid_from": clock.today(),
        "reason": "as decided",
        "by": cast.actor("rule_admin"),
    }
    return propose_policy(**{**given, **more})


def test_a_change_counts_only_once_somebody_else_agreed_and_each_step_is_in_the_audit_log(cast: Cast) -> None:
    change = propose(cast)
    assert policy_on() == {}
    for name in ("rule_admin", "reviewer", "cardholder"):
        with pytest.raises(NotPermitted):
            confirm_policy(change=change, by=cast.actor(name))
    confirm_policy(change=change, by=cast.actor("approver"))
    with pytest.raises(WrongState):
        confirm_policy(change=change, by=cast.actor("approver"))
    other = propose(cast, paragraphs=[{**MEALS, "text_en": "Other."}])
    return_policy(change=other, by=cast.actor("approver"), reason="too short")
    assert policy_on()["4.2"].text_en == MEALS["text_en"]
    told = AuditEvent.objects.filter(subject="policy").order_by("pk").values_list("action", flat=True)
    assert list(told) == [
        "policy.change_proposed", "policy.changed", "policy.change_proposed", "policy.change_returned",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"paragraphs": []}, ValueNotValid),
        ({"paragraphs": [MEALS, MEALS]}, ValueNotValid),
        ({"paragraphs": [{**MEALS, "number": "4"}]}, ValueNotValid),
        ({"paragraphs": [{**MEALS, "number": "4.02"}]}, ValueNotValid),
        ({"paragraphs": [{**MEALS, "text_en": "  "}]}, ValueNotValid),
        ({"paragraphs": [{**MEALS, "title_ko": "가" * 81}]}, ValueNotValid),
        ({"paragraphs": [{**MEALS, "text_ko": "4111 1111 1111 1111"}]}, ValueNotValid),
        ({"paragraphs": [{"number": "4.2", "is_removed": True}]}, ValueNotValid),
        ({"reason": "no"}, ReasonNeeded),
        ({"seen": 1}, PageStale),
    ],
)
def test_what_is_no_paragraph_is_refused_and_nothing_is_kept(
    cast: Cast, given: dict[str, Any], error: Any
) -> None:
    with pytest.raises(error):
        propose(cast, **given)
    with pytest.raises(ValueNotValid):
        propose(cast, valid_from=clock.today() - timedelta(days=1))
    assert not PolicyParagraph.objects.exists()


def test_one_change_of_a_paragraph_waits_at_a_time_and_the_same_text_is_none(cast: Cast) -> None:
    change = propose(cast)
    with pytest.raises(ValueNotValid):
        propose(cast)
    confirm_policy(change=change, by=cast.actor("approver"))
    with pytest.raises(ValueNotValid):
        propose(cast)
    assert policy_version(["4.2"]) == PolicyParagraph.objects.get().pk


def test_a_proposal_that_was_overtaken_can_only_be_returned(cast: Cast) -> None:
    change = propose(cast)
    PolicyParagraph.objects.create(**MEALS, valid_from=clock.today())
    with pytest.raises(ProposalStale):
        confirm_policy(change=change, by=cast.actor("approver"))
    return_policy(change=change, by=cast.actor("approver"), reason="overtaken")


def test_a_rule_without_a_question_in_both_languages_is_not_even_proposed(cast: Cast) -> None:
    about = {
        "name_en": "Late",
        "name_ko": "심야",
        "policy_clause": "규정 제3조 1항 심야",
        "question_ko": "왜입니까?",
    }
    draft = drafts.draft_rule(code="Z09", text="amount > 10 KRW", by=cast.actor("rule_admin"), **about)
    with pytest.raises(QuestionMissing):
        drafts.propose_version(version=draft, by=cast.actor("rule_admin"))
