"""Facts of a rule hit in words."""

from __future__ import annotations

from django.utils.translation import override

from fraud.detection.hit_facts import fact_names, hit_facts_text
from fraud.workbench.company_codes import choices_of
from rules.fact_words import CODE_WORDS
from rules.facts import hit_sentence
from rules.mcc_words import mcc_word

# fmt: off
STORED = {
    "title": {"ko": "한도 직전 반복", "en": "Repeatedly just below the limit"},
    "values": {
        "amount": {"kind": "money", "value": 471900, "currency": "KRW"},
        "$single_limit": {"kind": "money", "value": 500000, "currency": "KRW"},
        "count(same cardholder within 30 days where amount > 0 KRW)": {"kind": "number", "value": 2, "unit": "claims"},
        "max(amount same merchant within 30 days)": {"kind": "money", "value": 90, "currency": "KRW"},
        "merchant.name": {"kind": "text", "value": "가온한우마을", "is_context": True},
    },
}
# fmt: on


def test_stored_facts_name_value_and_limit():
    text = hit_facts_text(STORED, "KRW", "ko")
    assert "471,900원" in text
    assert "500,000원" in text
    assert "가온한우마을" not in text


def test_plain_facts_are_read_as_fields():
    assert hit_facts_text({"amount": 1234, "is_night": True}, "GBP", "en") == "amount GBP 12.34; at night yes"


def test_no_facts_is_no_text():
    assert hit_facts_text(None, "KRW", "ko") == ""
    assert fact_names(None) == []


def test_names_leave_out_limits_and_context_and_look_into_windows():
    names = fact_names(STORED)
    assert names[0] == "amount"
    assert names[1].startswith("same cardholder")
    assert names[2].startswith("amount same merchant")
    assert len(names) == 3


def test_what_was_missing_comes_first_and_thresholds_last():
    facts = {
        "values": {
            "amount": {"kind": "money", "value": 200_000, "currency": "KRW"},
            "$receipt_limit": {"kind": "money", "value": 30_000, "currency": "KRW"},
            "receipt_id": {"kind": "text", "value": None},
            "is_recurring": {"kind": "yes_no", "value": False},
            "has_overtime": {"kind": "yes_no", "value": False},
            "evidence_type": {"kind": "code", "value": "none"},
        }
    }
    korean, english = (hit_facts_text(facts, "KRW", language) for language in ("ko", "en"))
    assert english.endswith(
        "amount KRW 200,000 · set limits: Amount from which a receipt is needed KRW 30,000"
    )
    assert "no overtime approved" in english
    assert "recurring" not in english
    assert "승인된 초과근무 없음" in korean
    assert "증빙 유형: 없음" in korean


def test_amount_beside_a_sum_is_named_as_this_payment():
    assert hit_facts_text(STORED, "KRW", "en").startswith("2 payments by one cardholder within 30 days")
    assert "this payment KRW 471,900" in hit_facts_text(STORED, "KRW", "en")


def test_a_code_of_the_companys_own_that_is_spelt_like_one_of_ours_stays_as_it_was_delivered() -> None:
    told = {
        name: hit_sentence({name: {"kind": "code", "value": value}}, "en")
        for name, value in (("entry_mode", "online"), ("purpose_code", "online"), ("merchant.mcc", "5813"))
    }
    assert told["entry_mode"].endswith(CODE_WORDS["online"][0])
    assert told["purpose_code"].endswith("online")
    assert told["merchant.mcc"].endswith(f"5813 ({mcc_word('5813', 'en')})")


def test_choices_have_the_same_words() -> None:
    codes = {
        "txn_type": [("cash_advance", 3)],
        "account_code": [("cash_advance", 2)],
        "merchant.mcc": [("5813", 1)],
    }
    with override("en"):
        labels = {name: choices_of(name, codes, {})[0]["label"] for name in codes}
    assert labels == {
        "txn_type": CODE_WORDS["cash_advance"][0],
        "account_code": "",
        "merchant.mcc": mcc_word("5813", "en"),
    }
