"""The rule book through the interface: the same text as the page's file, and an import that makes drafts and proposals only."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from audit.permissions import require
from fraud.web.api import FraudView, describe
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictSerializer
from rules.book_text import LARGEST, BookNotValid
from rules.services.book import export_book
from rules.services.book_import import import_book, preview_book


class BookText(serializers.Serializer):
    yaml = serializers.CharField(
        help_text="Rules, lists and parameters; the same content gives the same text."
    )


class BookDelivery(StrictSerializer):
    yaml = StrictCharField(max_length=LARGEST)
    apply = StrictBooleanField(
        required=False, default=False, help_text="Make the drafts and proposals; without it only tell them."
    )
    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")


class BookStepAnswer(serializers.Serializer):
    part = serializers.ChoiceField(choices=["groups", "rules", "lists", "parameters"])
    name = serializers.CharField()
    action = serializers.ChoiceField(choices=["new", "draft", "proposal", "same", "refused"])
    lines = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField(allow_blank=True)


class BookAnswer(serializers.Serializer):
    applied = serializers.BooleanField()
    steps = BookStepAnswer(many=True)


@extend_schema_view(
    get=describe("Export the rule book", answer=BookText, operation_id="rule_book_export"),
    post=describe(
        "Import a rule book", answer=BookAnswer, body=BookDelivery, operation_id="rule_book_import"
    ),
)
class RuleBook(FraudView):
    """Rules, lists and parameters as YAML. What an import changes counts only after a second person has agreed."""

    permission = "rules.view_rule"

    def get(self, request: Request) -> Response:
        """The book as it is now."""
        return Response({"yaml": export_book(by=self.by)})

    def post(self, request: Request) -> Response:
        """What the book changes here, entry by entry. Raises ValidationError for a text that is no book."""
        require(self.by, "rules.draft_rule")
        data = self.input(BookDelivery)
        try:
            if data["apply"]:
                steps = import_book(text=data["yaml"], by=self.by, reason=data["reason"])
            else:
                steps = preview_book(text=data["yaml"], by=self.by)
        except BookNotValid as error:
            raise self.wrong("yaml", error.message(current_language())) from error
        return Response(BookAnswer({"applied": data["apply"], "steps": steps}).data)
