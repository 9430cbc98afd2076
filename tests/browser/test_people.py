"""Somebody's whole way: invited, a password by the link, a code from the telephone, a role of two people, and the end while signed in."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from audit.permissions import Role
from cases.services.outbox import send_outbox
from fraud.claims.models import User

pytestmark = pytest.mark.browser
TOTP_PERIOD = 30  # seconds, RFC 6238
PASSWORD = "a sentence only I know"


def link_of_the_last_mail(mailoutbox) -> str:
    send_outbox()
    return re.search(r"https?://[^/]+(/accounts/\S+)", mailoutbox[-1].body)[1]


def code_now(secret: str) -> str:
    """What a telephone with the right time shows: it holds for this half minute and the next."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // TOTP_PERIOD))


def test_from_the_invitation_to_the_end_of_a_login(visit, scene, settings, mailoutbox):
    cache.clear()
    settings.SECOND_STEP_ROLES = ("reviewer",)
    admin = visit("system_admin")
    admin.open("/people/invite/")
    for name, value in {
        "employee_no": "E7001",
        "username": "kim.new",
        "family": "Kim",
        "given": "Sol",
        "email": "kim.new@company-a.example",
        "reason": "works on cases from today",
    }.items():
        admin.fill(f"[name={name}]", value)
    admin.check("[name=is_new]")
    admin.check("[name=role][value=reviewer]")
    admin.click("form.panel .primary")
    admin.wait_for_url("**/people/*/")
    user = User.objects.get(username="kim.new")

    new = visit()
    new.open(link_of_the_last_mail(mailoutbox))
    new.fill("[name=new_password1]", PASSWORD)
    new.fill("[name=new_password2]", PASSWORD)
    new.click("form.stack .primary")
    new.wait_for_url("**/accounts/login/")
    new.fill("#id_username", "kim.new")
    new.fill("#id_password", PASSWORD)
    new.click("form.stack .primary")
    new.wait_for_url(lambda url: "/accounts/login" not in url)
    new.open("/queue/")
    assert new.locator("h1").inner_text() == "You may not do this"

    auditor = visit("auditor")
    auditor.open("/approvals/?kind=access")
    auditor.click("a.main")
    auditor.click("button:has-text('Confirm')")
    auditor.wait_for_selector(".toasts >> text=Confirmed")
    assert user.roles_held() == {Role.REVIEWER}

    new.open("/queue/")  # the role asks for a second step
    new.wait_for_url("**/accounts/second-step/totp/activate/**")
    new.fill("#id_code", code_now(new.locator("img.qr").get_attribute("alt")))
    new.click("form.panel .primary")
    new.wait_for_url("**/recovery-codes/")
    assert new.locator("main li code").count() == 10
    new.click("text=Go on")
    new.wait_for_url("**/queue/")
    new.locator("tr[data-item]").first.wait_for()

    admin.open(f"/people/{user.pk}/")
    admin.click("summary:has-text('End the login')")
    admin.fill("#reason-end", "does something else")
    admin.click("details[open] form .danger")
    admin.wait_for_selector(".toasts >> text=The login has ended")
    new.locator("a.main").first.click()
    new.wait_for_url("**/accounts/login/**")
    assert new.locator("#id_password").count() == 1


def test_a_security_key_signs_in_behind_the_password(visit, scene, settings):
    """With a key made by the browser itself."""
    cache.clear()
    page = visit("reviewer")
    session = page.context.new_cdp_session(page.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.open("/accounts/second-step/webauthn/add/")
    if "/accounts/confirm/" in page.url:
        page.fill("#id_password", "plain-words-for-tests")
        page.click("form.panel .primary")
    page.click("form[data-key] .primary")
    page.wait_for_url("**/recovery-codes/")
    page.context.clear_cookies(name="sessionid")
    page.open("/accounts/login/")
    page.fill("#id_username", scene.cast.reviewer.username)
    page.fill("#id_password", "plain-words-for-tests")
    page.click("form.stack .primary")
    page.wait_for_url("**/second-step/authenticate/")
    page.click("form[data-key=get] button")
    page.wait_for_url("**/queue/")


@pytest.mark.parametrize(("width", "theme", "language"), [(1440, "light", "ko"), (360, "dark", "en")])
def test_pages_of_people_fit_their_width(visit, scene, width, theme, language):
    page = visit("system_admin", width=width, theme=theme, language=language)
    someone = scene.cast.reviewer.pk
    for path in ("", "?view=joiners", "?view=waiting", "?view=leavers", "invite/", "review/", f"{someone}/"):
        page.open(f"/people/{path}")
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0, path
        assert page.locator("h1").count() == 1
