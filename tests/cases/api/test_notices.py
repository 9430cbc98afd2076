"""What staff are told, through the interface: reading, marking as read, and how they want it by mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cases.models import Case, Notice, NoticeChoice
from cases.services.notices import KINDS, keep_notice
from fraud.claims.models import User
from tests.cases.stage import Stage

pytestmark = pytest.mark.django_db


def tell_reviewer(stage: Stage, case: Case, n: int, *, user: User | None = None) -> list[Notice]:
    who = user or stage.cast.reviewer
    return [keep_notice(user=who, kind="assigned", key=f"test:{i}", case=case)[0] for i in range(n)]


def test_own_notices_come_in_words_of_the_reader_the_newest_first(stage: Stage, call: Callable) -> None:
    case = stage.taken()
    Notice.objects.all().delete()
    told = tell_reviewer(stage, case, 3)
    tell_reviewer(stage, case, 2, user=stage.cast.approver)
    seen, cursor = [], ""
    for _ in told:
        more = {"cursor": cursor} if cursor else {}
        page = call("reviewer").get("notices/", page_size=1, **more).json()
        seen += page["results"]
        cursor = page["next"]
    assert cursor is None
    assert [row["number"] for row in seen] == [row.pk for row in reversed(told)]
    assert {row["case"] for row in seen} == {case.reference}
    assert all(case.reference in row["text"] and row["read_at"] is None for row in seen)


def test_one_is_marked_as_read_then_the_rest_and_nobody_elses(stage: Stage, call: Callable) -> None:
    case = stage.taken()
    Notice.objects.all().delete()
    first, *rest = tell_reviewer(stage, case, 3)
    (other,) = tell_reviewer(stage, case, 1, user=stage.cast.approver)
    reviewer = call("reviewer")
    answer = reviewer.send(f"notices/{first.pk}/read/")
    assert (answer.status_code, answer.json()["number"]) == (200, first.pk)
    assert reviewer.send(f"notices/{first.pk}/read/").json()["read_at"] == answer.json()["read_at"]
    assert reviewer.send(f"notices/{other.pk}/read/").status_code == 404
    unread = reviewer.get("notices/", part="unread").json()["results"]
    assert {row["number"] for row in unread} == {row.pk for row in rest}
    before = {"until": first.created_at.isoformat()}
    assert reviewer.send("notices/read/", before).json() == {"n_read": 0}
    both = [reviewer.send("notices/read/", key="read-them-all").json() for _ in range(2)]
    assert both == [{"n_read": len(rest)}] * 2
    assert reviewer.get("notices/", part="unread").json()["results"] == []
    other.refresh_from_db()
    assert other.read_at is None


def test_how_one_is_told_is_read_chosen_and_refused(stage: Stage, call: Callable) -> None:
    reviewer = call("reviewer")
    kinds = {row["kind"]: row for row in reviewer.get("notices/choices/").json()["kinds"]}
    assert set(kinds) == {code for code, kind in KINDS.items() if "reviewer" in kind.roles}
    answer = reviewer.send(
        "notices/choices/", {"choices": [{"kind": "answer", "by_mail": "daily"}]}, method="put"
    )
    assert {row["kind"]: row["by_mail"] for row in answer.json()["kinds"]}["answer"] == "daily"
    assert NoticeChoice.objects.count() == 1
    for kind, how in (("approval", "daily"), ("answer", "never again")):
        body = {"choices": [{"kind": "late", "by_mail": "never"}, {"kind": kind, "by_mail": how[:8]}]}
        assert reviewer.send("notices/choices/", body, method="put").status_code == 422
    must_tell = {"choices": [{"kind": "escalated", "by_mail": "never"}]}
    assert call("approver").send("notices/choices/", must_tell, method="put").status_code == 422
    assert NoticeChoice.objects.count() == 1  # a refusal keeps nothing of the rest


@pytest.mark.parametrize("who", ["cardholder", "auditor", "system_admin"])
def test_who_is_told_nothing_has_no_notices(stage: Stage, call: Callable, who: str) -> None:
    for path in ("notices/", "notices/choices/"):
        assert call(who).get(path).status_code == 403
    assert call(who).send("notices/read/").status_code == 403
