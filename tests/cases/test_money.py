"""What several cases on one payment may ask for together: plain examples of what the money machine walks through."""

from __future__ import annotations

from datetime import datetime

from audit.services import find_faults
from cases.dispositions import Disposition
from cases.models import Alert, Case, OutboxMessage, RecoveryPosting
from cases.pages.figures import MoneyFigures, work_out_figures
from cases.pages.timeline import timeline_of
from cases.services import appeals, by_hand, decisions, explanation_requests, explanations, giving_back, queue
from cases.services.following import follow_changes
from cases.services.money import at_stake, balance_of
from cases.services.standing import current_request, recovery_of
from cases.workflow import State
from fraud.claims.changes import note_money
from fraud.claims.models import Claim
from tests.cases.stage import AMOUNT, REASON, Stage, fresh
from tests.cast import NOW, correct_claim, make_case, make_claim


def test_recovery_that_a_cancellation_ended_asks_again_when_the_cancellation_was_another_payments(
    stage: Stage,
) -> None:
    case = stage.recovering()
    claim = Claim.objects.get(alerts__case=case)
    back = make_claim(
        cardholder=claim.cardholder, amount_minor=-AMOUNT, txn_type="cancel", original_claim=claim
    )
    note_money(more={claim.pk: 0}, file=None, at=NOW)
    follow_changes()
    assert fresh(case).state == State.CLOSED
    Claim.objects.filter(pk=back.pk).update(original_claim=None)  # it belonged to another payment
    note_money(more={claim.pk: 0}, file=None, at=NOW)
    follow_changes()
    recovery = recovery_of(case)
    assert recovery is not None
    assert fresh(case).state == State.RECOVERING
    assert balance_of(recovery).outstanding_minor == AMOUNT  # nothing came back


def test_all_claims_that_turn_out_another_persons_leave_before_a_recovery_ends(stage: Stage) -> None:
    case = stage.recovering()
    first = Claim.objects.get(alerts__case=case)
    second = make_claim(cardholder=first.cardholder, amount_minor=20_000)
    Alert.objects.create(claim=second, case=case, channel="manual")
    stranger = stage.cast.stranger_record
    at = datetime.now(NOW.tzinfo)
    for claim in (first, second):  # one delivery says it of both
        correct_claim(claim, received_at=at, cardholder_id=stranger.pk)
    follow_changes()
    assert fresh(case).state == State.CLOSED
    assert not Alert.objects.filter(case=case, left_at=None).exists()
    correct_claim(second, received_at=at, cardholder_id=first.cardholder_id)
    follow_changes()
    assert at_stake(case) == 0  # what has left an ended case does not come back to it


def test_what_was_repaid_for_a_payment_that_went_to_another_person_and_back_is_not_asked_for_again(
    stage: Stage,
) -> None:
    first, claim = _repaid_and_back_again(stage)
    recovery = recovery_of(first)
    assert recovery is not None
    assert balance_of(recovery).overpaid_minor == 0  # what was lost is back: nothing is owed either way
    second = by_hand.record_tip(claim=claim, text="제보 내용입니다.", by=stage.actor("reviewer")).case
    assert at_stake(second) == 0
    correct_claim(claim, received_at=datetime.now(NOW.tzinfo), amount_minor=30_000)
    assert (at_stake(second), balance_of(recovery).overpaid_minor) == (0, AMOUNT - 30_000)


def test_what_was_given_back_meanwhile_may_be_asked_for_by_a_new_case(stage: Stage) -> None:
    first = stage.recovering()
    stage.post(first, AMOUNT)
    claim = Claim.objects.get(alerts__case=first)
    _goes_to(claim, stage.cast.stranger_record.pk)
    giving_back.give_back(
        case=fresh(first),
        amount_minor=20_000,
        method=RecoveryPosting.Method.BANK_TRANSFER,
        bank_reference="OUT-1",
        given_on=NOW.date(),
        by=stage.actor("clerk"),
        expected_version=fresh(first).version,
    )
    _goes_to(claim, first.cardholder_id)
    second = _decided_on_a_tip(stage, claim, 20_000)
    recovery = recovery_of(first)
    assert recovery is not None
    assert (second.state, at_stake(second), balance_of(recovery).overpaid_minor) == (
        State.RECOVERING,
        20_000,
        0,
    )


def test_the_other_person_is_asked_for_the_payment_whatever_its_first_person_is_still_owed(
    stage: Stage,
) -> None:
    first = stage.recovering()
    stage.post(first, AMOUNT)
    claim = Claim.objects.get(alerts__case=first)
    _goes_to(claim, stage.cast.stranger_record.pk)
    second = by_hand.record_tip(
        claim=fresh_claim(claim), text="제보 내용입니다.", by=stage.actor("reviewer")
    ).case
    recovery = recovery_of(first)
    assert recovery is not None
    assert (at_stake(second), balance_of(recovery).overpaid_minor) == (AMOUNT, AMOUNT)


def test_what_is_owed_is_owed_again_where_the_new_case_finds_the_payment_in_order(stage: Stage) -> None:
    first, claim = _repaid_and_back_again(stage)
    make_case(claims=[claim], state=State.CLOSED, closed_at=NOW, disposition=Disposition.LEGITIMATE)
    recovery = recovery_of(first)
    assert recovery is not None
    assert balance_of(recovery).overpaid_minor == AMOUNT


def test_whoever_was_told_that_money_is_owed_is_told_that_it_is_not_and_the_case_says_why(
    stage: Stage,
) -> None:
    first, _ = _repaid_and_back_again(stage)
    told = OutboxMessage.objects.filter(case=first).order_by("pk")
    assert [mail.key.split(":")[0] for mail in told][-2:] == ["case.not_theirs", "recovery.owed"]
    assert "84,000원을 돌려드립니다" in told[len(told) - 2].body
    assert "돌려드릴 금액은 없습니다" in told[len(told) - 1].body
    assert timeline_of(fresh(first))[-1].thing.action == "case.claim_changed"
    assert find_faults() == []


def _repaid_and_back_again(stage: Stage) -> tuple[Case, Claim]:
    """An ended case of which everything was repaid; its payment went to another person and came back."""
    case = stage.recovering()
    stage.post(case, AMOUNT)
    claim = Claim.objects.get(alerts__case=case)
    _goes_to(claim, stage.cast.stranger_record.pk)
    assert balance_of(recovery_of(case)).overpaid_minor == AMOUNT
    _goes_to(claim, case.cardholder_id)
    return fresh(case), fresh_claim(claim)


def _goes_to(claim: Claim, person_id: int) -> None:
    correct_claim(claim, received_at=datetime.now(NOW.tzinfo), cardholder_id=person_id)
    follow_changes()


def fresh_claim(claim: Claim) -> Claim:
    return Claim.objects.select_related("cardholder", "merchant").get(pk=claim.pk)


def test_money_that_came_back_in_a_later_case_lowers_what_the_earlier_one_asks_for(stage: Stage) -> None:
    first = stage.notified(amount=40_000)
    claim = Claim.objects.get(alerts__case=first)
    second = _decided_on_a_tip(stage, claim, 44_000)
    stage.post(second, 44_000)
    assert fresh(second).state == State.CLOSED
    correct_claim(claim, received_at=datetime.now(NOW.tzinfo), amount_minor=50_000)
    assert at_stake(first) == 6_000  # 50,000 were paid, 44,000 of them are back


def test_the_report_says_what_came_in_where_it_is_more_than_was_lost(stage: Stage) -> None:
    case = stage.recovering(amount=44_000)
    stage.post(case, 44_000)
    claim = Claim.objects.get(alerts__case=case)
    correct_claim(claim, received_at=datetime.now(NOW.tzinfo), amount_minor=30_000)
    figures = work_out_figures(NOW.date()).money[0]
    assert figures == MoneyFigures(
        "KRW", confirmed_minor=30_000, recovered_minor=30_000, came_in_minor=44_000
    )


def test_the_report_counts_a_payment_of_two_decided_cases_once(stage: Stage) -> None:
    claim = make_claim(amount_minor=50_000)
    for _ in range(2):
        make_case(claims=[claim], state=State.CLOSED, closed_at=NOW, disposition=Disposition.CONFIRMED_MISUSE)
    assert work_out_figures(NOW.date()).money == (MoneyFigures("KRW", confirmed_minor=50_000),)


def test_the_report_tells_the_money_of_every_currency_by_itself(stage: Stage) -> None:
    for n, (currency, minor) in enumerate([("KRW", 50_000), ("KRW", 7_000), ("USD", 12_345)]):
        make_case(
            claims=[make_claim(amount_minor=minor, currency=currency, external_id=f"M-{n}")],
            state=State.CLOSED,
            closed_at=NOW,
            disposition=Disposition.CONFIRMED_MISUSE,
        )
    assert work_out_figures(NOW.date()).money == (
        MoneyFigures("KRW", confirmed_minor=57_000),
        MoneyFigures("USD", confirmed_minor=12_345),
    )


def _decided_on_a_tip(stage: Stage, claim: Claim, amount: int) -> Case:
    """A second case on a claim, brought to its recovery."""
    by = stage.actor("reviewer")
    case = by_hand.record_tip(claim=claim, text="제보 내용입니다.", by=by).case
    case = queue.take_case(case=fresh(case), by=by, expected_version=fresh(case).version)
    explanation_requests.request_explanation(case=case, by=by, expected_version=case.version)
    request = current_request(case)
    assert request is not None
    explanations.submit_explanation(
        request=request,
        text="저녁을 먹었습니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(case).version,
    )
    case = fresh(case)
    proposal = decisions.propose_decision(
        case=case,
        disposition=Disposition.CONFIRMED_MISUSE,
        reason=REASON,
        by=by,
        expected_version=case.version,
        amount_minor=amount,
    )
    decisions.approve_decision(
        case=fresh(case),
        content_hash=proposal.content_hash,
        by=stage.actor("approver"),
        expected_version=fresh(case).version,
    )
    appeals.accept_notice(
        case=fresh(case), by=stage.actor("cardholder"), expected_version=fresh(case).version
    )
    return fresh(case)
