"""Proposing, deciding at once, approving, returning, bulk closing, undoing: and the labels and notices that follow."""

from __future__ import annotations

import inspect
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import translation

import cases.services
from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import find_faults
from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Case, Decision, OutboxMessage
from cases.pages.outcomes import forecast_proposal, said_of_decision, short_why
from cases.services import by_hand, decisions, errors, explanations, queue, undo
from cases.services.outbox import send_outbox
from cases.services.steps import current_decision
from cases.workflow import State
from fraud.claims.models import Label
from tests.cases.stage import AMOUNT, LEGITIMATE, REASON, Stage, fresh, settings_with
from tests.cast import make_alert, make_claim, make_person

D = Disposition


def propose(
    stage: Stage, case: Case, disposition: Disposition = D.CONFIRMED_MISUSE, **fields: Any
) -> Decision:
    by = fields.pop("by", "reviewer")
    return decisions.propose_decision(
        **{
            "case": case,
            "disposition": disposition,
            "reason": REASON,
            "by": stage.actor(by),
            "expected_version": case.version,
            **fields,
        }
    )


def approve(stage: Stage, case: Case, by: str = "approver", **fields: Any) -> Decision:
    proposal = case.decisions.get(state="proposed")
    return decisions.approve_decision(
        **{
            "case": case,
            "content_hash": proposal.content_hash,
            "by": stage.actor(by),
            "expected_version": case.version,
            **fields,
        }
    )


def labels(case: Case) -> list[tuple[bool | None, str]]:
    return list(
        Label.objects.filter(reference=case.reference).order_by("known_at").values_list("is_misuse", "source")
    )


def test_an_amount_over_the_limit_waits_for_a_second_person(stage: Stage, company: Any) -> None:
    company(four_eyes_limit_minor=AMOUNT - 1)
    case = stage.explained()
    proposal = propose(stage, case, amount_minor=AMOUNT)
    case = fresh(case)
    assert (case.state, case.disposition, proposal.state, proposal.why_approval) == (
        "pending_approval",
        "",
        "proposed",
        "amount",
    )
    assert labels(case) == []
    approve(stage, case)
    case = fresh(case)
    assert (case.state, case.disposition) == ("notified", "confirmed_misuse")
    assert labels(case) == [(True, "review")]
    notice = OutboxMessage.objects.get(key__startswith="decision.notified")
    assert notice.recipient == stage.cast.cardholder.email
    assert "84,000원" in notice.body
    assert REASON not in notice.body


def test_a_limit_in_another_currency_is_told_as_the_reason_before_and_after(
    stage: Stage, company: Any
) -> None:
    company(currency="USD", four_eyes_limit_minor=30_000_000)
    case = stage.explained()
    with translation.override("en"):
        beforehand = " ".join(forecast_proposal(case, settings_with(currency="USD", four_eyes_share=0.05)))
        assert "The limit is in USD: any amount in KRW has to be approved by a second person." in beforehand
        assert "Without an amount, one in 20 is drawn at random" in beforehand
        proposal = propose(stage, case, amount_minor=AMOUNT)
        assert proposal.why_approval == "currency"
        assert "The limit is in another currency" in said_of_decision(proposal)
        assert short_why(proposal.why_approval) == "the limit is in another currency"


def test_an_amount_up_to_the_limit_is_decided_at_once_and_still_notified(stage: Stage, company: Any) -> None:
    company(four_eyes_limit_minor=AMOUNT)
    case = stage.explained()
    decision = propose(stage, case, amount_minor=AMOUNT)
    assert (decision.state, decision.needs_approval, decision.decided_by_id) == (
        "approved",
        False,
        stage.cast.reviewer.pk,
    )
    assert fresh(case).state == "notified"
    assert AuditEvent.objects.filter(action="decision.taken").count() == 1


@pytest.mark.parametrize("disposition", [d for d in D if DISPOSITIONS[d].is_misuse])
def test_nobody_is_decided_against_unheard(stage: Stage, disposition: Disposition) -> None:
    case = stage.taken()
    with pytest.raises(errors.NotHeard):
        propose(stage, case, disposition)
    assert fresh(case).version == case.version


def test_silence_counts_as_having_been_heard_and_labels_nothing_by_itself(stage: Stage) -> None:
    case = stage.lapsed()
    assert labels(case) == []
    propose(stage, case, amount_minor=AMOUNT)
    assert fresh(case).state == "pending_approval"


@pytest.mark.parametrize(
    ("disposition", "reason_code", "label"),
    [
        (D.LEGITIMATE, "data_error", [(False, "review")]),
        (D.INSUFFICIENT_INFORMATION, "", []),
        (D.DUPLICATE, "", []),
    ],
)
def test_a_cleared_case_closes_with_the_label_of_its_disposition(
    stage: Stage, disposition: Disposition, reason_code: str, label: list
) -> None:
    case = stage.taken()
    propose(stage, case, disposition, disposition_reason=reason_code, reason=LEGITIMATE)
    case = fresh(case)
    assert (case.state, case.disposition, case.due_on) == ("closed", disposition.value, None)
    assert case.closed_at is not None
    assert labels(case) == label
    assert OutboxMessage.objects.count() == 0  # who was never asked hears nothing


def test_who_was_asked_hears_that_it_ended_well(stage: Stage) -> None:
    case = stage.explained()
    propose(stage, case, D.LEGITIMATE, disposition_reason="business_purpose", reason=LEGITIMATE)
    assert OutboxMessage.objects.filter(key__startswith="decision.cleared").count() == 1


def test_a_contradiction_with_the_score_waits(stage: Stage) -> None:
    case = stage.taken(band="high")
    decision = decisions.close_legitimate(
        case=case,
        disposition_reason="cancelled",
        reason=LEGITIMATE,
        by=stage.actor("reviewer"),
        expected_version=case.version,
    )
    assert (decision.state, decision.why_approval) == ("proposed", "contradicts_score")
    assert fresh(case).state == "pending_approval"
    approve(stage, fresh(case))
    assert fresh(case).state == "closed"


def test_the_sample_sends_some_of_the_rest_to_a_second_person(stage: Stage, company: Any) -> None:
    company(four_eyes_share=1.0)
    case = stage.taken()
    decision = decisions.close_legitimate(
        case=case,
        disposition_reason="cancelled",
        reason=LEGITIMATE,
        by=stage.actor("reviewer"),
        expected_version=case.version,
    )
    assert (decision.state, decision.why_approval) == ("proposed", "sample")


@pytest.mark.parametrize(
    ("disposition", "fields", "why"),
    [
        (D.CONFIRMED_MISUSE, {"amount_minor": AMOUNT + 1}, "above_at_stake"),
        (D.CONFIRMED_MISUSE, {"amount_minor": -1}, "negative"),
        (D.CONFIRMED_MISUSE, {"amount_minor": 1, "currency": "USD"}, "currency"),
        (D.POLICY_BREACH, {"amount_minor": 1}, "not_allowed"),
        (D.LEGITIMATE, {"amount_minor": 1, "disposition_reason": "cancelled"}, "not_allowed"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(
    stage: Stage, disposition: Disposition, fields: dict[str, Any], why: str
) -> None:
    case = stage.explained()
    with pytest.raises(errors.AmountNotValid) as refusal:
        propose(stage, case, disposition, **fields)
    assert refusal.value.why == why
    assert refusal.value.sentence


@pytest.mark.parametrize("reason", ["", "짧음", "          ", "aaaaaaaaaaaaaaaa", "​" * 20])
def test_a_reason_must_be_ones_own_words(stage: Stage, reason: str) -> None:
    case = stage.explained()
    with pytest.raises(errors.ReasonTooShort):
        propose(stage, case, amount_minor=AMOUNT, reason=reason)


@pytest.mark.parametrize(
    ("disposition", "reason_code"),
    [(D.LEGITIMATE, ""), (D.LEGITIMATE, "because"), (D.CONFIRMED_MISUSE, "cancelled")],
)
def test_the_reason_code_belongs_to_the_disposition(
    stage: Stage, disposition: Disposition, reason_code: str
) -> None:
    with pytest.raises(errors.ChoiceNotValid):
        propose(stage, stage.explained(), disposition, disposition_reason=reason_code)


def test_nobody_approves_their_own_proposal_not_even_with_a_second_login(stage: Stage) -> None:
    case = stage.proposed(by="approver")
    twin = make_person("mira.jung2", Role.APPROVER, employee_no=stage.cast.approver.employee_no)
    proposal = case.decisions.get()
    for by in (stage.actor("approver"), _actor(twin)):
        with pytest.raises(errors.OwnProposal):
            decisions.approve_decision(
                case=case, content_hash=proposal.content_hash, by=by, expected_version=case.version
            )
    assert fresh(case).state == "pending_approval"
    assert AuditEvent.objects.filter(action="access.refused").count() == 2
    assert approve(stage, case, by="other_approver").state == "approved"


def _actor(user: Any) -> Actor:
    from audit.services import actor_of

    return actor_of(user)


def test_an_approval_is_bound_to_what_was_shown(stage: Stage) -> None:
    case = stage.proposed()
    with pytest.raises(errors.ProposalChanged):
        approve(stage, case, content_hash="0" * 64)


@pytest.mark.parametrize(
    "change", [{"amount_minor": 1}, {"reason": "바꾼 이유입니다."}, {"disposition": "personal_use_repaid"}]
)
def test_a_proposal_changed_behind_the_services_cannot_be_approved(
    stage: Stage, change: dict[str, Any]
) -> None:
    case = stage.proposed()
    Decision.objects.filter(case=case).update(**change)
    with pytest.raises(errors.ProposalChanged):
        approve(stage, case)


def test_a_case_that_waits_for_approval_without_a_proposal_is_refused_in_words(stage: Stage) -> None:
    """Only a row changed behind the services leads there; nobody approves what is not there."""
    case = stage.proposed()
    Decision.objects.filter(case=case).update(state=Decision.State.RETURNED)
    with pytest.raises(errors.TransitionNotAllowed):
        decisions.proposal_of(case, stage.actor("approver"), case.version)


def test_a_claim_that_joins_voids_the_approval(stage: Stage) -> None:
    case = stage.proposed()
    make_alert(case=case, claim=make_claim(cardholder=case.cardholder))
    with pytest.raises(errors.ProposalChanged):
        approve(stage, case)


def test_a_returned_proposal_goes_back_and_a_new_one_can_follow(stage: Stage) -> None:
    case = stage.proposed()
    decisions.return_decision(
        case=case,
        reason="금액 근거를 보완해 주십시오.",
        by=stage.actor("approver"),
        expected_version=case.version,
    )
    case = fresh(case)
    assert (case.state, case.assignee) == ("in_review", stage.cast.reviewer)
    second = propose(stage, case, amount_minor=AMOUNT - 1)
    assert (second.number, second.state) == (2, "proposed")


@pytest.mark.parametrize(
    "who", ["reviewer", "clerk", "auditor", "cardholder", "manager", "system_admin", "model_owner"]
)
def test_only_approvers_approve(stage: Stage, who: str) -> None:
    case = stage.proposed()
    with pytest.raises(errors.CaseworkError) as refusal:
        approve(stage, case, by=who)
    assert refusal.value.status == 403


def test_the_system_cannot_decide_whatever_it_is_asked(stage: Stage) -> None:
    system = Actor.system("nightly")
    explained, proposed = stage.explained(), stage.proposed()
    with pytest.raises(errors.Refused):
        decisions.propose_decision(
            case=explained,
            disposition=D.CONFIRMED_MISUSE,
            reason=REASON,
            by=system,
            expected_version=None,
            amount_minor=1,
        )
    with pytest.raises(errors.Refused):
        decisions.close_legitimate(
            case=explained,
            disposition_reason="cancelled",
            reason=LEGITIMATE,
            by=system,
            expected_version=None,
        )
    with pytest.raises(errors.Refused):
        decisions.approve_decision(
            case=proposed,
            content_hash=proposed.decisions.get().content_hash,
            by=system,
            expected_version=None,
        )


def test_only_decisions_appeals_and_a_case_that_is_nobodys_any_more_write_a_disposition_to_a_case() -> None:
    folder = Path(inspect.getfile(cases.services)).parent
    written = re.compile(r"""fields\s*=\s*\{"disposition"|\.disposition = |update\([^)]*disposition=""")
    writers = {p.name for p in folder.glob("*.py") if written.search(p.read_text(encoding="utf-8"))}
    assert writers == {"decisions.py", "appeals.py", "settling.py"}


def test_bulk_closing_says_what_became_of_each(stage: Stage) -> None:
    new, own, high, gone = stage.case(), stage.taken(), stage.case(band="high"), stage.closed()
    stale = stage.case()
    queue.take_case(case=stale, by=stage.actor("other_reviewer"), expected_version=1)
    items = [decisions.BulkItem(case, case.version) for case in (new, own, high, gone, stale)]
    outcomes = decisions.bulk_close(
        items=items, disposition_reason="within_policy", reason=LEGITIMATE, by=stage.actor("reviewer")
    )
    assert [(o.result, o.code) for o in outcomes] == [
        ("closed", ""),
        ("closed", ""),
        ("pending", ""),
        ("refused", "transition_not_allowed"),
        ("refused", "stale_case"),
    ]
    assert all(o.sentence for o in outcomes if o.result == "refused")
    assert find_faults() == []


def test_a_refused_bulk_row_leaves_nothing_behind(stage: Stage, company: Any) -> None:
    case = stage.case()
    outcome = decisions.bulk_close(
        items=[decisions.BulkItem(case, 7)],
        disposition_reason="cancelled",
        reason=LEGITIMATE,
        by=stage.actor("reviewer"),
    )
    assert outcome[0].code == "stale_case"
    assert (fresh(case).state, fresh(case).version, fresh(case).assignee) == ("new", 1, None)


def test_bulk_closing_takes_five_hundred_at_most(stage: Stage) -> None:
    case = stage.case()
    with pytest.raises(errors.TooMany):
        decisions.bulk_close(
            items=[decisions.BulkItem(case, 1)] * 501,
            disposition_reason="cancelled",
            reason=LEGITIMATE,
            by=stage.actor("reviewer"),
        )


UNDOABLE = {
    "take": lambda stage: (stage.taken(), "new"),
    "release": lambda stage: (_released(stage), "in_review"),
    "snooze": lambda stage: (_snoozed(stage), "in_review"),
    "request": lambda stage: (stage.asked(), "in_review"),
    "propose": lambda stage: (stage.proposed(), "explained"),
    "decide": lambda stage: (_decided(stage), "explained"),
    "close": lambda stage: (stage.closed(), "in_review"),
}


def _decided(stage: Stage) -> Case:
    """Misuse, decided at once: the amount is within the limit of one pair of eyes."""
    case = stage.explained()
    with patch(
        "cases.services.drafting.current_settings", lambda: settings_with(four_eyes_limit_minor=AMOUNT)
    ):
        made = decisions.propose_decision(
            case=case,
            disposition=Disposition.CONFIRMED_MISUSE,
            reason=REASON,
            amount_minor=AMOUNT,
            currency="KRW",
            by=stage.actor("reviewer"),
            expected_version=case.version,
        )
    assert made.state == "approved", made.why_approval
    return fresh(case)


def _released(stage: Stage) -> Case:
    case = stage.taken()
    return queue.release_case(case=case, by=stage.actor("reviewer"), expected_version=case.version)


def _snoozed(stage: Stage) -> Case:
    case = stage.taken()
    return queue.snooze_case(
        case=case,
        until=(stage.case().opened_at + timedelta(days=9)).date(),
        reason="출장",
        by=stage.actor("reviewer"),
        expected_version=case.version,
    )


@pytest.mark.parametrize("name", UNDOABLE)
def test_ones_last_step_can_be_taken_back_for_ten_seconds(stage: Stage, name: str) -> None:
    case, before = UNDOABLE[name](stage)
    by = stage.actor("reviewer")
    assert undo.can_undo(case, by)
    assert not undo.can_undo(case, stage.actor("other_reviewer"))
    stage.go_on(seconds=10)
    back = undo.undo_last_action(case=case, by=by, expected_version=case.version)
    assert (back.state, back.version, back.undo) == (before, case.version + 1, None)
    assert back.snoozed_until is None
    with pytest.raises(errors.NothingToUndo):
        undo.undo_last_action(case=back, by=by, expected_version=back.version)
    stage.go_on(minutes=5)
    assert send_outbox()["sent"] == (
        2 if name in ("propose", "decide") else 0
    )  # the request and its answer, which stand
    assert find_faults() == []


@pytest.mark.parametrize("name", UNDOABLE)
def test_after_ten_seconds_a_step_stands(stage: Stage, name: str) -> None:
    case, _ = UNDOABLE[name](stage)
    stage.go_on(seconds=11)
    with pytest.raises(errors.NothingToUndo):
        undo.undo_last_action(case=case, by=stage.actor("reviewer"), expected_version=case.version)


def test_undoing_a_closing_withdraws_its_label_by_a_further_one(stage: Stage) -> None:
    case = stage.closed()
    back = undo.undo_last_action(case=case, by=stage.actor("reviewer"), expected_version=case.version)
    assert labels(case) == [(False, "review"), (None, "review")]
    assert (back.disposition, back.closed_at) == ("", None)
    assert case.decisions.get().state == "superseded"
    assert current_decision(back) is None


def test_undoing_a_decision_against_somebody_leaves_neither_label_nor_mail(stage: Stage) -> None:
    case = _decided(stage)
    assert labels(case) == [(True, "review")]
    send_outbox(now=case.state_since + timedelta(seconds=9))
    told = OutboxMessage.objects.get(key__startswith="decision.notified")
    assert told.state == "waiting"
    back = undo.undo_last_action(case=case, by=stage.actor("reviewer"), expected_version=case.version)
    assert labels(case) == [(True, "review"), (None, "review")]
    assert (back.state, back.disposition) == ("explained", "")
    assert case.decisions.get().state == "superseded"
    stage.go_on(minutes=5)
    send_outbox()
    told.refresh_from_db()
    assert told.state == "cancelled"


def test_what_is_undone_need_not_be_told_in_person_either(stage: Stage) -> None:
    stage.cast.cardholder.email = stage.cast.cardholder_record.email = ""
    stage.cast.cardholder.save()
    stage.cast.cardholder_record.save()
    case = _decided(stage)
    told = OutboxMessage.objects.filter(key__startswith="decision.notified")
    assert told.get().state == "dead"
    undo.undo_last_action(case=case, by=stage.actor("reviewer"), expected_version=case.version)
    assert told.get().state == "cancelled"


def test_nothing_is_undone_once_somebody_else_acted(stage: Stage) -> None:
    case = stage.asked()
    request = case.requests.get()
    explanations.submit_explanation(
        request=request,
        text="바로 답합니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(case).version,
    )
    case = fresh(case)
    with pytest.raises(errors.NothingToUndo):
        undo.undo_last_action(case=case, by=stage.actor("reviewer"), expected_version=case.version)


def test_an_approval_cannot_be_undone(stage: Stage) -> None:
    case = stage.notified()
    with pytest.raises(errors.NothingToUndo):
        undo.undo_last_action(case=case, by=stage.actor("approver"), expected_version=case.version)


def test_a_control_sample_case_gives_a_label_with_its_probability_of_being_drawn(stage: Stage) -> None:
    case = stage.taken(source="control_sample", band="low", drawn_blind=True)
    case.alerts.update(channel="control_sample", inclusion_probability=0.02)
    decisions.close_legitimate(
        case=case,
        disposition_reason="within_policy",
        reason=LEGITIMATE,
        by=stage.actor("reviewer"),
        expected_version=case.version,
    )
    label = Label.objects.get(reference=case.reference)
    assert (label.source, label.selection_probability, label.is_misuse) == ("control_sample", 0.02, False)


def test_a_tip_while_a_proposal_waits_reaches_the_second_person_before_they_approve(stage: Stage) -> None:
    shown = fresh(stage.case_in(State.PENDING_APPROVAL))
    tip = by_hand.record_tip(
        claim=shown.alerts.get().claim, text="거래처 직원의 제보입니다.", by=stage.actor("auditor")
    )
    assert tip.case == shown
    with pytest.raises(errors.StaleCase):
        approve(stage, shown)
    approve(stage, fresh(shown))
    assert Case.objects.filter(alerts__claim=tip.claim).count() == 1


@pytest.mark.parametrize("admits", [False, True])
def test_personal_use_repaid_is_met_with_what_is_known_and_not_refused(
    stage: Stage, client: Any, company: Any, admits: bool
) -> None:
    """Where nobody admitted anything and nothing came or is offered back: at the choice, in the confirmation, and to the approver."""
    case = stage.explained()
    case.requests.get().explanations.update(admits=admits)
    hint = "neither admitted personal use nor offered"
    client.force_login(stage.cast.reviewer)
    client.cookies["django_language"] = "en"
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert (hint in page) != admits
    sent = {
        "version": case.version,
        "disposition": "personal_use_repaid",
        "amount": "84000",
        "currency": "KRW",
        "reason": REASON,
    }
    company(four_eyes_limit_minor=10_000)
    said = client.post(f"/cases/{case.reference}/do/propose/", sent, follow=True)
    assert (hint in " ".join(str(one) for one in said.context["messages"])) != admits
    client.force_login(stage.cast.approver)
    assert (hint in client.get(f"/cases/{case.reference}/").content.decode()) != admits
