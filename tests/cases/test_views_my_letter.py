"""What the cardholder's steps ask is what this letter asks, and an answer that says nothing is told so where it is written."""

from __future__ import annotations

import re

import pytest

from cases.models import Case, Explanation
from cases.services import explanation_requests, explanations
from cases.services.request_words import own_words
from tests.cases.stage import Stage, fresh
from tests.cases.test_views_my import shown
from tests.cases.test_views_my_changes import client_of, version_on

ASKED = "영수증을 기다립니다. 언제 주실 수 있습니까?"
LONG = "김 대리님, 안녕하세요.\n\n먼저 주신 답변은 잘 받았습니다.\n\n" + ASKED


def further(stage: Stage, text: str, questions: list[str] | None = None) -> Case:
    """A case that was answered once, and a second letter of the reviewer's own words."""
    case = stage.asked()
    first = case.requests.get()
    given = {str(one["id"]): "회의 뒤 저녁이었습니다." for one in first.questions}
    explanations.submit_explanation(
        request=first, answers=given, by=stage.actor("cardholder"), expected_version=case.version
    )
    case = fresh(case)
    explanation_requests.request_explanation(
        case=case, by=stage.actor("reviewer"), expected_version=case.version, text=text, questions=questions
    )
    return fresh(case)


@pytest.mark.parametrize("text", [ASKED, LONG])
def test_a_further_letter_without_questions_is_itself_what_the_steps_ask(stage: Stage, text: str) -> None:
    case = further(stage, text)
    client = client_of(stage, "cardholder")
    for step in ("", "?step=words", "?step=check"):
        page = client.get(f"/my/{case.reference}/{step}").content.decode()
        open_now = page.split("<details>")[0]
        assert ASKED in open_now, step
    words = client.get(f"/my/{case.reference}/?step=words").content.decode()
    heading = words.split('<label for="text">')[1].split("</label>")[0]
    assert heading == (text if text == ASKED else "Your answer to this letter")
    assert "leave this empty" not in words
    for standard in ("What was it for", "사용했나요", *(one["text"] for one in first_questions(case))):
        assert standard not in words


def first_questions(case: Case) -> list[dict[str, str]]:
    return case.requests.order_by("pk")[0].questions


def test_what_the_reviewer_wrote_around_the_questions_is_never_folded(stage: Stage) -> None:
    case = further(stage, "먼저 주신 답변에 덧붙여 여쭙니다.", ["누가 참석했습니까?"])
    client = client_of(stage, "cardholder")
    for step, is_there in (("", True), ("answer-1", True), ("words", False), ("check", True)):
        page = client.get(f"/my/{case.reference}/?step={step}").content.decode()
        unfolded = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
        assert ("먼저 주신 답변에 덧붙여" in unfolded) == is_there, step


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_standard_words_of_a_letter_are_nobody_s_own(stage: Stage, language: str) -> None:
    case = stage.taken()
    rendered = explanation_requests.preview_request_text(case=case, language=language)
    assert rendered.questions
    assert own_words(rendered.letter) == ""
    added = "영수증은 원본으로 부탁드립니다."
    first, rest = rendered.letter.split("\n\n", 1)
    assert own_words(f"{first}\n\n{added}\n\n{rest}") == added
    assert own_words(rendered.letter + " " + added).endswith(added)


@pytest.mark.parametrize(
    ("questions", "steps", "told"),
    [
        (None, ["words", "files"], "Write your answer to the letter"),
        (["누가 참석했습니까?"], ["words", "files"], "Answer at least one question"),
    ],
)
def test_an_answer_that_says_nothing_is_refused_at_its_step_with_what_and_where(
    stage: Stage, questions: list[str] | None, steps: list[str], told: str
) -> None:
    case = further(stage, LONG if questions is None else "덧붙여 여쭙니다, 아래에.", questions)
    client = client_of(stage, "cardholder")
    for stay, go in zip(steps, ["files", "check"], strict=True):
        page = client.get(f"/my/{case.reference}/?step={stay}").content.decode()
        assert "leave this empty" not in page
        here = {name: shown(page, name) for name in ("number", "page")}
        refused = client.post(
            f"/my/{case.reference}/draft/", {**here, "text": " ", "stay": stay, "go": go, "offered": ""}
        )
        assert refused.status_code == 422
        body = refused.content.decode()
        assert told in body.split('role="alert"')[1].split("</div>")[0]
        assert 'name="stay" value="words"' in body, "the step where it is put right"
    check = client.get(f"/my/{case.reference}/?step=check").content.decode()
    sent = client.post(f"/my/{case.reference}/answer/", {"version": version_on(check), "text": ""})
    assert sent.status_code == 422
    assert 'name="stay" value="words"' in sent.content.decode()
    assert Explanation.objects.count() == 1


def test_a_photo_may_come_before_the_words_and_an_answered_question_is_enough(stage: Stage) -> None:
    case = further(stage, "덧붙여 여쭙니다, 아래에.", ["누가 참석했습니까?", "얼마입니까?"])
    client = client_of(stage, "cardholder")
    page = client.get(f"/my/{case.reference}/?step=files").content.decode()
    here = {name: shown(page, name) for name in ("number", "page")}
    save = f"/my/{case.reference}/draft/"
    assert client.post(save, {**here, "text": "", "stay": "files"}).status_code == 302
    answered = {**here, "answer-2": "삼만 원", "stay": "words", "go": "files", "offered": "", "text": ""}
    assert client.post(save, answered).status_code == 302
    words = client.get(f"/my/{case.reference}/?step=words").content.decode()
    assert "You may leave this empty." in words
    emptied = client.post(
        save,
        {
            "number": shown(words, "number"),
            "page": shown(words, "page"),
            "answer-2": "",
            "stay": "answer-2",
            "go": "check",
        },
    )
    assert emptied.status_code == 422
    assert 'name="stay" value="answer-2"' in emptied.content.decode()


def test_an_appeal_without_words_is_refused_at_its_first_step(stage: Stage) -> None:
    case = stage.notified()
    client = client_of(stage, "cardholder")
    page = client.get(f"/my/{case.reference}/?step=appeal").content.decode()
    here = {name: shown(page, name) for name in ("number", "page")}
    typed = {**here, "text": "   ", "stay": "appeal", "go": "appeal-files"}
    refused = client.post(f"/my/{case.reference}/appeal-draft/", typed)
    assert refused.status_code == 422
    body = refused.content.decode()
    assert "what is new or what was overlooked" in body.split('role="alert"')[1].split("</div>")[0]
    assert 'name="stay" value="appeal"' in body
