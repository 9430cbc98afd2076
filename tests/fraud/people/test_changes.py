"""Roles with dates: proposed by one person, confirmed by another, and worth nothing once they are over."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from audit.services import actor_of, find_faults
from fraud.claims.accounts import create_account
from fraud.claims.logins import RolesNotCompatible, check_roles
from fraud.claims.models import AccessChange, Department, RoleGrant, User
from fraud.people import changes
from fraud.people.listing import change_rows, units_text
from fraud.people.refusals import AccessRefused, role_word
from tests.cast import make_person
from tests.draws import draws
from tests.fraud.people.conftest import WHY, Office

pytestmark = pytest.mark.django_db


def refusal(call: object, **values: object) -> str:
    with pytest.raises(AccessRefused) as refused:
        call(**values)  # type: ignore[operator]
    assert refused.value.sentence
    return refused.value.code


def test_a_role_counts_only_once_a_second_person_confirms_it(office: Office) -> None:
    """ASVS 8.2.1: functions only for those with explicit permission."""
    user = office.cast.reviewer
    change = office.propose(user)
    assert user.roles_held() == {Role.REVIEWER}
    changes.confirm_change(change=change, by=office.second)
    assert user.roles_held() == {Role.REVIEWER, Role.MANAGER}
    told = AuditEvent.objects.filter(subject=f"login:{user.pk}").values_list("action", "actor")
    assert list(told.order_by("seq")) == [
        ("access.proposed", "sungwoo.bae"),
        ("access.confirmed", "second.admin"),
    ]
    assert find_faults() == []


def test_the_auditor_confirms_as_well_and_nobody_else_does(office: Office) -> None:
    change = office.propose(office.cast.reviewer)
    for name in ("approver", "reviewer", "rule_admin", "clerk", "cardholder"):
        with pytest.raises(NotPermitted):
            changes.confirm_change(change=change, by=office.cast.actor(name))
    changes.confirm_change(change=change, by=office.cast.actor("auditor"))


def test_whoever_proposed_and_whoever_it_is_about_confirm_nothing_under_whatever_login(
    office: Office,
) -> None:
    """ASVS 2.3.5: high-value steps need a second person."""
    user = make_person("someone", Role.MANAGER, employee_no="E5555")
    change = office.propose(user, Role.REVIEWER)
    number = office.cast.system_admin.employee_no
    for twin in (
        make_person("twin.of.proposer", Role.AUDITOR, employee_no=f" {number.lower()} "),
        make_person("twin.of.person", Role.AUDITOR, employee_no="e-5555"),
    ):
        for decide in (changes.confirm_change, changes.return_change):
            more = {"reason": WHY} if decide is changes.return_change else {}
            with pytest.raises(NotPermitted) as refused:
                decide(change=change, by=actor_of(twin), **more)
            assert refused.value.code.startswith("own_")
    with pytest.raises(NotPermitted):
        changes.confirm_change(change=change, by=office.admin)
    assert user.roles_held() == {Role.MANAGER}


def test_nobody_proposes_anything_about_themselves(office: Office) -> None:
    twin = make_person("bae.2", Role.CARDHOLDER, employee_no="e-1009")
    for user in (office.cast.system_admin, twin):
        with pytest.raises(NotPermitted) as refused:
            office.propose(user)
        assert refused.value.code == "own_roles"


def test_a_proposal_is_decided_once(office: Office) -> None:
    change = office.propose(office.cast.reviewer)
    changes.return_change(change=change, reason="not needed", by=office.second)
    assert refusal(changes.confirm_change, change=change, by=office.second) == "decided_already"
    assert refusal(changes.withdraw_change, change=change, by=office.admin) == "decided_already"
    assert office.cast.reviewer.roles_held() == {Role.REVIEWER}


def test_a_page_that_is_older_than_the_access_changes_nothing(office: Office) -> None:
    office.propose(office.cast.reviewer)
    assert refusal(office.propose, user=office.cast.reviewer, role=Role.APPROVER, seen=0) == "stale_version"


STAFF = [role for role in Role if role not in {Role.CARDHOLDER, Role.MANAGER, Role.DATA_CLIENT}]
ALONE = {Role.RULE_ADMIN, Role.MODEL_OWNER, Role.AUDITOR, Role.SYSTEM_ADMIN}


@pytest.mark.parametrize(("held", "wanted"), [pair for pair in product(STAFF, STAFF) if pair[0] != pair[1]])
def test_duties_that_control_each_other_are_refused_over_all_logins_of_a_person(
    office: Office, held: Role, wanted: Role
) -> None:
    first = make_person("first", held, employee_no="E6001")
    second = make_person("second", Role.CARDHOLDER, employee_no="e 6001")
    apart = held in ALONE or wanted in ALONE  # plainly: one of the four duties beside any other of staff
    for user in (first, second):
        if apart:
            assert refusal(office.propose, user=user, role=wanted) == "roles_not_compatible"
        else:
            office.propose(user, wanted)


def test_duties_one_after_the_other_are_no_conflict(office: Office) -> None:
    today = clock.today()
    user = make_person("changing", employee_no="E6002")
    office.give(user, Role.REVIEWER, ends_on=today + timedelta(days=9))
    assert refusal(office.propose, user=user, role=Role.AUDITOR) == "roles_not_compatible"
    office.give(user, Role.AUDITOR, starts_on=today + timedelta(days=10))
    assert user.roles_held() == {Role.REVIEWER}


def test_a_duty_given_meanwhile_stops_the_confirmation(office: Office) -> None:
    user = make_person("first", employee_no="E6003")
    change = office.propose(user, Role.AUDITOR)
    make_person("second", Role.REVIEWER, employee_no="E6003")
    assert refusal(changes.confirm_change, change=change, by=office.second) == "roles_not_compatible"
    assert user.roles_held() == set()


days = st.one_of(st.none(), st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 12, 31)))


@settings(max_examples=draws(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(starts=days, ends=days, today=st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 12, 31)))
def test_a_role_holds_exactly_from_its_first_to_its_last_day(
    starts: date | None, ends: date | None, today: date
) -> None:
    """ASVS 8.3.2: a changed right counts at once. Against a plain reading of the two days."""
    if starts and ends and ends < starts:
        starts, ends = ends, starts
    user = User.objects.create(username="dated")
    RoleGrant.objects.create(user=user, role=Role.REVIEWER, starts_on=starts, ends_on=ends)
    noon = timezone.make_aware(timezone.datetime(today.year, today.month, today.day, 12))
    holds = not (starts and today < starts) and not (ends and today > ends)
    try:
        with clock.at_moment(noon):
            assert user.roles_held() == ({Role.REVIEWER} if holds else set())
    finally:
        user.grants.all().delete()
        user.delete()


def test_a_role_that_ended_gives_nothing_in_a_running_session_and_through_a_token(office: Office) -> None:
    """ASVS 8.3.2: rights lost count at the next request."""
    user = office.cast.reviewer
    feed, token = create_account(name="erp", scopes=["deliveries:read"], by=Actor.system("tests"))
    session, program = APIClient(), APIClient(headers={"authorization": f"Token {token}"})
    session.force_login(user)
    asked = [(session, "/api/v1/cases/"), (program, "/api/v1/deliveries/")]
    assert [one.get(path).status_code for one, path in asked] == [200, 200]
    for login in (user, feed):
        login.grants.update(starts_on=date(2026, 1, 1), ends_on=clock.today() - timedelta(days=1))
    assert [one.get(path).status_code for one, path in asked] == [403, 403]
    assert session.get("/queue/").status_code == 403


def test_taking_a_role_away_needs_two_people_too(office: Office) -> None:
    user = office.cast.approver
    grant = user.grants.get()
    change = changes.propose_taking(grant=grant, reason="moves to sales", by=office.admin, seen=None)
    assert user.roles_held() == {Role.APPROVER}
    changes.confirm_change(change=change, by=office.second)
    assert user.roles_held() == set()
    again = {"grant": grant, "reason": WHY, "by": office.admin, "seen": None}
    assert refusal(changes.propose_taking, **again) == "role_over"


WRONG = [
    ({"ends_on": date(2020, 1, 1)}, "days_over"),
    ({"starts_on": date(2090, 1, 2), "ends_on": date(2090, 1, 1)}, "days_reversed"),
    ({"starts_on": date(2020, 1, 1)}, "days_past"),
    ({"starts_on": date(2019, 1, 1), "ends_on": date(2020, 1, 1)}, "days_over"),
    ({"reason": " no "}, "reason_missing"),
    ({"role": Role.DATA_CLIENT}, "not_for_people"),
    ({"role": Role.REVIEWER}, "role_held"),
]


@pytest.mark.parametrize(("values", "code"), WRONG)
def test_what_is_not_right_is_said_and_changes_nothing(
    office: Office, values: dict[str, object], code: str
) -> None:
    assert refusal(office.propose, user=office.cast.reviewer, **values) == code
    assert not AccessChange.objects.exists()


def test_a_role_that_approves_needs_an_employee_number(office: Office) -> None:
    assert refusal(office.propose, user=make_person("nobody"), role=Role.APPROVER) == "number_missing"


def test_units_are_proposed_confirmed_and_known(office: Office) -> None:
    user = office.cast.reviewer
    Department.objects.create(code="RND", name="연구소")
    values = {"user": user, "reason": WHY, "by": office.admin, "seen": None}
    assert refusal(changes.propose_units, units=["RND", "NONE"], **values) == "unknown_unit"
    change = changes.propose_units(units=["RND"], **values)
    assert changes.unit_codes(user) == []
    changes.confirm_change(change=change, by=office.second)
    assert changes.unit_codes(user) == ["RND"]
    assert refusal(changes.propose_units, units=["RND"], **values) == "units_held"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(roles=st.frozensets(st.sampled_from(list(Role)), max_size=5))
def test_check_roles_agrees_with_the_plain_rule(roles: frozenset[Role]) -> None:
    staff = roles - {Role.CARDHOLDER, Role.MANAGER}
    bad = (bool(staff & ALONE) and len(staff) > 1) or (Role.DATA_CLIENT in roles and len(roles) > 1)
    try:
        check_roles(roles)
    except RolesNotCompatible:
        assert bad
    else:
        assert not bad


def test_a_confirmed_change_tells_what_held_then_and_not_what_holds_today(office: Office) -> None:
    user, admin = office.cast.reviewer, office.admin
    for code in ("D1", "D2"):
        Department.objects.get_or_create(code=code, defaults={"name": code})
    given = {"user": user, "reason": WHY, "by": admin, "seen": None}
    first = changes.propose_units(units=["D1"], **given)
    changes.confirm_change(change=first, by=office.second)
    second = changes.propose_units(units=["D2"], **given)
    changes.return_change(change=second, reason=WHY, by=office.second)
    role = office.give(user, ends_on=clock.today() + timedelta(days=9))
    third = changes.propose_units(units=["D2"], **given)
    changes.confirm_change(change=third, by=office.second)
    told = {
        row.change.pk: (row.before, row.after) for row in change_rows(list(AccessChange.objects.all()), admin)
    }
    everywhere = units_text([])
    assert told[first.pk] == (everywhere, "D1")
    assert told[second.pk] == ("–", "D2")
    assert told[third.pk] == ("D1", "D2")
    before, after = told[role.pk]
    assert before in after
    assert role_word(role.role) in after
    assert role_word(role.role) not in before
