"""Kept views, exports of lists and taking a step on many cases back, through the interface."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from rest_framework.test import APIClient

from audit.models import AuditEvent
from cases.models import SavedView
from tests.cases.stage import Stage, fresh
from tests.cast import make_claim

pytestmark = pytest.mark.django_db


def client(person: Any) -> APIClient:
    made = APIClient()
    made.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return made


def test_views_are_kept_started_with_and_forgotten_by_their_owner_alone(stage: Stage) -> None:
    own, other = client(stage.cast.reviewer), client(stage.cast.other_reviewer)
    place = "/api/v1/cases/views/late%20ones/"
    kept = own.put(place, {"query": "?state=new&band=high", "is_start": True}, format="json")
    assert kept.json() == {"name": "late ones", "query": "state=new&band=high", "is_start": True}
    assert own.put(place, {"query": "state=new"}, format="json").json()["is_start"] is True
    assert [row["name"] for row in own.get("/api/v1/cases/views/").json()["results"]] == ["late ones"]
    assert other.get("/api/v1/cases/views/").json()["results"] == []
    for answer in (other.get(place), other.delete(place)):
        assert answer.status_code == 404
    assert client(stage.cast.cardholder).get("/api/v1/cases/views/").status_code == 403
    for n in range(11):
        assert own.put(f"/api/v1/cases/views/v{n}/", {"query": ""}, format="json").status_code == 200
    full = own.put("/api/v1/cases/views/one-more/", {"query": ""}, format="json")
    assert (full.status_code, full.json()["code"]) == (422, "too_many")
    assert own.delete(place).status_code == 204
    assert SavedView.objects.count() == 11


@pytest.mark.parametrize(
    ("query", "said", "told"),
    [
        ("nonsense=1", "no filter “nonsense”", "“nonsense” 조건이"),
        ("state=new&min=abc", "abc", "abc"),
        ("javascript:alert(1)", "no filter “javascript:alert(1)”", "“javascript:alert(1)” 조건이"),
        ("band=purple", "purple", "purple"),
    ],
)
def test_a_view_keeps_only_filters_that_the_queue_reads(
    stage: Stage, query: str, said: str, told: str
) -> None:
    own = client(stage.cast.reviewer)
    for language, words in (("en", said), ("ko", told)):
        stage.cast.reviewer.language = language
        stage.cast.reviewer.save()
        answer = own.put("/api/v1/cases/views/junk/", {"query": query}, format="json")
        assert answer.status_code == 400
        assert words in answer.json()["fields"]["query"][0]
    assert not SavedView.objects.exists()


def lines(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_lists_are_exported_as_their_pages_do_with_a_reason_that_is_kept(stage: Stage) -> None:
    case = stage.recovering()
    make_claim(external_id="OTHER-1", merchant_name="다른 가게")
    reason = {"reason": "for the auditors"}
    approver, auditor = client(stage.cast.approver), client(stage.cast.auditor)
    ledger = lines(approver.post("/api/v1/recoveries/export/", reason, format="json"))
    assert [row["case"] for row in ledger] == [case.reference]
    claims = lines(auditor.post("/api/v1/claims/export/?q=OTHER-1", reason, format="json"))
    assert [row["external_id"] for row in claims] == ["OTHER-1"]
    assert "description" not in lines(
        auditor.post("/api/v1/labels/export/?outcome=misuse", reason, format="json")
    )
    kept = AuditEvent.objects.filter(action__endswith=".exported").values_list("action", "reason")
    assert set(kept) == {
        (f"{name}.exported", "for the auditors") for name in ("recoveries", "claims", "labels")
    }
    for place in ("recoveries", "claims", "labels"):
        assert (
            client(stage.cast.reviewer).post(f"/api/v1/{place}/export/", reason, format="json").status_code
            == 403
        )
        assert auditor.post(f"/api/v1/{place}/export/", {"reason": "   x"}, format="json").status_code == 400
    wrong = auditor.post("/api/v1/labels/export/?outcome=perhaps", reason, format="json")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["filters"])
    assert approver.get("/api/v1/claims/export/").status_code == 405


def test_a_step_on_many_cases_is_taken_back_for_all_of_them(stage: Stage) -> None:
    case = stage.taken()
    by = client(stage.cast.reviewer)
    day = "2026-12-07"
    body = {
        "cases": [{"reference": case.reference, "version": case.version}],
        "until": day,
        "reason": "waits for the bank",
    }
    done = by.post("/api/v1/cases/bulk-snooze/", body, format="json")
    assert done.json()["results"][0]["result"] == "done", done.content
    again = {"cases": [{"reference": case.reference, "version": fresh(case).version}]}
    back = by.post("/api/v1/cases/bulk-undo/", again, format="json")
    assert back.json()["results"][0]["result"] == "done"
    assert fresh(case).snoozed_until is None
