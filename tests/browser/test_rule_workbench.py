"""A controller writes a rule by blocks alone, mends a mistake from its message and reads what it would do; another lets it run in shadow; the night hits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.services.night import business_date_of, run_night
from fraud.detection.models import RuleHit
from rules.models import Rule, RuleVersion
from rules.services import install_starter_rules
from tests.browser.test_loop import SYSTEM, Company, company_after_a_night
from tests.cast import make_claim, make_merchant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WRITTEN = (
    "count(same cardholder, merchant within 30 minutes) >= 3 "
    "and sum(amount same cardholder, merchant within 30 minutes) > $single_limit"
)
#: What a controller does, in the order of the page: place, step, value. docs/usability.md counts them.
STEPS = [
    ("b.0.left.what", "choose", "w:count"),
    ("b.0.left.win.k.merchant", "tick", ""),
    ("b.0.left.win.s.d.u", "choose", "minute"),
    ("b.0.right.lit.a", "write", "3"),
    ("b.add", "press", ""),
    ("b.1.left.what", "choose", "w:sum"),
    ("b.1.right.what", "choose", "p:single_limit"),
]


def company_with_starters() -> Company:
    company = company_after_a_night()
    install_starter_rules(by=SYSTEM)
    return company


@pytest.fixture
def scene(live_server, keep) -> Company:
    return keep("rule workbench", company_with_starters)


def do(page, place: str, step: str, value: str) -> None:
    control = page.locator(f'[data-at="{place}"]')
    if step == "choose":
        control.select_option(value)
    elif step == "tick":
        control.check()
    elif step == "write":
        control.fill(value)
    else:
        control.click()


def text_becomes(page, wanted: str) -> None:
    page.wait_for_function("(wanted) => document.querySelector('#text').value === wanted", arg=wanted)


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_controller_builds_by_blocks_mends_reads_and_proposes_and_the_night_hits_in_shadow(visit, scene):
    page = visit("rule_admin")
    page.open("/rules/new/")
    page.wait_for_selector("[data-tree] fieldset")
    for step in STEPS:
        do(page, *step)
    text_becomes(page, WRITTEN)
    page.wait_for_selector("[data-tried] .stat")  # counted before anything is saved
    assert not Rule.objects.filter(code="Z90").exists()
    page.locator("[data-explain]").first.click()
    page.wait_for_selector(".steps-of-rule .tag.success")

    # A mistake typed into the text is answered with what to write, and the blocks follow the mended text.
    page.fill("#text", WRITTEN.replace("$single_limit", "500000원"))
    page.locator("[data-write]").click()
    page.wait_for_function("document.querySelector('#text').value.includes('500,000 KRW')")
    page.wait_for_selector('[data-at="b.1.right.lit.c"]')
    do(page, "b.1.right.what", "choose", "p:single_limit")
    text_becomes(page, WRITTEN)

    for name, value in {
        "code": "Z90",
        "name_ko": "30분 내 3회 초과",
        "name_en": "Three within 30 minutes",
    }.items():
        page.fill(f"#{name}", value)
    page.fill("#question_ko", "같은 곳에서 나누어 결제한 이유를 적어 주십시오.")
    page.fill("#question_en", "Why was this paid in parts?")
    page.locator("form.panel .primary").click()
    page.wait_for_url("**/rules/Z90/")
    page.locator("a[href='/rules/Z90/load/']").click()
    page.wait_for_selector(".stats")
    assert page.locator("h1").inner_text().startswith("Before it goes live")
    page.open("/rules/Z90/")
    page.fill("#propose-reason", "split payments were missed last month")
    page.locator("form[action$='/propose/'] .button").click()
    page.wait_for_selector(".notice.success")

    approver = visit("approver")
    approver.open("/rules/Z90/")
    approver.locator("[formaction$='/shadow/']").click()
    approver.wait_for_selector(".notice.success")
    version = RuleVersion.objects.get(rule__code="Z90")
    assert version.state == RuleVersion.State.SHADOW

    bar, evening = make_merchant("별밤포차"), timezone.now() - timedelta(hours=3)
    for i in range(3):
        make_claim(
            cardholder=scene.cast.stranger_record,
            merchant=bar,
            amount_minor=480_000,
            currency="KRW",
            transacted_at=evening + timedelta(minutes=8 * i),
            received_at=timezone.now() - timedelta(minutes=5),
        )
    run_night(business_date=business_date_of(timezone.now()), by=SYSTEM)
    [hit] = RuleHit.objects.filter(rule_version=version, claim__merchant=bar)
    assert hit.is_shadow
    approver.open("/rules/Z90/")
    assert "1 hit" in approver.locator("table").first.inner_text()


def test_blocks_work_by_keyboard_on_a_phone_and_without_a_script_the_text_box_stays(visit, scene):
    phone = visit("rule_admin", width=360, language="ko")
    phone.open("/rules/new/")
    phone.wait_for_selector("[data-tree] fieldset")
    phone.locator('[data-at="b.add"]').focus()
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.dataset.at") == "b.1.left.what"
    phone.locator('[data-at="b.1.off"]').focus()
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.dataset.at") == "b.add"
    phone.fill(
        "#text", "amount > 0 and count(same cardholder, merchant within 30 minutes where amount > 0) >= 3"
    )
    phone.wait_for_selector('[data-at="b.1.left.win.w.c.left.what"]')
    assert fits(phone)
    unnamed = "[...document.querySelectorAll('[data-tree] :is(select, input:not([type=checkbox]))')].filter((one) => !one.ariaLabel).length"
    assert phone.evaluate(unnamed) == 0
    phone.fill("#text", "amount > 50 KRW and cardholder.gra")
    phone.locator("#text").press("End")
    phone.keyboard.type("d")
    phone.wait_for_selector("[role=option]")
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("Tab")
    assert phone.input_value("#text").endswith("cardholder.grade")

    plain = visit("rule_admin", script=False)
    plain.open("/rules/new/")
    assert not plain.locator("[data-blocks]").is_visible()
    assert plain.locator("#text").is_visible()
