"""A payment at a chain, which has a merchant category of its own, is one of the chain's trade."""

from __future__ import annotations

import re

import pytest

from rules.language import ValueListSpec
from rules.language.mending.kinds import shop_kind
from rules.mcc_words import holds_categories, mcc_word, with_chains

TRADES = [
    ("3000", "4511"),
    ("3009", "4511"),
    ("3350", "4511"),
    ("3351", "7512"),
    ("3441", "7512"),
    ("3501", "7011"),
    ("3999", "7011"),
]


@pytest.mark.parametrize(("chain", "trade"), TRADES)
def test_a_chain_is_called_by_its_trade(chain: str, trade: str) -> None:
    for language in ("en", "ko"):
        assert mcc_word(chain, language) == mcc_word(trade, language) != ""


@pytest.mark.parametrize("code", ["2999", "3442", "3500", "4000", "", "350", "03501"])
def test_a_code_beside_the_chains_is_not_guessed(code: str) -> None:
    assert mcc_word(code, "en") == ""
    assert code not in with_chains({"4511", "7512", "7011"})


@pytest.mark.parametrize(("chain", "trade"), TRADES)
def test_a_list_that_names_a_trade_covers_its_chains_and_no_others(chain: str, trade: str) -> None:
    others = {"4511", "7512", "7011"} - {trade}
    assert chain in ValueListSpec("late_allowed_mcc", "code", frozenset({trade, "5812"})).normalised
    assert chain not in ValueListSpec("late_allowed_mcc", "code", frozenset(others)).normalised


def test_a_list_that_names_a_chain_covers_neither_its_trade_nor_other_chains() -> None:
    assert ValueListSpec("fine_mcc", "code", frozenset({"3509"})).normalised == {"3509"}


@pytest.mark.parametrize(
    ("name", "kind"), [("grades", "code"), ("mcc", "text"), ("mcc_words", "code"), ("dmcc", "code")]
)
def test_a_list_of_something_else_holds_what_it_says(name: str, kind: str) -> None:
    assert not holds_categories(name, kind)
    assert ValueListSpec(name, kind, frozenset({"7011"})).normalised == {"7011"}


@pytest.mark.parametrize(
    ("said", "trade", "chains"),
    [
        ("airlines", "4511", range(3000, 3351)),
        ("car rental", "7512", range(3351, 3442)),
        ("hotels", "7011", range(3501, 4000)),
    ],
)
def test_a_trade_that_is_said_is_asked_for_with_all_of_its_chains(
    said: str, trade: str, chains: range
) -> None:
    asked = shop_kind(said)
    assert asked is not None
    pattern = re.search(r'merchant\.mcc matches "([^"]+)"', asked.choices)
    assert pattern is not None
    unused = set(range(3442, 3501))  # codes that no chain has
    hit = {code for code in range(10_000) if re.search(pattern[1], f"{code:04}")} - unused
    assert hit == {int(trade), *chains}
