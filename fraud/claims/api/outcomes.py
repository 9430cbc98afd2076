"""Outcomes that were decided elsewhere, through the interface."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence
from fraud.claims.outcomes.delivering import ACTION, deliver_outcomes, preview_outcomes, schemes
from fraud.claims.outcomes.reading import Outcome, read_given
from fraud.claims.outcomes.words import STATUS_WORDS
from fraud.web.api import FraudView, describe
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictSerializer

MAX_ROWS = 1000


class GivenOutcome(StrictSerializer):
    """One outcome; its values are checked like those of a file, row by row."""

    claim = StrictCharField(max_length=140, help_text="The claim's number in its source system.")
    source_system = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    outcome = StrictCharField(max_length=40, help_text="misuse, legitimate, withdrawn.")
    source = StrictCharField(max_length=40, help_text="tip, audit, other_system, earlier_appeal.")
    decided_at = StrictCharField(max_length=40, help_text="ISO date, or date and time.")
    scheme = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    reference = StrictCharField(max_length=80, required=False, allow_blank=True, default="")


class OutcomeDelivery(StrictSerializer):
    rows = serializers.ListField(child=GivenOutcome(), min_length=1, max_length=MAX_ROWS)
    preview = StrictBooleanField(required=False, default=False)


class OutcomeRow(serializers.Serializer):
    row = serializers.IntegerField(source="line")
    claim = serializers.CharField()
    status = serializers.ChoiceField(choices=list(STATUS_WORDS))
    column = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    message = serializers.SerializerMethodField()

    def get_message(self, row: Outcome) -> str:
        return sentence("row", row.code, row.params, current_language()) if row.code else ""


class OutcomeAnswer(serializers.Serializer):
    """`stored` is 0 for a preview; `counts` holds how many rows have each status."""

    stored = serializers.IntegerField(source="n_stored")
    counts = serializers.DictField(child=serializers.IntegerField())
    rows = OutcomeRow(many=True)


@extend_schema_view(
    post=describe(
        "Deliver outcomes", answer=OutcomeAnswer, body=OutcomeDelivery, operation_id="outcomes_deliver"
    )
)
class DeliverOutcomes(FraudView):
    """Tips and findings with when they were decided. They count from the moment they are delivered; a row is taken once."""

    permission = ACTION

    def post(self, request: Request) -> Response:
        """What became of each row. Raises ValidationError for a card or resident number anywhere in it."""
        data = self.input(OutcomeDelivery)
        try:
            rows = read_given(data["rows"], schemes=schemes())
        except FileQuarantined as error:
            raise self.wrong(
                "rows", sentence("file", error.code, error.params, current_language())
            ) from error
        if data["preview"]:
            return Response(OutcomeAnswer(preview_outcomes(rows, by=self.by)).data)
        return Response(OutcomeAnswer(deliver_outcomes(rows, by=self.by, door="interface")).data)
