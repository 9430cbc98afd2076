"""Inviting, ending and returning; joiners and leavers of the personnel feed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from rest_framework.test import APIClient

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from cases.models import OutboxMessage
from cases.services.night import let_time_pass
from cases.services.outbox import send_outbox
from fraud.claims.accounts import create_account, living
from fraud.claims.models import AccessChange, User
from fraud.people import changes
from fraud.people.inviting import invite_again, invite_login
from fraud.people.joining import invitation_for, joiners
from fraud.people.leaving import end_leavers, end_login, sign_out_everywhere
from fraud.people.mailing import LINK
from fraud.people.refusals import AccessRefused
from tests.cast import PASSWORD, make_cardholder, make_person
from tests.fraud.people.conftest import WHY, Office

pytestmark = pytest.mark.django_db


def sent_link(mailoutbox: list[Any]) -> str:
    send_outbox()
    return re.search(r"https?://[^/]+(/\S+)", mailoutbox[-1].body)[1]


def test_an_invitation_makes_a_login_without_rights_and_the_link_stands_in_no_table(
    office: Office, mailoutbox: list[Any]
) -> None:
    """ASVS 6.4.1: first secrets are random, expire and are used once."""
    user = office.invite()
    assert user.roles_held() == set()
    assert not user.has_usable_password()
    assert AccessChange.objects.get().role == Role.REVIEWER
    kept = OutboxMessage.objects.get()
    assert LINK in kept.body
    path = sent_link(mailoutbox)
    assert mailoutbox[-1].to == [user.email]
    assert not OutboxMessage.objects.filter(body__contains=path.split("/")[-2]).exists()
    browser = Client()
    answer = browser.post(
        path, {"new_password1": "a sentence of my own", "new_password2": "a sentence of my own"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/")
    assert User.objects.get(pk=user.pk).check_password("a sentence of my own")
    assert browser.get(path).status_code == 410  # once


def test_a_mail_of_another_kind_never_gets_a_link_whatever_stands_in_it(
    office: Office, mailoutbox: list[Any]
) -> None:
    user = office.cast.reviewer
    for key, to in (
        (f"case.assigned:{user.pk}", user.email),
        (f"login.reset:{user.pk}:1", "x@company-a.example"),
    ):
        OutboxMessage.objects.create(
            key=key, recipient=to, subject="s", body=f"{LINK}", next_attempt_at=clock.now()
        )
    send_outbox()
    assert all("/accounts/password/" not in mail.body for mail in mailoutbox)


WRONG = [
    ({"username": "Kim Minjun"}, "username_not_valid"),
    ({"username": "4111111111111111"}, "username_not_valid"),
    ({"username": "JIMIN.HAN"}, "username_not_valid"),
    ({"username": "jimin.han"}, "username_taken"),
    ({"email": "nobody"}, "email_not_valid"),
    ({"email": "4111111111111111@company-a.example"}, "email_not_valid"),
    ({"email": "9001011234568@company-a.example"}, "email_not_valid"),
    ({"roles": (Role.AUDITOR, Role.REVIEWER)}, "roles_not_compatible"),
    ({"email": "JIMIN.HAN@company-a.example"}, "email_taken"),
    ({"employee_no": ""}, "number_missing"),
    ({"is_new": False}, "number_unknown"),
    ({"employee_no": "\N{CYRILLIC CAPITAL LETTER E}1001"}, "number_not_valid"),
    ({"employee_no": "900101-1234568"}, "number_not_valid"),
    ({"family": "4111 1111 1111 1111"}, "name_not_valid"),
    ({"roles": ()}, "role_missing"),
    ({"roles": (Role.DATA_CLIENT,)}, "not_for_people"),
]


@pytest.mark.parametrize(("values", "code"), WRONG)
def test_an_invitation_that_is_not_right_leaves_nothing(
    office: Office, values: dict[str, Any], code: str
) -> None:
    n = User.objects.count()
    with pytest.raises(AccessRefused) as refused:
        office.invite(**values)
    assert refused.value.code == code
    if "roles" in values:  # the field of an invitation, not that of one role
        assert refused.value.field == "roles"
    assert (User.objects.count(), OutboxMessage.objects.count()) == (n, 0)


def test_two_duties_that_control_each_other_are_both_named_at_the_roles(office: Office) -> None:
    with override("ko"), pytest.raises(AccessRefused) as refused:
        office.invite(roles=(Role.AUDITOR, Role.REVIEWER))
    assert refused.value.field == "roles"
    assert "감사인" in refused.value.sentence
    assert "검토자" in refused.value.sentence


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Give another one."), ("ko", "다른 주소를 적어 주세요.")]
)
def test_an_address_with_a_number_is_refused_in_words(office: Office, language: str, words: str) -> None:
    with override(language), pytest.raises(AccessRefused) as refused:
        office.invite(email="4111111111111111@company-a.example")
    assert words in refused.value.sentence
    assert "4111" not in refused.value.sentence


def test_duties_that_wait_for_other_days_are_no_conflict(office: Office) -> None:
    today = clock.today()
    user = office.invite(roles=(Role.AUDITOR,), ends_on=today + timedelta(days=9))
    office.propose(user, Role.REVIEWER, starts_on=today + timedelta(days=10))
    assert AccessChange.objects.filter(user=user, state="proposed").count() == 2


def test_both_of_two_duties_that_control_each_other_are_never_confirmed(office: Office) -> None:
    """What waits counts at proposing; what two people proposed at the same time is stopped at the latest by whoever confirms."""
    user = office.invite(roles=(Role.AUDITOR,))
    with pytest.raises(AccessRefused) as early:
        office.propose(user, Role.REVIEWER)
    assert early.value.code == "roles_not_compatible"
    first = AccessChange.objects.get(user=user)
    second = AccessChange.objects.create(
        user=user, kind="give_role", role=Role.REVIEWER, proposed_by=first.proposed_by, proposed_at=clock.now(),
        reason="at the same time",
    )  # fmt: skip
    changes.confirm_change(change=first, by=office.second)
    with pytest.raises(AccessRefused) as refused:
        changes.confirm_change(change=second, by=office.second)
    assert refused.value.code == "roles_not_compatible"


def test_nobody_invites_a_second_login_of_their_own(office: Office) -> None:
    with pytest.raises(NotPermitted):
        office.invite(employee_no="e-1009", is_new=False)


def test_an_invitation_is_sent_again_until_a_password_is_chosen(office: Office) -> None:
    user = office.invite()
    invite_again(user=user, by=office.admin, seen=user.access_version)
    assert OutboxMessage.objects.filter(key__startswith=f"login.invited:{user.pk}:").count() == 2
    with pytest.raises(AccessRefused):
        invite_again(user=office.cast.reviewer, by=office.admin, seen=None)


def test_an_ended_login_is_nobody_at_its_next_click(office: Office) -> None:
    """ASVS 7.4.2: all sessions end when an account is disabled."""
    user = office.cast.reviewer
    feed, token = create_account(name="erp", scopes=["deliveries:read"], by=Actor.system("tests"))
    page, program = Client(), APIClient(headers={"authorization": f"Token {token}"})
    page.force_login(user)
    office.propose(user)
    assert (page.get("/queue/").status_code, program.get("/api/v1/deliveries/").status_code) == (200, 200)
    for login in (user, feed):
        end_login(user=login, reason="left in a hurry", by=office.admin, seen=None)
    answer = page.get("/queue/")
    assert (answer.status_code, answer.headers["Location"][:16]) == (302, "/accounts/login/")
    assert program.get("/api/v1/deliveries/").status_code == 401
    assert not living(feed)
    form = {"username": user.username, "password": PASSWORD}
    assert Client().post("/accounts/login/", form).status_code == 200
    assert AccessChange.objects.get().state == AccessChange.State.WITHDRAWN


def test_an_ended_login_returns_by_two_people_and_its_old_sessions_do_not(office: Office) -> None:
    user = office.cast.reviewer
    page = Client()
    page.force_login(user)
    end_login(user=user, reason=WHY, by=office.admin, seen=None)
    change = changes.propose_return(user=user, reason="came back", by=office.admin, seen=None)
    with pytest.raises(NotPermitted):
        changes.confirm_change(change=change, by=office.admin)
    changes.confirm_change(change=change, by=office.second)
    assert page.get("/queue/").status_code == 302
    page.force_login(User.objects.get(pk=user.pk))
    assert page.get("/queue/").status_code == 200


def test_a_login_that_ended_holds_no_role_now(office: Office) -> None:
    reader = APIClient()
    reader.force_login(office.cast.system_admin, backend="django.contrib.auth.backends.ModelBackend")
    user = office.cast.reviewer
    place = f"/api/v1/logins/{user.pk}/"
    now = clock.now()
    User.objects.filter(pk=user.pk).update(last_login=now, last_used_at=now - timedelta(minutes=8))
    before = reader.get(place).data
    assert [row["state"] for row in before["roles"]] == ["now"]
    assert before["last_used_at"] == before["last_sign_in"], "signing in is a use"
    end_login(user=user, reason=WHY, by=office.admin, seen=None)
    assert [row["state"] for row in reader.get(place).data["roles"]] == ["over"]
    listed = reader.get("/api/v1/logins/?state=ended").data["results"]
    assert [row["state"] for one in listed for row in one["roles"]] == ["over"]


def test_nobody_ends_themselves_and_reviewers_end_nobody(office: Office) -> None:
    for user, by in (
        (office.cast.system_admin, office.admin),
        (office.cast.clerk, office.cast.actor("reviewer")),
    ):
        with pytest.raises(NotPermitted):
            end_login(user=user, reason=WHY, by=by, seen=None)


def test_signing_out_everywhere_ends_sessions_and_the_token_but_not_the_login(office: Office) -> None:
    """ASVS 7.4.5: an administrator can end the sessions of a user."""
    user = office.cast.reviewer
    feed, _token = create_account(name="erp", scopes=["deliveries:read"], by=Actor.system("tests"))
    sign_out_everywhere(user=feed, reason=WHY, by=office.admin, seen=None)
    assert not living(feed)
    page = Client()
    page.force_login(user)
    sign_out_everywhere(user=user, reason=WHY, by=office.admin, seen=None)
    assert page.get("/queue/").status_code == 302
    page.force_login(User.objects.get(pk=user.pk))
    assert page.get("/queue/").status_code == 200


def test_a_leavers_logins_end_by_themselves_after_the_last_day(office: Office) -> None:
    today = clock.today()
    first = office.cast.reviewer
    second = make_person("han.2", Role.CARDHOLDER, employee_no="e-1001")
    person = make_cardholder("E1001", name="한지민", left_on=today)
    assert end_leavers() == 0
    person.left_on = today - timedelta(days=1)
    person.save()
    assert let_time_pass()["logins_ended"] == 2
    assert not User.objects.filter(pk__in=[first.pk, second.pk], is_active=True).exists()
    entry = AuditEvent.objects.filter(action="user.left", subject=f"login:{first.pk}").get()
    assert entry.actor == "system:personnel"
    told = OutboxMessage.objects.filter(key__startswith=f"login.left:{first.pk}:")
    assert {mail.recipient for mail in told} == {office.cast.system_admin.email, office.other_admin.email}
    assert end_leavers() == 0


def test_joiners_are_people_at_work_without_a_login(office: Office) -> None:
    today = clock.today()
    here = make_cardholder("E8001", name="오하늘", email="ha.neul@company-a.example", hired_on=today)
    make_cardholder("E8002", name="곽", email="gone@company-a.example", left_on=today - timedelta(days=1))
    make_cardholder("E8003", name="주소 없음", email="")
    make_cardholder("e-1001", name="한지민", email="jimin@company-a.example")
    assert [one.pk for one in joiners()] == [here.pk]
    make_person("ha.neul", employee_no="E9")
    User.objects.filter(username="ha.neul").update(email="another@company-a.example")
    wanted = invitation_for(here)
    assert (wanted.username, wanted.employee_no, wanted.roles) == ("ha.neul2", "E8001", (Role.CARDHOLDER,))
    invite_login(wanted=wanted, reason=WHY, by=office.admin)
    assert not joiners().exists()


def test_an_invitation_says_by_whom_and_why(office: Office) -> None:
    user = office.invite()
    entry = AuditEvent.objects.get(action="user.invited")
    assert (entry.actor, entry.reason, entry.subject) == ("sungwoo.bae", WHY, f"login:{user.pk}")


def test_nobody_ends_the_only_other_person_who_agrees_to_changes_of_access(office: Office) -> None:
    auditor = office.cast.auditor
    end_login(user=office.other_admin, reason=WHY, by=office.admin, seen=None)
    with pytest.raises(AccessRefused) as refused:
        end_login(user=auditor, reason=WHY, by=office.admin, seen=None)
    assert (refused.value.code, refused.value.status) == ("last_second_person", 409)
    auditor.refresh_from_db()
    assert auditor.is_active
    end_login(user=office.cast.reviewer, reason=WHY, by=office.admin, seen=None)
