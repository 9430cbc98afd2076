"""The interface for claims and runs: rows in with an answer each, lists, scores for those who may see them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from audit.actor import Actor
from audit.models import AccessRecord
from cases.models import Alert
from cases.services.night import run_night
from fraud.claims.models import Claim, ClaimFile
from fraud.detection.models import Score
from fraud.detection.screening import services as screening
from tests.cast import Cast, make_cast
from tests.night_company import START, add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
# fmt: off
ROW = {
    "external_id": "A-1", "transacted_at": "2026-03-02 12:30:00", "employee_no": "E0001", "merchant_name": "Kimbap",
    "amount": "12500", "currency": "KRW",
}
# fmt: on


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def client(user: Any) -> APIClient:
    found = APIClient()
    found.force_authenticate(user)
    return found


def deliver(user: Any, rows: list[dict[str, Any]], **more: Any) -> Any:
    return client(user).post("/api/v1/claims/", {"profile": "generic", "rows": rows, **more}, format="json")


def test_rows_are_taken_one_by_one_and_accounted_for(cast: Cast) -> None:
    rows = [ROW, {**ROW, "external_id": "A-2", "amount": "much"}, ROW, {**ROW, "external_id": "A-3"}]
    answer = deliver(cast.approver, rows)
    assert answer.status_code == 200, answer.data
    assert [row["outcome"] for row in answer.data["rows"]] == [
        "accepted",
        "rejected",
        "duplicate",
        "accepted",
    ]
    body = answer.data
    assert body["read"] == body["accepted"] + body["duplicate"] + body["superseding"] + body["rejected"] == 4
    rejected = body["rows"][1]
    assert (rejected["index"], rejected["column"]) == (1, "amount")
    assert rejected["message"]
    assert rejected["message"] != rejected["code"]
    assert Claim.objects.count() == 2
    assert ClaimFile.objects.get().reference == body["file"]


def test_same_rows_again_change_nothing(cast: Cast) -> None:
    first = deliver(cast.approver, [ROW])
    again = deliver(cast.approver, [ROW])
    assert again.data == first.data
    assert (Claim.objects.count(), ClaimFile.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"profile": "generic"}, "invalid"),
        ({"profile": "generic", "rows": []}, "invalid"),
        ({"profile": "generic", "rows": [ROW], "force": True}, "unknown_field"),
        ({"profile": "no such profile", "rows": [ROW]}, "invalid"),
        ({"profile": "generic", "rows": "all"}, "invalid"),
        ([ROW], "invalid"),
    ],
)
def test_request_that_is_not_understood_is_refused_with_400(cast: Cast, body: Any, code: str) -> None:
    answer = client(cast.approver).post("/api/v1/claims/", body, format="json")
    assert answer.status_code == 400
    assert answer.data["code"] == code
    assert Claim.objects.count() == 0


def test_delivery_with_a_card_number_is_refused_as_a_whole(cast: Cast) -> None:
    answer = deliver(
        cast.approver, [ROW, {**ROW, "external_id": "A-2", "purpose_text": "4111 1111 1111 1111"}]
    )
    assert answer.status_code == 422
    assert "4111" not in str(answer.data)
    assert Claim.objects.count() == 0


def test_only_those_who_import_deliver(cast: Cast) -> None:
    for user in (cast.reviewer, cast.auditor, cast.cardholder):
        assert deliver(user, [ROW]).status_code == 403
    assert APIClient().post("/api/v1/claims/", {}, format="json").status_code == 401
    assert Claim.objects.count() == 0


@pytest.fixture
def screened(cast: Cast) -> Cast:
    screening.forget_frames()
    add_rules()
    add_people()
    add_claims(300)
    install_model()
    run_night(business_date=date(2026, 5, 4), by=Actor.system("nightly"))
    return cast


def test_pages_of_claims_hold_every_claim_once(screened: Cast) -> None:
    seen: list[int] = []
    url = "/api/v1/claims/?page_size=70"
    while True:
        answer = client(screened.reviewer).get(url)
        seen += [row["id"] for row in answer.data["results"]]
        if not answer.data["next"]:
            break
        url = f"/api/v1/claims/?page_size=70&cursor={answer.data['next']}"
    ordered = Claim.objects.order_by("-transacted_at", "-pk").values_list("pk", flat=True)
    assert seen == list(ordered)


def test_claim_shows_scores_with_reasons_to_a_reviewer(screened: Cast) -> None:
    claim_id = Alert.objects.filter(channel="model").values_list("claim_id", flat=True)[0]
    answer = client(screened.reviewer).get(f"/api/v1/claims/{claim_id}/")
    (score,) = answer.data["scores"]
    stored = Score.objects.get(claim_id=claim_id)
    assert score["z"] == stored.z
    assert score["hybrid_probability"] is None  # not calibrated: it ranks, it is no percentage
    assert sum(r["value"] for r in score["reasons"] if r["in_sum"]) == pytest.approx(stored.z, abs=1e-4)
    assert sum(r["value"] or 0 for r in score["reasons"]) == pytest.approx(stored.z, abs=1e-4)
    assert {r["kind"] for r in score["reasons"] if r["tail"] is not None} <= {"novelty"}
    assert all(reason["sentence"] for reason in score["reasons"])
    assert {hit["rule"] for hit in answer.data["hits"]} <= {"A01", "D03", "M01", "X01"}
    assert AccessRecord.objects.filter(subject=f"claim:{claim_id}", actor=screened.reviewer.username).exists()


def test_claim_hides_scores_from_who_may_not_see_them_and_of_a_blind_sample(screened: Cast) -> None:
    flagged = Alert.objects.filter(channel="model").values_list("claim_id", flat=True)[0]
    answer = client(screened.clerk).get(f"/api/v1/claims/{flagged}/")
    assert (answer.data["scores"], answer.data["hits"]) == (None, None)
    assert client(screened.clerk).get("/api/v1/claims/?band=high").status_code == 400
    blind = Alert.objects.filter(channel="control_sample").values_list("claim_id", flat=True)[0]
    answer = client(screened.reviewer).get(f"/api/v1/claims/{blind}/")
    assert (answer.data["scores"], answer.data["hits"]) == (None, None)


def test_cardholder_sees_neither_claims_nor_runs(screened: Cast) -> None:
    for url in ("/api/v1/claims/", "/api/v1/claims/1/", "/api/v1/runs/", "/api/v1/runs/R-2026-05-04/"):
        assert client(screened.cardholder).get(url).status_code == 403


def test_run_tells_its_stages_and_counts(screened: Cast) -> None:
    (row,) = client(screened.auditor).get("/api/v1/runs/").data["results"]
    assert (row["reference"], row["n_claims"], row["state"]) == ("R-2026-05-04", 300, "finished")
    run = client(screened.auditor).get("/api/v1/runs/R-2026-05-04/").data
    assert [stage["name"] for stage in run["stages"]] == ["prepare", "scoring", "opening", "finish"]
    assert client(screened.auditor).get("/api/v1/runs/R-1999-01-01/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=x",
        "page_size=9999",
        "cursor=%%%",
        "colour=blue",
        "from=2026-13-01",
        "min=abc",
    ],
)
def test_filter_that_cannot_be_used_is_refused(cast: Cast, query: str) -> None:
    assert client(cast.reviewer).get(f"/api/v1/claims/?{query}").status_code == 400


def test_filters_narrow_the_list(screened: Cast) -> None:
    day = START + timedelta(days=10)
    answer = client(screened.reviewer).get(
        f"/api/v1/claims/?from={day:%Y-%m-%d}&to={day:%Y-%m-%d}&page_size=200"
    )
    assert 0 < len(answer.data["results"]) < 30
    banned = client(screened.reviewer).get("/api/v1/claims/?rule=X01").data["results"]
    assert {row["id"] for row in banned} == set(
        Claim.objects.filter(card_status="stopped").values_list("pk", flat=True)
    )


def test_description_names_every_endpoint(cast: Cast) -> None:
    schema = client(cast.reviewer).get("/api/schema/?format=json").json()
    assert schema["openapi"].startswith("3.1")
    paths = {
        path
        for path in schema["paths"]
        if path.startswith(("/api/v1/claims", "/api/v1/runs", "/api/v1/deliveries"))
    }
    assert paths == {
        "/api/v1/claims/",
        "/api/v1/claims/{claim_id}/",
        "/api/v1/claims/{claim_id}/receipts/",
        "/api/v1/claims/export/",
        "/api/v1/deliveries/",
        "/api/v1/deliveries/{reference}/",
        "/api/v1/deliveries/{reference}/rejects/",
        "/api/v1/deliveries/{reference}/rejects/export/",
        "/api/v1/deliveries/{reference}/{name}/",
        "/api/v1/runs/",
        "/api/v1/runs/{reference}/",
        *(f"/api/v1/runs/{{reference}}/{step}/" for step in ("pause", "resume", "cancel", "restart")),
    }
    deliver_ = schema["paths"]["/api/v1/claims/"]["post"]
    assert {"200", "400", "401", "403", "413", "422"} <= set(deliver_["responses"])


def test_documentation_obeys_the_strict_policy_and_loads_nothing_from_elsewhere(cast: Cast) -> None:
    for path in ("/api/docs/", "/api/docs/?script="):
        answer = client(cast.reviewer).get(path)
        text = answer.content.decode()
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "<style" not in text
        assert not re.search(r"<script(?![^>]* src=)", text)
        assert not re.search(r"(src|href)=\"(https?:)?//", text)


def test_description_sorts_endpoints_by_what_they_are_about(cast: Cast) -> None:
    schema = client(cast.reviewer).get("/api/schema/?format=json").json()
    tags = {tag for methods in schema["paths"].values() for one in methods.values() for tag in one["tags"]}
    assert tags == {
        "approvals",
        "access-changes",
        "access-review",
        "accounts",
        "audit",
        "evaluations",
        "experiments",
        "trainings",
        "labels",
        "models",
        "profiles",
        "threshold",
        "logins",
        "units",
        "claims",
        "precheck",
        "nights",
        "calendar",
        "notices",
        "settings",
        "workload",
        "late-cases",
        "deliveries",
        "money-back",
        "outcomes",
        "people",
        "runs",
        "scores",
        "cases",
        "tips",
        "evidence",
        "mail",
        "recoveries",
        "reports",
        "my",
        "uploads",
        "webhooks",
        "rules",
        "health",
    }
