"""A list far above what a count shows is not counted again until it could have come below; what stands beside the tab stays true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from audit import clock
from audit.actor import Actor
from audit.permissions import Role
from audit.services import actor_of
from cases.pages import long_lists
from cases.pages import queue as queue_pages
from cases.pages.queue import queue_views, view_counts
from cases.pages.queue_reading import QueueFilters
from cases.services.company import company_today
from cases.services.queue import take_case
from tests.cast import make_cardholder, make_case, make_person

pytestmark = pytest.mark.django_db
CAP, LEAST = 2, 4


@pytest.fixture(autouse=True)
def short_cap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(queue_pages, "COUNT_CAP", CAP)
    monkeypatch.setattr(long_lists, "_LEAST", LEAST)
    cache.clear()
    long_lists.forget_lengths()
    yield
    long_lists.forget_lengths()


@pytest.fixture
def reader() -> Actor:
    return actor_of(make_person("reader", Role.REVIEWER, employee_no="E7777"))


def count(by: Actor) -> int:
    views = [view for view in queue_views(by, company_today()) if view.code == "new"]
    return view_counts(views, QueueFilters(Q()), by)["new"]


def reads_cases(ask: Callable[[], int]) -> bool:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return any('FROM "cases_case"' in one["sql"] and "snoozed_until" in one["sql"] for one in asked)


def test_what_is_told_is_true_after_every_step_down_to_nothing(reader: Actor) -> None:
    cases = [make_case(cardholder=make_cardholder()) for _ in range(CAP + 2 * LEAST + 1)]
    for left in range(len(cases), 0, -1):
        assert count(reader) == min(left, CAP + 1), left
        take_case(case=cases[left - 1], by=reader, expected_version=cases[left - 1].version)
    assert count(reader) == 0


def test_a_long_list_is_not_read_again_and_a_shorter_one_is(reader: Actor) -> None:
    taken, *cases = [make_case(cardholder=make_cardholder()) for _ in range(CAP + LEAST + 2)]
    # The numbers of entries go on from there, wherever an earlier test has left them.
    take_case(case=taken, by=reader, expected_version=taken.version)
    assert reads_cases(lambda: count(reader))
    assert not reads_cases(lambda: count(reader))
    for case in cases[: LEAST // 2]:
        take_case(case=case, by=reader, expected_version=case.version)
        assert not reads_cases(lambda: count(reader))
    take_case(case=cases[-1], by=reader, expected_version=cases[-1].version)
    assert reads_cases(lambda: count(reader))


def test_nothing_is_long_for_more_than_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    long_lists.note_length("list", CAP + LEAST + 1, CAP, entry=10)
    assert long_lists.is_long("list", 10 + LEAST // 2)
    assert not long_lists.is_long("list", 11 + LEAST // 2)
    assert not long_lists.is_long("another", 10)
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not long_lists.is_long("list", 10)
