"""What mails say: every text with its places, how one would read, proposing and deciding."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseworkView, describe
from cases.api.mails import NoBody
from cases.models import MailText
from cases.pages.mail_texts import preview, text_context
from cases.services.mail_defaults import MAILS
from cases.services.mail_texts import LANGUAGES, approve_text, check_text, propose_text, return_text
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer


class PlaceRow(serializers.Serializer):
    name = serializers.CharField()
    word = serializers.CharField()
    is_needed = serializers.BooleanField()


class TextAnswer(serializers.Serializer):
    """A text that counts. `number` is its version, 0 for the shipped text; `waiting`: the number under which a proposal is decided."""

    mail = serializers.CharField()
    language = serializers.CharField()
    number = serializers.IntegerField()
    is_shipped = serializers.BooleanField()
    subject = serializers.CharField()
    body = serializers.CharField()
    places = PlaceRow(many=True)
    waiting = serializers.IntegerField(allow_null=True)


class TextPage(serializers.Serializer):
    texts = TextAnswer(many=True)


class MailTextBody(StrictSerializer):
    subject = StrictCharField(max_length=150)
    body = StrictCharField(max_length=4_000)


class ProposalBody(MailTextBody):
    """`number`: the version that counted when it was read."""

    reason = StrictCharField(max_length=300)
    number = StrictIntegerField(min_value=0)


class ReturnBody(StrictSerializer):
    reason = StrictCharField(max_length=300)


class PreviewAnswer(serializers.Serializer):
    subject = serializers.CharField()
    body = serializers.CharField()


class DecidedText(serializers.Serializer):
    number = serializers.IntegerField()
    state = serializers.CharField()


class TextView(CaseworkView):
    """What the endpoints of one text share."""

    def row(self, mail: str, language: str) -> dict[str, Any]:
        """The text as it is told. Raises Http404."""
        if mail not in MAILS or language not in LANGUAGES:
            raise Http404
        found = text_context(mail, language, self.by)
        places = [
            {"name": name, "word": str(word), "is_needed": needed} for name, word, needed in found["places"]
        ]
        waiting = found["waiting"].pk if found["waiting"] else None
        return {**found, "places": places, "waiting": waiting}


@extend_schema_view(get=describe("List the texts of mails", answer=TextPage, operation_id="mail_texts_list"))
class TextList(TextView):
    """Every mail in both languages."""

    permission = "cases.view_mail_text"

    def get(self, request: Request) -> Response:
        rows = [self.row(mail, language) for mail in MAILS for language in LANGUAGES]
        return Response({"texts": TextAnswer(rows, many=True).data})


@extend_schema_view(
    get=describe("Read the text of a mail", answer=TextAnswer, operation_id="mail_texts_read"),
    post=describe(
        "Propose the text of a mail", answer=DecidedText, body=ProposalBody, operation_id="mail_texts_propose"
    ),
)
class TextOne(TextView):
    """One text of one mail in one language."""

    @property
    def permission(self) -> str:  # type: ignore[override]
        return "cases.change_mail_text" if self.request.method == "POST" else "cases.view_mail_text"

    def get(self, request: Request, mail: str, language: str) -> Response:
        """The text. Raises Http404."""
        return Response(TextAnswer(self.row(mail, language)).data)

    def post(self, request: Request, mail: str, language: str) -> Response:
        """Propose it anew. Raises Http404, MailTextNotValid (422), MailTextMoved (409)."""
        self.row(mail, language)
        body = dict(self.input(ProposalBody))
        number = body.pop("number")
        made = propose_text(mail=mail, language=language, **body, by=self.by, expected_number=number)
        return Response({"number": made.pk, "state": made.state})


@extend_schema_view(
    post=describe(
        "See how a mail would read",
        answer=PreviewAnswer,
        body=MailTextBody,
        operation_id="mail_texts_preview",
    )
)
class TextPreview(TextView):
    """With made-up values; nothing is kept."""

    permission = "cases.view_mail_text"

    def post(self, request: Request, mail: str, language: str) -> Response:
        """Subject and body. Raises Http404, MailTextNotValid (422)."""
        self.row(mail, language)
        body = self.input(MailTextBody)
        check_text(mail, language, body["subject"], body["body"])
        subject, text = preview(mail, language, body["subject"], body["body"])
        return Response({"subject": subject, "body": text})


class _Decide(CaseworkView):
    permission = "cases.approve_mail_text"

    def found(self, number: int) -> MailText:
        """The proposal. Raises Http404."""
        row = MailText.objects.filter(pk=number).first()
        if row is None:
            raise Http404
        return row


@extend_schema_view(
    post=describe(
        "Agree to the text of a mail", answer=DecidedText, body=NoBody, operation_id="mail_texts_approve"
    )
)
class ApproveText(_Decide):
    """Somebody else than who proposed it."""

    def post(self, request: Request, number: int) -> Response:
        """Raises Http404, NotPermitted, MailTextMoved (409)."""
        self.input(NoBody)
        row = approve_text(text=self.found(number), by=self.by)
        return Response({"number": row.pk, "state": row.state})


@extend_schema_view(
    post=describe(
        "Return the text of a mail", answer=DecidedText, body=ReturnBody, operation_id="mail_texts_return"
    )
)
class ReturnText(_Decide):
    """Somebody else than who proposed it."""

    def post(self, request: Request, number: int) -> Response:
        """Raises Http404, NotPermitted, MailTextMoved (409)."""
        reason = self.input(ReturnBody)["reason"]
        row = return_text(text=self.found(number), reason=reason, by=self.by)
        return Response({"number": row.pk, "state": row.state})
