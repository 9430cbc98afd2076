"""Refunds and cancellations without their purchase through the interface: list, offers, link, dismiss, unlink."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.claims.loose_money import (
    Offer,
    dismiss_money_back,
    find_money_back,
    find_purchase,
    link_money_back,
    offers,
    state_token,
    unlink_money_back,
    waiting_money,
)
from fraud.claims.models import Claim
from fraud.web.api import PAGING, FraudView, describe
from fraud.web.api_money import Amount, decimal_text
from fraud.web.api_shapes import ListView, pages_of
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer


class MoneyBackRow(serializers.ModelSerializer):
    """Money that came back; `amount` is negative."""

    employee_no = serializers.CharField(source="cardholder.employee_no")
    amount = Amount("amount_minor")
    purchase = serializers.IntegerField(source="original_claim_id", allow_null=True)
    seen = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = (
            "id",
            "external_id",
            "employee_no",
            "merchant_name",
            "txn_type",
            "transacted_at",
            "has_time",
            "amount",
            "currency",
            "purchase",
            "seen",
        )

    def get_seen(self, claim: Claim) -> str:
        """To be sent with a step: what was seen of the claim."""
        return state_token(claim)


class OfferRow(serializers.Serializer):
    """A purchase the money may belong to, what is left of it and what it would give back."""

    purchase = serializers.IntegerField()
    external_id = serializers.CharField()
    merchant_name = serializers.CharField()
    left = serializers.CharField()
    credit = serializers.CharField()
    currency = serializers.CharField()
    same_merchant = serializers.BooleanField()


class MoneyBackOne(MoneyBackRow):
    offers = serializers.SerializerMethodField()

    class Meta(MoneyBackRow.Meta):
        fields = (*MoneyBackRow.Meta.fields, "offers")

    def get_offers(self, claim: Claim) -> list[dict]:
        """The likeliest first; none where it is linked."""
        return [] if claim.original_claim_id else [_offer(offer) for offer in offers(claim)]


class MoneyBackReason(StrictSerializer):
    seen = StrictCharField(max_length=120, help_text="`seen` of the answer the step rests on.")
    reason = StrictCharField(max_length=500, required=False, allow_blank=True, default="")


class MoneyBackLink(MoneyBackReason):
    purchase = StrictIntegerField(help_text="The purchase's number.")


class MoneyBackView(FraudView):
    """What the endpoints share."""

    permission = "fraud.view_money_back"

    def claim(self, claim_id: int) -> Claim:
        """Raises Http404."""
        found = find_money_back(
            claim_id, self.by, trying="" if self.request.method == "GET" else self.permission
        )
        if found is None:
            raise Http404
        return found


@extend_schema_view(
    get=describe(
        "List money back without its purchase",
        answer=pages_of(MoneyBackRow),
        parameters=PAGING,
        operation_id="money_back_list",
    )
)
class MoneyBackList(ListView, MoneyBackView):
    """What waits for a person, newest first."""

    row = MoneyBackRow
    order = "transacted_at"

    def found(self) -> QuerySet[Claim]:
        return waiting_money(self.by).order_by()


@extend_schema_view(
    get=describe(
        "Read money back with its offers",
        answer=MoneyBackOne,
        refusals=(404,),
        operation_id="money_back_read",
    )
)
class MoneyBackDetail(MoneyBackView):
    """One of them, with the purchases it may belong to."""

    def get(self, request: Request, claim_id: int) -> Response:
        """The claim. Raises Http404."""
        return Response(MoneyBackOne(self.claim(claim_id)).data)


class MoneyBackStep(MoneyBackView):
    """A step on it; all three answer with the claim as it is then."""

    permission = "fraud.link_money_back"
    told_anew = "id"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The claim as it stands. Raises Http404 where it is not theirs to see any more."""
        return Response(MoneyBackOne(self.claim(kept["id"])).data, status=status)


@extend_schema_view(
    post=describe(
        "Link money back to its purchase",
        answer=MoneyBackOne,
        body=MoneyBackLink,
        refusals=(404, 409),
        operation_id="money_back_link",
    )
)
class LinkMoneyBack(MoneyBackStep):
    """Say which purchase it came back of."""

    def post(self, request: Request, claim_id: int) -> Response:
        """Raises Http404, LooseMoneyRefused."""
        claim, data = self.claim(claim_id), self.input(MoneyBackLink)
        purchase = find_purchase(data["purchase"], self.by)
        if purchase is None:
            raise Http404
        link_money_back(claim=claim, purchase=purchase, reason=data["reason"], seen=data["seen"], by=self.by)
        return Response(MoneyBackOne(self.claim(claim_id)).data)


@extend_schema_view(
    post=describe(
        "Dismiss money back",
        answer=MoneyBackOne,
        body=MoneyBackReason,
        refusals=(404, 409),
        operation_id="money_back_dismiss",
    )
)
class DismissMoneyBack(MoneyBackStep):
    """Say that it belongs to no purchase that is known."""

    def post(self, request: Request, claim_id: int) -> Response:
        """Raises Http404, LooseMoneyRefused."""
        claim, data = self.claim(claim_id), self.input(MoneyBackReason)
        dismiss_money_back(claim=claim, reason=data["reason"], seen=data["seen"], by=self.by)
        return Response(MoneyBackOne(self.claim(claim_id)).data)


@extend_schema_view(
    post=describe(
        "Unlink money back",
        answer=MoneyBackOne,
        body=MoneyBackReason,
        refusals=(404, 409),
        operation_id="money_back_unlink",
    )
)
class UnlinkMoneyBack(MoneyBackStep):
    """Put it back on the list."""

    def post(self, request: Request, claim_id: int) -> Response:
        """Raises Http404, LooseMoneyRefused."""
        claim, data = self.claim(claim_id), self.input(MoneyBackReason)
        unlink_money_back(claim=claim, reason=data["reason"], seen=data["seen"], by=self.by)
        return Response(MoneyBackOne(self.claim(claim_id)).data)


def _offer(offer: Offer) -> dict:
    purchase = offer.purchase
    return {
        "purchase": purchase.pk,
        "external_id": purchase.external_id,
        "merchant_name": purchase.merchant_name,
        "left": decimal_text(offer.left_minor, purchase.currency),
        "credit": decimal_text(offer.credit_minor, purchase.currency),
        "currency": purchase.currency,
        "same_merchant": offer.same_merchant,
    }
