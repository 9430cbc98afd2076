"""The queue and a case: reading, taking, handing on, setting aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import AuditEvent
from audit.permissions import can
from audit.registry import sentence
from audit.services import record_access
from cases.api.actions import CaseAction, answer_case, case_context, describe_action
from cases.api.base import CaseworkView, describe
from cases.api.serializers import inputs
from cases.api.serializers.staff import CaseDetail, CasePage, CaseRow, Timeline, TimelineEntry
from cases.models import Appeal, Case, Explanation
from cases.pages.answers import Answered, answers_of
from cases.services import by_hand, queue, undo
from cases.services.clocks import overdue_cases
from cases.services.errors import PersonNotSuitable
from cases.visibility import find_case, visible_cases
from cases.workflow import State
from fraud.claims.models import Claim, User
from fraud.detection.models import Score

MAX_PAGE = 100
ORDERS = {"priority": ("-priority", "-id"), "opened": ("-opened_at", "-id"), "due": ("due_on", "id")}
_FILTERS = (
    "state",
    "assignee",
    "band",
    "source",
    "department",
    "overdue",
    "q",
    "order",
    "page_size",
    "cursor",
    "format",
)
_SALT = "cases.queue"


def _filter(name: str, text: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, more.pop("type", OpenApiTypes.STR), description=text, **more)


FILTERS = [
    _filter("state", "One state, or several separated by commas."),
    _filter("assignee", "`me`, `none`, or a user name."),
    _filter("band", "Score band; only for those who may see scores.", enum=Score.Band.values),
    _filter("source", "What opened the case.", enum=Case.Source.values),
    _filter("department", "Department code of the cardholder."),
    _filter("overdue", "`true`: only cases past their clock.", enum=["true"]),
    _filter("q", "Reference, merchant, name or employee number."),
    _filter("order", "Default `priority`.", enum=list(ORDERS)),
    _filter("page_size", "At most 100; default 50.", type=OpenApiTypes.INT),
    _filter("cursor", "`next` of the page before."),
]


@extend_schema_view(
    get=describe("List cases", answer=CasePage, parameters=FILTERS, operation_id="cases_list")
)
class CaseList(CaseworkView):
    """Cases the caller may see, keyset paged; unknown filters are refused."""

    permission = "cases.view_case"

    def get(self, request: Request) -> Response:
        size, order = self._size(), self._one_of("order", list(ORDERS), "priority")
        cases = self._filtered().select_related("cardholder__department", "merchant", "assignee")
        if order == "due":
            cases = cases.exclude(due_on=None)
        cases = self._after(cases, order).order_by(*ORDERS[order])
        rows = list(cases[: size + 1])
        cursor = self._cursor(rows[size - 1], order) if len(rows) > size else None
        context = {"scores": can(self.by, "fraud.view_score")}
        record_access(request=request._request, subject="cases", what="case_list")
        results = CaseRow(rows[:size], many=True, context=context).data
        return Response({"results": results, "next": cursor})

    def _param(self, name: str) -> str:
        return str(self.request.query_params.get(name, ""))

    def _one_of(self, name: str, choices: list[str], default: str) -> str:
        value = self._param(name) or default
        if value not in choices:
            raise ValidationError({name: _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)}})
        return value

    def _size(self) -> int:
        text = self._param("page_size") or "50"
        if not text.isascii() or not text.isdecimal() or int(text[:10]) < 1:
            raise ValidationError({"page_size": _("Give a number from 1 to 100.")})
        return min(int(text[:10]), MAX_PAGE)

    def _filtered(self) -> QuerySet[Case]:
        stray = sorted(set(self.request.query_params) - set(_FILTERS))
        if stray:
            raise ValidationError({name: _("There is no such filter.") for name in stray})
        cases = visible_cases(self.by)
        if self._param("state"):
            states = self._param("state").split(",")
            if set(states) - {state.value for state in State}:
                raise ValidationError({"state": _("There is no such state.")})
            cases = cases.filter(state__in=states)
        if self._param("assignee"):
            cases = cases.filter(self._assignee(self._param("assignee")))
        if self._param("band"):
            band = self._one_of("band", Score.Band.values, "")
            if not can(self.by, "fraud.view_score"):
                raise ValidationError({"band": _("There is no such filter.")})
            cases = cases.filter(band=band, is_score_hidden=False)
        if self._param("source"):
            cases = cases.filter(source=self._one_of("source", Case.Source.values, ""))
        if self._param("department"):
            cases = cases.filter(cardholder__department__code=self._param("department")[:40])
        if self._param("overdue"):
            self._one_of("overdue", ["true"], "")
            cases = cases.filter(overdue_cases())
        return self._searched(cases)

    def _assignee(self, value: str) -> Q:
        if value == "none":
            return Q(assignee=None)
        return Q(assignee_id=self.by.user_id) if value == "me" else Q(assignee__username=value[:150])

    def _searched(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        text = self._param("q")
        if len(text) > 200 or "\x00" in text:
            raise ValidationError({"q": _("Search for at most 200 characters.")})
        if not text:
            return cases
        names = Q(cardholder__name__icontains=text) | Q(cardholder__employee_no__iexact=text)
        return cases.filter(Q(reference__iexact=text) | Q(merchant__name__icontains=text) | names)

    def _cursor(self, last: Case, order: str) -> str:
        value = {"priority": last.priority, "opened": last.opened_at.isoformat(), "due": str(last.due_on)}[
            order
        ]
        return signing.dumps([order, value, last.pk], salt=_SALT, compress=True)

    def _after(self, cases: QuerySet[Case], order: str) -> QuerySet[Case]:
        if not self._param("cursor"):
            return cases
        try:
            stored, value, last = signing.loads(self._param("cursor"), salt=_SALT)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise ValidationError({"cursor": _("This cursor is not one of ours.")}) from error
        if stored != order:
            raise ValidationError({"cursor": _("This cursor belongs to another order.")})
        field, sign = {
            "priority": ("priority", "lt"),
            "opened": ("opened_at", "lt"),
            "due": ("due_on", "gt"),
        }[order]
        return cases.filter(Q(**{f"{field}__{sign}": value}) | Q(**{field: value, f"id__{sign}": last}))


@extend_schema_view(get=describe("Read a case", answer=CaseDetail, operation_id="cases_retrieve"))
class CaseRead(CaseworkView):
    permission = "cases.view_case"

    def get(self, request: Request, reference: str) -> Response:
        case = find_case(reference, self.by)
        record_access(
            request=request._request,
            subject=f"case:{case.reference}",
            what="case",
            employee_no=case.cardholder.employee_no,
        )
        return Response(
            CaseDetail(case, context=case_context(case, self.by)).data, headers={"ETag": f'"{case.version}"'}
        )


NOTHING_SAID: dict[str, Any] = {"text": "", "answers": [], "evidence": []}


def said_in(case: Case) -> defaultdict[str, Iterator[dict[str, Any]]]:
    """Entry of the chain → what was said with it, one after another in the order it was sent."""
    answers = Explanation.objects.filter(request__case=case).select_related("request").order_by("id")
    told: defaultdict[str, Iterator[dict[str, Any]]] = defaultdict(lambda: iter(()))
    told["explanation.submitted"] = (_said(one, answers_of(one)) for one in answers)
    told["appeal.submitted"] = (_said(one, []) for one in case.appeals.order_by("id"))
    return told


def _said(sent: Explanation | Appeal, answers: list[Answered]) -> dict[str, Any]:
    files = sent.evidence.filter(withdrawn_at=None).values_list("reference", flat=True)
    return {"text": sent.text, "answers": answers, "evidence": list(files)}


@extend_schema_view(get=describe("Read what happened to a case, oldest first", answer=Timeline))
class CaseTimeline(CaseworkView):
    permission = "cases.view_case"

    def get(self, request: Request, reference: str) -> Response:
        case = find_case(reference, self.by)
        events = AuditEvent.objects.filter(subject=f"case:{case.reference}").order_by("seq")
        told = said_in(case)
        rows = [
            {
                "at": event.at,
                "action": event.action,
                "sentence": sentence(event.action, get_language() or "ko"),
                "actor": event.actor,
                "reason": event.reason,
                "state": (event.after or {}).get("state"),
                **next(told[event.action.removesuffix("_late")], NOTHING_SAID),
            }
            for event in events
        ]
        return Response({"results": TimelineEntry(rows, many=True).data})


@describe_action("Take a case", inputs.Empty)
class Take(CaseAction):
    permission = "cases.take_case"

    def act(self, case: Case, version: int, data: Any) -> None:
        queue.take_case(case=case, by=self.by, expected_version=version)


@describe_action("Put a case back", inputs.OptionalReason)
class Release(CaseAction):
    permission = "cases.review_case"
    body = inputs.OptionalReason

    def act(self, case: Case, version: int, data: Any) -> None:
        queue.release_case(case=case, by=self.by, expected_version=version, reason=data.get("reason", ""))


@describe_action("Assign a case to a reviewer", inputs.Assign)
class Assign(CaseAction):
    permission = "cases.assign_case"
    body = inputs.Assign

    def act(self, case: Case, version: int, data: Any) -> None:
        to = User.objects.filter(username=data["assignee"]).first()
        if to is None:
            raise PersonNotSuitable
        queue.assign_case(
            case=case, to=to, by=self.by, expected_version=version, reason=data.get("reason", "")
        )


@describe_action("Set a case aside until a day", inputs.Snooze)
class Snooze(CaseAction):
    permission = "cases.review_case"
    body = inputs.Snooze

    def act(self, case: Case, version: int, data: Any) -> None:
        queue.snooze_case(
            case=case, until=data["until"], reason=data["reason"], by=self.by, expected_version=version
        )


@describe_action("Take a case up again that was set aside", inputs.Empty)
class Wake(CaseAction):
    permission = "cases.review_case"

    def act(self, case: Case, version: int, data: Any) -> None:
        queue.wake_case(case=case, by=self.by, expected_version=version)


@describe_action("Take one's last step back", inputs.Empty)
class Undo(CaseAction):
    permission = "cases.take_case"

    def act(self, case: Case, version: int, data: Any) -> None:
        undo.undo_last_action(case=case, by=self.by, expected_version=version)


@extend_schema_view(post=describe("Take the most urgent case", answer=CaseDetail, body=inputs.Empty))
class TakeNext(CaseworkView):
    permission = "cases.take_case"

    def post(self, request: Request) -> Any:
        self.input(inputs.Empty)
        return self.once(self._take)

    def _take(self) -> Response:
        case = queue.take_next_case(by=self.by)
        return answer_case(case, self.by)


def claims_of(names: list[str], source_system: str) -> list[Claim]:
    """The current claims of external ids. Raises ValidationError naming those that do not exist."""
    found = Claim.objects.filter(
        external_id__in=names, source_system=source_system or "default"
    ).select_related("cardholder__department", "merchant")
    missing = sorted(set(names) - {claim.external_id for claim in found})
    if missing:
        raise ValidationError({"claims": [_("There is no claim %(id)s.") % {"id": name} for name in missing]})
    return list(found)


@extend_schema_view(post=describe("Open a case by hand", answer=CaseDetail, body=inputs.OpenCase, ok=201))
class OpenCase(CaseworkView):
    permission = "cases.open_case"

    def post(self, request: Request) -> Any:
        data = self.input(inputs.OpenCase)
        claims = claims_of(data["claims"], data.get("source_system", ""))
        return self.once(
            lambda: answer_case(
                by_hand.open_case_by_hand(claims=claims, reason=data["reason"], by=self.by),
                self.by,
                status=201,
            )
        )
