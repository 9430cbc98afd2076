"""The checklist of a case: of its pattern, ticked and skipped by name and time, kept in its chain."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import AuditEvent
from cases import checklists
from cases.services import checking, errors
from rules.starter import STARTER_RULES
from tests.cases.api.conftest import call
from tests.cases.stage import Stage, fresh

__all__ = ["call"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "pattern", [*(rule.code for rule in STARTER_RULES), "novelty", "model", "tip", "control_sample", "X9"]
)
def test_every_pattern_has_three_to_six_steps_in_both_languages(pattern: str) -> None:
    steps = checklists.checklist_of(pattern)
    assert 3 <= len(set(steps)) == len(steps) <= 6
    for code in steps:
        assert all(checklists.STEPS[code])
        assert checking.text_of(code, "ko") != checking.text_of(code, "en")


def test_a_rule_s_own_list_goes_before_that_of_its_group() -> None:
    assert checklists.checklist_of("A04B") == checklists.checklist_of("A04")
    assert checklists.checklist_of("A04") != checklists.checklist_of("A09") == checklists.checklist_of("A05")
    assert checklists.checklist_of("audit") == checklists.GENERAL


def mark(stage: Stage, case: Any, step: str, result: str, word: str = "", by: str = "reviewer") -> Any:
    return checking.mark_check(
        case=case, step=step, result=result, word=word, by=stage.actor(by), expected_version=case.version
    )


def test_a_step_is_ticked_skipped_with_a_word_and_opened_again(stage: Stage) -> None:
    case = stage.taken(pattern="A04")
    first, second = checklists.checklist_of("A04")[:2]
    case = mark(stage, case, first, "done")
    with pytest.raises(errors.ReasonTooShort):
        mark(stage, case, second, "skipped")
    case = mark(stage, case, second, "skipped", "영수증이 하나입니다")
    told = {one.code: one for one in checking.checks_of(case, "ko")}
    assert (told[first].result, told[first].at is None, bool(told[first].by)) == ("done", False, True)
    assert told[second].word == "영수증이 하나입니다"
    case = mark(stage, case, first, "open")
    assert checking.checks_of(case, "ko")[0].result == "open"
    events = AuditEvent.objects.filter(subject=f"case:{case.reference}", action__startswith="case.check")
    assert [event.action for event in events.order_by("seq")] == [
        "case.checked",
        "case.check_skipped",
        "case.check_opened",
    ]


def test_nobody_but_the_holder_ticks_and_no_other_step_than_the_list_s(stage: Stage) -> None:
    case = stage.taken(pattern="A04")
    with pytest.raises(errors.NotAssigned):
        mark(stage, case, "receipt", "done", by="other_reviewer")
    with pytest.raises(errors.ChoiceNotValid):
        mark(stage, case, "owner", "done")
    with pytest.raises(errors.StaleCase):
        checking.mark_check(
            case=case,
            step="limit_part",
            result="done",
            by=stage.actor("reviewer"),
            expected_version=case.version - 1,
        )


def test_page_and_interface_show_and_tick_the_same_list(stage: Stage, client: Any, call: Any) -> None:
    case = stage.taken(pattern="A04")
    client.force_login(stage.cast.reviewer)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert all(checking.text_of(code, "ko") in page for code in checklists.checklist_of("A04"))
    sent = {"version": case.version, "step": "limit_part", "mark": "done"}
    assert client.post(f"/cases/{case.reference}/do/check/", sent).status_code == 302
    answer = call("reviewer").send(
        f"cases/{case.reference}/check/",
        {"step": "colleagues", "mark": "skipped", "word": "혼자 결제"},
        version=fresh(case).version,
    )
    told = {one["code"]: one["mark"] for one in answer.json()["checklist"]}
    assert (told["limit_part"], told["colleagues"], told["side_by_side"]) == ("done", "skipped", "open")
    tagged = call("reviewer").send(
        f"cases/{case.reference}/tags/", {"tags": ["#출장", "VIP", "vip"]}, version=fresh(case).version
    )
    assert tagged.json()["tags"] == ["vip", "출장"]
