"""Counts are remembered, and true all the same: after every step for whoever took it and for everybody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import Q
from django.test import Client

from audit.actor import Actor
from audit.registry import action_for
from cases.models import Case, HeldBack
from cases.pages import approvals
from cases.pages import queue as queue_pages
from cases.pages.approvals import QUIET, waiting_count, waiting_for
from cases.pages.held_back import held_back_count
from cases.pages.queue import queue_page, queue_views, view_counts
from cases.pages.queue_reading import QueueFilters
from cases.services import by_hand, decisions, explanation_requests, notes, queue
from cases.services.company import company_today
from tests.cases.stage import REASON, Stage, fresh
from tests.cast import make_claim, make_run

pytestmark = pytest.mark.django_db
ALL = QueueFilters(Q())


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def told(by: Actor) -> dict[str, int]:
    views = [view for view in queue_views(by, company_today()) if view.has_count]
    return view_counts(views, ALL, by)


def listed(by: Actor) -> dict[str, int]:
    """How long each list is, row by row."""
    views = [view for view in queue_views(by, company_today()) if view.has_count]
    return {view.code: len(queue_page(view, ALL, by, cursor="").rows) for view in views}


def take(stage: Stage, case: Case) -> None:
    queue.take_case(case=case, by=stage.actor("reviewer"), expected_version=case.version)


def ask(stage: Stage, case: Case) -> None:
    explanation_requests.request_explanation(
        case=case, by=stage.actor("reviewer"), expected_version=case.version
    )


def set_aside(stage: Stage, case: Case) -> None:
    until = company_today() + timedelta(days=3)
    queue.snooze_case(
        case=case,
        until=until,
        reason="기다립니다.",
        by=stage.actor("reviewer"),
        expected_version=case.version,
    )


def close(stage: Stage, case: Case) -> None:
    decisions.close_legitimate(
        case=case, disposition_reason="business_purpose", reason="정상 사용으로 확인했습니다.",
        by=stage.actor("reviewer"), expected_version=case.version,
    )  # fmt: skip


def test_every_count_of_the_queue_is_true_after_every_step_for_both_people(stage: Stage) -> None:
    people = [stage.actor("reviewer"), stage.actor("other_reviewer")]
    asked, aside, closed = (stage.case() for _ in range(3))
    steps: list[tuple[Callable[[Stage, Case], None], Case]] = [
        (take, asked), (ask, asked), (take, aside), (set_aside, aside), (take, closed), (close, closed),
    ]  # fmt: skip
    for step, case in steps:
        assert [told(by) for by in people] == [listed(by) for by in people]  # and now it is remembered
        step(stage, fresh(case))
        assert [told(by) for by in people] == [listed(by) for by in people], step.__name__
    assert (told(people[1])["asked"], told(people[1])["snoozed"]) == (1, 1)


def test_counts_are_not_taken_again_while_nobody_does_anything(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.asked()
    by, counted = stage.actor("other_reviewer"), []
    count = queue_pages._counts_of
    monkeypatch.setattr(
        queue_pages, "_counts_of", lambda lists, by: counted.append(len(lists)) or count(lists, by)
    )
    for _ in range(3):
        told(by)
    stage.taken()
    told(by)
    everything, own, again, anew = counted
    assert own == again < everything == anew


def test_what_is_held_back_is_counted_as_it_is_listed_after_somebody_opens_it(stage: Stage) -> None:
    run, claim = make_run(), make_claim(cardholder=stage.cast.stranger_record)
    HeldBack.objects.create(
        claim=claim, run=run, last_run=run, expected_loss_minor=1_000, why="capacity", pattern="model", since="2026-11-20T00:00Z",
    )  # fmt: skip
    people = [stage.actor("reviewer"), stage.actor("other_reviewer")]
    assert [held_back_count(by) for by in people] == [1, 1]
    open_it(stage, claim)
    waiting = HeldBack.objects.filter(resolved_at=None).count()
    assert [held_back_count(by) for by in people] == [waiting, waiting] == [0, 0]


def open_it(stage: Stage, claim: Any) -> None:
    by_hand.record_tip(claim=claim, text="제보 내용입니다.", by=stage.actor("reviewer"))


def test_the_badge_of_approvals_is_the_length_of_the_inbox_after_every_step(
    stage: Stage, client: Client
) -> None:
    first, second = stage.actor("approver"), stage.actor("other_approver")
    assert (waiting_count(first), waiting_count(second)) == (0, 0)
    case = stage.proposed()
    assert (waiting_count(first), waiting_count(second)) == (1, 1)
    other = stage.proposed()
    client.force_login(stage.cast.approver)
    page = client.get("/approvals/", headers={"accept-language": "en"})
    badge = re.search(r'href="/approvals/"[^>]*>.*?(\d+)\s*<', page.content.decode(), re.DOTALL)
    assert badge is not None
    assert int(badge[1]) == page.context["n"] == len(page.context["rows"]) == 2
    decisions.return_decision(
        case=other, reason=REASON, by=second, expected_version=other.version
    )  # fmt: skip
    assert (waiting_count(first), waiting_count(second)) == (1, 1) == (len(waiting_for(first)),) * 2
    decisions.approve_decision(
        case=case, by=first, expected_version=case.version,
        content_hash=case.decisions.get(state="proposed").content_hash,
    )  # fmt: skip
    assert (waiting_count(first), waiting_count(second)) == (0, 0)


def test_the_inbox_is_not_read_again_for_what_cannot_change_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, looked = stage.actor("approver"), []
    read = approvals.waiting_for
    monkeypatch.setattr(approvals, "waiting_for", lambda by: looked.append(by) or read(by))
    stage.proposed()
    assert waiting_count(by) == 1
    case = stage.taken()
    notes.add_note(case=case, text="메모입니다.", by=stage.actor("reviewer"), expected_version=case.version)
    assert (waiting_count(by), len(looked)) == (1, 1)
    stage.proposed()
    assert (waiting_count(by), len(looked)) == (2, 2)
    stage.go_on(seconds=61)
    assert (waiting_count(by), len(looked)) == (2, 3)  # a minute at most


@pytest.mark.parametrize("action", sorted(QUIET))
def test_what_is_quiet_is_an_action_there_is(action: str) -> None:
    assert action_for(action).code == action
