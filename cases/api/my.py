"""The cardholder's and the manager's side: own requests, answers, results, appeals. Strangers get 404."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actor import Actor
from audit.permissions import Role
from audit.services import record_refusal
from cases.actions.person import PERSON_ACTIONS
from cases.actions.rows import Row, Step
from cases.api.base import CaseworkView, describe
from cases.api.bodies import body_of
from cases.api.serializers.person import STEPS, MyNotice, MyNoticePage, MyRequest, MyRequestPage, MyRequestRow
from cases.models import Case, ExplanationRequest
from cases.services.errors import CaseNotFound, StaleCase
from fraud.claims.identity import cardholders_of, led_by
from fraud.web.api import ONLY_PAGING, PAGING


def my_requests(by: Actor) -> QuerySet[ExplanationRequest]:
    """Requests to the person, and to those they lead: by name or as head of a department."""
    own = Q(case__cardholder__in=cardholders_of(by.employee_no))
    if Role.MANAGER in by.roles:
        own |= Q(case__cardholder__in=led_by(by.employee_no))
    return ExplanationRequest.objects.filter(own).select_related(
        "case__cardholder__department", "requested_by"
    )


def my_request(reference: str, by: Actor) -> ExplanationRequest:
    """One of those. Raises CaseNotFound."""
    found = my_requests(by).filter(reference=reference).first()
    if found is None:
        _keep_attempt(
            ExplanationRequest.objects.filter(reference=reference).values_list("case__reference"), by
        )
        raise CaseNotFound
    return found


def _keep_attempt(others: Any, by: Actor) -> None:
    """Somebody reached for what exists and is not theirs: the answer hides it, the audit chain keeps it."""
    for (reference,) in others[:1]:
        record_refusal(by=by, action="cases.view_own_request", subject=f"case:{reference}", code="not_yours")


def my_cases(by: Actor) -> QuerySet[Case]:
    """Cases about the person of which a result was told: decided ones after a request or a notice."""
    told = (
        Q(state__in=[state.value for state in STEPS if state.value != "closed"])
        | Q(state="closed", requests__isnull=False)
        | Q(state="closed", decisions__amount_minor__gt=0)
        | Q(state="closed", appeals__isnull=False)
    )
    cases = Case.objects.filter(cardholder__in=cardholders_of(by.employee_no)).filter(told).distinct()
    return cases.select_related("cardholder__department")


def my_case(reference: str, by: Actor) -> Case:
    """One of those. Raises CaseNotFound."""
    found = my_cases(by).filter(reference=reference).first()
    if found is None:
        others = Case.objects.filter(reference=reference).exclude(
            cardholder__in=cardholders_of(by.employee_no)
        )
        _keep_attempt(others.values_list("reference"), by)
        raise CaseNotFound
    return found


def answer_request(reference: str, by: Actor, *, status: int = 200) -> Response:
    """A request as it stands, with the version of what it tells as ETag."""
    found = my_request(reference, by)
    return _versioned(MyRequest(found, context={"by": by}).data, status)


def answer_notice(reference: str, by: Actor, *, status: int = 200) -> Response:
    """A result as it stands, with the version of what it tells as ETag."""
    return _versioned(MyNotice(my_case(reference, by), context={"by": by}).data, status)


def _versioned(told: Any, status: int) -> Response:
    return Response(told, status=status, headers={"ETag": f'"{told["version"]}"'})


class MyView(CaseworkView):
    """Refusals without what only staff may know: who else acted, in which state the case is."""

    permission = "cases.view_own_request"

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, StaleCase):
            exc = StaleCase(version=0)
            exc.__class__ = _Changed
        return super().handle_exception(exc)


class _Changed(StaleCase):
    @property
    def details(self) -> Any:
        return {}


@extend_schema_view(
    get=describe(
        "Own requests, newest first", answer=MyRequestPage, parameters=PAGING, operation_id="my_requests_list"
    )
)
class MyRequestList(MyView):
    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page(my_requests(self.by), by="sent_at")
        return self.paged(MyRequestRow(page.rows, many=True).data, page)


@extend_schema_view(get=describe("Read a request", answer=MyRequest))
class MyRequestRead(MyView):
    def get(self, request: Request, reference: str) -> Response:
        return answer_request(reference, self.by)


class RequestStep(MyView):
    """A step on one request; answers the request as it stands afterwards, without what only staff may know."""

    row: Row
    told_anew = "reference"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The request as it stands. Raises CaseNotFound."""
        return answer_request(kept["reference"], self.by, status=status)

    def take(self, reference: str) -> Any:
        """Take the step of the row."""
        version = self.version() if self.row.binds else None
        data, found = self.input(body_of(self.row.form)), my_request(reference, self.by)
        return self._take(found, data, version)

    def _take(self, found: ExplanationRequest, data: Any, version: int | None) -> Response:
        self.row.call(Step(case=found.case, by=self.by, data=data, version=version, request=found))
        return answer_request(found.reference, self.by, status=201 if self.row.makes else 200)


class _PostedRequestStep(RequestStep):
    def post(self, request: Request, reference: str) -> Any:
        return self.take(reference)


def request_step(row: Row) -> type[RequestStep]:
    """The endpoint of one thing a person may do with what they were asked."""
    return _made(_PostedRequestStep, row, MyRequest)


_DRAFT = PERSON_ACTIONS["draft"]


@extend_schema_view(put=describe(_DRAFT.summary, answer=MyRequest, body=body_of(_DRAFT.form)))
class SaveDraft(RequestStep):
    """A draft is put, not posted: sending it again changes nothing."""

    row = _DRAFT
    permission = _DRAFT.permission

    def put(self, request: Request, reference: str) -> Any:
        return self.take(reference)


@extend_schema_view(
    get=describe(
        "Results of own cases, newest first",
        answer=MyNoticePage,
        parameters=PAGING,
        operation_id="my_notices_list",
    )
)
class MyNoticeList(MyView):
    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page(my_cases(self.by), by="state_since")
        return self.paged(MyNotice(page.rows, many=True, context={"by": self.by}).data, page)


@extend_schema_view(get=describe("Read a result", answer=MyNotice))
class MyNoticeRead(MyView):
    def get(self, request: Request, reference: str) -> Response:
        return answer_notice(reference, self.by)


class TellsNotice(MyView):
    """A step that answers a result: repeated, it tells the result as it stands."""

    told_anew = "reference"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The result as it stands. Raises CaseNotFound."""
        return answer_notice(kept["reference"], self.by, status=status)


class NoticeStep(TellsNotice):
    """A step on one result; answers the result as it stands afterwards."""

    row: Row

    def post(self, request: Request, reference: str) -> Any:
        version = self.version() if self.row.binds else None
        data, case = self.input(body_of(self.row.form)), my_case(reference, self.by)
        return self.take(self.row, case, data, version)

    def take(self, row: Row, case: Case, data: Any, version: int | None) -> Response:
        """Call the row's service and tell the result anew."""
        row.call(Step(case=case, by=self.by, data=data, version=version))
        return answer_notice(case.reference, self.by)


def notice_step(row: Row) -> type[NoticeStep]:
    """The endpoint of one thing a person may do with a decision."""
    return _made(NoticeStep, row, MyNotice)


_APPEAL_DRAFT = PERSON_ACTIONS["appeal-draft"]


@extend_schema_view(put=describe(_APPEAL_DRAFT.summary, answer=MyNotice, body=body_of(_APPEAL_DRAFT.form)))
class SaveAppealDraft(TellsNotice):
    """Put like the draft of an answer."""

    permission = _APPEAL_DRAFT.permission

    def put(self, request: Request, reference: str) -> Response:
        data, case = self.input(body_of(_APPEAL_DRAFT.form)), my_case(reference, self.by)
        _APPEAL_DRAFT.call(Step(case=case, by=self.by, data=data))
        return answer_notice(case.reference, self.by)


_CONSENT, _WITHDRAW = PERSON_ACTIONS["consent"], PERSON_ACTIONS["withdraw-consent"]


@extend_schema_view(
    post=describe(_CONSENT.summary, answer=MyNotice, body=body_of(_CONSENT.form), versioned=_CONSENT.binds),
    delete=describe(_WITHDRAW.summary, answer=MyNotice),
)
class Consent(NoticeStep):
    """Giving it and taking it back are two rows at one address."""

    row = _CONSENT
    permission = _CONSENT.permission

    def delete(self, request: Request, reference: str) -> Response:
        return self.take(_WITHDRAW, my_case(reference, self.by), {}, None)


def _made(base: Any, row: Row, answer: Any) -> Any:
    body, ok = body_of(row.form), 201 if row.makes else 200
    described = describe(row.summary, answer=answer, body=body, versioned=row.binds, ok=ok)
    made = type(base.__name__.strip("_"), (base,), {"row": row, "permission": row.permission})
    return extend_schema_view(post=described)(made)
