"""Model versions, their tests on later claims, experiments and the threshold through the interface: read, proposed, decided by two people."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from fraud.company.models import CompanySettings
from fraud.detection.models import ModelVersion
from fraud.learning import experimenting
from fraud.learning.models import Evaluation, Experiment
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def version(cast: Cast) -> ModelVersion:
    made: ModelVersion = ModelVersion.objects.create(
        reference="M-2026-0001", folder="M-1", sha256="0" * 64, created_by="system:test", n_confirmed=40,
        card={"counts": {"rows": 900, "confirmed": 40}, "calibration": "platt", "tree_features": ["amount"]},
    )  # fmt: skip
    return made


def client(person: Any) -> APIClient:
    made = APIClient()
    made.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return made


def test_a_version_is_proposed_by_one_and_returned_by_another_who_saw_it(
    cast: Cast, version: ModelVersion
) -> None:
    owner, approver = client(cast.model_owner), client(cast.approver)
    place = f"/api/v1/models/{version.reference}/"
    read = owner.get(place)
    assert (read.data["stage"], read.data["seen"], read["ETag"]) == (
        "challenger",
        "challenger-0",
        '"challenger-0"',
    )
    assert read.data["card"]["lines"][1] == {"name": "확인된 오남용", "value": 40}
    body = {"reason": "finds more"}
    assert owner.post(f"{place}propose/", body, format="json").status_code == 428
    stale = owner.post(f"{place}propose/", {**body, "seen": "challenger-7"}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "version_moved")
    proposed = owner.post(f"{place}propose/", body, format="json", headers={"If-Match": read["ETag"]})
    assert (proposed.status_code, proposed.data["stage"]) == (200, "proposed"), proposed.content
    assert owner.post(f"{place}promote/", {**body, "seen": "proposed-0"}, format="json").status_code == 403
    back = approver.post(
        f"{place}return/", {"reason": "more weeks first", "seen": "proposed-0"}, format="json"
    )
    assert (back.status_code, back.data["stage"]) == (200, "challenger")
    assert approver.post(f"{place}bake/", {**body, "seen": "x"}, format="json").status_code == 404


def test_conditions_that_are_not_met_are_named_and_may_be_passed_over(
    cast: Cast, version: ModelVersion
) -> None:
    ModelVersion.objects.create(
        reference="M-2026-0000", folder="M-0", sha256="1" * 64, created_by="t", stage="champion"
    )
    body = {"reason": "finds more", "seen": "challenger-0"}
    place = f"/api/v1/models/{version.reference}/propose/"
    refused = client(cast.model_owner).post(place, body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "gates_not_passed")
    assert refused.json()["facts"] == {"gates": ["not_compared"]}
    done = client(cast.model_owner).post(place, {**body, "despite_gates": True}, format="json")
    assert done.data["stage"] == "proposed"


def test_tests_on_later_claims_are_listed_and_read_with_their_conditions(
    cast: Cast, version: ModelVersion
) -> None:
    now = timezone.now()
    for n in range(3):
        Evaluation.objects.create(
            model_version=version, window_from=now, window_to=now, n_claims=100 + n, n_misuse=7,
            gates=[{"gate": "better", "value": 0.1, "limit": ">= 0", "holds": True}],
        )  # fmt: skip
    reader = client(cast.auditor)
    page = reader.get("/api/v1/evaluations/?version=M-2026-0001&page_size=2").json()
    assert [row["n_claims"] for row in page["results"]] == [102, 101]
    rest = reader.get(f"/api/v1/evaluations/?page_size=2&cursor={page['next']}").json()
    assert [row["n_claims"] for row in rest["results"]] == [100]
    one = reader.get(f"/api/v1/evaluations/{page['results'][0]['id']}/").json()
    assert one["gates"][0]["words"] == "운영 모델보다 우수"
    assert client(cast.reviewer).get("/api/v1/evaluations/").status_code == 403
    assert [row["reference"] for row in reader.get("/api/v1/models/?stage=challenger").json()["results"]] == [
        "M-2026-0001"
    ]


def test_an_experiment_is_started_watched_and_cancelled(
    cast: Cast, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(experimenting, "start_process", lambda one: started.append(one.pk))
    owner = client(cast.model_owner)
    wrong = owner.post("/api/v1/experiments/", {"kind": "autoencoder", "layers": "x"}, format="json")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["layers"])
    made = owner.post(
        "/api/v1/experiments/", {"kind": "autoencoder", "layers": "8-3-8", "weeks": 4}, format="json"
    )
    assert (made.status_code, made.data["state"], started) == (201, "waiting", [made.data["id"]])
    again = owner.post(
        "/api/v1/experiments/", {"kind": "surrogate", "version": version.reference}, format="json"
    )
    assert "아직 끝나지 않았습니다" in again.json()["fields"]["kind"][0]
    place = f"/api/v1/experiments/{made.data['id']}/"
    assert client(cast.approver).get(place).data["state"] == "waiting"
    assert client(cast.approver).post(f"{place}cancel/").status_code == 403
    assert owner.post(f"{place}cancel/").data["state"] == "cancelled"
    assert Experiment.objects.get().state == "cancelled"
    assert len(owner.get("/api/v1/experiments/?state=cancelled").json()["results"]) == 1


def test_a_threshold_is_looked_at_proposed_and_activated_by_somebody_else(cast: Cast) -> None:
    owner, approver = client(cast.model_owner), client(cast.approver)
    wrong = owner.get("/api/v1/threshold/?fn=many")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["fn"])
    for asked, field in (("policy=fixed&threshold=2", "threshold"), ("threshold=-1", "threshold"), ("threshold=0.9999", "threshold"), ("fn=-5", "fn"), ("fn=2000000", "fn"), ("minutes_per_case=0", "minutes_per_case"), (f"reviewer_minutes_per_day={'9' * 40}", "reviewer_minutes_per_day")):  # fmt: skip
        for language, words in (("en", "Give a"), ("ko", "사이의")):
            cast.model_owner.language = language
            cast.model_owner.save()
            refused = owner.get(f"/api/v1/threshold/?{asked}")
            assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])
            assert words in refused.json()["fields"][field][0]
    shown = owner.get("/api/v1/threshold/?policy=fixed&threshold=0.2").json()
    assert (shown["policy"], shown["threshold"], shown["seen"]) == ("fixed", 0.2, 0)
    assert [column["key"] for column in shown["ways"]["columns"]][:2] == ["way", "threshold"]
    body = {"policy": "fixed", "threshold": "0.2", "note": "fewer cases", "seen": 0}
    made = owner.post("/api/v1/threshold/", body, format="json")
    assert made.status_code == 201, made.content
    assert owner.post("/api/v1/settings/changes/1/activate/", {"seen": 0}, format="json").status_code == 403
    assert approver.post("/api/v1/settings/changes/1/return/", {"seen": 0}, format="json").status_code == 422
    done = approver.post("/api/v1/settings/changes/1/activate/", {"seen": 0}, format="json")
    assert (done.status_code, done.data["state"]) == (200, "active"), done.content
    assert CompanySettings.objects.get().values["fixed_threshold"] == 0.2
    decided = approver.post(
        "/api/v1/settings/changes/1/return/", {"seen": 1, "reason": "too late"}, format="json"
    )
    assert (decided.status_code, decided.json()["code"]) == (409, "settings_stale")
