"""A change of settings: only what was proposed, only on what was looked at, by two people."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from audit.models import AuditEvent
from fraud.company.changing import (
    SettingsStale,
    activate_settings,
    propose_settings,
    return_settings,
    settings_version,
)
from fraud.company.models import CompanySettings
from fraud.company.setting_reading import read_changes
from fraud.company.setting_words import shown_changes
from fraud.company.values import DEFAULTS, SettingsNotValid, current_settings
from tests.fraud.company.test_values import LEAD, RULES

pytestmark = pytest.mark.django_db


def proposed(**changes):
    return propose_settings(changes=changes, note="because it is better", by=RULES).number


def test_approving_one_proposal_does_not_put_back_what_another_has_changed():
    budget, limit = proposed(person_budget=5), proposed(four_eyes_limit_minor=300_000)
    activate_settings(number=limit, by=LEAD)
    activate_settings(number=budget, by=LEAD)
    held = current_settings()
    assert (held.person_budget, held.four_eyes_limit_minor) == (5, 300_000)
    last = AuditEvent.objects.filter(action="settings.changed").order_by("-seq")[0]
    assert (last.before, last.after) == ({"person_budget": 10}, {"number": budget, "person_budget": 5})


def test_a_proposal_that_changes_nothing_is_refused():
    with pytest.raises(SettingsNotValid) as refusal:
        proposed(person_budget=current_settings().person_budget)
    assert set(refusal.value.problems) == {"person_budget"}
    assert not CompanySettings.objects.exists()


def test_a_proposal_is_stale_once_its_own_setting_was_changed_by_another():
    first, second = proposed(person_budget=5), proposed(person_budget=7)
    activate_settings(number=first, by=LEAD)
    with pytest.raises(SettingsStale):
        activate_settings(number=second, by=LEAD)
    assert current_settings().person_budget == 5
    assert return_settings(number=second, by=LEAD, reason="stale").state == "returned"


@pytest.mark.parametrize("seen", [-1, 7])
def test_what_was_not_looked_at_is_neither_proposed_nor_activated(seen):
    number = proposed(person_budget=5)
    with pytest.raises(SettingsStale):
        activate_settings(number=number, by=LEAD, seen=seen)
    with pytest.raises(SettingsStale):
        propose_settings(changes={"person_budget": 6}, note="because it is better", by=RULES, seen=seen)
    activate_settings(number=number, by=LEAD, seen=0)
    assert settings_version() == number


def test_an_amount_proposed_in_another_currency_is_stale():
    limit, currency = proposed(four_eyes_limit_minor=300_000), proposed(currency="JPY")
    activate_settings(number=currency, by=LEAD)
    with pytest.raises(SettingsStale):
        activate_settings(number=limit, by=LEAD)


def test_with_another_currency_the_limit_stays_the_number_people_read():
    activate_settings(number=proposed(currency="USD"), by=LEAD)
    assert current_settings().four_eyes_limit_minor == DEFAULTS.four_eyes_limit_minor * 100


def test_one_cost_proposed_leaves_the_others_as_they_hold():
    activate_settings(number=proposed(costs={"fn": 60}), by=LEAD)
    activate_settings(number=proposed(costs={"fp": 7}), by=LEAD)
    costs = current_settings().costs
    assert (costs.tp, costs.fp, costs.fn, costs.tn) == (5, 7, 60, 0)


def test_a_proposal_that_no_longer_fits_what_holds_is_refused_and_waits():
    novelty, control = proposed(novelty_share=0.6), proposed(control_sample_share=0.5)
    activate_settings(number=novelty, by=LEAD)
    with pytest.raises(SettingsNotValid):
        activate_settings(number=control, by=LEAD)
    assert CompanySettings.objects.get(number=control).state == "proposed"


@pytest.mark.parametrize(
    "changes",
    [
        {"four_eyes_limit_minor": 500_000.55},
        {"minutes_per_case": 2.5},
        {"minimum_confirmed": True},
        {"control_sample_number": 1.5},
        {"currency": "WON"},
        {"currency": 5},
        {"novelty_share": float("nan")},
        {"costs": {"fn": "100"}},
    ],
)
def test_a_value_that_is_not_of_its_kind_is_refused(changes):
    with pytest.raises(SettingsNotValid) as refused:
        propose_settings(changes=changes, note="because it is better", by=RULES)
    assert set(refused.value.problems) == set(changes)


@pytest.mark.parametrize(
    ("held", "limit", "currency", "before", "after"),
    [
        ("KRW", 500_000, "PLN", "KRW 500,000", "PLN 500,000.00"),
        ("PLN", 50_050, "KRW", "PLN 500.50", "KRW 500"),
        ("KRW", 500_000, "JPY", "KRW 500,000", "JPY 500,000"),
    ],
)
def test_with_another_currency_an_amount_is_shown_in_its_own_before_and_after(
    held, limit, currency, before, after
):
    if held != "KRW":
        activate_settings(number=proposed(currency=held, four_eyes_limit_minor=limit), by=LEAD)
    row = CompanySettings.objects.get(number=proposed(currency=currency))
    for _once in range(2):  # as it waits, and later in the history
        with override("en"):
            rows = {each.name: each for each in shown_changes(row, current_settings().currency)}
        limit_row = rows["four_eyes_limit_minor"]
        assert (limit_row.before, limit_row.value) == (before, after)
        assert "not converted" in str(limit_row.label)
        if row.state == "proposed":
            row = activate_settings(number=row.number, by=LEAD)


def test_an_amount_given_with_the_new_currency_is_no_number_kept():
    row = CompanySettings.objects.get(number=proposed(currency="PLN", four_eyes_limit_minor=150_000))
    with override("en"):
        rows = {each.name: each for each in shown_changes(row, "KRW")}
        limit = rows["four_eyes_limit_minor"]
        assert (str(limit.label), limit.before, limit.value) == (
            "Four eyes above",
            "KRW 500,000",
            "PLN 1,500.00",
        )


@pytest.mark.parametrize("typed", ["-1", "0", "601"])
def test_how_long_things_are_kept_says_from_where_to_where(typed):
    with pytest.raises(SettingsNotValid) as refusal, override("en"):
        propose_settings(
            changes=read_changes({"evidence_months": typed}, current_settings()), note="because", by=RULES
        )
    with override("en"):
        assert "from 1 to 600" in str(refusal.value.problems["evidence_months"])
