"""Service accounts, import profiles and deliveries through the interface: a secret told once, versions, two people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from cases.models import IdempotencyRecord
from fraud.claims.models import ServiceToken
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def client(person: Any) -> APIClient:
    made = APIClient()
    made.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return made


def test_a_token_is_told_once_rotated_by_who_saw_the_last_one_and_ended(cast: Cast) -> None:
    admin = client(cast.system_admin)
    wrong = admin.post("/api/v1/accounts/", {"name": "x y", "scopes": ["claims:deliver"]}, format="json")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["name"])
    wrong = admin.post("/api/v1/accounts/", {"name": "xy", "scopes": ["claims:deliver", "x"]}, format="json")
    (said,) = wrong.json()["fields"]["scopes.1"]
    assert "claims:deliver" in said
    body = {"name": "erp-seoul", "scopes": ["claims:deliver", "deliveries:read"], "days": 30}
    made, again = (
        admin.post("/api/v1/accounts/", body, format="json", headers={"Idempotency-Key": "account-1"})
        for _ in range(2)
    )
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.data["token"].startswith("cct_")
    assert "token" not in again.data
    kept = json.dumps(list(IdempotencyRecord.objects.values("answer")))
    listed = json.dumps(admin.get("/api/v1/accounts/").json())
    assert made.data["token"] not in kept + listed
    program = APIClient(headers={"Authorization": f"Token {made.data['token']}"})
    assert program.get("/api/v1/deliveries/").status_code == 200
    assert program.get("/api/v1/accounts/").status_code == 403
    place = "/api/v1/accounts/erp-seoul/"
    assert admin.post(f"{place}rotate/", format="json").status_code in (400, 428)
    stale = admin.post(f"{place}rotate/", {"seen": made.data["seen"] + 5}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "token_moved")
    new = admin.post(f"{place}rotate/", {"seen": made.data["seen"]}, format="json")
    assert new.data["token"] != made.data["token"]
    assert program.get("/api/v1/deliveries/").status_code == 200  # for a day beside the new one
    ended = admin.post(f"{place}revoke/", {"seen": new.data["seen"]}, format="json")
    assert {token["state"] for token in ended.data["tokens"]} == {"revoked"}
    assert program.get("/api/v1/deliveries/").status_code == 401
    assert client(cast.reviewer).get("/api/v1/accounts/").status_code == 403
    assert ServiceToken.objects.filter(revoked_at=None).count() == 0


def test_a_profile_is_saved_by_its_version_and_a_column_exempted_by_two(cast: Cast) -> None:
    admin, approver = client(cast.system_admin), client(cast.approver)
    generic = admin.get("/api/v1/profiles/generic/")
    assert generic["ETag"] == f'"{generic.data["version"]}"'
    body = {"spec": generic.data["spec"], "label_en": "Ours", "label_ko": "자체"}
    place = "/api/v1/profiles/ours/"
    assert admin.put(place, body, format="json").status_code == 428
    made = admin.put(place, body, format="json", headers={"If-Match": '"0"'})
    assert (made.status_code, made.data["version"]) == (200, 1), made.content
    assert admin.put(place, body, format="json", headers={"If-Match": '"0"'}).status_code == 409
    broken = admin.put(place, {**body, "spec": {"colour": 1}}, format="json", headers={"If-Match": '"1"'})
    assert (broken.status_code, list(broken.json()["fields"])) == (400, ["spec"])
    asked = admin.post(
        f"{place}exemptions/", {"column": "전표번호", "reason": "our own number"}, format="json"
    )
    assert (asked.status_code, asked.data["state"]) == (201, "proposed")
    step = f"{place}exemptions/{asked.data['id']}/"
    assert admin.post(f"{step}approve/", {}, format="json").status_code == 403
    assert approver.post(f"{step}approve/", {}, format="json").data["state"] == "active"
    assert admin.get(place).data["version"] == 2
