"""The recovery ledger: what is open, what came back, instalments, corrections, write-offs, and files to reconcile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.exports import csv_response
from audit.permissions import NotPermitted
from cases.instalments import agreed_parts, equal_instalments
from cases.models import Case, Consent, Recovery, RecoveryPosting
from cases.pages.ledger import EXPORT_HEAD, ages, export_row, ledger_rows, recoveries, with_balances
from cases.pages.words import METHODS
from cases.services import errors
from cases.services.casework import refuse_involved
from cases.services.company import company_today
from cases.services.conflicts import relations_of
from cases.services.money import balance_of, outstanding
from cases.services.reconciliation import COLUMNS, import_postings
from cases.services.recovery import confirm_posting, post_recovery, reverse_posting, set_plan
from cases.services.steps import actions_now, change_sentences
from cases.services.texts import shown_money
from cases.services.write_offs import approve_write_off, request_write_off, return_write_off
from cases.views.actions import sentence_of
from cases.workflow import Action
from fraud.company.values import current_calendar
from fraud.web.access import page
from fraud.web.paging import keyset_page
from fraud.web.tags import current_language
from fraud.web.typed import whole_number
from rules.money import MoneyNotValid, parse_major, to_decimal

Step = Callable[[HttpRequest, Case, int | None], str]


@page("cases.view_recovery")
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """All recoveries, the open ones first; what is overdue in how many days."""
    rows = recoveries()
    view = request.GET.get("view", "open")
    today = company_today()
    chosen: dict[str, Q] = {
        "open": Q(closed_at=None),
        "overdue": Q(closed_at=None, due_on__lt=today),
        "write_off": Q(write_off=Recovery.WriteOff.REQUESTED),
        "closed": Q(closed_at__isnull=False),
    }
    view = view if view in chosen else "open"
    found = keyset_page(
        rows.filter(chosen[view]), by="amount_minor", cursor=request.GET.get("after", ""), size=50
    )
    context = {
        "page": found,
        "rows": with_balances(found.rows),
        "view": view,
        "today": today,
        "tabs": [
            {
                "href": f"?view={code}",
                "label": label,
                "count": Recovery.objects.filter(chosen[code])[:1001].count(),
                "is_current": code == view,
            }
            for code, label in (
                ("open", _("Still open")),
                ("overdue", _("Overdue")),
                ("write_off", _("Write-offs to decide")),
                ("closed", _("Closed")),
            )
        ],
        "ages": ages(today),
        "columns": ", ".join(COLUMNS),
    }
    return render(request, "cases/recovery/ledger.html", context)


@page("cases.view_recovery")
@require_GET
def recovery(request: HttpRequest, reference: str) -> HttpResponse:
    """One recovery: balance, plan, postings, and what may be done."""
    return _show(request, _find(request, reference))


def _find(request: HttpRequest, reference: str) -> Recovery:
    found = Recovery.objects.select_related(
        "case__cardholder__department", "decision", "write_off_requested_by"
    )
    row = found.filter(case__reference=reference).first()
    if row is None or relations_of(request.actor, row.case).involvement:  # type: ignore[attr-defined]
        raise Http404
    return row


def _show(request: HttpRequest, row: Recovery, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    may = {action.value: True for action in actions_now(row.case, actor)}
    postings = row.postings.select_related("posted_by", "confirmed_by", "reverses", "reversed_by").order_by(
        "id"
    )
    context = {
        "recovery": row,
        "case": row.case,
        "postings": list(postings),
        "balance": (balance := balance_of(row)),
        "open_amount": to_decimal(balance.outstanding_minor, row.currency),
        "plan": agreed_parts(row.plan, balance),
        "consent": Consent.objects.filter(recovery=row, withdrawn_at=None).order_by("-id").first(),
        "methods": list(METHODS.items()),
        "may": may,
        "today": company_today(),
        "typed": request.POST,
    }
    return render(request, "cases/recovery/recovery.html", context | more, status=status)


def _post(request: HttpRequest, case: Case, version: int | None) -> str:
    method = request.POST.get("method", "")
    posting = post_recovery(
        case=case,
        amount_minor=parse_major(request.POST.get("amount", ""), case.currency),
        method=RecoveryPosting.Method(method) if method in RecoveryPosting.Method.values else method,  # type: ignore[arg-type]
        bank_reference=request.POST.get("bank_reference", ""),
        note=request.POST.get("note", ""),
        received_on=date.fromisoformat(request.POST.get("received_on", "")),
        by=request.actor,
        expected_version=version,  # type: ignore[attr-defined]
    )
    left = shown_money(outstanding(posting.recovery), case.currency)
    return _("Posted. Still open: %(n)s.") % {"n": left}


def _plan(request: HttpRequest, case: Case, version: int | None) -> str:
    """Equal monthly parts from a first day; the last part takes the rest."""
    row = case.recovery
    parts = whole_number(request.POST.get("parts", ""), 3) or 0
    first = date.fromisoformat(request.POST.get("first_on", ""))
    plan = equal_instalments(outstanding(row), parts, first, current_calendar()) if parts else []
    set_plan(case=case, plan=plan, by=request.actor, expected_version=version)  # type: ignore[attr-defined]
    return _("The instalments were agreed.")


def _posting(request: HttpRequest, case: Case) -> RecoveryPosting:
    pk = whole_number(request.POST.get("posting", ""), 18) or 0
    found = case.recovery.postings.filter(pk=pk).first()
    if found is None:
        raise errors.CaseNotFound
    return found


def _reverse(request: HttpRequest, case: Case, version: int | None) -> str:
    reverse_posting(
        posting=_posting(request, case),
        reason=request.POST.get("reason", ""),
        by=request.actor,
        expected_version=version,  # type: ignore[attr-defined]
    )
    return _("A counter-posting was added.")


def _confirm(request: HttpRequest, case: Case, version: int | None) -> str:
    confirm_posting(posting=_posting(request, case), by=request.actor)  # type: ignore[attr-defined]
    return _("The posting was confirmed.")


def _ask_write_off(request: HttpRequest, case: Case, version: int | None) -> str:
    request_write_off(
        case=case, reason=request.POST.get("reason", ""), by=request.actor, expected_version=version
    )  # type: ignore[attr-defined]
    return _("The write-off was asked for.")


def _approve_write_off(request: HttpRequest, case: Case, version: int | None) -> str:
    # What the page showed as open: another balance voids the approval.
    amount = parse_major(request.POST.get("amount", ""), case.currency)
    approve_write_off(
        case=case,
        amount_minor=amount,
        reason=request.POST.get("reason", ""),
        by=request.actor,
        expected_version=version,  # type: ignore[attr-defined]
    )
    return _("The write-off was approved.")


def _return_write_off(request: HttpRequest, case: Case, version: int | None) -> str:
    return_write_off(
        case=case, reason=request.POST.get("reason", ""), by=request.actor, expected_version=version
    )  # type: ignore[attr-defined]
    return _("The write-off was returned.")


STEPS: dict[str, Step] = {
    "post": _post,
    "plan": _plan,
    "reverse": _reverse,
    "confirm": _confirm,
    "write-off": _ask_write_off,
    "approve-write-off": _approve_write_off,
    "return-write-off": _return_write_off,
}


# The rows of the workflow table they take.
ACTIONS: dict[str, Action] = {
    "post": Action.POST,
    "plan": Action.PLAN,
    "reverse": Action.REVERSE_POSTING,
    "confirm": Action.REVERSE_POSTING,  # who may take a posting back may confirm it
    "write-off": Action.REQUEST_WRITE_OFF,
    "approve-write-off": Action.APPROVE_WRITE_OFF,
    "return-write-off": Action.RETURN_WRITE_OFF,
}


@page("cases.view_recovery")
@require_POST
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One step in the ledger; a refusal keeps what was typed."""
    if name not in STEPS:
        raise Http404
    refuse_involved(reference=reference, action=ACTIONS[name], by=request.actor)  # type: ignore[attr-defined]
    row = _find(request, reference)
    version = request.POST.get("version", "")
    expected = whole_number(version)
    try:
        said = STEPS[name](request, row.case, expected)
    except errors.CaseNotFound:
        raise Http404 from None
    except (errors.CaseworkError, NotPermitted, MoneyNotValid, ValueError) as error:
        changes = change_sentences(error, current_language()) if isinstance(error, errors.StaleCase) else []
        status = getattr(error, "status", 403 if isinstance(error, NotPermitted) else 422)
        row = _find(request, reference)
        return _show(request, row, status=status, refusal=sentence_of(error), changes=changes, refused=name)
    messages.success(request, said)
    return redirect("cases:recovery", reference=reference)


@page("cases.post_recovery")
@require_POST
def reconcile(request: HttpRequest) -> HttpResponse:
    """Post a payroll or bank file; every line is accounted for."""
    upload = request.FILES.get("file")
    if upload is None:
        messages.info(request, _("Choose a file first."))
        return redirect("cases:ledger")
    try:
        report = import_postings(content=upload.read(), by=request.actor)  # type: ignore[attr-defined]
    except (errors.CaseworkError, NotPermitted) as error:
        messages.error(request, sentence_of(error))
        return redirect("cases:ledger")
    return render(request, "cases/recovery/reconciled.html", {"report": report, "name": upload.name})


@page("cases.view_recovery")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The ledger as CSV."""
    rows = (export_row(row) for row in ledger_rows(recoveries().order_by("id")))
    return csv_response("recovery.csv", EXPORT_HEAD, rows)  # type: ignore[return-value]
