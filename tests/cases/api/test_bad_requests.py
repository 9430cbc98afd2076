"""The numbered cases C1 to C27 of what programs send, as far as casework answers them (ASVS 5: 2.2.1, 2.2.2, 3.5.1, 16.5.1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework import serializers

from audit.models import AuditEvent
from audit.permissions import Role
from cases.api.bodies import NamedChoiceField
from cases.models import Case
from cases.services.recovery import the_recovery
from tests.cases.api.conftest import Caller
from tests.cases.stage import LEGITIMATE, REASON, Stage, fresh
from tests.cast import give, take_away

Call = Callable[[str], Caller]
CLOSE = {"disposition_reason": "cancelled", "reason": LEGITIMATE}
PROPOSE = {"disposition": "confirmed_misuse", "reason": REASON, "amount": "84000", "currency": "KRW"}


def code_of(response: Any) -> str:
    return str(response.json()["code"])


DEEP = b"[" * 100_000 + b"]" * 100_000
NESTED = b'{"reason":' * 30 + b"1" + b"}" * 30
# fmt: off
BODIES = [
    ("C1", b'{"disposition_reason":"cancelled","reason":NaN}', 400, "not_a_number"),
    ("C1", b'{"disposition_reason":"cancelled","reason":1e999}', 400, "not_a_number"),
    ("C1", b'{"reason":-Infinity}', 400, "not_a_number"),
    ("C2", b'{"reason":"one long reason","reason":"another reason","disposition_reason":"cancelled"}', 400, "duplicate_field"),
    ("C3", DEEP, 400, "too_deep"),
    ("C3", b'{"reason":' * 5000, 400, "too_deep"),
    ("C3", NESTED, 400, "too_deep"),
    ("C4", json.dumps({**CLOSE, "status": "closed"}).encode(), 400, "unknown_field"),
    ("C5", json.dumps({**CLOSE, "decided_by": 1}).encode(), 400, "unknown_field"),
    ("C5", json.dumps({**CLOSE, "score": 0.1}).encode(), 400, "unknown_field"),
    ("C5", json.dumps({**CLOSE, "version": 9}).encode(), 400, "unknown_field"),
    ("C5", json.dumps({**CLOSE, "by": "mira.jung"}).encode(), 400, "unknown_field"),
    ("C7", b'{"reason":"' + b"a" * (1024 * 1024) + b'"}', 413, "body_too_large"),
    ("C8", b"", 400, "invalid"),
    ("C8", b"[]", 400, "invalid"),
    ("C8", b'"text"', 400, "invalid"),
    ("C8", b"{", 400, "not_json"),
    ("C8", b"\xff\xfe{}", 400, "not_utf8"),
    ("C21", b'{"reason":"a\\u0000b and some more","disposition_reason":"cancelled"}', 400, "text_not_valid"),
    ("A52", b'{"reason":"\\ud800 and some more text","disposition_reason":"cancelled"}', 400, "text_not_valid"),
    ("C26", json.dumps({**CLOSE, "reason": "   "}).encode(), 400, "invalid"),
    ("C26", json.dumps({**CLOSE, "reason": "a" * 4001}).encode(), 400, "invalid"),
    ("C26", json.dumps({**CLOSE, "reason": 1234567890123}).encode(), 400, "invalid"),
    ("C12", json.dumps({**CLOSE, "disposition_reason": "because"}).encode(), 400, "invalid"),
]
# fmt: on


@pytest.mark.parametrize(
    ("number", "body", "status", "code"), BODIES, ids=[f"{b[0]}-{n}" for n, b in enumerate(BODIES)]
)
def test_a_body_that_is_not_understood_changes_nothing(
    stage: Stage, call: Call, number: str, body: bytes, status: int, code: str
) -> None:
    case = stage.taken()
    response = call("reviewer").raw(f"cases/{case.reference}/close/", body, version=case.version)
    assert (response.status_code, code_of(response)) == (status, code)
    assert response.json()["detail"]
    assert fresh(case).version == case.version


AMOUNTS = [
    ("C6", True),
    ("C6", 84_000),
    ("C6", 84_000.0),
    ("C6", 1.5),
    ("C6", None),
    ("C6", []),
    ("C6", 2**63),
    ("C6", "1" * 31),
]


@pytest.mark.parametrize(("number", "amount"), AMOUNTS)
def test_money_is_a_text_and_never_a_json_number(stage: Stage, call: Call, number: str, amount: Any) -> None:
    case = stage.explained()
    response = call("reviewer").step(case, "propose", {**PROPOSE, "amount": amount})
    assert (response.status_code, code_of(response)) == (400, "invalid")
    assert list(response.json()["fields"]) == ["amount"]


@pytest.mark.parametrize(
    "amount", ["１", "1_0", "-1", "+1", "1e5", "1,00", "84000.5", "0x1F", " ", "84 000", "9" * 20, "많이"]
)
def test_a_text_that_is_no_amount_is_refused_with_what_would_be_right(
    stage: Stage, call: Call, amount: str
) -> None:
    case = stage.explained()
    response = call("reviewer").step(case, "propose", {**PROPOSE, "amount": amount})
    assert response.status_code in {400, 422}
    assert fresh(case).version == case.version
    if response.status_code == 422:
        assert "150,000" in response.json()["detail"]
        why = {"-1": "sign", "84000.5": "decimals_none", "9" * 20: "too_large"}.get(amount, "not_a_number")
        assert response.json()["facts"] == {"field": "amount", "why": why}


RECOVERED = [
    ("C17", {"amount": "84001"}, "amount_not_valid"),
    ("C17", {"amount": "0"}, "amount_not_valid"),
    ("C17", {"amount": "-1"}, "amount_not_valid"),
    ("C17", {"currency": "USD"}, "amount_not_valid"),
    ("C17", {"method": "payroll"}, "consent_missing"),
    ("C17", {"received_on": "2030-01-01"}, "date_not_valid"),
]
POSTING = {
    "amount": "84000",
    "currency": "KRW",
    "method": "bank_transfer",
    "bank_reference": "BANK-1",
    "received_on": "2026-11-20",
}


@pytest.mark.parametrize(("number", "changes", "code"), RECOVERED)
def test_c17_money_that_cannot_come_back(
    stage: Stage, call: Call, number: str, changes: dict[str, Any], code: str
) -> None:
    case = stage.recovering()
    response = call("clerk").send(
        f"recoveries/{case.reference}/postings/", {**POSTING, **changes}, version=case.version
    )
    assert (response.status_code, code_of(response)) == (422, code)


def test_c17_after_full_recovery(stage: Stage, call: Call) -> None:
    case = stage.recovering()
    path = f"recoveries/{case.reference}/postings/"
    assert call("clerk").send(path, POSTING, version=case.version).status_code == 201
    again = call("clerk").send(path, {**POSTING, "bank_reference": "B-2"}, version=case.version + 1)
    assert (again.status_code, code_of(again)) == (409, "transition_not_allowed")
    assert the_recovery(case).postings.count() == 1


def test_c17_more_than_is_at_stake_cannot_be_proposed(stage: Stage, call: Call) -> None:
    case = stage.explained()
    response = call("reviewer").step(case, "propose", {**PROPOSE, "amount": "84001"})
    assert (response.status_code, code_of(response)) == (422, "amount_not_valid")
    assert "84,000" in response.json()["detail"]


def test_c7_more_than_five_hundred_in_bulk(stage: Stage, call: Call) -> None:
    rows = [{"reference": f"C-2026-{n:06}", "version": 1} for n in range(501)]
    response = call("reviewer").send("cases/bulk-close/", {"cases": rows, **CLOSE})
    assert (response.status_code, code_of(response)) == (400, "invalid")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_c8_only_json_is_read(stage: Stage, call: Call, content_type: str) -> None:
    case = stage.taken()
    response = call("reviewer").raw(
        f"cases/{case.reference}/close/",
        json.dumps(CLOSE).encode(),
        content_type=content_type,
        version=case.version,
    )
    assert response.status_code == 415
    assert fresh(case).state == "in_review"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "get", "head"])
def test_c8_a_step_is_a_post_and_nothing_else(stage: Stage, call: Call, method: str) -> None:
    case = stage.case()
    caller = call("reviewer")
    response = caller.client.generic(
        method.upper(),
        f"/api/v1/cases/{case.reference}/take/",
        headers={"X-HTTP-Method-Override": "POST", "If-Match": '"1"'},
    )
    assert response.status_code == 405
    assert fresh(case).state == "new"


ABSENT = [
    "C-2099-000001",
    "c-2026-000001",
    "0",
    "-1",
    "1",
    "..%2f..%2fetc",
    "%00",
    "C-2026-000001%20",
    "'--",
    "x" * 300,
]


@pytest.mark.parametrize("reference", ABSENT)
def test_c9_whatever_is_not_there_gets_the_same_answer(stage: Stage, call: Call, reference: str) -> None:
    own = stage.case()
    stage.cast.reviewer.employee_no = "E2001"
    stage.cast.reviewer.save()
    hidden = call("reviewer").get(f"cases/{own.reference}/")
    absent = call("reviewer").get(f"cases/{reference}/")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.json() == absent.json()
    assert set(hidden.headers) - {"X-Request-Id"} == set(absent.headers) - {"X-Request-Id"}


def test_c9_strangers_cannot_tell_a_foreign_request_from_an_absent_one(stage: Stage, call: Call) -> None:
    case = stage.notified()
    request = case.requests.get().reference
    stranger = call("stranger")
    body = {"text": "답변입니다"}
    for path, sent in [
        ("requests/{}/", None),
        ("requests/{}/answer/", body),
        ("requests/{}/extension/", {"reason": "바쁨"}),
        ("notices/{}/", None),
        ("notices/{}/accept/", {}),
        ("notices/{}/appeal/", {"text": "새로운 사실이 있습니다."}),
    ]:
        theirs = path.format(request if "requests" in path else case.reference)
        absent = path.format("Q-2099-000001-1" if "requests" in path else "C-2099-000001")
        answers = [
            stranger.get(f"my/{p}") if sent is None else stranger.send(f"my/{p}", sent, version=case.version)
            for p in (theirs, absent)
        ]
        assert [a.status_code for a in answers] == [404, 404], path
        assert answers[0].json() == answers[1].json()
    kept = AuditEvent.objects.filter(
        action="access.refused", actor="sua.lee", subject=f"case:{case.reference}"
    )
    assert kept.count() == 6  # hidden from the stranger, kept for the auditor


# fmt: off
BAD_QUERIES = [
    ("C10", {"ordering": "score"}), ("C10", {"order": "probability"}), ("C10", {"order": "cardholder__name"}),
    ("C10", {"employee__password__startswith": "a"}), ("C10", {"assignee__password": "a"}), ("C10", {"state__in": "new"}),
    ("C10", {"state": "solved"}), ("C10", {"band": "critical"}), ("C10", {"source": "x"}), ("C10", {"overdue": "maybe"}),
    ("C11", {"page_size": "0"}), ("C11", {"page_size": "-1"}), ("C11", {"page_size": "1e9"}), ("C11", {"page_size": "٣"}),
    ("C11", {"page_size": "00000020099999"}), ("C11", {"page_size": "201"}), ("C11", {"page_size": "+5"}), ("C11", {"page_size": "5 "}), ("C11", {"page_size": "９"}),
    ("C11", {"cursor": "forged"}), ("C11", {"cursor": "WyJwcmlvcml0eSIsMCwxXQ:x:y"}), ("C24", {"q": "a" * 201}), ("C24", {"q": "a\x00"}),
]
# fmt: on


@pytest.mark.parametrize(("number", "query"), BAD_QUERIES)
def test_a_filter_that_does_not_exist_is_refused(
    stage: Stage, call: Call, number: str, query: dict[str, str]
) -> None:
    response = call("reviewer").get("cases/", **query)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == list(query)


def test_c11_a_page_is_capped_and_cursors_reach_every_case_once(stage: Stage, call: Call) -> None:
    for n in range(7):
        stage.case(priority=n % 3)
    assert len(call("reviewer").get("cases/", page_size="200").json()["results"]) == 7
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = call("reviewer").get("cases/", page_size="3", **({"cursor": cursor} if cursor else {})).json()
        seen += [row["reference"] for row in page["results"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(Case.objects.values_list("reference", flat=True))
    other = call("reviewer").get("cases/", page_size="3").json()["next"]
    assert call("reviewer").get("cases/", cursor=other, order="opened").status_code == 400


@pytest.mark.parametrize("text", ["%", "_", "'", '"', "\\", "--", "100%_x"])
def test_c24_signs_of_the_database_are_only_letters(stage: Stage, call: Call, text: str) -> None:
    stage.case()
    assert call("reviewer").get("cases/", q=text).json()["results"] == []


def test_c12_an_illegal_step_names_the_legal_ones(stage: Stage, call: Call) -> None:
    case = stage.closed()
    response = call("reviewer").step(case, "request-explanation", {})
    assert (response.status_code, code_of(response)) == (409, "transition_not_allowed")
    assert response.json()["facts"]["allowed"] == ["note", "link", "unlink", "tag"]


def test_c12_deciding_against_somebody_unheard(stage: Stage, call: Call) -> None:
    response = call("reviewer").step(stage.taken(), "propose", PROPOSE)
    assert (response.status_code, code_of(response)) == (409, "not_heard")


def test_c13_the_same_key_is_one_effect_and_one_answer(stage: Stage, call: Call) -> None:
    case = stage.taken()
    first = call("reviewer").step(case, "close", CLOSE, key="key-00001")
    again = call("reviewer").step(case, "close", CLOSE, key="key-00001")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first["ETag"] == again["ETag"] == f'"{fresh(case).version}"'
    assert case.decisions.count() == 1


def test_c13_another_body_under_the_same_key_is_refused(stage: Stage, call: Call) -> None:
    case = stage.taken()
    call("reviewer").step(case, "notes", {"text": "첫 메모"}, key="key-00001")
    other = call("reviewer").step(case, "notes", {"text": "다른 메모"}, key="key-00001")
    assert (other.status_code, code_of(other)) == (422, "idempotency_key_reused")
    assert case.notes.count() == 1


def test_c13_keys_belong_to_their_person(stage: Stage, call: Call) -> None:
    case = stage.taken()
    assert call("reviewer").step(case, "notes", {"text": "메모입니다"}, key="key-00001").status_code == 200
    assert (
        call("approver").step(fresh(case), "notes", {"text": "메모입니다"}, key="key-00001").status_code
        == 200
    )
    assert case.notes.count() == 2


def test_c13_a_refusal_leaves_the_key_free_and_is_still_recorded(stage: Stage, call: Call) -> None:
    case = stage.proposed(by="approver")
    body = {"content_hash": case.decisions.get().content_hash}
    for _ in range(2):
        refused = call("approver").step(case, "approve", body, key="key-00001")
        assert (refused.status_code, code_of(refused)) == (403, "own_proposal")
    assert AuditEvent.objects.filter(action="access.refused").count() == 2


@pytest.mark.parametrize("key", ["short", "x" * 81, "키키키키키키키키"])
def test_c13_a_key_has_a_sensible_form(stage: Stage, call: Call, key: str) -> None:
    case = stage.case()
    headers = {"Idempotency-Key": key.encode("utf-8").decode("latin-1"), "If-Match": '"1"'}
    response = call("reviewer").client.post(
        f"/api/v1/cases/{case.reference}/take/", {}, format="json", headers=headers
    )
    assert (response.status_code, code_of(response)) == (400, "idempotency_key_not_valid")


def test_c14_a_stale_version_says_what_happened_since(stage: Stage, call: Call) -> None:
    case = stage.taken()
    call("approver").step(case, "notes", {"text": "확인 바랍니다"})
    response = call("reviewer").step(case, "close", CLOSE)
    assert (response.status_code, code_of(response)) == (409, "stale_case")
    details = response.json()["facts"]
    assert details["version"] == case.version + 1
    assert [(c["action"], c["actor"]) for c in details["changes"]] == [("case.noted", "mira.jung")]


@pytest.mark.parametrize(
    ("header", "status"),
    [("", 428), ("*", 400), ("seven", 400), ("-1", 400), ("1.0", 400), ('"٣"', 400), ("9" * 12, 400)],
)
def test_c14_the_version_seen_must_be_sent(stage: Stage, call: Call, header: str, status: int) -> None:
    case = stage.case()
    headers = {"If-Match": header.encode("utf-8").decode("latin-1")} if header else {}
    response = call("reviewer").client.post(
        f"/api/v1/cases/{case.reference}/take/", {}, format="json", headers=headers
    )
    assert response.status_code == status
    assert fresh(case).state == "new"


# fmt: off
OWN = [
    ("take", {}), ("notes", {"text": "메모입니다"}), ("close", CLOSE), ("propose", PROPOSE), ("request-explanation", {}),
    ("assign", {"assignee": "seojun.yoon"}), ("approve", {"content_hash": "0" * 64}), ("reopen", {"reason": REASON}),
]
# fmt: on


@pytest.mark.parametrize(("name", "body"), OWN)
def test_c15_ones_own_case_is_as_good_as_absent_and_kept_as_a_security_event(
    stage: Stage, call: Call, name: str, body: dict[str, Any]
) -> None:
    case = stage.case()
    person = stage.cast.approver
    person.employee_no, person.is_superuser = "E2001", True
    person.save()
    give(person, Role.REVIEWER)
    response = call("approver").step(case, name, body)
    assert (response.status_code, code_of(response)) == (404, "not_found")
    kept = AuditEvent.objects.get(action="access.refused")
    assert (kept.actor, kept.subject) == ("mira.jung", f"case:{case.reference}")


def test_c15_ones_own_proposal(stage: Stage, call: Call) -> None:
    case = stage.proposed(by="approver")
    body = {"content_hash": case.decisions.get().content_hash}
    response = call("approver").step(case, "approve", body)
    assert (response.status_code, code_of(response)) == (403, "own_proposal")


STAFF_PATHS = ["cases/", "cases/{}/", "recoveries/{}/", "cases/{}/request-text/"]


@pytest.mark.parametrize("path", STAFF_PATHS)
@pytest.mark.parametrize(("who", "status"), [("cardholder", 403), ("manager", 403), ("anonymous", 401)])
def test_c16_cardholders_and_nobody_read_nothing_of_the_staff(
    stage: Stage, call: Call, path: str, who: str, status: int
) -> None:
    case = stage.recovering()
    response = call(who).get(path.format(case.reference))
    assert response.status_code == status
    assert response.json() == call(who).get(path.format("C-2099-000001")).json()


def test_c16_a_role_taken_away_a_second_ago_is_gone(stage: Stage, call: Call) -> None:
    case, reviewer = stage.case(), call("reviewer")
    assert reviewer.get("cases/").status_code == 200
    take_away(stage.cast.reviewer)
    assert reviewer.get("cases/").status_code == 403
    assert reviewer.step(case, "take").status_code == 403


def test_c16_a_disabled_login_is_nobody(stage: Stage, call: Call) -> None:
    reviewer = call("reviewer")
    stage.cast.reviewer.is_active = False
    stage.cast.reviewer.save()
    assert reviewer.get("cases/").status_code == 401


def test_c18_a_session_without_its_token_writes_nothing(stage: Stage, call: Call) -> None:
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(stage.cast.reviewer, backend="django.contrib.auth.backends.ModelBackend")
    case = stage.case()
    response = client.post(
        f"/api/v1/cases/{case.reference}/take/", {}, format="json", headers={"If-Match": '"1"'}
    )
    assert (response.status_code, code_of(response)) == (403, "csrf")
    assert fresh(case).state == "new"


def test_c19_a_hundred_exports_in_an_hour_are_enough(stage: Stage, call: Call, monkeypatch: Any) -> None:
    monkeypatch.setattr("audit.pace.EXPORTS_AN_HOUR", 3)
    path, case = "cases/{}/dossier/", stage.closed()
    answers = [
        call("approver").send(path.format(case.reference), {"reason": "for the auditor"}) for _ in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (code_of(answers[-1]), answers[-1]["Retry-After"]) == ("too_often", "3600")
    assert AuditEvent.objects.filter(action="dossier.exported").count() == 3
    assert call("auditor").send(path.format(case.reference), {"reason": "for myself"}).status_code == 200
    stage.go_on(hours=2)
    assert (
        call("approver").send(path.format(case.reference), {"reason": "for the auditor"}).status_code == 200
    )


def test_c19_trying_numbers_that_are_others_ends_in_too_often_and_is_kept(
    stage: Stage, call: Call, monkeypatch: Any
) -> None:
    monkeypatch.setattr("audit.pace.REFUSALS_AN_HOUR", 5)
    request = stage.asked().requests.get().reference
    tried = [call("stranger").get(f"my/requests/{request}/") for _ in range(6)]
    assert [answer.status_code for answer in tried] == [404] * 4 + [429] * 2
    assert AuditEvent.objects.filter(action="access.refused", actor="sua.lee").count() == 6


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Original-Host"])
def test_c20_a_host_told_by_a_header_is_not_believed(stage: Stage, call: Call, header: str) -> None:
    answer = call("reviewer").client.get("/api/v1/cases/", headers={header: "evil.example"})
    assert answer.status_code == 200
    assert b"evil.example" not in answer.content


def test_c21_line_breaks_of_a_caller_make_no_log_lines(stage: Stage, call: Call, capsys: Any) -> None:
    answer = call("reviewer").client.get(
        "/api/v1/cases/C-1%0d%0a%7B%22level%22:%22error%22%7D/",
        headers={"User-Agent": 'x"}{"level": "error"'},
    )
    assert answer.status_code == 404
    lines = [line for line in capsys.readouterr().err.splitlines() if line]
    assert all(json.loads(line)["level"] != "error" for line in lines)


def test_c26_an_explanation_is_kept_as_written_and_never_as_markup(stage: Stage, call: Call) -> None:
    request = stage.asked().requests.get()
    text = '<script>alert(1)</script> "그리고" & 더'
    response = call("cardholder").send(
        f"my/requests/{request.reference}/answer/", {"text": text}, version=request.case.version
    )
    assert response.status_code == 201
    assert response.json()["explanations"][0]["text"] == text
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("text", "status"), [("", 422), ("   ", 422), ("\u200b\u200b", 422), ("가" * 10_001, 400)]
)
def test_c26_an_explanation_of_nothing_or_of_everything(
    stage: Stage, call: Call, text: str, status: int
) -> None:
    request = stage.asked().requests.get()
    response = call("cardholder").send(
        f"my/requests/{request.reference}/answer/", {"text": text}, version=request.case.version
    )
    assert response.status_code == status


def test_c26_a_megabyte_of_explanation(stage: Stage, call: Call) -> None:
    request = stage.asked().requests.get()
    body = json.dumps({"text": "a" * (1024 * 1024)}).encode()
    assert (
        call("cardholder")
        .raw(f"my/requests/{request.reference}/answer/", body, version=request.case.version)
        .status_code
        == 413
    )


def test_c27_late_twice_and_after_the_decision(stage: Stage, call: Call) -> None:
    case = stage.lapsed()
    stage.go_on(days=14)
    path = f"my/requests/{case.requests.get().reference}/answer/"
    late = call("cardholder").send(path, {"text": "늦어서 죄송합니다"}, version=case.version)
    assert late.status_code == 201
    assert late.json()["explanations"][0]["is_late"] is True
    assert (
        len(
            call("cardholder")
            .send(path, {"text": "덧붙입니다"}, version=late.json()["version"])
            .json()["explanations"]
        )
        == 2
    )
    decided = stage.notified()
    after = call("cardholder").send(
        f"my/requests/{decided.requests.get().reference}/answer/",
        {"text": "답변입니다"},
        version=decided.version,
    )
    assert (after.status_code, code_of(after)) == (409, "transition_not_allowed")
    assert "facts" not in after.json()


def test_a_choice_is_told_with_its_words_and_no_code_twice() -> None:
    told = []
    for named, codes in (("wordless", ["waiting", "dropped"]), ("language", ["ko", "en"])):
        with pytest.raises(serializers.ValidationError) as refusal:
            NamedChoiceField(named, codes).run_validation("nowhere")
        told.append(str(refusal.value.detail[0]).rstrip("."))
    assert [one.split(": ")[1] for one in told] == ["waiting, dropped", "ko (한국어), en (English)"]
