"""The cardholder's side: own items only, and nothing of what the house thinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Case, Evidence, OutboxMessage
from cases.services import notes
from cases.services.following import follow_changes
from tests.cases import files
from tests.cases.api.conftest import Caller
from tests.cases.stage import REASON, Stage, fresh
from tests.cast import NOW, correct_claim, make_hit, make_rule_version, make_run, make_score

Call = Callable[[str], Caller]

# fmt: off
FORBIDDEN_KEYS = {
    "score", "scores", "probability", "band", "priority", "expected_loss_minor", "expected_loss", "rule", "rules", "rule_score",
    "hits", "rule_hits", "reasons", "reason", "headline", "pattern", "source", "channel", "threshold", "model", "novelty",
    "anomaly_score", "tree_probability", "hybrid_probability", "queue_probability", "features", "facts", "notes", "assignee",
    "requested_by", "proposed_by", "decided_by", "decided_reason", "why_approval", "needs_approval", "content_hash", "flags",
    "sha256", "key", "inclusion_probability", "drawn_blind", "has_news", "bundle_key", "pk", "case_id", "state_since",
}
# fmt: on
CANARIES = (
    "CANARY-NOTE",
    "CANARY-REASON",
    "CANARY-RETURN",
    "A04",
    "Split payment",
    "분할 결제",
    "0.55",
    "jimin.han",
    "mira.jung",
    "한지민",
    "E1001",
)


def keys_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from keys_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys_in(item)


def loaded(stage: Stage, case: Case) -> Case:
    """A case full of what a cardholder must not learn."""
    run, version = make_run(), make_rule_version("A04")
    claim = case.alerts.get().claim
    make_score(claim=claim, run=run, reasons=[{"source": "rule", "code": "A04", "value": 1.0, "facts": {}}])
    make_hit(claim=claim, run=run, rule_version=version)
    notes.add_note(
        case=case, text="CANARY-NOTE 의심됨", by=stage.actor("reviewer"), expected_version=case.version
    )
    case.decisions.update(reason="CANARY-REASON 내부 사유", decided_reason="CANARY-RETURN")
    return fresh(case)


PATHS = ["my/requests/", "my/requests/{request}/", "my/notices/", "my/notices/{case}/"]


@pytest.mark.parametrize(
    "state",
    [
        "awaiting_explanation",
        "explained",
        "no_response",
        "pending_approval",
        "notified",
        "appealed",
        "recovering",
    ],
)
def test_no_answer_to_a_cardholder_holds_what_is_inside_the_house(
    stage: Stage, call: Call, state: str
) -> None:
    from cases.workflow import State

    case = loaded(stage, stage.case_in(State(state)))
    request = case.requests.get()
    for path in PATHS:
        response = call("cardholder").get(path.format(request=request.reference, case=case.reference))
        assert response.status_code in (200, 404)
        text = response.content.decode()
        assert not FORBIDDEN_KEYS & set(keys_in(response.json())), path
        assert not [canary for canary in CANARIES if canary in text], path
    for mail in OutboxMessage.objects.filter(recipient=stage.cast.cardholder.email):
        assert not [canary for canary in CANARIES if canary in mail.subject + mail.body]


def test_refusals_to_a_cardholder_tell_nothing_of_the_inside(stage: Stage, call: Call) -> None:
    case = stage.proposed()
    request = case.requests.get()
    refused = call("cardholder").send(
        f"my/requests/{request.reference}/answer/", {"text": "답변입니다"}, version=request.case.version
    )
    assert refused.status_code == 409
    assert set(refused.json()) == {"type", "title", "status", "detail", "code"}


def test_an_answer_needs_no_free_text_where_a_question_is_answered_and_says_what_is_missing_else(
    stage: Stage, call: Call
) -> None:
    person, request = call("cardholder"), stage.asked().requests.get()
    address = f"my/requests/{request.reference}/answer/"
    for empty in ({}, {"admits": True}, {"answers": {}}, {"text": ""}):
        refused = person.send(address, empty, version=request.case.version)
        assert (refused.status_code, refused.json()["code"]) == (422, "reason_too_short")
    first = request.questions[0]["id"]
    body = {"answers": {first: "거래처와 함께한 자리였습니다"}}
    assert person.send(address, body, version=request.case.version).status_code == 201
    assert request.explanations.get().text == ""


def test_people_see_their_own_requests_and_managers_those_of_their_people(stage: Stage, call: Call) -> None:
    case = stage.asked()
    reference = case.requests.get().reference
    seen = {
        who: [r["reference"] for r in call(who).get("my/requests/").json()["results"]]
        for who in ("cardholder", "manager", "stranger")
    }
    assert seen == {"cardholder": [reference], "manager": [reference], "stranger": []}
    assert call("reviewer").get("my/requests/").status_code == 403
    assert call("anonymous").get("my/requests/").status_code == 401


def test_a_manager_does_not_see_the_result(stage: Stage, call: Call) -> None:
    case = stage.notified()
    assert call("manager").get("my/notices/").json()["results"] == []
    assert call("manager").get(f"my/notices/{case.reference}/").status_code == 404
    assert call("manager").send(f"my/notices/{case.reference}/accept/", version=case.version).status_code in (
        403,
        404,
    )


@pytest.mark.parametrize("state", ["new", "in_review"])
def test_a_case_nobody_was_told_of_is_not_there(stage: Stage, call: Call, state: str) -> None:
    from cases.workflow import State

    case = stage.case_in(State(state))
    assert call("cardholder").get("my/notices/").json()["results"] == []
    assert call("cardholder").get(f"my/notices/{case.reference}/").status_code == 404


def test_a_case_closed_without_a_word_is_not_there_either(stage: Stage, call: Call) -> None:
    case = stage.closed()
    assert call("cardholder").get(f"my/notices/{case.reference}/").status_code == 404


def send_file(caller: Caller, reference: str, name: str = "receipt.png", content: bytes = b"") -> Any:
    upload = SimpleUploadedFile(name, content or files.picture())
    return caller.client.post(
        f"/api/v1/my/requests/{reference}/evidence/", {"file": upload}, format="multipart"
    )


@pytest.mark.catalogue("D14")
def test_evidence_is_sent_listed_opened_and_withdrawn(stage: Stage, call: Call) -> None:
    reference = stage.asked().requests.get().reference
    person = call("cardholder")
    sent = send_file(person, reference, "영수증 (1).png")
    assert (sent.status_code, sent.json()["name"], sent.json()["has_preview"]) == (
        201,
        "영수증 (1).png",
        True,
    )
    evidence = sent.json()["reference"]
    assert [e["reference"] for e in person.get(f"my/requests/{reference}/").json()["evidence"]] == [evidence]
    opened = person.get(f"evidence/{evidence}/")
    assert opened.status_code == 200
    assert opened.content == files.picture()
    for name, value in {
        "Content-Disposition": "attachment; filename=\"___ (1).png\"; filename*=UTF-8''%EC%98%81%EC%88%98%EC%A6%9D%20%281%29.png",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }.items():
        assert opened[name] == value
    preview = person.get(f"evidence/{evidence}/", preview="true")
    assert preview["Content-Type"] == "image/jpeg"
    withdrawn = person.client.delete(f"/api/v1/my/requests/{reference}/evidence/{evidence}/")
    assert withdrawn.status_code == 204
    assert person.get(f"my/requests/{reference}/").json()["evidence"] == []
    assert person.get(f"evidence/{evidence}/").json()["code"] == "evidence_withdrawn"


def test_a_draft_s_file_is_for_others_like_one_that_is_not_there(stage: Stage, call: Call) -> None:
    case = stage.asked()
    asked, absent = case.requests.get().reference, "E-" + "0" * 32
    evidence = send_file(call("cardholder"), asked).json()["reference"]
    assert call("manager").get(f"my/requests/{asked}/").json()["evidence"] == []
    assert call("reviewer").get(f"cases/{case.reference}/").json()["evidence"] == []
    told = call("reviewer").get(f"cases/{case.reference}/timeline/").json()["results"]
    assert "evidence.added" not in {entry["action"] for entry in told}
    manager, reviewer = call("manager"), call("reviewer")
    for caller, send in (
        (manager, lambda name: manager.get(f"evidence/{name}/")),
        (reviewer, lambda name: reviewer.get(f"evidence/{name}/")),
        (manager, lambda name: manager.client.delete(f"/api/v1/my/requests/{asked}/evidence/{name}/")),
    ):
        theirs, none = send(evidence), send(absent)
        assert (theirs.status_code, theirs.json()) == (404, none.json()), caller
    assert [file["reference"] for file in call("cardholder").get(f"my/requests/{asked}/").json()["evidence"]]


def test_the_reviewer_sees_that_a_sent_file_was_withdrawn_whose_and_when(stage: Stage, call: Call) -> None:
    case = stage.asked()
    asked = case.requests.get().reference
    manager = call("manager")
    evidence = send_file(manager, asked, "boss.png").json()["reference"]
    version = manager.get(f"my/requests/{asked}/").json()["version"]
    manager.send(f"my/requests/{asked}/answer/", {"text": "대신 답합니다."}, version=version)
    path = f"/api/v1/my/requests/{asked}/evidence/{evidence}/"
    assert call("cardholder").client.delete(path).status_code == 404
    assert manager.client.delete(path).status_code == 204
    (row,) = call("reviewer").get(f"cases/{case.reference}/").json()["evidence"]
    assert (row["name"], row["uploaded_by"]) == ("boss.png", "jungmin.park")
    assert row["withdrawn_at"] is not None
    told = call("reviewer").get(f"cases/{case.reference}/timeline/").json()["results"]
    (entry,) = [entry for entry in told if entry["action"] == "evidence.withdrawn"]
    assert (entry["actor"], entry["reason"], entry["evidence"]) == ("jungmin.park", "boss.png", [evidence])
    page = call("reviewer").client.get(f"/cases/{case.reference}/").content.decode()
    assert "<s>boss.png</s>" in page
    assert f'href="/evidence/{evidence}/"' in page  # what was sent stays on record for those who decide
    assert call("reviewer").get(f"evidence/{evidence}/").status_code == 200
    told = call("cardholder").get(f"my/requests/{asked}/").json()
    for shown in (told["evidence"], told["explanations"][0]["evidence"]):
        assert [(file["name"], file["withdrawn_at"] is not None) for file in shown] == [("boss.png", True)]
    assert call("cardholder").get(f"evidence/{evidence}/").status_code == 410
    own = call("cardholder").client.get(f"/my/{case.reference}/").content.decode()
    assert "<s>boss.png</s>" in own
    assert evidence not in own


def test_the_page_takes_a_sent_file_back_and_says_who_can_still_look_at_it(stage: Stage, call: Call) -> None:
    case = stage.asked()
    asked = case.requests.get().reference
    person = call("cardholder")
    evidence = send_file(person, asked, "bill.png").json()["reference"]
    version = person.get(f"my/requests/{asked}/").json()["version"]
    person.send(f"my/requests/{asked}/answer/", {"text": "영수증입니다."}, version=version)
    assert f'value="{evidence}"' in person.client.get(f"/my/{case.reference}/").content.decode()
    assert f'value="{evidence}"' not in call("manager").client.get(f"/my/{case.reference}/").content.decode()
    done = person.client.post(f"/my/{case.reference}/withdraw-file/", {"evidence": evidence}, follow=True)
    page = done.content.decode()
    assert "기록은 남으며, 결정하는 사람은 계속 열어 볼 수 있습니다" in page
    assert f'value="{evidence}"' not in page


@pytest.mark.parametrize("state", ["awaiting_explanation", "explained"])
def test_work_among_staff_does_not_move_the_version_a_cardholder_saw(
    stage: Stage, call: Call, state: str
) -> None:
    from cases.workflow import State

    case = stage.case_in(State(state))
    path = f"my/requests/{case.requests.get().reference}/"
    seen = call("cardholder").get(path).json()["version"]
    notes.add_note(case=case, text="메모입니다.", by=stage.actor("reviewer"), expected_version=case.version)
    assert call("cardholder").get(path).json()["version"] == seen
    answered = call("cardholder").send(f"{path}answer/", {"text": "덧붙입니다."}, version=seen)
    assert answered.status_code == 201
    assert answered["ETag"] == f'"{answered.json()["version"]}"'


def corrected(case: Case, minor: int) -> None:
    """A delivery says another amount of the case's payment."""
    correct_claim(case.alerts.get().claim, received_at=NOW, amount_minor=minor)
    follow_changes()


BINDING = [("accept", {}), ("appeal", {"text": "새로운 사실이 있습니다."})]


@pytest.mark.parametrize(("name", "body"), BINDING)
def test_nobody_binds_themselves_to_an_amount_that_was_not_shown(
    stage: Stage, call: Call, name: str, body: dict[str, Any]
) -> None:
    case = stage.notified()
    person, path = call("cardholder"), f"my/notices/{case.reference}/"
    corrected(case, 20_000)
    seen = person.get(path).json()
    assert seen["amount"] == "20000"
    corrected(case, 83_000)
    assert person.send(f"{path}{name}/", body).status_code == 428
    refused = person.send(f"{path}{name}/", body, version=seen["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_case")
    assert "facts" not in refused.json()
    assert fresh(case).state == "notified"
    shown = person.get(path).json()
    assert shown["amount"] == "83000"
    assert person.send(f"{path}{name}/", body, version=shown["version"]).status_code == 200


@pytest.mark.parametrize("who", ["stranger", "clerk", "system_admin", "anonymous"])
def test_d15_a_link_is_worth_nothing_to_somebody_else(stage: Stage, call: Call, who: str) -> None:
    reference = stage.asked().requests.get().reference
    evidence = send_file(call("cardholder"), reference).json()["reference"]
    shared, absent = (call(who).get(f"evidence/{name}/") for name in (evidence, "E-" + "0" * 32))
    assert shared.status_code == absent.status_code == (401 if who == "anonymous" else 404)
    assert shared.json() == absent.json()
    assert (
        call(who)
        .client.get(f"/media/evidence/{Evidence.objects.get().key[:2]}/{Evidence.objects.get().key}")
        .status_code
        == 404
    )


def test_uploads_are_refused_as_the_table_says(stage: Stage, call: Call) -> None:
    reference = stage.asked().requests.get().reference
    person = call("cardholder")
    assert send_file(person, reference, "a.exe", b"MZ").status_code == 415
    assert send_file(person, reference, "a.png", files.flooding_png()).status_code == 413
    empty = SimpleUploadedFile("a.png", b"")
    response = person.client.post(
        f"/api/v1/my/requests/{reference}/evidence/", {"file": empty}, format="multipart"
    )
    assert (response.status_code, response.json()["code"]) == (400, "evidence_empty")
    assert send_file(call("stranger"), reference).status_code == 404
    extra = {"file": SimpleUploadedFile("a.png", files.picture()), "case": "C-1"}
    strange = person.client.post(f"/api/v1/my/requests/{reference}/evidence/", extra, format="multipart")
    assert (strange.status_code, strange.json()["code"]) == (400, "unknown_field")
    assert person.send(f"my/requests/{reference}/evidence/", {"file": "x"}).status_code == 415
    assert not Evidence.objects.exists()


def test_d8_an_announced_terabyte_is_refused_unread(stage: Stage, call: Call) -> None:
    reference = stage.asked().requests.get().reference
    response = call("cardholder").client.post(
        f"/api/v1/my/requests/{reference}/evidence/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2**40),
    )
    assert response.status_code == 413


def test_the_result_names_outcome_amount_clause_and_message(stage: Stage, call: Call) -> None:
    case = stage.notified()
    case.decisions.update(message="회의 증빙이 없어 환수합니다.", policy_clause="제4조")
    stage.cast.cardholder.language = "en"
    stage.cast.cardholder.save()
    notice = call("cardholder").get(f"my/notices/{case.reference}/").json()
    assert (notice["outcome"], notice["amount"], notice["policy_clause"], notice["message"]) == (
        "Confirmed misuse",
        "84000",
        "제4조",
        "회의 증빙이 없어 환수합니다.",
    )
    assert notice["answer_by"] == "2026-12-04"
    appealed = call("cardholder").send(
        f"my/notices/{case.reference}/appeal/",
        {"text": "회의 초대장을 찾았습니다."},
        version=fresh(case).version,
    )
    assert (appealed.json()["step"], appealed.json()["can_answer"]) == ("appealed", False)
    stage.decide_appeal(fresh(case), "reversed", message="증빙이 확인되었습니다.")
    result = call("cardholder").get(f"my/notices/{case.reference}/").json()
    assert (result["step"], result["amount"], result["appeals"][0]["message"]) == (
        "closed",
        "0",
        "증빙이 확인되었습니다.",
    )
    assert REASON not in str(result)
