"""What a dossier holds of a case besides its claims: the case, what was asked and answered, decided and appealed, paid back, noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.actor import Actor
from cases.models import Appeal, Case, Consent, Explanation, ExplanationRequest, Recovery
from cases.pages.answers import answers_of
from cases.pages.headlines import headline, rule_names
from cases.papers.dossier.values import person, values_of
from cases.services.claim_changes import said_of_decision
from cases.services.decided_anew import decided_anew_in
from cases.services.money import balance_of, stake_of
from cases.services.money_told import told_money
from cases.services.standing import recovery_of
from cases.visibility import seen_among
from fraud.web.api_money import decimal_text


def case_facts(case: Case, language: str, by: Actor) -> dict[str, Any]:
    """The case itself; nothing of its score, and of other cases what the reader may see."""
    stake, told = stake_of(case), told_money(case)
    code = str((case.headline or {}).get("code") or case.pattern)
    names = (
        "reference", "source", "state", "state_since", "due_on", "disposition", "disposition_reason", "snoozed_until",
        "snooze_reason", "currency", "n_claims", "n_rounds", "opened_at", "closed_at", "version",
    )  # fmt: skip
    holder = case.cardholder
    return {
        **values_of(case, names),
        "headline": headline(case, language, rule_names([code], language)),
        "cardholder": {
            "employee_no": holder.employee_no,
            "name": holder.name,
            "department": holder.department.name if holder.department else "",
        },
        "merchant": case.merchant.name if case.merchant else "",
        "assignee": person(case.assignee),
        "run": case.run.reference if case.run else None,
        "reopened_from": next((earlier.reference for earlier in seen_among(by, [case.reopened_from])), None),
        "decided_anew": [later.reference for later in seen_among(by, decided_anew_in(case))],
        "is_replaced": stake.is_replaced,
        "money": {
            "spent": decimal_text(stake.spent_minor, case.currency),
            "returned": decimal_text(stake.returned_minor, case.currency),
            "elsewhere": decimal_text(stake.elsewhere_minor, case.currency),
            "at_stake": decimal_text(told.open_minor, case.currency),
            "decided": None
            if told.decided_minor is None
            else decimal_text(told.decided_minor, case.currency),
            "repaid_before": decimal_text(told.earlier_minor, case.currency),
            "repaid": decimal_text(told.repaid_minor, case.currency),
            "written_off": decimal_text(told.written_off_minor, case.currency),
            "to_give_back": decimal_text(told.owed_minor, case.currency),
        },
    }


def correspondence_facts(case: Case) -> dict[str, Any]:
    """What was asked, each with its answers under their questions, and the mails about the case."""
    requests = case.requests.select_related("requested_by").order_by("round_no")
    mails = case.mails.order_by("created_at", "key")
    return {
        "requests": [_request(request) for request in requests],
        "mails": [
            values_of(mail, ("key", "recipient", "subject", "body", "state", "created_at", "sent_at"))
            for mail in mails
        ],
    }


def _request(request: ExplanationRequest) -> dict[str, Any]:
    names = (
        "reference", "round_no", "state", "text", "questions", "requested_by", "sent_at", "due_on", "is_extended",
        "extension_asked_at", "extension_reason", "reminders_sent", "answered_at",
    )  # fmt: skip
    answers = request.explanations.select_related("submitted_by", "request__case").order_by("id")
    return {**values_of(request, names), "explanations": [_explanation(answer) for answer in answers]}


def _explanation(answer: Explanation) -> dict[str, Any]:
    names = ("text", "admits", "offered_minor", "is_late", "on_behalf", "submitted_by", "submitted_at")
    answered = [
        {"number": one.number, "question": one.question, "text": one.text} for one in answers_of(answer)
    ]
    return {
        **values_of(answer, names, currency=answer.request.case.currency),
        "answered": answered,
        "evidence": list(answer.evidence.order_by("id").values_list("reference", flat=True)),
    }


def decision_facts(case: Case, language: str) -> list[dict[str, Any]]:
    """Every proposal with who made it and who approved or returned it."""
    names = (
        "number", "state", "disposition", "disposition_reason", "amount_minor", "currency", "reason", "policy_clause",
        "message", "content_hash", "needs_approval", "why_approval", "proposed_by", "proposed_at", "decided_by", "decided_at",
    )  # fmt: skip
    rows = case.decisions.select_related("proposed_by", "decided_by", "case").order_by("number")
    changed = case.appeals.filter(result__in=(Appeal.Result.REDUCED, Appeal.Result.REVERSED))
    judges = dict(changed.values_list("decision__number", "decided_by_id"))
    return [
        {
            **values_of(row, names),
            "decided_reason": said_of_decision(row, language),
            # what an appeal puts in the place of a decision follows it, by its judge alone
            "is_on_appeal": judges.get(row.number - 1) is not None
            and judges[row.number - 1] == row.proposed_by_id,
        }
        for row in rows
    ]


def appeal_facts(case: Case) -> list[dict[str, Any]]:
    """Every appeal with how it ended."""
    names = (
        "text", "submitted_by", "submitted_at", "result", "amount_minor", "reason", "message", "decided_by", "decided_at",
    )  # fmt: skip
    rows = case.appeals.select_related("submitted_by", "decided_by", "decision").order_by("id")
    return [
        {
            **values_of(row, names, currency=case.currency),
            "against": row.decision.number,
            "evidence": list(row.evidence.order_by("id").values_list("reference", flat=True)),
        }
        for row in rows
    ]


def note_facts(case: Case) -> list[dict[str, Any]]:
    """The notes of the staff."""
    rows = case.notes.select_related("written_by").order_by("id")
    return [values_of(row, ("text", "written_by", "written_at")) for row in rows]


def recovery_facts(case: Case) -> dict[str, Any] | None:
    """The ledger: what was decided, how it stands, the plan, every posting and every consent. None without a recovery."""
    recovery = recovery_of(case)
    if recovery is None:
        return None
    names = (
        "amount_minor", "currency", "opened_at", "due_on", "dunned", "closed_at", "write_off", "write_off_minor",
        "waived_minor", "write_off_reason", "write_off_requested_by", "write_off_decided_by", "version",
    )  # fmt: skip
    balance = balance_of(recovery)
    names_of = ("decided", "due", "recovered", "written_off", "outstanding", "overpaid", "given_back")
    amounts = {name: getattr(balance, f"{name}_minor") for name in names_of}
    amounts |= {"recovered_before": balance.carried_minor, "uncovered": balance.uncovered_minor}
    consents = Consent.objects.filter(recovery=recovery).select_related("given_by").order_by("id")
    return {
        **values_of(recovery, names),
        "decision": recovery.decision.number,
        "plan": [_part(part, recovery.currency) for part in recovery.plan],
        "balance": {name: decimal_text(minor, recovery.currency) for name, minor in amounts.items()},
        "postings": _postings(recovery),
        "consents": [
            values_of(
                one,
                ("given_by", "text", "monthly_minor", "given_at", "withdrawn_at"),
                currency=recovery.currency,
            )
            for one in consents
        ],
    }


def _part(part: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {"due_on": part["due_on"], "amount": decimal_text(int(part["amount_minor"]), currency)}


def _postings(recovery: Recovery) -> list[dict[str, Any]]:
    names = (
        "amount_minor", "method", "bank_reference", "received_on", "note", "posted_by", "posted_at", "confirmed_by", "confirmed_at",
    )  # fmt: skip
    rows = list(recovery.postings.select_related("posted_by", "confirmed_by").order_by("id"))
    number = {row.pk: at for at, row in enumerate(rows, 1)}
    return [
        {
            "number": number[row.pk],
            **values_of(row, names, currency=recovery.currency),
            "reverses": number.get(row.reverses_id) if row.reverses_id else None,
            "is_from_statement": row.entry_id is not None,
        }
        for row in rows
    ]
