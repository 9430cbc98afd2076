"""Acting on a case in the pages: every action reaches its service, and every refusal says why and changes nothing."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from audit.people import name_of
from audit.services import actor_of
from cases.models import Case, OutboxMessage
from cases.services.explanations import submit_explanation
from cases.services.queue import take_case
from cases.workflow import State
from tests.cases.stage import fresh
from tests.cast import make_alert, make_case, make_cast, make_claim, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast) -> Case:
    claim = make_claim(cardholder=cast.cardholder_record, amount_minor=2_480_000, currency="KRW")
    made = make_case(
        cardholder=cast.cardholder_record,
        amount_minor=2_480_000,
        currency="KRW",
        assignee=None,
        state=State.NEW,
    )
    make_alert(case=made, claim=claim, run=make_run())
    return made


def act(client, case: Case, name: str, version: int | None = None, **fields):
    case.refresh_from_db()
    data = {"version": case.version if version is None else version, **fields}
    return client.post(reverse("cases:act", args=[case.reference, name]), data)


def taken(cast, case: Case) -> Case:
    take_case(case=case, by=actor_of(cast.reviewer), expected_version=case.version)
    case.refresh_from_db()
    return case


def explained(client, cast, case: Case) -> Case:
    taken(cast, case)
    act(client, case, "request-explanation")
    request = case.requests.get()
    submit_explanation(
        request=request,
        text="고객사 접대였습니다.",
        by=actor_of(cast.cardholder),
        expected_version=fresh(case).version,
    )
    case.refresh_from_db()
    return case


def test_page_offers_only_what_may_be_done_now(client, cast, case):
    client.force_login(cast.reviewer)
    page = client.get(reverse("cases:detail", args=[case.reference])).content.decode()
    assert "/do/take/" in page
    assert 'id="propose"' not in page


def test_take_ask_propose_approve_walks_the_case_to_its_notice(client, cast, case):
    client.force_login(cast.reviewer)
    assert act(client, case, "take").status_code == 302
    assert act(client, case, "request-explanation").status_code == 302
    submit_explanation(
        request=case.requests.get(),
        text="고객사 접대였습니다.",
        by=actor_of(cast.cardholder),
        expected_version=fresh(case).version,
    )
    answer = act(
        client,
        case,
        "propose",
        disposition="confirmed_misuse",
        amount="2,480,000",
        reason="접대 상대가 확인되지 않습니다.",
    )
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == State.PENDING_APPROVAL
    client.force_login(cast.approver)
    page = client.get(reverse("cases:detail", args=[case.reference])).content.decode()
    assert "접대 상대가 확인되지 않습니다." in page
    act(client, case, "approve", content_hash=case.decisions.get().content_hash)
    case.refresh_from_db()
    assert case.state == State.NOTIFIED


def test_proposer_cannot_approve_through_the_page(client, cast, case):
    client.force_login(cast.approver)
    act(client, case, "take")
    act(client, case, "request-explanation")
    submit_explanation(
        request=case.requests.get(),
        text="고객사 접대였습니다.",
        by=actor_of(cast.cardholder),
        expected_version=fresh(case).version,
    )
    act(
        client,
        case,
        "propose",
        disposition="confirmed_misuse",
        amount="2480000",
        reason="충분한 사유가 있습니다.",
    )
    answer = act(client, case, "approve", content_hash=case.decisions.get().content_hash)
    assert answer.status_code == 403
    case.refresh_from_db()
    assert case.state == State.PENDING_APPROVAL
    assert AuditEvent.objects.filter(action="access.refused", actor=cast.approver.username).exists()


def test_stale_page_is_refused_with_what_changed(client, cast, case):
    client.force_login(cast.reviewer)
    stale = case.version
    act(client, case, "take")
    answer = act(client, case, "request-explanation", version=stale)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"{name_of(cast.reviewer)}: " in page
    case.refresh_from_db()
    assert case.state == State.IN_REVIEW


def test_nobody_can_be_chosen_against_before_they_were_heard(client, cast, case):
    client.force_login(cast.reviewer)
    act(client, case, "take")
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert 'value="confirmed_misuse" required data-recovers disabled' in page
    assert 'value="insufficient_information" required>' in page


def test_refused_form_opens_again_as_it_was_typed(client, cast, case):
    client.force_login(cast.reviewer)
    explained(client, cast, case)
    answer = act(
        client,
        case,
        "propose",
        disposition="confirmed_misuse",
        amount="99,999,999",
        reason="금액을 잘못 적었습니다.",
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-reopen="propose"' in page
    assert "금액을 잘못 적었습니다." in page
    assert "2,480,000" in page


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("propose", {"disposition": "nonsense", "reason": "long enough reason"}),
        ("propose", {"disposition": "confirmed_misuse", "amount": "1e9", "reason": "long enough reason"}),
        ("close", {"disposition_reason": "nonsense", "reason": "long enough reason"}),
        ("close", {"disposition_reason": "within_policy", "reason": " "}),
        ("snooze", {"until": "not a day", "reason": "waiting for the bank"}),
        ("snooze", {"until": "2999-01-01", "reason": "waiting for the bank"}),
        ("notes", {"text": "   "}),
    ],
)
def test_bad_input_is_refused_with_a_sentence_and_changes_nothing(client, cast, case, name, fields):
    client.force_login(cast.reviewer)
    explained(client, cast, case) if name in {"propose", "close"} else taken(cast, case)
    before = (case.state, case.version)
    answer = act(client, case, name, **fields)
    case.refresh_from_db()
    assert answer.status_code == 422
    assert (case.state, case.version) == before
    assert 'role="alert"' in answer.content.decode()


def test_undo_takes_the_last_step_back(client, cast, case):
    client.force_login(cast.reviewer)
    act(client, case, "take")
    page = client.get(reverse("cases:queue")).content.decode()
    assert reverse("cases:undo", args=[case.reference]) in page
    case.refresh_from_db()
    back = {"next": "/queue/", "version": case.version}
    client.post(reverse("cases:undo", args=[case.reference]), back)
    case.refresh_from_db()
    assert case.state == State.NEW
    assert case.assignee is None


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "１", "1" * 12, "00000000001"])
def test_a_page_without_the_version_it_showed_changes_nothing(client, cast, case, version):
    client.force_login(cast.reviewer)
    url = reverse("cases:act", args=[case.reference, "take"])
    assert client.post(url, {"version": version}).status_code == 409
    act(client, case, "take")
    assert (
        client.post(url.replace("take", "notes"), {"version": version, "text": "메모입니다"}).status_code
        == 409
    )
    client.post(reverse("cases:undo", args=[case.reference]), {"version": version})
    case.refresh_from_db()
    assert case.state == State.IN_REVIEW
    assert not case.notes.exists()


def test_page_asks_with_questions_of_its_own_and_extends_with_a_reason(client, cast, case):
    client.force_login(cast.reviewer)
    act(client, case, "take")
    act(
        client, case, "request-explanation", questions=["누구와 함께였습니까?", " ", "무엇을 위해서였습니까?"]
    )
    asked = case.requests.get()
    assert [question["text"] for question in asked.questions] == [
        "누구와 함께였습니까?",
        "무엇을 위해서였습니까?",
    ]
    assert act(client, case, "extend-deadline", days="3", reason="해외 출장 중").status_code == 302
    assert AuditEvent.objects.get(action="explanation.extended").reason == "해외 출장 중"


TEN = [f"{n}번째 결제는 무엇이었습니까?" for n in range(1, 11)]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_letter_the_mail_and_the_form_hold_the_same_ten_questions(client, cast, case, language):
    client.force_login(cast.reviewer)
    act(client, case, "take")
    act(client, case, "request-explanation", questions="\r\n".join(TEN), language=language)
    asked = case.requests.get()
    assert [question["text"] for question in asked.questions] == TEN
    listed = [line for line in asked.text.splitlines() if re.match(r"\d+\. ", line)]
    assert listed == [f"{n}. {question}" for n, question in enumerate(TEN, 1)]
    assert "[질문]" not in asked.text
    assert "[questions]" not in asked.text
    mail = OutboxMessage.objects.get(key=f"explanation.requested:{asked.reference}")
    assert [question for question in TEN if question not in mail.body] == []


def test_a_text_that_numbers_questions_of_its_own_is_refused_and_kept_as_typed(client, cast, case):
    client.force_login(cast.reviewer)
    act(client, case, "take")
    answer = act(
        client, case, "request-explanation", text="안녕하세요.\n1. 누구와?\n2. 왜?", questions="무엇을?"
    )
    assert answer.status_code == 422
    assert "무엇을?</textarea>" in answer.content.decode()
    assert not case.requests.exists()


def test_a_text_without_a_place_has_the_questions_at_its_end(client, cast, case):
    client.force_login(cast.reviewer)
    act(client, case, "take")
    text = "확인이 필요합니다.\n11. 19. 결제 건입니다."
    act(client, case, "request-explanation", text=text, questions="1. 누구와?\n2) 왜?", language="ko")
    asked = case.requests.get()
    assert asked.text == f"{text}\n\n다음 사항을 알려 주십시오.\n1. 누구와?\n2. 왜?"


@pytest.mark.catalogue("C25")
def test_next_never_leads_off_the_site(client, cast, case):
    client.force_login(cast.reviewer)
    answer = act(client, case, "take", next="//evil.example/")
    assert answer.headers["Location"].startswith("/cases/")


def test_bulk_close_needs_one_reason_and_names_what_it_left(client, cast, case):
    client.force_login(cast.reviewer)
    taken(cast, case)
    other = make_case(cardholder=cast.cardholder_record, state=State.NEW)
    take_case(case=other, by=actor_of(cast.other_reviewer), expected_version=other.version)
    values = [f"{case.reference}@{case.version}", f"{other.reference}@{other.version}"]
    data = {"case": values, "disposition_reason": "within_policy", "reason": "규정 범위 안의 사용입니다."}
    answer = client.post(reverse("cases:bulk-close"), data)
    case.refresh_from_db()
    assert answer.status_code == 409
    assert other.reference in answer.content.decode()
    assert case.state in {State.CLOSED, State.PENDING_APPROVAL}


def test_bulk_close_says_at_its_field_what_is_missing_and_keeps_what_was_chosen(client, cast, case):
    client.force_login(cast.reviewer)
    data = {
        "case": f"{case.reference}@{case.version}",
        "query": "?view=open",
        "reason": "규정 범위 안의 사용",
    }
    page = client.post(reverse("cases:bulk-close"), data)
    text = page.content.decode()
    assert page.status_code == 422
    assert page.context["wrong_field"] == "disposition_reason"
    assert page.context["view"].code == "open"
    assert 'data-reopen="bulk-close"' in text
    assert "규정 범위 안의 사용</textarea>" in text
    assert re.search(rf'value="{case.reference}@{case.version}"[^>]*checked', text)
    data |= {"disposition_reason": "within_policy", "reason": "짧다"}
    text = client.post(reverse("cases:bulk-close"), data).content.decode()
    assert 'id="bulk-reason-error"' in text
    assert '<option value="within_policy" selected>' in text


def test_take_next_opens_the_most_urgent_case_or_says_that_none_is_free(client, cast, case):
    client.force_login(cast.reviewer)
    assert case.reference in client.post(reverse("cases:take-next")).headers["Location"]
    assert client.post(reverse("cases:take-next")).headers["Location"].endswith("/queue/")


def test_request_text_names_no_rule_or_score(client, cast, case):
    client.force_login(cast.reviewer)
    taken(cast, case)
    text = client.get(
        reverse("cases:request-text", args=[case.reference]), {"language": "en"}
    ).content.decode()
    assert "Please" in text
    assert "score" not in text.lower()


@pytest.mark.parametrize("who", ["auditor", "clerk", "cardholder", "rule_admin"])
def test_other_roles_cannot_act(client, cast, case, who):
    client.force_login(getattr(cast, who))
    assert act(client, case, "take").status_code in {403, 404}
    case.refresh_from_db()
    assert case.state == State.NEW


@pytest.mark.parametrize(
    ("state", "who", "name", "words", "code"),
    [
        ("explained", "reviewer", "propose", "Confirmed misuse", "confirmed_misuse,"),
        ("in_review", "reviewer", "close", "Business purpose proven", "business_purpose,"),
        (
            "appealed",
            "other_approver",
            "decide-appeal",
            "The decision stands, The amount is reduced",
            "upheld,",
        ),
    ],
)
def test_choice_left_open_is_told_at_its_field_by_the_labels_of_the_page(
    client, stage, state, who, name, words, code
):
    case = stage.case_in(State(state))
    client.force_login(getattr(stage.cast, who))
    client.cookies["django_language"] = "en"
    answer = client.post(
        f"/cases/{case.reference}/do/{name}/",
        {"version": case.version, "reason": "A reason that is long enough."},
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose one of: " in text
    told = text.split("Choose one of: ")[-1].split("</p>")[0]
    assert words in told
    assert code not in told
