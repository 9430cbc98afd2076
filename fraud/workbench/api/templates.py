"""The gallery of templates through the interface: what there is, and a draft of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from fraud.web.api import ONLY_PAGING, PAGING, describe, query
from fraud.web.api_shapes import pages_of
from fraud.workbench.api import rule_rows as rows
from fraud.workbench.api.rules import RuleView
from fraud.workbench.gallery import Card, cards
from rules.language import RuleNotValid
from rules.services.groups import SHIPPED
from rules.services.templates import adopt_template
from rules.starter import GALLERY


class TemplateRow(serializers.Serializer):
    """A template in the reader's language; `adopted`: the company has a rule of its code."""

    code = serializers.CharField(source="template.code")
    name = serializers.SerializerMethodField()
    text = serializers.CharField(source="template.text")
    sentence = serializers.CharField()
    question = serializers.SerializerMethodField()
    needs = serializers.SerializerMethodField()
    adopted = serializers.SerializerMethodField()

    def get_name(self, card: Card) -> str:
        return card.template.name_ko if current_language() == "ko" else card.template.name_en

    def get_question(self, card: Card) -> str:
        return card.template.question_ko if current_language() == "ko" else card.template.question_en

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_needs(self, card: Card) -> list[str]:
        return [str(need.label) for need in card.needs]

    def get_adopted(self, card: Card) -> bool:
        return card.version is not None


@extend_schema_view(
    get=describe(
        "List templates of rules",
        answer=pages_of(TemplateRow),
        parameters=[query("q", "Words to look for."), query("group", "", enum=list(SHIPPED)), *PAGING],
        operation_id="templates_list",
    )
)
class TemplateList(RuleView):
    """The gallery by code."""

    filters = ("q", "group", *ONLY_PAGING)

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError."""
        found = cards(self.param("q").strip()[:100], self.one_of("group", list(SHIPPED)))
        page = self.page_of(found, key=lambda card: card.template.code)
        return self.paged(TemplateRow(page.rows, many=True).data, page)


@extend_schema_view(
    post=describe(
        "Make a draft of a template",
        answer={201: rows.VersionAnswer},
        refusals=(404, 409),
        operation_id="templates_adopt",
    )
)
class AdoptTemplate(RuleView):
    """A draft with the template's question, clause and examples; a second person activates it."""

    permission = "rules.draft_rule"

    def post(self, request: Request, code: str) -> Any:
        """Raises Http404, ValidationError, RuleServiceError."""
        if code not in GALLERY:
            raise Http404
        try:
            made = adopt_template(code=code, by=self.by)
        except RuleNotValid as error:
            said = "; ".join(problem.message(current_language()) for problem in error.problems)
            raise self.wrong("code", said) from error
        return self.told_version(code, made.number, status=201)
