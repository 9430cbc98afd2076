"""Service accounts: tokens kept as hashes, with narrower rights and an end; no person has one, none decides anything (ASVS 5: 13.2.1)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from rest_framework.test import APIClient

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, can
from audit.services import actor_of
from fraud.claims.accounts import (
    MAX_DAYS,
    OVERLAP,
    SCOPES,
    AccountNotValid,
    create_account,
    issue_token,
    revoke_tokens,
)
from fraud.claims.models import ServiceToken, User
from tests.cast import NOW, Cast, make_cast
from tests.fraud.api.test_api import ROW

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def account(name: str = "erp", scopes: Any = tuple(SCOPES), days: int = 90) -> tuple[User, str]:
    return create_account(name=name, scopes=scopes, days=days, by=SYSTEM)


def status(token: str, path: str = "deliveries/", **body: Any) -> int:
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    answer = client.post(f"/api/v1/{path}", body, format="json") if body else client.get(f"/api/v1/{path}")
    return int(answer.status_code)


def test_a_token_is_nowhere_but_in_the_answer() -> None:
    _user, token = account()
    assert status(token) == 200
    with connection.cursor() as cursor:
        kept = ""
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            kept += str(cursor.fetchall())
    assert token not in kept
    assert token[8:] not in kept
    assert token.startswith("cct_")


def test_a_token_does_what_its_scopes_say_and_no_more() -> None:
    reader, deliverer = account("reader", ["deliveries:read"])[1], account("deliverer", ["claims:deliver"])[1]
    rows = {"profile": "generic", "rows": [ROW]}
    assert (status(reader), status(reader, "claims/", **rows)) == (200, 403)
    assert (status(deliverer, "claims/", **rows), status(deliverer)) == (200, 403)
    assert status(reader, "outcomes/", outcomes=[]) == 403


def test_scopes_narrow_what_a_role_may_and_widen_nothing() -> None:
    user, _token = account()
    narrowed = Actor(
        "erp", actor_of(user).roles, only=frozenset({"fraud.view_delivery", "cases.approve_decision"})
    )
    assert can(narrowed, "fraud.view_delivery")
    assert not can(narrowed, "fraud.deliver_claims")
    assert not can(narrowed, "cases.approve_decision")


def test_a_token_ends() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        user, token = account(days=30)
        clock.shift(timedelta(days=29, hours=23))
        assert status(token) == 200
        clock.shift(timedelta(hours=1))
        assert status(token) == 401
        assert issue_token(user=user, by=SYSTEM)


def test_a_new_token_goes_beside_the_old_one_for_a_day() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        user, old = account(scopes=["deliveries:read"])
        new = issue_token(user=user, by=SYSTEM, overlap=OVERLAP)
        assert (status(old), status(new)) == (200, 200)
        assert ServiceToken.objects.latest("pk").scopes == ["deliveries:read"], (
            "with the rights of the one before"
        )
        clock.shift(timedelta(hours=24))
        assert (status(old), status(new)) == (401, 200)
        last = issue_token(user=user, by=SYSTEM)
        assert (status(new), status(last)) == (401, 200), "without an overlap at once"


def test_revoking_ends_all_at_once_and_is_on_record() -> None:
    user, one = account()
    two = issue_token(user=user, by=SYSTEM, overlap=OVERLAP)
    assert revoke_tokens(user=user, by=SYSTEM) == 2
    assert {status(one), status(two)} == {401}
    assert AuditEvent.objects.get(action="account.revoked").after == {"username": "erp", "tokens": 2}
    assert revoke_tokens(user=user, by=SYSTEM) == 0


def test_no_person_has_a_token(cast: Cast) -> None:
    for person in (cast.reviewer, cast.approver, cast.system_admin):
        with pytest.raises(NotPermitted):
            issue_token(user=person, by=SYSTEM)
    with pytest.raises(CommandError, match="사람의 계정입니다"):
        call_command("issue_token", cast.reviewer.username)


def test_only_the_administrator_gives_and_takes(cast: Cast) -> None:
    user, _token = account()
    for name in ("approver", "auditor", "rule_admin", "reviewer"):
        for step in (lambda by: issue_token(user=user, by=by), lambda by: revoke_tokens(user=user, by=by)):
            with pytest.raises(NotPermitted):
                step(cast.actor(name))
    with pytest.raises(NotPermitted):
        issue_token(user=user, by=actor_of(user))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "e"}, "name"),
        ({"name": "erp seoul"}, "name"),
        ({"name": "4111111111111111"}, "name"),
        ({"name": "ERP"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["cases:decide"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": MAX_DAYS + 1}, "days"),
    ],
)
def test_what_cannot_be_used_is_refused(change: dict[str, Any], field: str) -> None:
    account("erp")
    asked = {"name": "travel", "scopes": ["claims:deliver"], "days": 90} | change
    with pytest.raises(AccountNotValid) as refused:
        create_account(**asked, by=SYSTEM)
    assert refused.value.field == field
    assert User.objects.count() == 1


def test_the_page_shows_a_token_once_and_then_its_first_letters(client: Any, cast: Cast) -> None:
    client.force_login(cast.system_admin)
    form = {"name": "erp", "scopes": ["claims:deliver"], "days": "30"}
    page = client.post("/connections/accounts/create/", form)
    token = page.context["token"]
    assert (token in page.content.decode(), page.headers["Cache-Control"]) == (True, "no-store")
    listed = client.get("/connections/accounts/").content.decode()
    assert token not in listed
    assert token[:8] in listed
    assert client.post("/connections/accounts/create/", form | {"days": "x"}).status_code == 422
    first = re.findall(r'name="seen" value="(\d+)"', listed)[0]
    again = client.post("/connections/accounts/erp/rotate/", {"seen": first}).context["token"]
    assert (status(token), status(again)) == (403, 403), "both are known; reading is not among their rights"
    for stale in ("", first):
        assert client.post("/connections/accounts/erp/revoke/", {"seen": stale}).status_code == 409
    newest = ServiceToken.objects.order_by("-pk").first()
    assert newest is not None
    assert client.post("/connections/accounts/erp/revoke/", {"seen": newest.pk}).status_code == 302
    assert status(again) == 401
    assert client.post("/connections/accounts/mira.jung/rotate/").status_code == 404
    client.force_login(cast.auditor)
    assert client.get("/connections/accounts/").status_code == 200
    assert client.post("/connections/accounts/erp/rotate/").status_code == 403


def test_a_new_token_is_good_for_the_days_that_are_asked_or_as_long_as_the_last_one(
    cast: Cast, client: Client
) -> None:
    user, _token = account()
    ServiceToken.objects.filter(user=user).update(expires_at=F("created_at") + timedelta(days=7))
    client.force_login(cast.system_admin)
    place = f"/connections/accounts/{user.username}/rotate/"

    def newest() -> ServiceToken:
        found = ServiceToken.objects.order_by("-pk").first()
        assert found is not None
        return found

    def asked(days: str) -> tuple[int, str]:
        answer = client.post(place, {"seen": newest().pk, "days": days}, headers={"Accept-Language": "en"})
        return answer.status_code, answer.content.decode()

    assert (
        f'id="days-{user.pk}" name="days" type="number" min="1" max="{MAX_DAYS}" value="7"'
        in client.get("/connections/accounts/").content.decode()
    )
    n = ServiceToken.objects.count()
    for wrong in ("0", "-1", "1.5", str(MAX_DAYS + 1), "a week"):
        status_code, text = asked(wrong)
        assert status_code == 422
        assert f'value="{wrong}" aria-invalid="true"' in text
        assert str(MAX_DAYS) in text
    assert ServiceToken.objects.count() == n
    for days, expected in (("", 7), ("30", 30), (str(MAX_DAYS), MAX_DAYS), ("1", 1)):
        assert asked(days)[0] == 200
        assert newest().expires_at - newest().created_at == timedelta(days=expected)


def test_a_token_from_before_goes_on_under_its_hash() -> None:
    from importlib import import_module

    from django.apps import apps

    user, _token = account()
    user.groups.add(Group.objects.create(name="data_client"))  # as roles were kept then
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created timestamp, user_id bigint)"
        )
        cursor.execute(
            "INSERT INTO authtoken_token VALUES ('0123456789abcdef0123456789abcdef01234567', NULL, %s)",
            [user.pk],
        )
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        import_module("fraud.migrations.0007_hashed_tokens").take_over(apps, editor)
    assert status("0123456789abcdef0123456789abcdef01234567") == 200
    assert "authtoken_token" not in connection.introspection.table_names()
    assert "0123456789abcdef0123456789abcdef01234567" not in json.dumps(
        list(ServiceToken.objects.values()), default=str
    )


@pytest.mark.parametrize("days", [1, 30, 365])
def test_a_new_token_lives_as_long_as_the_last_one(days: int) -> None:
    user, _token = account(days=days)
    with time_machine.travel(NOW + timedelta(hours=5)):
        for asked, expected in ((None, days), (None, days), (7, 7), (None, 7)):
            issue_token(user=user, by=SYSTEM, overlap=OVERLAP, days=asked)
            newest = user.tokens.latest("pk")
            assert newest.expires_at - newest.created_at == timedelta(days=expected)


def test_a_program_without_a_token_gets_what_its_last_one_could_do() -> None:
    user, _token = account(scopes=["deliveries:read"], days=3)
    revoke_tokens(user=user, by=SYSTEM)
    issue_token(user=user, by=SYSTEM)
    newest = user.tokens.latest("pk")
    assert (newest.scopes, newest.expires_at - newest.created_at) == (["deliveries:read"], timedelta(days=3))
