"""The kinds of transaction: one list, which the claim's choices and the pages' words follow."""

from __future__ import annotations

from fraud.claims.models import Claim
from fraud.web.words import TXN_TYPES
from rules.language.transactions import KINDS, MONEY_BACK, NOT_SPENDING, PAYMENTS


def test_choices_of_a_claim_and_the_words_of_pages_know_exactly_these_kinds():
    assert set(Claim.TxnType.values) == set(TXN_TYPES) == set(KINDS)


def test_every_kind_either_pays_takes_back_or_moves_nothing():
    assert sorted([*PAYMENTS, *MONEY_BACK, "decline"]) == sorted(KINDS)
    assert set(NOT_SPENDING) == set(KINDS) - set(PAYMENTS)
