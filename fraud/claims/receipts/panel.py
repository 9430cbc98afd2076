"""What a claim's page tells of its receipts: what each says, and why one may not be what it seems."""

from __future__ import annotations

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.permissions import can
from audit.prepared import prepared
from fraud.claims.identity import involved_in
from fraud.claims.models import Claim, Receipt
from fraud.claims.panels import register_claim_panel
from fraud.claims.receipts import traces

SIGN_WORDS: dict[str, str | Promise] = {
    traces.EDITOR: pgettext_lazy("sign of editing", "saved by a program that edits pictures or pages"),
    traces.AI_MADE: pgettext_lazy("sign of editing", "marked as made by a picture generator"),
    traces.CHANGED_LATER: pgettext_lazy("sign of editing", "changed after the day of the payment"),
    traces.REWRITTEN: pgettext_lazy("sign of editing", "the PDF was changed after it was made"),
}
FACT_WORDS: dict[str, str | Promise] = {
    traces.FALSE_BRN: pgettext_lazy("receipt", "fails the check digit, perhaps misprinted by the shop")
}
READ_WORDS: dict[str, str | Promise] = {
    Receipt.ReadBy.TEXT: pgettext_lazy("receipt read by", "read from the PDF's text"),
    Receipt.ReadBy.OCR: pgettext_lazy("receipt read by", "read from the picture; may be misread"),
    "": pgettext_lazy("receipt read by", "nothing could be read"),
}


def receipts_of_claim(claim: Claim, by: Actor) -> str:
    """The panel with the claim's receipts, for staff who are not involved in the claim; empty without any where none may be handed in."""
    if not can(by, "fraud.view_score") or involved_in(by, [claim.pk]):
        return ""
    rows = [
        {
            "receipt": receipt,
            "signs": [SIGN_WORDS[sign] for sign in receipt.signs if sign in SIGN_WORDS],
            "facts": [FACT_WORDS[sign] for sign in receipt.signs if sign in FACT_WORDS],
            "name": receipt.file_name,
            "read": "" if receipt.is_unopened else READ_WORDS[receipt.read_by],
        }
        for receipt in _receipts.rows(claim.pk)
    ]
    may_add = can(by, "fraud.add_receipt")
    if not rows and not may_add:
        return ""
    again = reverse("fraud:add-receipt", args=[claim.pk])
    told = {"rows": rows, "claim": claim, "may_add": may_add, "again": again}
    return render_to_string("fraud/claims/_receipts.html", told)


@prepared
def _receipts(claim_id: int) -> QuerySet[Receipt]:
    return Receipt.objects.filter(claim=claim_id)


register_claim_panel(receipts_of_claim)
