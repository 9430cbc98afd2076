"""The outermost door: foreign host names, bodies without a length and bodies that are too long (ASVS 5: 4.2.1, 5.2.1, 13.4.5)."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from audit.actor import Actor
from audit.permissions import Role
from fraud.claims.importing.uploads import MAX_UPLOAD_BYTES
from fraud.claims.logins import create_login
from fraud.web.doors import ENVELOPE, STRANGER

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


class Untouched(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = readlines = read1 = read  # type: ignore[assignment]


def send(client: Client, path: str, length: int | None, **headers: str) -> Any:
    """A POST that announces a length and whose body fails the test when it is read."""
    said = {} if length is None else {"CONTENT_LENGTH": str(length)}
    form = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Untouched()}
    return client.generic("POST", path, **form, **said, **headers)  # type: ignore[arg-type]


def signed_in(role: Role, client: Client) -> Client:
    made = create_login(
        username=f"door.{role.value}",
        password="x",
        roles=[role],
        by=Actor.system("test"),
        check_password=False,
    )
    client.force_login(made)
    return client


@pytest.mark.catalogue("C20")
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/healthz", "/nothing/here/", "/api/v1/cases/"])
def test_a_foreign_host_name_is_answered_with_words_and_leaves_no_trace(
    client: Client, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get(path, headers={"host": "evil.example\u00e9"})
    assert answer.status_code == 400
    said = answer.json()["detail"] if path.startswith("/api/") else answer.content.decode()
    assert "이 서버의 주소가 아닙니다" in said
    assert {(record.levelname, record.exc_info) for record in caplog.records} == {("WARNING", None)}


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/files/upload/", "/my/C-1/answer/", "/preferences/", "/recovery/file/"]
)
def test_300_mb_from_a_stranger_are_refused_unread(client: Client, path: str) -> None:
    answer = send(client, path, 300 << 20)
    assert answer.status_code == 413
    assert "64 KB" in answer.content.decode()


def test_who_may_not_import_may_not_send_what_an_import_takes(client: Client) -> None:
    assert send(signed_in(Role.CARDHOLDER, client), "/files/upload/", STRANGER + 1).status_code == 413


def test_who_may_import_may_send_as_much_as_an_import_takes_and_no_more(client: Client) -> None:
    client = signed_in(Role.APPROVER, client)
    too_much = send(client, "/files/upload/", MAX_UPLOAD_BYTES + ENVELOPE + 1)
    assert (too_much.status_code, "600 MB" in too_much.content.decode()) == (413, True)
    with pytest.raises(AssertionError, match="the body was read"):  # the door let it through
        send(client, "/files/upload/", MAX_UPLOAD_BYTES)


def test_a_form_takes_no_more_than_forms_need(client: Client) -> None:
    assert send(signed_in(Role.REVIEWER, client), "/queue/close/", (8 << 20) + 1).status_code == 413


def test_a_form_of_an_ordinary_size_is_read(client: Client) -> None:
    with pytest.raises(AssertionError, match="the body was read"):
        send(client, "/accounts/login/", 100)


@pytest.mark.parametrize("length", ["99999999999999999999", "-1", "１２"])
def test_a_length_that_is_none_is_too_long(client: Client, length: str) -> None:
    assert client.generic("POST", "/accounts/login/", CONTENT_LENGTH=length).status_code == 413


@pytest.mark.parametrize(
    ("path", "size"), [("/api/v1/recoveries/import/", "5 MB"), ("/api/v1/cases/", "1 MB")]
)
def test_the_interface_refuses_in_its_own_form(client: Client, path: str, size: str) -> None:
    answer = send(client, path, 300 << 20)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert size in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/accounts/login/", "/files/upload/", "/api/v1/cases/"])
def test_a_body_in_pieces_without_a_length_is_not_taken_for_an_empty_one(client: Client, path: str) -> None:
    answer = send(client, path, None, HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411


@pytest.mark.catalogue("C8")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "x"])
def test_a_method_nothing_of_ours_has_is_refused_before_anything_looks_at_it(
    client: Client, method: str
) -> None:
    """ASVS 13.4.4: TRACE is not supported; 4.1.4: unused methods are blocked."""
    for path in ("/", "/api/v1/cases/"):
        assert client.generic(method, path).status_code == 405


def test_no_page_and_no_answer_of_the_interface_is_kept_by_a_browser_or_a_proxy(client: Client) -> None:
    """ASVS 14.3.2: sensitive data is not cached; 14.2.2: nor in between."""
    client = signed_in(Role.AUDITOR, client)
    for path in ("/queue/", "/audit/", "/api/v1/cases/", "/cases/C-1/", "/nothing/", "/my/"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path
    assert client.get("/preferences/").headers["Cache-Control"] == "no-store"


def test_with_https_cookies_are_for_this_host_alone_and_only_who_asks_for_health_may_ask_without(
    tmp_path: Path,
) -> None:
    """ASVS 3.3.1, 3.3.3: Secure, and named `__Host-`; the two that remember a wish are secure as well.

    Supervisor, load balancer and Prometheus ask the process itself, past the proxy that ends TLS.
    """
    told = """
import django
django.setup()
from django.test import Client
client = Client()
client.get("/accounts/login/", secure=True)
client.post("/preferences/", {"language": "en", "theme": "dark"}, secure=True)
cookies = {name: (bool(one["secure"]), one["path"], one["domain"]) for name, one in client.cookies.items()}
plain = [client.get(path).status_code == 301 for path in ("/accounts/login/", "/healthz", "/readyz", "/metrics", "/healthz/x")]
print((cookies, plain))
"""
    env = {
        **os.environ,
        "CLEANCARD_HOME": str(tmp_path),
        "HTTPS": "1",
        "DJANGO_SETTINGS_MODULE": "fraud.project.settings",
    }
    done = subprocess.run([sys.executable, "-c", told], env=env, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    cookies, sent_to_https = ast.literal_eval(done.stdout)
    assert cookies == dict.fromkeys(("__Host-csrftoken", "django_language", "theme"), (True, "/", ""))
    assert sent_to_https == [True, False, False, False, True]


def test_an_ordinary_sign_in_passes(client: Client) -> None:
    assert client.post("/accounts/login/", {"username": "nobody", "password": "x"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
def test_the_description_of_the_interface_is_for_people_who_are_signed_in(client: Client, path: str) -> None:
    assert client.get(path).status_code in {302, 401}
    assert signed_in(Role.AUDITOR, client).get(path).status_code == 200
