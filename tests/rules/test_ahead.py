"""Which rules may be told before a claim is filed, and who agrees to it."""

from __future__ import annotations

import pytest

from rules.ahead import not_own
from rules.exceptions import AheadNotPossible, ClauseMissing
from rules.fields import FIELDS
from rules.language import parse
from rules.services import activation, drafts
from rules.services.common import hash_of
from rules.services.rule_sets import told_ahead
from rules.starter import GALLERY
from tests.cast import make_cast

ABOUT = {
    "name_en": "Dinner",
    "name_ko": "저녁",
    "question_en": "Who was there?",
    "question_ko": "누가 함께했습니까?",
}


def test_what_a_payment_says_itself_may_be_told():
    assert not_own(parse("net_amount > $single_limit and purpose_text is missing"), "en") == []


def test_ones_own_claims_may_be_told():
    assert not_own(parse("count(same cardholder, merchant within 30 days) >= 2"), "en") == []
    assert not_own(parse("count(same authorization within 90 days) >= 2"), "en") == []


@pytest.mark.parametrize(
    "text",
    [
        "count(same merchant within 30 days) >= 5",
        "amount > 5 * median(amount same department, mcc within 90 days before)",
        "distinct(cardholder same merchant, amount within 30 minutes) >= 2",
        "share(amount of cardholder in merchant within 180 days) >= 80%",
        "is_first_at_merchant",
        "amount > 100,000 KRW and not (n_cardholders_merchant_30d > 3)",
    ],
)
def test_what_others_did_may_not(text: str):
    assert not_own(parse(text), "en")


def test_every_shipped_rule_that_is_told_looks_at_nobody_else_and_cites_the_policy():
    told = [rule for rule in GALLERY.values() if rule.is_told_ahead]
    assert {"A02", "D03", "D07", "M01"} <= {rule.code for rule in told}
    assert not {"A03", "A04", "A09", "D08", "M08"} & {
        rule.code for rule in told
    }  # avoiding a limit, others' claims
    for rule in told:
        assert not_own(parse(rule.text), "en") == []
        assert rule.clause_ko
        assert rule.clause_en
        assert rule.question_ko
        assert not any(sign in rule.question_en + rule.question_ko for sign in "$@")


@pytest.mark.django_db
def test_a_version_is_told_only_with_a_clause_and_once_a_second_person_agreed():
    cast = make_cast()
    admin, approver = cast.actor("rule_admin"), cast.actor("approver")
    kept = {"code": "X90", "text": "amount > 10,000 KRW", "by": admin, "is_told_ahead": True, **ABOUT}
    with pytest.raises(ClauseMissing):
        drafts.draft_rule(**kept)
    draft = drafts.draft_rule(**kept, policy_clause="제4조 2항", policy_clause_en="§4.2")
    assert told_ahead() == []
    proposed = drafts.propose_version(version=draft, by=admin)
    activation.activate_version(version=proposed, by=approver)
    assert [spec.code for _version, spec in told_ahead()] == ["X90"]


@pytest.mark.django_db
def test_a_told_draft_cannot_come_to_look_at_others():
    admin = make_cast().actor("rule_admin")
    draft = drafts.draft_rule(
        code="X91", text="amount > 10,000 KRW", by=admin, is_told_ahead=True, policy_clause="제4조", **ABOUT
    )
    with pytest.raises(AheadNotPossible) as refused:
        drafts.edit_draft(
            version=draft,
            lock_version=draft.lock_version,
            by=admin,
            text="count(same merchant within 30 days) >= 5",
        )
    assert "merchant" in str(refused.value)
    kept = drafts.edit_draft(
        version=draft,
        lock_version=draft.lock_version,
        by=admin,
        text="count(same merchant within 30 days) >= 5",
        is_told_ahead=False,
    )
    assert not kept.is_told_ahead


@pytest.mark.django_db
def test_an_approval_is_bound_to_whether_the_rule_is_told():
    admin = make_cast().actor("rule_admin")
    draft = drafts.draft_rule(
        code="X92", text="amount > 10,000 KRW", by=admin, policy_clause="제4조", **ABOUT
    )
    quiet = hash_of(draft)
    draft.is_told_ahead = True
    assert hash_of(draft) != quiet


def test_the_fields_of_behaviour_are_fields():
    from rules.ahead import BEHAVIOUR

    assert set(FIELDS) >= BEHAVIOUR
