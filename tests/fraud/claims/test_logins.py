"""Logins carry roles; duties that control each other are never in one hand."""

import io

import pytest
from django.core.management import CommandError, call_command

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from fraud.claims.logins import APPROVES, RolesNotCompatible, create_login
from fraud.claims.models import User
from tests.cast import make_cardholder

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def create(**changes):
    values = {"username": "kim", "password": "a long enough secret", "roles": [Role.REVIEWER], "by": SYSTEM}
    return create_login(**{**values, **changes})


def test_login_gets_its_roles_and_an_audit_entry():
    user = create(roles=[Role.REVIEWER, Role.CARDHOLDER], employee_no="E1")
    assert user.roles_held() == {Role.REVIEWER, Role.CARDHOLDER}
    assert AuditEvent.objects.get().after["username"] == "kim"


def test_second_creation_changes_nothing():
    create()
    again = create(password="another secret here", roles=[Role.APPROVER])
    assert again.roles_held() == {Role.REVIEWER}
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("roles", [[Role.AUDITOR, Role.REVIEWER], [Role.RULE_ADMIN, Role.MODEL_OWNER]])
def test_duties_that_control_each_other_are_refused_in_one_login(roles):
    with pytest.raises(RolesNotCompatible):
        create(roles=roles)
    assert not User.objects.exists()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SYSTEM_ADMIN])
def test_no_person_creates_a_login_with_roles_alone(role):
    with pytest.raises(NotPermitted):
        create(by=Actor(username="r", roles=frozenset({role})))
    assert not User.objects.exists()


def test_duties_that_control_each_other_are_refused_over_two_logins_of_one_employee():
    create(roles=[Role.RULE_ADMIN], employee_no="E0007")
    with pytest.raises(RolesNotCompatible):
        create(username="second", roles=[Role.APPROVER], employee_no="Ｅ 0007")
    create(username="third", roles=[Role.CARDHOLDER], employee_no="E0007")


def test_command_says_what_is_wrong_with_a_weak_password(monkeypatch):
    monkeypatch.setenv("NEW_PASSWORD", "short")
    with pytest.raises(CommandError, match="10"):
        call_command("create_login", "lee", "--role", "reviewer")


def by_command(*more: str, role: str = "reviewer") -> None:
    call_command("create_login", "lee", "--role", role, *more)


@pytest.mark.parametrize("name", ["4111111111111111", "kim 900101-1234568"])
def test_a_login_is_not_named_by_a_card_or_resident_number(password, name):
    with pytest.raises(CommandError, match=r"kim\.minjun"):
        call_command("create_login", name, "--role", "reviewer")
    with pytest.raises(CommandError, match="personnel list"):
        by_command("--employee-no", name, "--new-person")
    assert not User.objects.exists()


@pytest.fixture
def password(monkeypatch):
    monkeypatch.setenv("NEW_PASSWORD", "a long enough secret")


def test_a_number_that_only_looks_like_a_known_one_is_refused_and_the_known_one_named(password):
    make_cardholder("A10111")
    for number in ("\N{CYRILLIC CAPITAL LETTER A}10111", "A1011l"):
        with pytest.raises(CommandError, match="A10111"):
            by_command("--employee-no", number)
    with pytest.raises(CommandError):
        by_command("--employee-no", "\N{CYRILLIC CAPITAL LETTER A}10111", "--new-person")
    assert not User.objects.exists()
    by_command("--employee-no", " a-10111 ")
    assert User.objects.get().username == "lee"


def test_a_number_of_nobody_known_is_taken_only_where_that_is_meant(password):
    with pytest.raises(CommandError, match="--new-person"):
        by_command("--employee-no", "E9")
    by_command("--employee-no", "E9", "--new-person")


def test_whoever_approves_needs_a_number(password):
    for role in ("approver", "recovery_clerk", "auditor", "system_admin"):
        with pytest.raises(CommandError, match="--employee-no"):
            by_command(role=role)
    assert {Role.APPROVER, Role.AUDITOR, Role.SYSTEM_ADMIN} <= APPROVES
    by_command(role="rule_admin")


def test_without_a_terminal_the_command_says_where_to_put_the_password(monkeypatch):
    monkeypatch.delenv("NEW_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="NEW_PASSWORD"):
        by_command(role="rule_admin")
