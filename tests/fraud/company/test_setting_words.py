"""Settings as people read and type them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from fraud.company.setting_reading import currency_typed, read_change, read_changes, typed_values
from fraud.company.setting_table import GROUPS, SETTINGS
from fraud.company.setting_words import grouped_settings, holds_from, shown_settings
from fraud.company.values import DEFAULTS, SettingsNotValid, check_settings, to_json

IN_POUNDS = replace(DEFAULTS, currency="GBP", four_eyes_limit_minor=50_000)


def shown(values=DEFAULTS, language="en"):
    with override(language):
        return {each.name: each.value for each in shown_settings(values)}


def test_every_setting_has_a_name_an_effect_and_a_heading_in_both_languages():
    assert {name.partition(".")[0] for name in SETTINGS} == set(to_json(DEFAULTS))
    assert sum(len(group) for group in GROUPS.values()) == len(SETTINGS)
    for words in [*GROUPS, *(word for one in SETTINGS.values() for word in (one.label, one.effect))]:
        with override("ko"):
            assert any("가" <= letter <= "힣" for letter in str(words)), words


@pytest.mark.parametrize(
    ("language", "minutes", "limit", "kept"), [("en", "minutes", "won", "months"), ("ko", "분", "원", "개월")]
)
def test_what_a_setting_is_counted_in_stands_beside_it(language, minutes, limit, kept):
    with override(language):
        units = {row.name: row.unit for group in grouped_settings(DEFAULTS) for row in group.rows}
        assert (units["minutes_per_case"], units["four_eyes_limit_minor"]) == (minutes, limit)
        assert (units["evidence_months"], units["novelty_share"], units["currency"]) == (kept, "%", "")
        abroad = {row.name: row.unit for row in shown_settings(IN_POUNDS)}
        assert abroad["four_eyes_limit_minor"] == "GBP"


def test_a_form_that_was_not_touched_changes_nothing():
    for held in (DEFAULTS, IN_POUNDS, replace(DEFAULTS, rule_budget=None, band_high=0.123456789)):
        with pytest.raises(SettingsNotValid):
            read_changes(typed_values(held), held)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "minutes_per_case": st.integers(1, 10_000),
            "rule_budget": st.none() | st.integers(1, 10_000),
            "four_eyes_limit_minor": st.integers(0, 10**12),
        },
    )
)
def test_what_is_typed_into_the_form_is_what_changes_and_nothing_else(wanted):
    changed = {name: value for name, value in wanted.items() if value != getattr(DEFAULTS, name)}
    typed = typed_values(DEFAULTS) | {
        name: "" if value is None else f"{value:,}" for name, value in wanted.items()
    }
    if not changed:
        with pytest.raises(SettingsNotValid):
            read_changes(typed, DEFAULTS)
    else:
        assert read_changes(typed, DEFAULTS) == changed


def test_costs_are_changed_together_and_amounts_follow_the_currency_typed_with_them():
    typed = {"costs.fn": "60", "costs.fp": "6", "costs.tp": "5"}
    assert read_changes(typed, DEFAULTS) == {"costs": {"fn": 60.0, "fp": 6.0}}
    typed = {"currency": "gbp", "four_eyes_limit_minor": "300.50"}
    assert read_changes(typed, DEFAULTS) == {"currency": "GBP", "four_eyes_limit_minor": 30_050}


def test_the_same_amount_in_other_digits_changes_nothing():
    with pytest.raises(SettingsNotValid):
        read_changes(typed_values(IN_POUNDS) | {"four_eyes_limit_minor": "500"}, IN_POUNDS)
    moved = read_changes({"currency": "USD", "four_eyes_limit_minor": "500.00"}, IN_POUNDS)
    assert moved["currency"] == "USD"  # the amount keeps its number


def test_amounts_of_a_form_that_comes_back_are_counted_in_the_currency_that_was_typed():
    with override("en"):
        assert currency_typed({"currency": "usd "}, DEFAULTS) == "USD"
        assert currency_typed({"currency": "dollars"}, DEFAULTS) == "KRW"
        rows = {
            row.name: row for group in grouped_settings(DEFAULTS, typed_currency="USD") for row in group.rows
        }
        row = rows["four_eyes_limit_minor"]
        assert (row.unit, row.value) == ("USD", "KRW 500,000")  # what holds stays in what it holds in


@pytest.mark.parametrize("name", ["novelty_share", "fixed_threshold", "band_high"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_refused_percentage_is_refused_in_percent(name, language):
    with override(language), pytest.raises(SettingsNotValid) as refused:
        check_settings(replace(DEFAULTS, **{name: 1.5}))
    assert "100" in refused.value.problems[name]


def test_every_field_that_cannot_be_read_is_named_at_once():
    with pytest.raises(SettingsNotValid) as refused:
        read_changes({"minutes_per_case": "2.5", "novelty_share": "much", "person_budget": "5"}, DEFAULTS)
    assert set(refused.value.problems) == {"minutes_per_case", "novelty_share"}


def test_values_are_words_amounts_and_percentages():
    found = shown()
    assert found["four_eyes_limit_minor"] == "KRW 500,000"
    assert shown(language="ko")["four_eyes_limit_minor"] == "500,000원"
    assert shown(IN_POUNDS)["four_eyes_limit_minor"] == "GBP 500.00"
    assert (found["novelty_share"], found["costs.fn"]) == ("10 %", "100 points")
    assert found["threshold_policy"] == "By the cost matrix"
    assert shown(replace(DEFAULTS, rule_budget=None), "ko")["rule_budget"] == "제한 없음"
    assert (found["minutes_per_case"], shown(language="ko")["minutes_per_case"]) == ("20 minutes", "20분")
    assert shown(replace(DEFAULTS, minutes_per_case=1))["minutes_per_case"] == "1 minute"


@pytest.mark.parametrize(
    ("name", "typed", "change"),
    [
        ("four_eyes_limit_minor", "300,000", {"four_eyes_limit_minor": 300_000}),
        ("novelty_share", "20", {"novelty_share": 0.2}),
        ("novelty_share", "20 %", {"novelty_share": 0.2}),
        ("minutes_per_case", "1,200", {"minutes_per_case": 1200}),
        ("person_budget", " ", {"person_budget": None}),
        ("threshold_policy", "by F1", {"threshold_policy": "f1"}),
        ("threshold_policy", "fixed", {"threshold_policy": "fixed"}),
        ("target_on_time", "92.5 %", {"target_on_time": 0.925}),
        ("target_on_time", "", {"target_on_time": None}),
        ("target_days", "14", {"target_days": 14}),
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
        ("target_precision", "often"),
        ("target_days", "1.5"),
        ("costs.fn", "x"),
        ("threshold_policy", "guess"),
        ("nothing", "1"),
    ],
)
def test_what_is_not_of_its_kind_is_refused_at_its_setting(name, typed):
    with pytest.raises(SettingsNotValid) as refused:
        read_change(name, typed, DEFAULTS)
    assert set(refused.value.problems) == {name}


def test_it_is_said_from_when_a_change_holds():
    with override("en"):
        assert holds_from(["four_eyes_limit_minor"]) == "Limits of casework hold from now on."
        assert "next screening" in holds_from(["novelty_share"])
        assert "now on" not in holds_from(["novelty_share"])
        assert "next training" in holds_from(["label_delay_days"])
        assert holds_from(["target_days"]) == "Targets are shown on the overview from now on."
        assert holds_from(["currency"]).count(".") == 2
