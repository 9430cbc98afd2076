"""Single rules through the interface: from a draft over a second person, shadow and a share to its end, and what is refused on the way."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from audit.models import AuditEvent
from rules.models import Rule, RuleVersion
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/rules/"
NEW = {
    "code": "z77",
    "text": "amount > 900,000 KRW",
    "name_ko": "큰 금액",
    "name_en": "Large amount",
    "question_ko": "무엇에 쓰셨습니까?",
    "question_en": "What was it for?",
    "weight": 2.5,
    "examples": [{"hits": True, "claim": {"amount": "1000000"}}],
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def as_(person: Any) -> APIClient:
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def drafted(cast: Cast) -> tuple[APIClient, APIClient, str]:
    """The rule admin, an approver, and the address of a draft."""
    admin = as_(cast.rule_admin)
    made = admin.post(PLACE, NEW, format="json")
    assert made.status_code == 201, made.content
    return admin, as_(cast.approver), f"{PLACE}Z77/versions/1/"


def step(client: APIClient, place: str, name: str, **body: Any) -> Any:
    """A step on the version as it reads now, unless told what was seen."""
    seen = client.get(place).json().get("seen")
    return client.post(f"{place}{name}/", {"seen": seen, **body}, format="json")


def test_a_rule_goes_from_draft_to_its_end_by_two_people(cast: Cast) -> None:
    admin, approver, place = drafted(cast)
    rule = f"{PLACE}Z77/"
    assert step(admin, place, "propose", reason="as the policy says").json()["state"] == "proposed"
    refused = step(admin, place, "shadow")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert step(approver, place, "shadow").json()["state"] == "shadow"
    shared = step(approver, place, "activate", percent=10).json()
    assert (shared["state"], shared["share_percent"]) == ("active", 10)
    assert step(approver, place, "widen", percent=5).json()["code"] == "share_not_growing"
    assert step(approver, place, "widen", percent=100).json()["share_percent"] == 100
    (row,) = admin.get(PLACE, {"state": "active", "q": "z77"}).json()["results"]
    assert (row["active"], row["shadow"], row["in_work"], row["seen"]) == (1, None, None, 1)
    assert step(admin, rule, "propose-retirement", reason="").json()["code"] == "reason_needed"
    assert step(admin, rule, "propose-retirement", reason="asks too often", seen=2).status_code == 409
    proposed = step(admin, rule, "propose-retirement", reason="asks too often").json()["versions"][0]
    assert (proposed["state"], proposed["retire_proposed_by"]) == ("active", cast.rule_admin.username)
    assert step(admin, rule, "retire").status_code == 403
    assert step(approver, rule, "keep", reason="let it run on").json()["active"] == 1
    step(admin, rule, "propose-retirement", reason="asks too often")
    assert step(approver, rule, "retire").json()["versions"][0]["state"] == "retired"
    said = AuditEvent.objects.filter(subject="rule:Z77").order_by("pk").values_list("action", flat=True)
    assert [name.removeprefix("rule.") for name in said if name.startswith("rule.")] == [
        "drafted", "proposed", "shadowed", "activated", "widened", "retirement_proposed", "retirement_returned", "retirement_proposed",
        "retired",
    ]  # fmt: skip


def test_a_draft_is_changed_as_it_was_seen_and_its_proposal_falls(cast: Cast) -> None:
    admin, approver, place = drafted(cast)
    read = admin.get(place)
    assert read["ETag"] == f'"{read.json()["seen"]}"'
    assert (read.json()["weight"], read.json()["examples"][0]["hits"]) == (2.5, True)
    step(admin, place, "propose")
    body = {"text": "amount > 800,000 KRW", "question_ko": "왜요?", "question_en": "Why?"}
    assert admin.put(place, body, format="json").status_code == 428
    changed = admin.put(place, body, format="json", headers={"If-Match": read["ETag"]})
    assert (changed.json()["state"], changed.json()["text"], changed.json()["weight"]) == (
        "draft",
        body["text"],
        2.5,
    )
    assert Rule.objects.get(code="Z77").question_en == "Why?"
    stale = admin.put(place, body, format="json", headers={"If-Match": read["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert step(admin, place, "propose", seen=0).status_code == 409
    assert step(admin, place, "propose").status_code == 200
    assert step(approver, place, "return", reason="too low").json()["state"] == "draft"
    assert step(admin, place, "discard").json()["state"] == "retired"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"text": "amount >"}, 400, "text"),
        ({"text": "amount > @nowhere"}, 400, "text"),
        ({"code": "Z 77/"}, 400, "code"),
        ({"name_ko": ""}, 400, "name_ko"),
        ({"weight": True}, 400, "weight"),
        ({"weight": 11}, 422, None),
        ({"examples": [{"hits": False, "claim": {"amount": "1000000"}}]}, 422, None),
        ({"examples": ["a"]}, 400, "examples.0"),
    ],
)
def test_what_is_no_rule_is_refused_where_it_stands(
    cast: Cast, change: Any, status: int, field: str | None
) -> None:
    answer = as_(cast.rule_admin).post(PLACE, {**NEW, **change}, format="json")
    assert answer.status_code == status, answer.content
    assert field is None or field in answer.json()["fields"]
    assert not Rule.objects.exists()


def test_a_question_is_changed_in_both_languages_or_not_at_all(cast: Cast) -> None:
    admin, _approver, place = drafted(cast)
    one = admin.put(place, {"seen": 0, "note": "x", "question_ko": "왜요?"}, format="json")
    assert "question_en" in one.json()["fields"]
    assert RuleVersion.objects.get().note == ""


def test_the_next_version_begins_with_what_counts_and_one_is_in_work(cast: Cast) -> None:
    admin, _approver, _place = drafted(cast)
    RuleVersion.objects.update(state="active")
    made = admin.post(
        f"{PLACE}Z77/versions/", {"weight": 3}, format="json", headers={"Idempotency-Key": "version-2-of-z77"}
    )
    assert (made.status_code, made.json()["number"], made.json()["text"], made.json()["weight"]) == (
        201,
        2,
        NEW["text"],
        3,
    )
    again = admin.post(
        f"{PLACE}Z77/versions/", {"weight": 3}, format="json", headers={"Idempotency-Key": "version-2-of-z77"}
    )
    assert again.json()["number"] == 2
    other = admin.post(
        f"{PLACE}Z77/versions/", {}, format="json", headers={"Idempotency-Key": "version-3-of-z77"}
    )
    assert (other.status_code, other.json()["code"]) == (409, "draft_exists")
    assert admin.post(PLACE, NEW, format="json").json()["code"] == "code_taken"
    assert admin.post(f"{PLACE}Z99/versions/", {}, format="json").status_code == 404


def test_rules_come_in_pages_by_code_and_filters_that_are_known(cast: Cast) -> None:
    for code, group in (("Q1", "time"), ("Q2", "amount"), ("Q3", "time")):
        Rule.objects.create(code=code, name_ko=code, name_en=code, group=group)
    admin = as_(cast.rule_admin)
    first = admin.get(PLACE, {"page_size": 2}).json()
    second = admin.get(PLACE, {"page_size": 2, "cursor": first["next"]}).json()
    assert [row["code"] for row in first["results"] + second["results"]] == ["Q1", "Q2", "Q3"]
    assert second["next"] is None
    assert [row["code"] for row in admin.get(PLACE, {"group": "time"}).json()["results"]] == ["Q1", "Q3"]
    assert admin.get(PLACE, {"state": "awake"}).status_code == 400


@pytest.mark.parametrize("who", ["cardholder", "auditor"])
def test_whoever_does_not_write_rules_drafts_none(cast: Cast, who: str) -> None:
    client = as_(getattr(cast, who))
    assert client.post(PLACE, NEW, format="json").status_code == 403
    assert client.get(PLACE).status_code == (200 if who == "auditor" else 403)
    assert not Rule.objects.exists()
