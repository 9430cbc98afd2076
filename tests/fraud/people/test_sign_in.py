"""Signing in: passwords by mail, the second step, how long a session lasts, and guessing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt, AccessFailureLog
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from audit.actor import Actor
from audit.models import AuditEvent
from cases.models import OutboxMessage
from cases.services.outbox import send_outbox
from fraud.claims.accounts import create_account
from fraud.claims.models import User
from tests.cast import PASSWORD
from tests.fraud.people.conftest import Office

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
NEW = "another sentence of mine"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def sign_in(user: User, password: str = PASSWORD, address: str = "10.0.0.1") -> tuple[Client, Any]:
    browser = Client(REMOTE_ADDR=address)
    return browser, browser.post(LOGIN, {"username": user.username, "password": password})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def set_up(browser: Client) -> str:
    """Set the second step up; returns its secret."""
    page = browser.get("/accounts/second-step/totp/activate/")
    secret = page.context["form"].secret
    answer = browser.post("/accounts/second-step/totp/activate/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/accounts/second-step/recovery-codes/"
    return str(secret)


def test_the_answer_to_a_forgotten_password_tells_nobody_whether_the_address_is_known(office: Office) -> None:
    """ASVS 6.3.8: no telling whether a user exists."""
    told = []
    for email in (office.cast.reviewer.email.upper(), "nobody@company-a.example", "", "x" * 400):
        answer = Client().post("/accounts/password/forgotten/", {"email": email})
        told.append(
            (answer.status_code, re.sub(r'value="\w+"|"X-CSRFToken": "\w+"', "", answer.content.decode()))
        )
    assert len(set(told)) == 1
    assert [mail.recipient for mail in OutboxMessage.objects.all()] == [office.cast.reviewer.email]
    Client().post("/accounts/password/forgotten/", {"email": office.cast.reviewer.email})
    assert OutboxMessage.objects.count() == 1  # not again within five minutes


def test_a_link_sets_the_password_once_and_ends_every_session(office: Office, mailoutbox: list[Any]) -> None:
    """ASVS 7.4.3: sessions end when a password is changed. ASVS 6.4.3: a reset goes round no second step."""
    user = office.cast.reviewer
    old = Client()
    old.force_login(user)
    Client().post("/accounts/password/forgotten/", {"email": user.email})
    send_outbox()
    path = re.search(r"https?://[^/]+(/\S+)", mailoutbox[-1].body)[1]
    weak = Client().post(path, {"new_password1": "short", "new_password2": "short"})
    assert weak.status_code == 422
    assert Client().post(path, {"new_password1": NEW, "new_password2": NEW}).status_code == 302
    assert Client().get(path).status_code == 410
    assert old.get("/queue/").status_code == 302
    assert sign_in(user, NEW)[1].status_code == 302
    assert AuditEvent.objects.filter(action="user.password_set", subject=f"login:{user.pk}").exists()


@pytest.mark.parametrize("path", ["MQ/x-y", "!/x", "x" * 80 + "/y", "LTE/abc-def"])
def test_a_link_that_never_was_says_so(office: Office, path: str) -> None:
    assert Client().get(f"/accounts/password/{path}/").status_code == 410


def test_a_link_runs_out(office: Office, mailoutbox: list[Any], settings: Any) -> None:
    Client().post("/accounts/password/forgotten/", {"email": office.cast.reviewer.email})
    send_outbox()
    path = re.search(r"https?://[^/]+(/\S+)", mailoutbox[-1].body)[1]
    later = datetime.now(UTC) + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT, days=1)
    with time_machine.travel(later):
        assert Client().get(path).status_code == 410
    assert Client().get(path).status_code == 200


def test_ones_own_password_is_changed_with_the_present_one(office: Office) -> None:
    """ASVS 6.2.3: changing a password asks for the present one."""
    user = office.cast.reviewer
    here, there = Client(), Client()
    here.force_login(user)
    there.force_login(user)
    form = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert here.post("/accounts/password/", form).status_code == 422
    assert here.post("/accounts/password/", form | {"old_password": PASSWORD}).status_code == 302
    assert here.get("/queue/").status_code == 200
    assert there.get("/queue/").status_code == 302


@pytest.mark.parametrize(
    ("clicks", "after", "is_over"),
    [([], 29, False), ([], 31, True), ([20, 40, 60], 85, False), (list(range(20, 720, 20)), 721, True)],
)
def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(
    office: Office, clicks: list[int], after: int, is_over: bool
) -> None:
    """ASVS 7.3.1 and 7.3.2: inactivity and absolute time-outs. Minutes since the sign-in."""
    start = datetime.now(UTC)
    browser = Client()
    with time_machine.travel(start, tick=False) as moment:
        browser.force_login(office.cast.reviewer)
        for minutes in clicks:
            moment.move_to(start + timedelta(minutes=minutes))
            assert browser.get("/preferences/").status_code == 405
        moment.move_to(start + timedelta(minutes=after))
        assert (browser.get("/queue/").status_code == 302) is is_over


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(office: Office) -> None:
    start = datetime.now(UTC)
    browser = Client()
    with time_machine.travel(start, tick=False) as moment:
        browser.force_login(office.cast.reviewer)
        for minutes in (10, 20, 30):
            moment.move_to(start + timedelta(minutes=minutes))
            answer = browser.get("/queue/", headers={"HX-Request": "true", "HX-Trigger": "progress"})
        assert answer.status_code == 200
        assert answer.headers["HX-Redirect"].startswith(LOGIN)


def test_with_a_second_step_the_password_alone_opens_nothing(office: Office) -> None:
    """ASVS 6.3.3: more than one factor."""
    user = office.cast.reviewer
    browser, _ = sign_in(user)
    secret = set_up(browser)
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)
    other, answer = sign_in(user)
    assert answer.headers["Location"] == "/accounts/second-step/authenticate/"
    assert other.get("/queue/").status_code == 302
    wrong = other.post(answer.headers["Location"], {"code": "000000"})
    assert wrong.status_code == 200
    assert other.get("/queue/").status_code == 302
    assert AccessFailureLog.objects.filter(username=user.username).count() == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        right = other.post(answer.headers["Location"], {"code": code_of(secret)})
        assert right.status_code == 302
        assert other.get("/queue/").status_code == 200


def test_a_recovery_code_signs_in_once(office: Office) -> None:
    """ASVS 6.5.1: look-up secrets are used once."""
    user = office.cast.reviewer
    browser, _ = sign_in(user)
    set_up(browser)
    codes = browser.get("/accounts/second-step/recovery-codes/").context["unused_codes"]
    assert len(set(codes)) == 10
    again = browser.get("/accounts/second-step/recovery-codes/").context["unused_codes"]
    assert not set(codes) & set(again)  # shown once
    for expected in (302, 200):
        other, answer = sign_in(user)
        assert other.post(answer.headers["Location"], {"code": codes[0]}).status_code == expected


def test_a_role_that_needs_a_second_step_reaches_nothing_without_one(office: Office, settings: Any) -> None:
    settings.SECOND_STEP_ROLES = ("reviewer",)
    browser, _ = sign_in(office.cast.reviewer)
    assert browser.get("/queue/").headers["Location"].startswith("/accounts/second-step/totp/activate/")
    assert browser.post("/preferences/", {"theme": "dark"}).status_code == 302
    told = browser.get("/api/v1/cases/")
    assert (told.status_code, told.json()["code"]) == (403, "second_step_missing")
    for language, words in (("en", "Your role needs"), ("ko", "역할")):
        browser.cookies["django_language"] = language
        told = browser.get("/api/v1/cases/")
        assert (words in told.json()["detail"], told["Content-Language"]) == (True, language)
    del browser.cookies["django_language"]
    approver, _ = sign_in(office.cast.approver)
    assert approver.get("/queue/").status_code == 200
    set_up(browser)
    assert browser.get("/queue/").status_code == 200


def test_a_lost_second_step_is_removed_by_an_administrator(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    user = office.cast.reviewer
    browser, _ = sign_in(user)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(browser)
    admin = Client()
    admin.force_login(office.cast.system_admin)
    form = {"reason": "lost the telephone", "seen": "0"}
    assert admin.post(f"/people/{user.pk}/drop-second-step/", form).status_code == 302
    assert browser.get("/queue/").status_code == 302
    assert sign_in(user)[0].get("/queue/").status_code == 200
    actions = AuditEvent.objects.filter(subject=f"login:{user.pk}").values_list("action", flat=True)
    assert list(actions.order_by("seq")) == ["user.second_step_added", "user.second_step_removed"]


def failures(n: int, *, username: str, address: str) -> None:
    AccessFailureLog.objects.bulk_create(
        AccessFailureLog(username=f"{username}{i if '*' in username else ''}", ip_address=address)
        for i in range(n)
    )
    AccessFailureLog.objects.update(attempt_time=datetime.now(UTC))


@pytest.mark.catalogue("C19")
def test_guessing_one_login_from_everywhere_rests_for_a_quarter_of_an_hour(
    office: Office, settings: Any
) -> None:
    """ASVS 6.3.1: guessing is slowed."""
    settings.SIGN_IN_FAILURES_PER_LOGIN = 3
    user = office.cast.reviewer
    for n in range(3):
        sign_in(user, "wrong", address=f"10.0.1.{n}")
    _, answer = sign_in(user, address="10.0.2.1")
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert answer.context["rests"]
    assert sign_in(office.cast.approver, address="10.0.2.1")[1].status_code == 302
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert sign_in(user, address="10.0.2.1")[1].status_code == 302


def test_guessing_many_logins_from_one_address_rests_as_well(office: Office, settings: Any) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 4
    browser = Client(REMOTE_ADDR="10.0.3.1")
    for n in range(4):
        browser.post(LOGIN, {"username": f"nobody.{n}", "password": "wrong"})
    assert sign_in(office.cast.reviewer, address="10.0.3.1")[1].context["rests"]
    assert sign_in(office.cast.reviewer, address="10.0.3.2")[1].status_code == 302


@pytest.mark.catalogue("C20")
def test_behind_proxies_the_client_counts_and_a_made_up_header_does_not(
    office: Office, settings: Any
) -> None:
    from django.test import RequestFactory

    from fraud.people.guessing import client_address

    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.9.9.9", headers={"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.0.0.7"}
    )
    told = []
    for n in (0, 1, 2, 5):
        settings.TRUSTED_PROXIES = n
        told.append(client_address(request))
    assert told == ["10.9.9.9", "10.0.0.7", "1.2.3.4", "10.9.9.9"]


def test_nobody_signs_up_by_themselves(office: Office) -> None:
    for path in ("/accounts/signup/", "/accounts/second-step/webauthn/signup/", "/accounts/email/"):
        assert Client().get(path).status_code == 404


def test_when_a_login_was_last_used_is_known_of_pages_and_tokens(office: Office) -> None:
    _feed, token = create_account(name="erp", scopes=["deliveries:read"], by=Actor.system("tests"))
    APIClient(headers={"authorization": f"Token {token}"}).get("/api/v1/deliveries/")
    Client().force_login(office.cast.reviewer)
    used = User.objects.exclude(last_used_at=None).values_list("username", flat=True)
    assert set(used) == {"erp", "jimin.han"}


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("en", "Signing in is paused", "Wait a quarter of an hour"),
        ("ko", "로그인이 잠시 제한되었습니다", "15분"),
    ],
)
def test_the_tenth_wrong_password_is_answered_by_the_page_in_the_readers_language(
    office: Office, language: str, title: str, words: str
) -> None:
    browser = Client(REMOTE_ADDR="10.0.9.1", HTTP_ACCEPT_LANGUAGE=language)
    browser.cookies["django_language"] = language
    form = {"username": office.cast.reviewer.username, "password": "wrong"}
    for _n in range(9):
        assert browser.post(LOGIN, form).status_code == 200
    for password in ("wrong", PASSWORD):  # the tenth, and the right one while it rests
        answer = browser.post(LOGIN, {**form, "password": password})
        assert (answer.status_code, answer["Retry-After"]) == (429, "900")
        shown = answer.content.decode()
        assert title in shown
        assert words in shown
        assert 'name="password"' in shown, "the form is still there"
        assert "Account locked" not in shown


def test_wrong_codes_rest_with_a_page_too(office: Office) -> None:
    user = office.cast.reviewer
    browser, _ = sign_in(user)
    set_up(browser)
    other, _ = sign_in(user)
    for n in range(10):
        cache.clear()
        answer = other.post("/accounts/second-step/authenticate/", {"code": "000000"})
        assert answer.status_code == (429 if n == 9 else 200)
    assert answer["Retry-After"] == "900"
    assert "429.html" in [template.name for template in answer.templates]


def test_a_failed_sign_in_keeps_neither_the_query_nor_the_form(office: Office) -> None:
    """ASVS 14.2.6: whatever was asked for behind the sign-in, and whatever was typed into it."""
    for _time in range(2):
        Client().post(
            f"{LOGIN}?next=/search/?q=6109156743569&word=planted",
            {
                "username": office.cast.reviewer.username,
                "password": "wrong",
                "next": "/planted/",
                "code": "planted",
            },
        )
    (attempt,) = AccessAttempt.objects.all()
    assert attempt.failures_since_start == 2
    kept = [str(getattr(attempt, field.name)) for field in attempt._meta.fields]
    kept += [str(value) for row in AccessFailureLog.objects.values_list() for value in row]
    assert not [text for text in kept if "planted" in text or "6109156743569" in text or "search" in text]


def test_the_code_that_sets_the_second_step_up_signs_nobody_in(office: Office) -> None:
    """ASVS 6.5.1: time-based codes are used once, wherever they were used first."""
    user = office.cast.reviewer
    browser, _ = sign_in(user)
    secret = set_up(browser)
    used = code_of(secret)
    other, answer = sign_in(user)
    assert other.post(answer.headers["Location"], {"code": used}).status_code == 200
    assert other.get("/queue/").status_code == 302
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        assert other.post(answer.headers["Location"], {"code": code_of(secret)}).status_code == 302


@pytest.mark.parametrize(
    "how", ["{0} {1}", " {0}-{1} ", "{0}\u00a0{1}", "{0}\u2013{1}", "{0}\u200b{1}", "wide"]
)
def test_codes_are_taken_as_people_write_them(office: Office, how: str) -> None:
    user = office.cast.reviewer
    browser, _ = sign_in(user)
    set_up(browser)
    code = browser.get("/accounts/second-step/recovery-codes/").context["unused_codes"][1]
    written = code.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    written = written if how == "wide" else how.format(code[:4], code[4:])
    other, answer = sign_in(user)
    assert other.post(answer.headers["Location"], {"code": written}).status_code == 302
    assert not AccessFailureLog.objects.filter(username=user.username).exists()


def test_every_try_over_the_limit_is_answered_as_one(office: Office) -> None:
    """Also those that the limit of the second step itself refuses, before the sign-in's."""
    user = office.cast.reviewer
    browser, _ = sign_in(user)
    set_up(browser)
    other, answer = sign_in(user)
    told = [other.post(answer.headers["Location"], {"code": f"{n:06d}"}) for n in range(14)]
    statuses = [one.status_code for one in told]
    n_free = statuses.index(429)
    assert 3 <= n_free <= 10
    assert set(statuses[n_free:]) == {429}
    assert {one["Retry-After"] for one in told[n_free:]} == {"900"}


def test_a_new_password_is_another_one(office: Office, mailoutbox: list[Any]) -> None:
    user = office.cast.reviewer
    browser, _ = sign_in(user)
    same = {"old_password": PASSWORD, "new_password1": PASSWORD, "new_password2": PASSWORD}
    answer = browser.post("/accounts/password/", same)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["new_password1"])
    Client().post("/accounts/password/forgotten/", {"email": user.email})
    send_outbox()
    link = re.search(r"https?://[^/]+(/\S+)", mailoutbox[-1].body)
    assert link is not None
    fresh = Client()
    refused = fresh.post(link[1], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert refused.status_code == 422
    assert "지금 쓰는 비밀번호" in refused.content.decode()
    assert fresh.post(link[1], {"new_password1": NEW, "new_password2": NEW}).status_code == 302
