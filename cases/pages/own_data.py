"""What is kept about a person, for that person: put together from the rows, without scores, rules, reviewers' notes or anybody else's data."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import IO, Any

from audit import clock
from audit.actor import Actor
from audit.hidden import hidden_subjects
from audit.models import AccessRecord
from audit.people_rows import with_number
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.evidence import store
from cases.models import Case, Decision, Evidence, ExplanationRequest, OutboxMessage
from cases.pages.answers import answers_of
from cases.services.own import told_cases
from cases.services.standing import recovery_of
from fraud.claims.identity import cardholders_of
from fraud.claims.models import (
    Absence,
    Cardholder,
    Claim,
    OvertimeApproval,
    Position,
    PreApproval,
    Receipt,
    Trip,
    User,
    Vehicle,
)
from fraud.people.directory import directory_links
from rules.money import to_decimal

ACTION = "cases.view_own_request"
_FEEDS = {
    "positions": Position,
    "absences": Absence,
    "trips": Trip,
    "overtime": OvertimeApproval,
    "vehicles": Vehicle,
    "approved_before": PreApproval,
}
#: Of whom a row speaks besides the person, and numbers of rows.
_NOT_THEIRS = {"id", "employee_no", "manager_no", "approver_no"}
_CLAIM = ("external_id", "source_system", "transacted_at", "merchant_name", "card_last4", "txn_type", "purpose_code", "purpose_text",
          "account_code", "project_code", "trip_no", "evidence_type", "first_received_at", "version")  # fmt: skip


def own_data(by: Actor) -> dict[str, Any]:
    """Everything, as plain JSON: amounts are decimal texts beside their currency, times ISO 8601."""
    people = list(cardholders_of(by.employee_no).select_related("department"))
    cases = list(told_cases(by).select_related("cardholder").order_by("pk"))
    receipts = _from_folder(people)
    return _plain(
        {
            "made_at": clock.now(),
            "person": [_person(one) for one in people],
            "login": _login(by),
            "personnel": {name: _facts(model, by) for name, model in _FEEDS.items()},
            "claims": [
                _claim(one, receipts.get(one.pk, []))
                for one in Claim.objects.filter(cardholder__in=people).order_by("transacted_at", "pk")
            ],
            "cases": [_case(one, by) for one in cases],
            "mails": _mails(cases, by),
            "looked_at": _looks(by),
            "not_included": "How claims are scored and chosen, notes of reviewers, and what is kept about other people.",
        }
    )


def own_files(by: Actor) -> Iterable[Evidence]:
    """The files of the person's cases that they or their manager sent, or they added and did not send yet."""
    for file in Evidence.objects.filter(case__in=told_cases(by), withdrawn_at=None, erased_at=None).order_by(
        "pk"
    ):
        if not file.is_held_back and (file.is_sent or file.uploaded_by_id == by.user_id):
            yield file


@one_transaction()
def record_own_export(*, reason: str, by: Actor) -> None:
    """Keep that somebody took an export of their own data."""
    record(action="own_data.exported", by=by, subject=CONFIG, reason=reason)


def write_zip(target: IO[bytes], by: Actor) -> None:
    """`data.json` and the files, each under its public id; a file that is lost is left out, `data.json` still names it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(own_data(by), ensure_ascii=False, indent=1))
        for file in own_files(by):
            try:
                archive.writestr(f"files/{file.reference}{_ending(file.name)}", store.read(file.key))
            except OSError:
                continue


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return (
        f".{ending.lower()}"
        if stem and dot and ending.isascii() and ending.isalnum() and len(ending) <= 5
        else ""
    )


def _person(one: Cardholder) -> dict[str, Any]:
    names = ("employee_no", "name", "grade", "job_family", "workplace_region", "email", "hired_on", "left_on")
    return {**{name: getattr(one, name) for name in names}, "department": str(one.department or "")}


def _login(by: Actor) -> dict[str, Any] | None:
    user = User.objects.filter(username=by.username).first()
    if user is None:
        return None
    names = ("username", "last_name", "first_name", "email", "language", "theme", "date_joined", "last_login")
    return {
        **{name: getattr(user, name) for name in names},
        "roles": sorted(role.value for role in by.roles),
        "departments_seen": sorted(by.units),
        "directory": directory_links(user.pk),
    }


def _facts(model: Any, by: Actor) -> list[dict[str, Any]]:
    columns = [field.name for field in model._meta.concrete_fields if field.name not in _NOT_THEIRS]
    rows = with_number(model.objects.order_by("pk"), "employee_no", by.employee_no)
    return list(rows.values(*columns))


def _claim(claim: Claim, receipts: list[Receipt]) -> dict[str, Any]:
    return {
        **{name: getattr(claim, name) for name in _CLAIM},
        "amount": _amount(claim.amount_minor, claim.currency),
        "currency": claim.currency,
        "receipts": [_said(one) for one in receipts],
    }


def _case(case: Case, by: Actor) -> dict[str, Any]:
    requests = case.requests.exclude(state=ExplanationRequest.State.WITHDRAWN).order_by("round_no")
    told = case.decisions.filter(state=Decision.State.APPROVED)
    return {
        "reference": case.reference,
        "state": case.state,
        "claims": list(
            Claim.objects.filter(alerts__case=case, alerts__left_at=None).values_list(
                "external_id", flat=True
            )
        ),
        "requests": [_request(one) for one in requests.prefetch_related("explanations__submitted_by")],
        "decisions": [_decision(one) for one in told.order_by("number")]
        if case.state in _TOLD_STATES
        else [],
        "appeals": [
            {
                "text": one.text,
                "at": one.submitted_at,
                "result": one.result,
                "message": one.message,
                "decided_at": one.decided_at,
            }
            for one in case.appeals.order_by("pk")
        ],
        "repayment": _repayment(case),
        "files": [
            {**{name: getattr(file, name) for name in _FILE}, "read": _read(file)}
            for file in case.evidence.order_by("pk")
            if file.is_sent or file.uploaded_by_id == by.user_id
        ],
    }


_FILE = ("reference", "name", "delivered_name", "size_bytes", "sha256", "uploaded_at", "withdrawn_at", "erased_at")  # fmt: skip


def _read(file: Evidence) -> list[dict[str, Any]]:
    """What a file says as a receipt, for the claim it was read for; without what it was compared with. Empty once it is erased."""
    rows = Receipt.objects.filter(source=Receipt.Source.ANSWER, source_key=file.reference, erased_at=None)
    return [
        {"claim": one.claim.external_id, **_said(one)} for one in rows.select_related("claim").order_by("pk")
    ]


def _from_folder(people: list[Cardholder]) -> dict[int, list[Receipt]]:
    """Claim → what the company's own files of receipts say of it; those that staff hand in belong to their work on a case."""
    found: dict[int, list[Receipt]] = {}
    for one in Receipt.objects.filter(claim__cardholder__in=people, source=Receipt.Source.FOLDER).order_by(
        "pk"
    ):
        found.setdefault(one.claim_id, []).append(one)
    return found


def _said(one: Receipt) -> dict[str, Any]:
    return {
        "total": _amount(one.total_minor, one.currency),
        **{name: getattr(one, name) for name in ("currency", "issued_on", "brn", "number", "items", "marks")},
        "read_at": one.received_at,
        "taken_back_at": one.superseded_at,
    }


#: In these the person was told what was decided.
_TOLD_STATES = ("notified", "appealed", "recovering", "closed")


def _request(one: ExplanationRequest) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "text": one.text,
        "sent_at": one.sent_at,
        "due_on": one.due_on,
        "extension_reason": one.extension_reason,
        "answers": [
            {
                "text": answer.text,
                "answers": [{"question": each.question, "text": each.text} for each in answers_of(answer)],
                "at": answer.submitted_at,
                "on_behalf": answer.on_behalf,
                "admits": answer.admits,
                "offered": _amount(answer.offered_minor, one.case.currency),
            }
            for answer in one.explanations.all()
        ],
    }


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "disposition": one.disposition,
        "amount": _amount(one.amount_minor, one.currency),
        "currency": one.currency,
        "policy_clause": one.policy_clause,
        "message": one.message,
        "decided_at": one.decided_at,
    }


def _repayment(case: Case) -> dict[str, Any] | None:
    recovery = recovery_of(case)
    if recovery is None:
        return None
    return {
        "amount": _amount(recovery.amount_minor, recovery.currency),
        "currency": recovery.currency,
        "due_on": recovery.due_on,
        "closed_at": recovery.closed_at,
        "postings": [
            {
                "amount": _amount(one.amount_minor, recovery.currency),
                "method": one.method,
                "received_on": one.received_on,
            }
            for one in recovery.postings.order_by("pk")
        ],
    }


def _mails(cases: list[Case], by: Actor) -> list[dict[str, Any]]:
    """What was mailed to the person about their cases; mails to staff about them are not theirs."""
    logins = User.objects.filter(username=by.username).values_list("email", flat=True)
    addresses = {*logins, *(one.cardholder.email for one in cases)} - {""}
    found = OutboxMessage.objects.filter(
        case__in=cases, recipient__in=addresses, state=OutboxMessage.State.SENT
    )
    rows = found.filter(erased_at=None).order_by("pk").values("subject", "body", "sent_at")
    return [dict(row) for row in rows]


def _looks(by: Actor) -> list[dict[str, Any]]:
    """Who looked, by role: the names of colleagues are theirs."""
    rows = with_number(AccessRecord.objects.order_by("pk"), "employee_no", by.employee_no)
    hidden = hidden_subjects(by, as_person=True)
    return list((rows.exclude(hidden) if hidden else rows).values("at", "actor_role", "what", "reason"))


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else str(to_decimal(minor, currency))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value
