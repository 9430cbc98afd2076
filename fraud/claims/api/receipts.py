"""Receipts of a claim through the interface: what was read of them, and another system's file to be read; it is not kept."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import can
from fraud.claims.identity import claims_involving
from fraud.claims.models import Claim, Receipt
from fraud.claims.receipts.looking import MAX_BYTES
from fraud.claims.receipts.taking import ReceiptNotReadable, add_receipt, take_receipt
from fraud.claims.units import within_units
from fraud.web.api import PAGING, FraudView, describe
from fraud.web.api_money import decimal_text
from fraud.web.api_strict import StrictSerializer

_ENVELOPE = 64 * 1024  # what multipart wraps around a file


class ReceiptRow(serializers.ModelSerializer):
    """What one receipt says; `signs` of editing are hints, `read_by` is empty where nothing could be read, or what was read is gone (`erased_at`)."""

    total = serializers.SerializerMethodField()

    class Meta:
        model = Receipt
        # fmt: off
        fields = (
            "reference", "source", "handed_in_at", "received_at", "superseded_at", "erased_at", "read_by", "total", "currency", "issued_on", "brn",
            "number", "items", "sha256", "picture_hash", "n_same", "n_alike", "signs",
        )
        # fmt: on

    def get_total(self, receipt: Receipt) -> str | None:
        """Decimal text in `currency`."""
        return None if receipt.total_minor is None else decimal_text(receipt.total_minor, receipt.currency)


class ReceiptPage(serializers.Serializer):
    results = ReceiptRow(many=True)
    next = serializers.CharField(allow_null=True)


class ReceiptFile(StrictSerializer):
    file = serializers.FileField(
        max_length=200, help_text="PDF, PNG, JPEG or WebP of at most 10 MB; it is read and not kept."
    )


@extend_schema_view(
    get=describe(
        "Receipts of a claim",
        answer=ReceiptPage,
        parameters=PAGING,
        refusals=(404,),
        operation_id="claim_receipts",
    ),
    post=describe(
        "Have a receipt read",
        answer={201: ReceiptRow},
        body={"multipart/form-data": ReceiptFile},
        refusals=(404, 413),
        operation_id="claim_receipt_read",
    ),
)
class ClaimReceipts(FraudView):
    """Nothing of a claim that the reader is involved in is told."""

    answers_kept = "after"
    told_anew = "reference"
    filters = ("page_size", "cursor")
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]
    body_limit = MAX_BYTES + _ENVELOPE

    @property
    def any_of(self) -> tuple[str, ...]:  # type: ignore[override]
        """Who delivers claims, and who works on them, hands receipts in."""
        is_post = self.request.method == "POST"
        return ("fraud.import_claims", "fraud.add_receipt") if is_post else ("fraud.view_score",)

    def get(self, request: Request, claim_id: int) -> Response:
        """Oldest first. Raises Http404."""
        page = self.page(self._claim(claim_id).receipts.all(), by="received_at", ascending=True)
        return self.paged(ReceiptRow(page.rows, many=True).data, page)

    def post(self, request: Request, claim_id: int) -> Response:
        """What was read. Raises Http404, ValidationError for a file that is none of these kinds."""
        claim, file = self._claim(claim_id), self.input(ReceiptFile)["file"]
        try:
            take = take_receipt if can(self.by, "fraud.import_claims") else add_receipt
            made = take(claim=claim, name=file.name, content=file.read(MAX_BYTES + 1), by=self.by)
        except ReceiptNotReadable as error:
            said = pgettext(
                "receipt", "Send a PDF, PNG, JPEG or WebP file of at most 10 MB that can be opened."
            )
            raise self.wrong("file", said) from error
        return Response(ReceiptRow(made).data, status=201)

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The receipt as it stands. Raises Http404 where its claim is not theirs to see any more."""
        found = get_object_or_404(self._claim(self.kwargs["claim_id"]).receipts, reference=kept["reference"])
        return Response(ReceiptRow(found).data, status=status)

    def _claim(self, claim_id: int) -> Claim:
        found = within_units(Claim.objects.filter(pk=claim_id), self.by).first()
        if found is None or claims_involving(self.by, Claim.objects.filter(pk=found.pk)).exists():
            raise Http404
        return found
