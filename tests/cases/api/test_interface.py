"""Every operation of the interface, walked by its own description: refusals, versions, keys, filters and pages are the same everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from audit.permissions import Role
from cases.models import IdempotencyRecord, Webhook
from tests.cases.files import picture
from tests.cases.stage import Stage, fresh
from tests.cast import give, make_person

PROBLEM = "application/problem+json"
#: Changes that rest on nothing that could have changed unseen: what they make is new, or their state alone decides (a second time is refused).
# fmt: off
WITHOUT_VERSION = {
    "makes something new": {
        "post /claims/", "post /nights/", "post /outcomes/", "post /people/{feed}/", "post /uploads/", "post /logins/", "post /tips/", "post /cases/open/", "post /webhooks/",
        "post /recoveries/import/", "post /rules/{code}/suppressions/", "post /rules/searches/", "post /rules/searches/{number}/draft/", "post /claims/{claim_id}/receipts/",
        "post /my/requests/{reference}/evidence/", "post /my/notices/{reference}/evidence/", "post /my/requests/{reference}/extension/", "post /calendar/",
        "post /rules/", "post /rules/{code}/versions/", "post /accounts/", "post /experiments/", "post /trainings/", "post /profiles/{name}/exemptions/", "post /rules/templates/{code}/adopt/",
    },
    "changes nothing": {
        "post /rules/read/", "post /precheck/", "post /rules/try/", "post /mail/texts/{mail}/{language}/preview/", "post /rules/case-load/", "post /my/data/", "post /scores/export/", "post /reports/export/", "post /reports/figures/{code}/export/",
        "post /reports/assurance/export/", "post /cases/{reference}/dossier/", "post /claims/export/", "post /labels/export/", "post /recoveries/export/", "post /deliveries/{reference}/rejects/export/",
        "post /audit/export/", "post /audit/verify/", "post /rules/explain/", "post /rules/{code}/preview/", "post /rules/values/lists/{name}/preview/",
        "post /rules/values/parameters/{name}/preview/", "post /rules/values/changes/{change_id}/preview/",
    },
    "carries a version for each case": {"post /cases/bulk-ask/", "post /cases/bulk-assign/", "post /cases/bulk-close/", "post /cases/bulk-snooze/", "post /cases/bulk-undo/"},
    "chooses by itself": {"post /cases/take-next/"},
    "carries its own: the number of the draft or the text, the offset": {"post /mail/texts/{mail}/{language}/", "put /my/requests/{reference}/draft/", "put /my/notices/{reference}/appeal-draft/", "put /uploads/{reference}/"},
    "a proposal never changes, it is decided once": {"post /mail/texts/changes/{number}/approve/", "post /mail/texts/changes/{number}/return/", "post /calendar/changes/{number}/approve/", "post /calendar/changes/{number}/return/", "post /rules/policy/changes/{change_id}/{name}/", "post /rules/wording/changes/{change_id}/{name}/", "post /rules/book/changes/{book_id}/{name}/", "post /access-changes/{change_id}/{name}/",
        "post /rules/values/changes/{change_id}/{name}/", "post /profiles/{profile}/exemptions/{number}/{name}/"},
    "what is waiting or dead is settled once, under a lock": {
        "post /mail/{number}/send-again/", "post /mail/{number}/told/", "post /webhooks/messages/{number}/send-again/", "post /rules/searches/{number}/cancel/",
        "post /uploads/{reference}/finish/", "delete /uploads/{reference}/",
        "post /experiments/{number}/cancel/", "post /trainings/{number}/cancel/", "post /deliveries/{reference}/{name}/",
    },
    "an entry is placed as far as something of it is left, under a lock": {
        "post /recoveries/entries/{number}/match/", "post /recoveries/entries/{number}/same/", "post /recoveries/entries/{number}/set-aside/",
        "post /recoveries/entries/{number}/take-up/",
    },
    "the whole text is put, the last holds": {"post /recoveries/entries/profiles/", "post /rules/book/"},
    "one's own: what was read stays read, the last choice holds": {"post /notices/read/", "post /notices/{number}/read/", "put /notices/choices/", "put /cases/views/{name}/", "delete /cases/views/{name}/"},
    "takes back one's own, once": {
        "delete /my/notices/{reference}/consent/", "delete /my/requests/{reference}/evidence/{evidence}/", "delete /my/notices/{reference}/evidence/{evidence}/",
    },
}
WITHOUT_KEY = {*WITHOUT_VERSION["changes nothing"], "put /uploads/{reference}/", "delete /uploads/{reference}/"}
# fmt: on


@pytest.fixture(scope="module")
def described() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(described: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            yield method, path.removeprefix("/api/v1"), one


def taken(one: Any, place: str) -> dict[str, Any]:
    return {given["name"]: given for given in one.get("parameters", []) if given["in"] == place}


def resolved(described: Any, schema: Any) -> Any:
    reference = schema.get("$ref", "")
    return described["components"]["schemas"][reference.rsplit("/", 1)[-1]] if reference else schema


def body_of(described: Any, one: Any) -> Any:
    content = one.get("requestBody", {}).get("content", {})
    return resolved(described, content["application/json"]["schema"]) if "application/json" in content else {}


def sample(path: str) -> str:
    """An address of which nothing exists."""
    numbers = r"\{(number|claim_id|login_id|change_id|book_id)\}"
    return "/api/v1" + re.sub(r"\{.*?\}", "X-0", re.sub(numbers, "987654", path).replace("{name}", "confirm"))


def test_every_refusal_is_described_as_a_problem(described: Any) -> None:
    seen = 0
    for method, path, one in operations(described):
        for status, answer in one["responses"].items():
            if int(status) >= 400:
                assert set(answer["content"]) == {PROBLEM}, (method, path, status)
                seen += 1
    print(f"{seen} refusals of {sum(1 for _ in operations(described))} operations")
    assert seen > 600


def test_what_is_changed_asks_for_the_version_seen_or_says_why_not(described: Any) -> None:
    known = {name: why for why, names in WITHOUT_VERSION.items() for name in names}
    walked = set()
    for method, path, one in operations(described):
        if method == "get":
            continue
        walked.add(name := f"{method} {path}")
        asks = "If-Match" in taken(one, "header")
        assert asks != (name in known), (
            f"{name}: {known.get(name, 'asks for no version, and nobody says why')}"
        )
        if "seen" in body_of(described, one).get("properties", {}):
            assert asks, name
    assert set(known) <= walked


def test_what_makes_or_changes_something_takes_a_key(described: Any) -> None:
    for method, path, one in operations(described):
        takes = "Idempotency-Key" in taken(one, "header")
        assert takes == (method != "get" and f"{method} {path}" not in WITHOUT_KEY), (method, path)


def test_every_list_comes_in_pages_and_one_thing_with_its_version(described: Any) -> None:
    lists = details = 0
    for method, path, one in operations(described):
        if method != "get":
            continue
        content = one["responses"]["200"].get("content", {})
        if "application/json" not in content:
            continue
        told = resolved(described, content["application/json"]["schema"]).get("properties", {})
        if "results" in told:
            lists += 1
            assert {"cursor", "page_size"} <= set(taken(one, "query")), path
            assert "next" in told, path
        elif path.endswith("}/"):
            details += 1
            assert "ETag" in one["responses"]["200"].get("headers", {}), path
    print(f"{lists} lists, {details} details")
    assert lists >= 20
    assert details >= 10


def everybody(language: str) -> APIClient:
    """Somebody with every role there is, so that no right stands before what is tried."""
    person = make_person("some.body", Role.REVIEWER, employee_no="E9999", language=language)
    for role in Role:
        if role != Role.REVIEWER:
            give(person, role)
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def is_problem(answer: Any, *, korean: bool) -> None:
    where = f"{answer.request['REQUEST_METHOD']} {answer.request['PATH_INFO']}: {answer.content[:200]!r}"
    assert answer.status_code < 500, where
    assert answer["Content-Type"] == PROBLEM, where
    told = answer.json()
    assert set(told) <= {"type", "title", "status", "detail", "code", "fields", "facts"}, where
    assert told["type"] == f"urn:cleancard:problem:{told['code']}"
    assert told["status"] == answer.status_code
    for words in (told["title"], told["detail"]):
        assert bool(re.search("[가-힣]", words)) is korean, f"{where}: {words}"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_operation_refuses_in_one_form_and_in_the_readers_language(
    stage: Stage, described: Any, language: str
) -> None:
    """A stranger, a filter there is none of, a body that is none, fields there are none of, and what does not exist."""
    stranger, known, tried = APIClient(), everybody(language), 0
    headers = {"Accept-Language": language}
    for method, path, one in operations(described):
        place = sample(path)
        call, known_call = getattr(stranger, method), getattr(known, method)
        answers = [call(place, headers=headers), known_call(f"{place}?there_is_none=1", headers=headers)]
        for name in taken(one, "query"):
            assert name not in answers[-1].json()["fields"]
        if filters := taken(one, "query"):
            said = answers[-1].json()["fields"]["there_is_none"][0]
            assert all(name in said for name in filters), (place, said)
        if method != "get" and body_of(described, one):
            with_version = {**headers, "If-Match": '"0"'}
            for raw in (b"{", b'{"there_is_none": 1}'):
                answers.append(
                    known_call(place, data=raw, content_type="application/json", headers=with_version)
                )
            answers.append(known_call(place, data=b"x", content_type="text/plain", headers=with_version))
        if "{" in path and method == "get":
            answers.append(known.get(place, headers=headers))
        for answer in answers:
            is_problem(answer, korean=language == "ko")
            tried += 1
    print(f"{tried} refusals asked for in {language}")
    assert tried > 400


def test_a_login_is_changed_by_its_version_in_the_header_or_in_the_body(stage: Stage) -> None:
    admin = APIClient()
    admin.force_login(stage.cast.system_admin, backend="django.contrib.auth.backends.ModelBackend")
    place = f"/api/v1/logins/{stage.cast.reviewer.pk}/"
    read = admin.get(place)
    assert read["ETag"] == f'"{read.data["seen"]}"'
    body = {"role": "approver", "reason": "stands in for somebody"}
    missing = admin.post(f"{place}give-role/", body, format="json")
    assert (missing.status_code, missing.json()["code"]) == (428, "version_required")
    both = {**body, "seen": read.data["seen"]}
    refused = admin.post(f"{place}give-role/", both, format="json", headers={"If-Match": '"x"'})
    assert refused.json()["code"] == "version_not_valid"
    for language, words in (("en", "Send only one of them"), ("ko", "하나만 보내 주세요")):
        headers = {"If-Match": '"99"', "Accept-Language": language}
        stage.cast.system_admin.language = language
        stage.cast.system_admin.save()
        refused = admin.post(f"{place}give-role/", both, format="json", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "versions_differ")
        assert words in refused.json()["detail"]
        assert "99" in refused.json()["detail"]
    stale = admin.post(f"{place}give-role/", body, format="json", headers={"If-Match": '"99"'})
    assert stale.status_code == 409
    taken_up = admin.post(f"{place}give-role/", body, format="json", headers={"If-Match": read["ETag"]})
    assert taken_up.status_code == 200, taken_up.content


def test_a_secret_told_once_is_not_kept_for_a_repetition(stage: Stage) -> None:
    admin = APIClient()
    admin.force_login(stage.cast.system_admin, backend="django.contrib.auth.backends.ModelBackend")
    body = {
        "name": "ERP",
        "url": "https://erp.example/hook",
        "events": ["case.opened"],
        "reason": "the ERP shows cases",
    }
    headers = {"Idempotency-Key": "one-webhook-1"}
    first, again = (admin.post("/api/v1/webhooks/", body, format="json", headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data["secret"] not in json.dumps(list(IdempotencyRecord.objects.values("answer")))
    assert again.data == {name: value for name, value in first.data.items() if name != "secret"}
    assert Webhook.objects.count() == 1


def test_the_same_key_with_another_file_is_another_request(stage: Stage) -> None:
    case = stage.asked()
    request = case.requests.get()
    person = APIClient()
    person.force_login(stage.cast.cardholder, backend="django.contrib.auth.backends.ModelBackend")
    place, headers = (
        f"/api/v1/my/requests/{request.reference}/evidence/",
        {"Idempotency-Key": "one-receipt-1"},
    )

    def send(size: int) -> Any:
        return person.post(
            place,
            {"file": SimpleUploadedFile("receipt.png", picture(size=(size, 40)), "image/png")},
            format="multipart",
            headers=headers,
        )

    first, again, other = send(60), send(60), send(61)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.data["reference"] == again.data["reference"]
    assert fresh(case).evidence.count() == 1
