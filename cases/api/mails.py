"""Mail that has not left: the list, sending again, and saying that somebody was told another way."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record_access
from cases.api.base import CaseworkView, describe
from cases.models import OutboxMessage
from cases.pages.mails import MailRow, mail_rows
from cases.services.dead_mail import send_again, tell_otherwise
from cases.visibility import find_mail, hidden_cases, visible_mails
from fraud.web.api import PAGING
from fraud.web.api_strict import StrictCharField, StrictSerializer


class StuckMail(serializers.Serializer):
    """A mail; `holds_clock`: a deadline waits for it. `case` is empty for readers who see no cases."""

    number = serializers.IntegerField(source="message.pk")
    what = serializers.CharField()
    case = serializers.CharField()
    recipient = serializers.CharField(source="message.recipient")
    written_at = serializers.DateTimeField(source="message.created_at")
    attempts = serializers.IntegerField(source="message.attempts")
    why = serializers.CharField()
    is_dead = serializers.BooleanField()
    holds_clock = serializers.BooleanField()


class StuckMailPage(serializers.Serializer):
    results = StuckMail(many=True)
    next = serializers.CharField(allow_null=True)


class NoBody(StrictSerializer):
    """No fields."""


class ToldBody(StrictSerializer):
    reason = StrictCharField(max_length=300)


class StepAnswer(serializers.Serializer):
    number = serializers.IntegerField()
    state = serializers.CharField()


@extend_schema_view(
    get=describe(
        "List mail that has not left", answer=StuckMailPage, parameters=list(PAGING), operation_id="mail_list"
    )
)
class MailList(CaseworkView):
    """Dead, failed three times, or failed and ten minutes old, without that of cases the caller is involved in; oldest first, keyset paged."""

    permission = "cases.view_mail"
    filters = tuple(one.name for one in PAGING)

    def get(self, request: Request) -> Response:
        page = self.page(visible_mails(self.by).order_by(), by="created_at")
        if page.rows:
            record_access(request=request._request, subject="mail", what="mail that has not left")
        rows: list[MailRow] = mail_rows(page.rows, self.by)
        return Response({"results": StuckMail(rows, many=True).data, "next": page.next_cursor or None})


class _MailStep(CaseworkView):
    permission = "cases.resend_mail"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """What became of the mail. Raises Http404 where its case is hidden from them by now."""
        if OutboxMessage.objects.filter(pk=kept["number"], case__in=hidden_cases(self.by)).exists():
            raise Http404
        return super().tell_again(kept, status=status)


@extend_schema_view(post=describe("Send a mail again", answer=StepAnswer, body=NoBody))
class SendAgain(_MailStep):
    def post(self, request: Request, number: int) -> Response:
        self.input(NoBody)
        message = send_again(message=find_mail(number, self.by, trying=self.permission), by=self.by)
        return Response({"number": message.pk, "state": message.state})


@extend_schema_view(post=describe("Say that somebody was told another way", answer=StepAnswer, body=ToldBody))
class ToldOtherwise(_MailStep):
    def post(self, request: Request, number: int) -> Response:
        reason = self.input(ToldBody)["reason"]
        message = tell_otherwise(
            message=find_mail(number, self.by, trying=self.permission), reason=reason, by=self.by
        )
        return Response({"number": message.pk, "state": message.state})
