"""A dossier holds what its reader may see and says what it leaves out; page and interface make the same; every export is on record."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from audit.models import AccessRecord, AuditEvent
from audit.permissions import NotPermitted, Role
from audit.services import record_refusal
from cases.evidence import store
from cases.models import Case, CaseNote, Evidence
from cases.papers.dossier.making import export_dossier
from cases.papers.dossier.verifier import MANIFEST, add_entry, canonical, check_dossier, manifest_of
from cases.services import errors, evidence, explanations
from cases.services.steps import current_request
from fraud.claims.models import ClaimChange
from tests.cases import files
from tests.cases.api.conftest import Caller, call
from tests.cases.stage import Stage, fresh
from tests.cast import (
    NOW,
    correct_claim,
    make_cardholder,
    make_case,
    make_claim,
    make_hit,
    make_rule_version,
    make_run,
    make_score,
    put_case,
)

__all__ = ["call"]
WHY = "감사위원회 제출 자료"
ANSWER = "거래처와 저녁을 먹었습니다. 영수증을 첨부합니다."


def made(stage: Stage, case: Case, who: str = "approver", kind: str = "zip", language: str = "ko") -> bytes:
    with translation.override(language):
        dossier = export_dossier(case=case, kind=kind, reason=WHY, by=stage.actor(who), language=language)
    with dossier.file as file:
        return file.read()


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def data(content: bytes, name: str) -> Any:
    return json.loads(opened(content)[f"{name}.json"])


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def case(stage: Stage) -> Case:
    """A case of two payments, one delivered twice, with hits and a score; answered with a file, decided, appealed, being repaid."""
    run = make_run(rule_set_hash="abc")
    person = stage.cast.cardholder_record
    claims = [make_claim(cardholder=person, purpose_text=f"회의비 {n}") for n in (1, 2)]
    correct_claim(claims[0], received_at=NOW, amount_minor=90_000)
    ClaimChange.objects.update(followed_at=NOW)  # before there was a case to follow it
    rule = make_rule_version("A04")
    for claim in claims:
        make_score(
            claim=claim,
            run=run,
            hybrid_probability=0.37,
            reasons=[{"kind": "rule", "code": "A04", "value": 1.2, "facts": {}}],
        )
        make_hit(claim=claim, run=run, rule_version=rule)
    found = stage.asked(claims=claims, run=run)
    request = current_request(found)
    assert request is not None
    by = stage.actor("cardholder")
    evidence.add_evidence(request=request, name="영수증.png", content=io.BytesIO(files.picture()), by=by)
    explanations.submit_explanation(
        request=request, text=ANSWER, by=by, expected_version=fresh(found).version
    )
    return fresh(found)


def test_everything_of_the_case_is_in_it_and_it_verifies(stage: Stage, case: Case, tmp_path: Path) -> None:
    content = made(stage, case)
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert check_dossier(path).findings == ()
    claims = data(content, "claims")
    assert {claim["claim"] for claim in claims} == set(
        case.alerts.values_list("claim__external_id", flat=True)
    )
    twice = next(claim for claim in claims if claim["earlier_versions"])
    assert (twice["now"]["amount"], twice["earlier_versions"][0]["amount"]) == ("90000", "84000")
    assert "card_token" not in str(claims)
    found = data(content, "found")
    assert [(row["hits"][0]["rule"], row["score"]["probability"]) for row in found] == [("A04", 0.37)] * 2
    (request,) = data(content, "correspondence")["requests"]
    (answer,) = request["explanations"]
    assert (answer["text"], answer["submitted_by"]["username"]) == (ANSWER, "dohyun.kim")
    (file,) = data(content, "evidence")
    kept = Evidence.objects.get()
    assert file["sha256"] == kept.sha256 == hashlib.sha256(opened(content)[file["entry"]]).hexdigest()
    assert answer["evidence"] == [kept.reference]
    entries = [json.loads(line) for line in opened(content)["chain.jsonl"].splitlines()]
    events = AuditEvent.objects.filter(subject=f"case:{case.reference}").order_by("seq")
    assert [entry["hash"] for entry in entries] == [event.hash for event in events]
    told = json.loads(opened(content)["export.json"])
    assert (told["reason"], told["by"]["username"], [one["code"] for one in told["left_out"]]) == (
        WHY,
        "mira.jung",
        ["drafts"],
    )


def test_decisions_appeal_and_ledger_name_who_did_what(stage: Stage) -> None:
    appealed = stage.appealed()
    stage.decide_appeal(appealed, "upheld")
    case = fresh(appealed)
    stage.post(case, 30_000)
    content = made(stage, fresh(case))
    first = data(content, "decisions")[0]
    assert (first["proposed_by"]["username"], first["decided_by"]["username"], first["amount"]) == (
        "jimin.han",
        "mira.jung",
        "84000",
    )
    (appeal,) = data(content, "appeals")
    assert (appeal["result"], appeal["decided_by"]["username"]) == ("upheld", "taeo.kang")
    ledger = data(content, "recovery")
    assert (ledger["balance"]["recovered"], ledger["balance"]["outstanding"]) == ("30000", "54000")
    assert [(row["amount"], row["posted_by"]["username"]) for row in ledger["postings"]] == [
        ("30000", "boram.seo")
    ]


def test_what_an_appeal_put_in_place_of_a_decision_says_so(stage: Stage) -> None:
    case = stage.appealed()
    stage.decide_appeal(case, "reduced", amount_minor=50_000)
    first, second = data(made(stage, fresh(case)), "decisions")
    assert (first["is_on_appeal"], second["is_on_appeal"]) == (False, True)
    assert (first["state"], second["amount"]) == ("superseded", "50000")
    text = text_of(made(stage, fresh(case), kind="pdf"))
    assert "다른 사람이 이의신청을 심의" in text
    assert text.count("두 사람 승인 예") == 1
    assert "두 사람 승인 아니요" not in text


def test_the_same_state_gives_the_same_bytes_but_for_the_facts_of_the_export(
    stage: Stage, case: Case
) -> None:
    first = made(stage, case)
    assert first == made(stage, case)
    stage.go_on(minutes=5)
    other = made(stage, case, "other_approver")
    one, two = opened(first), opened(other)
    assert list(one) == list(two)
    assert {name for name in one if one[name] != two[name]} == {"export.json", "dossier.pdf", "manifest.json"}


@pytest.mark.parametrize(("language", "word"), [("ko", "건 기록철"), ("en", "Dossier of case")])
def test_the_document_is_set_in_the_readers_language_and_its_korean_can_be_read_out(
    stage: Stage, case: Case, language: str, word: str
) -> None:
    long = "가맹점과 금액을 확인하였으며 " * 400
    CaseNote.objects.create(case=case, text=long, written_by=stage.cast.reviewer)
    text = text_of(made(stage, case, kind="pdf", language=language))
    assert f"{word} {case.reference}" in text
    for said in ("김도현", ANSWER, "영수증.png", WHY):
        assert said in text
    assert Evidence.objects.get().sha256 in "".join(text.split())
    assert text.replace("\r\n", " ").count("가맹점과 금액을 확인하였으며") > 380


def test_an_undecided_random_check_has_no_score_in_it(stage: Stage, case: Case) -> None:
    put_case(case, drawn_blind=True, source="control_sample")
    content = made(stage, fresh(case), "auditor")
    assert "found.json" not in opened(content)
    assert "scores_blind" in [one["code"] for one in json.loads(opened(content)["export.json"])["left_out"]]
    everything = b"".join(
        part for name, part in opened(content).items() if name.endswith((".json", ".jsonl"))
    )
    for hidden in (b"0.37", b"probability", b'"band"', b"A04"):
        assert hidden not in everything
    assert "37.0 %" not in text_of(opened(content)["dossier.pdf"])


def test_what_others_may_not_read_of_the_chain_is_sealed_and_said_to_be(
    stage: Stage, case: Case, tmp_path: Path
) -> None:
    record_refusal(
        by=stage.actor("stranger"),
        action="cases.view_case",
        subject=f"case:{case.reference}",
        code="own_case",
    )
    request = current_request(case)
    assert request is not None
    for_approver, for_auditor = made(stage, case), made(stage, case, "auditor")
    assert b"sua.lee" not in opened(for_approver)["chain.jsonl"]
    assert b"sua.lee" in opened(for_auditor)["chain.jsonl"]
    left_out = json.loads(opened(for_approver)["export.json"])["left_out"]
    assert ("entries_sealed", 1) in [(one["code"], one["n"]) for one in left_out]
    path = tmp_path / "x.zip"
    path.write_bytes(for_approver)
    checked = check_dossier(path)
    assert (checked.findings, checked.n_sealed) == ((), 1)


def test_a_file_that_was_never_sent_is_its_authors_alone(stage: Stage) -> None:
    case = stage.asked()
    request = current_request(case)
    assert request is not None
    by = stage.actor("cardholder")
    evidence.add_evidence(request=request, name="draft.png", content=io.BytesIO(files.picture()), by=by)
    content = made(stage, fresh(case))
    assert data(content, "evidence") == []
    assert not [name for name in opened(content) if name.startswith("evidence/")]
    assert Evidence.objects.get().reference.encode() not in opened(content)["chain.jsonl"]


def test_a_damaged_or_waiting_file_is_named_and_its_content_left_out(
    stage: Stage, case: Case, tmp_path: Path
) -> None:
    store.write(Evidence.objects.get().key, b"something else")
    content = made(stage, case)
    (file,) = data(content, "evidence")
    assert (file["name"], file["entry"]) == ("영수증.png", None)
    left_out = json.loads(opened(content)["export.json"])["left_out"]
    assert ("files_held_back", 1) in [(one["code"], one["n"]) for one in left_out]
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert check_dossier(path).findings == ()


def test_a_payment_that_left_the_case_is_another_persons_and_told_without_its_facts(
    stage: Stage, case: Case
) -> None:
    gone = case.alerts.order_by("claim_id").last()
    assert gone is not None
    gone.left_at, gone.left_why = NOW, "other_person"
    gone.save()
    claims = data(made(stage, case), "claims")
    left = next(claim for claim in claims if claim["claim"] == gone.claim.external_id)
    assert "now" not in left
    assert "earlier_versions" not in left


def test_a_large_file_is_never_held_more_than_once(stage: Stage, case: Case, tmp_path: Path) -> None:
    size = 8 << 20
    kept = Evidence.objects.get()
    content = bytes(size)
    store.write(kept.key, content)
    digest = hashlib.sha256(content).hexdigest()
    for n in range(4):
        copy = Evidence.objects.get(pk=kept.pk)
        copy.pk, copy.key, copy.reference = None, f"{n:064x}", f"E-{n:032x}"
        copy.sha256, copy.size_bytes = digest, size
        store.write(copy.key, content)
        copy.save()
    first = export_dossier(case=case, kind="zip", reason=WHY, by=stage.actor("approver"), language="ko")
    first.file.close()  # loads fonts and libraries, which are not what is measured
    tracemalloc.start()
    dossier = export_dossier(case=case, kind="zip", reason=WHY, by=stage.actor("approver"), language="ko")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with dossier.file as file:
        assert file.seek(0, 2) > 4 * size
    assert peak < 3 * size


PEOPLE = {
    "reviewer": Role.REVIEWER,
    "approver": Role.APPROVER,
    "clerk": Role.RECOVERY_CLERK,
    "rule_admin": Role.RULE_ADMIN,
    "model_owner": Role.MODEL_OWNER,
    "auditor": Role.AUDITOR,
    "system_admin": Role.SYSTEM_ADMIN,
    "cardholder": Role.CARDHOLDER,
    "stranger": Role.CARDHOLDER,
    "manager": Role.MANAGER,
}


@pytest.mark.parametrize("name", PEOPLE)
def test_approvers_and_auditors_export_dossiers_and_nobody_else(
    stage: Stage, call: Callable[[str], Caller], name: str
) -> None:
    case = stage.taken()
    client = Client()
    client.force_login(getattr(stage.cast, name))
    address = f"/cases/{case.reference}/dossier/"
    body = {"reason": WHY, "kind": "pdf"}
    by_page = client.post(address, body)
    by_interface = call(name).send(f"cases/{case.reference}/dossier/", body)
    if name in ("approver", "auditor"):
        assert client.get(address).status_code == 200
        contents = [b"".join(answer.streaming_content) for answer in (by_page, by_interface)]
        assert contents[0] == contents[1]
        assert contents[0].startswith(b"%PDF")
        assert by_page["X-Dossier-Digest"] == hashlib.sha256(contents[0]).hexdigest()
        looks = AccessRecord.objects.filter(what="dossier")
        assert [(look.employee_no, look.reason) for look in looks] == [("E2001", WHY)] * 2
        entries = AuditEvent.objects.filter(action="dossier.exported")
        assert {(entry.reason, (entry.after or {})["digest"]) for entry in entries} == {
            (WHY, by_page["X-Dossier-Digest"])
        }
        assert not AuditEvent.objects.filter(subject=f"case:{case.reference}", action="dossier.exported")
    else:
        assert (by_page.status_code, by_interface.status_code) == (403, 403)
        with pytest.raises(NotPermitted):
            export_dossier(case=case, kind="zip", reason=WHY, by=stage.actor(name), language="ko")
        assert not AuditEvent.objects.filter(action="dossier.exported")


@pytest.mark.parametrize("relation", ["cardholder", "approver_no", "attendee", "report"])
def test_whoever_is_involved_gets_what_an_absent_case_gets(
    stage: Stage, call: Callable[[str], Caller], relation: str
) -> None:
    person = stage.cast.cardholder_record
    approver = stage.cast.approver
    fields: dict[str, Any] = {
        "approver_no": {"approver_no": approver.employee_no},
        "attendee": {"attendees": [{"name": "정미라", "employee_no": approver.employee_no}]},
    }.get(relation, {})
    case = make_case(claims=[make_claim(cardholder=person, **fields)])
    if relation == "cardholder":
        approver.employee_no = person.employee_no
        approver.save()
    if relation == "report":  # the cardholder leads the approver
        make_cardholder(approver.employee_no, name="정미라", manager_no=person.employee_no)
    client = Client()
    client.force_login(approver)
    body = {"reason": WHY, "kind": "zip"}
    for reference in (case.reference, "C-2020-999999"):
        assert client.get(f"/cases/{reference}/dossier/").status_code == 404
        assert client.post(f"/cases/{reference}/dossier/", body).status_code == 404
        assert call("approver").send(f"cases/{reference}/dossier/", body).status_code == 404
    with pytest.raises(errors.CaseNotFound):
        export_dossier(case=case, kind="zip", reason=WHY, by=stage.actor("approver"), language="ko")
    tried = AuditEvent.objects.filter(subject=f"case:{case.reference}", action="access.refused")
    assert tried.count() == 2
    assert not AuditEvent.objects.filter(action="dossier.exported")


@pytest.mark.parametrize(
    ("body", "field"),
    [({"reason": " no ", "kind": "zip"}, "reason"), ({"reason": WHY, "kind": "docx"}, "kind")],
)
def test_a_refusal_keeps_what_was_typed_and_records_nothing(
    stage: Stage, call: Callable[[str], Caller], body: dict[str, str], field: str
) -> None:
    case = stage.taken()
    client = Client()
    client.force_login(stage.cast.auditor)
    answer = client.post(f"/cases/{case.reference}/dossier/", body)
    assert (answer.status_code, list(answer.context["wrong"])) == (422, [field])
    assert body["reason"].strip() in answer.content.decode()
    assert call("auditor").send(f"cases/{case.reference}/dossier/", body).status_code == 400
    assert not AuditEvent.objects.filter(action="dossier.exported")


def test_an_auditor_who_is_involved_does_not_read_of_its_export_either(stage: Stage, client: Client) -> None:
    case = stage.taken()
    made(stage, case)
    client.force_login(stage.cast.auditor)
    assert f"dossier:{case.reference}" in client.get("/audit/").content.decode()
    case.cardholder.employee_no, other = "E1008", case.cardholder.employee_no
    case.cardholder.save()
    assert other != "E1008"
    assert f"dossier:{case.reference}" not in client.get("/audit/").content.decode()


def test_the_command_tells_a_dossier_of_ours_from_one_made_anew(
    stage: Stage, case: Case, tmp_path: Path, capsys: Any
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(made(stage, case))
    call_command("verify_dossier", str(path), "--recorded")
    said = capsys.readouterr().out
    assert "온전합니다" in said
    at = AuditEvent.objects.get(action="dossier.exported").at
    assert f"{at}에 mira.jung 계정이 내보냄: {WHY}" in said
    with_other_reason = opened(path.read_bytes())
    with_other_reason["export.json"] = with_other_reason["export.json"].replace(
        WHY.encode(), "다른 용도".encode()
    )
    manifest = json.loads(with_other_reason.pop("manifest.json"))
    with zipfile.ZipFile(path, "w") as archive:
        lines = [add_entry(archive, name, [part]) for name, part in with_other_reason.items()]
        add_entry(archive, MANIFEST, [canonical(manifest_of(case.reference, manifest["chain"], lines))])
    assert check_dossier(path).findings == ()  # by itself it is whole …
    with pytest.raises(CommandError, match="내보낸"):  # … but nobody here made it
        call_command("verify_dossier", str(path), "--recorded")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CommandError, match="문제"):
        call_command("verify_dossier", str(path), "--json")
    assert '"whole": false' in capsys.readouterr().out
