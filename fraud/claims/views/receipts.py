"""A receipt handed in beside a claim: it is read at once, and its file is not kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from audit.permissions import NotPermitted
from fraud.claims.identity import claims_involving
from fraud.claims.models import Claim
from fraud.claims.receipts.looking import MAX_BYTES
from fraud.claims.receipts.taking import ReceiptNotReadable, add_receipt
from fraud.claims.units import within_units
from fraud.web.access import page
from fraud.web.refusals import refusal_sentence


@page("fraud.add_receipt", body=MAX_BYTES)
@require_http_methods(["GET", "POST"])
def receipt_form(request: HttpRequest, claim_id: int) -> HttpResponse:
    """The form, and the receipt sent with it; a claim the reader is involved in is answered as one that is not there."""
    by = request.actor  # type: ignore[attr-defined]
    claim = within_units(Claim.objects.filter(pk=claim_id), by).first()
    if claim is None or claims_involving(by, Claim.objects.filter(pk=claim.pk)).exists():
        raise Http404
    context = {"claim": claim, "megabytes": MAX_BYTES // 1024**2}
    if request.method == "GET":
        return render(request, "fraud/claims/receipt_form.html", context)
    file = request.FILES.get("file")
    if file is None:
        return _refused(request, context, pgettext("receipt", "Choose the file of the receipt."))
    try:
        add_receipt(claim=claim, name=file.name or "", content=file.read(MAX_BYTES + 1), by=by)
    except ReceiptNotReadable:
        said = pgettext("receipt", "Send a PDF, PNG, JPEG or WebP file of at most 10 MB that can be opened.")
        return _refused(request, context, said)
    except NotPermitted as error:
        return _refused(request, context, refusal_sentence(error), status=403)
    messages.success(request, _("The receipt was read. Rules see it from the next night on."))
    return redirect("fraud:claim", claim_id=claim.pk)


def _refused(
    request: HttpRequest, context: dict[str, object], refusal: str, *, status: int = 422
) -> HttpResponse:
    return render(request, "fraud/claims/receipt_form.html", context | {"refusal": refusal}, status=status)
