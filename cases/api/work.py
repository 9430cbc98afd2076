"""Who has what: people with their leave, load and skills, what is late, and keeping what somebody knows best."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import require
from cases.api.base import CaseworkView, describe
from cases.pages.work import DeskRow, LateCase, desk_rows, late_cases, unassigned_count
from cases.services.desks import desks
from cases.services.work import MOST_OPEN_MAX, set_work_profile
from fraud.web.api import ONLY_PAGING, PAGING
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer

MOST_CODES = 500


class DeskAnswer(serializers.Serializer):
    """One person who works cases. `away_until`: the last day of their leave, `back_on`: the business day after it, both null while they are there.

    `by_state` counts the open cases they hold; `n_approvals` what was given to them to decide and they have not looked at;
    `other_logins`: of the same person, and `n_person_open` with theirs, which is what `is_full` and handing over go by;
    `most_open`: open cases at most, null for no limit; `patterns` and `departments`: what they know best.
    """

    username = serializers.CharField(source="desk.user.username")
    name = serializers.CharField(source="desk.name")
    roles = serializers.SerializerMethodField()
    away_until = serializers.DateField(source="desk.away_until", allow_null=True)
    back_on = serializers.DateField(allow_null=True)
    n_open = serializers.IntegerField(source="desk.n_open")
    other_logins = serializers.ListField(source="desk.others", child=serializers.CharField())
    n_person_open = serializers.IntegerField(source="desk.n_person_open")
    by_state = serializers.DictField(source="desk.by_state", child=serializers.IntegerField())
    n_late = serializers.IntegerField(source="desk.n_late")
    n_approvals = serializers.IntegerField()
    most_open = serializers.IntegerField(source="desk.most_open", allow_null=True)
    is_full = serializers.BooleanField(source="desk.is_full")
    patterns = serializers.SerializerMethodField()
    departments = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="desk.version")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_roles(self, row: DeskRow) -> list[str]:
        return sorted(role.value for role in row.desk.actor.roles)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_patterns(self, row: DeskRow) -> list[str]:
        return sorted(row.desk.patterns)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_departments(self, row: DeskRow) -> list[str]:
        return sorted(row.desk.departments)


class DeskPage(serializers.Serializer):
    """`n_unassigned`: new cases that nobody has taken."""

    results = DeskAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    n_unassigned = serializers.IntegerField()


class LateAnswer(serializers.Serializer):
    """A case past its deadline by business days. `is_stranded`: who holds it is away past it, gone or does not see it any more; `told`: names of who was told."""

    reference = serializers.CharField(source="case.reference")
    state = serializers.CharField(source="case.state")
    due_on = serializers.DateField(source="case.due_on")
    n_days = serializers.IntegerField()
    assignee = serializers.CharField(source="case.assignee.username", default=None, allow_null=True)
    is_stranded = serializers.BooleanField()
    told = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(source="case.version")


class LatePage(serializers.Serializer):
    results = LateAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class WorkProfileBody(StrictSerializer):
    """All three are put: codes of rules and departments they know best, and how many open cases are enough (null: no limit)."""

    most_open = StrictIntegerField(min_value=1, max_value=MOST_OPEN_MAX, allow_null=True)
    patterns = serializers.ListField(child=StrictCharField(max_length=40), max_length=MOST_CODES)
    departments = serializers.ListField(child=StrictCharField(max_length=40), max_length=MOST_CODES)


@extend_schema_view(
    get=describe("List who has what", answer=DeskPage, parameters=PAGING, operation_id="work_list")
)
class WorkList(CaseworkView):
    """Everybody who works cases, by user name."""

    permission = "cases.view_work"
    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page_of(desks(), key=lambda desk: desk.user.username)
        rows = DeskAnswer(desk_rows(page.rows), many=True).data
        return self.paged(rows, page, n_unassigned=unassigned_count(self.by))


@extend_schema_view(
    get=describe("List what is late", answer=LatePage, parameters=PAGING, operation_id="work_late")
)
class LateList(CaseworkView):
    """The fifty that are late longest, the earliest deadline first; no case the caller is involved in."""

    permission = "cases.view_work"
    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page_of(late_cases(self.by, desks()), key=_since)
        return self.paged(LateAnswer(page.rows, many=True).data, page)


def _since(row: LateCase) -> str:
    return f"{row.case.due_on} {row.case.reference}"


@extend_schema_view(
    get=describe("Read who has what: one person", answer=DeskAnswer, operation_id="work_read"),
    put=describe(
        "Keep what somebody knows best",
        answer=DeskAnswer,
        body=WorkProfileBody,
        versioned=True,
        operation_id="work_profile",
    ),
)
class WorkOne(CaseworkView):
    """One person who works cases; leave comes from the personnel files and is not set here."""

    permission = "cases.view_work"

    def get(self, request: Request, username: str) -> Response:
        """Raises Http404 for who works no cases."""
        return Response(DeskAnswer(self.row(username)).data)

    def put(self, request: Request, username: str) -> Response:
        """Raises NotPermitted, Http404, ChoiceNotValid (422), StaleCase (409)."""
        require(self.by, "cases.change_work")
        body = self.input(WorkProfileBody)
        version = self.version()
        user = self.row(username).desk.user
        set_work_profile(user=user, **body, by=self.by, expected_version=version)
        return Response(DeskAnswer(self.row(username)).data)

    @staticmethod
    def row(username: str) -> DeskRow:
        """Their desk as it is now. Raises Http404."""
        rows = desk_rows([desk for desk in desks() if desk.user.username == username])
        if not rows:
            raise Http404
        return rows[0]
