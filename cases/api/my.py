"""The cardholder's and the manager's side: own requests, answers, results, appeals. Strangers get 404."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actor import Actor
from audit.services import record_refusal
from cases.api.base import CaseworkView, describe
from cases.api.serializers import inputs
from cases.api.serializers.person import STEPS, MyNotice, MyNoticePage, MyRequest, MyRequestPage, MyRequestRow
from cases.models import Case, ExplanationRequest
from cases.services import appeals, explanations, write_offs
from cases.services.errors import CaseNotFound, CaseworkError, StaleCase, TransitionNotAllowed

MAX_ROWS = 200


def my_requests(by: Actor) -> QuerySet[ExplanationRequest]:
    """Requests to the person, and to those they lead: by name or as head of a department."""
    number = by.employee_no.strip()
    if not number:
        return ExplanationRequest.objects.none()
    own = Q(case__cardholder__employee_no__iexact=number)
    if any(role.value == "manager" for role in by.roles):
        own |= Q(case__cardholder__manager_no__iexact=number) | Q(
            case__cardholder__department__manager_no__iexact=number
        )
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
    number = by.employee_no.strip()
    if not number:
        return Case.objects.none()
    told = (
        Q(state__in=[state.value for state in STEPS if state.value != "closed"])
        | Q(state="closed", requests__isnull=False)
        | Q(state="closed", decisions__amount_minor__gt=0)
        | Q(state="closed", appeals__isnull=False)
    )
    cases = Case.objects.filter(cardholder__employee_no__iexact=number).filter(told).distinct()
    return cases.select_related("cardholder__department")


def my_case(reference: str, by: Actor) -> Case:
    """One of those. Raises CaseNotFound."""
    found = my_cases(by).filter(reference=reference).first()
    if found is None:
        others = Case.objects.filter(reference=reference).exclude(
            cardholder__employee_no__iexact=by.employee_no.strip()
        )
        _keep_attempt(others.values_list("reference"), by)
        raise CaseNotFound
    return found


class MyView(CaseworkView):
    """Refusals without what only staff may know: who else acted, in which state the case is."""

    permission = "cases.view_own_request"

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, StaleCase):
            exc = StaleCase(version=0)
            exc.__class__ = _Changed
        elif isinstance(exc, TransitionNotAllowed):
            exc = _NotNow()
        return super().handle_exception(exc)


class _NotNow(CaseworkError):
    code = "transition_not_allowed"
    text = TransitionNotAllowed.text


class _Changed(StaleCase):
    @property
    def details(self) -> Any:
        return {}


@extend_schema_view(
    get=describe("Own requests, newest first", answer=MyRequestPage, operation_id="my_requests_list")
)
class MyRequestList(MyView):
    def get(self, request: Request) -> Response:
        rows = my_requests(self.by).order_by("-sent_at", "-id")[:MAX_ROWS]
        return Response({"results": MyRequestRow(rows, many=True).data})


@extend_schema_view(get=describe("Read a request", answer=MyRequest))
class MyRequestRead(MyView):
    def get(self, request: Request, reference: str) -> Response:
        return Response(MyRequest(my_request(reference, self.by), context={"by": self.by}).data)


@extend_schema_view(put=describe("Save a draft", answer=MyRequest, body=inputs.Draft))
class SaveDraft(MyView):
    permission = "cases.submit_explanation"

    def put(self, request: Request, reference: str) -> Response:
        data, found = self.input(inputs.Draft), my_request(reference, self.by)
        explanations.save_draft(request=found, by=self.by, **data)
        return Response(MyRequest(found, context={"by": self.by}).data)


@extend_schema_view(post=describe("Answer a request", answer=MyRequest, body=inputs.Answer, ok=201))
class SendAnswer(MyView):
    permission = "cases.submit_explanation"

    def post(self, request: Request, reference: str) -> Any:
        data, found = self.input(inputs.Answer), my_request(reference, self.by)
        return self.once(lambda: self._answer(found, data))

    def _answer(self, found: ExplanationRequest, data: Any) -> Response:
        explanations.submit_explanation(request=found, by=self.by, **data)
        return Response(
            MyRequest(my_request(found.reference, self.by), context={"by": self.by}).data, status=201
        )


@extend_schema_view(post=describe("Ask for more time", answer=MyRequest, body=inputs.Reason))
class AskExtension(MyView):
    permission = "cases.submit_explanation"

    def post(self, request: Request, reference: str) -> Any:
        data, found = self.input(inputs.Reason), my_request(reference, self.by)
        return self.once(lambda: self._ask(found, data["reason"]))

    def _ask(self, found: ExplanationRequest, reason: str) -> Response:
        explanations.ask_extension(request=found, reason=reason, by=self.by)
        return Response(MyRequest(my_request(found.reference, self.by), context={"by": self.by}).data)


@extend_schema_view(
    get=describe("Results of own cases, newest first", answer=MyNoticePage, operation_id="my_notices_list")
)
class MyNoticeList(MyView):
    def get(self, request: Request) -> Response:
        rows = my_cases(self.by).order_by("-state_since", "-id")[:MAX_ROWS]
        return Response({"results": MyNotice(rows, many=True).data})


@extend_schema_view(get=describe("Read a result", answer=MyNotice))
class MyNoticeRead(MyView):
    def get(self, request: Request, reference: str) -> Response:
        return Response(MyNotice(my_case(reference, self.by)).data)


class _NoticeStep(MyView):
    permission = "cases.answer_notice"
    body: Any = inputs.Empty

    def act(self, case: Case, data: Any) -> Any:
        raise NotImplementedError

    def post(self, request: Request, reference: str) -> Any:
        data, case = self.input(self.body), my_case(reference, self.by)
        return self.once(lambda: self._step(case, data))

    def _step(self, case: Case, data: Any) -> Response:
        self.act(case, data)
        return Response(MyNotice(my_case(case.reference, self.by)).data)


@extend_schema_view(post=describe("Accept the decision", answer=MyNotice, body=inputs.Empty))
class Accept(_NoticeStep):
    def act(self, case: Case, data: Any) -> None:
        appeals.accept_notice(case=case, by=self.by)


@extend_schema_view(post=describe("Appeal with new facts", answer=MyNotice, body=inputs.AppealText))
class SendAppeal(_NoticeStep):
    body = inputs.AppealText

    def act(self, case: Case, data: Any) -> None:
        appeals.submit_appeal(case=case, text=data["text"], by=self.by)


@extend_schema_view(
    post=describe("Consent to a payroll deduction", answer=MyNotice, body=inputs.Consent),
    delete=describe("Take the consent back", answer=MyNotice),
)
class Consent(_NoticeStep):
    body = inputs.Consent

    def act(self, case: Case, data: Any) -> None:
        write_offs.record_consent(
            case=case, monthly_minor=data["monthly_minor"], text=data["text"], by=self.by
        )

    def delete(self, request: Request, reference: str) -> Response:
        case = my_case(reference, self.by)
        write_offs.withdraw_consent(case=case, by=self.by)
        return Response(MyNotice(my_case(reference, self.by)).data)
