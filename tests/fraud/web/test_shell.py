"""The shell: sign-in, preferences, what the rail offers, and pages for what went wrong."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import PASSWORD, Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_sign_in_leads_to_the_first_page_of_the_role(client, cast):
    answer = client.post(reverse("login"), {"username": cast.reviewer.username, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/").url == "/queue/"


def test_wrong_password_is_said_plainly(client, cast):
    answer = client.post(reverse("login"), {"username": cast.reviewer.username, "password": "wrong"})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_demo_logins_are_shown_only_in_the_demo(client, cast, settings):
    settings.DEMO = False
    assert cast.reviewer.username not in client.get(reverse("login")).content.decode()
    settings.DEMO = True
    assert cast.reviewer.username in client.get(reverse("login")).content.decode()


def test_language_and_theme_are_remembered(client, cast):
    client.force_login(cast.reviewer)
    client.post(reverse("fraud:set-preferences"), {"language": "en", "theme": "dark", "next": "/runs/"})
    page = client.get("/runs/").content.decode()
    assert '<html lang="en" data-theme="dark">' in page
    cast.reviewer.refresh_from_db()
    assert (cast.reviewer.language, cast.reviewer.theme) == ("en", "dark")


def test_preferences_lead_nowhere_else(client):
    answer = client.post(
        reverse("fraud:set-preferences"), {"language": "en", "next": "https://elsewhere.example/"}
    )
    assert answer.url == "/"


@pytest.mark.parametrize(
    ("name", "has", "has_not"),
    [
        ("reviewer", ["/queue/", "/claims/", "/runs/"], ["/audit/", "/settings/"]),
        ("model_owner", ["/runs/"], ["/queue/", "/claims/", "/audit/"]),
        ("auditor", ["/queue/", "/claims/", "/runs/", "/audit/"], []),
        ("clerk", ["/claims/"], ["/queue/", "/runs/"]),
    ],
)
def test_rail_offers_only_what_the_role_may_use(client, cast, name, has, has_not):
    client.force_login(getattr(cast, name))
    page = client.get("/no-such-page/").content.decode()
    for path in has:
        assert f'class="item" href="{path}"' in page
    for path in has_not:
        assert f'class="item" href="{path}"' not in page


def test_unknown_page_says_so_without_leaking(client, cast):
    client.force_login(cast.cardholder)
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert 'class="oops' in answer.content.decode()


def test_page_without_permission_answers_403_with_a_way_back(client, cast):
    client.force_login(cast.cardholder)
    answer = client.get("/queue/")
    assert answer.status_code == 403
    assert 'href="/"' in answer.content.decode()


def test_anonymous_reader_is_sent_to_sign_in(client):
    assert client.get("/queue/").url == "/accounts/login/?next=/queue/"


def test_policy_forbids_inline_script_and_style(client):
    policy = client.get(reverse("login")).headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'self'" in policy


@pytest.mark.parametrize(
    ("path", "name"), [("/runs/", "reviewer"), ("/claims/", "reviewer"), ("/queue/", "auditor")]
)
def test_list_without_rows_says_when_the_first_come(client, cast, path, name):
    client.force_login(getattr(cast, name))
    assert 'class="empty' in client.get(path).content.decode()
