"""Whatever JSON arrives at whatever endpoint: an answer, never a server error."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.api import urls
from cases.models import Case
from cases.workflow import State
from tests.cases.api.conftest import Caller
from tests.cases.stage import Stage, fresh
from tests.undone import undone_at_the_end

Call = Callable[[str], Caller]
# fmt: off
FIELDS = [
    "reason", "text", "amount", "currency", "disposition", "disposition_reason", "content_hash", "result", "until", "days", "plan",
    "cases", "claims", "claim", "assignee", "method", "received_on", "bank_reference", "questions", "language", "answers", "admits",
    "offered", "monthly_amount", "agree", "parts", "first_on", "due_on", "version", "reference", "origin", "message", "policy_clause", "note",
]
# fmt: on
# fmt: off
WORDS = st.sampled_from(
    ["cancelled", "confirmed_misuse", "legitimate", "upheld", "reduced", "KRW", "ko", "offset", "2026-11-20", "2026-02-30", "업무 목적을 확인했습니다.",
     "0" * 64, "C-2026-000001", "", "84000", "1e9", " ", "\u202e", "👍", "a" * 301, "jimin.han", "hotline"]
)
# fmt: on
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FIELDS, "1", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6) | VALUES
PATHS = sorted({str(pattern.pattern) for pattern in urls.urlpatterns if pattern.name != "absent"})


STATES = [
    State.IN_REVIEW,
    State.AWAITING_EXPLANATION,
    State.PENDING_APPROVAL,
    State.NOTIFIED,
    State.RECOVERING,
]


@pytest.fixture
def cases(stage: Stage) -> dict[State, Case]:
    """A case in each state, made once: what a body does to it is undone."""
    return {state: stage.case_in(state) for state in STATES}


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    path=st.sampled_from(PATHS),
    who=st.sampled_from(["reviewer", "approver", "clerk", "cardholder", "manager"]),
    method=st.sampled_from(["post", "post", "post", "put", "get", "delete"]),
    state=st.sampled_from(STATES),
    body=BODIES,
    key=st.sampled_from(["", "", "the-same-key"]),
)
def test_no_body_ends_in_a_server_error(
    cases: dict[State, Case], call: Call, path: str, who: str, method: str, state: State, body: Any, key: str
) -> None:
    with undone_at_the_end():
        _is_answered(cases[state], call(who), path, method, body, key)


def _is_answered(case: Case, caller: Caller, path: str, method: str, body: Any, key: str) -> None:
    request = case.requests.order_by("round_no").last()
    reference = request.reference if request and path.startswith("my/requests") else case.reference
    place = (
        path.replace("<str:reference>", reference)
        .replace("<int:number>", "1")
        .replace("<str:evidence>", "E-0")
    )
    headers = {"If-Match": f'"{fresh(case).version}"', **({"Idempotency-Key": key} if key else {})}
    client = caller.client
    client.raise_request_exception = True
    raw = json.dumps(body).encode()
    response = getattr(client, method)(
        f"/api/v1/{place}",
        **({} if method == "get" else {"data": raw, "content_type": "application/json"}),
        headers=headers,
    )
    assert response.status_code < 500, (place, response.content[:300])
    if response.status_code >= 400:
        error = response.json()
        assert error["code"]
        assert error["detail"]
