"""The queue and a case: reading, taking, handing on, setting aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actor import Actor
from audit.language import current_language
from audit.models import AuditEvent
from audit.permissions import can
from audit.registry import sentence
from audit.services import record_access
from cases.actions.opening import OPEN_CASE
from cases.actions.rows import EMPTY
from cases.api.actions import TellsCase, answer_case, case_context
from cases.api.base import CaseworkView, describe
from cases.api.bodies import body_of
from cases.api.serializers.looks import CaseLook
from cases.api.serializers.staff import CaseDetail, CasePage, CaseRow, Timeline, TimelineEntry
from cases.dispositions import Disposition
from cases.models import Appeal, Case, Explanation
from cases.pages.answers import Answered, answers_of
from cases.pages.queue_filters import APPEAL_WORDS, VERDICT_WORDS, YES
from cases.pages.queue_filters import FILTERS as PAGE_FILTERS
from cases.pages.queue_reading import read_filters
from cases.services import by_hand, queue
from cases.services.entry_words import others_named_in, told_entries
from cases.visibility import claims_to_act_on, find_case, hidden_names, visible_cases
from cases.workflow import State
from fraud.claims.models import Claim
from fraud.detection.models import Score
from fraud.web.api import ONLY_PAGING, PAGING, query

#: What a list may be ordered by: the column, and whether it ascends.
ORDERS = {"priority": ("priority", False), "opened": ("opened_at", False), "due": ("due_on", True)}
FILTERS = [
    query("state", "One state, or several separated by commas."),
    query("assignee", "`me`, `none`, or a user name."),
    query("band", "Score band; only for those who may see scores.", enum=Score.Band.values),
    query("source", "What opened the case.", enum=Case.Source.values),
    query("department", "Department code of the cardholder."),
    query("overdue", "`true`: only cases past their clock.", enum=["true"]),
    query("q", "Reference, merchant, name or employee number."),
    query("rule", "Code of a rule among the case's reasons; only for those who may see scores."),
    query("person", "Employee number, in any of its spellings."),
    query("merchant", "Key of a merchant, as claims have it: cases with a claim from there."),
    query("approver", "Employee number, in any of its spellings: cases with a claim this person approved."),
    query("run", "Reference of the run that opened the case."),
    query("disposition", "How the case was decided.", enum=[code.value for code in Disposition]),
    query("verdict", "What its decision says of the claim.", enum=list(VERDICT_WORDS)),
    query("min", "At least so much, as `amount` tells it, in whole units of the case's currency."),
    query("opened_from", "Opened on this day or later."),
    query("opened_to", "Opened on this day or earlier."),
    query("decided", "Decided since this day."),
    query("decided_to", "Decided on this day or earlier."),
    query(
        "decided_in",
        "Decided in this month, or from one day to another: `2026-03`, `2026-03-01..2026-03-31`.",
    ),
    query("asked", "Asked since this day, and answered or past the deadline."),
    query("asked_in", "The same of a month or of days."),
    query("appealed", "With a decided appeal that was submitted since this day."),
    query("appealed_in", "The same of a month or of days."),
    query("appeal", "With an appeal that ended so.", enum=list(APPEAL_WORDS)),
    query("four_eyes", "Decided by two people.", enum=list(YES)),
    query("against", "Decided against the score; only for those who may see scores.", enum=list(YES)),
    query("open_at", "Open at the end of this day."),
    query("tag", "With this tag."),
    query("order", "Default `priority`.", enum=list(ORDERS)),
    *PAGING,
]
#: Those of them that only who may see scores has.
OF_SCORES = ("band", "rule", "against")
#: The interface takes several states, and `me` or `none` for who works on a case.
OWN_WAY = ("state", "assignee")


@extend_schema_view(
    get=describe("List cases", answer=CasePage, parameters=FILTERS, operation_id="cases_list")
)
class CaseList(CaseworkView):
    """Cases the caller may see, keyset paged; unknown filters are refused."""

    permission = "cases.view_case"
    filters = tuple(one.name for one in FILTERS)
    of_scores = OF_SCORES

    def get(self, request: Request) -> Response:
        order = self.one_of("order", list(ORDERS), "priority")
        by, ascending = ORDERS[order]
        cases = self._filtered().select_related("cardholder__department", "merchant", "assignee")
        page = self.page(cases.exclude(**{by: None}), by=by, ascending=ascending)
        context = {"scores": can(self.by, "fraud.view_score")}
        record_access(request=request._request, subject="cases", what="case_list")
        prefetch_related_objects([case for case in page.rows if case.merged_into_id], "merged_into")
        results = CaseRow(page.rows, many=True, context=context).data
        return Response({"results": results, "next": page.next_cursor or None})

    def _filtered(self) -> QuerySet[Case]:
        cases = visible_cases(self.by)
        if self.param("state"):
            states = self.param("state").split(",")
            if set(states) - {state.value for state in State}:
                raise self.wrong("state", _("Choose one of: %(choices)s.") % {"choices": ", ".join(State)})
            cases = cases.filter(state__in=states)
        if self.param("assignee"):
            cases = cases.filter(self._assignee(self.param("assignee")))
        return cases.filter(self._as_on_the_page())

    def _as_on_the_page(self) -> Q:
        """The filters of the queue's address."""
        narrowed = Q()
        for name, one in PAGE_FILTERS.items():
            value = "" if name in OWN_WAY else self.param(name)
            if not value:
                continue
            if name == "q" and len(value) > 200:
                raise ValidationError({"q": _("Search for at most 200 characters.")})
            if words := one.words():
                self.one_of(name, list(words))
            found = read_filters(QueryDict(urlencode({name: value})))
            if found.problems:
                raise ValidationError({name: found.problems[0]})
            narrowed &= found.condition
        return narrowed

    def _assignee(self, value: str) -> Q:
        if value == "none":
            return Q(assignee=None)
        return Q(assignee_id=self.by.user_id) if value == "me" else Q(assignee__username=value[:150])


@extend_schema_view(get=describe("Read a case", answer=CaseLook, operation_id="cases_retrieve"))
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
            CaseLook(case, context=case_context(case, self.by)).data, headers={"ETag": f'"{case.version}"'}
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
    files = sent.evidence.values_list("reference", flat=True)  # also those withdrawn since
    return {"text": sent.text, "answers": answers, "evidence": list(files)}


@extend_schema_view(
    get=describe("Read what happened to a case, oldest first", answer=Timeline, parameters=PAGING)
)
class CaseTimeline(CaseworkView):
    permission = "cases.view_case"
    filters = ONLY_PAGING

    def get(self, request: Request, reference: str) -> Response:
        case = find_case(reference, self.by)
        events = AuditEvent.objects.filter(subject=f"case:{case.reference}").order_by("seq")
        hidden = hidden_names(self.by, others_named_in(events))
        said = said_in(case)
        rows = [
            {
                "seq": told.event.seq,
                "at": told.event.at,
                "action": told.event.action,
                "sentence": sentence(told.event.action, current_language()),
                "actor": told.event.actor,
                "reason": told.said,
                "state": (told.event.after or {}).get("state"),
                **NOTHING_SAID,
                "evidence": [told.file.reference] if told.file else [],
                **next(said[told.event.action.removesuffix("_late")], {}),
            }
            for told in told_entries(case, events, case.evidence.all(), current_language(), hidden)
        ]
        page = self.page_of(rows, key=lambda row: f"{row['seq']:012}")
        return self.paged(TimelineEntry(page.rows, many=True).data, page)


@extend_schema_view(post=describe("Take the most urgent case", answer=CaseDetail, body=body_of(EMPTY)))
class TakeNext(TellsCase):
    permission = "cases.take_case"

    def post(self, request: Request) -> Any:
        self.input(body_of(EMPTY))
        return self._take()

    def _take(self) -> Response:
        case = queue.take_next_case(by=self.by)
        return answer_case(case, self.by)


def claims_of(
    names: list[str], source_system: str, by: Actor, *, trying: str, field: str = "claims"
) -> list[Claim]:
    """The claims of external ids, which stand in `field`. Raises ValidationError naming those that do not exist or are not theirs."""
    which = Q(external_id__in=names, source_system=source_system or "default")
    found = claims_to_act_on(which, by, trying=trying)
    missing = sorted(set(names) - {claim.external_id for claim in found})
    if missing:
        raise ValidationError({field: [_("There is no claim %(id)s.") % {"id": name} for name in missing]})
    return found


@extend_schema_view(post=describe("Open a case by hand", answer=CaseDetail, body=body_of(OPEN_CASE), ok=201))
class OpenCase(TellsCase):
    permission = "cases.open_case"

    def post(self, request: Request) -> Any:
        data = self.input(body_of(OPEN_CASE))
        claims = claims_of(data["claims"], data.get("source_system", ""), self.by, trying=self.permission)
        opened = by_hand.open_case_by_hand(claims=claims, reason=data["reason"], by=self.by)
        return answer_case(opened, self.by, status=201)
