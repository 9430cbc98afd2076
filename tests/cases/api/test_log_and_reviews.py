"""The audit log, the looks at personal data and the review of access through the interface: by permission, in pages, with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from audit.models import AccessRecord, AuditEvent
from audit.services import CONFIG, record
from cases.services import notes
from fraud.claims.models import AccessReview
from tests.cases.stage import Stage

pytestmark = pytest.mark.django_db


def client(person: Any) -> APIClient:
    made = APIClient()
    made.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return made


def test_entries_are_listed_narrowed_and_paged_for_the_auditor_alone(stage: Stage) -> None:
    for n in range(5):
        record(action="settings.proposed", by=stage.actor("rule_admin"), subject=CONFIG, reason=f"number {n}")
    auditor = client(stage.cast.auditor)
    place = f"/api/v1/audit/entries/?action=settings.proposed&subject={CONFIG}&page_size=2"
    seen, page = [], auditor.get(place).json()
    while True:
        seen += [row["reason"] for row in page["results"]]
        if page["next"] is None:
            break
        page = auditor.get(f"{place}&cursor={page['next']}").json()
    assert seen == [f"number {n}" for n in reversed(range(5))]
    for wrong, name in (
        ("action=nothing.done", "action"),
        ("since=soon", "since"),
        ("colour=blue", "colour"),
    ):
        refused = auditor.get(f"/api/v1/audit/entries/?{wrong}")
        assert (refused.status_code, list(refused.json()["fields"])) == (400, [name])
    for name in ("reviewer", "approver", "system_admin", "cardholder"):
        assert client(getattr(stage.cast, name)).get("/api/v1/audit/entries/").status_code == 403


def test_an_export_of_entries_says_why_and_is_an_entry(stage: Stage) -> None:
    auditor = client(stage.cast.auditor)
    assert auditor.post("/api/v1/audit/export/", {"reason": "x"}, format="json").status_code == 400
    sent = auditor.post(
        "/api/v1/audit/export/", {"reason": "for the committee", "actor": "nobody"}, format="json"
    )
    lines = b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()
    assert (len(lines), lines[0].split(",")[:3]) == (1, ["id", "subject", "seq"])
    entry = AuditEvent.objects.get(action="audit.exported")
    assert (entry.reason, entry.after) == ("for the committee", {"entries": 0})
    told = auditor.post("/api/v1/audit/verify/").json()
    assert (told["faults"], told["n_entries"]) == ([], AuditEvent.objects.count())


def test_an_auditor_involved_in_a_case_reads_no_entry_of_it(stage: Stage) -> None:
    case = stage.taken()
    notes.add_note(case=case, text="ZQ secret", by=stage.actor("reviewer"), expected_version=case.version)
    subject = f"case:{case.reference}"
    stage.cast.auditor.employee_no = case.cardholder.employee_no
    stage.cast.auditor.save()
    found = client(stage.cast.auditor).get(f"/api/v1/audit/entries/?subject={subject}").json()
    assert found["results"] == []


def test_looks_are_the_auditors_and_ones_own(stage: Stage) -> None:
    for number in ("E2001", "E2002"):
        AccessRecord.objects.create(
            actor="somebody", actor_role="r", subject="claim:1", employee_no=number, what="claim"
        )
    assert len(client(stage.cast.auditor).get("/api/v1/audit/looks/").json()["results"]) == 2
    own = client(stage.cast.cardholder).get("/api/v1/audit/looks/?employee_no=E2001")
    assert [row["employee_no"] for row in own.json()["results"]] == ["E2001"]
    for asked in ("", "?employee_no=E2002"):
        assert client(stage.cast.cardholder).get(f"/api/v1/audit/looks/{asked}").status_code == 403


def test_access_is_reviewed_once_a_month_by_somebody_else(stage: Stage) -> None:
    auditor = client(stage.cast.auditor)
    page = auditor.get("/api/v1/access-review/").json()
    rows = {row["login"]["username"]: row for row in page["results"]}
    row = rows[stage.cast.reviewer.username]
    assert (row["result"], row["is_oneself"]) == ("", False)
    place = f"/api/v1/access-review/{stage.cast.reviewer.pk}/"
    assert auditor.post(place, {"result": "kept"}, format="json").status_code == 428
    kept = auditor.post(place, {"result": "kept", "seen": row["seen"]}, format="json")
    assert (kept.status_code, kept.data["result"]) == (200, "kept"), kept.content
    again = auditor.post(place, {"result": "kept", "seen": row["seen"]}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "reviewed_already")
    own = auditor.post(
        f"/api/v1/access-review/{stage.cast.auditor.pk}/", {"result": "kept", "seen": 0}, format="json"
    )
    assert (own.status_code, own.json()["code"]) == (403, "own_roles")
    other = stage.cast.other_reviewer
    bare = {"result": "ended", "seen": rows[other.username]["seen"]}
    assert auditor.post(f"/api/v1/access-review/{other.pk}/", bare, format="json").status_code == 422
    ended = auditor.post(
        f"/api/v1/access-review/{other.pk}/", {**bare, "reason": "left the team"}, format="json"
    )
    assert ended.data["result"] == "ended"
    other.refresh_from_db()
    assert not other.is_active
    assert AccessReview.objects.count() == 2
