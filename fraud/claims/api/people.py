"""Personnel feeds through the interface: people, leave, trips, overtime, holidays, relatives, vehicles, expenses approved before."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from fraud.claims.feed_words import feed_notes, feed_refusal
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_uploads import MAX_BYTES, FeedTooLarge, receive_feed
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence
from fraud.web.api import FraudView, describe
from fraud.web.api_strict import StrictSerializer


class FeedUpload(StrictSerializer):
    """One file in a multipart form."""

    file = serializers.FileField(max_length=1000)


class FeedReject(serializers.Serializer):
    line = serializers.IntegerField()
    column = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class FeedAnswer(serializers.Serializer):
    """`n_rows` were read, of which `n_rejected` could not be taken and `n_unapproved` do not hold: cancelled, rejected or still open.

    `n_written` are new or changed, `n_ended` were known and were cancelled or rejected since. `notes` name the columns that nothing takes.
    """

    feed = serializers.CharField()
    n_rows = serializers.IntegerField()
    n_written = serializers.IntegerField()
    n_rejected = serializers.IntegerField()
    n_unapproved = serializers.IntegerField()
    n_ended = serializers.IntegerField()
    notes = serializers.ListField(child=serializers.CharField())
    rejected = FeedReject(many=True)


@extend_schema_view(
    post=describe(
        "Deliver a personnel feed",
        answer=FeedAnswer,
        body={"multipart/form-data": FeedUpload},
        refusals=(404,),
        parameters=[OpenApiParameter("feed", OpenApiTypes.STR, OpenApiParameter.PATH, enum=sorted(FEEDS))],
        operation_id="people_feed",
    )
)
class PeopleFeed(FraudView):
    """Adds and updates; the same feed twice changes nothing."""

    answers_kept = "after"
    permission = "fraud.import_claims"
    body_limit = MAX_BYTES
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]

    def post(self, request: Request, feed: str) -> Response:
        """What became of the feed. Raises Http404 for a feed there is none of, ValidationError for a file that is refused."""
        if feed not in FEEDS:
            raise Http404
        file: Any = self.input(FeedUpload)["file"]
        language = current_language()
        try:
            result = receive_feed(parts=file.chunks(), name=file.name or "", feed=feed, by=self.by)
        except FeedTooLarge as error:
            raise ValidationError(
                {"file": sentence("file", "file_too_large", {"limit": MAX_BYTES}, language)}
            ) from error
        except FileQuarantined as error:
            raise ValidationError({"file": feed_refusal(error.code, error.params, language)}) from error
        rejected = [
            {
                "line": row["line"],
                "column": row["column"] or "",
                "code": row["code"],
                "reason": sentence("row", row["code"], json.loads(row["params"]), language),
            }
            for row in result.rejects.iter_rows(named=True)
        ]
        more = {"notes": feed_notes(result, language), "rejected": rejected}
        return Response(FeedAnswer({**result.counts(), **more}).data)
