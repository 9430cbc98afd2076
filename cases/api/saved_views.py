"""Kept sets of queue filters through the interface: one's own only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseworkView, describe
from cases.models import SavedView
from cases.pages.queue_reading import understood
from cases.services import saved_views
from cases.services.errors import CaseNotFound
from fraud.web.api import ONLY_PAGING, PAGING
from fraud.web.api_shapes import pages_of
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictSerializer


class SavedViewRow(serializers.ModelSerializer):
    """`query`: filters as the queue's address has them; `is_start`: the queue opens with it."""

    is_start = serializers.BooleanField(source="is_default")

    class Meta:
        model = SavedView
        fields = ("name", "query", "is_start")


class SavedViewBody(StrictSerializer):
    """`is_start` left out: it stays as it is."""

    query = StrictCharField(max_length=500, allow_blank=True)
    is_start = StrictBooleanField(required=False, allow_null=True, default=None)


class SavedViewsView(CaseworkView):
    permission = "cases.view_case"


@extend_schema_view(
    get=describe(
        "List one's kept views",
        answer=pages_of(SavedViewRow),
        parameters=PAGING,
        operation_id="saved_views_list",
    )
)
class SavedViewList(SavedViewsView):
    """What the caller keeps, by name."""

    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError."""
        page = self.page_of(saved_views.views_of(self.by), key=lambda one: one.name)
        return self.paged(SavedViewRow(page.rows, many=True).data, page)


@extend_schema_view(
    get=describe("Read a kept view", answer=SavedViewRow, operation_id="saved_views_read"),
    put=describe(
        "Keep filters under a name", answer=SavedViewRow, body=SavedViewBody, operation_id="saved_views_keep"
    ),
    delete=describe("Forget a kept view", answer={204: None}, operation_id="saved_views_forget"),
)
class SavedViewOne(SavedViewsView):
    """One kept view; kept again under the same name it is replaced."""

    def get(self, request: Request, name: str) -> Response:
        """Raises CaseNotFound."""
        return Response(SavedViewRow(_find(self, name)).data)

    def put(self, request: Request, name: str) -> Response:
        """Raises ValidationError, TooMany."""
        data: Any = self.input(SavedViewBody)
        _query, problems = understood(data["query"])
        if problems:
            raise self.wrong("query", problems)
        kept = saved_views.keep_view(name=name, query=data["query"], by=self.by)
        if data["is_start"] is not None:
            saved_views.start_with(name=kept.name, by=self.by, is_start=data["is_start"])
        return Response(SavedViewRow(_find(self, kept.name)).data)

    def delete(self, request: Request, name: str) -> Response:
        """Raises CaseNotFound."""
        saved_views.forget_view(name=name, by=self.by)
        return Response(status=204)


def _find(view: SavedViewsView, name: str) -> SavedView:
    found = next((one for one in saved_views.views_of(view.by) if one.name == name), None)
    if found is None:
        raise CaseNotFound
    return found
