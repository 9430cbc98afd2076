"""Example rows: the starter's all agree with their rules; what cannot be read is told with what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from rules.examples import ExampleNotValid, clean_examples, judge_examples
from rules.language import parse
from rules.starter import GALLERY, StarterRule
from rules.starter_examples import examples_of
from tests.rules.starter import starter_context


@pytest.mark.parametrize("rule", GALLERY.values(), ids=lambda rule: rule.code)
def test_each_rule_of_the_gallery_hits_what_it_should_and_leaves_what_it_should_not(
    rule: StarterRule,
) -> None:
    examples = examples_of(rule.code)
    verdicts = judge_examples(parse(rule.text), examples, starter_context())
    assert {verdict.should_hit for verdict in verdicts} == {True, False}
    assert [verdict.answer for verdict in verdicts] == [example["hits"] for example in examples]


def judged(text: str, claim: dict[str, str], earlier: list[dict[str, str]] | None = None) -> bool | None:
    example = {"hits": "yes", "claim": claim, "earlier": earlier or []}
    return judge_examples(parse(text), clean_examples([example]), starter_context())[0].answer


def test_amounts_are_in_major_units_of_the_claims_currency() -> None:
    assert judged("amount = 12.50 GBP", {"amount": "12.50", "currency": "GBP"})
    assert judged("amount = 1,500 KRW", {"amount": "1,500"})


def test_field_that_no_claim_names_is_not_delivered_and_an_empty_one_is_missing() -> None:
    assert judged("receipt_id is missing", {}) is None
    assert judged("receipt_id is missing", {"receipt_id": ""}) is True


def test_earlier_claims_stand_before_the_one_that_is_asked_about() -> None:
    text = "count(same cardholder, merchant within 1 hour) = 3"
    assert judged(text, {}, [{"times": "2"}])
    assert not judged(text, {}, [{"times": "2", "merchant": "M2"}])


def test_example_that_disagrees_is_not_right() -> None:
    example = clean_examples([{"hits": "no", "claim": {"amount": "900"}}])
    verdict = judge_examples(parse("amount > 500 KRW"), example, starter_context())[0]
    assert (verdict.answer, verdict.is_right) == (True, False)


@pytest.mark.parametrize(
    ("example", "english", "korean"),
    [
        ({"hits": "maybe", "claim": {}}, "hits is yes or no", "hits은(는) yes 또는 no"),
        ({"hits": "yes"}, "write hits, claim", "hits, claim"),
        ({"hits": "yes", "claim": {"금액": "5"}}, "there is no field 금액", "금액 항목은 없습니다"),
        ({"hits": "yes", "claim": {"amount": "50만원"}}, "write it like 500000", "500000처럼"),
        (
            {"hits": "yes", "claim": {"amount": "5", "currency": "won"}},
            "no currency code",
            "통화 코드가 아닙니다",
        ),
        ({"hits": "yes", "claim": {"transacted_at": "어제"}}, "2026-03-03 12:00", "2026-03-03 12:00"),
        ({"hits": "yes", "claim": {}, "earlier": [{"times": "0"}]}, "from 1 to", "1부터"),
        ({"hits": "yes", "claim": {}, "earlier": [{"times": "150"}] * 2}, "at most 200", "200건까지"),
        ({"hits": "yes", "claim": {"amount": ["5"]}}, "one short value", "짧은 값 하나"),
        ("amount", "write hits, claim", "hits, claim"),
    ],
)
def test_unreadable_example_says_what_to_write(example: Any, english: str, korean: str) -> None:
    with pytest.raises(ExampleNotValid) as refused:
        clean_examples([{"hits": "no", "claim": {}}, example])
    assert refused.value.at == 2
    assert english in refused.value.message("en")
    assert korean in refused.value.message("ko")
