"""The shapes of deliveries: rows that are sent in, files, and what became of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.language import current_language
from fraud.claims.importing.texts import sentence as refusal
from fraud.claims.models import ClaimFile, ClaimFileReject
from fraud.web.api_money import decimal_text
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictSerializer

MAX_ROWS = 5_000


class ClaimRows(StrictSerializer):
    """Claims to take: rows as the profile names their columns."""

    profile = StrictCharField(
        max_length=60, help_text="Import profile; `generic` takes the documented columns."
    )
    rows = serializers.ListField(
        child=serializers.DictField(allow_empty=False),
        min_length=1,
        max_length=MAX_ROWS,
        help_text="Values are texts, whole numbers, true, false or null; `attendees` also a list of objects with name, org, "
        "org_type, employee_no. Amounts: whole minor units or decimal text.",
    )
    again = StrictBooleanField(
        required=False,
        help_text="The same rows were sent before and are meant as what is said now, whatever came since.",
    )


class RowAnswer(serializers.Serializer):
    """What became of one row."""

    index = serializers.IntegerField(help_text="Place in the request, from 0.")
    outcome = serializers.ChoiceField(["accepted", "duplicate", "superseding", "rejected"])
    external_id = serializers.CharField(allow_blank=True)
    column = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    params = serializers.DictField(allow_null=True)


class RowsAnswer(serializers.Serializer):
    """The delivery and its rows; read = accepted + duplicate + superseding + rejected."""

    file = serializers.CharField()
    read = serializers.IntegerField()
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    superseding = serializers.IntegerField()
    rejected = serializers.IntegerField()
    rows = RowAnswer(many=True)


class DeliveryRow(serializers.ModelSerializer):
    """A delivery in a list: a file, or rows that came as one."""

    profile = serializers.SlugRelatedField("name", read_only=True)

    class Meta:
        model = ClaimFile
        fields = (
            "reference",
            "name",
            "profile",
            "state",
            "received_by",
            "received_at",
            "is_history",
            "n_rows",
            "n_accepted",
            "n_duplicate",
            "n_superseding",
            "n_rejected",
        )


class DeliveryDetail(DeliveryRow):
    """A delivery with its sums a currency as decimals, what was normalised, and why it was refused as a whole."""

    totals = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta(DeliveryRow.Meta):
        fields = (*DeliveryRow.Meta.fields, "totals", "notes", "error")

    @extend_schema_field(serializers.DictField(child=serializers.DictField(child=serializers.CharField())))
    def get_totals(self, file: ClaimFile) -> dict[str, dict[str, str]]:
        """Currency → outcome → the sum of its rows."""
        return {
            currency: {kind: decimal_text(minor, currency) for kind, minor in sums.items()}
            for currency, sums in file.totals.items()
        }

    def get_notes(self, file: ClaimFile) -> list[str]:
        return [refusal("note", note["code"], note["params"], current_language()) for note in file.notes]

    def get_error(self, file: ClaimFile) -> dict[str, Any] | None:
        if not file.error:
            return None
        code, params = file.error["code"], file.error["params"]
        return {"code": code, "message": refusal("file", code, params, current_language()), "params": params}


class RejectRow(serializers.ModelSerializer):
    """A rejected row with what would be right and its original text."""

    message = serializers.SerializerMethodField()

    class Meta:
        model = ClaimFileReject
        fields = ("line", "column", "code", "message", "params", "original")

    def get_message(self, reject: ClaimFileReject) -> str:
        return refusal("row", reject.code, reject.params, current_language())


class DeliveryPage(serializers.Serializer):
    results = DeliveryRow(many=True)
    next = serializers.CharField(allow_null=True)


class RejectPage(serializers.Serializer):
    results = RejectRow(many=True)
    next = serializers.CharField(allow_null=True)
