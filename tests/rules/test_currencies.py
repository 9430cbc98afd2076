"""Names and signs of currencies: one list for policies, files and the assistant; what may be several is none of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.currencies import CURRENCY_SIGNS, currencies_of_sign, currency_named, sign_in
from rules.language.literals import currency_of
from rules.money import is_known_currency

NAMED = {
    "KRW": "원|원화|₩|￦|\\|won|WON|krw | KRW|ＫＲＷ|원(KRW)|KRW (원화)|대한민국 원",
    "USD": "달러|US$|us dollars|USD|미국 달러|불|USD/달러",
    "EUR": "유로|€|euro|Euros",
    "GBP": "파운드|£|￡|pound sterling",
    "JPY": "엔|엔화|円|Yen",
    "CNY": "위안화|RMB",
    "THB": "바트|฿",
    "INR": "₹",
    "CAD": "CA$|C$|캐나다 달러",
}


@pytest.mark.parametrize(("code", "names"), NAMED.items())
def test_a_name_or_a_sign_of_one_currency_is_that_currency(code: str, names: str) -> None:
    assert {name: currency_named(name) for name in names.split("|")} == dict.fromkeys(names.split("|"), code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "US",
        "KR",
        "??",
        "XXQ",
        "달라",
        "$",
        "dollars",
        "¥",
        "kr",
        "元",
        "원 (USD)",
        "KRW USD",
        "XAU",
        "천원",
    ],
)
def test_what_is_no_currency_or_may_be_several_is_none(text: str) -> None:
    assert currency_named(text) == ""


def test_a_sign_of_several_is_the_usual_one_where_that_is_among_them() -> None:
    assert currency_named("Dollars", "AUD") == "AUD"
    assert (currency_named("$", "CAD"), currency_named("$", "KRW"), currency_named("¥", "CNY")) == (
        "CAD",
        "",
        "CNY",
    )
    assert currencies_of_sign("￥") == ("JPY", "CNY")


def test_in_a_policy_the_dollar_sign_is_the_dollar_of_the_united_states() -> None:
    assert [currency_of(word) for word in ("$", "dollars", "¥", "원", "usd", "abc", "kr")] == [
        "USD",
        "USD",
        "JPY",
        "KRW",
        "USD",
        None,
        None,
    ]


def test_every_sign_stands_for_currencies_that_there_are() -> None:
    for sign, codes in CURRENCY_SIGNS.items():
        assert all(map(is_known_currency, codes)), sign
        assert sign_in(f"{sign}12.50") == sign_in(f"12.50 {sign}")
    assert [sign_in(text) for text in ("US$12", "12 S$", "12", "-₩12")] == ["US$", "S$", "", "₩"]


@given(st.text(max_size=6), st.sampled_from(["", "USD", "KRW"]))
def test_whatever_is_named_is_a_currency(text: str, usual: str) -> None:
    assert currency_named(text, usual) == "" or is_known_currency(currency_named(text, usual))
