"""How far a run reads back for these rules, and by which keys claims are connected through windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fraud.detection.features import HISTORY_DAYS
from fraud.detection.screening.windows import Link, history_start, latest_reached, links_of
from rules.engine import RuleSpec
from rules.language import ParameterSpec, ParameterValue, parse

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def spec(text: str) -> RuleSpec:
    return RuleSpec("X", 1, parse(text))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("count(same cardholder within 366 days) > 1", HISTORY_DAYS),
        ("amount > 5 KRW", HISTORY_DAYS),
        ("count(same cardholder) > 1", None),
        ("since_last(same brn) < 1 day", None),
    ],
)
def test_a_window_without_a_length_has_everything_read(text: str, days: int | None) -> None:
    start = history_start(NOON, [spec(text)])
    assert start == (None if days is None else NOON - timedelta(days=days))


def test_only_windows_over_whole_periods_look_at_what_came_later() -> None:
    assert latest_reached(NOON, [spec("count(same cardholder, week) > 1")]) == NOON
    assert latest_reached(NOON, [spec("count(same cardholder, whole week) > 1")]) >= NOON + timedelta(days=6)


def test_keys_of_rules_connect_claims_and_covered_ones_are_left_out() -> None:
    span = ParameterSpec("span", "duration", (ParameterValue(86_400 * 40, date(2020, 1, 1)),))
    texts = (
        "count(same authorization within 2 days) > 1",
        "count(same cardholder, amount within 30 days) > 1",  # the cardholder's features reach further
        "count(same brn within $span) > 1",
        "count(same brn, purpose within 3 days) > 1",  # all of them share the business number
    )
    plain = set(links_of([], {}))
    found = set(links_of([spec(text) for text in texts], {"span": span}))
    assert found - plain == {
        Link(frozenset({"authorization_code"}), timedelta(days=2)),
        Link(frozenset({"merchant.brn"}), timedelta(days=40)),
    }
    assert plain <= found


def test_a_window_over_a_calendar_period_connects_claims_of_the_same_period_only() -> None:
    plain = set(links_of([], {}))
    [link] = set(links_of([spec("count(same authorization, whole day) > 1")], {})) - plain
    two_days = timedelta(days=2)
    assert link == Link(frozenset({"authorization_code"}), two_days, two_days, "day")
    assert Link(link.columns, two_days, two_days).covers(link)
    assert not link.covers(Link(link.columns, two_days, two_days))
    assert not link.covers(Link(link.columns, two_days, two_days, "week"))
