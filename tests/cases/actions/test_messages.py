"""What a refusal of an entry says would be right: words on the page, codes for a program, in the currency at hand."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from cases.actions.recovery import POSTING
from cases.actions.rows import minor_of
from cases.api.bodies import body_of
from cases.evidence.kinds import FILE_NAMES, KINDS
from cases.services import errors


@pytest.mark.parametrize(
    ("typed", "currency", "why", "right"),
    [
        ("200000.5", "KRW", "decimals_none", "150,000."),
        ("-1", "KRW", "sign", "150,000."),
        ("-1", "USD", "sign", "150,000.50."),
        ("1.2345", "USD", "decimals", "150,000.50."),
        ("12.345", "USD", "decimals", "at most 2 decimals"),
        ("99999999999999999999", "KRW", "too_large", "too large"),
        ("99,999,999,999,999,999,999", "USD", "too_large", "150,000.50."),
        ("about 5", "KWD", "not_a_number", "150,000.500,"),
    ],
)
def test_an_amount_that_is_not_right_says_what_would_be(typed, currency, why, right):
    with override("en"), pytest.raises(errors.AmountNotValid) as refusal:
        minor_of(typed, currency, field="offered")
    with override("en"):
        assert right in refusal.value.sentence
    assert (refusal.value.why, refusal.value.field) == (why, "offered")


def test_a_choice_is_named_by_its_words_and_told_to_programs_by_its_codes():
    refusal = errors.ChoiceNotValid(field="method", choices=["payroll", "offset"])
    with override("en"):
        assert refusal.sentence == "Choose one of: Payroll deduction, Offset against a reimbursement."
    assert refusal.details == {"field": "method", "choices": ["payroll", "offset"]}


def test_where_nothing_can_be_chosen_the_field_is_to_be_left_empty():
    with override("en"):
        assert "leave it empty" in errors.ChoiceNotValid(field="disposition_reason", choices=[]).sentence


def test_a_body_with_an_unknown_code_is_told_every_code_with_its_word():
    body = body_of(POSTING)(data={"method": "transfer"})
    with override("en"):
        assert not body.is_valid()
        assert "bank_transfer (Bank transfer)" in str(body.errors["method"])


def test_a_refused_file_is_told_every_kind_that_is_taken():
    with override("en"):
        assert FILE_NAMES in errors.EvidenceKindNotAllowed(why="unknown").sentence
    assert len(FILE_NAMES.split(", ")) == len(KINDS)
