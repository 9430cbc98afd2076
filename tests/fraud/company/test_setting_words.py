"""Settings as people read and type them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils.translation import override

from fraud.company.setting_words import LABELS, holds_from, read_change, shown_settings
from fraud.company.values import DEFAULTS, SettingsNotValid, to_json

IN_POUNDS = replace(DEFAULTS, currency="GBP", four_eyes_limit_minor=50_000)


def shown(values=DEFAULTS, language="en"):
    with override(language):
        return {each.name: each.value for each in shown_settings(values)}


def test_every_setting_has_a_name_in_both_languages():
    assert {name.partition(".")[0] for name in LABELS} == set(to_json(DEFAULTS))
    for label in LABELS.values():
        with override("ko"):
            assert any("가" <= letter <= "힣" for letter in str(label)), label


def test_values_are_words_amounts_and_percentages():
    found = shown()
    assert found["four_eyes_limit_minor"] == "KRW 500,000"
    assert shown(language="ko")["four_eyes_limit_minor"] == "500,000원"
    assert shown(IN_POUNDS)["four_eyes_limit_minor"] == "GBP 500.00"
    assert (found["novelty_share"], found["costs.fn"]) == ("10 %", "100")
    assert found["threshold_policy"] == "By the cost matrix"
    assert shown(replace(DEFAULTS, rule_budget=None), "ko")["rule_budget"] == "제한 없음"


@pytest.mark.parametrize(
    ("name", "typed", "change"),
    [
        ("four_eyes_limit_minor", "300,000", {"four_eyes_limit_minor": 300_000}),
        ("novelty_share", "0.2", {"novelty_share": 0.2}),
        ("novelty_share", "20 %", {"novelty_share": 0.2}),
        ("minutes_per_case", "1,200", {"minutes_per_case": 1200}),
        ("person_budget", " ", {"person_budget": None}),
        ("threshold_policy", "by F1", {"threshold_policy": "f1"}),
        ("threshold_policy", "fixed", {"threshold_policy": "fixed"}),
        ("costs.fn", "60", {"costs": {"fn": 60.0}}),
        ("currency", "usd", {"currency": "USD"}),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(name, typed, change):
    with override("en"):
        assert read_change(name, typed, DEFAULTS) == change


def test_an_amount_is_typed_in_the_company_currency():
    assert read_change("four_eyes_limit_minor", "300.5", IN_POUNDS) == {"four_eyes_limit_minor": 30_050}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("four_eyes_limit_minor", "500000.55"),
        ("four_eyes_limit_minor", "-5"),
        ("four_eyes_limit_minor", ""),
        ("minutes_per_case", "2.5"),
        ("minutes_per_case", ""),
        ("person_budget", "null"),
        ("novelty_share", "much"),
        ("costs.fn", "x"),
        ("threshold_policy", "guess"),
        ("nothing", "1"),
    ],
)
def test_what_is_not_of_its_kind_is_refused_at_its_setting(name, typed):
    with pytest.raises(SettingsNotValid) as refused:
        read_change(name, typed, DEFAULTS)
    assert set(refused.value.problems) == {name if name in LABELS else "name"}


def test_it_is_said_from_when_a_change_holds():
    with override("en"):
        assert holds_from(["four_eyes_limit_minor"]) == "Limits of casework hold from now on."
        assert "next screening" in holds_from(["novelty_share"])
        assert "now on" not in holds_from(["novelty_share"])
        assert "next training" in holds_from(["label_delay_days"])
        assert holds_from(["currency"]).count(".") == 2
