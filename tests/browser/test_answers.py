"""From five numbered questions to the one who decides: half-way on a phone, finished at a desk, read with the photo open."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from cases.models import Case, Evidence
from cases.services.explanation_requests import request_explanation
from cases.services.queue import take_case
from cases.workflow import State
from tests.browser.answering import at_step, attach, onwards
from tests.browser.axe import axe_source, violations_of
from tests.cases.files import picture
from tests.cases.stage import Stage
from tests.cast import make_case

pytestmark = pytest.mark.browser

QUESTIONS = [f"Question number {n}: what was it?" for n in range(1, 6)]


def test_five_answers_and_a_photo_travel_from_a_phone_to_the_reviewer(visit, scene):
    by = scene.cast.actor("reviewer")
    case = make_case(cardholder=scene.cast.cardholder_record)
    case = take_case(case=case, by=by, expected_version=case.version)
    request_explanation(case=case, by=by, expected_version=case.version, questions=QUESTIONS)

    phone = visit("cardholder", width=360, script=False)
    at_step(phone, case, "answer-1")
    for n in (1, 2):
        phone.fill(f"#answer-{n}", f"Answer {n}, written on the phone.")
        onwards(phone, f"answer-{n + 1}")
    at_step(phone, case, "words")
    phone.check("input[name=admits]")
    phone.fill("#offered", "1,0")
    phone.click("#answer button[name=go][value=files]")
    phone.wait_for_selector("[role=alert]")  # half a number is refused where it stands, and kept
    at_step(phone, case, "files")
    phone.set_input_files(
        "#files", {"name": "receipt.jpg", "mimeType": "image/jpeg", "buffer": picture("JPEG")}
    )
    phone.click("button[name=go][value=later]")
    phone.wait_for_selector(".notice.success")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360

    desk = visit("cardholder")
    at_step(desk, case, "answer-2")
    assert desk.input_value("#answer-2") == "Answer 2, written on the phone."
    at_step(desk, case, "words")
    assert desk.input_value("#offered") == "1,0"
    assert desk.is_checked("input[name=admits]")
    desk.uncheck("input[name=admits]")
    desk.fill("#text", "A dinner with a customer.")
    onwards(desk, "files")
    assert desk.locator("text=receipt.jpg").count() == 1
    at_step(desk, case, "answer-3")
    for n in (3, 4, 5):
        desk.fill(f"#answer-{n}", f"Answer {n}, written at the desk.")
        onwards(desk, f"answer-{n + 1}" if n < 5 else "words")
    desk.open(f"/my/{case.reference}/?step=check")
    desk.click("#answer footer .primary")
    desk.wait_for_selector("ol.answers")

    reviewer = visit("reviewer")
    reviewer.open(f"/cases/{case.reference}/")
    lines = reviewer.locator("#timeline ol.answers > li")
    assert lines.count() == 5
    for n in range(1, 6):
        said = lines.nth(n - 1).inner_text()
        assert QUESTIONS[n - 1] in said
        assert f"Answer {n}, written" in said
    reviewer.click("#timeline .file details summary")
    assert reviewer.loads(reviewer.locator("#timeline img.page-preview").first)[0] == 60


def test_a_page_left_open_at_the_desk_does_not_wipe_what_the_phone_saved(visit, scene):
    by = scene.cast.actor("reviewer")
    case = make_case(cardholder=scene.cast.cardholder_record)
    case = take_case(case=case, by=by, expected_version=case.version)
    request_explanation(case=case, by=by, expected_version=case.version, questions=QUESTIONS[:2])
    desk, phone = visit("cardholder"), visit("cardholder", width=360, script=False)
    at_step(desk, case, "answer-2")
    at_step(phone, case, "words")
    phone.check("input[name=admits]")
    phone.fill("#offered", "1,000")
    onwards(phone, "answer-2")
    onwards(phone, "answer-1")
    phone.fill("#answer-1", "Answer 1, written on the phone.")
    phone.click("button[name=go][value=later]")
    phone.wait_for_selector(".notice.success")

    desk.fill("#answer-2", "Answer 2, written at the desk.")
    desk.click("#draft-state button[name=both]")  # there once the page has tried to save by itself
    desk.wait_for_selector(".notice.success")
    assert desk.input_value("#answer-2") == "Answer 2, written at the desk."
    onwards(desk, "answer-1")
    assert desk.input_value("#answer-1") == "Answer 1, written on the phone."
    at_step(desk, case, "words")
    assert desk.input_value("#offered") == "1,000"


ROUNDS = (
    (["What was the dinner for?", "Who took part?"], ["A contract with Hanbit.", "Kim and Lee of Hanbit."]),
    (["Where are the minutes?"], ["Attached as pictures."]),
    (["Why on a Sunday?"], ["The customer flew back on Monday."]),
)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_three_rounds_on_a_phone_by_keyboard_and_back_without_loss(visit, scene, language):
    by = scene.cast.actor("reviewer")
    case = make_case(cardholder=scene.cast.cardholder_record)
    phone = visit("cardholder", width=360, language=language)
    for n, (questions, answers) in enumerate(ROUNDS, 1):
        case.refresh_from_db()
        case = take_case(case=case, by=by, expected_version=case.version) if n == 1 else case
        request_explanation(case=case, by=by, expected_version=case.version, questions=questions)
        walk_a_round(phone, case, answers, n)
        case.refresh_from_db()
        assert case.state == State.EXPLAINED
    sent = phone.inner_text("main")  # what was sent stays readable, every round of it
    assert all(said in sent for _questions, answers in ROUNDS for said in answers)
    assert Evidence.objects.filter(case=case, explanation__isnull=False).count() == 3 * 2


def walk_a_round(phone, case: Case, answers: list[str], n: int) -> None:
    """One round by keyboard alone: answers, back and forth, two photos, a word changed on the last page, sent."""
    phone.open(f"/my/{case.reference}/")
    phone.focus("a.primary")
    phone.keyboard.press("Enter")
    for number, said in enumerate(answers, 1):
        phone.wait_for_selector(f"#answer-{number}")
        assert phone.inner_text(".step-place .strong") == f"{number} / {len(answers) + 3}"
        phone.keyboard.type(said)  # the field has the focus
        phone.keyboard.press("Control+Enter")
    phone.wait_for_selector("#text")
    onwards(phone, f"answer-{len(answers)}")
    assert phone.input_value(f"#answer-{len(answers)}") == answers[-1]
    onwards(phone, "words")
    onwards(phone, "files")
    assert phone.get_attribute("#camera", "capture") == "environment"
    attach(phone, [photo(f"receipt-{n}-{k}.png", (n, k)) for k in range(2)])
    onwards(phone, "check")
    read = phone.inner_text("dl.read-back")
    assert all(said in read for said in [*answers, f"receipt-{n}-0.png", f"receipt-{n}-1.png"])
    phone.click("dl.read-back a[href*='step=answer-1&']")
    phone.wait_for_selector("#answer-1")
    phone.keyboard.press("End")
    phone.keyboard.type(" !")
    onwards(phone, "check")
    assert f"{answers[0]} !" in phone.inner_text("dl.read-back")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    look_by_axe(phone)
    phone.click("#answer footer .primary")
    phone.wait_for_selector(".notice.success")


def look_by_axe(page) -> None:
    """Nothing is found on the page as it stands, where axe-core is here."""
    try:
        assert violations_of(page, axe_source()) == []
    except FileNotFoundError:
        return


def photo(name: str, shade: tuple[int, int]) -> dict[str, object]:
    """A small picture that is no other picture."""
    buffer = BytesIO()
    Image.new("RGB", (60, 80), (200, 60 * shade[0], 60 * shade[1])).save(buffer, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": buffer.getvalue()}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_appeal_begun_on_a_phone_that_closes_is_ended_at_a_desk(visit, scene, language):
    case = Stage(scene.cast, clock=None).notified()
    phone = visit("cardholder", width=360, language=language)
    phone.open(f"/my/{case.reference}/")
    phone.click("a[href='?step=appeal']")
    phone.wait_for_selector("#appeal-text")
    with phone.expect_response(lambda answer: "appeal-draft" in answer.url):
        phone.keyboard.type("The dinner was on the day before.")  # nothing else is pressed
    look_by_axe(phone)
    phone.open(f"/my/{case.reference}/?step=appeal-files")
    attach(phone, [photo("invitation.png", (1, 1))])
    phone.close()

    desk = visit("cardholder", language=language)
    desk.open(f"/my/{case.reference}/")
    desk.click("a[href='?step=appeal-check']")
    desk.wait_for_selector("dl.read-back")
    assert "The dinner was on the day before." in desk.inner_text("dl.read-back")
    assert "invitation.png" in desk.inner_text("dl.read-back")
    look_by_axe(desk)
    desk.click("dl.read-back a[href*='step=appeal&']")
    desk.wait_for_selector("#appeal-text")
    desk.keyboard.press("End")
    desk.keyboard.type(" See the invitation.")
    onwards(desk, "appeal-check")
    desk.click("#answer footer .primary")
    desk.wait_for_selector(".notice.success")
    appeal = case.appeals.get()
    assert appeal.text == "The dinner was on the day before. See the invitation."
    assert appeal.evidence.get().name == "invitation.png"
