"""A controller writes a rule by blocks alone, mends a mistake from its message and reads what it would do; another lets it run in shadow; the night hits."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.models import Case, HeldBack
from cases.pages import case_load_beside
from cases.services.explanation_requests import request_explanation
from cases.services.night import run_night
from cases.services.nights_due import business_date_of
from cases.services.queue import take_case
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.company.models import CompanySettings
from fraud.detection.models import RuleHit
from fraud.web import beside as beside_module
from rules.models import Rule, RuleVersion
from rules.services import activate_version, draft_rule, install_starter_rules, propose_version
from tests.browser.test_loop import SYSTEM, Company, company_after_a_night
from tests.cast import make_claim, make_merchant
from tests.fraud.claims.receipts import made

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


def company_with_starters(keep) -> Company:
    company = keep("after a night", company_after_a_night)
    install_starter_rules(by=SYSTEM)
    return company


@pytest.fixture
def scene(live_server, keep) -> Company:
    return keep("rule workbench", lambda: company_with_starters(keep))


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
    page.wait_for_selector("[data-tree]:not([inert]) fieldset")
    assert len(STEPS) <= 10  # choices, ticks and presses by blocks alone
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
    page.fill("#question_ko", "같은 곳에서 나누어 결제한 이유를 적어 주세요.")
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
    phone.wait_for_selector("[data-tree]:not([inert]) fieldset")
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


#: A rule about an evening at one place, and the louder version that takes its place.
LOUD = 'net_amount > 0 and merchant.name contains "새벽포차"'
CALM = 'net_amount > 500,000 KRW and merchant.name contains "새벽포차"'
ABOUT = {
    "name_ko": "새벽 포장마차",
    "name_en": "Stall at night",
    "question_ko": "누구와 무엇을 드셨습니까?",
    "question_en": "Who ate there, and what for?",
    "policy_clause": "법인카드 관리규정 제4조 2항 식사",
    "policy_clause_en": "Corporate card policy §4.2 Meals",
}


def propose_louder_version(company: Company) -> None:
    """A calm rule that counts, its louder next version proposed, and two seats a rule a night."""
    admin, approver = company.cast.actor("rule_admin"), company.cast.actor("other_approver")
    calm = draft_rule(code="Z91", text=CALM, weight=6.0, by=admin, **ABOUT)
    activate_version(version=propose_version(version=calm, by=admin), by=approver)
    propose_version(version=draft_rule(code="Z91", text=LOUD, weight=6.0, by=admin), by=admin)
    CompanySettings.objects.create(number=1, state="active", values={"rule_budget": 2}, proposed_by="test")


def evening(people: list[Cardholder], amount: int = 47_000) -> list[Claim]:
    """One payment of each at the stall three hours ago, known by now."""
    stall, _ = Merchant.objects.get_or_create(key="stall", defaults={"name": "새벽포차", "mcc": "5812"})
    known = timezone.now() - timedelta(minutes=5)
    return [
        make_claim(
            cardholder=person,
            merchant=stall,
            amount_minor=amount,
            currency="KRW",
            transacted_at=known - timedelta(hours=3),
            received_at=known,
        )
        for person in people
    ]


def press(page, selector: str) -> None:
    """A button that changes something and says so."""
    page.locator(selector).first.click()
    page.wait_for_selector(".notice.success, .toast")


def test_a_rule_goes_live_by_shadow_overflows_is_suppressed_and_rolled_back_and_an_edited_clause_is_in_the_next_letter(
    visit, scene
):
    propose_louder_version(scene)
    loud = RuleVersion.objects.get(rule__code="Z91", number=2)
    approver = visit("approver")
    for step in ("shadow", "activate"):
        approver.open("/rules/Z91/")
        press(approver, f"[formaction$='/{step}/'], form[action$='/{step}/'] button.primary")
        loud.refresh_from_db()
        assert loud.state == {"shadow": "shadow", "activate": "active"}[step]

    people = list(Cardholder.objects.filter(employee_no__startswith="E0").order_by("pk")[:6])
    claims = evening(people)
    run = run_night(business_date=business_date_of(timezone.now()), by=SYSTEM)
    assert RuleHit.objects.filter(run=run, rule_version=loud, is_shadow=False).count() == 6
    case = Case.objects.filter(run=run, pattern="Z91").first()
    assert case is not None, [(one.pattern, one.source) for one in Case.objects.filter(run=run)]
    reviewer = visit("reviewer")
    reviewer.open("/queue/?view=held_back&rule=Z91")
    assert "too many of one rule" in reviewer.locator("main").inner_text()

    held = HeldBack.objects.filter(claim__in=claims, why="rule_budget").first()
    assert held is not None
    reviewer.open(f"/claims/{held.claim_id}/")
    hit = reviewer.locator("li", has=reviewer.locator("#until-Z91"))
    hit.locator("summary", has_text="Suppress this rule here").click()
    hit.locator("input[name=about][value=person]").check()
    reviewer.fill("#until-Z91", f"{timezone.now() + timedelta(days=20):%Y-%m-%d}")
    reviewer.fill("#why-Z91", "shift worker, agreed with the manager")
    press(reviewer, "form[action$='/Z91/suppressions/'] .button")
    approver.open("/rules/Z91/operation/")
    press(approver, "form[action$='/confirm/'] .primary")

    admin = visit("rule_admin")
    admin.open("/rules/Z91/")
    press(admin, "form[action$='/back/'] .button")  # one click from the rule's page
    approver.open("/rules/Z91/")
    press(approver, "form[action$='/activate/'] .primary")
    loud.refresh_from_db()
    assert (loud.state, RuleVersion.objects.get(rule__code="Z91", state="active").number) == ("retired", 1)

    admin.open("/rules/policy/4.2/")
    admin.fill("#text_en", "Say who ate, of which company, and why so late.")
    admin.fill("#text_ko", "참석자와 소속, 늦은 시각의 사유를 적는다.")
    admin.fill("#reason", "meals at night were unclear")
    press(admin, "form.panel .primary")
    approver.open("/rules/policy/4.2/")
    press(approver, "form[action$='/approve/'] .primary")
    case = take_case(case=case, by=scene.cast.actor("reviewer"), expected_version=case.version)
    request_explanation(case=case, by=scene.cast.actor("reviewer"), expected_version=case.version)
    reviewer.open(f"/cases/{case.reference}/")
    assert "참석자와 소속, 늦은 시각의 사유를 적는다." in reviewer.content()
    phone = visit("cardholder", width=360)
    phone.open("/my/policy/")
    assert "Say who ate, of which company, and why so late." in phone.locator("main").inner_text()
    assert fits(phone)

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=True):
        small, left_alone = evening(people[:1]), evening([held.claim.cardholder], 600_000)
        other = evening([one for one in people if one.pk != held.claim.cardholder_id][:1], 600_000)
        night = run_night(business_date=business_date_of(timezone.now()), by=SYSTEM)
    hits = RuleHit.objects.filter(run=night, rule_version__rule__code="Z91", rule_version__state="active")
    marks = dict(hits.values_list("claim_id", "is_suppressed"))
    assert small[0].pk not in marks  # the louder version counts no longer
    assert (marks[left_alone[0].pk], marks[other[0].pk]) == (True, False)


def test_a_case_load_that_takes_long_is_told_on_the_page_and_comes_by_itself(visit, scene, monkeypatch):
    go, reckoned = threading.Event(), case_load_beside.case_load
    monkeypatch.setattr(beside_module, "PATIENCE", 0.05)
    monkeypatch.setattr(case_load_beside, "case_load", lambda **asked: go.wait(60) and reckoned(**asked))
    code = RuleVersion.objects.filter(state="active").earliest("pk").rule.code
    page = visit("rule_admin")
    page.open(f"/rules/{code}/load/")
    page.wait_for_selector("#load .notice[role=status]")
    with page.page.expect_response(lambda answer: "/load/" in answer.url):  # the page asks again
        pass
    assert page.locator("#load .stats").count() == 0
    go.set()
    page.wait_for_selector("#load .stats")


def test_a_receipt_is_handed_in_on_a_phone_and_what_is_none_is_refused_in_words(visit, scene):
    page = visit("reviewer")
    page.set_viewport_size({"width": 360, "height": 780})
    claim = Claim.objects.latest("pk")
    page.open(f"/claims/{claim.pk}/")
    page.locator(f"a[href='/claims/{claim.pk}/receipts/']").first.click()
    page.wait_for_selector("#file")
    assert fits(page)
    for name, content in (("r.jpg", b"no picture"), ("r.pdf", made.page(made.lines(total=84_000)))):
        page.set_input_files(
            "#file", {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        page.locator("form .primary").last.click()
        page.wait_for_selector("[role=alert]" if name == "r.jpg" else ".notice.success, .toast, [data-toast]")
    assert page.url.endswith(f"/claims/{claim.pk}/")
    assert "84,000" in page.locator("main").inner_text()
    assert fits(page)
    assert [kept.total_minor for kept in claim.receipts.all()] == [84_000]


class Held:
    """A reading server that is silent until the test lets it answer."""

    def __init__(self, page) -> None:
        self.page, self.waiting, self.answers = page, [], False
        page.page.route("**/rules/read/", self._asked)

    def _asked(self, route) -> None:
        if self.answers:
            route.continue_()
        else:
            self.waiting.append(route)

    def until_asked(self) -> None:
        """Something was sent, and waits."""
        self.page.until(lambda: self.waiting)

    def answer(self) -> None:
        """What waits is answered, and what comes later at once."""
        self.answers = True
        for route in self.waiting:
            with contextlib.suppress(Exception):  # the page has given it up
                route.continue_()


@pytest.fixture
def draft(scene) -> RuleVersion:
    return draft_rule(code="Z95", text="amount > 100,000 KRW", by=scene.cast.actor("rule_admin"), **ABOUT)


def opened(visit, path: str = "/rules/Z95/"):
    page = visit("rule_admin")
    page.open(path)
    page.wait_for_selector('[data-at="b.0.right.lit.a"]')
    page.wait_for_selector("[data-tried] .stat")
    return page


AMOUNT = '[data-at="b.0.right.lit.a"]'
SAVE = "form[action$='/save/'] .button.primary"


@pytest.mark.parametrize("how", ["press", "Enter", "Control+Enter"])
def test_what_is_saved_is_what_the_blocks_show_however_slow_the_server_is(visit, draft, how):
    page = opened(visit)
    server = Held(page)
    page.fill(AMOUNT, "210000")
    assert page.locator("#text[aria-busy=true]").count() == 1  # the text says that it is the one from before
    assert page.locator("[data-updating]").is_visible()
    page.locator("[data-older]").wait_for(state="visible")  # and so does the count
    if how == "press":
        page.locator(SAVE).click()
    else:
        page.locator(AMOUNT).press(how)
    server.until_asked()
    server.answer()
    page.wait_for_selector(".notice.success, [data-toast]")
    draft.refresh_from_db()
    assert draft.text == "amount > 210,000 KRW"
    assert page.input_value("#text") == draft.text


def test_a_preview_shows_what_the_blocks_show_and_nothing_is_saved_while_the_server_is_silent(visit, draft):
    page = opened(visit)
    asked: list[str] = []
    page.page.on("request", lambda one: asked.append(one.post_data or "") if "/preview/" in one.url else None)
    server = Held(page)
    page.fill(AMOUNT, "220000")
    page.locator("[hx-include='#text']").click()
    server.until_asked()
    server.answer()
    page.wait_for_selector("#preview .stats, #preview .stat")
    assert len(asked) == 1
    assert "220%2C000" in asked[0]

    page.page.unroute("**/rules/read/")
    page.page.route("**/rules/read/", lambda route: route.abort())
    page.fill(AMOUNT, "230000")
    page.locator(SAVE).click()
    page.locator("[data-refused]").wait_for(state="visible")
    assert "Nothing was saved" in page.locator("[data-refused]").inner_text()
    draft.refresh_from_db()
    assert draft.text == "amount > 100,000 KRW"
    page.page.unroute("**/rules/read/")
    page.locator(SAVE).click()  # the server is there again
    page.wait_for_selector(".notice.success, [data-toast]")
    draft.refresh_from_db()
    assert draft.text == "amount > 230,000 KRW"


def test_an_older_answer_never_writes_over_a_newer_change_and_text_wins_over_the_blocks_behind_it(
    visit, draft
):
    page = opened(visit)
    server = Held(page)
    page.fill(AMOUNT, "300000")
    server.until_asked()
    server.answers = True  # but for what waits
    page.fill(AMOUNT, "400000")
    text_becomes(page, "amount > 400,000 KRW")
    server.answer()
    page.settle()
    assert page.input_value("#text") == "amount > 400,000 KRW"

    page.fill(
        "#text", "amount > and ("
    )  # no rule: a block changed now takes its place, and it can be put back
    page.wait_for_function("() => !document.querySelector('[data-stale]').hidden")
    page.fill(AMOUNT, "450000")
    page.locator("[data-at=put_back]").click()
    assert page.input_value("#text") == "amount > and ("

    page.page.unroute("**/rules/read/")
    server = Held(page)
    page.fill("#text", "amount > 500,000 KRW")
    assert page.evaluate(
        "document.querySelector('[data-tree]').inert"
    )  # older than the text: not to be changed now
    page.locator(SAVE).click()
    server.answer()
    page.wait_for_selector(".notice.success, [data-toast]")
    draft.refresh_from_db()
    assert draft.text == "amount > 500,000 KRW"


def test_a_long_list_of_fields_is_narrowed_by_a_part_of_a_name(visit, draft):
    page = opened(visit)
    what = page.locator('[data-at="b.0.left.what"]')
    assert what.locator("optgroup").count() > 5
    assert what.locator("option").count() > 100
    what.focus()
    find = page.locator('[data-at="b.0.left.what.find"]')
    find.fill("per head")
    assert 1 < what.locator("option").count() < 12  # the one that is chosen stays
    find.press("Enter")
    text_becomes(page, "per_head > 100,000 KRW")
    assert page.evaluate("document.activeElement.dataset.at") == "b.0.left.what"
    assert what.locator("option").count() > 100


@pytest.mark.parametrize("rests", [False, True], ids=["at once", "once it is read"])
def test_a_press_right_after_choosing_in_a_long_list_saves_and_previews(visit, draft, rests):
    page = opened(visit)
    mouse = page.page.mouse

    def press(control) -> None:
        control.scroll_into_view_if_needed()
        at = control.bounding_box()
        mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        mouse.down()
        page.page.wait_for_timeout(120)  # as long as a finger rests on a button
        mouse.up()

    def choose(place: str, value: str) -> None:
        page.locator(f'[data-at="{place}.left.what"]').select_option(value)
        if rests:
            name = value.removeprefix("f:")
            page.wait_for_function("name => document.querySelector('#text').value.includes(name)", arg=name)
        assert page.locator(f'[data-at="{place}.left.what.find"]').is_visible()

    page.locator('[data-at="b.add"]').click()
    choose("b.1", "f:is_weekend")
    press(page.locator("[hx-include='#text']"))
    page.wait_for_selector("#preview .stats, #preview .stat")
    page.locator('[data-at="b.1.left.what.find"]').wait_for(state="hidden")  # it folds once the press is over
    page.locator('[data-at="b.1.left.what"]').focus()
    choose("b.1", "f:is_night")
    press(page.locator(SAVE))
    page.wait_for_selector(".notice.success, [data-toast]")
    draft.refresh_from_db()
    assert draft.text == page.input_value("#text")
    assert "is_night" in draft.text


def test_figures_beside_a_form_say_when_something_else_is_entered(visit, scene):
    page = visit("rule_admin")
    page.open("/rules/values/parameters/single_limit/")
    page.fill("#value", "400000")
    page.locator("#propose [hx-post]").click()
    page.wait_for_function("() => document.querySelector('#effects').childElementCount")
    old = page.locator("[data-figures-old]")
    assert old.count() == 0 or not old.is_visible()
    page.fill("#value", "500000")
    assert old.is_visible()
    assert page.locator("#effects[data-late]").count() == 1
    page.fill("#value", "400000")
    assert not old.is_visible()


def test_what_is_unsaved_is_neither_proposed_nor_left_without_a_question(visit, draft):
    page = opened(visit)
    page.fill(AMOUNT, "240000")
    page.locator("form[action$='/propose/'] .button").click()
    page.locator("[data-refused]").wait_for(state="visible")
    draft.refresh_from_db()
    assert (draft.state, draft.text) == ("draft", "amount > 100,000 KRW")
    questions: list[str] = []
    page.page.on("dialog", lambda box: (questions.append(box.type), box.dismiss()))
    page.evaluate("document.querySelector('p.trail a').click()")
    page.until(lambda: questions)
    assert questions == ["beforeunload"]
    page.locator(SAVE).click()
    page.wait_for_selector(".notice.success, [data-toast]")
    page.fill("#propose-reason", "meals of this size are looked at")
    page.fill("#confirmation", "Z95")
    page.locator("form[action$='/propose/'] .button").click()
    page.wait_for_selector(".notice.success, [data-toast]")
    draft.refresh_from_db()
    assert (draft.state, draft.text) == ("proposed", "amount > 240,000 KRW")
