"""A payment looked at before it is filed, through the interface. Nothing of it is kept; no limit, score or rule is told."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import Role
from cases.actions.precheck import FIELDS, MOST_CHARS, read_sketch
from cases.api.base import CaseworkView
from cases.pages.precheck import Answer, answer_of
from fraud.company.values import current_settings
from fraud.detection.precheck import ACTION, precheck_claim
from fraud.web.api import describe
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictIntegerField, StrictSerializer


def _text(help_text: str = "") -> StrictCharField:
    return StrictCharField(max_length=MOST_CHARS, required=False, help_text=help_text)


class PrecheckBody(StrictSerializer):
    """What is known of the payment; what is left out is not looked at, and the answer says so."""

    amount = StrictCharField(
        max_length=30, help_text="Decimal text in units of the currency, such as 450.25."
    )
    currency = _text("ISO 4217; the company's where it is left out.")
    on = StrictCharField(max_length=10, help_text="Day of the payment, as 2026-03-31.")
    time = _text("On the company's clock, as 19:30.")
    merchant = StrictCharField(max_length=MOST_CHARS)
    kind = _text("Merchant category (ISO 18245), four digits.")
    purpose = _text("Purpose code.")
    purpose_text = _text()
    n_attendees = StrictIntegerField(required=False, min_value=1, max_value=999)
    has_receipt = StrictBooleanField(required=False)
    pre_approval = _text()
    authorization_code = _text()
    employee_no = StrictCharField(
        max_length=60, required=False, help_text="For programs: whose payment it is. People check their own."
    )


class QuestionRow(serializers.Serializer):
    question = serializers.CharField()
    clause = serializers.CharField()


class NotSeenRow(serializers.Serializer):
    """`fields` of the body that would let the paragraph be looked at; empty: only once the claim is filed."""

    clause = serializers.CharField()
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


class PrecheckAnswer(serializers.Serializer):
    """`questions` the claim would raise. None is no promise: other rules look at it once it is filed."""

    questions = QuestionRow(many=True)
    not_looked_at = NotSeenRow(many=True)


@extend_schema_view(
    post=describe(
        "Check a payment before it is filed",
        answer=PrecheckAnswer,
        body=PrecheckBody,
        refusals=(404, 422, 429),
        operation_id="precheck_claim",
    )
)
class PrecheckClaim(CaseworkView):
    """People check their own payments, a program those of an employee beside its own deliveries."""

    permission = ACTION
    answers_kept = "no"  # nothing is changed

    def post(self, request: Request) -> Response:
        """The questions. Raises ContentNotValid (422), TooManyChecks (429)."""
        body = dict(self.input(PrecheckBody))
        is_program = Role.DATA_CLIENT in self.by.roles
        whose = str(body.pop("employee_no", ""))
        if is_program != bool(whose):
            raise self.wrong("employee_no", _whose(is_program))
        if "has_receipt" in body:
            body["receipt"] = "yes" if body.pop("has_receipt") else "no"
        form = {name: str(body[name]) for name in FIELDS if name in body}
        sketch = read_sketch(form, current_settings().currency)
        answer = answer_of(precheck_claim(sketch=sketch, by=self.by, employee_no=whose), sketch)
        return Response(_told(answer), headers={"Cache-Control": "no-store"})


def _whose(is_program: bool) -> str:
    if is_program:
        return _("Say by employee number whose payment it is.")
    return _("You check your own payments; leave the employee number out.")


def _told(answer: Answer) -> dict[str, object]:
    rows = [
        {
            "clause": one.clause,
            "fields": ["has_receipt" if name == "receipt" else name for name in one.fields],
        }
        for one in answer.not_seen
    ]
    asked = [{"question": one.question, "clause": one.clause} for one in answer.asked]
    return dict(PrecheckAnswer({"questions": asked, "not_looked_at": rows}).data)
