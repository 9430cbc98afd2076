"""What is kept for a period is gone after it, and everything can still be proved (ASVS 5: 14.2.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.services import find_faults
from cases.evidence import store
from cases.models import Evidence, Explanation, ExplanationDraft, OutboxMessage
from cases.pages.timeline import timeline_of
from cases.services import by_hand, decisions, errors, explanations
from cases.services.evidence import add_evidence
from cases.services.evidence_opening import open_evidence
from cases.services.retention import erase_expired, months_before
from cases.services.steps import current_request
from tests.cases.files import picture
from tests.cases.stage import LEGITIMATE, Stage, fresh
from tests.cast import NOW

pytestmark = pytest.mark.django_db
WORDS = "아주 사적인 사정이 있었습니다."


@pytest.fixture
def periods(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the periods in months; both empty until a test says otherwise."""
    from dataclasses import replace

    from fraud.company.values import DEFAULTS

    def put(**months: int) -> None:
        monkeypatch.setattr("cases.services.retention.current_settings", lambda: replace(DEFAULTS, **months))

    return put


@pytest.fixture
def ended(stage: Stage) -> tuple[Any, Evidence]:
    """A case with an answer and a file, closed as legitimate now."""
    case = stage.asked()
    asked = current_request(case)
    file = add_evidence(request=asked, name="receipt.png", content=picture(), by=stage.actor("cardholder"))
    explanations.submit_explanation(
        request=asked, text=WORDS, by=stage.actor("cardholder"), expected_version=fresh(case).version
    )
    stage.tell()
    decisions.close_legitimate(
        case=fresh(case), disposition_reason="business_purpose", reason=LEGITIMATE, by=stage.actor("reviewer"),
        expected_version=fresh(case).version,
    )  # fmt: skip
    stage.tell()
    return fresh(case), Evidence.objects.get(pk=file.pk)


def test_nothing_is_erased_without_a_period(stage: Stage, ended: tuple[Any, Evidence]) -> None:
    stage.go_on(days=9000)
    assert erase_expired() == {"files_erased": 0, "texts_erased": 0}
    assert Explanation.objects.get().text == WORDS


def test_bytes_go_after_their_period_and_the_hash_stays(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    file = ended[1]
    periods(evidence_months=12)
    stage.go_to(datetime(2027, 11, 19, tzinfo=UTC))
    assert erase_expired()["files_erased"] == 0, "a day before"
    stage.go_to(datetime(2027, 11, 21, tzinfo=UTC))
    assert erase_expired() == {"files_erased": 1, "texts_erased": 0}
    assert not list(store.path_of(file.key).parent.glob(f"{file.key}*")), "no preview either"
    after = Evidence.objects.get(pk=file.pk)
    assert (after.sha256, after.name, after.has_preview) == (file.sha256, "receipt.png", False)
    with pytest.raises(errors.EvidenceErased):
        open_evidence(evidence=after, by=stage.actor("auditor"))
    assert find_faults() == []
    assert erase_expired()["files_erased"] == 0, "once"
    assert Explanation.objects.get().text == WORDS, "texts have a period of their own"


def test_words_go_after_theirs_and_the_timeline_says_so(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    case, file = ended
    periods(texts_months=6)
    stage.go_to(datetime(2027, 5, 21, tzinfo=UTC))
    assert erase_expired()["texts_erased"] > 1
    answer = Explanation.objects.get()
    assert (answer.text, answer.answers, answer.submitted_at) == ("", {}, NOW)
    assert not ExplanationDraft.objects.filter(request__case=case).exists()
    assert not OutboxMessage.objects.filter(case=case).exclude(body="", recipient="").exists()
    told = [entry for entry in timeline_of(case) if entry.kind == "answer"]
    assert "삭제" in told[0].text
    assert store.read(file.key), "files have a period of their own"
    assert find_faults() == []


def test_a_case_that_is_open_or_was_taken_up_again_keeps_what_it_has(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    periods(evidence_months=1, texts_months=1)
    case, _file = ended
    other = stage.explained()
    by_hand.reopen_case(
        case=case,
        reason="새로운 제보가 들어왔습니다.",
        by=stage.actor("approver"),
        expected_version=case.version,
    )
    stage.go_on(days=400)
    assert erase_expired() == {"files_erased": 0, "texts_erased": 0}
    assert set(Explanation.objects.filter(request__case__in=[case, other]).values_list("erased_at")) == {
        (None,)
    }


def test_mail_that_is_still_to_be_told_is_kept(
    stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    periods(texts_months=1)
    mail = OutboxMessage.objects.filter(case=ended[0]).first()
    OutboxMessage.objects.filter(pk=mail.pk).update(state=OutboxMessage.State.DEAD)
    stage.go_on(days=60)
    erase_expired()
    assert OutboxMessage.objects.get(pk=mail.pk).body == mail.body


def test_the_pages_of_an_erased_case_open(
    client: Any, stage: Stage, ended: tuple[Any, Evidence], periods: Any
) -> None:
    periods(evidence_months=1, texts_months=1)
    case, file = ended
    stage.go_on(days=60)
    erase_expired()
    client.force_login(stage.cast.cardholder)
    page = client.get(f"/my/{case.reference}/")
    assert page.content.decode().count("보존 기간이 지나") == 2
    assert client.get(f"/evidence/{file.reference}/").status_code == 410
    client.force_login(stage.cast.reviewer)
    assert "보존 기간이 지나" in client.get(f"/cases/{case.reference}/").content.decode()


@given(st.integers(0, 40_000), st.integers(1, 600))
def test_months_before_is_the_same_day_or_the_last_of_a_shorter_month(days: int, months: int) -> None:
    moment = datetime(1990, 1, 1) + timedelta(days=days)
    earlier = months_before(moment, months)
    assert (moment.year - earlier.year) * 12 + moment.month - earlier.month == months
    assert earlier.day == moment.day or (earlier.day < moment.day and earlier.day >= 28)
