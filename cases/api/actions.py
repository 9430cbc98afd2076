"""One step on one case: the shape that all of a reviewer's endpoints share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actor import Actor
from audit.permissions import can
from cases.api.base import CaseworkView, case_of, describe
from cases.api.serializers import inputs
from cases.api.serializers.staff import CaseDetail
from cases.models import Case
from cases.services.steps import actions_now


def case_context(case: Case, by: Actor) -> dict[str, Any]:
    """What serializers of a case need to know of the reader."""
    return {"scores": can(by, "fraud.view_score"), "actions": actions_now(case, by)}


def answer_case(case: Case, by: Actor, *, status: int = 200) -> Response:
    """The case after a step, with its new version as ETag."""
    fresh = case_of(case.reference)
    detail = CaseDetail(fresh, context=case_context(fresh, by)).data
    return Response(detail, status=status, headers={"ETag": f'"{fresh.version}"'})


def describe_action(summary: str, body: type[serializers.Serializer]) -> Callable[[Any], Any]:
    """The OpenAPI description of a step on a case."""
    return extend_schema_view(post=describe(summary, answer=CaseDetail, body=body, versioned=True))


class CaseAction(CaseworkView):
    """POST …/cases/<reference>/<action>/ with If-Match; answers the case as it stands afterwards."""

    body: type[serializers.Serializer] = inputs.Empty

    def act(self, case: Case, version: int, data: Any) -> Any:
        """Call the one service of this step."""
        raise NotImplementedError

    def post(self, request: Request, reference: str) -> Any:
        version, data = self.version(), self.input(self.body)
        return self.once(lambda: self._step(reference, version, data))

    def _step(self, reference: str, version: int, data: Any) -> Response:
        case = case_of(reference)
        self.act(case, version, data)
        return answer_case(case, self.by)
