"""Columns that hold neither card nor resident numbers: proposed and decided beside their profile."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fraud.claims.importing.exemptions import approve_exemption, propose_exemption, return_exemption
from fraud.claims.models import ColumnExemption, ImportProfile
from fraud.web.access import page
from rules.exceptions import RuleServiceError


@page("fraud.change_profile")
@require_POST
def propose(request: HttpRequest, name: str) -> HttpResponse:
    """Propose a column, with the reason."""
    profile = get_object_or_404(ImportProfile, name=name)
    typed = {key: request.POST.get(key, "").strip() for key in ("column", "reason")}
    try:
        propose_exemption(profile=profile, by=request.actor, **typed)  # type: ignore[attr-defined]
        messages.success(request, _("Proposed. It counts once a second person agrees."))
    except RuleServiceError as error:
        messages.error(request, str(error))
    return redirect("fraud:profile", name=name)


@page("fraud.approve_exemption")
@require_POST
def decide(request: HttpRequest, name: str, exemption_id: int, step: str) -> HttpResponse:
    """Agree to a proposed column (`approve`) or turn it down (`return`)."""
    exemption = get_object_or_404(ColumnExemption, pk=exemption_id, profile__name=name)
    by = request.actor  # type: ignore[attr-defined]
    try:
        if step == "approve":
            approve_exemption(exemption=exemption, by=by)
            messages.success(
                request, _("Agreed. Send the refused file again; it is read with the new version.")
            )
        elif step == "return":
            return_exemption(exemption=exemption, reason=request.POST.get("reason", ""), by=by)
            messages.success(request, _("Returned."))
        else:
            raise Http404
    except RuleServiceError as error:
        messages.error(request, str(error))
    return redirect("fraud:profile", name=name)
