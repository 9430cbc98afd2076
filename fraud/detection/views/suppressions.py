"""Suppressing a rule for one person or merchant: from a claim's page or the rule's, decided and ended on the rule's."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from audit import typed
from audit.actor import Actor
from fraud.claims.identity import cardholders_of
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.claims.units import within_units
from fraud.detection.models import RuleSuppression
from fraud.detection.suppressing import (
    confirm_suppression,
    end_suppression,
    propose_suppression,
    return_suppression,
)
from fraud.web.access import page
from fraud.web.refusals import number_seen
from rules.exceptions import RuleServiceError, ValueNotValid
from rules.models import Rule


@page("fraud.suppress_rule")
@require_POST
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Propose one: about the person or merchant of a `claim`, or of an employee or business `number`."""
    rule = get_object_or_404(Rule, code=code)
    by = _by(request)
    claim = _claim(request)
    try:
        cardholder, merchant = _subject(request, claim)
        propose_suppression(
            rule=rule,
            cardholder=cardholder,
            merchant=merchant,
            reason=request.POST.get("reason", ""),
            until=typed.day(request.POST.get("until", "").strip()),
            by=by,
        )
    except RuleServiceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Proposed. It counts once a second person agrees."))
    return (
        redirect("fraud:claim", claim_id=claim.pk) if claim else redirect("cases:rule-operation", code=code)
    )


@page("fraud.suppress_rule", "fraud.approve_suppression")
@require_POST
def step(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Confirm, return or end one."""
    row = get_object_or_404(RuleSuppression.objects.select_related("rule"), pk=number)
    seen, by, reason = number_seen(request), _by(request), request.POST.get("reason", "")
    try:
        if name == "confirm":
            confirm_suppression(suppression=row, by=by, seen=seen)
            messages.success(request, _("The rule leaves them alone from the next night on."))
        elif name == "return":
            return_suppression(suppression=row, reason=reason, by=by, seen=seen)
            messages.success(request, _("Returned."))
        elif name == "end":
            end_suppression(suppression=row, reason=reason, by=by, seen=seen)
            messages.success(request, _("Ended. The rule counts again from the next night on."))
        else:
            raise Http404
    except RuleServiceError as error:
        messages.error(request, str(error))
    claim = _claim(request)
    return (
        redirect("fraud:claim", claim_id=claim.pk)
        if claim
        else redirect("cases:rule-operation", code=row.rule.code)
    )


def _claim(request: HttpRequest) -> Claim | None:
    pk = typed.whole_number(request.POST.get("claim", ""), 15)
    if pk is None:
        return None
    rows = within_units(Claim.objects.select_related("cardholder", "merchant"), _by(request))
    return rows.filter(pk=pk).first()


def _subject(request: HttpRequest, claim: Claim | None) -> tuple[Cardholder | None, Merchant | None]:
    """Whom it is about. Raises ValueNotValid for a number nobody has."""
    is_person = request.POST.get("about") == "person"
    if claim is not None:
        return (claim.cardholder, None) if is_person else (None, claim.merchant)
    number = request.POST.get("number", "").strip()
    if is_person:
        found = cardholders_of(number).first() if number else None
        if found is None:
            raise ValueNotValid(
                reason=_("Nobody has this employee number; write it as in the personnel file.")
            )
        return found, None
    digits = "".join(sign for sign in number if sign.isdigit())
    place = Merchant.objects.filter(brn__in=[number, digits]).exclude(brn="").first() if number else None
    if place is None:
        raise ValueNotValid(reason=_("No merchant has this business number; write its ten digits."))
    return None, place


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
