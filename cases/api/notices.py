"""What the caller was told: the list, reading it, and how they want each kind by mail."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from cases.api.base import CaseworkView, describe
from cases.api.mails import NoBody
from cases.models import Notice
from cases.pages.notices import own_kinds, own_notices
from cases.services.notice_words import sentence_of
from cases.services.notices import KINDS, How, choose_notices, read_notices
from fraud.web.api import PAGING, query
from fraud.web.api_strict import StrictCharField, StrictSerializer

PARTS = ("all", "unread")


class NoticeRow(serializers.ModelSerializer):
    """One thing the caller was told; `text` is in their language, `read_at` null while it is new."""

    number = serializers.IntegerField(source="pk")
    case = serializers.CharField(source="case.reference")
    text = serializers.SerializerMethodField()

    class Meta:
        model = Notice
        fields = ("number", "kind", "case", "text", "created_at", "read_at")

    def get_text(self, row: Notice) -> str:
        return sentence_of(row, current_language())


class NoticePage(serializers.Serializer):
    results = NoticeRow(many=True)
    next = serializers.CharField(allow_null=True)


class ReadNoticesBody(StrictSerializer):
    """`until`: only what was told before; left out, everything."""

    until = serializers.DateTimeField(required=False)


class NoticesRead(serializers.Serializer):
    n_read = serializers.IntegerField(help_text="Notices that were new until now.")


class KindAnswer(serializers.Serializer):
    """A kind of notice, how the caller has it by mail (`by_mail`), and the ways they may choose from."""

    kind = serializers.CharField(source="code")
    word = serializers.CharField()
    by_mail = serializers.ChoiceField(How.values, source="how")
    ways = serializers.ListField(child=serializers.CharField())


class KindsAnswer(serializers.Serializer):
    kinds = KindAnswer(many=True)


class ChoiceRow(StrictSerializer):
    kind = StrictCharField(max_length=12)
    by_mail = StrictCharField(max_length=8)


class ChoicesBody(StrictSerializer):
    """Kinds that are left out stay as they are."""

    choices = serializers.ListField(child=ChoiceRow(), max_length=len(KINDS))


FILTERS = [query("part", "Default `all`.", enum=list(PARTS)), *PAGING]


@extend_schema_view(
    get=describe("List own notices", answer=NoticePage, parameters=FILTERS, operation_id="notices_list")
)
class NoticeList(CaseworkView):
    """The caller's own, the newest first; none about a case that is hidden from them by now."""

    permission = "cases.view_notice"
    filters = tuple(one.name for one in FILTERS)

    def get(self, request: Request) -> Response:
        rows = own_notices(self.by)
        if self.one_of("part", PARTS, PARTS[0]) == "unread":
            rows = rows.filter(read_at=None)
        page = self.page(rows, by="created_at")
        return self.paged(NoticeRow(page.rows, many=True).data, page)


@extend_schema_view(
    post=describe(
        "Mark own notices as read", answer=NoticesRead, body=ReadNoticesBody, operation_id="notices_read"
    )
)
class ReadNotices(CaseworkView):
    """All of the caller's own, or those told before a moment."""

    permission = "cases.view_notice"

    def post(self, request: Request) -> Response:
        """How many were new."""
        body = self.input(ReadNoticesBody)
        return Response({"n_read": read_notices(by=self.by, until=body.get("until"))})


@extend_schema_view(
    post=describe("Mark a notice as read", answer=NoticeRow, body=NoBody, operation_id="notices_read_one")
)
class ReadNotice(CaseworkView):
    """One of the caller's own; one that was read stays read since then."""

    permission = "cases.view_notice"
    told_anew = "number"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The notice as it stands. Raises Http404 where its case is hidden from them by now."""
        found = get_object_or_404(own_notices(self.by), pk=kept["number"])
        return Response(NoticeRow(found).data, status=status)

    def post(self, request: Request, number: int) -> Response:
        """The notice. Raises Http404."""
        self.input(NoBody)
        if not own_notices(self.by).filter(pk=number).exists():
            raise Http404
        read_notices(by=self.by, pk=number)
        return Response(NoticeRow(own_notices(self.by).get(pk=number)).data)


@extend_schema_view(
    get=describe("Read how one is told", answer=KindsAnswer, operation_id="notices_choices"),
    put=describe(
        "Choose how one is told", answer=KindsAnswer, body=ChoicesBody, operation_id="notices_choose"
    ),
)
class NoticeChoices(CaseworkView):
    """By mail at once, once a day, or not by mail; on the page everything stands."""

    permission = "cases.view_notice"

    def get(self, request: Request) -> Response:
        return Response(KindsAnswer({"kinds": own_kinds(self.by)}).data)

    def put(self, request: Request) -> Response:
        """Raises ChoiceNotValid (422)."""
        choices = self.input(ChoicesBody)["choices"]
        choose_notices(choices={row["kind"]: row["by_mail"] for row in choices}, by=self.by)
        return self.get(request)
