"""One step on many cases and one undo for all of them; where the queue leads next; tags, and where somebody starts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from cases.actions.casework import CASE_ACTIONS
from cases.models import Case, OutboxMessage, SavedView
from cases.pages.queue import next_to_do
from cases.services import bulk, queue, tagging
from cases.services.decisions import BulkItem
from cases.workflow import State
from fraud.claims.models import User
from fraud.web.commands import COMMANDS
from tests.cases.api.conftest import call
from tests.cases.stage import LEGITIMATE, Stage, fresh

__all__ = ["call"]
UNTIL = date(2026, 12, 7)
pytestmark = pytest.mark.django_db


def items(*cases: Case) -> list[BulkItem]:
    return [BulkItem(fresh(case), fresh(case).version) for case in cases]


def states(*cases: Case) -> list[str]:
    return [fresh(case).state for case in cases]


def test_many_are_asked_set_aside_and_taken_back_at_once(stage: Stage) -> None:
    by = stage.actor("reviewer")
    new, taken = stage.case(), stage.taken()
    done = bulk.bulk_ask(items=items(new, taken), by=by)
    assert [one.result for one in done] == ["done", "done"]
    assert states(new, taken) == [State.AWAITING_EXPLANATION] * 2
    bulk.bulk_undo(items=items(new, taken), by=by)
    assert states(new, taken) == [State.NEW, State.IN_REVIEW]
    assert fresh(new).assignee is None
    bulk.bulk_snooze(items=items(new, taken), until=UNTIL, reason="출장", by=by)
    assert [fresh(case).snoozed_until for case in (new, taken)] == [UNTIL, UNTIL]
    stage.go_on(seconds=11)
    late = bulk.bulk_undo(items=items(new, taken), by=by)
    assert {one.code for one in late} == {"nothing_to_undo"}


def test_what_is_refused_is_named_and_the_others_go_on(stage: Stage) -> None:
    mine, theirs, old = stage.taken(), stage.case(), stage.taken()
    queue.take_case(case=theirs, by=stage.actor("other_reviewer"), expected_version=1)
    chosen = [*items(mine, theirs), BulkItem(old, old.version - 1)]
    outcomes = bulk.bulk_snooze(items=chosen, until=UNTIL, reason="출장", by=stage.actor("reviewer"))
    assert [(one.result, one.code) for one in outcomes] == [
        ("done", ""),
        ("refused", "not_assigned"),
        ("refused", "stale_case"),
    ]


def without_address(stage: Stage) -> None:
    """Nobody knows any more where mail to the cardholder goes."""
    stage.cast.cardholder_record.email = ""
    stage.cast.cardholder_record.save()
    User.objects.filter(pk=stage.cast.cardholder.pk).update(email="")


@pytest.mark.parametrize("way", ["page", "interface"])
def test_who_cannot_be_reached_is_asked_alone_only_by_somebody_who_was_told_so(
    stage: Stage, way: str
) -> None:
    case = stage.taken()
    client, program = Client(), APIClient()
    client.force_login(stage.cast.reviewer)
    program.force_login(stage.cast.reviewer)
    place = f"/api/v1/cases/{case.reference}"
    form = client.get(f"/cases/{case.reference}/request-text/").content.decode()
    assert "without_address" not in form
    without_address(stage)
    page = f"/cases/{case.reference}/do/request-explanation/"
    refused = client.post(page, {"version": case.version})
    assert (refused.status_code, "김도현" in refused.content.decode()) == (422, True)
    headers = {"If-Match": f'"{case.version}"'}
    told = program.post(f"{place}/request-explanation/", {}, format="json", headers=headers)
    assert (told.status_code, told.json()["code"]) == (422, "not_reachable")
    assert "김도현" in told.json()["detail"]
    assert (fresh(case).state, case.requests.count()) == ("in_review", 0)
    assert program.get(f"{place}/request-text/").json()["has_address"] is False
    form = client.get(f"/cases/{case.reference}/request-text/").content.decode()
    assert '<input type="hidden" name="without_address" value="on">' in form
    if way == "page":
        sent = client.post(page, {"version": case.version, "without_address": "on"})
    else:
        body = {"without_address": True}
        sent = program.post(f"{place}/request-explanation/", body, format="json", headers=headers)
    assert sent.status_code == {"page": 302, "interface": 200}[way], sent.content
    assert (fresh(case).state, case.requests.count()) == ("awaiting_explanation", 1)


def test_who_cannot_be_reached_by_mail_is_named_and_not_asked_among_many(stage: Stage) -> None:
    case, other = stage.case(), stage.case(cardholder=stage.cast.stranger_record)
    without_address(stage)
    outcomes = {
        one.reference: one
        for one in bulk.bulk_ask(
            items=[BulkItem(one, one.version) for one in (case, other)], by=stage.actor("reviewer")
        )
    }
    refused = outcomes[case.reference]
    assert (refused.result, refused.code, outcomes[other.reference].result) == (
        "refused",
        "not_reachable",
        "done",
    )
    assert "김도현" in refused.sentence
    assert (fresh(case).state, case.requests.count()) == ("new", 0)


def test_assigning_many_can_be_taken_back_before_anybody_is_told(stage: Stage) -> None:
    by, cases = stage.actor("approver"), [stage.case(), stage.case()]
    bulk.bulk_assign(items=items(*cases), to=stage.cast.other_reviewer, by=by)
    assert {fresh(case).assignee for case in cases} == {stage.cast.other_reviewer}
    bulk.bulk_undo(items=items(*cases), by=by)
    assert states(*cases) == [State.NEW, State.NEW]
    waiting = OutboxMessage.objects.filter(key__startswith="case.assigned:", state="waiting")
    assert not waiting.exists()


def test_page_and_interface_do_the_same_to_many(stage: Stage, client: Any, call: Any) -> None:
    first, second = stage.taken(), stage.taken()
    client.force_login(stage.cast.reviewer)
    chosen = [f"{case.reference}@{case.version}" for case in (first, second)]
    sent = {"case": chosen, "until": UNTIL.isoformat(), "snooze_reason": "출장"}
    assert client.post("/queue/do/snooze/", sent).status_code == 302
    page = client.get("/queue/?view=open").content.decode()
    assert "/queue/undo/" in page
    back = [f"{case.reference}@{fresh(case).version}" for case in (first, second)]
    assert client.post("/queue/undo/", {"case": back}).status_code == 302
    assert [fresh(case).snoozed_until for case in (first, second)] == [None, None]
    bad = client.post("/queue/do/snooze/", {"case": back, "until": "", "snooze_reason": "출장"})
    assert bad.status_code == 422
    rows = [{"reference": case.reference, "version": fresh(case).version} for case in (first, second)]
    answer = call("reviewer").send("cases/bulk-ask/", {"cases": rows})
    assert [row["result"] for row in answer.json()["results"]] == ["done", "done"]


def test_after_a_closing_step_the_next_case_is_open_with_the_undo_of_the_last(
    stage: Stage, client: Any
) -> None:
    first, second = stage.taken(priority=900), stage.taken(priority=800)
    third = stage.case(priority=700)
    assert next_to_do(stage.actor("reviewer"), first) == second
    assert next_to_do(stage.actor("reviewer"), fresh(third)) in (second, first)
    client.force_login(stage.cast.reviewer)
    sent = {"version": first.version, "disposition_reason": "cancelled", "reason": LEGITIMATE}
    answer = client.post(f"/cases/{first.reference}/do/close/", sent)
    assert answer.headers["Location"] == f"/cases/{second.reference}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert f"/cases/{first.reference}/undo/" in page
    assert f"/queue/following/?after={second.reference}" in page
    following = client.get("/queue/following/", {"after": second.reference})
    assert following.headers["Location"] == f"/cases/{third.reference}/"
    assert client.get("/queue/following/", {"after": "C-1"}).status_code == 302


def test_next_walks_the_to_do_list_as_it_is_shown_and_passes_over_none_of_ones_own(
    stage: Stage, client: Any
) -> None:
    mine = [stage.taken(priority=priority) for priority in (100, 900)]
    free = [stage.case(priority=priority) for priority in (500, 950, 50)]
    client.force_login(stage.cast.reviewer)
    shown = [row.reference for row in client.get("/queue/?view=todo").context["page"].rows]
    assert shown[:2] == [case.reference for case in (mine[1], mine[0])]
    assert set(shown[2:]) == {case.reference for case in free}
    walked = [shown[0]]
    for _step in shown:
        following = client.get("/queue/following/", {"after": walked[-1]}).headers["Location"]
        walked.append(following.split("/")[2])
    assert walked == [*shown, shown[0]]
    # a case that nobody had, decided out of turn: then one's own, not the one below it
    low = fresh(free[0])
    by = stage.actor("reviewer")
    low = queue.take_case(case=low, by=by, expected_version=low.version)
    sent = {"version": low.version, "disposition_reason": "cancelled", "reason": LEGITIMATE}
    answer = client.post(f"/cases/{low.reference}/do/close/", sent)
    assert answer.headers["Location"] == f"/cases/{mine[1].reference}/"
    elsewhere = stage.asked(priority=999)
    assert next_to_do(by, fresh(elsewhere)) == mine[1]


def test_tags_find_a_case_and_the_row_counts_what_else_is_open(stage: Stage, client: Any) -> None:
    case, other = stage.case(), stage.case()
    tagging.set_tags(case=case, tags=["#출장"], by=stage.actor("reviewer"), expected_version=case.version)
    client.force_login(stage.cast.reviewer)
    page = client.get("/queue/?view=open&tag=출장").content.decode()
    assert case.reference in page
    assert f'id="{other.reference}"' not in page
    assert f"/cases/{case.reference}/near/" in page
    near = client.get(f"/cases/{case.reference}/near/").content.decode()
    assert other.reference in near


def test_everybody_starts_with_their_own_view(stage: Stage, client: Any) -> None:
    client.force_login(stage.cast.reviewer)
    client.post("/queue/views/", {"name": "late ones", "query": "view=late"})
    assert client.get("/queue/").status_code == 200
    client.post("/queue/views/", {"name": "late ones", "start": "1"})
    assert client.get("/queue/").headers["Location"] == "/queue/?view=late"
    client.post("/queue/views/", {"name": "late ones", "start": "1"})
    assert not SavedView.objects.filter(is_default=True).exists()


def test_every_key_of_a_button_is_one_command_of_the_table() -> None:
    keys = [command.key for command in COMMANDS]
    assert len(set(keys)) == len(keys)
    assert {row.key for row in CASE_ACTIONS.values() if row.key} <= set(keys)
