"""The rule book through the interface: the same text as the page's file, and an import that makes drafts and proposals only."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from audit.permissions import require
from fraud.web.api import FraudView, describe
from fraud.web.api_shapes import DecideReason, DecideView
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictSerializer
from rules.book_text import LARGEST, BookNotValid
from rules.models import BookChange
from rules.services.book import export_book
from rules.services.book_bundle import (
    confirm_book,
    propose_book,
    return_book,
    steps_of,
    try_book,
    waiting_books,
)
from rules.services.book_import import import_book, preview_book

MOST_STEPS = 200


class BookText(serializers.Serializer):
    yaml = serializers.CharField(
        help_text="Rules, lists and parameters; the same content gives the same text."
    )


class BookDelivery(StrictSerializer):
    yaml = StrictCharField(max_length=LARGEST)
    apply = StrictBooleanField(
        required=False, default=False, help_text="Make the drafts and proposals; without it only tell them."
    )
    as_one = StrictBooleanField(
        required=False,
        default=False,
        help_text="One proposal of all of it, which somebody else confirms in one step, instead of drafts and proposals one by one.",
    )
    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")


class BookStepAnswer(serializers.Serializer):
    part = serializers.ChoiceField(choices=["groups", "rules", "lists", "parameters"])
    name = serializers.CharField()
    action = serializers.ChoiceField(choices=["new", "draft", "proposal", "same", "refused"])
    lines = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField(allow_blank=True)
    warnings = serializers.ListField(
        child=serializers.CharField(),
        help_text="That a rule can never hit, always hits, or has such a part; it is taken nevertheless.",
    )


class BookAnswer(serializers.Serializer):
    applied = serializers.BooleanField()
    book = serializers.IntegerField(
        allow_null=True, help_text="Number of the proposal that was made of all of it."
    )
    steps = BookStepAnswer(many=True)


class BookChangeAnswer(serializers.ModelSerializer):
    n_steps = serializers.SerializerMethodField(help_text="How many entries the book has.")
    steps = serializers.SerializerMethodField(
        help_text=f"The first {MOST_STEPS} that change or are refused; the page of the book shows all."
    )

    class Meta:
        model = BookChange
        fields = ("id", "state", "reason", "proposed_at", "decided_at", "n_steps", "steps")

    def get_n_steps(self, change: BookChange) -> int:
        """All of them."""
        return len(change.steps)

    @extend_schema_field(BookStepAnswer(many=True))
    def get_steps(self, change: BookChange) -> list[dict[str, Any]]:
        """What somebody has to look at."""
        told = [step for step in steps_of(change) if step.action != "same" or step.reason]
        return list(BookStepAnswer(told[:MOST_STEPS], many=True).data)


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
        change = None
        try:
            if data["apply"] and data["as_one"]:
                change = propose_book(text=data["yaml"], by=self.by, reason=data["reason"])
                steps = steps_of(change)
            elif data["as_one"]:
                steps = try_book(text=data["yaml"], by=self.by)
            elif data["apply"]:
                steps = import_book(text=data["yaml"], by=self.by, reason=data["reason"])
            else:
                steps = preview_book(text=data["yaml"], by=self.by)
        except BookNotValid as error:
            raise self.wrong("yaml", error.message(current_language())) from error
        number = change.pk if change else None
        return Response(BookAnswer({"applied": data["apply"], "book": number, "steps": steps}).data)


@extend_schema_view(
    get=describe("Rule books that wait", answer=BookChangeAnswer(many=True), operation_id="rule_book_changes")
)
class RuleBookChanges(FraudView):
    """Books proposed as a whole that wait for a second person, the oldest first, twenty at most."""

    permission = "rules.view_rule"

    def get(self, request: Request) -> Response:
        """Each with what it changes."""
        return Response(BookChangeAnswer(waiting_books(), many=True).data)


@extend_schema_view(
    post=describe(
        "Decide a rule book", answer=BookChangeAnswer, body=DecideReason, operation_id="rule_book_decide"
    )
)
class DecideBook(DecideView):
    """`approve` or `return`, with its `reason`, by somebody else than who proposed it."""

    permission = "rules.activate_rule"

    def approve(self, data: dict[str, Any], book_id: int) -> Any:
        """Raises Http404, NotPermitted, RuleServiceError."""
        change = get_object_or_404(BookChange, pk=book_id)
        return BookChangeAnswer(confirm_book(change=change, by=self.by)).data

    def send_back(self, data: dict[str, Any], book_id: int) -> Any:
        """Raises Http404, NotPermitted, RuleServiceError."""
        change = get_object_or_404(BookChange, pk=book_id)
        return BookChangeAnswer(return_book(change=change, by=self.by, **data)).data
