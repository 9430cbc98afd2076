"""Every address × every role: nobody gets in without a right, nobody meets a server error, each page names its right (ASVS 5: 8.2.1, 8.2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator

from audit.actor import Actor
from audit.permissions import ACTIONS, Role, can
from fraud.claims.logins import create_login
from tests.draws import SHARE
from tests.routes import walk

pytestmark = pytest.mark.django_db

# Addresses that need no right of their own: signing in and out, health, preferences.
OPEN = {
    "directory-sign-in",  # 404 where the company has no directory
    "openid_connect_callback",
    "login",
    "account_login",
    "logout",
    "healthz",
    "readyz",
    "metrics",
    "set-preferences",
    "forgot-password",
    "set-password",
    "mfa_authenticate",
}
SIGNED_IN = {"home", "change-password", "account_reauthenticate"}  # everybody's own
OWN_SIGN_IN = "/accounts/second-step/"  # likewise
SAMPLES = {
    "int": "1",
    "str": "C-2020-999999",
    "slug": "nothing",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def sample(route: str) -> str:
    """The address with a value of the right form in each place; nothing exists under it."""
    parts = []
    for part in route.split("/"):
        while "<" in part:
            start, end = part.index("<"), part.index(">")
            kind = part[start + 1 : end].split(":")[0] if ":" in part[start:end] else "str"
            part = part[:start] + SAMPLES.get(kind, "x") + part[end + 1 :]
        parts.append(part)
    return "/" + "/".join(parts)


ALL = [(sample(route), entry) for route, entry in walk(get_resolver().url_patterns) if "^" not in route]
PAGES = [(path, entry) for path, entry in ALL if entry.name not in OPEN]
TAME = [path for path, _ in ALL]


@pytest.fixture(scope="module")
def described_once() -> Iterator[None]:
    """The description of the interface is the same for everybody, and making it takes as long as eighty pages."""
    made = SchemaGenerator.get_schema
    with pytest.MonkeyPatch.context() as patch:
        make = cache(lambda public: made(SchemaGenerator(), public=public))
        patch.setattr(SchemaGenerator, "get_schema", lambda self, request=None, public=False: make(public))
        yield


def sign_in(client, role: Role) -> None:
    user = create_login(
        username=f"some.{role.value}",
        password="x",
        roles=[role],
        by=Actor.system("test"),
        check_password=False,
    )
    client.force_login(user)


def test_there_are_many_addresses_and_none_is_tested_in_vain():
    assert len(PAGES) > 60
    assert all("<" not in path for path in TAME)


def test_nobody_gets_in_without_signing_in(client):
    for path, _ in PAGES:
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code in {302, 401, 403, 405}, f"{path}: {answer.status_code}"
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/accounts/login/"), path


def may_open(role: Role, entry: URLPattern) -> bool:
    """Whether a page has nothing against the role; an address that names no right refuses by itself."""
    actions = entry.name not in OPEN and getattr(entry.callback, "needs_actions", None)
    actor = Actor(username="x", roles=frozenset({role}))
    return not actions or any(can(actor, action) for action in actions)


def tried_as(number: int, entry: URLPattern) -> set[Role]:
    """The roles an address is asked as: all where `DRAWS=1`, else one that may open it and one that is refused; others at each address."""
    roles = list(Role)
    if SHARE >= 1:
        return set(roles)
    turned = [roles[(number + place) % len(roles)] for place in range(len(roles))]
    refused = [role for role in turned if not may_open(role, entry)][:1]
    return {*refused, *[role for role in turned if may_open(role, entry)][: 2 - len(refused)]}


def test_in_the_suite_every_role_tries_many_addresses_and_every_page_refuses_somebody():
    tried = [(entry, tried_as(number, entry)) for number, (_, entry) in enumerate(ALL)]
    assert all(sum(role in roles for _, roles in tried) > 40 for role in Role)
    assert all(roles for _, roles in tried)
    for entry, roles in tried:
        if any(not may_open(role, entry) for role in Role):
            assert any(not may_open(role, entry) for role in roles), entry
        if any(may_open(role, entry) for role in Role):
            assert any(may_open(role, entry) for role in roles), entry


@pytest.mark.parametrize("role", list(Role))
def test_no_address_fails_for_any_role_and_pages_open_only_for_those_that_hold_their_right(
    client, described_once, role
):
    sign_in(client, role)
    for number, (path, entry) in enumerate(ALL):
        if entry.name == "logout" or role not in tried_as(number, entry):
            continue
        status = {client.get(path).status_code, client.post(path).status_code}
        assert max(status) < 500, f"{role} {path}: {status}"
        if not may_open(role, entry):
            assert status <= {403, 405}, f"{role} reached {path}: {status}"


def test_every_page_outside_the_interface_names_its_right():
    unnamed = [
        path
        for path, entry in PAGES
        if not path.startswith(("/api/", "/audit/", OWN_SIGN_IN))
        and entry.name not in SIGNED_IN
        and not getattr(entry.callback, "needs_actions", None)
    ]
    assert not unnamed


def test_every_right_a_page_names_is_in_the_matrix():
    named = {action for _, entry in PAGES for action in getattr(entry.callback, "needs_actions", ())}
    assert named <= set(ACTIONS)
