"""Accepting, appealing, and judging an appeal by somebody who did not decide."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.models import Recovery
from cases.services import appeals, by_hand, errors
from cases.services.clocks import sweep_clocks
from cases.services.steps import current_decision
from fraud.claims.models import Label
from tests.cases.stage import AMOUNT, REASON, Stage, fresh
from tests.cast import NOW


def labels(reference: str) -> list[tuple[bool | None, str]]:
    rows = Label.objects.filter(reference=reference).order_by("known_at")
    return list(rows.values_list("is_misuse", "source"))


def test_accepting_begins_the_recovery_of_the_decided_amount(stage: Stage) -> None:
    case = stage.recovering(amount=50_000)
    recovery = Recovery.objects.get(case=case)
    assert (recovery.amount_minor, recovery.currency, recovery.due_on) == (50_000, "KRW", case.due_on)
    assert case.due_on == date(2027, 1, 5)  # thirty business days, with Christmas and New Year


def test_without_an_amount_accepting_closes(stage: Stage) -> None:
    case = stage.notified(amount=0, band="low")
    assert (
        appeals.accept_notice(case=case, by=stage.actor("cardholder"), expected_version=case.version).state
        == "closed"
    )
    assert not Recovery.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "manager", "reviewer", "approver", "clerk"])
def test_only_the_person_accepts_or_appeals(stage: Stage, who: str) -> None:
    case = stage.notified()
    for step in (
        lambda by: appeals.accept_notice(case=case, by=by, expected_version=case.version),
        lambda by: appeals.submit_appeal(
            case=case, text="새로운 사실이 있습니다.", by=by, expected_version=case.version
        ),
    ):
        with pytest.raises(errors.CaseworkError) as refusal:
            step(stage.actor(who))
        assert refusal.value.status == 403
    assert fresh(case).state == "notified"


def test_ten_business_days_of_silence_let_the_decision_take_effect(stage: Stage) -> None:
    case = stage.notified()
    assert case.due_on == date(2026, 12, 4)
    stage.tell()
    stage.go_to(NOW.replace(month=12, day=4))
    sweep_clocks()
    assert fresh(case).state == "notified"
    stage.go_to(NOW.replace(month=12, day=5))
    assert sweep_clocks()["notices_ended"] == 1
    assert fresh(case).state == "recovering"
    assert sweep_clocks()["notices_ended"] == 0


@pytest.mark.parametrize(
    ("result", "fields", "state", "amount"),
    [
        ("upheld", {}, "recovering", AMOUNT),
        ("reduced", {"amount_minor": 30_000}, "recovering", 30_000),
        ("reversed", {}, "closed", None),
    ],
)
def test_an_appeal_ends_as_the_lifecycle_says(
    stage: Stage, result: str, fields: dict[str, Any], state: str, amount: int | None
) -> None:
    case = stage.appealed()
    appeal = stage.decide_appeal(case, result, message="결과를 알려 드립니다.", **fields)
    case = fresh(case)
    assert (case.state, appeal.result) == (state, result)
    recovery = Recovery.objects.filter(case=case).first()
    assert (recovery.amount_minor if recovery else None) == amount


def test_a_reversal_clears_the_person_and_supersedes_the_label(stage: Stage) -> None:
    case = stage.appealed()
    stage.decide_appeal(case, "reversed")
    case = fresh(case)
    assert case.disposition == "legitimate"
    assert labels(case.reference) == [(True, "review"), (False, "appeal")]
    newest = Label.objects.order_by("-known_at").first()
    assert newest is not None
    assert newest.supersedes is not None
    assert newest.supersedes.is_misuse is True
    decision = current_decision(case)
    assert decision is not None
    assert (decision.number, decision.amount_minor, decision.why_approval) == (2, 0, "reversal")


@pytest.mark.parametrize("result", ["upheld", "reduced", "reversed"])
def test_whoever_decided_does_not_judge_the_appeal(stage: Stage, result: str) -> None:
    case = stage.appealed()
    with pytest.raises(errors.OwnProposal):
        stage.decide_appeal(case, result, by="approver", amount_minor=1)
    assert fresh(case).state == "appealed"


def test_whoever_proposed_does_not_judge_the_appeal(stage: Stage) -> None:
    case = stage.proposed(by="other_approver")
    from cases.services import decisions

    decisions.approve_decision(
        case=case,
        content_hash=case.decisions.get().content_hash,
        by=stage.actor("approver"),
        expected_version=case.version,
    )
    appeals.submit_appeal(
        case=fresh(case),
        text="새로운 사실이 있습니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(case).version,
    )
    with pytest.raises(errors.OwnProposal):
        stage.decide_appeal(fresh(case), "upheld", by="other_approver")


@pytest.mark.parametrize("result", ["upheld", "reversed"])
def test_an_amount_is_refused_where_the_result_has_no_place_for_it(stage: Stage, result: str) -> None:
    case = stage.appealed()
    with pytest.raises(errors.AmountNotValid) as refused:
        stage.decide_appeal(case, result, amount_minor=1_000)
    assert (refused.value.why, refused.value.field, fresh(case).state) == (
        "only_reduced",
        "amount",
        "appealed",
    )


@pytest.mark.parametrize(
    ("amount", "why"),
    [(None, "not_positive"), (0, "not_positive"), (AMOUNT, "not_lower"), (AMOUNT + 1, "not_lower")],
)
def test_a_reduced_amount_is_lower_and_above_zero(stage: Stage, amount: int | None, why: str) -> None:
    case = stage.appealed()
    with pytest.raises(errors.AmountNotValid) as refusal:
        stage.decide_appeal(case, "reduced", amount_minor=amount)
    assert refusal.value.why == why


def test_one_appeal_a_decision(stage: Stage) -> None:
    case = stage.appealed()
    with pytest.raises(errors.TransitionNotAllowed):
        appeals.submit_appeal(
            case=case,
            text="한 번 더 신청합니다.",
            by=stage.actor("cardholder"),
            expected_version=case.version,
        )


def test_reopening_opens_a_linked_successor_and_withdraws_the_label(stage: Stage) -> None:
    case = stage.closed()
    with pytest.raises(errors.Refused):
        by_hand.reopen_case(
            case=case, reason=REASON, by=stage.actor("reviewer"), expected_version=case.version
        )
    successor = by_hand.reopen_case(
        case=case, reason=REASON, by=stage.actor("approver"), expected_version=case.version
    )
    case = fresh(case)
    assert (case.state, case.disposition) == ("closed", "legitimate")
    assert (successor.state, successor.reopened_from, successor.alerts.count()) == ("new", case, 1)
    assert labels(case.reference) == [(False, "review"), (None, "review")]
    with pytest.raises(errors.OpenCaseExists):
        by_hand.reopen_case(
            case=case, reason=REASON, by=stage.actor("approver"), expected_version=case.version
        )


def test_a_decision_on_a_reopened_case_needs_two(stage: Stage) -> None:
    from cases.services import decisions, queue

    closed = stage.closed()
    case = by_hand.reopen_case(
        case=closed, reason=REASON, by=stage.actor("approver"), expected_version=closed.version
    )
    case = queue.take_case(case=case, by=stage.actor("reviewer"), expected_version=case.version)
    decision = decisions.close_legitimate(
        case=case,
        disposition_reason="cancelled",
        reason=REASON,
        by=stage.actor("reviewer"),
        expected_version=case.version,
    )
    assert (decision.state, decision.why_approval) == ("proposed", "reversal")
