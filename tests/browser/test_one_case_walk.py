"""One case from a phone to the amount that is asked for: five answers and a photo from two devices, a partial cancellation
under an open proposal, and the proposer's second login that must not be the second person."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image, ImageDraw

from audit.permissions import Role
from cases.models import Case, Decision, Recovery
from cases.services.by_hand import open_case_by_hand
from cases.services.money import at_stake
from cases.services.queue import take_case
from cases.workflow import State
from fraud.claims.importing.profiles import get_profile
from fraud.claims.models import Claim, ClaimFile, User
from tests.browser.answering import at_step, attach, onwards
from tests.cast import Cast, make_cast, make_person
from tests.fraud.claims.importing.files import deliver

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEAD = "external_id,employee_no,transacted_at,amount,currency,merchant_name,authorization_code,txn_type"
QUESTIONS = [
    "누구와 식사했습니까?",
    "어떤 업무였습니까?",
    "왜 이 가맹점이었습니까?",
    "참석자는 몇 명이었습니까?",
    "영수증은 어디에 있습니까?",
]
ANSWERS = [
    "거래처 한빛상사 두 분입니다.",
    "납품 일정을 의논했습니다.",
    "거래처에서 가깝습니다.",
    "모두 네 명입니다.",
    "사진으로 붙였습니다.",
]
REASON = "The dinner had no business purpose that the minutes or the partner confirm."
PHOTO = (320, 480)


@dataclass
class Company:
    """The cast, the second login of the reviewer as an approver, and the case on one delivered payment."""

    cast: Cast
    double: User
    case: Case
    folder: Path

    def deliver(self, *lines: str) -> ClaimFile:
        content = "\n".join([HEAD, *lines, ""]).encode()
        file = deliver(
            self.folder, content, used=get_profile("generic"), received_at=timezone.now(), name="card.csv"
        )
        assert file.state == ClaimFile.State.IMPORTED, file.error
        return file

    def now(self) -> Case:
        self.case.refresh_from_db()
        return self.case


@pytest.fixture
def scene(live_server, tmp_path, monkeypatch) -> Company:
    cast = make_cast()
    double = make_person("jimin.han.approver", Role.APPROVER, family="한", given="지민", employee_no="e-1001")
    company = Company(cast, double, Case(), tmp_path)
    day = timezone.localdate() - timedelta(days=2)
    company.deliver(f"W1,E2001,{day} 21:30:00,900000,KRW,한우마을,70099111,승인")
    by = cast.actor("reviewer")
    case = open_case_by_hand(claims=[Claim.objects.get(external_id="W1")], reason=REASON, by=by)
    company.case = take_case(case=case, by=by, expected_version=case.version)
    # The visiting helper finds people by their names in the cast.
    object.__setattr__(cast, "double", double)
    return company


def photo() -> dict[str, object]:
    """A receipt as a phone's camera gives it: a JPEG with lines on it."""
    picture, out = Image.new("RGB", PHOTO, "ivory"), BytesIO()
    pen = ImageDraw.Draw(picture)
    for n in range(12):
        pen.line((30, 40 + 34 * n, 290 - 15 * (n % 4), 40 + 34 * n), fill="black", width=4)
    picture.save(out, "JPEG")
    return {"name": "영수증.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def look(page, station: str) -> None:
    """A picture of the station for whoever asks for one: WALK_PICTURES names the folder."""
    if folder := os.environ.get("WALK_PICTURES"):
        page.screenshot(path=f"{folder}/{station}.png", full_page=True)


def ask(page, case: Case) -> None:
    page.open(f"/cases/{case.reference}/")
    page.keyboard.press("e")
    page.wait_for_selector("#request-text input[name=language]", state="attached")
    look(page, "1-ask")
    page.locator("dialog#request-explanation textarea[name=questions]").fill("\n".join(QUESTIONS))
    page.locator("dialog#request-explanation .primary").click()
    page.wait_for_url("**/queue/")


def answers_of(page, case: Case) -> list[str]:
    said = []
    for n in range(1, len(QUESTIONS) + 1):
        at_step(page, case, f"answer-{n}")
        said.append(page.input_value(f"#answer-{n}"))
    return said


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def propose(page, case: Case, amount: str) -> None:
    page.open(f"/cases/{case.reference}/")
    page.keyboard.press("r")
    page.wait_for_selector("dialog#propose[open]")
    page.check("input[name=disposition][value=confirmed_misuse]")
    page.fill("#propose-amount", amount)
    page.fill("#propose-reason", REASON)
    look(page, f"5-propose-{amount.replace(',', '')}")
    page.locator("dialog#propose .primary").click()
    page.wait_for_url("**/queue/")


def test_case_travels_from_the_phone_to_the_amount_that_is_left(visit, scene):
    case = scene.case
    reviewer = visit("reviewer", language="en")
    ask(reviewer, case)

    # Half-way on a phone.
    phone = visit("cardholder", width=360, language="ko", phone=True)
    phone.open(f"/my/{case.reference}/")
    assert phone.evaluate("navigator.maxTouchPoints") > 0
    phone.tap("a.primary")
    for n in (1, 2):
        phone.fill(f"#answer-{n}", ANSWERS[n - 1])
        onwards(phone, f"answer-{n + 1}")
    at_step(phone, case, "words")
    phone.fill("#text", "거래처와 저녁을 먹었습니다.")
    onwards(phone, "files")
    attach(phone, [photo()])
    phone.locator("button[name=go][value=later]").tap()
    phone.wait_for_selector(".notice.success")
    look(phone, "2-phone-saved")
    assert fits(phone)

    # The same person at a desk finds everything, finishes and sends.
    desk = visit("cardholder", language="ko")
    desk.open(f"/my/{case.reference}/?step=check")
    assert desk.locator("dl.read-back", has_text="영수증.jpg").count() == 1
    assert "거래처와 저녁을 먹었습니다." in desk.inner_text("dl.read-back")
    assert answers_of(desk, case) == [*ANSWERS[:2], "", "", ""]
    at_step(desk, case, "answer-3")
    for n in (3, 4, 5):
        desk.fill(f"#answer-{n}", ANSWERS[n - 1])
        onwards(desk, f"answer-{n + 1}" if n < 5 else "words")
    onwards(desk, "files")
    onwards(desk, "check")
    look(desk, "3-desk")
    desk.click("#answer footer .primary")
    desk.wait_for_selector("ol.answers")
    look(desk, "3-desk-sent")

    # The reviewer reads each answer under its question and opens the photo.
    reviewer.open(f"/cases/{case.reference}/")
    lines = reviewer.locator("#timeline ol.answers > li")
    said = [lines.nth(n).locator("p").all_inner_texts() for n in range(lines.count())]
    assert said == [[question, answer] for question, answer in zip(QUESTIONS, ANSWERS, strict=True)]
    reviewer.click("#timeline .file details summary")
    assert reviewer.loads(reviewer.locator("#timeline img.page-preview").first) == list(PHOTO)
    look(reviewer, "4-reviewer")
    with reviewer.expect_download() as started:
        reviewer.locator("#timeline .file a[download]").first.click()
    assert started.value.suggested_filename == "영수증.jpg"
    address = reviewer.locator("#timeline .file a[download]").first.get_attribute("href")
    answer = reviewer.page.context.request.get(reviewer.base + address)
    assert answer.headers["content-disposition"].startswith("attachment")

    # The card company takes a part back while the approver has the proposal open.
    propose(reviewer, case, "900,000")
    assert scene.now().state == State.PENDING_APPROVAL
    approver = visit("approver", language="en")
    approver.open(f"/cases/{case.reference}/")
    look(approver, "6-approver-before")
    today = timezone.localdate() - timedelta(days=1)
    file = scene.deliver(f"W1C,E2001,{today} 10:00:00,300000,KRW,한우마을,70099111,부분취소")
    assert at_stake(scene.now()) == 600_000
    approver.locator("form[action$='/do/approve/'] .primary").click()
    approver.wait_for_selector(".notice.danger")
    look(approver, "7-approver-refused")
    told = approver.locator("main").inner_text()
    assert f"changed by delivery {file.reference}" in told
    changed = approver.locator(".notice.warning").first.inner_text()
    assert file.reference in changed
    assert "900,000 → KRW 600,000" in changed
    assert scene.now().state == State.IN_REVIEW
    assert case.decisions.get().state == Decision.State.VOID
    assert not Recovery.objects.exists()

    # Proposed anew on what is left; the proposer's second login is no second person.
    propose(reviewer, case, "600,000")
    proposal = case.decisions.get(state=Decision.State.PROPOSED)
    double = visit("double", language="en")
    double.open(f"/cases/{case.reference}/")
    look(double, "8-double")
    assert double.locator("form[action$='/do/approve/']").count() == 0
    refused = double.page.context.request.post(
        f"{double.base}/cases/{case.reference}/do/approve/",
        form={
            "csrfmiddlewaretoken": double.locator("input[name=csrfmiddlewaretoken]").first.input_value(),
            "version": str(scene.now().version),
            "content_hash": proposal.content_hash,
        },
        headers={"Referer": double.page.url},
    )
    assert refused.status == 403
    assert "somebody else" in refused.text().lower() or "second person" in refused.text().lower()
    assert scene.now().state == State.PENDING_APPROVAL

    # A real second person approves exactly what is left.
    approver.open(f"/cases/{case.reference}/")
    approver.locator("form[action$='/do/approve/'] .primary").click()
    approver.wait_for_selector(".notice.success")
    look(approver, "9-approved")
    assert scene.now().state == State.NOTIFIED
    assert case.decisions.get(state=Decision.State.APPROVED).amount_minor == 600_000
    phone.open(f"/my/{case.reference}/")
    look(phone, "10-phone-notice")
    assert "600,000" in phone.locator("main").inner_text()
    assert fits(phone)
