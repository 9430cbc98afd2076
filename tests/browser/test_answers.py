"""From five numbered questions to the one who decides: half-way on a phone, finished at a desk, read with the photo open."""

from __future__ import annotations

import pytest

from cases.services.explanation_requests import request_explanation
from cases.services.queue import take_case
from tests.cases.files import picture
from tests.cast import make_case

pytestmark = pytest.mark.browser

QUESTIONS = [f"Question number {n}: what was it?" for n in range(1, 6)]


def test_five_answers_and_a_photo_travel_from_a_phone_to_the_reviewer(visit, scene):
    by = scene.cast.actor("reviewer")
    case = make_case(cardholder=scene.cast.cardholder_record)
    case = take_case(case=case, by=by, expected_version=case.version)
    request_explanation(case=case, by=by, expected_version=case.version, questions=QUESTIONS)

    phone = visit("cardholder", width=360, script=False)
    phone.open(f"/my/{case.reference}/")
    for n in (1, 2):
        phone.fill(f"#answer-{n}", f"Answer {n}, written on the phone.")
    phone.check("input[name=admits]")
    phone.fill("#offered", "1,0")
    phone.set_input_files(
        "#files", {"name": "receipt.jpg", "mimeType": "image/jpeg", "buffer": picture("JPEG")}
    )
    phone.click("button[formaction$='/draft/']")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360

    desk = visit("cardholder")
    desk.open(f"/my/{case.reference}/")
    assert desk.input_value("#answer-2") == "Answer 2, written on the phone."
    assert desk.input_value("#offered") == "1,0"
    assert desk.is_checked("input[name=admits]")
    assert desk.locator("text=receipt.jpg").count() == 1
    desk.uncheck("input[name=admits]")
    for n in (3, 4, 5):
        desk.fill(f"#answer-{n}", f"Answer {n}, written at the desk.")
    desk.fill("#text", "A dinner with a customer.")
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
    photo = reviewer.locator("#timeline img.page-preview").first
    for _ in range(50):  # the policy forbids the driver's own waiting for a condition
        if photo.evaluate("picture => picture.naturalWidth") > 0:
            break
        reviewer.wait_for_timeout(100)
    assert photo.evaluate("picture => picture.naturalWidth") == 60


def test_a_page_left_open_at_the_desk_does_not_wipe_what_the_phone_saved(visit, scene):
    by = scene.cast.actor("reviewer")
    case = make_case(cardholder=scene.cast.cardholder_record)
    case = take_case(case=case, by=by, expected_version=case.version)
    request_explanation(case=case, by=by, expected_version=case.version, questions=QUESTIONS[:2])
    desk, phone = visit("cardholder"), visit("cardholder", width=360, script=False)
    for page in (desk, phone):
        page.open(f"/my/{case.reference}/")
    phone.fill("#answer-1", "Answer 1, written on the phone.")
    phone.check("input[name=admits]")
    phone.fill("#offered", "1,000")
    phone.click("button[formaction$='/draft/']")

    desk.fill("#answer-2", "Answer 2, written at the desk.")
    desk.click("#draft-state button[name=both]")  # there once the page has tried to save by itself
    desk.wait_for_selector(".notice.success")
    assert desk.input_value("#answer-1") == "Answer 1, written on the phone."
    assert desk.input_value("#answer-2") == "Answer 2, written at the desk."
    assert desk.input_value("#offered") == "1,000"
