"""Small deliveries between the steps of a case: what page, letter, proposal, approval, notice and export then say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import actor_of
from cases.api.serializers.staff import CaseRow
from cases.api.serializers.staff_money import DecisionRow
from cases.dispositions import Disposition
from cases.models import Case, Decision, OutboxMessage, Recovery
from cases.pages.timeline import Entry, timeline_of
from cases.services import appeals, by_hand, clocks, decisions, explanation_requests, explanations, queue
from cases.services.errors import AmountNotValid, StaleCase
from cases.services.explanation_requests import preview_request_text
from cases.services.following import follow_changes
from cases.services.money import at_stake
from cases.services.steps import change_sentences, current_request
from cases.workflow import State
from fraud.claims.importing.profiles import get_profile
from fraud.claims.models import Cardholder, Claim, ClaimChange, ClaimFile
from tests.cases.stage import REASON, Stage, fresh, ledger_lines
from tests.cast import make_claim, make_person
from tests.fraud.claims.importing.files import deliver
from tests.shared_data import shared_folder

HEAD = "external_id,employee_no,transacted_at,amount,currency,merchant_name,authorization_code,txn_type"
ARRIVED = datetime(2026, 11, 29, 1, 0, tzinfo=UTC)


@pytest.fixture
def later(stage: Stage) -> Stage:
    """The stage a few days on, so that the deliveries of the folder lie in the past."""
    stage.go_to(ARRIVED)
    return stage


def send(folder: Path, *lines: str) -> ClaimFile:
    return _import(folder, "\n".join([HEAD, *lines, ""]).encode())


def send_shared(folder: Path, name: str) -> ClaimFile:
    path = shared_folder().parent / "cases" / name
    if not path.exists():
        pytest.skip(f"needs {name} in the cases folder")
    return _import(folder, path.read_bytes())


def _import(folder: Path, content: bytes) -> ClaimFile:
    file = deliver(folder, content, used=get_profile("generic"), received_at=datetime.now(UTC))
    assert file.state == ClaimFile.State.IMPORTED, file.error
    return file


def opened(stage: Stage, name: str) -> Case:
    claim = Claim.objects.select_related("cardholder", "merchant").get(external_id=name)
    case = by_hand.open_case_by_hand(claims=[claim], reason=REASON, by=stage.actor("reviewer"))
    return queue.take_case(case=case, by=stage.actor("reviewer"), expected_version=case.version)


def proposed(stage: Stage, name: str, amount: int) -> Case:
    """A case on the claim, asked, answered by its cardholder, and proposed to be paid back."""
    case = opened(stage, name)
    number = case.cardholder.employee_no
    person = actor_of(make_person(f"login.{number.lower()}", Role.CARDHOLDER, employee_no=number))
    by = stage.actor("reviewer")
    explanation_requests.request_explanation(case=case, by=by, expected_version=case.version)
    request = current_request(case)
    assert request is not None
    explanations.submit_explanation(
        request=request, text="거래처와 저녁을 먹었습니다.", by=person, expected_version=fresh(case).version
    )
    case = fresh(case)
    decisions.propose_decision(
        case=case,
        disposition=Disposition.CONFIRMED_MISUSE,
        reason=REASON,
        by=by,
        expected_version=case.version,
        amount_minor=amount,
    )
    case = fresh(case)
    case.person = person  # type: ignore[attr-defined]
    return case


def approve(stage: Stage, case: Case, proposal: Decision) -> Decision:
    """The approval that somebody sends whose page showed the proposal as it was."""
    return decisions.approve_decision(
        case=case,
        content_hash=proposal.content_hash,
        by=stage.actor("approver"),
        expected_version=case.version,
    )


def shown(stage: Stage, case: Case) -> str:
    client = Client()
    client.force_login(stage.cast.reviewer)
    answer = client.get(f"/cases/{case.reference}/")
    assert answer.status_code == 200
    return answer.content.decode()


def exported(stage: Stage) -> dict[str, dict[str, str]]:
    client = Client()
    client.force_login(stage.cast.auditor)
    answer = client.post("/recovery/export/", {"reason": "figures"})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return {line["case"]: line for line in ledger_lines(body)}


def refused_with(stage: Stage, case: Case, proposal: Decision, file: str, change: str) -> None:
    """The approval is refused as stale and says what changed by which delivery: in the error, the timeline, the void proposal."""
    with translation.override("en"), pytest.raises(StaleCase) as refused:
        approve(stage, case, proposal)
    said = [line for line in change_sentences(refused.value, "en") if file in line]
    assert any(change in line for line in said)
    assert any(change in one["said"] for one in refused.value.details["changes"])
    void = fresh(case).decisions.get()
    assert void.state == Decision.State.VOID
    assert file in void.decided_reason
    for language, words in (("en", "changed by delivery"), ("ko", "수신 파일")):
        with translation.override(language):
            told = DecisionRow(void).data["decided_reason"]
        assert file in told
        assert words in told
    assert any(change in entry.reason for entry in english_timeline(case))


def english_timeline(case: Case) -> list[Entry]:
    with translation.override("en"):
        return timeline_of(fresh(case))


def cancelled_before_approval(stage: Stage, name: str, amount: int, cancel: Any) -> None:
    case = proposed(stage, name, amount)
    proposal = case.decisions.get()
    assert at_stake(case) == amount
    file = cancel()
    refused_with(stage, case, proposal, file.reference, f"{amount:,} → KRW 0")
    case = fresh(case)
    assert case.state == State.IN_REVIEW
    assert CaseRow(case).data["at_stake"] == "0"
    assert not Recovery.objects.filter(case=case).exists()
    assert not OutboxMessage.objects.filter(key__startswith=f"decision.notified:{case.reference}").exists()
    with pytest.raises(AmountNotValid):
        decisions.propose_decision(
            case=case,
            disposition=Disposition.CONFIRMED_MISUSE,
            reason=REASON,
            by=stage.actor("reviewer"),
            expected_version=case.version,
            amount_minor=amount,
        )
    assert "전액 취소된 결제" in preview_request_text(case=case, language="ko").text
    assert "cancelled in full" in preview_request_text(case=case, language="en").text


def test_payment_cancelled_after_the_proposal_cannot_be_approved(later: Stage, tmp_path: Path) -> None:
    send(tmp_path, "S7,S07,2026-11-27 23:30:00,610000,KRW,노래주점 강,70011117,승인")
    cancelled_before_approval(
        later,
        "S7",
        610_000,
        lambda: send(tmp_path, "S7C,S07,2026-11-28 13:30:00,-610000,KRW,노래주점 강,70011117,취소"),
    )


def page_of(user: Any, file: ClaimFile, **more: Any) -> str:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client.get(f"/files/{file.reference}/", **more).content.decode()


def test_a_deliverys_page_says_what_it_changed_in_cases_and_what_it_linked(
    later: Stage, tmp_path: Path
) -> None:
    first = send(
        tmp_path,
        "S7,S07,2026-11-27 23:30:00,610000,KRW,노래주점 강,70011117,승인",
        "S8,S08,2026-11-27 12:30:00,9000,KRW,카페,70011118,승인",
    )
    case = opened(later, "S7")
    back = "S7C,S07,2026-11-28 13:30:00,-610000,KRW,노래주점 강,70011117,취소"
    file = send(tmp_path, back, "S8,S08,2026-11-27 12:30:00,9900,KRW,카페,70011118,승인")
    cast = later.cast
    seen = page_of(cast.approver, file)
    assert "What it changed in cases" in seen
    assert case.reference in seen
    assert "remaining KRW 610,000 → <b>KRW 0</b>" in seen
    assert "linked and unlinked by this file" in seen
    assert "S7C" in seen
    assert "S8</td>" not in seen  # no case is about it
    assert "What it changed in cases" not in page_of(cast.approver, first)
    barred = page_of(cast.system_admin, file)  # sees files and no cases
    assert case.reference not in barred
    assert "S7C" in barred


def test_cases_of_ones_own_are_not_on_a_deliverys_page(later: Stage, tmp_path: Path) -> None:
    send(tmp_path, "S7,S07,2026-11-27 23:30:00,610000,KRW,노래주점 강,70011117,승인")
    case = opened(later, "S7")
    file = send(tmp_path, "S7,S07,2026-11-27 23:30:00,410000,KRW,노래주점 강,70011117,승인")
    own = make_person("own.approver", Role.APPROVER, employee_no="S07")
    assert case.reference in page_of(later.cast.approver, file)
    assert case.reference not in page_of(own, file)


def test_a_correction_that_unties_money_back_is_told_as_such(later: Stage, tmp_path: Path) -> None:
    send(
        tmp_path,
        "S7,S07,2026-11-27 23:30:00,610000,KRW,노래주점 강,70011117,승인",
        "S7C,S07,2026-11-28 13:30:00,-610000,KRW,노래주점 강,70011117,취소",
    )
    file = send(tmp_path, "S7C,S07,2026-11-28 13:30:00,-610000,KRW,노래주점 강,70011119,취소")
    assert '<span class="tag warning">unlinked</span>' in page_of(later.cast.approver, file)


@pytest.mark.shared
def test_folder_cancel_after_proposal_ends_at_nothing(later: Stage, tmp_path: Path) -> None:
    send_shared(tmp_path, "cancel_after_proposal/day1.csv")
    cancelled_before_approval(
        later, "K7", 900_000, lambda: send_shared(tmp_path, "cancel_after_proposal/cancel_between.csv")
    )


def corrected_before_approval(stage: Stage, name: str, before: int, after: int, correct: Any) -> None:
    case = proposed(stage, name, before)
    proposal = case.decisions.get()
    file = correct()
    refused_with(stage, case, proposal, file.reference, f"{before:,} → KRW {after:,}")
    case = fresh(case)
    assert CaseRow(case).data["at_stake"] == str(after)
    entry = AuditEvent.objects.get(subject=f"case:{case.reference}", action="case.claim_changed")
    assert entry.after["file"] == file.reference
    assert entry.after["facts"]["amount_minor"] == [before, after]
    assert file.reference in shown(stage, case)
    letter = preview_request_text(case=case, language="ko").text
    assert f"{after:,}" in letter
    assert f"{before:,}" not in letter


def test_correction_voids_the_proposal_and_the_case_follows(later: Stage, tmp_path: Path) -> None:
    send(tmp_path, "S1,S01,2026-11-24 23:30:00,280000,KRW,노래주점 산,70011111,승인")
    corrected_before_approval(
        later,
        "S1",
        280_000,
        28_000,
        lambda: send(tmp_path, "S1,S01,2026-11-24 13:30:00,28000,KRW,한솔식당,70011111,승인"),
    )


@pytest.mark.shared
def test_folder_correction_voids_the_proposal_on_k1(later: Stage, tmp_path: Path) -> None:
    send_shared(tmp_path, "correction/day1.csv")
    corrected_before_approval(
        later, "K1", 300_000, 30_000, lambda: send_shared(tmp_path, "correction/day2_fix.csv")
    )


@pytest.mark.shared
def test_folder_correction_reaches_open_cases_on_g3_and_r10(later: Stage, tmp_path: Path) -> None:
    send_shared(tmp_path, "partial_cancellation/generic_partial_positive.csv")
    send_shared(tmp_path, "declined/decline_retry.csv")
    purchase, retried = opened(later, "G3"), opened(later, "R10")
    assert (at_stake(purchase), at_stake(retried)) == (70_000, 700_000)
    file = send_shared(tmp_path, "correction/correction.csv")
    assert at_stake(purchase) == 0  # 30,000 came back of what were 10,000 in truth
    assert at_stake(retried) == 70_000
    for case in (purchase, retried):
        assert file.reference in shown(later, fresh(case))


def test_claim_of_another_person_leaves_the_case_and_may_be_opened_for_them(
    later: Stage, tmp_path: Path
) -> None:
    send(tmp_path, "S5,S05,2026-11-24 23:30:00,150000,KRW,노래주점 솔,70011115,승인")
    case = opened(later, "S5")
    send(tmp_path, "S5,S06,2026-11-24 23:30:00,150000,KRW,노래주점 솔,70011115,승인")
    case = fresh(case)
    assert at_stake(case) == 0
    assert case.n_claims == 0
    entry = AuditEvent.objects.get(subject=f"case:{case.reference}", action="case.claim_changed")
    assert entry.after["has_left"]
    other = opened(later, "S5")
    assert other.cardholder.employee_no == "S06"
    assert at_stake(other) == 150_000


def foreign_money_leaves_as_decimals(stage: Stage, name: str, minor: int, text: str) -> None:
    case = proposed(stage, name, minor)
    approve(stage, case, case.decisions.get())
    appeals.accept_notice(case=fresh(case), by=case.person, expected_version=fresh(case).version)  # type: ignore[attr-defined]
    line = exported(stage)[case.reference]
    assert (line["currency"], line["decided"], line["open"], line["recovered"]) == ("USD", text, text, "0.00")
    notice = OutboxMessage.objects.get(key__startswith=f"decision.notified:{case.reference}")
    assert str(minor) not in notice.body
    assert text in notice.body


def test_recovery_in_dollars_is_exported_in_dollars(later: Stage, tmp_path: Path) -> None:
    send(tmp_path, "S4,S04,2026-11-24 23:30:00,318.75,USD,BAR Y,70011113,승인")
    foreign_money_leaves_as_decimals(later, "S4", 31_875, "318.75")


@pytest.mark.shared
def test_folder_correction_exports_k4_in_dollars(later: Stage, tmp_path: Path) -> None:
    send_shared(tmp_path, "correction/day1.csv")
    foreign_money_leaves_as_decimals(later, "K4", 45_025, "450.25")


def cancelled_purchase_asks_for_nothing(stage: Stage, name: str, amount: int) -> None:
    case = opened(stage, name)
    Cardholder.objects.filter(pk=case.cardholder_id).update(
        email="s08@company-a.example"
    )  # the file has none
    assert CaseRow(case).data["at_stake"] == "0"
    assert "cancelled in full" in preview_request_text(case=case, language="en").text
    explanation_requests.request_explanation(
        case=case, by=stage.actor("reviewer"), expected_version=case.version
    )
    stage.tell()
    stage.go_on(days=30)
    clocks.sweep_clocks()
    case = fresh(case)
    assert case.state == State.NO_RESPONSE
    with pytest.raises(AmountNotValid):
        decisions.propose_decision(
            case=case,
            disposition=Disposition.CONFIRMED_MISUSE,
            reason=REASON,
            by=stage.actor("reviewer"),
            expected_version=case.version,
            amount_minor=amount,
        )
    assert not Recovery.objects.filter(case=case).exists()


def test_purchase_cancelled_in_the_same_file_asks_for_nothing(later: Stage, tmp_path: Path) -> None:
    send(
        tmp_path,
        "S8,S08,2026-11-02 13:30:00,77000,KRW,새벽마트,70011122,승인",
        "S9,S08,2026-11-03 13:30:00,77000,KRW,새벽마트,70011122,취소",
    )
    cancelled_purchase_asks_for_nothing(later, "S8", 77_000)


@pytest.mark.shared
def test_folder_partial_cancellation_asks_for_nothing_on_g5(later: Stage, tmp_path: Path) -> None:
    send_shared(tmp_path, "partial_cancellation/generic_partial_positive.csv")
    cancelled_purchase_asks_for_nothing(later, "G5", 90_000)


def test_two_changes_that_are_followed_together_each_say_what_was_left_then(
    later: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(tmp_path, "S8,S08,2026-11-24 23:30:00,150000,KRW,노래주점 벌,70011118,승인")
    case = opened(later, "S8")
    with monkeypatch.context() as patch:
        patch.setattr("fraud.claims.importing.services.tell_followers", lambda: None)
        for number, amount in enumerate((50_000, 30_000), 1):
            send(
                tmp_path,
                f"S8-{number},S08,2026-11-25 1{number}:00:00,-{amount},KRW,노래주점 벌,70011118,부분취소",
            )
    follow_changes()
    entries = AuditEvent.objects.filter(subject=f"case:{case.reference}", action="case.claim_changed")
    told = [entry.after["left_minor"] for entry in entries.order_by("seq")]
    assert told == [[150_000, 100_000], [100_000, 70_000]]


def test_changes_of_claims_in_no_case_are_followed_together_whatever_their_number(
    later: Stage, django_assert_max_num_queries
) -> None:
    ClaimChange.objects.bulk_create(
        ClaimChange(claim=make_claim(), kind=ClaimChange.Kind.MONEY, from_version=1, to_version=1, at=ARRIVED)
        for _ in range(30)
    )
    with django_assert_max_num_queries(12):
        assert follow_changes() == 30
    assert not ClaimChange.objects.filter(followed_at=None).exists()
