"""The endpoints of the table of actions: one view made of each row."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actor import Actor
from audit.permissions import can
from cases.actions.rows import EMPTY, Row, Step
from cases.api.base import CaseworkView, case_of, describe
from cases.api.bodies import body_of
from cases.api.serializers.recoveries import RecoveryDetail
from cases.api.serializers.staff import CaseDetail
from cases.models import Case
from cases.services.recovery import the_recovery
from cases.services.steps import actions_now
from cases.services.undo import undo_last_action
from cases.visibility import find_case


def case_context(case: Case, by: Actor) -> dict[str, Any]:
    """What serializers of a case need to know of the reader."""
    return {"scores": can(by, "fraud.view_score"), "actions": actions_now(case, by), "by": by}


def answer_case(case: Case, by: Actor, *, status: int = 200) -> Response:
    """The case after a step, with its new version as ETag."""
    fresh = case_of(case.reference)
    detail = CaseDetail(fresh, context=case_context(fresh, by)).data
    return Response(detail, status=status, headers={"ETag": f'"{fresh.version}"'})


def answer_recovery(case: Case, *, status: int = 200) -> Response:
    """The recovery after a step, with the case's new version as ETag."""
    fresh = case_of(case.reference)
    detail = RecoveryDetail(the_recovery(fresh)).data
    return Response(detail, status=status, headers={"ETag": f'"{fresh.version}"'})


class TellsCase(CaseworkView):
    """A step that answers a case: repeated, it tells the case as it stands."""

    told_anew = "reference"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The case with its version. Raises Http404 when it is not theirs to see any more."""
        return answer_case(find_case(kept["reference"], self.by), self.by, status=status)


class RowView(CaseworkView):
    """POST with If-Match: the step of one row of the table, once for an Idempotency-Key."""

    row: Row

    def post(self, request: Request, reference: str, number: int = 0) -> Any:
        version, data = self.version(), self.input(body_of(self.row.form))
        return self._take(reference, version, data, str(number))

    def _take(self, reference: str, version: int, data: Any, part: str) -> Response:
        case = find_case(reference, self.by, trying=self.row.permission)
        step = Step(case=case, by=self.by, data=data, version=version, part=part)
        result = self.row.call(step)
        return self.answer(case, result)

    def answer(self, case: Case, result: Any) -> Response:
        """What the step is answered with, from the case and what the service returned."""
        raise NotImplementedError

    @property
    def ok(self) -> int:
        """The status of a step that was taken."""
        return 201 if self.row.makes else 200


class CaseStep(TellsCase, RowView):
    """POST …/cases/<reference>/<action>/ with If-Match; answers the case as it stands afterwards."""

    def answer(self, case: Case, result: Any) -> Response:
        """The case with its new version."""
        return answer_case(result if self.row.makes else case, self.by, status=self.ok)


class RecoveryStep(RowView):
    """POST …/recoveries/<reference>/<action>/ with If-Match; answers the recovery as it stands afterwards."""

    told_anew = "case"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The recovery with the case's version. Raises Http404 when it is not theirs to see any more."""
        return answer_recovery(find_case(kept["case"], self.by), status=status)

    def answer(self, case: Case, result: Any) -> Response:
        """The recovery with the case's new version."""
        return answer_recovery(case, status=self.ok)


def case_step(row: Row) -> type[CaseStep]:
    """The endpoint of one thing staff may do with a case."""
    return _made(CaseStep, row, CaseDetail)


def recovery_step(row: Row) -> type[RecoveryStep]:
    """The endpoint of one thing that may be done with a recovery."""
    return _made(RecoveryStep, row, RecoveryDetail)


def _made(base: Any, row: Row, answer: Any) -> Any:
    body, ok = body_of(row.form), 201 if row.makes else 200
    described = describe(row.summary, answer=answer, body=body, versioned=True, ok=ok)
    made = type(base.__name__, (base,), {"row": row, "permission": row.permission})
    return extend_schema_view(post=described)(made)


@extend_schema_view(
    post=describe("Take one's last step back", answer=CaseDetail, body=body_of(EMPTY), versioned=True)
)
class Undo(TellsCase):
    """POST …/cases/<reference>/undo/ with If-Match; which step it was is kept with the case."""

    permission = "cases.take_case"

    def post(self, request: Request, reference: str) -> Any:
        version, _ = self.version(), self.input(body_of(EMPTY))
        return self._undo(reference, version)

    def _undo(self, reference: str, version: int) -> Response:
        found = find_case(reference, self.by, trying=self.permission)
        case = undo_last_action(case=found, by=self.by, expected_version=version)
        return answer_case(case, self.by)
