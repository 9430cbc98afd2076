"""Service accounts through the interface: the programs with their tokens, a new one, a new token, none any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import Role
from fraud.claims.accounts import (
    DAYS,
    MAX_DAYS,
    OVERLAP,
    SCOPES,
    AccountNotValid,
    TokenMoved,
    create_account,
    issue_token,
    revoke_tokens,
    token_seen,
    token_state,
)
from fraud.claims.identity import holders_of
from fraud.claims.models import ServiceToken, User
from fraud.web.api import PAGING, FraudView, describe
from fraud.web.api_errors import refuse
from fraud.web.api_shapes import ListView, StepView, pages_of
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer

#: Tokens told of each program, newest first.
SHOWN = 20


class TokenAnswer(serializers.ModelSerializer):
    """A token as it is kept: its first signs, never itself. `state`: living, expiring (within two weeks), ended, revoked."""

    state = serializers.SerializerMethodField()
    scopes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ServiceToken
        fields = ("id", "prefix", "scopes", "state", "created_at", "created_by", "expires_at", "revoked_at")

    def get_state(self, row: ServiceToken) -> str:
        return token_state(row)


class AccountRow(serializers.Serializer):
    """A program with its newest tokens; `seen`: the number of the newest, what a step on the program rests on."""

    username = serializers.CharField()
    tokens = serializers.SerializerMethodField()
    seen = serializers.SerializerMethodField()

    @extend_schema_field(TokenAnswer(many=True))
    def get_tokens(self, user: User) -> Any:
        return TokenAnswer(_tokens(user)[:SHOWN], many=True).data

    def get_seen(self, user: User) -> int:
        return token_seen(user)


class AccountWithToken(AccountRow):
    """`token`: told this once; a repetition with the same key leaves it out."""

    token = serializers.CharField(required=False)


class AccountBody(StrictSerializer):
    name = StrictCharField(max_length=60, help_text="2 to 60 letters, digits, dots, hyphens and underscores.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=list(SCOPES)), allow_empty=False)
    days = StrictIntegerField(
        required=False, default=DAYS, help_text=f"Until the token ends, 1 to {MAX_DAYS}."
    )


class AccountStep(StrictSerializer):
    seen = StrictIntegerField(help_text="`seen` of the program.")
    days = StrictIntegerField(
        required=False,
        help_text=f"For `rotate`: until the new token ends, 1 to {MAX_DAYS}; else as long as the last one.",
    )


class AccountView(FraudView):
    permission = "fraud.view_accounts"
    told_once = ("token",)


@extend_schema_view(
    get=describe(
        "List service accounts", answer=pages_of(AccountRow), parameters=PAGING, operation_id="accounts_list"
    ),
    post=describe(
        "Make a service account with its first token",
        answer={201: AccountWithToken},
        body=AccountBody,
        operation_id="accounts_create",
    ),
)
class AccountList(ListView, AccountView):
    """Programs by name: what their tokens may do and until when. None of them ever decides anything."""

    row = AccountRow
    order: ClassVar[str] = "username"
    ascending: ClassVar[bool] = True

    def found(self) -> QuerySet[User]:
        return holders_of(Role.DATA_CLIENT).prefetch_related("tokens")

    def post(self, request: Request) -> Response:
        """Raises NotPermitted, ValidationError."""
        data = self.input(AccountBody)
        try:
            user, token = create_account(by=self.by, **data)
        except AccountNotValid as error:
            raise self.wrong(error.field, str(error)) from error
        return Response({**AccountRow(user).data, "token": token}, status=201)


@extend_schema_view(
    get=describe("Read a service account", answer=AccountRow, refusals=(404,), operation_id="accounts_read")
)
class AccountOne(AccountView):
    """A program with its tokens."""

    def get(self, request: Request, username: str) -> Response:
        """Raises Http404."""
        return Response(AccountRow(_find(username)).data)


@extend_schema_view(
    post=describe(
        "Issue a new token for a service account or end all",
        answer=AccountWithToken,
        body=AccountStep,
        refusals=(404,),
        operation_id="accounts_step",
    )
)
class AccountSteps(StepView, AccountView):
    """`rotate`: a new token, told this once, beside the old one, which ends a day later; `revoke`: no token any more, at once."""

    body = AccountStep
    steps: ClassVar[Mapping[str, str]] = {"rotate": "rotate", "revoke": "revoke"}

    def post(self, request: Request, name: str, **which: Any) -> Response:
        """Raises Http404, NotPermitted; refuses a step on a program that has another token by now."""
        try:
            return super().post(request, name, **which)
        except TokenMoved as error:
            return refuse(409, "token_moved", str(error))

    def rotate(self, data: dict[str, Any], username: str) -> Any:
        """Raises Http404, NotPermitted, TokenMoved, ValidationError."""
        asked = {"seen": data["seen"], "days": data.get("days")}
        try:
            token = issue_token(user=_find(username), by=self.by, overlap=OVERLAP, **asked)
        except AccountNotValid as error:
            raise self.wrong(error.field, str(error)) from error
        return {**AccountRow(_find(username)).data, "token": token}

    def revoke(self, data: dict[str, Any], username: str) -> Any:
        """Raises Http404, NotPermitted, TokenMoved."""
        revoke_tokens(user=_find(username), by=self.by, seen=data["seen"])
        return AccountRow(_find(username)).data


def _find(username: str) -> User:
    found: User = get_object_or_404(holders_of(Role.DATA_CLIENT), username=username)
    return found


def _tokens(user: User) -> list[ServiceToken]:
    return sorted(user.tokens.all(), key=lambda token: -token.pk)
