"""Refunds and cancellations without their purchase: the list, and one of them with the purchases it may belong to."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.asked import asked_of
from audit.language import current_language
from audit.paging import keyset_page
from audit.typed import whole_number
from fraud.claims.loose_money import (
    LooseMoneyRefused,
    dismiss_money_back,
    find_money_back,
    find_purchase,
    link_money_back,
    offers,
    state_token,
    unlink_money_back,
    waiting_money,
)
from fraud.claims.models import Claim, MoneyBackChoice
from fraud.web.access import page
from rules.money import format_money

PAGE_SIZE = 40


@page("fraud.view_money_back")
@require_GET
def money_back_list(request: HttpRequest) -> HttpResponse:
    """What waits for somebody to link or dismiss it."""
    waiting = waiting_money(request.actor)
    asked_of(request)
    found = keyset_page(
        waiting.order_by(), by="transacted_at", cursor=request.GET.get("after", ""), size=PAGE_SIZE
    )
    return render(request, "fraud/money_back/list.html", {"page": found, "count": waiting.count()})


@page("fraud.view_money_back")
@require_GET
def money_back_page(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One refund with the purchases it may belong to."""
    return _show(request, claim_id)


@page("fraud.link_money_back")
@require_POST
def money_back_step(request: HttpRequest, claim_id: int, name: str) -> HttpResponse:
    """Link, dismiss or unlink; a refusal shows the page again with its reason."""
    claim = _claim(request, claim_id, trying="fraud.link_money_back")
    given = {"claim": claim, "seen": request.POST.get("seen", ""), "by": request.actor}
    reason = request.POST.get("reason", "")
    try:
        if name == "link":
            key = whole_number(request.POST.get("purchase", ""), 15)
            purchase = find_purchase(key or 0, request.actor)
            if purchase is None:
                raise LooseMoneyRefused("not_a_purchase", _("Choose a purchase."))
            messages.success(
                request, _said_of_link(link_money_back(purchase=purchase, reason=reason, **given))
            )
        elif name == "dismiss":
            dismiss_money_back(reason=reason, **given)
            messages.success(request, _("Dismissed. It is off the list."))
        elif name == "unlink":
            unlink_money_back(reason=reason, **given)
            messages.success(request, _("Back on the list. It is not linked by itself again."))
        else:
            raise Http404
    except LooseMoneyRefused as error:
        return _show(request, claim_id, problem=error.sentence, status=error.status)
    return redirect("fraud:money-back-one", claim_id=claim_id)


def _said_of_link(claim: Claim) -> str:
    """What the link did with the money."""
    linked = _("Linked to its purchase. Cases of the purchase follow.")
    purchase = claim.original_claim
    if not claim.excess_minor or purchase is None:
        return linked
    rest = format_money(claim.excess_minor, purchase.currency, current_language())
    return f"{linked} " + _("%(rest)s is beyond what it took: that stays on the list.") % {"rest": rest}


def _claim(request: HttpRequest, claim_id: int, *, trying: str = "") -> Claim:
    found = find_money_back(claim_id, request.actor, trying=trying)
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, claim_id: int, *, problem: str = "", status: int = 200) -> HttpResponse:
    claim = _claim(request, claim_id)
    choice = MoneyBackChoice.objects.filter(claim=claim).first()
    waits = claim.original_claim_id is None and (choice is None or choice.kind != choice.Kind.DISMISSED)
    has_rest = bool(claim.excess_minor) and (choice is None or choice.kind != choice.Kind.REST)
    context = {
        "claim": claim,
        "choice": choice,
        "waits": waits,
        "has_rest": has_rest,
        "offers": offers(claim) if waits else [],
        "seen": state_token(claim),
        "problem": problem,
        "typed": request.POST.get("reason", ""),
    }
    return render(request, "fraud/money_back/page.html", context, status=status)
