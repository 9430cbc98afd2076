"""The monthly review of access through the interface: every login with what it has, kept or ended by somebody else than its person."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import require
from fraud.claims.models import AccessReview, User
from fraud.people.api.rows import LoginAnswer
from fraud.people.changes import APPROVE
from fraud.people.reviews import ReviewRow, month_now, review_access, review_rows, reviewed
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer


class ReviewAnswer(serializers.Serializer):
    """A login to look at; `used_days` null where it was never used; `result` once somebody looked at it this month."""

    login = serializers.SerializerMethodField()
    seen = serializers.IntegerField(source="row.user.access_version")
    used_at = serializers.DateTimeField(allow_null=True)
    used_days = serializers.IntegerField(allow_null=True)
    is_oneself = serializers.BooleanField()
    result = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    reviewed_at = serializers.SerializerMethodField()

    @extend_schema_field(LoginAnswer)
    def get_login(self, one: ReviewRow) -> Any:
        return LoginAnswer(one.row).data

    def get_result(self, one: ReviewRow) -> str:
        return one.review.result if one.review else ""

    def get_reason(self, one: ReviewRow) -> str:
        return one.review.reason if one.review else ""

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_reviewed_at(self, one: ReviewRow) -> Any:
        return one.review.reviewed_at if one.review else None


class ReviewPage(serializers.Serializer):
    """`month`: the month that is reviewed."""

    results = ReviewAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    month = serializers.CharField()


class ReviewBody(StrictSerializer):
    result = serializers.ChoiceField(choices=AccessReview.Result.choices)
    reason = StrictCharField(
        max_length=500, required=False, allow_blank=True, default="", help_text="Needed to end a login."
    )
    seen = StrictIntegerField(help_text="`seen` of the login.")


class ReviewView(FraudView):
    permission = "fraud.view_people"


@extend_schema_view(
    get=describe(
        "List access to review", answer=ReviewPage, parameters=PAGING, operation_id="access_review_list"
    )
)
class ReviewList(ReviewView):
    """Every working login that holds a role, by user name, with what was found this month."""

    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError."""
        page = self.page_of(review_rows(self.by), key=lambda one: one.row.user.username)
        return self.paged(ReviewAnswer(page.rows, many=True).data, page, month=month_now())


@extend_schema_view(
    post=describe(
        "Keep the access of a login or end the login",
        answer=ReviewAnswer,
        body=ReviewBody,
        refusals=(404,),
        operation_id="access_review_decide",
    )
)
class ReviewOne(ReviewView):
    """`kept` or `ended`, once a month, by somebody else than its person; ended, its sessions and tokens are gone."""

    def post(self, request: Request, login_id: int) -> Response:
        """Raises Http404, NotPermitted, AccessRefused."""
        require(self.by, APPROVE)
        user, data = get_object_or_404(User, pk=login_id), self.input(ReviewBody)
        review = review_access(
            user=user,
            keep=data["result"] == AccessReview.Result.KEPT,
            reason=data["reason"],
            by=self.by,
            seen=data["seen"],
        )
        return Response(ReviewAnswer(reviewed(review, self.by)).data)
