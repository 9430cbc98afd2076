"""Shapes that many addresses of the interface have in common: a list in pages, one thing, a proposal, a step on one thing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import require
from fraud.web.api import ONLY_PAGING, FraudView
from fraud.web.api_strict import StrictCharField, StrictSerializer
from fraud.web.exports import EXPORT_REASON_MIN, export_reason
from fraud.web.tables import Table


class StepReason(StrictSerializer):
    reason = StrictCharField(max_length=500, required=False, allow_blank=True, default="")


class ListView(FraudView):
    """A list in pages: `found` gives its rows, `row` tells one of them, `order` is the column they are in, newest first."""

    filters = ONLY_PAGING
    row: ClassVar[type[serializers.Serializer]]
    order: ClassVar[str] = "id"
    ascending: ClassVar[bool] = False

    def found(self) -> QuerySet[Any]:
        """The rows that the caller may see and asks for. Raises ValidationError for a filter that is not understood."""
        raise NotImplementedError

    def told(self, rows: list[Any]) -> Any:
        """A page's rows as they are answered."""
        return self.row(rows, many=True).data

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError."""
        page = self.page(self.found(), by=self.order, ascending=self.ascending)
        return self.paged(self.told(page.rows), page)


class OneView(FraudView):
    """One thing by the key its address names: `found` gives the rows it is one of, `named` is the column of that key, `row` tells it."""

    row: ClassVar[type[serializers.Serializer]]
    named: ClassVar[str] = "pk"

    def found(self) -> Any:
        """The rows, or the model of them, that the caller may see."""
        raise NotImplementedError

    def get(self, request: Request, **which: Any) -> Response:
        """Raises Http404."""
        (key,) = which.values()
        return Response(self.row(get_object_or_404(self.found(), **{self.named: key})).data)


class ProposeView(FraudView):
    """What holds is read; something else is proposed: who may (`may_propose`) and the body are named, the rest is the view's own."""

    may_propose: ClassVar[str]
    body: ClassVar[type[serializers.Serializer]]

    def propose(self, data: dict[str, Any]) -> Any:
        """Make the proposal of the checked body; it as it is told."""
        raise NotImplementedError

    def post(self, request: Request) -> Response:
        """Propose. Raises NotPermitted, ValidationError (400); 409 for what changed meanwhile, 422 for what cannot be."""
        require(self.by, self.may_propose)
        return Response(self.propose(dict(self.input(self.body))), status=201)


class StepView(FraudView):
    """Named steps on one thing, the name the last part of the address: each takes what the address names and the checked body."""

    body: ClassVar[type[serializers.Serializer]] = StepReason
    steps: ClassVar[Mapping[str, str]] = {}  # name → method of the view

    def post(self, request: Request, name: str, **which: Any) -> Response:
        """Raises Http404 for a step there is none of, and what the step refuses."""
        if name not in self.steps:
            raise Http404
        data = dict(self.input(self.body))
        return Response(getattr(self, self.steps[name])(data, **which))


class DecideReason(StrictSerializer):
    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")


class DecideView(StepView):
    """`approve` or `return`, with its `reason`, by somebody else than who proposed it: `found` gives the proposals, `row` tells one, and
    what both steps do is the view's own.
    """

    body = DecideReason
    row: ClassVar[type[serializers.Serializer]]
    steps: ClassVar[Mapping[str, str]] = {"approve": "approve", "return": "send_back"}

    def found(self) -> Any:
        """The proposals, or the model of them."""
        raise NotImplementedError

    def agree(self, change: Any, reason: str) -> object:
        """Let it hold. Raises NotPermitted and what the service refuses."""
        raise NotImplementedError

    def turn_down(self, change: Any, reason: str) -> object:
        """Return it. Raises NotPermitted and what the service refuses."""
        raise NotImplementedError

    def approve(self, data: dict[str, Any], change_id: int) -> Any:
        """Raises Http404."""
        self.agree(get_object_or_404(self.found(), pk=change_id), data["reason"])
        return self._told(change_id)

    def send_back(self, data: dict[str, Any], change_id: int) -> Any:
        """Raises Http404."""
        self.turn_down(get_object_or_404(self.found(), pk=change_id), data["reason"])
        return self._told(change_id)

    def _told(self, change_id: int) -> Any:
        return self.row(get_object_or_404(self.found(), pk=change_id)).data


def pages_of(row: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The description of a page of rows."""
    name = row.__name__.removesuffix("Row").removesuffix("Answer")
    return type(
        f"{name}Page",
        (serializers.Serializer,),
        {"results": row(many=True), "next": serializers.CharField(allow_null=True)},
    )


class ColumnAnswer(serializers.Serializer):
    key = serializers.CharField()
    words = serializers.CharField()


class TableAnswer(serializers.Serializer):
    """A table of figures as its page shows it: what each column is called, and rows with a value under each key, null for none."""

    name = serializers.CharField()
    columns = ColumnAnswer(many=True)
    rows = serializers.ListField(child=serializers.DictField())


def table_told(table: Table) -> dict[str, Any]:
    """A page's table as `TableAnswer` tells it."""
    keys = [column.key for column in table.columns]
    return {
        "name": table.name,
        "columns": [{"key": column.key, "words": str(column.words)} for column in table.columns],
        "rows": [{key: _plain(row.get(key)) for key in keys} for row in table.rows],
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    return str(value)


class ExportBody(StrictSerializer):
    """What an export is for; it is kept with it."""

    reason = StrictCharField(min_length=EXPORT_REASON_MIN, max_length=300)


class ExportView(FraudView):
    """An export: a post, since it and its reason are kept."""

    answers_kept = "no"  # a file

    def reason(self, data: Mapping[str, Any]) -> str:
        """What it is for, in one line. Raises ValidationError where nothing is said."""
        said = export_reason(data["reason"])
        if len(said) < EXPORT_REASON_MIN:
            raise self.wrong("reason", _("Say in a few words what the export is for."))
        return said
