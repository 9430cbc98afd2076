"""Logins, roles and units through the interface: the same services as the page of people."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import Role
from fraud.claims.models import AccessChange, Department, RoleGrant, User
from fraud.people import changes, leaving
from fraud.people.api import rows
from fraud.people.inviting import Invitation, invite_again, invite_login
from fraud.people.listing import (
    STATES,
    change_rows,
    login_rows,
    logins,
    one_login,
    proposed_changes,
    read_login_filters,
)
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe, query


class PeopleView(FraudView):
    """What the endpoints share."""

    permission = "fraud.view_people"

    def one(self, login_id: int) -> Response:
        """The login as it is now. Raises Http404."""
        found = one_login(get_object_or_404(User, pk=login_id), self.by)
        return Response(rows.OneLoginAnswer(found.row, context={"one": found}).data)


@extend_schema_view(
    get=describe(
        "List logins",
        answer=rows.LoginPage,
        parameters=[
            query("q", "Part of a name or user name, or an employee number."),
            query("role", "Logins that hold it now.", enum=rows.ROLE_CHOICES),
            query("state", "", enum=STATES),
            query("unit", "Code of a department they were given."),
            *PAGING,
        ],
        operation_id="logins_list",
    ),
    post=describe(
        "Invite somebody",
        answer={201: rows.OneLoginAnswer},
        body=rows.InvitationBody,
        refusals=(409,),
        operation_id="logins_invite",
    ),
)
class LoginList(PeopleView):
    """Logins by user name; an invitation makes one without rights and proposes its roles."""

    filters = ("q", "role", "state", "unit", "page_size", "cursor")

    def get(self, request: Request) -> Response:
        """A page. Raises ValidationError for filters that are not understood."""
        self.one_of("role", rows.ROLE_CHOICES)
        self.one_of("state", STATES)
        condition, _problems = read_login_filters(request.query_params)
        page = self.page(logins(condition), by="username", ascending=True)
        answer = rows.LoginAnswer(login_rows(page.rows), many=True).data
        return Response({"results": answer, "next": page.next_cursor or None})

    def post(self, request: Request) -> Response:
        """Raises NotPermitted, AccessRefused."""
        data = dict(self.input(rows.InvitationBody))
        reason = data.pop("reason")
        wanted = Invitation(**{**data, "roles": [Role(name) for name in dict.fromkeys(data["roles"])]})
        user = invite_login(wanted=wanted, reason=reason, by=self.by)
        answer = self.one(user.pk)
        answer.status_code = status.HTTP_201_CREATED
        return answer


@extend_schema_view(
    get=describe("Read a login", answer=rows.OneLoginAnswer, refusals=(404,), operation_id="logins_read")
)
class LoginOne(PeopleView):
    """A login with its roles, past and open proposals."""

    def get(self, request: Request, login_id: int) -> Response:
        return self.one(login_id)


class LoginStep(PeopleView):
    """A step on a login; answers with the login as it is then."""

    body: Any = rows.AccessReason

    def post(self, request: Request, login_id: int) -> Response:
        """Raises Http404, NotPermitted, AccessRefused."""
        user = get_object_or_404(User, pk=login_id)
        self.step(user, dict(self.input(self.body)))
        return self.one(login_id)

    def step(self, user: User, data: dict[str, Any]) -> None:
        raise NotImplementedError


def _described(summary: str, name: str, body: Any = rows.AccessReason) -> Any:
    return extend_schema_view(
        post=describe(
            summary, answer=rows.OneLoginAnswer, body=body, refusals=(404, 409), operation_id=f"logins_{name}"
        )
    )


@_described("Propose a role", "give_role", rows.RoleBody)
class GiveRole(LoginStep):
    body = rows.RoleBody

    def step(self, user: User, data: dict[str, Any]) -> None:
        changes.propose_role(user=user, by=self.by, **{**data, "role": Role(data["role"])})


@_described("Propose to take a role away", "take_role", rows.TakeBody)
class TakeRole(LoginStep):
    body = rows.TakeBody

    def step(self, user: User, data: dict[str, Any]) -> None:
        grant = RoleGrant.objects.filter(pk=data.pop("grant"), user=user).first()
        if grant is None:
            raise Http404
        changes.propose_taking(grant=grant, by=self.by, **data)


@_described("Propose whose cases they see", "units", rows.UnitsBody)
class GiveUnits(LoginStep):
    body = rows.UnitsBody

    def step(self, user: User, data: dict[str, Any]) -> None:
        changes.propose_units(user=user, by=self.by, **data)


@_described("Propose to reactivate it", "return")
class ReturnLogin(LoginStep):
    def step(self, user: User, data: dict[str, Any]) -> None:
        changes.propose_return(user=user, by=self.by, **data)


@_described("End a login", "end")
class EndLogin(LoginStep):
    def step(self, user: User, data: dict[str, Any]) -> None:
        leaving.end_login(user=user, by=self.by, **data)


@_described("Sign out everywhere", "sign_out")
class SignOut(LoginStep):
    def step(self, user: User, data: dict[str, Any]) -> None:
        leaving.sign_out_everywhere(user=user, by=self.by, **data)


@_described("Remove the second step", "drop_second_step")
class DropSecondStep(LoginStep):
    def step(self, user: User, data: dict[str, Any]) -> None:
        leaving.drop_second_step(user=user, by=self.by, **data)


@_described("Send the invitation again", "invite_again", rows.AgainBody)
class InviteAgain(LoginStep):
    body = rows.AgainBody

    def step(self, user: User, data: dict[str, Any]) -> None:
        invite_again(user=user, by=self.by, **data)


@extend_schema_view(
    get=describe(
        "List what is proposed about access",
        answer=rows.ChangePage,
        parameters=PAGING,
        operation_id="access_changes_list",
    )
)
class ChangeList(PeopleView):
    """The oldest first."""

    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page(proposed_changes(), by="proposed_at", ascending=True)
        return self.paged(rows.ChangeAnswer(change_rows(page.rows, self.by), many=True).data, page)


@extend_schema_view(
    post=describe(
        "Decide a proposal: confirm, return or withdraw",
        answer=rows.ChangeAnswer,
        body=rows.DecisionBody,
        refusals=(404, 409),
        operation_id="access_changes_decide",
    )
)
class DecideChange(PeopleView):
    """Whoever proposed it withdraws it; somebody else confirms or returns it, with a reason."""

    def post(self, request: Request, change_id: int, name: str) -> Response:
        """Raises Http404, NotPermitted, AccessRefused."""
        change = get_object_or_404(AccessChange.objects.select_related("user"), pk=change_id)
        reason = self.input(rows.DecisionBody)["reason"]
        if name == "confirm":
            changes.confirm_change(change=change, by=self.by)
        elif name == "return":
            changes.return_change(change=change, reason=reason, by=self.by)
        elif name == "withdraw":
            changes.withdraw_change(change=change, by=self.by)
        else:
            raise Http404
        change.refresh_from_db()
        return Response(rows.ChangeAnswer(change_rows([change], self.by)[0]).data)


@extend_schema_view(
    get=describe("List departments", answer=rows.UnitPage, parameters=PAGING, operation_id="units_list")
)
class UnitList(PeopleView):
    """Departments whose cases somebody may be given, by their codes."""

    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page(Department.objects.order_by(), by="code", ascending=True)
        return self.paged(rows.UnitRow(page.rows, many=True).data, page)
