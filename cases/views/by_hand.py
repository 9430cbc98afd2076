"""Cases that no night opened: a person opens one from a claim's page, or writes down a tip."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.permissions import NotPermitted, can
from audit.services import record_access
from audit.typed import whole_number
from cases.actions.opening import OPEN_CASE, TIP
from cases.models import Alert
from cases.services import by_hand, errors
from cases.services.choice_words import TIP_WORDS
from cases.views.actions import sentence_of, status_of
from cases.visibility import find_claim
from cases.workflow import State
from fraud.claims.models import Claim
from fraud.web.access import page

_NEAR = timedelta(days=31)
_MOST_NEAR = 30


@page("cases.open_case")
@require_http_methods(["GET", "POST"])
def open_case(request: HttpRequest, claim_id: int) -> HttpResponse:
    """A case over this claim and whatever else of the same person belongs to it."""
    claim = _claim(request, claim_id, "cases.open_case")
    chosen = {claim.pk, *_keys(request.POST.getlist("claims"))}
    refusal: errors.CaseworkError | NotPermitted | None = None
    if request.method == "POST":
        claims = list(Claim.objects.filter(pk__in=chosen).select_related("cardholder"))
        try:
            said = OPEN_CASE.without("claims", "source_system").read(request.POST)
            case = by_hand.open_case_by_hand(claims=claims, by=request.actor, **said)
        except (errors.CaseworkError, NotPermitted) as error:
            refusal = error
        else:
            messages.success(request, _("%(case)s was opened.") % {"case": case.reference})
            return redirect("cases:detail", reference=case.reference)
    context = {"claim": claim, "near": _near(claim), "chosen": chosen}
    return _form(request, "cases/by_hand/open_case.html", context, refusal)


@page("cases.record_tip")
@require_http_methods(["GET", "POST"])
def record_tip(request: HttpRequest, claim_id: int) -> HttpResponse:
    """What somebody told about this claim; it joins the claim's open case or opens one."""
    claim = _claim(request, claim_id, "cases.record_tip")
    refusal: errors.CaseworkError | NotPermitted | None = None
    if request.method == "POST":
        try:
            told = TIP.without("claim", "source_system").read(request.POST)
            tip = by_hand.record_tip(claim=claim, by=request.actor, **told)
        except (errors.CaseworkError, NotPermitted) as error:
            refusal = error
        else:
            assert tip.case is not None
            messages.success(request, _("The tip is kept with %(case)s.") % {"case": tip.case.reference})
            if can(request.actor, "cases.view_case"):
                return redirect("cases:detail", reference=tip.case.reference)
            return redirect("fraud:claim", claim_id=claim.pk)
    context = {"claim": claim, "origins": TIP_WORDS.items()}
    return _form(request, "cases/by_hand/record_tip.html", context, refusal)


def _claim(request: HttpRequest, claim_id: int, action: str) -> Claim:
    """The claim for a step that opens or feeds a case; looking at it leaves its entry in the access log. Raises Http404."""
    claim = find_claim(claim_id, request.actor, trying=action)
    number = claim.cardholder.employee_no
    record_access(request=request, subject=f"claim:{claim.pk}", what="claim", employee_no=number)
    return claim


def _keys(texts: list[str]) -> set[int]:
    return {number for text in texts if (number := whole_number(text, 18)) is not None}


def _near(claim: Claim) -> list[Claim]:
    """The person's other claims around it that no open case holds, in the same currency, nearest merchants first."""
    held = Alert.objects.filter(claim__cardholder_id=claim.cardholder_id).exclude(case__state=State.CLOSED)
    around = (
        Claim.objects.filter(
            cardholder_id=claim.cardholder_id,
            currency=claim.currency,
            amount_minor__gt=0,
            transacted_at__range=(claim.transacted_at - _NEAR, claim.transacted_at + _NEAR),
        )
        .exclude(pk=claim.pk)
        .exclude(pk__in=held.values("claim_id"))
    )
    found = sorted(
        around.order_by("transacted_at", "pk")[:500],
        key=lambda one: (one.merchant_id != claim.merchant_id, abs(one.transacted_at - claim.transacted_at)),
    )
    return found[:_MOST_NEAR]


def _form(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    refusal: errors.CaseworkError | NotPermitted | None,
) -> HttpResponse:
    """The form, after a refusal with its sentence and what was typed."""
    status = 200
    if refusal is not None:
        context["refusal"] = sentence_of(refusal)
        status = status_of(refusal)
    return render(request, template, {**context, "typed": request.POST}, status=status)
