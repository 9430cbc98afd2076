"""The cardholder's pages: own requests only, answers with files, the result, objecting; nothing of the scoring."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from PIL import Image

from audit.services import actor_of
from cases.dispositions import Disposition
from cases.models import Case, Evidence, Explanation
from cases.services.decisions import approve_decision, propose_decision
from cases.services.explanations import request_explanation
from cases.services.queue import take_case
from cases.workflow import State
from tests.cast import make_alert, make_case, make_cast, make_claim, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def asked(cast) -> Case:
    """A case whose cardholder was asked to explain."""
    claim = make_claim(cardholder=cast.cardholder_record, amount_minor=480_000, currency="KRW")
    run = make_run()
    case = make_case(cardholder=cast.cardholder_record, amount_minor=480_000, currency="KRW")
    make_alert(case=case, claim=claim, run=run)
    by = actor_of(cast.reviewer)
    taken = take_case(case=case, by=by, expected_version=case.version)
    request_explanation(case=case, by=by, expected_version=taken.version)
    case.refresh_from_db()
    return case


def photo() -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(buffer, "JPEG")
    buffer.seek(0)
    buffer.name = "영수증.jpg"
    return buffer


def url(case: Case, step: str = "") -> str:
    return (
        reverse("cases:my-step", args=[case.reference, step])
        if step
        else reverse("cases:my-request", args=[case.reference])
    )


def test_cardholder_sees_what_is_asked_and_until_when(client, cast, asked):
    client.force_login(cast.cardholder)
    assert asked.reference in client.get(reverse("cases:my-requests")).content.decode()
    page = client.get(url(asked)).content.decode()
    assert asked.requests.get().text[:40] in page
    assert 'name="files"' in page


def test_stranger_gets_the_same_answer_as_for_nothing(client, cast, asked):
    client.force_login(cast.stranger)
    assert client.get(url(asked)).status_code == 404
    assert client.get(reverse("cases:my-request", args=["C-2020-999999"])).status_code == 404
    assert client.post(url(asked, "answer"), {"text": "I would like to answer this."}).status_code == 404
    assert asked.reference not in client.get(reverse("cases:my-requests")).content.decode()


def test_case_nobody_asked_about_is_not_shown(client, cast):
    case = make_case(cardholder=cast.cardholder_record)
    client.force_login(cast.cardholder)
    assert client.get(url(case)).status_code == 404
    assert case.reference not in client.get(reverse("cases:my-requests")).content.decode()


def test_draft_is_kept_while_typing(client, cast, asked):
    client.force_login(cast.cardholder)
    client.post(
        reverse("cases:my-save", args=[asked.reference]),
        {"text": "아직 쓰는 중"},
        headers={"HX-Request": "true"},
    )
    assert "아직 쓰는 중" in client.get(url(asked)).content.decode()
    asked.refresh_from_db()
    assert asked.state == State.AWAITING_EXPLANATION


def test_answer_with_a_photo_moves_the_case_and_seals_the_file(client, cast, asked):
    client.force_login(cast.cardholder)
    answer = client.post(url(asked, "answer"), {"text": "고객사와의 저녁 식사였습니다.", "files": photo()})
    assert answer.status_code == 302
    asked.refresh_from_db()
    assert asked.state == State.EXPLAINED
    evidence = Evidence.objects.get(explanation=Explanation.objects.get())
    download = client.get(reverse("cases:evidence", args=[evidence.reference]))
    assert download.headers["Content-Disposition"].startswith("attachment")
    client.force_login(cast.stranger)
    assert client.get(reverse("cases:evidence", args=[evidence.reference])).status_code == 404


def test_refused_answer_keeps_what_was_typed_and_says_what_would_be_right(client, cast, asked):
    client.force_login(cast.cardholder)
    answer = client.post(
        url(asked, "answer"), {"text": "개인 사용이었습니다.", "admits": "on", "offered": "9,999,999"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "개인 사용이었습니다." in page
    assert "480,000" in page
    asked.refresh_from_db()
    assert asked.state == State.AWAITING_EXPLANATION


@pytest.mark.parametrize("typed", ["1e5", "많이", "-5", "1,00", "١٢٣"])
def test_amount_that_is_no_amount_is_refused(client, cast, asked, typed):
    client.force_login(cast.cardholder)
    answer = client.post(
        url(asked, "answer"), {"text": "개인 사용이었습니다.", "admits": "on", "offered": typed}
    )
    assert answer.status_code == 422
    assert not Explanation.objects.exists()


def test_result_can_be_accepted_or_appealed(client, cast, asked):
    client.force_login(cast.cardholder)
    client.post(url(asked, "answer"), {"text": "개인 사용이었습니다."})
    asked.refresh_from_db()
    proposed = propose_decision(
        case=asked,
        by=actor_of(cast.reviewer),
        expected_version=asked.version,
        disposition=Disposition.CONFIRMED_MISUSE,
        amount_minor=480_000,
        reason="The explanation admits personal use.",
        policy_clause="§4",
    )
    asked.refresh_from_db()
    if proposed.needs_approval:
        approve_decision(
            case=asked,
            by=actor_of(cast.approver),
            expected_version=asked.version,
            reason="Agreed.",
            content_hash=proposed.content_hash,
        )
    page = client.get(url(asked)).content.decode()
    assert 'name="text"' in page
    assert (
        client.post(
            url(asked, "appeal"), {"text": "새로운 사실이 있습니다. 회의록을 첨부합니다."}
        ).status_code
        == 302
    )
    asked.refresh_from_db()
    assert asked.state == State.APPEALED


FORBIDDEN = ("hybrid", "probability", "score", "rule_version", "A04", "위험", "threshold", "isolation")


def test_no_page_of_the_cardholder_shows_scoring_internals(client, cast, asked):
    client.force_login(cast.cardholder)
    for address in (reverse("cases:my-requests"), url(asked)):
        main = client.get(address).content.decode().split("<main", 1)[1].split("</main>", 1)[0].lower()
        assert not [word for word in FORBIDDEN if word.lower() in main]


def test_page_needs_a_bounded_number_of_queries(client, cast, asked, django_assert_max_num_queries):
    client.force_login(cast.cardholder)
    with django_assert_max_num_queries(30):
        client.get(url(asked))
