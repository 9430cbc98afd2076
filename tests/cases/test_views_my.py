"""The cardholder's pages: own requests only, answers with files, the result, objecting; nothing of the scoring."""

from __future__ import annotations

import io
import itertools

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from audit.models import AccessRecord
from audit.services import actor_of
from cases.dispositions import Disposition
from cases.models import Case, Evidence, Explanation, ExplanationDraft
from cases.services.decisions import approve_decision, propose_decision
from cases.services.drafts import draft_of
from cases.services.explanation_requests import request_explanation
from cases.services.queue import take_case
from cases.workflow import State
from tests.cases.stage import fresh
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
    files = client.get(url(asked) + "?step=files").content.decode()
    assert 'name="files"' in files
    assert 'capture="environment"' in files


def test_stranger_gets_the_same_answer_as_for_nothing(client, cast, asked):
    client.force_login(cast.stranger)
    assert client.get(url(asked)).status_code == 404
    assert client.get(reverse("cases:my-request", args=["C-2020-999999"])).status_code == 404
    assert (
        client.post(
            url(asked, "answer"), {"version": fresh(asked).version, "text": "I would like to answer this."}
        ).status_code
        == 404
    )
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
    assert "아직 쓰는 중" in client.get(url(asked) + "?step=words").content.decode()
    asked.refresh_from_db()
    assert asked.state == State.AWAITING_EXPLANATION


def test_answer_with_a_photo_moves_the_case_and_seals_the_file(client, cast, asked):
    client.force_login(cast.cardholder)
    answer = client.post(
        url(asked, "answer"),
        {"version": fresh(asked).version, "text": "고객사와의 저녁 식사였습니다.", "files": photo()},
    )
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
        url(asked, "answer"),
        {
            "version": fresh(asked).version,
            "text": "개인 사용이었습니다.",
            "admits": "on",
            "offered": "9,999,999",
        },
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
        url(asked, "answer"),
        {"version": fresh(asked).version, "text": "개인 사용이었습니다.", "admits": "on", "offered": typed},
    )
    assert answer.status_code == 422
    assert not Explanation.objects.exists()


def test_result_can_be_accepted_or_appealed(client, cast, asked):
    client.force_login(cast.cardholder)
    client.post(url(asked, "answer"), {"version": fresh(asked).version, "text": "개인 사용이었습니다."})
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
    assert "?step=appeal" in page
    assert 'name="text"' in client.get(url(asked) + "?step=appeal").content.decode()
    save = reverse("cases:my-appeal-save", args=[asked.reference])
    read = client.post(save, {"text": "새로운 사실", "go": "appeal-check"}, follow=True).content.decode()
    assert "새로운 사실" in read.split('<dl class="read-back">', 1)[1]
    asked.refresh_from_db()
    assert asked.state == State.NOTIFIED  # nothing is sent before it was read back
    assert (
        client.post(
            url(asked, "appeal"),
            {
                "version": fresh(asked).version,
                "number": 1,
                "text": "새로운 사실이 있습니다. 회의록을 첨부합니다.",
            },
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


QUESTIONS = [f"{n}번 질문입니다. 무엇이었습니까?" for n in range(1, 6)]


@pytest.fixture
def asked_five(cast) -> Case:
    """A case whose cardholder was asked five numbered questions."""
    claim = make_claim(cardholder=cast.cardholder_record, amount_minor=480_000, currency="KRW")
    case = make_case(cardholder=cast.cardholder_record, currency="KRW")
    make_alert(case=case, claim=claim, run=make_run())
    by = actor_of(cast.reviewer)
    case = take_case(case=case, by=by, expected_version=case.version)
    request_explanation(case=case, by=by, expected_version=case.version, questions=QUESTIONS)
    case.refresh_from_db()
    return case


def half_way() -> dict[str, object]:
    return {
        "answer-1": "첫째 답",
        "answer-3": "셋째 답",
        "text": "",
        "admits": "on",
        "offered": "120,0",
        "files": photo(),
    }


def test_saving_half_way_keeps_every_field_and_file_for_another_device(cast, asked_five):
    phone, desk = Client(), Client()
    phone.force_login(cast.cardholder)
    assert phone.post(reverse("cases:my-save", args=[asked_five.reference]), half_way()).status_code == 302
    desk.force_login(cast.cardholder)
    page = desk.get(url(asked_five) + "?step=check").content.decode()
    for kept in ("첫째 답", "셋째 답", 'value="120,0"', "영수증.jpg", 'name="admits" value="on"'):
        assert kept in page
    asked_five.refresh_from_db()
    assert asked_five.state == State.AWAITING_EXPLANATION
    sent = desk.post(
        url(asked_five, "answer"),
        {
            "version": fresh(asked_five).version,
            "number": "1",
            "answer-1": "첫째 답",
            "text": "고객사와의 저녁 식사였습니다.",
        },
    )
    assert sent.status_code == 302
    assert Explanation.objects.get().evidence.get().name == "영수증.jpg"
    assert draft_of(asked_five.requests.get(), actor_of(cast.cardholder)) is None


def shown(page: str, name: str) -> str:
    """The value of a hidden field of the page's form."""
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def test_a_page_left_open_does_not_wipe_what_another_device_saved(cast, asked_five):
    phone, desk = Client(), Client()
    address = reverse("cases:my-save", args=[asked_five.reference])
    for device in (phone, desk):
        device.force_login(cast.cardholder)
    open_page = desk.get(url(asked_five) + "?step=answer-2").content.decode()
    phone_page = phone.get(url(asked_five) + "?step=answer-1").content.decode()
    here = {name: shown(open_page, name) for name in ("number", "page")}
    there = {name: shown(phone_page, name) for name in ("number", "page")}
    phone.post(address, {**half_way(), **there})
    typed = {"answer-2": "책상에서 쓴 둘째 답", "answer-1": "", "text": "", "offered": "", **here}
    late = desk.post(address, typed, headers={"HX-Request": "true"})
    assert late.status_code == 409
    assert 'name="both"' in late.content.decode()
    assert shown(late.content.decode(), "number") == here["number"]  # still behind
    sent = desk.post(url(asked_five, "answer"), {**typed, "version": fresh(asked_five).version})
    assert sent.status_code == 409
    assert "책상에서 쓴 둘째 답" in sent.content.decode()
    assert not Explanation.objects.exists()
    assert desk.post(address, {**typed, "both": "on"}).status_code == 302
    together = desk.get(url(asked_five) + "?step=check").content.decode()
    for kept in ("책상에서 쓴 둘째 답", "첫째 답", "셋째 답", 'value="120,0"', "영수증.jpg", 'name="admits"'):
        assert kept in together


def test_a_page_goes_on_from_what_it_saved_itself(cast, asked_five):
    client = Client()
    client.force_login(cast.cardholder)
    address = reverse("cases:my-save", args=[asked_five.reference])
    page = client.get(url(asked_five) + "?step=words").content.decode()
    here = {"number": shown(page, "number"), "page": shown(page, "page"), "offered": ""}
    for text in ("아직", "아직 쓰는", "아직 쓰는 중"):  # the answers of the saves before are still under way
        saved = client.post(address, {**here, "text": text}, headers={"HX-Request": "true"})
        assert saved.status_code == 200
    assert ExplanationDraft.objects.get().text == "아직 쓰는 중"
    assert shown(saved.content.decode(), "number") == "3"


def test_what_the_cardholder_has_not_sent_is_nobody_elses_to_read(client, cast, asked_five):
    client.force_login(cast.cardholder)
    client.post(reverse("cases:my-save", args=[asked_five.reference]), half_way())
    client.force_login(cast.manager)
    page = client.get(url(asked_five)).content.decode()
    page += client.get(url(asked_five) + "?step=check").content.decode()
    assert "첫째 답" not in page
    assert "영수증.jpg" not in page


def test_a_file_that_was_not_taken_is_named_and_the_rest_is_kept(client, cast, asked_five):
    client.force_login(cast.cardholder)
    bad = io.BytesIO(b"MZ\x90")
    bad.name = "setup.exe"
    typed = {
        **half_way(),
        "text": "고객사와의 저녁 식사였습니다.",
        "offered": "",
        "admits": "",
        "files": [photo(), bad],
    }
    answer = client.post(url(asked_five, "answer"), {"version": fresh(asked_five).version, **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "setup.exe" in page
    assert "영수증.jpg" in page
    assert not Explanation.objects.exists()
    assert "고객사와의 저녁 식사였습니다." in client.get(url(asked_five) + "?step=words").content.decode()


def test_each_step_saves_its_field_and_leads_to_the_next(client, cast, asked_five):
    client.force_login(cast.cardholder)
    address, carried = reverse("cases:my-save", args=[asked_five.reference]), {}
    names = [*(f"answer-{n}" for n in range(1, 6)), "words", "files", "check"]
    for n, (name, after) in enumerate(itertools.pairwise(names), 1):
        page = client.get(url(asked_five) + f"?step={name}").content.decode()
        assert f"{n} / {len(names)}" in page
        assert all(f'name="{one}" value="{said}"' in page for one, said in carried.items())
        typed = {name: f"{n}번째로 쓴 말"} if name.startswith("answer") else {}
        here = {one: shown(page, one) for one in ("number", "page")}
        sent = client.post(address, {**carried, **typed, **here, "stay": name, "go": after})
        assert sent["Location"] == url(asked_five) + f"?step={after}"
        carried |= typed
    read = client.get(url(asked_five) + "?step=check").content.decode().split('<dl class="read-back">', 1)[1]
    assert all(said in read for said in carried.values())
    assert (
        client.get(url(asked_five) + "?step=change-me").status_code == 200
    )  # an unknown step is the first page


def test_answers_stand_under_their_questions_for_the_cardholder_and_the_reviewer(client, cast, asked_five):
    client.force_login(cast.cardholder)
    answers = {f"answer-{n}": f"{n}번 답변" for n in range(1, 5)}
    client.post(
        url(asked_five, "answer"),
        {
            "version": fresh(asked_five).version,
            **answers,
            "text": "고객사와의 저녁 식사였습니다.",
            "files": photo(),
        },
    )
    own = client.get(url(asked_five)).content.decode()
    client.force_login(cast.reviewer)
    timeline = client.get(reverse("cases:detail", args=[asked_five.reference])).content.decode()
    for page in (own, timeline):
        listed = page.split('<ol class="answers">', 1)[1].split("</ol>", 1)[0]
        lines = listed.split("<li ")[1:]
        assert len(lines) == len(answers)
        for n, line in enumerate(lines, 1):
            assert QUESTIONS[n - 1] in line
            assert f"{n}번 답변" in line
        unsaid = page.split('<ol class="answers">', 2)[2].split("</ol>", 1)[0]
        assert QUESTIONS[4] in unsaid
        assert QUESTIONS[3] not in unsaid
    picture = Evidence.objects.get()
    address = reverse("cases:evidence", args=[picture.reference])
    assert f'src="{address}?preview=1"' in timeline
    shown = client.get(f"{address}?preview=1")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert shown["Content-Disposition"].startswith("inline")
    assert AccessRecord.objects.filter(actor=cast.reviewer.get_username(), what="evidence").count() == 1
    for nonsense in ("2", "0", "-1", "x", "9" * 30):
        assert client.get(f"{address}?preview={nonsense}").status_code == 404


def test_an_offer_above_what_is_at_stake_is_refused_at_its_own_step(client, cast, asked_five):
    client.force_login(cast.cardholder)
    page = client.get(url(asked_five) + "?step=words").content.decode()
    here = {name: shown(page, name) for name in ("number", "page")}
    typed = {**here, "text": "", "admits": "on", "offered": "999,999,999", "stay": "words"}
    address = reverse("cases:my-save", args=[asked_five.reference])
    refused = client.post(address, {**typed, "go": "files"})
    told = refused.content.decode()
    assert refused.status_code == 422
    assert 'value="999,999,999"' in told
    assert "480,000" in told.split('role="alert"')[1].split("</form>")[0]
    kept = client.get(url(asked_five) + "?step=words").content.decode()
    assert 'value="999,999,999"' in kept, "half a number is kept all the same"
    right = {
        **typed,
        "number": shown(kept, "number"),
        "text": "제 것이었습니다.",
        "offered": "48000",
        "go": "check",
    }
    read = client.post(address, right, follow=True).content.decode()
    assert "48,000" in read.split('<dl class="read-back">')[1]


@pytest.mark.parametrize("is_appeal", [False, True])
def test_a_file_that_is_there_already_is_said_to_be(client, cast, asked, is_appeal):
    client.force_login(cast.cardholder)
    if is_appeal:
        client.post(url(asked, "answer"), {"version": fresh(asked).version, "text": "개인 사용이었습니다."})
        case = fresh(asked)
        by = actor_of(cast.reviewer)
        decided = propose_decision(
            case=case,
            by=by,
            expected_version=case.version,
            disposition=Disposition.CONFIRMED_MISUSE,
            amount_minor=480_000,
            reason="The receipt is of another shop and another day.",
        )
        case = fresh(asked)
        if decided.needs_approval:
            approve_decision(
                case=case,
                by=actor_of(cast.approver),
                expected_version=case.version,
                reason="Agreed.",
                content_hash=decided.content_hash,
            )
    name = "cases:my-appeal-save" if is_appeal else "cases:my-save"
    twin = photo()
    twin.name = "copy.jpg"
    stay = {"stay": "appeal-files" if is_appeal else "files"}
    answer = client.post(
        reverse(name, args=[asked.reference]), {"files": [photo(), twin], **stay}, follow=True
    )
    assert "copy.jpg: 이미 첨부되어 있는 파일입니다(영수증.jpg)." in answer.content.decode()
    assert Evidence.objects.count() == 1


def test_equal_letters_are_told_apart_by_the_day_of_payment(client, cast, asked):
    client.force_login(cast.cardholder)
    claim = asked.alerts.order_by("claim__transacted_at").first().claim
    page = client.get(reverse("cases:my-requests")).content.decode()
    day = timezone.localtime(claim.transacted_at).date().isoformat()
    assert f'datetime="{day}"' in page.split(asked.reference, 1)[1].split("</li>", 1)[0]
