"""The recovery ledger: what is open, what came back, instalments, corrections, write-offs, and files to reconcile."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from audit.asked import asked_of
from audit.exports import csv_response
from audit.language import current_language
from audit.paging import keyset_page
from audit.permissions import NotPermitted, can, require
from cases.actions.recovery import RECOVERY_ACTIONS
from cases.actions.rows import Step
from cases.instalments import agreed_parts
from cases.models import Consent, Recovery, StatementProfile
from cases.pages.hints import hints_of_write_off
from cases.pages.ledger import ages, export_heads, export_ledger, owed_ids, recoveries, with_balances
from cases.services import errors
from cases.services.amount_words import AMOUNTS, Amount
from cases.services.choice_words import METHODS
from cases.services.company import company_today
from cases.services.decided import misuse_decided_in
from cases.services.decided_anew import decided_anew_in, earlier_of
from cases.services.giving_back import WAYS
from cases.services.money import balance_of
from cases.services.reconciliation import COLUMNS, MAX_BYTES, import_postings
from cases.services.steps import actions_now, change_sentences
from cases.views.actions import sentence_of, status_of, version_seen
from cases.visibility import find_recovery, seen_among
from fraud.claims.importing.services import get_ready
from fraud.web.access import page
from fraud.web.exports import EXPORT_REASON_MIN, export_reason
from rules.money import to_decimal


@page("cases.view_recovery")
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """All recoveries, the open ones first; what is overdue in how many days."""
    rows = recoveries(request.actor)  # type: ignore[attr-defined]
    if can(request.actor, "cases.post_recovery"):  # type: ignore[attr-defined]
        get_ready()  # for a statement
    asked = asked_of(request, "view", "decided")
    today = company_today()
    since = asked.day("decided")
    if since is not None:  # what the overview's figure counts
        rows = rows.filter(case__in=misuse_decided_in(since).values("pk"))
    chosen: dict[str, Q] = {
        "open": Q(closed_at=None),
        "overdue": Q(closed_at=None, due_on__lt=today),
        "write_off": Q(write_off=Recovery.WriteOff.REQUESTED),
        "closed": Q(closed_at__isnull=False),
        "all": Q(),
    }
    view = asked.choice("view", _ledger_words(), "open")
    if view == "owed":  # worked out case by case: for whoever opens the tab
        chosen["owed"] = Q(pk__in=owed_ids(rows))
    found = keyset_page(
        rows.filter(chosen[view]), by="amount_minor", cursor=request.GET.get("after", ""), size=50
    )
    context = {
        "page": found,
        "rows": with_balances(found.rows),
        "view": view,
        "today": today,
        "since": since,
        "tabs": [
            {
                "href": f"?view={code}" + (f"&decided={since}" if since else ""),
                "label": label,
                "count": rows.filter(chosen[code])[:1001].count() if code in chosen else None,
                "is_current": code == view,
            }
            for code, label in _ledger_words().items()
        ],
        "ages": ages(today, rows),
        "columns": ", ".join(COLUMNS),
        "profiles": StatementProfile.objects.order_by("name").values_list("name", flat=True),
    }
    return render(request, "cases/recovery/ledger.html", context)


def _ledger_words() -> dict[str, str]:
    return {
        "open": str(AMOUNTS[Amount.OUTSTANDING]),
        "overdue": _("Overdue"),
        "write_off": _("Write-offs to decide"),
        "owed": str(AMOUNTS[Amount.OVERPAID]),
        "closed": _("Closed"),
        "all": pgettext("queue", "All"),
    }


@page("cases.view_recovery")
@require_GET
def recovery(request: HttpRequest, reference: str) -> HttpResponse:
    """One recovery: balance, plan, postings, and what may be done."""
    return _show(request, find_recovery(reference, request.actor))  # type: ignore[attr-defined]


def _show(request: HttpRequest, row: Recovery, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    may = {action.value: True for action in actions_now(row.case, actor)}
    postings = row.postings.select_related("posted_by", "confirmed_by", "reverses", "reversed_by").order_by(
        "id"
    )
    context = {
        "recovery": row,
        "case": row.case,
        "anew": seen_among(actor, decided_anew_in(row.case)),
        "earlier": seen_among(actor, earlier_of(row.case)),
        "postings": list(postings),
        "write_off_hints": hints_of_write_off(row),
        "balance": (balance := balance_of(row)),
        "open_amount": to_decimal(balance.outstanding_minor, row.currency),
        "plan": agreed_parts(row.plan, balance, row.planned_after_minor),
        "consent": Consent.objects.filter(recovery=row, withdrawn_at=None).order_by("-id").first(),
        "methods": list(METHODS.items()),
        "ways": [(way.value, METHODS[way]) for way in WAYS],
        "owed_amount": to_decimal(balance.overpaid_minor, row.currency),
        "may": may,
        "today": company_today(),
        "typed": request.POST,
    }
    return render(request, "cases/recovery/recovery.html", context | more, status=status)


@page("cases.view_recovery")
@require_POST
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One step in the ledger; a refusal keeps what was typed."""
    row, by = RECOVERY_ACTIONS.get(name), request.actor  # type: ignore[attr-defined]
    if row is None:
        raise Http404
    require(by, row.permission)  # the same answer whatever exists, and nothing of a recovery in it
    found = find_recovery(reference, by, trying=row.permission)
    part = request.POST.get("posting", "")
    try:
        data, version = row.form.read(request.POST), version_seen(request)
        said = row.take(Step(case=found.case, by=by, data=data, version=version, part=part))
    except errors.CaseNotFound:
        raise Http404 from None
    except (errors.CaseworkError, NotPermitted) as error:
        changes = change_sentences(error, current_language()) if isinstance(error, errors.StaleCase) else []
        refusal = {"refusal": sentence_of(error), "meanwhile": changes, "refused": name}
        return _show(request, find_recovery(reference, by), status=status_of(error), **refusal)
    messages.success(request, said)
    return redirect("cases:recovery", reference=reference)


@page("cases.post_recovery", body=MAX_BYTES)
@require_POST
def reconcile(request: HttpRequest) -> HttpResponse:
    """Post a payroll or bank file; every line is accounted for."""
    upload = request.FILES.get("file")
    if upload is None:
        messages.info(request, _("Choose a file first."))
        return redirect("cases:ledger")
    try:
        report = import_postings(
            content=upload.read(),
            by=request.actor,  # type: ignore[attr-defined]
            name=upload.name or "",
            profile=request.POST.get("profile", ""),
        )
    except (errors.CaseworkError, NotPermitted) as error:
        messages.error(request, sentence_of(error))
        return redirect("cases:ledger")
    return render(request, "cases/recovery/reconciled.html", {"report": report, "name": upload.name})


@page("cases.view_recovery")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The ledger as CSV, with a reason that is kept."""
    reason, by = export_reason(request.POST.get("reason", "")), request.actor  # type: ignore[attr-defined]
    if len(reason) < EXPORT_REASON_MIN:
        message = _("Say in a few words what the export is for.")
        return render(request, "400.html", {"message": message}, status=400)
    return csv_response("recovery", export_heads(), export_ledger(reason=reason, by=by))  # type: ignore[return-value]
