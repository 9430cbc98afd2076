"""Logins carry roles; duties that control each other are never in one hand."""

import pytest
from django.core.management import CommandError, call_command

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from fraud.claims.logins import RolesNotCompatible, create_login
from fraud.claims.models import User

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def create(**changes):
    values = {"username": "kim", "password": "a long enough secret", "roles": [Role.REVIEWER], "by": SYSTEM}
    return create_login(**{**values, **changes})


def test_login_gets_its_roles_and_an_audit_entry():
    user = create(roles=[Role.REVIEWER, Role.CARDHOLDER], employee_no="E1")
    assert set(user.groups.values_list("name", flat=True)) == {"reviewer", "cardholder"}
    assert AuditEvent.objects.get().after["username"] == "kim"


def test_second_creation_changes_nothing():
    create()
    again = create(password="another secret here", roles=[Role.APPROVER])
    assert set(again.groups.values_list("name", flat=True)) == {"reviewer"}
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("roles", [[Role.AUDITOR, Role.REVIEWER], [Role.RULE_ADMIN, Role.MODEL_OWNER]])
def test_duties_that_control_each_other_are_refused_in_one_login(roles):
    with pytest.raises(RolesNotCompatible):
        create(roles=roles)
    assert not User.objects.exists()


def test_reviewer_cannot_create_logins():
    with pytest.raises(NotPermitted):
        create(by=Actor(username="r", roles=frozenset({Role.REVIEWER})))


def test_nobody_gives_roles_to_themselves_under_whatever_login():
    admin = Actor(username="admin", roles=frozenset({Role.SYSTEM_ADMIN}), employee_no="E0007")
    for again in ({"username": "Admin"}, {"username": "second", "employee_no": "e-0007"}):
        with pytest.raises(NotPermitted) as refused:
            create(by=admin, **again)
        assert refused.value.code == "own_roles"
    create(by=admin, username="other", employee_no="E7")  # leading zeros make another person
    assert set(User.objects.values_list("username", flat=True)) == {"other"}


def test_duties_that_control_each_other_are_refused_over_two_logins_of_one_employee():
    create(roles=[Role.RULE_ADMIN], employee_no="E0007")
    with pytest.raises(RolesNotCompatible):
        create(username="second", roles=[Role.APPROVER], employee_no="Ｅ 0007")
    create(username="third", roles=[Role.CARDHOLDER], employee_no="E0007")


def test_command_says_what_is_wrong_with_a_weak_password(monkeypatch):
    monkeypatch.setenv("NEW_PASSWORD", "short")
    with pytest.raises(CommandError, match="10"):
        call_command("create_login", "lee", "--role", "reviewer")
