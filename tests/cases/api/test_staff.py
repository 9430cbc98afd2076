"""The staff's endpoints do what the services do; a walk from the queue to the ledger through the interface alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audit.models import AccessRecord
from audit.services import find_faults
from cases.models import Case, Recovery
from tests.cases.api.conftest import Caller
from tests.cases.stage import LEGITIMATE, REASON, Stage, fresh
from tests.cast import NOW, make_claim, make_run, make_score, put_case

Call = Callable[[str], Caller]


def test_a_case_goes_from_the_queue_to_the_ledger_through_the_interface(stage: Stage, call: Call) -> None:
    case = stage.case()
    reviewer, person, approver, clerk = (call(n) for n in ("reviewer", "cardholder", "approver", "clerk"))

    def step(caller: Caller, name: str, body: Any = None, prefix: str = "cases", ok: int = 200) -> Any:
        response = caller.send(f"{prefix}/{case.reference}/{name}/", body, version=fresh(case).version)
        assert response.status_code == ok, response.json()
        return response.json()

    assert reviewer.send("cases/take-next/").json()["reference"] == case.reference
    preview = reviewer.get(f"cases/{case.reference}/request-text/", language="en").json()
    assert preview["questions"][0]["text"].startswith("What was the business purpose")
    asked = step(reviewer, "request-explanation", {"language": "ko"})
    assert asked["state"] == "awaiting_explanation"
    request = asked["requests"][0]["reference"]
    assert (
        person.send(f"my/requests/{request}/draft/", {"text": "쓰는 중"}, method="put").json()["draft"][
            "text"
        ]
        == "쓰는 중"
    )
    assert person.send(f"my/requests/{request}/extension/", {"reason": "출장"}).status_code == 200
    step(reviewer, "extend-deadline", {"days": 5})
    sent = person.send(
        f"my/requests/{request}/answer/",
        {"text": "개인 결제입니다", "admits": True, "offered": "84000"},
        version=person.get(f"my/requests/{request}/").json()["version"],
    )
    assert sent.status_code == 201
    proposed = step(
        reviewer,
        "propose",
        {
            "disposition": "personal_use_repaid",
            "reason": REASON,
            "amount": "84000",
            "currency": "KRW",
            "policy_clause": "제4조",
            "message": "사적 사용으로 확인되었습니다.",
        },
    )
    assert proposed["state"] == "pending_approval"
    seen = approver.get(f"cases/{case.reference}/").json()
    assert {"approve", "return"} <= set(seen["actions"])
    step(approver, "approve", {"content_hash": seen["decisions"][0]["content_hash"]})
    notice = person.get(f"my/notices/{case.reference}/").json()
    assert (notice["step"], notice["amount"], notice["can_answer"]) == ("decided", "84000", True)
    assert (
        person.send(f"my/notices/{case.reference}/accept/", version=notice["version"]).json()["step"]
        == "repaying"
    )
    notice = person.get(f"my/notices/{case.reference}/").json()
    consent = {"monthly_amount": "42000", "agree": True, "text": "급여 공제에 동의합니다."}
    assert (
        person.send(f"my/notices/{case.reference}/consent/", consent, version=notice["version"]).json()[
            "recovery"
        ]["has_consent"]
        is True
    )
    plan = [{"due_on": "2026-12-25", "amount": "42000"}, {"due_on": "2027-01-25", "amount": "42,000"}]
    assert len(step(clerk, "plan", {"plan": plan}, "recoveries")["plan"]) == 2
    posting = {
        "amount": "42000",
        "currency": "KRW",
        "method": "payroll",
        "bank_reference": "PAY-11",
        "received_on": "2026-11-20",
    }
    ledger = step(clerk, "postings", posting, "recoveries", 201)
    assert (ledger["recovered"], ledger["outstanding"]) == ("42000", "42000")
    number = ledger["postings"][0]["number"]
    step(approver, f"postings/{number}/confirm", {}, "recoveries")
    step(approver, f"postings/{number}/reverse", {"reason": "다른 사람의 급여"}, "recoveries", 201)
    step(clerk, "request-write-off", {"reason": REASON}, "recoveries")
    closed = step(approver, "approve-write-off", {"amount": "84000"}, "recoveries")
    assert (closed["state"], closed["outstanding"]) == ("closed", "0")
    successor = step(approver, "reopen", {"reason": REASON}, ok=201)
    assert (successor["state"], successor["reopened_from"]) == ("new", case.reference)
    assert find_faults() == []


def test_setting_aside_undoing_assigning_and_returning(stage: Stage, call: Call) -> None:
    case = stage.taken()
    reviewer, approver = call("reviewer"), call("approver")
    snoozed = reviewer.step(case, "snooze", {"until": "2026-12-01", "reason": "출장"}).json()
    assert snoozed["snoozed_until"] == "2026-12-01"
    assert reviewer.step(fresh(case), "undo").json()["snoozed_until"] is None
    reviewer.step(fresh(case), "snooze", {"until": "2026-12-01", "reason": "출장"})
    assert reviewer.step(fresh(case), "wake").json()["snoozed_until"] is None
    assert (
        approver.step(fresh(case), "assign", {"assignee": "seojun.yoon"}).json()["assignee"] == "seojun.yoon"
    )
    unknown = approver.step(fresh(case), "assign", {"assignee": "nobody"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "person_not_suitable")
    assert call("other_reviewer").step(fresh(case), "release", {"reason": "휴가"}).json()["state"] == "new"
    proposed = stage.proposed()
    returned = approver.step(proposed, "return", {"reason": "근거를 보완해 주십시오."})
    assert returned.json()["state"] == "in_review"
    withdrawn = stage.asked()
    assert reviewer.step(withdrawn, "withdraw-request", {"reason": "불필요"}).json()["state"] == "in_review"


def test_bulk_closing_answers_case_by_case(stage: Stage, call: Call) -> None:
    good, stale = stage.case(), stage.taken()
    rows = [
        {"reference": good.reference, "version": 1},
        {"reference": stale.reference, "version": 1},
        {"reference": "C-2099-000001", "version": 1},
    ]
    body = {"cases": rows, "disposition_reason": "within_policy", "reason": LEGITIMATE}
    results = call("reviewer").send("cases/bulk-close/", body, key="bulk-0001").json()["results"]
    assert {r["reference"]: (r["result"], r["code"]) for r in results} == {
        good.reference: ("closed", ""),
        stale.reference: ("refused", "stale_case"),
        "C-2099-000001": ("refused", "not_found"),
    }


def test_a_tip_joins_or_opens_and_a_case_is_opened_by_hand(stage: Stage, call: Call) -> None:
    claim = make_claim(cardholder=stage.cast.cardholder_record)
    tip = {"claim": claim.external_id, "text": "개인 식사로 보입니다", "origin": "hotline"}
    first = call("auditor").send("tips/", tip)
    again = call("reviewer").send("tips/", tip)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["case"] == again.json()["case"]
    case = Case.objects.get(reference=first.json()["case"])
    assert (case.source, case.alerts.get().channel, case.tips.count()) == ("tip", "tip", 2)
    body = {"claims": [claim.external_id], "reason": REASON}
    taken = call("reviewer").send("cases/open/", body)
    assert (taken.status_code, taken.json()["code"]) == (409, "open_case_exists")
    free = [make_claim(cardholder=stage.cast.cardholder_record).external_id for _ in range(2)]
    opened = call("reviewer").send("cases/open/", {"claims": free, "reason": REASON})
    assert (opened.status_code, opened.json()["n_claims"], opened.json()["source"]) == (201, 2, "manual")
    missing = call("reviewer").send("cases/open/", {"claims": ["nothing"], "reason": REASON})
    assert (missing.status_code, list(missing.json()["fields"])) == (400, ["claims"])
    no_tip = call("auditor").send("tips/", {**tip, "claim": "nothing"})
    assert (no_tip.status_code, list(no_tip.json()["fields"])) == (400, ["claim"])
    mixed = [
        make_claim(cardholder=person).external_id
        for person in (stage.cast.cardholder_record, stage.cast.stranger_record)
    ]
    assert call("reviewer").send("cases/open/", {"claims": mixed, "reason": REASON}).status_code == 422


def test_scores_are_shown_to_those_who_may_and_never_of_a_blind_case(stage: Stage, call: Call) -> None:
    run = make_run()
    claim = make_claim(cardholder=stage.cast.cardholder_record)
    make_score(claim=claim, run=run, reasons=[{"source": "rule", "code": "A04", "value": 1.0, "facts": {}}])
    from tests.cast import make_case

    shown = make_case(claims=[claim], run=run, band="high")
    blind = make_case(
        claims=[claim], run=run, band="high", drawn_blind=True, source="control_sample", bundle_key="b"
    )
    open_case = call("reviewer").get(f"cases/{shown.reference}/").json()
    assert (open_case["band"], open_case["probability"], len(open_case["reasons"])) == ("high", 0.55, 1)
    hidden = call("reviewer").get(f"cases/{blind.reference}/").json()
    assert (hidden["band"], hidden["probability"], hidden["expected_loss"], hidden["reasons"]) == (
        None,
        None,
        None,
        [],
    )
    row = next(
        r for r in call("reviewer").get("cases/").json()["results"] if r["reference"] == blind.reference
    )
    assert (row["band"], row["probability"], row["expected_loss"]) == (None, None, None)
    assert [r["reference"] for r in call("reviewer").get("cases/", band="high").json()["results"]] == [
        shown.reference
    ]
    put_case(blind, state="closed", closed_at=NOW)
    assert call("reviewer").get(f"cases/{blind.reference}/").json()["band"] == "high"


# fmt: off
FILTERED = [
    ({"state": "new"}, 1), ({"state": "new,in_review"}, 2), ({"assignee": "me"}, 1), ({"assignee": "none"}, 1),
    ({"assignee": "jimin.han"}, 1), ({"assignee": "nobody"}, 0), ({"source": "model"}, 2), ({"department": "SALES1"}, 2),
    ({"department": "X"}, 0), ({"overdue": "true"}, 0), ({"q": "한우"}, 2), ({"q": "김도현"}, 2), ({"q": "e2001"}, 2), ({"order": "due"}, 2),
]
# fmt: on


@pytest.mark.parametrize(("query", "n"), FILTERED)
def test_the_queue_is_filtered_by_what_is_asked(
    stage: Stage, call: Call, query: dict[str, str], n: int
) -> None:
    stage.case()
    stage.taken()
    assert len(call("reviewer").get("cases/", **query).json()["results"]) == n


def test_involved_staff_do_not_see_the_case_in_any_list(stage: Stage, call: Call) -> None:
    case = stage.recovering()
    for name in ("reviewer", "clerk"):
        person = getattr(stage.cast, name)
        person.employee_no = "E2001"
        person.save()
    assert call("reviewer").get("cases/").json()["results"] == []
    assert call("reviewer").get(f"cases/{case.reference}/").status_code == 404
    assert call("clerk").get(f"recoveries/{case.reference}/").status_code == 404


def test_every_look_of_staff_at_a_person_is_in_the_access_log(stage: Stage, call: Call) -> None:
    case = stage.recovering()
    call("reviewer").get(f"cases/{case.reference}/")
    call("clerk").get(f"recoveries/{case.reference}/")
    call("cardholder").get(f"my/notices/{case.reference}/")
    rows = AccessRecord.objects.order_by("id").values_list("actor", "what", "employee_no")
    assert list(rows) == [("jimin.han", "case", "E2001"), ("boram.seo", "recovery", "E2001")]


def test_a_bank_file_is_reconciled(stage: Stage, call: Call) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    case = stage.recovering()
    lines = f"case,amount,currency,received_on,method,bank_reference\n{case.reference},84000,KRW,2026-11-20,offset,F-1\n"
    upload = {"file": SimpleUploadedFile("bank.csv", lines.encode())}
    response = call("clerk").client.post("/api/v1/recoveries/import/", upload, format="multipart")
    assert (response.status_code, response.json()["n_posted"], response.json()["posted"]) == (
        200,
        1,
        {"KRW": "84000"},
    )
    assert Recovery.objects.get(case=case).closed_at is not None
    assert (
        call("approver").client.post("/api/v1/recoveries/import/", upload, format="multipart").status_code
        == 403
    )


def test_unknown_paths_answer_in_the_same_form(stage: Stage, call: Call) -> None:
    response = call("reviewer").get("nothing/here/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_sentences_follow_the_readers_language(stage: Stage, call: Call) -> None:
    stage.cast.reviewer.language = "en"
    stage.cast.reviewer.save()
    case = stage.closed()
    refused = call("reviewer").step(case, "take").json()["detail"]
    assert refused.startswith("This cannot be done in a case that is “Closed”. ")
    assert not any("가" <= letter <= "힣" for letter in refused)


def test_the_timeline_tells_who_did_what(stage: Stage, call: Call) -> None:
    case = stage.asked()
    rows = call("auditor").get(f"cases/{case.reference}/timeline/").json()["results"]
    assert [(r["action"], r["actor"], r["state"]) for r in rows] == [
        ("case.taken", "jimin.han", "in_review"),
        ("explanation.requested", "jimin.han", "awaiting_explanation"),
    ]
    assert rows[0]["sentence"] == "건을 맡았습니다"
    assert call("clerk").get(f"cases/{case.reference}/timeline/").status_code == 403


def test_the_clerk_lists_open_recoveries_and_those_to_be_written_off(stage: Stage, call: Call) -> None:
    open_case, asked, done = stage.recovering(), stage.recovering(), stage.recovering()
    stage.post(done, 84_000)
    call("clerk").send(
        f"recoveries/{asked.reference}/request-write-off/", {"reason": REASON}, version=asked.version
    )

    def listed(**query: str) -> set[str]:
        return {row["case"] for row in call("clerk").get("recoveries/", **query).json()["results"]}

    assert listed() == {open_case.reference, asked.reference}
    assert listed(view="write_off") == {asked.reference}
    assert listed(view="closed") == {done.reference}
    assert len(listed(view="all")) == 3
    assert call("clerk").get("recoveries/", view="mine").status_code == 400
    assert call("reviewer").get("recoveries/").status_code == 403
