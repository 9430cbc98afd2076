"""A person's own data: complete for them, silent about scoring, notes, other people and cases they were not told of (ASVS 5: 8.2.3)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount

from audit.models import AccessRecord, AuditEvent
from cases.evidence import store
from cases.models import Evidence
from cases.services import explanations, notes
from cases.services.evidence import add_evidence
from cases.services.steps import current_request
from fraud.claims.models import Absence, Claim, Trip
from tests.cases.files import picture
from tests.cases.stage import Stage, fresh
from tests.cast import NOW, make_claim, make_run, make_score

pytestmark = pytest.mark.django_db
NOTE, OTHERS, PLAN = "메모-비밀-7781", "남의-사정-5521", "계획-비밀-9912"


@pytest.fixture
def told(stage: Stage) -> Any:
    """A case with everything: an answer with a file, a decision, a repayment, a note, a score; and one nobody told of."""
    case = stage.asked()
    add_evidence(
        request=current_request(case), name="receipt.png", content=picture(), by=stage.actor("cardholder")
    )
    explanations.submit_explanation(
        request=current_request(case),
        text="본인의 설명입니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(case).version,
    )
    notes.add_note(
        case=fresh(case), text=NOTE, by=stage.actor("reviewer"), expected_version=fresh(case).version
    )
    stage.tell()
    make_score(claim=Claim.objects.filter(alerts__case=case).get(), run=make_run(), hybrid_probability=0.7391)
    owing = stage.recovering()
    stage.post(owing, 30_000)
    unknown = stage.taken(headline={"ko": PLAN})
    make_claim(cardholder=stage.cast.stranger_record, external_id="OTHER-1", purpose_text=OTHERS)
    Absence.objects.create(
        employee_no="e2001", kind="annual", starts_on="2026-03-02", ends_on="2026-03-03", received_at=NOW
    )
    Trip.objects.create(
        employee_no="E2002", trip_no="T-9", starts_on="2026-03-02", ends_on="2026-03-03", received_at=NOW
    )
    for subject in (f"case:{case.reference}", f"case:{unknown.reference}"):
        AccessRecord.objects.create(
            actor="jimin.han", actor_role="reviewer", subject=subject, employee_no="E2001", what="case"
        )
    return case


def taken(client: Any, stage: Stage, **body: str) -> zipfile.ZipFile:
    client.force_login(stage.cast.cardholder)
    answer = client.post("/my/data/", {"reason": "제 자료를 확인하려고 합니다.", **body})
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_it_holds_what_is_kept_about_the_person(client: Any, stage: Stage, told: Any) -> None:
    SocialAccount.objects.create(user=stage.cast.cardholder, provider="company", uid="entry-of-dohyun")
    SocialAccount.objects.create(user=stage.cast.stranger, provider="company", uid="entry-of-sua")
    archive = taken(client, stage)
    data = json.loads(archive.read("data.json"))
    assert [one["employee_no"] for one in data["person"]] == ["E2001"]
    assert data["login"]["username"] == "dohyun.kim"
    assert [(one["directory"], one["entry"]) for one in data["login"]["directory"]] == [
        ("company", "entry-of-dohyun")
    ]
    assert [one["kind"] for one in data["personnel"]["absences"]] == ["annual"]
    own = Claim.objects.filter(cardholder=stage.cast.cardholder_record)
    assert len(data["claims"]) == own.count() > 1
    assert data["claims"][0]["amount"] == "84000"
    case = next(one for one in data["cases"] if one["reference"] == told.reference)
    assert case["requests"][0]["answers"][0]["text"] == "본인의 설명입니다."
    (owing,) = [one for one in data["cases"] if one["repayment"]]
    assert owing["repayment"]["postings"][0]["amount"] == "30000"
    assert owing["decisions"][0]["amount"] == "84000"
    assert data["mails"]
    file = Evidence.objects.get()
    assert archive.read(f"files/{file.reference}.png") == store.read(file.key)
    assert [row["actor_role"] for row in data["looked_at"]] == ["reviewer"], "of the case they know"


def test_it_is_silent_about_scores_notes_other_people_and_cases_not_told(
    client: Any, stage: Stage, told: Any
) -> None:
    said = taken(client, stage).read("data.json").decode()
    for secret in (
        NOTE,
        OTHERS,
        PLAN,
        "0.7391",
        "OTHER-1",
        "T-9",
        "jimin.han",
        "E2000",
        "E1001",
        "hybrid",
        "probability",
        "band",
        "novelty",
    ):
        assert secret not in said, secret
    assert len(json.loads(said)["cases"]) == 2


def test_it_needs_a_reason_and_is_kept_in_the_log(client: Any, stage: Stage, told: Any) -> None:
    client.force_login(stage.cast.cardholder)
    assert client.get("/my/data/").status_code == 200
    assert client.post("/my/data/", {"reason": " x "}).status_code == 422
    assert not AuditEvent.objects.filter(action="own_data.exported").exists()
    taken(client, stage)
    entry = AuditEvent.objects.get(action="own_data.exported")
    assert (entry.actor, entry.reason) == ("dohyun.kim", "제 자료를 확인하려고 합니다.")


def test_the_interface_gives_the_same_and_nobody_elses(stage: Stage, told: Any) -> None:
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_authenticate(stage.cast.cardholder)
    assert client.post("/api/v1/my/data/", {"reason": "x"}, format="json").status_code == 400
    own = client.post("/api/v1/my/data/", {"reason": "제 자료 확인"}, format="json").json()
    assert {one["reference"] for one in own["cases"]} >= {told.reference}
    client.force_authenticate(stage.cast.stranger)
    other = client.post("/api/v1/my/data/", {"reason": "제 자료 확인"}, format="json").json()
    assert (other["cases"], [one["external_id"] for one in other["claims"]]) == ([], ["OTHER-1"])
    client.force_authenticate(stage.cast.reviewer)
    assert client.post("/api/v1/my/data/", {"reason": "제 자료 확인"}, format="json").status_code == 403
