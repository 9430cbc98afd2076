"""What a case's page asks of the database: little in every state, and still everything there is to show."""

from __future__ import annotations

from typing import Any

import pytest

from audit.people import name_of
from cases.checklists import checklist_of
from cases.services.checking import checks_of
from cases.workflow import State
from tests.cases.stage import Stage, fresh

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", list(State))
def test_a_case_in_any_state_needs_25_queries_at_most(
    stage: Stage, client: Any, django_assert_max_num_queries: Any, state: State
):
    case = stage.case_in(state)
    for login in (stage.cast.reviewer, stage.cast.approver):
        client.force_login(login)
        client.get("/queue/")  # what is kept for a minute: the counts of the rail, the calendar
        with django_assert_max_num_queries(25):
            assert client.get(f"/cases/{case.reference}/").status_code == 200


def test_what_was_noted_ticked_tagged_and_linked_is_shown(stage: Stage, client: Any):
    case, other = stage.taken(), stage.case()
    for name, data in (
        ("notes", {"text": "영수증을 확인했다."}),
        ("check", {"step": checklist_of(case.pattern)[0], "mark": "done"}),
        ("tags", {"tags": "출장"}),
        ("link", {"other": other.reference, "reason": "같은 가맹점이다."}),
    ):
        case.refresh_from_db()
        client.force_login(stage.cast.reviewer)
        sent = client.post(f"/cases/{case.reference}/do/{name}/", data | {"version": case.version})
        assert sent.status_code == 302, (name, sent.content.decode()[-400:])
    page = client.get(f"/cases/{case.reference}/").content.decode()
    for words in ("영수증을 확인했다.", "#출장", other.reference, "같은 가맹점이다."):
        assert words in page
    assert checks_of(fresh(case), "ko")[0].by == name_of(stage.cast.reviewer)
