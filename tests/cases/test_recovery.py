"""The ledger: postings, counter-postings, consent, write-off, reconciliation, dunning. Balances against plain sums."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import find_faults
from cases.api.serializers.recoveries import told_plan
from cases.dispositions import Disposition
from cases.instalments import Instalment, agreed_parts
from cases.models import Case, OutboxMessage, Recovery, RecoveryPosting
from cases.pages.brief import brief_of
from cases.pages.case import claims_of, reasons_of
from cases.pages.figures import figures_between
from cases.services import appeals, by_hand, drafting, errors, recovery, write_offs
from cases.services.claim_changes import changed_pairs
from cases.services.clocks import sweep_clocks
from cases.services.company import company_today
from cases.services.following import follow_changes
from cases.services.money import at_stake, balance_of, outstanding, stake_of
from cases.services.own import own_cases
from cases.services.reconciliation import PostingFileNotValid, import_postings
from fraud.claims.changes import note_money
from tests.cases.stage import AMOUNT, REASON, Stage, fresh, recovered
from tests.cast import NOW, correct_claim, give, make_cardholder, make_claim
from tests.draws import draws

M = RecoveryPosting.Method
TODAY = date(2026, 11, 20)


def ledger(case: Case) -> Recovery:
    return Recovery.objects.get(case=case)


def test_the_case_closes_when_everything_came_back(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 50_000, "B-1")
    assert (fresh(case).state, recovered(ledger(case)), outstanding(ledger(case))) == (
        "recovering",
        50_000,
        34_000,
    )
    stage.post(case, 34_000, "B-2", method=M.CARD_REPAYMENT)
    case = fresh(case)
    assert (case.state, outstanding(ledger(case))) == ("closed", 0)
    assert ledger(case).closed_at is not None
    assert case.disposition == "confirmed_misuse"
    assert OutboxMessage.objects.filter(key__startswith=f"recovery.closed:{case.reference}:").count() == 1


@pytest.mark.parametrize(
    ("amount", "fields", "why"),
    [
        (AMOUNT + 1, {}, "above_outstanding"),
        (0, {}, "not_positive"),
        (-5, {}, "not_positive"),
        (1, {"currency": "USD"}, "currency"),
    ],
)
def test_an_amount_that_cannot_come_back_is_refused(
    stage: Stage, amount: int, fields: dict[str, Any], why: str
) -> None:
    case = stage.recovering()
    with pytest.raises(errors.AmountNotValid) as refusal:
        stage.post(case, amount, **fields)
    assert refusal.value.why == why
    assert recovered(ledger(case)) == 0


def test_after_full_recovery_nothing_more_is_posted(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, AMOUNT)
    with pytest.raises(errors.TransitionNotAllowed):
        stage.post(fresh(case), 1, "B-9")


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=6 * 366)])
def test_money_is_not_received_tomorrow_or_ages_ago(stage: Stage, day: date) -> None:
    with pytest.raises(errors.DateNotValid):
        stage.post(stage.recovering(), 10, received_on=day)


def test_money_is_not_received_before_it_was_spent(stage: Stage) -> None:
    case = stage.recovering()
    spent = min(alert.claim.transacted_at for alert in case.alerts.select_related("claim"))
    day = timezone.localdate(spent)
    with pytest.raises(errors.DateNotValid) as refusal:
        stage.post(case, 10, received_on=day - timedelta(days=1))
    assert f"{day:%Y-%m-%d}" in str(refusal.value)
    stage.post(fresh(case), 10, received_on=day)


def test_wages_are_not_deducted_before_the_consent_to_it(stage: Stage) -> None:
    case = stage.recovering()
    text = "급여 공제에 동의합니다."
    write_offs.record_consent(
        case=case,
        monthly_minor=10_000,
        text=text,
        by=stage.actor("cardholder"),
        expected_version=case.version,
    )
    given = timezone.localdate(ledger(case).consents.get().given_at)
    ledger(case).consents.update(given_at=NOW - timedelta(hours=1))
    with pytest.raises(errors.DateNotValid):
        stage.post(fresh(case), 6_000, "P-1", method=M.PAYROLL, received_on=given - timedelta(days=1))
    assert recovered(ledger(case)) == 0


def test_a_bank_line_is_posted_once(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 10_000, "B-1")
    with pytest.raises(errors.PostingExists):
        stage.post(fresh(case), 10_000, "B-1")
    stage.post(fresh(case), 10_000, "B-1", method=M.CARD_REPAYMENT)  # another method's line


def test_a_mistake_is_reversed_by_somebody_else_and_may_be_posted_rightly(stage: Stage) -> None:
    case = stage.recovering()
    wrong = stage.post(case, 10_000, "B-1")
    case = fresh(case)
    with pytest.raises(errors.OwnPosting):
        recovery.reverse_posting(
            posting=wrong, reason="금액 오류", by=stage.actor("clerk"), expected_version=case.version
        )
    counter = recovery.reverse_posting(
        posting=wrong, reason="금액 오류", by=stage.actor("approver"), expected_version=case.version
    )
    assert (counter.amount_minor, counter.reverses) == (-10_000, wrong)
    wrong.refresh_from_db()
    assert wrong.amount_minor == 10_000
    assert recovered(ledger(case)) == 0
    with pytest.raises(errors.PostingReversed):
        recovery.reverse_posting(
            posting=wrong, reason="또", by=stage.actor("approver"), expected_version=fresh(case).version
        )
    stage.post(fresh(case), 12_000, "B-1")
    assert recovered(ledger(case)) == 12_000


def test_a_posting_is_confirmed_by_a_second_person(stage: Stage) -> None:
    case = stage.recovering()
    posting = stage.post(case, 10_000)
    seen = fresh(case).version
    with pytest.raises(errors.OwnPosting):
        recovery.confirm_posting(posting=posting, by=stage.actor("clerk"), expected_version=seen)
    with pytest.raises(errors.StaleCase):
        recovery.confirm_posting(posting=posting, by=stage.actor("approver"), expected_version=None)
    confirmed = recovery.confirm_posting(posting=posting, by=stage.actor("approver"), expected_version=seen)
    assert confirmed.confirmed_by == stage.cast.approver


@settings(max_examples=draws(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(1, 40_000), st.booleans()), max_size=8))
def test_the_balance_is_always_the_plain_sum(stage: Stage, steps: list[tuple[int, bool]]) -> None:
    case = stage.recovering()
    expected = 0
    for number, (amount, is_reversed) in enumerate(steps):
        if expected + amount > AMOUNT:
            with pytest.raises(errors.AmountNotValid):
                stage.post(fresh(case), amount, f"B-{number}")
            continue
        posting = stage.post(fresh(case), amount, f"B-{number}")
        expected += amount
        if expected == AMOUNT:
            break
        if is_reversed:
            recovery.reverse_posting(
                posting=posting,
                reason="오류",
                by=stage.actor("approver"),
                expected_version=fresh(case).version,
            )
            expected -= amount
        assert outstanding(ledger(case)) == AMOUNT - expected
    assert recovered(ledger(case)) == expected
    assert (fresh(case).state == "closed") == (expected == AMOUNT)


def test_wages_are_deducted_only_with_the_persons_own_consent_and_up_to_it(stage: Stage) -> None:
    case = stage.recovering()
    with pytest.raises(errors.ConsentMissing):
        stage.post(case, 10_000, method=M.PAYROLL)
    for nobody in ("clerk", "approver", "manager", "stranger"):
        with pytest.raises(errors.CaseworkError):
            write_offs.record_consent(
                case=case,
                monthly_minor=10_000,
                text="급여 공제에 동의합니다.",
                by=stage.actor(nobody),
                expected_version=case.version,
            )
    write_offs.record_consent(
        case=case,
        monthly_minor=10_000,
        text="급여 공제에 동의합니다.",
        by=stage.actor("cardholder"),
        expected_version=case.version,
    )
    stage.post(fresh(case), 6_000, "P-1", method=M.PAYROLL)
    with pytest.raises(errors.AmountNotValid) as refusal:
        stage.post(fresh(case), 5_000, "P-2", method=M.PAYROLL)
    assert refusal.value.why == "above_monthly"
    stage.post(fresh(case), 4_000, "P-3", method=M.PAYROLL)
    write_offs.withdraw_consent(case=fresh(case), by=stage.actor("cardholder"))
    with pytest.raises(errors.ConsentMissing):
        stage.post(fresh(case), 1, "P-4", method=M.PAYROLL)


def test_instalments_add_up_and_follow_one_another(stage: Stage) -> None:
    case = stage.recovering()
    by = stage.actor("clerk")
    part = recovery.Instalment
    good = [part(date(2026, 12, 25), 40_000), part(date(2027, 1, 25), 44_000)]
    for plan in (
        [part(date(2026, 12, 25), 40_000)],
        [part(date(2026, 12, 25), 84_001), part(date(2027, 1, 25), -1)],
    ):
        with pytest.raises(errors.AmountNotValid):
            recovery.set_plan(case=case, plan=plan, by=by, expected_version=case.version)
    for plan in (good[::-1], [part(date(2026, 11, 1), AMOUNT)]):
        with pytest.raises(errors.DateNotValid):
            recovery.set_plan(case=case, plan=plan, by=by, expected_version=case.version)
    recovery.set_plan(case=case, plan=good, by=by, expected_version=case.version)
    assert (ledger(case).due_on, fresh(case).due_on) == (date(2027, 1, 25), date(2027, 1, 25))


def test_a_write_off_takes_two_people_and_closes(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 4_000)
    case = fresh(case)
    write_offs.request_write_off(
        case=case, reason=REASON, by=stage.actor("clerk"), expected_version=case.version
    )
    case = fresh(case)
    assert ledger(case).write_off_minor == 80_000
    with pytest.raises(errors.TransitionNotAllowed):
        write_offs.request_write_off(
            case=case, reason=REASON, by=stage.actor("clerk"), expected_version=case.version
        )
    with pytest.raises(errors.Refused):
        write_offs.approve_write_off(
            case=case, amount_minor=80_000, by=stage.actor("clerk"), expected_version=case.version
        )
    with pytest.raises(errors.ProposalChanged):
        write_offs.approve_write_off(
            case=case, amount_minor=79_999, by=stage.actor("approver"), expected_version=case.version
        )
    write_offs.approve_write_off(
        case=case, amount_minor=80_000, by=stage.actor("approver"), expected_version=case.version
    )
    case = fresh(case)
    assert (case.state, outstanding(ledger(case)), recovered(ledger(case))) == ("closed", 0, 4_000)
    told = OutboxMessage.objects.get(key__startswith=f"recovery.waived:{case.reference}:")
    assert "면제" in told.subject  # what was waived was not repaid


def test_an_approver_who_is_also_clerk_does_not_approve_their_own_write_off(stage: Stage) -> None:
    give(stage.cast.approver, Role.RECOVERY_CLERK)
    case = stage.recovering()
    write_offs.request_write_off(
        case=case, reason=REASON, by=stage.actor("approver"), expected_version=case.version
    )
    with pytest.raises(errors.OwnWriteOff):
        write_offs.approve_write_off(
            case=fresh(case),
            amount_minor=AMOUNT,
            by=stage.actor("approver"),
            expected_version=fresh(case).version,
        )


def test_a_write_off_is_approved_for_what_is_left_now_and_never_for_more_than_was_asked(stage: Stage) -> None:
    case, approver = stage.recovering(), stage.actor("approver")
    give_back(case, 20_000, at=NOW + timedelta(days=1))
    seen = fresh(case).version
    write_offs.request_write_off(case=case, reason=REASON, by=stage.actor("clerk"), expected_version=seen)

    def approve(minor: int) -> None:
        write_offs.approve_write_off(
            case=fresh(case), amount_minor=minor, by=approver, expected_version=fresh(case).version
        )

    take_back(case, 1_000, at=NOW + timedelta(days=2))
    with pytest.raises(errors.AmountNotValid, match="64,000"):
        approve(AMOUNT - 1_000)
    take_back(case, 60_000, at=NOW + timedelta(days=3))
    stage.post(fresh(case), 4_000)
    approve(20_000)
    assert (fresh(case).state, ledger(case).write_off_minor, outstanding(ledger(case))) == (
        "closed",
        20_000,
        0,
    )


def test_money_that_came_in_since_voids_the_write_off_as_asked(stage: Stage) -> None:
    case = stage.recovering()
    write_offs.request_write_off(
        case=case, reason=REASON, by=stage.actor("clerk"), expected_version=case.version
    )
    stage.post(fresh(case), 4_000)
    with pytest.raises(errors.ProposalChanged):
        write_offs.approve_write_off(
            case=fresh(case),
            amount_minor=AMOUNT,
            by=stage.actor("approver"),
            expected_version=fresh(case).version,
        )
    write_offs.return_write_off(
        case=fresh(case), reason=REASON, by=stage.actor("approver"), expected_version=fresh(case).version
    )
    assert (fresh(case).state, ledger(case).write_off) == ("recovering", "returned")


def give_back(case: Case, minor: int, *, at: datetime, txn_type: str = "partial_cancel") -> None:
    """The card company takes a part of the case's payment back, as a delivery says it."""
    purchase = case.alerts.get().claim
    make_claim(
        cardholder=case.cardholder,
        amount_minor=-minor,
        txn_type=txn_type,
        original_claim=purchase,
        credit_minor=minor,
        received_at=at,
    )
    note_money(more={purchase.pk: 0}, file=None, at=at)
    follow_changes()


def test_a_later_card_cancellation_lowers_what_is_due_by_itself_once(stage: Stage) -> None:
    case = stage.recovering()
    give_back(case, 30_000, at=NOW + timedelta(days=1))
    stage.go_on(days=1)
    for _ in range(3):
        sweep_clocks()
        assert outstanding(ledger(case)) == 54_000
    assert not ledger(case).postings.exists()
    assert fresh(case).state == "recovering"


def test_a_recovery_ends_when_the_card_gives_back_the_rest(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 50_000)
    give_back(case, 34_000, at=NOW + timedelta(days=1))
    assert (fresh(case).state, outstanding(ledger(case))) == ("closed", 0)
    assert AuditEvent.objects.filter(subject=f"case:{case.reference}", action="recovery.settled").count() == 1


def take_back(case: Case, minor: int, *, at: datetime) -> None:
    """The card company corrects what it took back of the case's payment: only so much of it came back."""
    purchase = case.alerts.get().claim
    money = purchase.cancellations.get()
    type(money).objects.filter(pk=money.pk).update(amount_minor=-minor, credit_minor=minor)
    note_money(more={purchase.pk: 0}, file=None, at=at)
    follow_changes()


def entries(case: Case, action: str) -> int:
    return AuditEvent.objects.filter(subject=f"case:{case.reference}", action=action).count()


def test_a_recovery_that_the_card_ended_goes_on_where_the_card_takes_that_back(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 20_000)
    give_back(case, 64_000, at=NOW + timedelta(days=1))
    assert fresh(case).state == "closed"
    stage.go_on(days=2)
    take_back(case, 30_000, at=NOW + timedelta(days=2))
    assert (fresh(case).state, fresh(case).closed_at) == ("recovering", None)
    assert (ledger(case).closed_at, outstanding(ledger(case))) == (None, AMOUNT - 30_000 - 20_000)
    assert ledger(case).due_on > timezone.localdate()
    assert (entries(case, "recovery.resumed"), entries(case, "case.claim_changed")) == (1, 2)
    mail = OutboxMessage.objects.get(key__startswith=f"recovery.resumed:{case.reference}")
    assert "34,000" in mail.body
    stage.post(case, 34_000, "BANK-2")
    assert (fresh(case).state, outstanding(ledger(case))) == ("closed", 0)
    assert OutboxMessage.objects.filter(key__startswith=f"recovery.closed:{case.reference}:").count() == 2


def test_a_decision_that_asked_for_nothing_since_the_card_had_given_it_back_asks_once_the_card_takes_it_back(
    stage: Stage,
) -> None:
    case = stage.notified()
    give_back(case, AMOUNT, at=NOW + timedelta(days=1))
    appeals.accept_notice(
        case=fresh(case), by=stage.actor("cardholder"), expected_version=fresh(case).version
    )
    assert (fresh(case).state, Recovery.objects.filter(case=case).exists()) == ("closed", False)
    take_back(case, 4_000, at=NOW + timedelta(days=2))
    assert (fresh(case).state, outstanding(ledger(case))) == ("recovering", AMOUNT - 4_000)


def test_what_was_waived_stays_waived_and_what_is_looked_at_again_is_not_asked_for_by_itself(
    stage: Stage,
) -> None:
    written_off, reopened, cleared = stage.recovering(), stage.recovering(), stage.closed()
    for case in (written_off, reopened):
        give_back(case, 30_000, at=NOW + timedelta(days=1))
    clerk, approver = stage.actor("clerk"), stage.actor("approver")
    seen = fresh(written_off).version
    write_offs.request_write_off(case=written_off, reason=REASON, by=clerk, expected_version=seen)
    write_offs.approve_write_off(
        case=written_off, amount_minor=54_000, by=approver, expected_version=fresh(written_off).version
    )
    stage.post(reopened, 54_000)
    by_hand.reopen_case(case=reopened, reason=REASON, by=approver, expected_version=fresh(reopened).version)
    give_back(cleared, 30_000, at=NOW + timedelta(days=1))
    for case in (written_off, reopened, cleared):
        take_back(case, 1_000, at=NOW + timedelta(days=2))
    for case in (reopened, cleared):
        assert (fresh(case).state, entries(case, "recovery.resumed")) == ("closed", 0)
    assert (entries(reopened, "case.claim_changed"), entries(cleared, "case.claim_changed")) == (2, 0)
    assert fresh(written_off).state == "recovering"
    balance = balance_of(ledger(written_off))
    assert (balance.due_minor, balance.written_off_minor, balance.outstanding_minor) == (
        83_000,
        54_000,
        29_000,
    )
    again = fresh(written_off)
    write_offs.request_write_off(case=again, reason=REASON, by=clerk, expected_version=again.version)
    assert (
        outstanding(ledger(written_off)) == 29_000
    )  # asked for is not given up, and what was given up stays so
    again = fresh(written_off)
    write_offs.approve_write_off(case=again, amount_minor=29_000, by=approver, expected_version=again.version)
    assert balance_of(ledger(written_off)).written_off_minor == 83_000


def test_what_is_paid_after_a_waiver_is_told_as_paid(stage: Stage) -> None:
    """30,000 come back and 54,000 are waived; a correction brings 29,000 back, and these are repaid."""
    case = stage.recovering()
    give_back(case, 30_000, at=NOW + timedelta(days=1))
    clerk, approver, seen = stage.actor("clerk"), stage.actor("approver"), fresh(case).version
    write_offs.request_write_off(case=case, reason=REASON, by=clerk, expected_version=seen)
    write_offs.approve_write_off(
        case=case, amount_minor=54_000, by=approver, expected_version=fresh(case).version
    )
    take_back(case, 1_000, at=NOW + timedelta(days=2))
    stage.post(case, 29_000)
    mails = OutboxMessage.objects.filter(key__regex=f"recovery[.](closed|waived):{case.reference}:")
    assert ["면제" in mail.subject for mail in mails.order_by("pk")] == [True, False]


def test_a_repayment_that_the_bank_takes_back_after_the_end_is_asked_for_again(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 50_000, "B-1")
    stage.post(case, AMOUNT - 50_000, "B-2")
    last = RecoveryPosting.objects.filter(recovery__case=case).latest("id")
    assert (fresh(case).state, outstanding(ledger(case))) == ("closed", 0)
    for by, refusal in ((stage.actor("clerk"), errors.OwnPosting), (stage.actor("reviewer"), errors.Refused)):
        with pytest.raises(refusal):
            recovery.reverse_posting(posting=last, reason="반송", by=by, expected_version=fresh(case).version)
    recovery.reverse_posting(
        posting=last, reason="은행 반송", by=stage.actor("approver"), expected_version=fresh(case).version
    )
    assert fresh(case).state == "recovering"
    assert (recovered(ledger(case)), outstanding(ledger(case))) == (50_000, AMOUNT - 50_000)
    assert ledger(case).closed_at is None
    told = OutboxMessage.objects.get(key__startswith=f"recovery.bounced:{case.reference}:")
    assert "34,000" in told.body
    stage.post(case, AMOUNT - 50_000, "B-3")
    assert fresh(case).state == "closed"


def test_after_a_reopening_a_repayment_taken_back_counts_towards_the_successor_no_more(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, AMOUNT)
    posting = RecoveryPosting.objects.get(recovery__case=case)
    by = stage.actor("approver")
    successor = by_hand.reopen_case(case=case, reason=REASON, by=by, expected_version=fresh(case).version)
    assert (at_stake(successor), stake_of(successor).carried_minor) == (AMOUNT, AMOUNT)
    recovery.reverse_posting(posting=posting, reason="은행 반송", by=by, expected_version=fresh(case).version)
    assert (fresh(case).state, outstanding(ledger(case)), at_stake(successor)) == ("closed", 0, AMOUNT)
    assert stake_of(successor).carried_minor == 0


def test_agreed_parts_go_on_where_a_recovery_does(stage: Stage) -> None:
    case = stage.recovering()
    plan = [Instalment(date(2026, 12, 15), 42_000), Instalment(date(2027, 1, 15), 42_000)]
    by = stage.actor("clerk")
    recovery.set_plan(case=case, plan=plan, by=by, expected_version=fresh(case).version)
    stage.post(case, 42_000)
    give_back(case, 42_000, at=NOW + timedelta(days=1))
    assert fresh(case).state == "closed"
    take_back(case, 2_000, at=NOW + timedelta(days=2))
    found = ledger(case)
    assert (fresh(case).state, found.due_on) == ("recovering", date(2027, 1, 15))
    parts = agreed_parts(found.plan, balance_of(found), found.planned_after_minor)
    assert [(part.amount_minor, part.is_paid) for part in parts] == [(42_000, True), (40_000, False)]
    assert [(row["amount"], row["is_paid"]) for row in told_plan(found)] == [
        ("42000", True),
        ("40000", False),
    ]


def test_a_write_off_that_was_asked_for_ends_with_the_recovery_and_the_case_says_so(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 50_000)
    write_offs.request_write_off(
        case=case,
        reason="퇴사하여 더 받을 수 없습니다.",
        by=stage.actor("clerk"),
        expected_version=fresh(case).version,
    )
    give_back(case, 34_000, at=NOW + timedelta(days=1))
    assert (ledger(case).write_off, ledger(case).write_off_minor) == ("none", 0)
    said = AuditEvent.objects.get(subject=f"case:{case.reference}", action="recovery.write_off_voided")
    assert said.after["amount_minor"] == 34_000


def test_what_was_repaid_twice_is_shown_as_the_cardholders(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, AMOUNT)
    give_back(case, AMOUNT, at=NOW + timedelta(days=1), txn_type="cancel")
    balance = balance_of(ledger(case))
    assert (balance.due_minor, balance.outstanding_minor, balance.overpaid_minor) == (0, 0, AMOUNT)


def owed_mails(case: Case) -> list[str]:
    mails = OutboxMessage.objects.filter(key__startswith="recovery.", key__contains=case.reference)
    return [mail.body for mail in mails.exclude(key__startswith="recovery.reminder").order_by("pk")]


def test_the_cardholder_is_told_what_is_owed_to_them_by_mail_page_and_interface(
    stage: Stage, client: Client
) -> None:
    case = stage.recovering()
    stage.post(case, 50_000)
    give_back(case, AMOUNT - 20_000, at=NOW + timedelta(days=1))
    assert fresh(case).state == "closed"
    assert "30,000원을 돌려드립니다" in owed_mails(case)[-1]
    give_back(
        case, 20_000, at=NOW + timedelta(days=2)
    )  # after the end: nothing was owed to the company at all
    assert "50,000원을 돌려드립니다" in owed_mails(case)[-1]
    client.force_login(stage.cast.cardholder)
    page = client.get(f"/my/notices/{case.reference}/").content.decode()
    assert "돌려드릴 금액" in page
    assert "50,000" in page
    told = client.get(f"/api/v1/my/notices/{case.reference}/").json()["recovery"]
    assert (told["outstanding"], told["overpaid"]) == ("0", "50000")


def test_who_repaid_what_was_due_is_told_of_nothing_owed(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, AMOUNT)
    assert [mail for mail in owed_mails(case) if "돌려" in mail] == []


def test_reminders_of_what_is_outstanding_leave_after_7_14_and_30_days(stage: Stage) -> None:
    case = stage.recovering()
    counts = {}
    for day in range(35):
        stage.go_to(NOW + timedelta(days=day))
        sweep_clocks()
        sweep_clocks()
        counts[day] = OutboxMessage.objects.filter(key__startswith="recovery.reminder").count()
    assert [day for day in range(1, 35) if counts[day] > counts[day - 1]] == [7, 14, 30]
    assert ledger(case).dunned == ["7", "14", "30"]


HEADER = "case,amount,currency,received_on,method,bank_reference\n"


def test_a_file_posts_each_line_once_confirms_and_reports_the_rest(stage: Stage) -> None:
    one, other = stage.recovering(), stage.recovering()
    stage.post(one, 10_000, "HAND-1")
    lines = [
        f"{one.reference},20000,KRW,2026-11-19,bank_transfer,F-1",
        f"{one.reference},10000,KRW,2026-11-19,bank_transfer,HAND-1",
        f"{other.reference},84000,KRW,2026-11-20,offset,F-2",
        f"{other.reference},1,KRW,2026-11-20,offset,F-3",
        f"{one.reference},5000,KRW,2026-11-19,payroll,F-4",
        "C-2020-000001,5000,KRW,2026-11-19,bank_transfer,F-5",
        f'{one.reference},"1,000",KRW,2026-11-19,bank_transfer,F-6',
        f"{one.reference},10.5,KRW,2026-11-19,bank_transfer,F-7",
        f"{one.reference},1000,KRW,19/11/2026,bank_transfer,F-8",
        f"{one.reference},1000,KRW,2026-11-19,cash,F-9",
        f"{one.reference},999999,KRW,2026-11-19,bank_transfer,F-10",
        f"{one.reference},11000,KRW,2026-11-19,bank_transfer,HAND-1",
    ]
    content = (HEADER + "\n".join(lines)).encode("utf-8-sig")
    report = import_postings(content=content, by=stage.actor("clerk"))
    assert (report.n_lines, report.n_posted, report.n_confirmed, report.n_known) == (12, 2, 1, 0)
    assert report.posted == {"KRW": 104_000}
    assert [(r.line, r.code) for r in report.rejected] == [
        (5, "amount_not_valid"),
        (6, "consent_missing"),
        (7, "not_found"),
        (8, "amount_not_valid"),
        (9, "amount_not_valid"),
        (10, "date_not_valid"),
        (11, "choice_not_valid"),
        (12, "amount_not_valid"),
        (13, "amount_not_valid"),
    ]
    assert all(r.sentence for r in report.rejected)
    again = import_postings(content=content, by=stage.actor("clerk"))
    assert (again.n_posted, again.n_confirmed, again.n_known) == (0, 0, 3)
    assert recovered(ledger(one)) == 30_000
    assert find_faults() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        b"\xff\xfe\x00\x81\x8d",
        HEADER.encode() + b'"unterminated,1,KRW,2026-11-19,offset,x\n',
    ],
)
def test_a_file_that_cannot_be_read_posts_nothing(stage: Stage, content: bytes) -> None:
    with pytest.raises(PostingFileNotValid) as refusal:
        import_postings(content=content, by=stage.actor("clerk"))
    assert refusal.value.sentence


def test_a_cancellation_before_the_decision_lowers_what_may_be_recovered(stage: Stage) -> None:
    from cases.dispositions import Disposition
    from cases.services.decisions import propose_decision

    case = stage.explained()
    make_claim(
        cardholder=case.cardholder,
        amount_minor=-30_000,
        txn_type="partial_cancel",
        original_claim=case.alerts.get().claim,
        received_at=NOW,
    )
    assert at_stake(case) == 54_000
    for amount in (54_001, AMOUNT):
        with pytest.raises(errors.AmountNotValid) as refusal:
            propose_decision(
                case=case,
                disposition=Disposition.CONFIRMED_MISUSE,
                reason=REASON,
                by=stage.actor("reviewer"),
                expected_version=case.version,
                amount_minor=amount,
            )
        assert "54,000" in refusal.value.sentence


def test_what_came_back_stands_beside_each_payment_and_is_no_hit_in_the_news(
    stage: Stage, client: Any
) -> None:
    case = stage.recovering()
    client.cookies["django_language"] = "en"
    client.force_login(stage.cast.reviewer)
    client.get(f"/cases/{case.reference}/")
    stage.go_on(days=1)
    give_back(case, 30_000, at=NOW + timedelta(days=1))
    client.force_login(stage.cast.reviewer)
    seen = client.get(f"/cases/{case.reference}/").content.decode()
    assert "new since you last looked: money that came back<" in seen
    assert "new hits" not in seen
    client.force_login(stage.cast.cardholder)
    told = client.get(f"/api/v1/my/notices/{case.reference}/").json()
    assert [(claim["amount"], claim["returned"]) for claim in told["claims"]] == [("84000", "30000")]
    assert told["amount"] == "54000"
    page = client.get(f"/my/{case.reference}/").content.decode()
    assert "of it came back" in page


# Payments that are told in another currency -------------------------------------------------------------------------


def in_dollars(case: Case, minor: int = 5_500, days: int = 1) -> None:
    """A delivery says that the case's payment was in dollars."""
    claim = case.alerts.get(left_at=None).claim
    correct_claim(claim, received_at=NOW + timedelta(days=days), currency="USD", amount_minor=minor)
    follow_changes()


def test_a_case_that_is_not_decided_is_about_the_payment_as_it_is_told_now(stage: Stage) -> None:
    case = stage.explained()
    in_dollars(case)
    case = fresh(case)
    assert (case.currency, at_stake(case), case.expected_loss_minor <= 5_500) == ("USD", 5_500, True)
    (told,) = AuditEvent.objects.filter(subject=f"case:{case.reference}", action="case.claim_changed")
    assert [pair[1:] for pair in changed_pairs(told.after, "en")] == [(f"KRW {AMOUNT:,}", "USD 55.00")]


@pytest.mark.parametrize("paid", [0, 30_000, AMOUNT])
def test_a_decided_sum_stays_until_people_decide_anew_and_nothing_is_told_as_given_back(
    stage: Stage, paid: int
) -> None:
    case = stage.recovering()
    if paid:
        stage.post(case, paid)
    state = fresh(case).state
    in_dollars(case)
    assert (fresh(case).state, fresh(case).currency) == (state, "KRW")
    balance = balance_of(ledger(case))
    assert (balance.due_minor, balance.outstanding_minor, balance.overpaid_minor) == (
        AMOUNT,
        AMOUNT - paid,
        0,
    )


@pytest.mark.parametrize("state", ["explained", "notified", "recovering"])
def test_a_currency_that_is_told_back_leaves_everything_as_it_was(stage: Stage, state: str) -> None:
    case = getattr(stage, state)()
    in_dollars(case)
    claim = case.alerts.get(left_at=None).claim
    correct_claim(claim, received_at=NOW + timedelta(days=2), currency="KRW", amount_minor=AMOUNT)
    follow_changes()
    again = fresh(case)
    assert (again.state, again.currency, at_stake(again)) == (case.state, "KRW", AMOUNT)
    assert entries(case, "recovery.settled") == entries(case, "recovery.resumed") == 0


def test_of_a_restated_payment_the_share_that_came_back_is_not_asked_for(stage: Stage) -> None:
    case = stage.recovering()
    in_dollars(case)
    give_back(case, 1_375, at=NOW + timedelta(days=2))  # a quarter of 55 dollars
    assert balance_of(ledger(case)).due_minor == AMOUNT * 3 // 4


def test_a_case_opened_again_asks_in_the_new_currency_less_what_came_back_in_the_old(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, AMOUNT)
    in_dollars(case)
    again = by_hand.reopen_case(
        case=fresh(case),
        reason="통화가 정정되어 다시 봅니다.",
        by=stage.actor("approver"),
        expected_version=fresh(case).version,
    )
    assert (again.currency, at_stake(again), stake_of(again).asked_of(5_500)) == (
        "USD",
        5_500,
        0,
    )  # all of it came back


# Payments that turn out to be somebody else's ------------------------------------------------------------------------


def hand_over(case: Case, *, merchant: str) -> None:
    """A delivery corrects the case's payment to another person, at another place."""
    claim = case.alerts.get(left_at=None).claim
    correct_claim(
        claim,
        received_at=NOW + timedelta(days=1),
        cardholder_id=make_cardholder("E7001", name="다른 사람").pk,
        merchant_name=merchant,
    )
    follow_changes()


@pytest.mark.parametrize("at", ["asked", "explained", "notified", "appealed", "recovering", "repaid"])
def test_a_case_of_which_no_payment_is_the_persons_ends_and_its_decision_falls(stage: Stage, at: str) -> None:
    case = stage.recovering() if at == "repaid" else getattr(stage, at)()
    paid = {"recovering": 30_000, "repaid": AMOUNT}.get(at, 0)
    if paid:
        stage.post(case, paid)
    assert (fresh(case).state == "closed") == (at == "repaid")
    hand_over(case, merchant="산부인과")
    case = fresh(case)
    assert (case.state, case.disposition, at_stake(case)) == ("closed", "", 0)
    assert not case.decisions.filter(state__in=["proposed", "approved"]).exists()
    assert (entries(case, "case.dissolved"), entries(case, "recovery.settled")) == (1, 0)
    mails = OutboxMessage.objects.filter(key__contains=case.reference).order_by("pk")
    assert all("산부인과" not in f"{mail.subject} {mail.body}" for mail in mails)
    told = mails.last()
    assert told is not None
    assert told.key.startswith("case.not_theirs:")
    assert (f"{paid:,}원" in told.body) == bool(paid)
    if paid:
        assert balance_of(ledger(case)).overpaid_minor == paid


def test_a_case_closed_without_a_word_loses_the_payment_in_silence(stage: Stage) -> None:
    case = stage.closed()
    hand_over(case, merchant="산부인과")
    assert (fresh(case).state, fresh(case).disposition, fresh(case).n_claims) == ("closed", "", 0)
    assert not OutboxMessage.objects.filter(key__startswith="case.not_theirs:").exists()
    assert not own_cases(stage.actor("cardholder")).exists()  # they never knew of it
    with pytest.raises(errors.NothingToReopen) as refused:  # it would be about nothing
        by_hand.reopen_case(
            case=case, reason=REASON, by=stage.actor("approver"), expected_version=fresh(case).version
        )
    assert refused.value.status == 409
    assert not case.reopened_as.exists()


def test_a_recovery_in_parts_is_due_with_the_last_part_that_is_left(stage: Stage) -> None:
    case = stage.recovering()
    plan = [Instalment(date(2026, 12, day), AMOUNT // 2) for day in (10, 21)]
    recovery.set_plan(case=case, plan=plan, by=stage.actor("clerk"), expected_version=fresh(case).version)
    give_back(case, AMOUNT // 2, at=NOW + timedelta(days=1))
    assert (ledger(case).due_on, fresh(case).due_on) == (date(2026, 12, 10), date(2026, 12, 10))
    take_back(case, 1_000, at=NOW + timedelta(days=2))
    assert ledger(case).due_on == date(2026, 12, 21)


def test_the_mail_about_a_changed_payment_says_what_is_to_be_repaid_once_that_is_decided(
    stage: Stage,
) -> None:
    case = stage.recovering(amount=50_000)
    stage.post(case, 20_000)
    give_back(case, 10_000, at=NOW + timedelta(days=1))
    mail = OutboxMessage.objects.filter(key__startswith=f"case.claim_changed:{case.reference}").get()
    assert (
        "30,000" in mail.body
    )  # of 50,000 decided 20,000 are repaid, and 74,000 of the payment are still gone
    asked = stage.asked()
    give_back(asked, 10_000, at=NOW + timedelta(days=1))
    mail = OutboxMessage.objects.filter(key__startswith=f"case.claim_changed:{asked.reference}").get()
    assert "74,000" in mail.body


def test_a_decision_on_what_another_case_decided_needs_a_second_person_and_both_cases_name_each_other(
    stage: Stage, client: Client
) -> None:
    first = stage.closed()
    claim = first.alerts.get().claim
    second = by_hand.open_case_by_hand(claims=[claim], reason=REASON, by=stage.actor("reviewer"))
    client.force_login(stage.cast.reviewer)
    assert second.reference in client.get(f"/cases/{first.reference}/").content.decode()
    assert first.reference in client.get(f"/cases/{second.reference}/").content.decode()
    assert (
        drafting.draft_decision(
            second,
            stage.actor("reviewer"),
            disposition=Disposition.LEGITIMATE,
            disposition_reason="business_purpose",
            reason=REASON,
        ).why_approval
        == "reversal"
    )


def test_a_write_off_counts_no_more_than_is_missing_whatever_the_card_gives_back_afterwards(
    stage: Stage,
) -> None:
    case, approver = stage.recovering(), stage.actor("approver")
    write_offs.request_write_off(
        case=case, reason=REASON, by=stage.actor("clerk"), expected_version=fresh(case).version
    )
    write_offs.approve_write_off(
        case=fresh(case), amount_minor=AMOUNT, by=approver, expected_version=fresh(case).version
    )
    give_back(case, AMOUNT, at=NOW + timedelta(days=1))
    assert (balance_of(ledger(case)).written_off_minor, outstanding(ledger(case))) == (0, 0)
    take_back(case, 14_000, at=NOW + timedelta(days=2))
    balance = balance_of(ledger(case))
    assert (balance.due_minor, balance.written_off_minor, balance.outstanding_minor) == (70_000, 70_000, 0)


def test_what_came_in_stays_counted_where_a_case_is_taken_up_again_and_the_new_case_says_what_was(
    stage: Stage,
) -> None:
    def counted() -> tuple[int, int, int, int]:
        money = figures_between(company_today() - timedelta(days=3650), None).money[0]
        return money.confirmed_minor, money.recovered_minor, money.came_in_minor, money.written_off_minor

    case = stage.recovering()
    stage.post(case, 50_000)
    write_offs.request_write_off(
        case=case, reason=REASON, by=stage.actor("clerk"), expected_version=fresh(case).version
    )
    by = stage.actor("approver")
    write_offs.approve_write_off(
        case=case, amount_minor=AMOUNT - 50_000, by=by, expected_version=fresh(case).version
    )
    assert counted() == (AMOUNT, 50_000, 50_000, AMOUNT - 50_000)
    successor = by_hand.reopen_case(case=case, reason=REASON, by=by, expected_version=fresh(case).version)
    assert counted() == (AMOUNT, 50_000, 50_000, AMOUNT - 50_000)
    with translation.override("en"):
        rows = claims_of(successor)
        before = brief_of(successor, rows, reasons_of(successor, rows), earlier=case)[-1].text
    assert before == (
        f"Taken up again from {case.reference}: KRW 84,000 asked back, KRW 50,000 repaid, KRW 34,000 written off."
    )
