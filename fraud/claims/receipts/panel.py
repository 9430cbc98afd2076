"""What a claim's page tells of its receipts: what each says, and why one may not be what it seems."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
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
from fraud.claims.receipts.matching import UNCLEAR, alike
from fraud.claims.units import within_units

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
    paid_on = claim.transacted_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    rows = [
        {
            "receipt": receipt,
            "is_other_day": receipt.issued_on not in (None, paid_on),
            **_elsewhere(receipt, by),
            "signs": [SIGN_WORDS[sign] for sign in receipt.signs if sign in SIGN_WORDS],
            "facts": [FACT_WORDS[sign] for sign in receipt.signs if sign in FACT_WORDS],
            "name": receipt.file_name,
            "read": "" if receipt.is_unopened or receipt.erased_at else READ_WORDS[receipt.read_by],
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


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another claim that a receipt was handed in for, and whether that was after this one."""

    claim: Claim
    receipt: Receipt
    is_later: bool


#: Other claims that a panel names of one receipt.
SHOWN = 5


def _elsewhere(receipt: Receipt, by: Actor) -> dict[str, object]:
    """Of the claims the reader may see: those with the same paper, and how many have one that says the same and cannot be told from it."""
    if receipt.superseded_at:
        return {}
    others = Receipt.objects.exclude(claim_id=receipt.claim_id).filter(superseded_at=None)
    same = others.filter(sha256=receipt.sha256).select_related("claim")
    found = [*((each, "") for each in same), *alike(receipt, others.exclude(sha256=receipt.sha256))]
    seen = _seen({each.claim_id for each, _ in found}, by)
    is_one = [
        Elsewhere(seen[each.claim_id], each, each.received_at > receipt.received_at)
        for each, how in found
        if how != UNCLEAR and each.claim_id in seen
    ]
    is_one = [
        *{one.claim.pk: one for one in sorted(is_one, key=lambda one: one.receipt.received_at)}.values()
    ]
    unclear = {each.claim_id for each, how in found if how == UNCLEAR and each.claim_id in seen}
    return {
        "elsewhere": is_one[:SHOWN],
        "n_more": max(0, len(is_one) - SHOWN),
        "n_unclear": len(unclear - {one.claim.pk for one in is_one}),
    }


def _seen(numbers: Collection[int], by: Actor) -> dict[int, Claim]:
    """The claims by their numbers, without those of units the reader does not see or that they are involved in."""
    if not numbers:
        return {}
    claims = within_units(Claim.objects.filter(pk__in=numbers), by).select_related("cardholder")
    mine = involved_in(by, numbers)
    return {one.pk: one for one in claims if one.pk not in mine}


register_claim_panel(receipts_of_claim)
