"""Signing in through the company's directory, against a small directory of our own on this machine (ASVS 5: 10.5.2, 10.5.4)."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from audit.models import AuditEvent
from audit.permissions import Role
from fraud.claims.models import AccessChange, RoleGrant, User
from fraud.people.changes import confirm_change, return_change
from fraud.people.directory import NotOfTheCompany, Told, find_login, read_group_roles, read_told
from tests.cast import make_person
from tests.fraud.people.conftest import WHY, Office

pytestmark = pytest.mark.django_db
CLIENT_ID = "cleancard-at-company-a"
KEY = "a key that only this small directory knows of"


@dataclass
class Directory:
    """What the directory would say of whoever signs in there, and the challenge it was shown."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    token_claims: dict[str, Any] = field(default_factory=dict)
    challenge: str = ""
    is_down: bool = False


@pytest.fixture
def directory(settings: Any) -> Iterator[Directory]:
    told = Directory()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if told.is_down:
                self.send_error(503)
            elif self.path.startswith("/.well-known/"):
                self.say(
                    {
                        "issuer": told.issuer,
                        "authorization_endpoint": f"{told.issuer}/authorize",
                        "token_endpoint": f"{told.issuer}/token",
                        "userinfo_endpoint": f"{told.issuer}/userinfo",
                        "jwks_uri": f"{told.issuer}/keys",
                    }
                )
            else:
                self.say(told.claims)

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            digest = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
            assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == told.challenge
            token = {
                "iss": told.issuer,
                "aud": CLIENT_ID,
                "exp": 4_000_000_000,
                "iat": 1,
                **told.claims,
                **told.token_claims,
            }
            self.say({"access_token": "opaque", "token_type": "Bearer", "id_token": jwt.encode(token, KEY)})

        def say(self, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.issuer = f"http://127.0.0.1:{server.server_port}"
    settings.OIDC_ISSUER, settings.OIDC_NAME = told.issuer, "Company A"
    settings.OIDC_GROUPS = "card reviewers=reviewer; card approvers=approver"
    app = {
        **settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0],
        "client_id": CLIENT_ID,
        "secret": "s",
    }
    app["settings"] = {"server_url": told.issuer}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield told
    server.shutdown()
    server.server_close()


def english() -> Client:
    return Client(headers={"Accept-Language": "en"})


def come_in(directory: Directory, browser: Client | None = None, next_page: str = "") -> tuple[Client, Any]:
    """Press the button, be asked nothing there, and come back; the browser and the last answer."""
    browser = browser or english()
    away = browser.post("/accounts/directory/", {"next": next_page})
    assert away.status_code == 302, away.content
    sent = parse_qs(urlsplit(away.headers["Location"]).query)
    directory.challenge = sent["code_challenge"][0]
    path = urlsplit(sent["redirect_uri"][0]).path
    return browser, browser.get(path, {"code": "once", "state": sent["state"][0]})


def is_in(browser: Client) -> bool:
    return browser.get("/accounts/second-step/").status_code == 200


def said(browser: Client) -> str:
    return browser.get("/accounts/login/").content.decode()


def test_whoever_the_directory_names_comes_in_as_the_login_they_have(
    office: Office, directory: Directory
) -> None:
    user = office.cast.reviewer
    directory.claims = {
        "sub": "abc-1",
        "email": user.email.upper(),
        "email_verified": True,
        "name": "Somebody Else",
    }
    browser, answer = come_in(directory)
    assert answer.headers["Location"] == "/"
    assert is_in(browser)
    assert browser.session["_auth_user_id"] == str(user.pk)
    user.refresh_from_db()
    assert user.first_name != "Somebody"
    tied = SocialAccount.objects.get()
    assert (tied.user, tied.uid, tied.extra_data) == (user, "abc-1", {})
    assert AuditEvent.objects.filter(action="user.directory_linked").count() == 1


def test_the_entry_in_the_directory_counts_from_then_on_and_not_the_address(
    office: Office, directory: Directory
) -> None:
    directory.claims = {"sub": "abc-1", "email": office.cast.reviewer.email, "email_verified": True}
    come_in(directory)
    directory.claims = {"sub": "abc-1", "email": office.cast.auditor.email, "email_verified": True}
    browser, _answer = come_in(directory)
    assert browser.session["_auth_user_id"] == str(office.cast.reviewer.pk)
    assert AuditEvent.objects.filter(action="user.directory_linked").count() == 1


@pytest.mark.parametrize("verified", [False, None, "no", 1])
def test_an_address_that_the_directory_has_not_verified_opens_no_login(
    office: Office, directory: Directory, verified: object
) -> None:
    directory.claims = {"sub": "guest", "email": office.cast.system_admin.email, "email_verified": verified}
    browser, answer = come_in(directory)
    assert answer.headers["Location"] == "/accounts/login/"
    assert not is_in(browser)
    assert "names neither an employee number nor a verified mail address" in said(browser)
    assert not SocialAccount.objects.exists()


def test_nobody_gets_a_new_login_and_an_ended_one_stays_ended(office: Office, directory: Directory) -> None:
    directory.claims = {"sub": "new", "email": "stranger@company-a.example", "email_verified": True}
    before = User.objects.count()
    browser, _answer = come_in(directory)
    assert "no login for you yet" in said(browser)
    assert User.objects.count() == before
    user = office.cast.reviewer
    directory.claims = {"sub": "abc-1", "email": user.email, "email_verified": True}
    come_in(directory)
    User.objects.filter(pk=user.pk).update(is_active=False)
    browser, _answer = come_in(directory)
    assert "Your login has ended" in said(browser)
    assert not is_in(browser)


def test_an_employee_number_goes_before_the_address(
    office: Office, directory: Directory, settings: Any
) -> None:
    settings.OIDC_EMPLOYEE_CLAIM = "employee_id"
    user = office.cast.reviewer
    directory.claims = {
        "sub": "abc-1",
        "employee_id": user.employee_no.lower(),
        "email": office.cast.auditor.email,
        "email_verified": True,
    }
    browser, _answer = come_in(directory)
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_a_group_proposes_a_role_once_and_somebody_confirms_it(office: Office, directory: Directory) -> None:
    user = office.cast.cardholder
    directory.claims = {
        "sub": "abc-1",
        "email": user.email,
        "email_verified": True,
        "groups": ["card reviewers", "canteen"],
    }
    come_in(directory)
    come_in(directory)
    change = AccessChange.objects.get(user=user)
    assert (change.role, change.state, change.proposed_by) == ("reviewer", "proposed", None)
    assert "card reviewers" in change.reason
    assert Role.REVIEWER not in User.objects.get(pk=user.pk).roles_held()
    page = Client()
    page.force_login(office.cast.system_admin)
    assert "회사 디렉터리" in page.get(f"/people/{user.pk}/").content.decode()
    confirm_change(change=change, by=office.admin)
    assert Role.REVIEWER in User.objects.get(pk=user.pk).roles_held()


def test_a_role_that_was_returned_is_not_proposed_again(office: Office, directory: Directory) -> None:
    user = office.cast.cardholder
    directory.claims = {
        "sub": "abc-1",
        "email": user.email,
        "email_verified": True,
        "groups": "card reviewers",
    }
    come_in(directory)
    return_change(change=AccessChange.objects.get(user=user), reason=WHY, by=office.admin)
    come_in(directory)
    assert AccessChange.objects.filter(user=user).count() == 1


def test_leaving_a_group_ends_its_role_at_once_and_no_other(office: Office, directory: Directory) -> None:
    user = office.cast.reviewer
    RoleGrant.objects.create(user=user, role=Role.CARDHOLDER)
    directory.claims = {"sub": "abc-1", "email": user.email, "email_verified": True}
    come_in(directory)  # says nothing of groups
    assert Role.REVIEWER in User.objects.get(pk=user.pk).roles_held()
    directory.claims["groups"] = ["canteen"]
    come_in(directory)
    assert User.objects.get(pk=user.pk).roles_held() == {Role.CARDHOLDER}
    entry = AuditEvent.objects.get(action="access.left_group")
    assert entry.before["roles"] != entry.after["roles"]
    assert entry.actor == "system:directory"


def test_a_role_that_needs_a_second_step_asks_for_it_unless_the_directorys_is_enough(
    office: Office, directory: Directory, settings: Any
) -> None:
    settings.SECOND_STEP_ROLES = ("reviewer",)
    directory.claims = {"sub": "abc-1", "email": office.cast.reviewer.email, "email_verified": True}
    directory.token_claims = {"amr": ["pwd", "mfa"]}
    browser, _answer = come_in(directory)
    assert browser.get("/queue/").headers["Location"].startswith("/accounts/second-step/totp/activate/")
    settings.OIDC_SECOND_STEP = "directory"
    browser, _answer = come_in(directory)
    assert browser.get("/queue/").status_code == 200
    directory.token_claims = {"amr": ["pwd"]}
    browser, _answer = come_in(directory)
    assert browser.get("/queue/").status_code == 302


@pytest.mark.parametrize(
    "query",
    [{}, {"code": "once"}, {"code": "once", "state": "made-up"}, {"error": "access_denied", "state": "x"}],
)
def test_an_answer_nobody_asked_for_signs_nobody_in(
    office: Office, directory: Directory, query: dict[str, str]
) -> None:
    browser = Client()
    answer = browser.get("/accounts/directory/company/", query)
    assert answer.headers["Location"] == "/accounts/login/"
    assert not is_in(browser)


@pytest.mark.parametrize(
    "claims", [{"aud": "another-client"}, {"iss": "https://elsewhere.example"}, {"exp": 1}]
)
def test_a_token_for_somebody_else_from_elsewhere_or_of_yesterday_signs_nobody_in(
    office: Office, directory: Directory, claims: dict[str, Any]
) -> None:
    directory.claims = {"sub": "abc-1", "email": office.cast.reviewer.email, "email_verified": True}
    directory.token_claims = claims
    browser, answer = come_in(directory)
    assert answer.headers["Location"] == "/accounts/login/"
    assert not is_in(browser)


def test_a_directory_that_is_down_leaves_the_password(office: Office, directory: Directory) -> None:
    directory.is_down = True
    browser = english()
    answer = browser.post("/accounts/directory/")
    assert answer.headers["Location"] == "/accounts/login/"
    assert "The directory does not answer" in said(browser)
    assert 'name="password"' in said(browser)


def test_one_comes_back_to_the_page_one_wanted_and_to_no_other_house(
    office: Office, directory: Directory
) -> None:
    directory.claims = {"sub": "abc-1", "email": office.cast.reviewer.email, "email_verified": True}
    assert come_in(directory, next_page="/queue/")[1].headers["Location"] == "/queue/"
    assert come_in(directory, next_page="https://elsewhere.example/")[1].headers["Location"] == "/"


def test_without_a_directory_there_is_no_door(db: None) -> None:
    assert Client().post("/accounts/directory/").status_code == 404
    assert Client().get("/accounts/directory/company/").status_code == 404


@pytest.mark.parametrize(
    "text", ["reviewers", "=reviewer", "a=boss", "a=data_client", "a=reviewer;a=approver"]
)
def test_groups_that_say_nothing_are_told_at_the_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="OIDC_GROUPS"):
        read_group_roles(text)


def test_a_person_with_two_logins_is_not_guessed(office: Office) -> None:
    make_person("reviewer.again", Role.CARDHOLDER, employee_no=office.cast.reviewer.employee_no)
    with pytest.raises(NotOfTheCompany):
        find_login(Told(employee_no=office.cast.reviewer.employee_no))


def test_groups_are_unknown_where_the_directory_says_nothing(settings: Any) -> None:
    assert read_told({"id_token": {}}).groups is None
    assert read_told({"id_token": {"groups": ["a", "b"]}}).groups == {"a", "b"}
    assert read_told({"userinfo": {"groups": []}, "id_token": {"groups": ["a"]}}).groups == frozenset()
