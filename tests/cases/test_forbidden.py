"""Every forbidden thing × every role × page and interface: the same refusal in the same words, and a record where it matters (ASVS 5: 8.2.2, 8.2.3, 15.3.1).

Who may do what is written here a second time, by hand, from the table of duties.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import find_faults
from cases.models import Case
from cases.services import errors
from cases.workflow import State
from fraud.claims.models import User
from tests.cases.api.conftest import Caller, call
from tests.cases.stage import LEGITIMATE, REASON, Stage, fresh, frozen, settings_with
from tests.cast import Cast, make_person

__all__ = ["call"]
Call = Callable[[str], Caller]
SURFACES = ["page", "interface"]
NOBODY_ELSE = "맡은 역할에 이 작업이 포함되어 있지 않으며, 변경된 것은 없습니다. 이 작업을 하는 역할: "
SKIPPED = "‘{state}’ 상태인 건에서는 할 수 없습니다. 지금 "
STALE, OWN_PROPOSAL = errors.StaleCase, errors.OwnProposal


@dataclass(frozen=True)
class Step:
    """A step of the staff: its name, from which state, whose it is and what is sent, on the page and in the interface alike."""

    name: str
    state: State
    roles: frozenset[str]
    sent: dict[str, Any] = field(default_factory=dict)
    prefix: tuple[str, str] = ("cases", "cases")


BOTH, APPROVERS, CLERKS = frozenset({"reviewer", "approver"}), frozenset({"approver"}), frozenset({"clerk"})
WHOSE = {BOTH: {"검토자", "승인자"}, APPROVERS: {"승인자"}, CLERKS: {"환수 담당"}}
#: How the states of SKIPPED_STEPS are called.
CALLED = {
    State.CLOSED: "종결",
    State.NOTIFIED: "처분 통보",
    State.PENDING_APPROVAL: "결재 대기",
    State.EXPLAINED: "소명 접수",
    State.IN_REVIEW: "검토 중",
}
CLOSE = {"disposition_reason": "cancelled", "reason": LEGITIMATE}
PROPOSE = {"disposition": "policy_breach", "reason": REASON}
LEDGER = ("recovery", "recoveries")
POSTING = {"method": "bank_transfer", "received_on": "2026-11-20", "bank_reference": "B-1"}
# fmt: off
STEPS = [
    Step("take", State.NEW, BOTH),
    Step("assign", State.NEW, APPROVERS, {"assignee": "seojun.yoon"}),
    Step("notes", State.IN_REVIEW, BOTH, {"text": "메모입니다"}),
    Step("snooze", State.IN_REVIEW, BOTH, {"until": "2026-12-01", "reason": "출장"}),
    Step("request-explanation", State.IN_REVIEW, BOTH),
    Step("close", State.IN_REVIEW, BOTH, CLOSE),
    Step("propose", State.EXPLAINED, BOTH, PROPOSE),
    Step("approve", State.PENDING_APPROVAL, APPROVERS, {"content_hash": "0" * 64}),
    Step("return", State.PENDING_APPROVAL, APPROVERS, {"reason": REASON}),
    Step("decide-appeal", State.APPEALED, APPROVERS, {"result": "upheld", "reason": REASON}),
    Step("propose-part", State.EXPLAINED, BOTH),
    Step("split", State.IN_REVIEW, BOTH, {"claims": ["X-1"], "reason": "다른 건"}),
    Step("detach", State.IN_REVIEW, BOTH, {"claim": "X-1", "goes": "dropped", "reason": "무관"}),
    Step("check", State.IN_REVIEW, BOTH, {"step": "receipt", "mark": "done"}),
    Step("reopen", State.CLOSED, APPROVERS, {"reason": REASON}),
    Step("postings", State.RECOVERING, CLERKS, {"amount": "1000", "currency": "KRW", **POSTING}, LEDGER),
    Step("request-write-off", State.RECOVERING, CLERKS, {"reason": REASON}, LEDGER),
    Step("approve-write-off", State.RECOVERING, APPROVERS, {"amount": "84000"}, LEDGER),
]
# fmt: on
PEOPLE = [
    "reviewer",
    "approver",
    "clerk",
    "rule_admin",
    "model_owner",
    "auditor",
    "system_admin",
    "stranger",
    "manager",
]


@pytest.fixture(scope="module")
def cases(people: Cast, django_db_blocker: Any) -> dict[State, Case]:
    """A case in every state but for NO_RESPONSE, to which time brings all of them; made once: each test leaves it as it was."""
    settings = settings_with(four_eyes_limit_minor=0)
    with django_db_blocker.unblock(), frozen() as clock, pytest.MonkeyPatch.context() as patch:
        patch.setattr("cases.services.drafting.current_settings", lambda: settings)
        stage = Stage(deepcopy(people), clock)
        return {state: stage.case_in(state) for state in State if state != State.NO_RESPONSE}


def sends(
    stage: Stage, call: Call, who: str, surface: str, case: Case, step: Step, version: int
) -> tuple[int, str]:
    """(status, everything the answer says) of one attempt."""
    if surface == "interface":
        path = f"{step.prefix[1]}/{case.reference}/{step.name}/"
        answer = call(who).send(path, step.sent, version=version)
        return answer.status_code, answer.json().get("detail", "")
    client = Client()
    client.force_login(getattr(stage.cast, who))
    middle = "do/" if step.prefix[0] == "cases" else ""
    path = f"/{step.prefix[0]}/{case.reference}/{middle}{step.name}/"
    answer = client.post(path, {"version": version, **step.sent})
    return answer.status_code, html.unescape(answer.content.decode())


def without_tokens(text: str) -> str:
    """The answer without what differs from one request to the next."""
    return re.sub(r"csrf[^>]*>|X-CSRFToken[^}]*}|C-\d{4}-\d{6}", "", text)


def says(error: type[errors.CaseworkError]) -> str:
    with translation.override("ko"):
        return str(error.text)


def refusals(code: str) -> list[str]:
    return [e.actor for e in AuditEvent.objects.filter(action="access.refused") if e.after["code"] == code]


def involve(stage: Stage, who: str, *, superuser: bool = False) -> User:
    """The person uses the card of the case themselves."""
    stage.cast.cardholder.employee_no = ""
    stage.cast.cardholder.save()
    person: User = getattr(stage.cast, who)
    person.employee_no, person.is_superuser, person.is_staff = "E2001", superuser, superuser
    person.save()
    return person


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    ("step", "who"),
    [
        pytest.param(step, who, id=f"{step.name}-{who}")
        for step in STEPS
        for who in PEOPLE
        if who not in step.roles
    ],
)
def test_a_step_that_is_not_the_role_s_is_refused(
    stage: Stage, call: Call, cases: dict[State, Case], step: Step, who: str, surface: str
) -> None:
    case = fresh(cases[step.state])
    status, text = sends(stage, call, who, surface, case, step, case.version)
    assert status == 403
    _, found, whose = text.partition(NOBODY_ELSE)
    assert found
    # The page of a case or recovery that they do not see names all who see it.
    named = set(whose.partition(".")[0].split(", "))
    assert named == WHOSE[step.roles] or (surface == "page" and named > WHOSE[step.roles])
    assert fresh(case).version == case.version


@pytest.mark.parametrize("superuser", [False, True], ids=["", "superuser"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_ones_own_case_is_as_good_as_absent_and_the_attempt_is_kept(
    stage: Stage, call: Call, cases: dict[State, Case], step: Step, surface: str, superuser: bool
) -> None:
    for who in sorted(step.roles):
        case = fresh(cases[step.state])
        person = involve(stage, who, superuser=superuser)
        status, text = sends(stage, call, who, surface, case, step, case.version)
        absent = sends(stage, call, who, surface, Case(reference="C-2099-000001"), step, case.version)
        assert (status, without_tokens(text)) == (404, without_tokens(absent[1]))
        assert case.cardholder.name not in text
        assert fresh(case).version == case.version
        assert refusals("own_case") == [person.username]
        person.employee_no = "E1003"
        person.save()
        stage.cast.cardholder.employee_no = "E2001"
        stage.cast.cardholder.save()
        if len(step.roles) > 1:
            break  # one of them is enough: the next would meet the first one's record
    assert find_faults() == []


@pytest.mark.parametrize("surface", SURFACES)
def test_ones_own_proposal_is_refused_in_the_same_words_and_kept(
    stage: Stage, call: Call, surface: str
) -> None:
    case = stage.proposed(by="approver")
    sent = {"content_hash": case.decisions.get().content_hash}
    step = Step("approve", State.PENDING_APPROVAL, APPROVERS, sent)
    status, text = sends(stage, call, "approver", surface, case, step, case.version)
    assert (status, says(OWN_PROPOSAL) in text) == (403, True)
    assert refusals("own_proposal") == [stage.cast.approver.username]
    assert fresh(case).state == State.PENDING_APPROVAL


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("step", [step for step in STEPS if step.name != "notes"], ids=lambda step: step.name)
def test_a_stale_page_is_refused_in_the_same_words(
    stage: Stage, call: Call, cases: dict[State, Case], step: Step, surface: str
) -> None:
    who = min(step.roles - {"approver"} or step.roles)
    who = "other_approver" if step.name == "decide-appeal" else who
    case = fresh(cases[step.state])
    status, text = sends(stage, call, who, surface, case, step, case.version - 1)
    assert (status, says(STALE) in text) == (409, True), text[-400:]
    assert (fresh(case).version, fresh(case).state) == (case.version, step.state)


@pytest.mark.parametrize("version", ["", "x", "-1", "９", "1" * 40, None])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_missing_or_garbled_version_is_refused_like_a_stale_one(
    stage: Stage, cases: dict[State, Case], step: Step, version: str | None
) -> None:
    case = fresh(cases[step.state])
    who = "other_approver" if "approver" in step.roles else min(step.roles)
    client = Client()
    client.force_login(getattr(stage.cast, who))
    middle = "do/" if step.prefix[0] == "cases" else ""
    sent = {**step.sent, **({} if version is None else {"version": version})}
    answer = client.post(f"/{step.prefix[0]}/{case.reference}/{middle}{step.name}/", sent)
    assert answer.status_code == 409, answer.content.decode()[-300:]
    assert fresh(case).version == case.version


#: (step, a state it cannot be taken from)
# fmt: off
SKIPPED_STEPS = [
    ("take", State.CLOSED), ("request-explanation", State.NOTIFIED), ("close", State.NOTIFIED), ("propose", State.PENDING_APPROVAL),
    ("approve", State.EXPLAINED), ("return", State.IN_REVIEW), ("decide-appeal", State.NOTIFIED), ("reopen", State.IN_REVIEW),
    ("snooze", State.CLOSED), ("assign", State.CLOSED),
]
# fmt: on


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(("name", "state"), SKIPPED_STEPS)
def test_a_skipped_step_is_refused_in_the_same_words(
    stage: Stage, call: Call, cases: dict[State, Case], name: str, state: State, surface: str
) -> None:
    step = next(step for step in STEPS if step.name == name)
    case = fresh(cases[state])
    who = min(step.roles - {"approver"} or {"other_approver"})
    status, text = sends(stage, call, who, surface, case, step, case.version)
    assert (status, SKIPPED.format(state=CALLED[state]) in text) == (409, True), text[-400:]
    assert (fresh(case).version, fresh(case).state) == (case.version, state)


@pytest.mark.parametrize("surface", SURFACES)
def test_deciding_against_somebody_unheard_is_refused(stage: Stage, call: Call, surface: str) -> None:
    case = stage.taken()
    step = next(step for step in STEPS if step.name == "propose")
    status, text = sends(stage, call, "reviewer", surface, case, step, case.version)
    assert (status, says(errors.NotHeard) in text) == (409, True)


MINE = [
    ("answer", {"text": "제가 답합니다"}),
    ("accept", {}),
    ("appeal", {"text": "이의가 있습니다. 자료를 첨부합니다."}),
]


@pytest.mark.parametrize("who", ["reviewer", "approver", "clerk", "auditor", "system_admin", "stranger"])
@pytest.mark.parametrize(("name", "body"), MINE)
def test_somebody_else_s_request_is_as_good_as_absent(
    stage: Stage, call: Call, cases: dict[State, Case], who: str, name: str, body: dict[str, Any]
) -> None:
    """Roles without requests of their own are told so; people with their own cannot tell a foreign one from none."""
    case = fresh(cases[State.AWAITING_EXPLANATION if name == "answer" else State.NOTIFIED])
    before = fresh(case).version
    client = Client()
    client.force_login(getattr(stage.cast, who))
    pages = [client.post(f"/my/{ref}/{name}/", body) for ref in (case.reference, "C-2099-000001")]
    what = case.requests.get().reference if name == "answer" else case.reference
    prefix = "requests" if name == "answer" else "notices"
    absent = "R-2099-000001" if name == "answer" else "C-2099-000001"
    answers = [call(who).send(f"my/{prefix}/{ref}/{name}/", body, version=before) for ref in (what, absent)]
    status = 404 if who == "stranger" else 403
    assert {answer.status_code for answer in (*pages, *answers)} == {status}
    assert answers[0].json() == answers[1].json()
    assert fresh(case).version == before
    if status == 404:
        assert what in str(list(AuditEvent.objects.filter(action="access.refused").values())) or refusals(
            "not_yours"
        )


def test_a_superuser_without_a_role_reaches_no_page_and_no_step(stage: Stage) -> None:
    person = make_person("root")
    person.is_superuser = person.is_staff = True
    person.save()
    client = Client()
    client.force_login(person)
    case = stage.case()
    for path in (
        "/queue/",
        f"/cases/{case.reference}/",
        "/recovery/",
        "/audit/",
        "/files/",
        "/rules/",
        "/detection/",
    ):
        assert client.get(path).status_code == 403, path
    assert client.post(f"/cases/{case.reference}/do/take/", {"version": 1}).status_code == 403
    assert fresh(case).version == 1
    assert client.get("/admin/").status_code == 404  # there is no such site


def test_every_role_was_tried() -> None:
    tried = {
        "reviewer",
        "approver",
        "recovery_clerk",
        "rule_admin",
        "model_owner",
        "auditor",
        "system_admin",
        "cardholder",
        "manager",
    }
    assert tried | {"data_client"} == {
        role.value for role in Role
    }  # the program: tests/fraud/api/test_data_client.py
