"""Money back that found no purchase by itself: offered purchases, and what a person decides about it.

Nothing is guessed. What a person links or dismisses stays through later deliveries; unlinked money is never linked by
itself again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted, require
from audit.services import record, record_refusal
from audit.transactions import after_commit, one_transaction
from fraud.claims.changes import tell_followers
from fraud.claims.identity import barred_cardholders, claims_involving
from fraud.claims.importing.cancellations import link_people, unlinked_cancellations
from fraud.claims.importing.merchants import Business, plain_name
from fraud.claims.importing.sides import DAYS, Left, Side, happened_before
from fraud.claims.models import Claim, MoneyBackChoice
from fraud.claims.units import within_units
from rules.language.transactions import MONEY_BACK, PAYMENTS

N_OFFERED = 10
REASON_LENGTH = 500
_Kind = MoneyBackChoice.Kind


class LooseMoneyRefused(Exception):
    """The step was not taken; `code`, `sentence` and the HTTP `status` say why."""

    details: Mapping[str, Any] = {}

    def __init__(self, code: str, sentence: str, status: int = 422) -> None:
        super().__init__(code)
        self.code, self.sentence, self.status = code, sentence, status


@dataclass(frozen=True, slots=True)
class Offer:
    """A purchase the money may belong to: what of it is left, and what it would give back (its currency, minor units)."""

    purchase: Claim
    left_minor: int
    credit_minor: int
    same_merchant: bool
    whole: bool


def waiting_money(by: Actor) -> QuerySet[Claim]:
    """Money back that waits for a person, newest first; nothing the reader is involved in."""
    return _of_others(unlinked_cancellations(), by)


def find_money_back(claim_id: int, by: Actor, *, trying: str = "") -> Claim | None:
    """Money that came back, or None where there is none of the number or the reader is involved in it.

    `trying`: the permission behind a step somebody attempts; an attempt on their own is kept as a security event.
    """
    claims = Claim.objects.filter(pk=claim_id, txn_type__in=MONEY_BACK, amount_minor__lt=0)
    if trying and claims_involving(by, claims).exists():
        record_refusal(by=by, action=trying, subject=f"claim:{claim_id}", code="own_case")
    return _of_others(claims.select_related("cardholder", "merchant", "original_claim"), by).first()


def find_purchase(claim_id: int, by: Actor) -> Claim | None:
    """A claim named as the purchase, or None where there is none the reader may decide about."""
    return _of_others(Claim.objects.all(), by).filter(pk=claim_id).first()


def _of_others(claims: QuerySet[Claim], by: Actor) -> QuerySet[Claim]:
    """Claims without those the reader is involved in: to them they do not exist."""
    own = claims_involving(by, Claim.objects.all())
    return within_units(claims, by).exclude(pk__in=own.values("pk"))


def state_token(claim: Claim) -> str:
    """What a page was showing of money back; a step with another token is refused as stale."""
    choice = MoneyBackChoice.objects.filter(claim=claim).first()
    decided = f"{choice.kind}-{choice.decided_at.timestamp()}" if choice else ""
    return f"{claim.version}.{claim.original_claim_id or 0}.{decided}"


def offers(claim: Claim) -> list[Offer]:
    """Purchases of the same person within 180 days before that still have as much left, the likeliest first."""
    side = _side(claim)
    since = claim.transacted_at - timedelta(days=DAYS + 1)
    purchases = Claim.objects.filter(
        cardholder=claim.cardholder_id,
        txn_type__in=PAYMENTS,
        amount_minor__gt=0,
        transacted_at__gte=since,
        transacted_at__lt=claim.transacted_at + timedelta(days=1),
    ).select_related("merchant")
    found = []
    for purchase in purchases.annotate(returned=Sum("cancellations__credit_minor")):
        left = _left(purchase, purchase.returned or 0)
        credit = left.worth(side)
        if credit is None or not happened_before(left.purchase, side):
            continue
        same = purchase.merchant_id == claim.merchant_id or left.purchase.business.may_be(side.business)
        found.append(Offer(purchase, left.minor, credit, same, credit == left.minor))
    found.sort(
        key=lambda o: (not o.same_merchant, not o.whole, -o.purchase.transacted_at.timestamp(), o.purchase.pk)
    )
    return found[:N_OFFERED]


def link_money_back(*, claim: Claim, purchase: Claim, reason: str, seen: str, by: Actor) -> Claim:
    """Say that the money came back of this purchase. Raises NotPermitted, LooseMoneyRefused."""
    with one_transaction():
        claim = _begin(claim, seen, by)
        if claim.original_claim_id is not None:
            raise LooseMoneyRefused("already_linked", _("It is linked already. Unlink it first."), 409)
        _check_pair(claim, purchase)
        _decide(claim, _Kind.LINKED, purchase, reason, by)
        claim.refresh_from_db()
        if claim.original_claim_id != purchase.pk:
            raise LooseMoneyRefused(
                "nothing_left", _("Nothing of this purchase is left. Choose another one, or dismiss it.")
            )
    return claim


def dismiss_money_back(*, claim: Claim, reason: str, seen: str, by: Actor) -> Claim:
    """Say that the money, or what is beyond its purchase, belongs to none that is known. Raises NotPermitted, LooseMoneyRefused."""
    if not reason.strip():
        raise LooseMoneyRefused("reason_missing", _("Say why it belongs to no purchase."))
    with one_transaction():
        claim = _begin(claim, seen, by)
        purchase = claim.original_claim
        if purchase is not None and not claim.excess_minor:
            raise LooseMoneyRefused("already_linked", _("It is linked already. Unlink it first."), 409)
        _decide(claim, _Kind.REST if purchase else _Kind.DISMISSED, purchase, reason, by)
    return claim


def unlink_money_back(*, claim: Claim, reason: str, seen: str, by: Actor) -> Claim:
    """Put linked or dismissed money back on the list. Raises NotPermitted, LooseMoneyRefused."""
    if not reason.strip():
        raise LooseMoneyRefused("reason_missing", _("Say why the link is wrong."))
    with one_transaction():
        claim = _begin(claim, seen, by)
        dismissed = MoneyBackChoice.objects.filter(claim=claim, kind=_Kind.DISMISSED).exists()
        if claim.original_claim_id is None and not dismissed:
            raise LooseMoneyRefused("not_linked", _("It is on the list already."), 409)
        _decide(claim, _Kind.APART, None, reason, by)
    return claim


def _begin(claim: Claim, seen: str, by: Actor) -> Claim:
    """The claim under its lock, after the checks that every step shares."""
    require(by, "fraud.link_money_back")
    locked = Claim.objects.select_for_update().get(pk=claim.pk)
    if locked.cardholder_id in barred_cardholders(by):  # their own, or their superior's
        raise NotPermitted("fraud.link_money_back", "own_case")
    if locked.txn_type not in MONEY_BACK or locked.amount_minor >= 0:
        raise LooseMoneyRefused("not_money_back", _("No money came back by this claim."))
    if seen != state_token(locked):
        raise LooseMoneyRefused("stale", _("It has changed since the page was read. Look at it again."), 409)
    return locked


def _check_pair(claim: Claim, purchase: Claim) -> None:
    back, left = _side(claim), _left(purchase, 0)
    if purchase.txn_type not in PAYMENTS or purchase.amount_minor <= 0:
        raise LooseMoneyRefused("not_a_purchase", _("Choose a purchase."))
    if purchase.cardholder_id != claim.cardholder_id:
        raise LooseMoneyRefused(
            "other_person", _("The purchase is another person's. Choose one of the same person.")
        )
    if not left.is_comparable(back):
        raise LooseMoneyRefused(
            "other_currency", _("The purchase is in another currency. Choose one in the same.")
        )
    if not happened_before(left.purchase, back):
        raise LooseMoneyRefused("later_purchase", _("The purchase is later than the money that came back."))


def _decide(claim: Claim, kind: str, purchase: Claim | None, reason: str, by: Actor) -> None:
    now = clock.present()
    before = {"purchase": claim.original_claim.external_id if claim.original_claim else ""}
    MoneyBackChoice.objects.update_or_create(
        claim=claim,
        defaults={
            "kind": kind,
            "purchase": purchase,
            "reason": reason.strip()[:REASON_LENGTH],
            "decided_by": by.username,
            "decided_at": now,
        },
    )
    link_people([claim.cardholder_id], file=None, at=now)
    record(
        action=f"money_back.{kind}",
        by=by,
        subject=f"claim:{claim.pk}",
        before=before,
        after={"purchase": purchase.external_id if purchase else ""},
        reason=reason.strip()[:REASON_LENGTH],
    )
    after_commit(tell_followers)


def _left(purchase: Claim, returned: int) -> Left:
    left = Left(_side(purchase))
    if returned:
        left.minor = max(left.minor - returned, 0)
        left.abroad = left.abroad * left.minor // (purchase.amount_minor or 1)
    return left


def _side(claim: Claim) -> Side:
    at = pl.Series([claim.transacted_at]).dt.convert_time_zone(settings.TIME_ZONE)
    return Side(
        claim_id=claim.pk,
        person=claim.cardholder_id,
        merchant=claim.merchant_id,
        business=_business(claim),
        code=claim.authorization_code,
        at=claim.transacted_at,
        day=at.dt.date().item(),
        has_time=claim.has_time,
        key=claim.external_id,
        minor=abs(claim.amount_minor),
        currency=claim.currency,
        abroad_minor=abs(claim.original_minor) if claim.original_minor else None,
        abroad_currency=claim.original_currency,
        says_all=claim.txn_type == "cancel",
    )


def _business(claim: Claim) -> Business:
    shop = claim.merchant
    name = pl.select(plain_name(pl.lit(shop.name, pl.String))).item()
    return Business(claim.source_system, name, shop.brn, shop.merchant_no, shop.mcc)
