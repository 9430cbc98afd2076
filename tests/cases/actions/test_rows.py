"""One row an action: the page and the interface have the same addresses, fields and limits, and read the same values."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse

from audit.permissions import ACTIONS
from cases.actions.casework import CASE_ACTIONS
from cases.actions.person import PERSON_ACTIONS
from cases.actions.recovery import RECOVERY_ACTIONS
from cases.api.bodies import body_of
from cases.models import Appeal, ExplanationRequest
from cases.services.errors import ContentNotValid
from cases.workflow import State
from tests.cases.api.conftest import call
from tests.cases.stage import REASON, Stage, fresh

__all__ = ["call"]
ALL = {**CASE_ACTIONS, **RECOVERY_ACTIONS, **PERSON_ACTIONS}

#: What a person types into the fields of a page, and the same as a program sends it.
TYPED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "snooze": ({"until": " 2026-12-01 ", "reason": "출장"}, {"until": date(2026, 12, 1), "reason": "출장"}),
    "assign": ({"assignee": "seojun.yoon", "reason": ""}, {"assignee": "seojun.yoon"}),
    "request-explanation": (
        {"text": "", "questions": ["누구와?", "  ", "왜?"], "language": "ko"},
        {"questions": ["누구와?", "왜?"], "language": "ko"},
    ),
    "extend-deadline": ({"days": "3", "reason": "출장"}, {"days": 3, "reason": "출장"}),
    "propose": (
        {"disposition": "policy_breach", "reason": REASON, "amount": "84,000", "currency": "KRW"},
        {"disposition": "policy_breach", "reason": REASON, "amount": "84,000", "currency": "KRW"},
    ),
    "decide-appeal": (
        {"result": "reduced", "amount": "1000", "reason": REASON, "message": "줄였습니다."},
        {"result": "reduced", "amount": "1000", "reason": REASON, "message": "줄였습니다."},
    ),
    "plan": (
        {"part-due_on": ["2026-12-25", "", "2027-01-25"], "part-amount": ["42000", "", "42000"]},
        {
            "plan": [
                {"due_on": date(2026, 12, 25), "amount": "42000"},
                {"due_on": date(2027, 1, 25), "amount": "42000"},
            ]
        },
    ),
    "answer": (
        {"text": "개인 결제", "answer-1": "혼자", "answer-2": " ", "admits": "on", "offered": "5000"},
        {"text": "개인 결제", "answers": {"1": "혼자"}, "admits": True, "offered": "5000"},
    ),
    "consent": ({"monthly_amount": "1000", "agree": "on"}, {"monthly_amount": "1000", "agree": True}),
}


def form(values: dict[str, Any]) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, value in values.items():
        made.setlist(name, value if isinstance(value, list) else [value])
    return made


@pytest.mark.parametrize("name", TYPED)
def test_a_page_s_form_and_a_json_body_give_the_same_values(name: str) -> None:
    typed, sent = TYPED[name]
    body = body_of(ALL[name].form)(data=_plain(sent))
    assert body.is_valid(), body.errors
    assert ALL[name].form.read(form(typed)) == sent == _unordered(body.validated_data)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unordered(one) for key, one in value.items()}
    return [_unordered(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ALL)
def test_every_row_has_one_address_on_the_pages_and_one_in_the_interface(name: str) -> None:
    assert ALL[name].permission in ACTIONS
    if name in CASE_ACTIONS:
        assert reverse("cases:act", args=["C-1", name]).endswith(f"/{name}/")
        assert reverse(f"cases-api:cases-{name}", args=["C-1"]).endswith(f"/{name}/")
    elif name in RECOVERY_ACTIONS:
        more = ["1"] if name in {"reverse", "confirm"} else []
        assert reverse(f"cases-api:recoveries-{name}", args=["C-1", *more]).endswith(f"/{name}/")


BAD = [
    (
        "snooze",
        "until",
        ["20261201", "2026-W49-2", "2026-02-30", "２０２６-12-01", "01.12.2026", "tomorrow", ""],
    ),
    ("extend-deadline", "days", ["０３", "+3", "-3", "3.0", "1e1", "0", "6", "00000000003", "9" * 400, ""]),
    ("propose", "disposition", ["", "nonsense", "POLICY_BREACH", "policy_breach "]),
    ("decide-appeal", "result", ["open", "", "Upheld"]),
    ("close", "reason", ["", "   ", "a" * 4001]),
    ("consent", "agree", ["yes", "1"]),
]


@pytest.mark.parametrize(("name", "field", "values"), BAD, ids=[f"{name}-{field}" for name, field, _ in BAD])
def test_what_a_field_does_not_take_is_refused_and_the_refusal_names_it(
    name: str, field: str, values: list[str]
) -> None:
    good = TYPED.get(name, ({"disposition_reason": "cancelled", "reason": REASON}, {}))[0]
    for value in values:
        with pytest.raises(ContentNotValid) as refusal:
            ALL[name].form.read(form({**good, field: value}))
        assert refusal.value.details["field"] == field
        assert refusal.value.sentence


def test_page_tells_the_cardholder_why_an_appeal_was_decided(stage: Stage, client: Any) -> None:
    case = stage.case_in(State.APPEALED)
    client.force_login(stage.cast.other_approver)
    sent = {
        "result": "upheld",
        "reason": REASON,
        "message": "새 자료를 모두 읽었습니다.",
        "version": case.version,
    }
    client.post(reverse("cases:act", args=[case.reference, "decide-appeal"]), sent)
    assert Appeal.objects.get(case=case).message == "새 자료를 모두 읽었습니다."


def test_a_plan_needs_one_clear_reading_on_page_and_interface(stage: Stage, client: Any, call: Any) -> None:
    case = stage.recovering()
    both = {"parts": "2", "first_on": "2026-12-25", "part-due_on": "2026-12-25", "part-amount": "84000"}
    client.force_login(stage.cast.clerk)
    url = reverse("cases:recovery-step", args=[case.reference, "plan"])
    for sent in (both, {"parts": "2"}, {"first_on": "2026-12-25"}, {}):
        assert client.post(url, {**sent, "version": case.version}).status_code == 422
    path = f"recoveries/{case.reference}/plan/"
    given = {"plan": [{"due_on": "2026-12-25", "amount": "84000"}], "parts": 1, "first_on": "2026-12-25"}
    assert call("clerk").send(path, given, version=case.version).status_code == 422
    equal = call("clerk").send(path, {"parts": 2, "first_on": "2026-12-25"}, version=case.version)
    assert equal.status_code == 200
    assert len(equal.json()["plan"]) == 2


def test_an_older_request_is_not_answered_in_place_of_the_last(stage: Stage, call: Any) -> None:
    case = stage.explained()
    call("reviewer").step(fresh(case), "request-explanation", {"questions": ["누가 참석했습니까?"]})
    first = ExplanationRequest.objects.filter(case=case).order_by("round_no").first()
    assert first is not None
    answered = call("cardholder").send(
        f"my/requests/{first.reference}/answer/",
        {"text": "늦은 답변입니다."},
        version=fresh(first.case).version,
    )
    assert answered.status_code == 409
