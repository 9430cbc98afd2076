"""What somebody involved in a claim may read of it: that it exists and what it says, never what the system thinks of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from audit.models import AccessRecord, AuditEvent
from cases.models import Case
from cases.pages.person import cases_like, past_cases
from cases.services import explanation_requests
from cases.visibility import visible_cases
from fraud.claims.models import Claim, User
from tests.cases.stage import Stage, fresh
from tests.cast import make_alert, make_case, make_claim, make_hit, make_rule_version, make_run, make_score

pytestmark = pytest.mark.django_db
RELATIONS = ["cardholder", "claim_approver", "attendee", "report"]
RULE = "X77"


def scored(stage: Stage, **fields: Any) -> Claim:
    """A claim of the cardholder with a hit, a score and a reason, in a case."""
    claim = make_claim(cardholder=stage.cast.cardholder_record, **fields)
    run = make_run()
    make_score(
        claim=claim,
        run=run,
        hybrid_probability=0.83,
        reasons=[{"kind": "rule", "source": "rule", "code": RULE, "value": 1.0, "facts": {}}],
    )
    make_hit(claim=claim, run=run, rule_version=make_rule_version(RULE))
    case = make_case(cardholder=stage.cast.cardholder_record, pattern=RULE)
    case.alerts.all().delete()
    make_alert(case=case, claim=claim, run=run)
    return claim


def involved(stage: Stage, relation: str, claim: Claim) -> User:
    """A reviewer who stands to the claim as named; numbers spelled otherwise."""
    person = stage.cast.other_reviewer
    if relation == "cardholder":
        stage.cast.cardholder.grants.all().delete()
        stage.cast.cardholder.delete()
        person.employee_no = " e-2001"
    elif relation == "claim_approver":
        person.employee_no = "E4444"
        Claim.objects.filter(pk=claim.pk).update(approver_no="e 4444")
    elif relation == "attendee":
        person.employee_no = "E4444"
        Claim.objects.filter(pk=claim.pk).update(attendees=[{"name": "", "employee_no": "E-4444"}])
    else:
        person.employee_no = "E2002"
        record = stage.cast.stranger_record
        record.manager_no, record.department = "e2001", None
        record.save()
    person.save()
    return person


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_involved_read_the_claim_without_scores_hits_reasons_or_cases(
    stage: Stage, relation: str
) -> None:
    claim = scored(stage)
    case = Case.objects.get(alerts__claim=claim)
    other = signed_in(stage.cast.reviewer).get(f"/claims/{claim.pk}/").content.decode()
    assert RULE in other
    assert case.reference in other
    person = involved(stage, relation, claim)
    page = signed_in(person).get(f"/claims/{claim.pk}/").content.decode()
    assert claim.merchant_name in page
    for secret in (RULE, "0.83", "83 %", "83%", case.reference, "/case/", "/tip/"):
        assert secret not in page.split("<main", 1)[-1], secret
    api = APIClient()
    api.force_login(person)
    told = api.get(f"/api/v1/claims/{claim.pk}/").json()
    assert (told["id"], told["scores"], told["hits"]) == (claim.pk, None, None)


@pytest.mark.parametrize("relation", RELATIONS)
def test_no_list_filter_or_search_tells_the_involved_of_a_hit(stage: Stage, relation: str) -> None:
    claim = scored(stage, merchant_name="비밀의집")
    run = claim.scores.get().run.reference
    person = involved(stage, relation, claim)
    for who, is_seen in ((stage.cast.reviewer, True), (person, False)):
        client, api = signed_in(who), APIClient()
        api.force_login(who)
        lists = [client.get("/claims/", {"rule": RULE}), client.get("/claims/", {"run": run})]
        assert [claim in answer.context["page"].rows for answer in lists] == [is_seen, is_seen]
        plain = client.get("/claims/")
        assert claim in plain.context["page"].rows
        assert (claim.pk in plain.context["scores"]) == is_seen
        found = [row["id"] for row in api.get("/api/v1/claims/", {"rule": RULE}).json()["results"]]
        assert (claim.pk in found) == is_seen
        top = client.get(f"/runs/{run}/").context["top"]
        assert (claim.pk in [row.claim_id for row in top]) == is_seen
        queue = [row.reference for row in client.get("/queue/", {"view": "open"}).context["page"].rows]
        cases = [row["reference"] for row in api.get("/api/v1/cases/").json()["results"]]
        reference = Case.objects.get(alerts__claim=claim).reference
        assert [reference in queue, reference in cases] == [is_seen, is_seen]


def test_neither_similar_nor_past_cases_show_a_reader_their_own(stage: Stage) -> None:
    claim = scored(stage)
    own = Case.objects.get(alerts__claim=claim)
    looked_at = make_case(cardholder=stage.cast.cardholder_record, pattern=RULE)
    person = involved(stage, "claim_approver", claim)
    by = stage.cast.actor("other_reviewer")
    assert by.employee_no == person.employee_no
    assert own in past_cases(looked_at, visible_cases(stage.actor("reviewer")))
    assert own not in past_cases(looked_at, visible_cases(by))
    assert own not in cases_like(looked_at, visible_cases(by))[0]


@pytest.mark.parametrize("verb", ["case", "tip"])
def test_a_case_on_ones_own_claim_is_not_opened_and_the_form_does_not_exist(stage: Stage, verb: str) -> None:
    claim = scored(stage)
    person = involved(stage, "attendee", claim)
    client = signed_in(person)
    for answer in (client.get(f"/claims/{claim.pk}/{verb}/"), client.post(f"/claims/{claim.pk}/{verb}/", {})):
        absent = client.get(f"/claims/999999/{verb}/")
        assert (answer.status_code, absent.status_code) == (404, 404)
    kept = AuditEvent.objects.filter(action="access.refused", subject=f"claim:{claim.pk}")
    assert {event.after["code"] for event in kept} == {"own_case"}


def test_the_access_log_is_silent_on_a_case_until_its_person_was_told(stage: Stage) -> None:
    case = stage.taken()
    signed_in(stage.cast.reviewer).get(f"/cases/{case.reference}/")
    assert AccessRecord.objects.filter(subject=f"case:{case.reference}").exists()
    reader = signed_in(stage.cast.cardholder)
    log = "/audit/access/?employee_no=E2001"
    assert case.reference not in reader.get(log).content.decode()
    explanation_requests.request_explanation(
        case=case, by=stage.actor("reviewer"), expected_version=fresh(case).version
    )
    assert case.reference in reader.get(log).content.decode()


def test_an_auditor_reads_no_entry_on_a_case_of_their_own(stage: Stage) -> None:
    case = stage.taken()
    auditor = stage.cast.auditor
    assert case.reference in signed_in(auditor).get("/audit/").content.decode()
    auditor.employee_no = "e2001"
    auditor.save()
    client = signed_in(auditor)
    assert case.reference not in client.get("/audit/").content.decode()
    exported = client.post("/audit/export/", {"reason": "yearly check"})
    assert case.reference not in b"".join(exported.streaming_content).decode()


def test_the_recovery_clerk_learns_nothing_by_an_empty_step_on_a_case(stage: Stage) -> None:
    case = Case.objects.get(alerts__claim=scored(stage))
    client = signed_in(stage.cast.clerk)
    answers = [client.post(f"/cases/{ref}/do/propose/", {}) for ref in (case.reference, "C-2099-000001")]
    assert {answer.status_code for answer in answers} == {403}
    assert all(RULE not in answer.content.decode() for answer in answers)
    assert case.cardholder.name not in answers[0].content.decode()
