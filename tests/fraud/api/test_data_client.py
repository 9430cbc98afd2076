"""A program that delivers claims: it reads what became of its own deliveries, and nothing else is open to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from audit.actor import Actor
from audit.models import AccessRecord, AuditEvent
from audit.permissions import ACTIONS, NotPermitted, Role, Scope, can, scope_of
from audit.services import actor_of, find_faults
from cases.api import urls as case_urls
from fraud.claims.accounts import issue_token
from fraud.claims.logins import RolesNotCompatible, create_login
from fraud.claims.models import Claim, User
from tests.cast import Cast, make_cast
from tests.fraud.api.test_api import ROW, deliver

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def program(name: str) -> User:
    return create_login(username=name, password="", roles=[Role.DATA_CLIENT], by=SYSTEM)


def with_token(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(user=user, by=SYSTEM)}")
    return client


def send(client: APIClient, *rows: dict[str, Any]) -> Any:
    return client.post("/api/v1/claims/", {"profile": "generic", "rows": list(rows)}, format="json")


def test_a_program_delivers_with_its_token_and_reads_its_own_results() -> None:
    mine, other = with_token(program("erp")), with_token(program("travel"))
    answer = send(mine, ROW, {**ROW, "external_id": "A-2", "amount": "1e5"})
    assert (answer.status_code, answer.json()["accepted"], answer.json()["rejected"]) == (200, 1, 1)
    reference = answer.json()["file"]
    listed = mine.get("/api/v1/deliveries/").json()["results"]
    assert [(row["reference"], row["received_by"]) for row in listed] == [(reference, "erp")]
    read = mine.get(f"/api/v1/deliveries/{reference}/").json()
    assert read["n_rows"] == read["n_accepted"] + read["n_rejected"] == 2
    (reject,) = mine.get(f"/api/v1/deliveries/{reference}/rejects/").json()["results"]
    assert (reject["line"], reject["column"], reject["code"]) == (2, "amount", "amount_scientific")
    assert AccessRecord.objects.filter(actor="erp", subject=f"file:{reference}").exists()
    assert other.get("/api/v1/deliveries/").json()["results"] == []
    for path in (f"/api/v1/deliveries/{reference}/", f"/api/v1/deliveries/{reference}/rejects/"):
        assert other.get(path).json() == other.get("/api/v1/deliveries/F-2099-000001/").json()
        assert other.get(path).status_code == 404


def test_staff_read_every_delivery_and_others_none(cast: Cast) -> None:
    reference = deliver(cast.approver, [ROW]).json()["file"]
    for person, status in (
        (cast.auditor, 200),
        (cast.approver, 200),
        (cast.reviewer, 403),
        (cast.cardholder, 403),
    ):
        client = APIClient()
        client.force_authenticate(person)
        for path in ("", f"{reference}/", f"{reference}/rejects/"):
            assert client.get(f"/api/v1/deliveries/{path}").status_code == status, (person, path)


def test_nothing_else_is_open_to_a_program() -> None:
    client = with_token(program("erp"))
    assert {action for action in ACTIONS if can(actor_of(User.objects.get()), action)} == {
        "fraud.deliver_claims",
        "fraud.deliver_outcomes",
        "fraud.precheck_claim",
        "fraud.view_delivery",
    }
    assert scope_of(actor_of(User.objects.get()), "fraud.view_delivery") == Scope.OWN
    for path in ("claims/", "claims/1/", "runs/", "runs/R-2026-01-01/"):
        assert client.get(f"/api/v1/{path}").status_code == 403
    for pattern in case_urls.urlpatterns:
        path = str(pattern.pattern).replace("<str:reference>", "C-2026-000001").replace("<int:number>", "1")
        if path == "precheck/":
            continue  # programs may check what they have not delivered yet
        for answer in (
            client.get(f"/api/v1/{path.replace('<str:evidence>', 'E-1')}"),
            client.post(f"/api/v1/{path}", {}),
        ):
            assert answer.status_code in {403, 404, 405}, (path, answer.status_code)


def test_a_program_cannot_sign_in_and_holds_no_second_duty() -> None:
    user = program("erp")
    assert not user.has_usable_password()
    client = Client()
    client.post("/accounts/login/", {"username": "erp", "password": ""})
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    for role in set(Role) - {Role.DATA_CLIENT}:
        with pytest.raises(RolesNotCompatible):
            create_login(username="x", password="", roles=[Role.DATA_CLIENT, role], by=SYSTEM)


def test_a_new_token_ends_the_old_one_and_is_on_record_without_itself() -> None:
    user = program("erp")
    old = with_token(user)
    assert old.get("/api/v1/deliveries/").status_code == 200
    new = issue_token(user=user, by=SYSTEM)
    assert old.get("/api/v1/deliveries/").status_code == 401
    entry = AuditEvent.objects.filter(action="user.token_issued").latest("pk")
    assert (entry.after["username"], entry.after["replaced"]) == ("erp", True)
    assert new not in str(list(AuditEvent.objects.values()))
    assert find_faults() == []


def test_only_an_administrator_issues_tokens(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        issue_token(user=cast.reviewer, by=actor_of(cast.approver))


def test_commands_make_a_program_and_its_token(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_login", "erp", "--role", "data_client")
    capsys.readouterr()
    call_command("issue_token", "erp")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {capsys.readouterr().out.strip()}")
    assert send(client, ROW).status_code == 200
    assert Claim.objects.count() == 1
    with pytest.raises(CommandError, match="사용 중인 ‘nobody’ 계정이 없습니다"):
        call_command("issue_token", "nobody")


def test_a_program_that_was_switched_off_is_nobody() -> None:
    user = program("erp")
    client = with_token(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert send(client, ROW).status_code == 401
